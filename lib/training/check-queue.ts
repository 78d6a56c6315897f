import { Duration, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { QueueLimits } from './queue-limits';
import { TrainingQueueProps } from './training-queue-props';
import { Checks, inSeconds } from '../core/checks';
import { shown } from '../core/invalid-props';
import { DURATION, KEY, Kinds, listOf, needed, RECORD, SIZE, thing, TOPIC } from '../core/kinds';
import { checkRetention } from '../core/log-retention';
import { inGibibytes, unknown } from '../core/sizes';
import { NETWORK, networkElsewhere } from '../network/network-kind';

/** https://docs.aws.amazon.com/batch/latest/APIReference/API_JobStateTimeLimitAction.html */
const RUNNABLE_SECONDS = { min: 600, max: 86_400, whole: true, unit: 'seconds' };
const UPDATE_MINUTES = { min: 1, max: 7200, whole: true, unit: 'minutes' };
const MEMORY_SECONDS = { min: 600, max: 604_800, whole: true, unit: 'seconds' };
/** The smallest root of Amazon Linux 2023 for ECS is 30 GiB; 16 TiB is the largest gp3 volume. */
const ROOT_GIBIBYTES = { min: 30, max: 16_384, whole: true, unit: 'GiB' };

const MOST_TEAMS = 499;

const KINDS: Kinds<TrainingQueueProps> = {
  kind: needed(thing('a QueueKind, as in QueueKind.gpuSpot(capacity)', 'machines', '_environments')),
  network: needed(NETWORK),
  teams: listOf(thing('a TeamShare, as in TeamShare.of(team)', 'team', 'weight', '_settle')),
  shareMemory: DURATION,
  runnableLimit: DURATION,
  updateTimeout: DURATION,
  rootVolume: SIZE,
  volumeKey: thing('a KMS key, made or imported', 'keyRef'),
  lustre: listOf(thing('a Lustre file system', 'fileSystemId', 'dnsName')),
  limits: RECORD,
  notify: TOPIC,
  encryptionKey: KEY,
};

/** What was said of a queue, defaults and all. */
export interface JudgedQueue {
  readonly limits: Required<QueueLimits>;
  readonly runnableLimit: Duration;
}

/** All problems of a queue's props at once. */
export function checkQueue(scope: Construct, props: TrainingQueueProps): JudgedQueue {
  new Checks().kinds(props, KINDS).settle(scope);
  const runnableLimit = props.runnableLimit ?? Duration.hours(12);
  const limits = {
    runnableJobs: 100,
    runnableAge: Duration.days(1),
    failedJobs: 0,
    reclaims: 10,
    idlePercent: 50,
    ...defined(props.limits ?? {}),
  };
  const seconds = inSeconds('runnableLimit', runnableLimit);
  const checks = new Checks()
    .report('RunnableLimit', unknown('runnableLimit', seconds, 'an alarm comes at three quarters of it'))
    .number('RunnableLimit', 'runnableLimit', Token.isUnresolved(seconds) ? undefined : seconds, {
      ...RUNNABLE_SECONDS, hint: 'Batch takes 10 minutes to 24 hours',
    })
    .number('Priority', 'priority', props.priority, { min: 0, max: 1000, whole: true });
  checks.report('NetworkElsewhere', networkElsewhere(scope, props.network));
  checkDurations(checks, props);
  checkLimits(checks, limits);
  checkTeams(checks, props);
  checkSubnets(checks, props);
  checkRetention(checks, 'eventRetention', props.eventRetention);
  checks.settle(scope);
  props.kind._settle(scope);
  props.teams?.forEach((team) => { team._settle(scope); });
  return { limits, runnableLimit };
}

function checkDurations(checks: Checks, { updateTimeout, shareMemory, rootVolume }: TrainingQueueProps): void {
  if (updateTimeout !== undefined) {
    const seconds = inSeconds('updateTimeout', updateTimeout);
    checks.report('UpdateTimeout', unknown('updateTimeout', seconds, 'Batch counts it in minutes'))
      .number('UpdateTimeout', 'updateTimeout', Token.isUnresolved(seconds) ? undefined : seconds / 60, UPDATE_MINUTES);
  }
  checks.number('ShareMemory', 'shareMemory', shareMemory && inSeconds('shareMemory', shareMemory), MEMORY_SECONDS)
    .number('RootVolume', 'rootVolume', rootVolume && inGibibytes('rootVolume', rootVolume), ROOT_GIBIBYTES);
}

function checkLimits(checks: Checks, limits: Required<QueueLimits>): void {
  const count = { min: 0, whole: true };
  checks.number('QueueLimit', 'limits.runnableJobs', limits.runnableJobs, count)
    .number('QueueLimit', 'limits.runnableAge', inSeconds('limits.runnableAge', limits.runnableAge), {
      min: 60, whole: true, unit: 'seconds',
    })
    .number('QueueLimit', 'limits.failedJobs', limits.failedJobs, count)
    .number('QueueLimit', 'limits.reclaims', limits.reclaims, count)
    .number('QueueLimit', 'limits.idlePercent', limits.idlePercent, { min: 1, max: 99, unit: 'percent' });
}

function checkTeams(checks: Checks, { kind, teams = [] }: TrainingQueueProps): void {
  const names = teams.map(({ team }) => team);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  checks.report('TeamCount', names.length <= MOST_TEAMS ? undefined
    : `\`teams\` must name at most ${MOST_TEAMS}, because Batch knows 500 shares with that of everybody else: got ${names.length}`);
  checks.report('TeamTwice', twice === undefined ? undefined
    : `\`teams\` must name each team once: got ${shown(twice)} more than once; add up its shares`);
  for (const { team, maxGpus, maxVcpus } of teams) {
    checks.report('TeamQuota', kind.hasGpus && maxVcpus !== undefined
      ? `\`maxVcpus\` of team ${shown(team)} must be left out in a GPU queue, where GPUs are what is short: got a number; give \`maxGpus\`` : undefined)
      .report('TeamQuota', !kind.hasGpus && maxGpus !== undefined
        ? `\`maxGpus\` of team ${shown(team)} must be left out in a CPU queue, which has none: got a number; give \`maxVcpus\`` : undefined);
  }
}

function checkSubnets(checks: Checks, { kind, network }: TrainingQueueProps): void {
  const ids = network.subnets.map(({ subnetId }) => subnetId);
  if (Token.isUnresolved(ids)) {
    return; // a list that only the deployment knows
  }
  const { cluster } = kind;
  if (cluster !== undefined) {
    checks.report('ClusterSubnet', cluster.subnet < ids.length ? undefined
      : `\`subnet\` of \`cluster\` must be one of the network's, counted from 0: got ${cluster.subnet} of ${ids.length}`);
    return;
  }
  checks.report('TwoZones', ids.length >= 2 ? undefined
    : `\`network\` must give at least two zones, or one zone without capacity stops all jobs: got ${ids.length}; only a \`cluster\` lies in one`);
}

/** Without what is undefined, which would hide a default. */
function defined<T extends object>(given: T): Partial<T> {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Partial<T>;
}
