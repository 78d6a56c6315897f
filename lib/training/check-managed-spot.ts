import { Duration, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { checkEnvironment, checkText, looksSecret } from './job-environment';
import { CHECKPOINT, JOB_DATA } from './job-kinds';
import { ManagedSpotTrainingProps } from './managed-spot-props';
import { MODEL_IMAGE } from '../artifacts/artifact-kinds';
import { Checks, inSeconds } from '../core/checks';
import { INSTANCE_TYPE } from '../core/instance-kind';
import { shown } from '../core/invalid-props';
import { DURATION, FLAG, KEY, Kinds, needed, RECORD, recordOf, SIZE } from '../core/kinds';
import { checkTags } from '../core/names';
import { inGibibytes } from '../core/sizes';
import { NETWORK, networkElsewhere } from '../network/network-kind';

const DAY = 86_400;
/** The longest that SageMaker takes for a job. */
export const LONGEST_SECONDS = 28 * DAY;
const CHANNEL = /^[A-Za-z0-9.\-_]{1,64}$/;
const MOST_CHANNELS = 20;
const MOST_PARAMETERS = 100;
/** 50 tags, of which Step Functions and this library set one each. */
const OWN_TAGS = 2;

/** Names and values of parameters, environment and tags have checks of their own, which tell more. */
const KINDS: Kinds<ManagedSpotTrainingProps> = {
  network: needed(NETWORK),
  image: needed(MODEL_IMAGE),
  instanceType: needed(INSTANCE_TYPE),
  output: needed(JOB_DATA),
  checkpoint: CHECKPOINT,
  inputs: recordOf(JOB_DATA),
  volume: SIZE,
  parameters: RECORD,
  environment: RECORD,
  timeout: DURATION,
  maximumWait: DURATION,
  networkIsolation: FLAG,
  encryptionKey: KEY,
  tags: RECORD,
};

/** How long a job may work and take, in seconds. */
export interface SpotTimes {
  readonly running: number;
  readonly waiting: number;
}

/** The times of a job, defaults filled in. */
export function timesOf({ timeout, maximumWait }: ManagedSpotTrainingProps): SpotTimes {
  const running = inSeconds('timeout', timeout ?? Duration.days(1));
  if (maximumWait !== undefined) {
    return { running, waiting: inSeconds('maximumWait', maximumWait) };
  }
  // twice of a token cannot be said in a template, and less than the timeout is refused
  return { running, waiting: Token.isUnresolved(running) ? LONGEST_SECONDS : Math.min(2 * running, LONGEST_SECONDS) };
}

/** All problems of the props at once; those that are of another kind come first, because nothing more can be read of them. */
export function checkManagedSpot(scope: Construct, props: ManagedSpotTrainingProps): void {
  new Checks().kinds(props, KINDS).settle(scope);
  const { network, checkpoint, instanceType, instances, volume, attempts, networkIsolation, tags } = props;
  const checks = new Checks()
    .number('Instances', 'instances', instances, { min: 1, max: 20, whole: true })
    .number('Attempts', 'attempts', attempts, { min: 1, max: 30, whole: true, hint: 'SageMaker takes 1 to 30' })
    .number('SpotVolume', 'volume', volume && inGibibytes('volume', volume), { min: 1, max: 16_384, whole: true, unit: 'GiB' })
    .report('SpotVolume', volume !== undefined && instanceType.hasLocalNvme === true
      ? `\`volume\` must be left out for ${instanceType.name}, which works on its local NVMe disks: got a size; leave it out` : undefined)
    .that('NetworkIsolation', { networkIsolation }, (known) => FLAG.fits(known.networkIsolation ?? true) ? undefined
      : `\`networkIsolation\` must be ${FLAG.rule}: got ${shown(known.networkIsolation)}`)
    .report('SpotZones', network.subnets.length > 1 ? undefined
      : `\`network\` must give at least two zones, because spot capacity comes and goes by zone: got ${network.subnets.length}`)
    .report('NetworkElsewhere', networkElsewhere(scope, network))
    .report('CheckpointMissing', checkpoint !== undefined ? undefined
      : '`checkpoint` must be given, because spot machines may be taken away at two minutes\' notice: got none; '
        + 'use Checkpoint.at, or Checkpoint.waived with a reason');
  checkTimes(checks, timesOf(props));
  checkChannels(checks, props);
  checkHyperparameters(checks, props.parameters ?? {});
  checkEnvironment(checks, 'environment', props.environment ?? {});
  checkTags(checks, 'tags', tags, OWN_TAGS);
  checks.settle(scope);
  props.image._settle(scope);
  [props.output, checkpoint._data, ...Object.values(props.inputs ?? {})].forEach((data) => data?._settle(scope));
}

function checkTimes(checks: Checks, { running, waiting }: SpotTimes): void {
  checks.number('JobTimeout', 'timeout', running, { min: 60, max: LONGEST_SECONDS, whole: true, unit: 'seconds' })
    .number('MaximumWait', 'maximumWait', waiting, { min: 60, max: LONGEST_SECONDS, whole: true, unit: 'seconds' })
    .that('MaximumWait', { running, waiting }, (known) => known.waiting >= known.running ? undefined
      : `\`maximumWait\` must be at least \`timeout\`, which it includes: got ${known.waiting} of ${known.running} seconds; SageMaker refuses the job`);
}

function checkChannels(checks: Checks, { inputs = {}, output }: ManagedSpotTrainingProps): void {
  const names = Object.keys(inputs);
  checks.report('ChannelCount', names.length <= MOST_CHANNELS ? undefined
    : `\`inputs\` must have at most ${MOST_CHANNELS} channels: got ${names.length}`);
  names.forEach((name) => {
    checks.report('ChannelName', CHANNEL.test(name) ? undefined
      : `\`inputs\` must have channels of 1 to 64 letters, digits and . - _: got ${shown(name)}`)
      .report('ChannelUnreadable', inputs[name]._reads ? undefined
        : `\`inputs.${name}\` must be a folder that the job may read: got one to write; use JobData.read`);
  });
  checks.report('OutputUnwritable', output._writes ? undefined
    : '`output` must be a folder that the job may write: got one to read; use JobData.write');
}

function checkHyperparameters(checks: Checks, parameters: Readonly<Record<string, string>>): void {
  const names = Object.keys(parameters);
  checks.report('ParameterCount', names.length <= MOST_PARAMETERS ? undefined
    : `\`parameters\` must have at most ${MOST_PARAMETERS} entries: got ${names.length}`);
  for (const name of names) {
    checks.report('ParameterName', /^[A-Za-z0-9_.-]{1,256}$/.test(name) ? undefined
      : `\`parameters\` must have names of 1 to 256 letters, digits and _ . -: got ${shown(name)}`);
    checks.report('SecretInEnvironment', looksSecret(name)
      ? `\`parameters\` must not carry secrets, because everybody who may describe training jobs reads them: got the name ${shown(name)}` : undefined);
    checkText(checks, `parameters.${name}`, parameters[name]);
  }
}
