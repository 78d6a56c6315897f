import { Duration, Token } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { STEP_PARAMETERS } from './runtime/contract';
import { TrainingPipelineProps } from './training-pipeline-props';
import { ARTIFACT_STORE, MODEL_IMAGE } from '../../artifacts/artifact-kinds';
import { Checks, inSeconds } from '../../core/checks';
import { elsewhere } from '../../core/elsewhere';
import { shown } from '../../core/invalid-props';
import { DURATION, EVENT_BUS, KEY, Kinds, listOf, needed, RECORD, thing, TOPIC } from '../../core/kinds';
import { checkRetention } from '../../core/log-retention';
import { unknown } from '../../core/sizes';
import { JobData } from '../job-data';
import { checkText, looksSecret } from '../job-environment';
import { QUEUED_JOB } from '../step-kinds';

const MINUTE = 60;
const DAY = 86_400;
const MOST_STARTS = 10;
const KINDS: Kinds<TrainingPipelineProps> = {
  model: needed(thing('a RegisteredModel, as in registry.model(name)', 'registry', 'tenant')),
  artifacts: needed(ARTIFACT_STORE, 'give that of the registry'),
  data: needed(thing('a TrainingData, as in TrainingData.csv(bucket, prefix, options)', 'bucket', 'prefix', '_settle')),
  training: needed(thing('a TrainingStep, as in TrainingStep.onQueue(job)', '_job', '_isQueued')),
  evaluation: needed(QUEUED_JOB, 'make one that measures the model'),
  servingImage: needed(MODEL_IMAGE),
  starts: listOf(thing('a PipelineStart, as in PipelineStart.onArrival()', 'schedule', 'suffix')),
  parameters: RECORD,
  capacityPause: DURATION,
  timeout: DURATION,
  slowAfter: DURATION,
  notify: TOPIC,
  eventBus: EVENT_BUS,
  encryptionKey: KEY,
};
const NAME = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;

/** A folder that a job of a pipeline has to be able to use. */
interface Folder {
  readonly bucketName: string;
  readonly prefix: string;
}

/** The folder of a model's runs in the artifact store. */
export function workPrefix({ model }: TrainingPipelineProps): string {
  return `trials/${model.tenant}/${model.name}/`;
}

/** All problems of a pipeline's props at once. */
export function checkPipeline(scope: IConstruct, props: TrainingPipelineProps): void {
  new Checks().kinds(props, KINDS).settle(scope);
  const { trainings, capacityPause, commit, starts = [] } = props;
  const checks = new Checks()
    .number('Trainings', 'trainings', trainings, { min: 1, max: 20, whole: true })
    .number('CapacityPause', 'capacityPause', capacityPause && inSeconds('capacityPause', capacityPause), {
      min: MINUTE, max: DAY, whole: true, unit: 'seconds',
    })
    .report('RegistryElsewhere', elsewhere('model', scope, props.model.registry, 'make a ModelRegistry beside it'))
    .report('StoreElsewhere', elsewhere('artifacts', scope, props.artifacts, 'give that of the registry'))
    .report('StartCount', starts.length <= MOST_STARTS ? undefined : `\`starts\` must have at most ${MOST_STARTS} entries: got ${starts.length}`);
  if (commit !== undefined) {
    checks.that('Commit', { commit }, (known) => typeof known.commit === 'string' && /^[0-9a-f]{40}$/.test(known.commit) ? undefined
      : `\`commit\` must be 40 lower-case hex digits; \`git rev-parse HEAD\` prints it: got ${shown(known.commit)}`);
  }
  checkRetention(checks, 'logRetention', props.logRetention);
  checkTimes(checks, props);
  checkSteps(checks, props);
  checkParameters(checks, props);
  checks.settle(scope);
  props.data._settle(scope);
  props.servingImage._settle(scope);
}

