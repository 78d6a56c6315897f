import { Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { checkJobSize } from './check-job-size';
import { checkEnvironment, checkText, looksSecret, wrongName } from './job-environment';
import { JOB_KINDS } from './job-kinds';
import { knowsTeam } from './submit-grant';
import { DEFAULT_TEAM, wrongTeam } from './team-name';
import { TrainingJobProps } from './training-job-props';
import { Checks, inSeconds } from '../core/checks';
import { shown } from '../core/invalid-props';
import { checkRetention } from '../core/log-retention';
import { inMebibytes } from '../core/sizes';

/** What a user of a container is: numbers, because names are looked up in the image. */
const USER = /^[0-9]{1,10}(?::[0-9]{1,10})?$/;
const MOST_NODES = 100;
/** The most GPUs that a machine of EC2 has. */
const MOST_GPUS = 16;
/** Of an `Integer` in CloudFormation, and of a user id in Linux. */
const LARGEST_INTEGER = 2_147_483_647;

/** All problems of a job's props at once; those that are of another kind come first, because nothing more can be read of them. */
export function checkJob(scope: Construct, props: TrainingJobProps): void {
  new Checks().kinds(props, JOB_KINDS).settle(scope);
  const checks = new Checks()
    .number('Vcpus', 'vcpus', props.vcpus ?? Number.NaN, { min: 1, max: 1024, whole: true })
    .number('Attempts', 'attempts', props.attempts, {
      min: 1, max: 10, whole: true, hint: 'without an attempt no job would start',
    })
    .number('JobTimeout', 'timeout', props.timeout && inSeconds('timeout', props.timeout), {
      min: 60, max: LARGEST_INTEGER, whole: true, unit: 'seconds',
    })
    .number('SchedulingPriority', 'schedulingPriority', props.schedulingPriority, { min: 0, max: 9999, whole: true });
  checkJobSize(checks, props);
  checkMemory(checks, props);
  checkGpus(checks, props);
  checkNodes(checks, props);
  checkCheckpoint(checks, props);
  checkContainer(checks, props);
  checkTeam(checks, props);
  checkRetention(checks, 'logRetention', props.logRetention);
  checks.settle(scope);
  props.image._settle(scope);
  [props.checkpoint?._data, ...props.data ?? []].forEach((data) => data?._settle(scope));
}

function checkMemory(checks: Checks, { memory, sharedMemory }: TrainingJobProps): void {
  const [whole, shared] = [inMebibytes('memory', memory), sharedMemory && inMebibytes('sharedMemory', sharedMemory)];
  checks.number('Memory', 'memory', whole, { min: 512, whole: true, unit: 'MiB' })
    .number('SharedMemory', 'sharedMemory', shared, { min: 1, whole: true, unit: 'MiB' })
    .that('SharedMemory', { whole, shared: shared ?? 0 }, (known) => known.shared > known.whole
      ? `\`sharedMemory\` must fit into \`memory\`, against which it counts: got ${known.shared} MiB of ${known.whole} MiB` : undefined);
}

function checkGpus(checks: Checks, { queue, gpus }: TrainingJobProps): void {
  if (queue.kind.hasGpus) {
    checks.number('Gpus', 'gpus', gpus, {
      min: 1, max: MOST_GPUS, whole: true, hint: 'a job without GPUs would block machines that cost a multiple; use a CPU queue',
    });
  } else {
    checks.report('Gpus', gpus === undefined || gpus === 0 ? undefined
      : `\`gpus\` must be left out in a CPU queue, whose machines have none: got ${shown(gpus)}; use a GPU queue`);
  }
}

function checkNodes(checks: Checks, { queue, nodes }: TrainingJobProps): void {
  if (nodes === undefined) {
    return;
  }
  checks.report('Nodes', Token.isUnresolved(nodes) ? '`nodes` must be known at synth, because it decides what is made: got a token' : undefined)
    .number('Nodes', 'nodes', Token.isUnresolved(nodes) ? undefined : nodes, { min: 1, max: MOST_NODES, whole: true });
  if (nodes > 1) {
    checks.report('NodesOnSpot', queue.kind.usesSpot
      ? `\`nodes\` must be 1 on spot machines, for which Batch has no jobs with several nodes: got ${shown(nodes)}; use a queue on demand` : undefined)
      .report('NodesWithoutCluster', !queue.kind.usesSpot && queue.kind.cluster === undefined
        ? `\`nodes\` must be 1 in a queue without a \`cluster\`, whose machines cannot reach each other: got ${shown(nodes)}; give the queue NodeCluster.of()`
        : undefined);
  }
}

function checkCheckpoint(checks: Checks, { queue, checkpoint }: TrainingJobProps): void {
  checks.report('CheckpointMissing', checkpoint !== undefined || !queue.kind.usesSpot ? undefined
    : '`checkpoint` must be given in a queue with spot machines, which may be taken away at two minutes\' notice: got none; '
      + 'use Checkpoint.at, or Checkpoint.waived with a reason');
}

function checkContainer(checks: Checks, props: TrainingJobProps): void {
  const { user, command = [], parameters = {}, environment = {}, secrets = {}, mounts = [] } = props;
  if (user !== undefined) {
    checks.that('User', { user }, (known) => wrongUser('user', known.user));
  }
  checkEnvironment(checks, 'environment', environment);
  Object.keys(secrets).forEach((name) => {
    checks.report('EnvironmentName', wrongName('secrets', name))
      .report('EnvironmentTwice', Object.hasOwn(environment, name) ? `\`secrets\` must not name what \`environment\` has: got ${shown(name)} in both` : undefined);
  });
  command.forEach((word, index) => { checkText(checks, `command[${index}]`, word); });
  checkParameters(checks, command, parameters);
  const paths = mounts.map(({ containerPath }) => containerPath);
  const twice = paths.find((path, index) => paths.indexOf(path) !== index || path === '/tmp');
  checks.report('MountTwice', twice === undefined ? undefined
    : `\`mounts\` must each have a path of their own, and /tmp is taken: got ${shown(twice)} again`);
}

function checkParameters(checks: Checks, command: readonly string[], parameters: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(parameters)) {
    checks.report('ParameterName', /^[A-Za-z0-9_-]{1,64}$/.test(name) ? undefined
      : `\`parameters\` must have names of 1 to 64 letters, digits, _ and -: got ${shown(name)}`);
    checks.report('SecretInEnvironment', looksSecret(name)
      ? `\`parameters\` must not carry secrets, because everybody who may describe jobs reads them: got the name ${shown(name)}; use \`secrets\`` : undefined);
    checkText(checks, `parameters.${name}`, value);
  }
  for (const word of command) {
    const [, name] = /^Ref::(.*)$/.exec(word) ?? [];
    checks.report('ParameterMissing', name === undefined || Object.hasOwn(parameters, name) ? undefined
      : `\`command\` must take its parameters from \`parameters\`, so that each has a default: got ${shown(word)}; add ${shown(name)}`);
  }
}

function checkTeam(checks: Checks, { queue, team = DEFAULT_TEAM }: TrainingJobProps): void {
  const wrong = wrongTeam('team', team);
  checks.report('TeamName', wrong)
    .report('TeamUnknown', wrong !== undefined || knowsTeam(queue, team) ? undefined
      : `\`team\` must be one of the queue's: got ${shown(team)}; the queue has ${[...queue.teams.map((share) => share.team), DEFAULT_TEAM].join(', ')}`);
}

/** What is wrong with the user of a container, or nothing. */
export function wrongUser(prop: string, user: unknown): string | undefined {
  if (typeof user !== 'string' || !USER.test(user)) {
    return `\`${prop}\` must be a user and a group by number, as in '1000:1000': got ${shown(user)}`
      + (user === 'root' ? ', which is half of a way out of the container' : '');
  }
  if (user.split(':').some((id) => Number(id) > LARGEST_INTEGER)) {
    return `\`${prop}\` must be of ids up to ${LARGEST_INTEGER}, or no container starts: got ${shown(user)}`;
  }
  return /^0+(?::|$)/.test(user) ? `\`${prop}\` must not be root, which is half of a way out of the container: got ${shown(user)}; use '1000:1000'` : undefined;
}
