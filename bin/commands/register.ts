import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { Command } from 'commander';
import { LARGEST_BODY_BYTES } from '../../lib/registry/runtime/contract';
import { hashed, unreadable } from '../cli/artifact-file';
import { uploadOnce } from '../cli/artifact-upload';
import { example } from '../cli/example';
import { usage } from '../cli/failure';
import { known } from '../cli/known';
import {
  commitArgument, datasetArgument, each, imageArgument, labelArgument, modelArgument, revisionArgument, sha256Argument,
  withWritingOptions, WritingOptions,
} from '../cli/options';
import { bytes } from '../cli/progress';
import { Session } from '../cli/session';
import { World } from '../cli/world';

interface RegisterOptions extends WritingOptions {
  readonly artifact?: string;
  readonly sha256?: string;
  readonly image?: string;
  readonly label?: string;
  readonly trainingJob?: string;
  readonly dataset?: readonly string[];
  readonly commit?: string;
  readonly parent?: number;
  readonly featureSchemaHash?: string;
  readonly evaluation?: string;
  readonly from?: string;
}

interface Artifact {
  readonly artifact: string;
  readonly artifactSha256: string;
}

const DESCRIBING = ['artifact', 'sha256', 'image', 'label', 'trainingJob', 'dataset', 'commit', 'parent', 'featureSchemaHash', 'evaluation'] as const;

export function addRegister(model: Command, world: World): void {
  const command = model.command('register').summary('add a version: artifact, image, lineage, evaluation')
    .description('Adds a version to a model: what it is never changes afterwards. A file is uploaded to the artifact bucket first, under its SHA-256. '
      + 'The version is pending until somebody else approves it.')
    .argument('<model>', 'the name of the model', modelArgument)
    .optionsGroup('What the version is:')
    .option('--artifact <file or s3 uri>', 'model.tar.gz on this machine, or one that lies in the artifact bucket (with --sha256)')
    .option('--sha256 <digest>', 'the SHA-256 of the artifact; of a file it is computed, and compared if given', sha256Argument)
    .option('--image <uri>', 'the container image, pinned by @sha256:', imageArgument)
    .option('--label <semver>', 'a version for people, such as 1.4.0', labelArgument)
    .option('--evaluation <file>', 'JSON: {"accuracy":0.95,"bias":0.02,"p99LatencyMs":120,"dataset":"s3://…"}')
    .option('--from <file>', 'JSON with all of this, as `describe --json` names it; - is stdin')
    .optionsGroup('Where it comes from:')
    .option('--training-job <name>', 'the SageMaker training job')
    .option('--dataset <s3 uri>', 'what it was trained with; may be given several times', each(datasetArgument))
    .option('--commit <sha>', 'the commit of the training code: 40 hex digits', commitArgument)
    .option('--parent <revision>', 'the version that it was trained from', revisionArgument)
    .option('--feature-schema-hash <digest>', 'the SHA-256 of the feature schema', sha256Argument)
    .action((name: string, options: RegisterOptions) => register(new Session(world, options), name));
  example(withWritingOptions(command),
    'mlp model register fraud-detection --artifact model.tar.gz --label 1.4.0 \\',
    '    --image 111122223333.dkr.ecr.eu-west-1.amazonaws.com/scorer@sha256:… \\',
    '    --commit "$(git rev-parse HEAD)" --dataset s3://features/2026-11/ --evaluation evaluation.json');
}

async function register(session: Session<RegisterOptions>, model: string): Promise<void> {
  const registration = session.options.from === undefined
    ? await fromOptions(session, model) : await fromFile(session, session.options.from);
  await session.write('register', { model }, registration,
    ({ revision, state = 'Pending' }) => `${model} version ${revision} is registered (${state})`);
}

async function fromFile({ options, world }: Session<RegisterOptions>, path: string): Promise<object> {
  const given = DESCRIBING.filter((name) => options[name] !== undefined);
  if (given.length > 0) {
    throw usage('--from says everything about the version; leave out the other options about it');
  }
  return jsonObject(path === '-' ? await text(world.stdin) : await fileText(path), path === '-' ? 'stdin' : path);
}

async function fromOptions(session: Session<RegisterOptions>, model: string): Promise<object> {
  const { artifact, image, label, evaluation, trainingJob, dataset, commit, parent, featureSchemaHash } = session.options;
  if (artifact === undefined || image === undefined) {
    throw usage('a version needs --artifact and --image, or --from with a file that says everything');
  }
  const lineage = known({ trainingJob, datasets: dataset, commit, parent, featureSchemaHash });
  const evaluated = evaluation === undefined ? undefined : jsonObject(await fileText(evaluation), evaluation);
  // last, since it may take long: what else is wrong is said before
  const lies = await artifactOf(session, model, artifact);
  return known({ label, image, ...lies, lineage: Object.keys(lineage).length > 0 ? lineage : undefined, evaluation: evaluated });
}

/** Where the artifact lies in the end, and its hash. A file is uploaded. */
async function artifactOf(session: Session<RegisterOptions>, model: string, artifact: string): Promise<Artifact> {
  const { sha256 } = session.options;
  if (artifact.startsWith('s3://')) {
    if (sha256 === undefined) {
      throw usage('--artifact names an object in S3; give its --sha256 too');
    }
    return { artifact, artifactSha256: sha256 };
  }
  const file = await session.progress(`hashing ${artifact}`,
    (progress) => hashed(artifact, (done, size) => progress.update(percent(done, size))));
  if (sha256 !== undefined && sha256 !== file.sha256) {
    throw usage(`${artifact} has the SHA-256 ${file.sha256}, and --sha256 says another; is it the right file?`);
  }
  const bucket = await session.bucket('artifactBucket', 'give --artifact-bucket, or --artifact s3://… of an artifact that is there already');
  const key = `${model}/${file.sha256}/model.tar.gz`;
  const client = session.aws.s3((await session.registry()).region);
  const outcome = await session.progress(`uploading ${artifact}`, (progress) => uploadOnce({
    client, bucket, key, file, world: session.world, progress: (done, size) => progress.update(percent(done, size)),
  }));
  session.terminal.note(outcome === 'uploaded' ? `uploaded to s3://${bucket}/${key} (${bytes(file.size)})` : `s3://${bucket}/${key} was there already`);
  return { artifact: `s3://${bucket}/${key}`, artifactSha256: file.sha256 };
}

async function fileText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw unreadable(path, error);
  }
}

function jsonObject(json: string, from: string): object {
  if (Buffer.byteLength(json) > LARGEST_BODY_BYTES) {
    throw usage(`${from} has more than ${LARGEST_BODY_BYTES} bytes, which no registry takes; is it the right file?`);
  }
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return value;
    }
  } catch {
    // says the same as an array would
  }
  throw usage(`${from} must hold a JSON object`);
}

function percent(done: number, size: number): string {
  return `${Math.floor(100 * done / size)} % of ${bytes(size)}`;
}