function checkTimes(checks: Checks, { timeout = Duration.days(14), slowAfter = Duration.days(1) }: TrainingPipelineProps): void {
  const [whole, slow] = [inSeconds('timeout', timeout), inSeconds('slowAfter', slowAfter)];
  checks.report('SlowAfter', unknown('slowAfter', slow, 'the alarm says it in words'))
    .number('PipelineTimeout', 'timeout', whole, { min: 60 * MINUTE, max: 60 * DAY, whole: true, unit: 'seconds' })
    .number('SlowAfter', 'slowAfter', Token.isUnresolved(slow) ? undefined : slow, { min: 15 * MINUTE, unit: 'seconds', hint: 'it is measured every 15 minutes' })
    .that('SlowAfter', { whole, slow }, (known) => known.slow < known.whole ? undefined
      : `\`slowAfter\` must be below \`timeout\`, or nobody is told before the execution ends: got ${known.slow} of ${known.whole} seconds`);
}

function checkSteps(checks: Checks, props: TrainingPipelineProps): void {
  const { data, artifacts, training, evaluation } = props;
  const source = { bucketName: data.bucket.bucketName, prefix: data.prefix };
  const work = { bucketName: artifacts.bucket.bucketName, prefix: workPrefix(props) };
  const job = training._job;
  checkFolder(checks, 'training', 'read', job.data, source);
  if (training._isQueued) {
    checkDeclared(checks, 'training', job.declared, [STEP_PARAMETERS.data, STEP_PARAMETERS.output]);
    checkFolder(checks, 'training', 'write', job.data, work);
  }
  const { declared, data: folders } = evaluation._step;
  checkDeclared(checks, 'evaluation', declared, [STEP_PARAMETERS.model, STEP_PARAMETERS.evaluation]);
  checkFolder(checks, 'evaluation', 'write', folders, work);
  const model = training._modelFolder;
  checkFolder(checks, 'evaluation', 'read', folders,
    model === undefined ? work : { bucketName: model._bucket.bucketName, prefix: model._prefix });
}

function checkDeclared(checks: Checks, prop: string, declared: readonly string[], wanted: readonly string[]): void {
  wanted.filter((name) => !declared.includes(name)).forEach((name) => {
    checks.report('StepParameter',
      `\`${prop}\` must be a job that declares the parameter '${name}', by which the pipeline tells it where: got ${declared.map(shown).join(', ') || 'none'}; `
      + `add ${name}: '' to its \`parameters\` and Ref::${name} to its \`command\``);
  });
}

/** A bucket whose name is known at deployment only may be any. */
function checkFolder(checks: Checks, prop: string, act: 'read' | 'write', folders: readonly JobData[], wanted: Folder): void {
  const may = folders.some((folder) => (act === 'read' ? folder._reads : folder._writes)
    && (Token.isUnresolved(folder._prefix) || wanted.prefix.startsWith(folder._prefix))
    && sameBucket(folder._bucket.bucketName, wanted.bucketName));
  checks.report(act === 'read' ? 'StepCannotRead' : 'StepCannotWrite', may || Token.isUnresolved(wanted.prefix) ? undefined
    : `\`${prop}\` must be a job that may ${act} '${wanted.prefix}', or it fails when it has cost its machines: got ${folders.length} folders, not that one; `
      + `add JobData.${act}(bucket, '${wanted.prefix}')`);
}

function sameBucket(one: string, other: string): boolean {
  return one === other || Token.isUnresolved(one) || Token.isUnresolved(other);
}

function checkParameters(checks: Checks, { parameters = {}, training, evaluation }: TrainingPipelineProps): void {
  const declared = [...training._job.declared, ...evaluation._step.declared];
  const own: readonly string[] = Object.values(STEP_PARAMETERS);
  for (const [name, value] of Object.entries(parameters)) {
    checks.report('ParameterName', NAME.test(name) ? undefined
      : `\`parameters\` must have names of 1 to 64 letters, digits, _ and -, a letter first: got ${shown(name)}`)
      .report('ParameterName', own.includes(name)
        ? `\`parameters\` must leave names to the pipeline that it sets itself: got ${shown(name)}; choose another` : undefined)
      .report('ParameterUnknown', declared.includes(name) ? undefined
        : `\`parameters\` must be declared by one of the jobs, or nobody would be told: got ${shown(name)}; declare it in \`parameters\` of the job`)
      .report('SecretInEnvironment', looksSecret(name)
        ? `\`parameters\` must not carry secrets, because everybody who may describe jobs reads them: got the name ${shown(name)}` : undefined);
    checkText(checks, `parameters.${name}`, value);
  }
}
