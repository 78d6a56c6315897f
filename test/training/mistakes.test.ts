import { App, Aws, aws_batch as batch, aws_ec2 as ec2, CfnResource, Duration, Lazy, Size, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { batchInference, engine } from './batch-inference/supplies';
import { bucket, CPU_SPOT, GPU_CLUSTER, GPU_SPOT, image, trainingJob, trainingQueue } from './supplies';
import { ModelImage } from '../../lib/artifacts';
import { IMlNetwork } from '../../lib/network';
import {
  BatchInference, BatchInferenceProps, Checkpoint, JobData, JobMount, MachineFamily, ManagedSpotTraining, NodeCluster, QueueKind,
  TeamShare, TrainingJob, TrainingJobProps, TrainingPipeline, TrainingQueue, TrainingQueueProps,
} from '../../lib/training';

/** One mistake each, and the sentence that the user reads. */

let stack: Stack;
beforeEach(() => { stack = new Stack(new App(), 'Test'); });

const { G5, C6I, M6I, M7G } = MachineFamily;
const queue = (changed: Partial<TrainingQueueProps>) => () => trainingQueue(stack, changed);
const job = (changed: Partial<TrainingJobProps>) => () => trainingJob(stack, changed);
const jobIn = (kind: QueueKind, changed: Partial<TrainingJobProps> = {}) => () =>
  trainingJob(stack, { queue: trainingQueue(stack, { kind }), ...changed });

/** A network somebody built by hand, all in one zone. */
class OneZone extends Construct implements IMlNetwork {
  public readonly vpc = new ec2.Vpc(this, 'Vpc', { maxAzs: 1 });
  public readonly subnets = this.vpc.privateSubnets;

  public workloadSecurityGroup(scope: Construct, id: string): ec2.ISecurityGroup {
    return new ec2.SecurityGroup(scope, id, { vpc: this.vpc });
  }
}

test.each<[string, () => unknown]>([
  ['as many vCPUs as the queue has', () => jobIn(QueueKind.gpuSpot({ machines: [G5], maxVcpus: 64 }), { vcpus: 64 })()],
  ['as many GPUs as the team may hold', () => trainingJob(stack, {
    queue: trainingQueue(stack, { teams: [TeamShare.of('fraud', { maxGpus: 4 })] }), team: 'fraud', gpus: 4,
  })],
  ['as many folders as a policy holds', () =>
    trainingJob(stack, { data: Array.from({ length: 10 }, (_, place) => JobData.read(bucket(stack), `folder${place}/`)) })],
  ['the last user that Linux has a number for', () => trainingJob(stack, { user: '2147483647' })],
])('%s is no mistake', (_, make) => {
  expect(make).not.toThrow();
});

describe('of a queue', () => {
  test.each<[string, () => unknown, string]>([
    ['a CPU family in a GPU queue', () => QueueKind.gpuSpot({ machines: [G5, M6I], maxVcpus: 8 }),
      '`machines` of a GPU queue must all have GPUs, or jobs wait for ever: got \'m6i\'; put it into a CPU queue'],
    ['a GPU family in a CPU queue', () => QueueKind.cpuOnDemand({ machines: [M6I, G5], maxVcpus: 8 }),
      '`machines` of a CPU queue must have no GPUs, which nobody would use: got \'g5\'; put it into a GPU queue'],
    ['both in a queue that falls back', () => QueueKind.spotWithOnDemandFallback({ machines: [G5, C6I], maxSpotVcpus: 8, maxOnDemandVcpus: 8 }),
      '`machines` of a GPU queue must all have GPUs, or jobs wait for ever: got \'c6i\'; put it into a CPU queue'],
    ['a family that is a text', () => QueueKind.cpuSpot({ machines: ['m6i'] as never, maxVcpus: 8 }),
      '`machines[0]` must be a MachineFamily, as in MachineFamily.of(\'m6i\'): got \'m6i\''],
    ['one family without a list', () => QueueKind.cpuSpot({ machines: M6I as never, maxVcpus: 8 }), '`machines` must be a list: got an object'],
    ['a cluster that is a plain object', () => QueueKind.gpuOnDemand({ machines: [G5], maxVcpus: 8, cluster: { efa: true } as never }),
      '`cluster` must be a NodeCluster, as in NodeCluster.of(): got an object'],
    ['a kind that is a text', queue({ kind: 'gpuSpot' as never }), '`kind` must be a QueueKind, as in QueueKind.gpuSpot(capacity): got \'gpuSpot\''],
    ['a VPC for a network', () => queue({ network: new ec2.Vpc(stack, 'Vpc') as never })(),
      '`network` must be an MlNetwork, made or brought with MlNetwork.fromVpc: got an object'],
    ['a team that is a text', queue({ teams: ['fraud'] as never }), '`teams[0]` must be a TeamShare, as in TeamShare.of(team): got \'fraud\''],
    ['a volume in GiB', queue({ rootVolume: 200 as never }), '`rootVolume` must be a Size, as in Size.gibibytes(1): got 200'],
    ['a memory of hours', queue({ shareMemory: 24 as never }), '`shareMemory` must be a Duration, as in Duration.hours(1): got 24'],
    ['a limit of hours', queue({ runnableLimit: 12 as never }), '`runnableLimit` must be a Duration'],
    ['a timeout of minutes', queue({ updateTimeout: 30 as never }), '`updateTimeout` must be a Duration'],
    ['a volume key by its alias', queue({ volumeKey: 'alias/mine' as never }), '`volumeKey` must be a KMS key, made or imported: got \'alias/mine\''],
    ['a file system by its id', queue({ lustre: ['fs-1'] as never }), '`lustre[0]` must be a Lustre file system: got \'fs-1\''],
    ['limits that are a number', queue({ limits: 5 as never }), '`limits` must be a plain object: got 5'],
    ['a topic by its ARN', queue({ notify: 'arn' as never }), '`notify` must be an SNS topic, made or imported: got \'arn\''],
    ['a key by its alias', queue({ encryptionKey: 'alias/mine' as never }), '`encryptionKey` must be a KMS key, made or imported'],
    ['families that AWS chooses', () => MachineFamily.of('optimal'),
      '`name` must be a family or a type of EC2, such as \'g5\' or \'g5.2xlarge\': got \'optimal\'; a word for families that AWS chooses'],
    ['a type of SageMaker', () => MachineFamily.of('ml.g5.xlarge'),
      'got \'ml.g5.xlarge\'; drop the `ml.`, which is SageMaker\'s'],
    ['chips that are no GPUs', () => MachineFamily.of('trn1'), 'got \'trn1\', which has other chips; use SageMaker training jobs for them'],
    ['GPUs that only Amazon Linux 2 had drivers for', () => QueueKind.gpuSpot({ machines: [MachineFamily.of('p3')], maxVcpus: 64 }),
      '`machines` must run Batch\'s Amazon Linux 2023 image for NVIDIA: got \'p3\', which does not; take a newer family'],
    ['two architectures', () => QueueKind.cpuSpot({ machines: [M6I, M7G], maxVcpus: 64 }),
      '`machines` must share one architecture, as a job queue does: got m6i, m7g; make a queue for each'],
    ['a family twice', () => QueueKind.gpuSpot({ machines: [G5, G5], maxVcpus: 64 }), '`machines` must name each family once: got \'g5\' more than once'],
    ['no machines', () => QueueKind.gpuSpot({ machines: [], maxVcpus: 64 }), '`machines` must name at least one family, or no machine ever starts: got none'],
    ['maxVcpus 0', () => QueueKind.gpuSpot({ machines: [G5], maxVcpus: 0 }),
      '`maxVcpus` must be a whole number from 1 to 1000000 vCPUs: got 0; it limits the bill, and 0 would let no job start'],
    ['less than one machine', () => QueueKind.gpuOnDemand({ machines: [MachineFamily.of('p4d.24xlarge')], maxVcpus: 64 }),
      '`maxVcpus` must let one machine start: got 64 vCPUs, and the smallest has 96'],
    ['a fallback without capacity', () => QueueKind.spotWithOnDemandFallback({ machines: [G5], maxSpotVcpus: 8, maxOnDemandVcpus: 0 }),
      '`maxOnDemandVcpus` must be a whole number from 1 to 1000000 vCPUs: got 0'],
    ['a single zone', () => trainingQueue(stack, { network: new OneZone(stack, 'OneZone') }),
      'Test/Queue: `network` must give at least two zones, or one zone without capacity stops all jobs: got 1; only a `cluster` lies in one'],
    ['a cluster in a subnet that is not there', queue({
      kind: QueueKind.gpuOnDemand({ machines: [G5], maxVcpus: 64, cluster: NodeCluster.of({ subnet: 2 }) }),
    }), '`subnet` of `cluster` must be one of the network\'s, counted from 0: got 2 of 2'],
    ['a limit for waiting that Batch does not take', queue({ runnableLimit: Duration.minutes(5) }),
      '`runnableLimit` must be a whole number from 600 to 86400 seconds: got 300; Batch takes 10 minutes to 24 hours'],
    ['an update that waits longer than Batch', queue({ updateTimeout: Duration.days(6) }),
      '`updateTimeout` must be a whole number from 1 to 7200 minutes: got 8640'],
    ['a team twice', queue({ teams: [TeamShare.of('fraud'), TeamShare.of('fraud')] }), '`teams` must name each team once: got \'fraud\' more than once'],
    ['more teams than Batch has shares', queue({ teams: Array.from({ length: 500 }, (_, number) => TeamShare.of(`team${number}`)) }),
      '`teams` must name at most 499, because Batch knows 500 shares with that of everybody else: got 500'],
    ['a cluster in a subnet that only the deployment knows', () => NodeCluster.of({ subnet: Lazy.number({ produce: () => 0 }) }),
      '`subnet` must be known at synth, because it decides where machines start: got a token'],
    ['a team with a hyphen', () => TeamShare.of('fraud-detection'), '`team` must be 1 to 64 letters and digits, known at synth, because Batch takes nothing else'],
    ['a quota of 0', () => TeamShare.of('fraud', { maxGpus: 0 }), '`maxGpus` must be a whole number of at least 1: got 0; a team without any would wait for ever'],
    ['a quota of GPUs in a CPU queue', queue({ kind: CPU_SPOT(), teams: [TeamShare.of('fraud', { maxGpus: 2 })] }),
      '`maxGpus` of team \'fraud\' must be left out in a CPU queue, which has none: got a number; give `maxVcpus`'],
    ['a quota of vCPUs in a GPU queue', queue({ teams: [TeamShare.of('fraud', { maxVcpus: 2 })] }),
      '`maxVcpus` of team \'fraud\' must be left out in a GPU queue, where GPUs are what is short: got a number; give `maxGpus`'],
    ['a root volume that is a number', queue({ rootVolume: 30 as unknown as Size }), '`rootVolume` must be a Size, as in Size.gibibytes(1): got 30'],
    ['a root volume too small for the image', queue({ rootVolume: Size.gibibytes(8) }), '`rootVolume` must be a whole number from 30 to 16384 GiB: got 8'],
    ['an alarm on any wait at all', queue({ limits: { runnableAge: Duration.seconds(0) } }),
      '`limits.runnableAge` must be a whole number of at least 60 seconds: got 0'],
    ['an alarm that always fires', queue({ limits: { idlePercent: 0 } }), '`limits.idlePercent` must be a number from 1 to 99 percent: got 0'],
  ])('%s', (_, make, message) => {
    expect(make).toThrow(message);
  });
});

describe('of a job', () => {
  test.each<[string, () => unknown, string]>([
    ['several nodes on spot', job({ nodes: 2 }),
      'Test/Job: `nodes` must be 1 on spot machines, for which Batch has no jobs with several nodes: got 2; use a queue on demand'],
    ['several nodes that cannot reach each other', () => jobIn(QueueKind.gpuOnDemand({ machines: [G5], maxVcpus: 64 }), { nodes: 2 })(),
      '`nodes` must be 1 in a queue without a `cluster`, whose machines cannot reach each other: got 2; give the queue NodeCluster.of()'],
    ['no checkpoint on spot', job({ checkpoint: undefined }),
      '`checkpoint` must be given in a queue with spot machines, which may be taken away at two minutes\' notice: got none'],
    ['a waiver without a reason', () => Checkpoint.waived('short'), '`reason` must say in a sentence of 20 to 256 characters why starting anew is fine: got \'short\''],
    ['root by name', job({ user: 'root' }), '`user` must be a user and a group by number, as in \'1000:1000\': got \'root\', which is half of a way out'],
    ['root by number', job({ user: '0:0' }), '`user` must not be root, which is half of a way out of the container: got \'0:0\'; use \'1000:1000\''],
    ['a secret in the environment, by its name', job({ environment: { DB_PASSWORD: 'x' } }),
      '`environment` must not carry secrets, because everybody who may describe jobs reads it: got the name \'DB_PASSWORD\'; use `secrets`'],
    ['a secret in the environment, by its value', job({ environment: { LOGIN: `ghp_${'a'.repeat(36)}` } }),
      '`environment.LOGIN` must not carry secrets: got something that looks like a key; take it out, revoke it and use `secrets`'],
    ['a secret in the command', job({ command: ['train', `--key=AKIA${'A'.repeat(16)}`] }), '`command[1]` must not carry secrets: got something that looks like a key'],
    ['a secret as a parameter', job({ parameters: { apiKey: 'x' } }), '`parameters` must not carry secrets, because everybody who may describe jobs reads them'],
    ['a secret that CloudFormation would fetch', job({ environment: { LOGIN: '{{resolve:secretsmanager:x}}' } }),
      '`environment.LOGIN` must not hold {{resolve:, which CloudFormation replaces by a secret'],
    ['the image `latest`', () => ModelImage.fromUri('111122223333.dkr.ecr.eu-west-1.amazonaws.com/churn:latest'),
      '`uri` must be an image without white space, pinned by @sha256: and 64 hex digits'],
    ['a user that Linux has no number for', job({ user: '9999999999' }), '`user` must be of ids up to 2147483647, or no container starts'],
    ['a timeout that is no integer of CloudFormation', job({ timeout: Duration.days(40_000) }), '`timeout` must be a whole number from 60 to 2147483647 seconds'],
    ['more vCPUs than the queue may have', () => jobIn(QueueKind.gpuSpot({ machines: [G5], maxVcpus: 64 }), { vcpus: 65 })(),
      '`vcpus` must fit into the queue, or the job waits until Batch cancels it: got 65, and the queue has at most 64'],
    ['more GPUs than the team may hold', () => trainingJob(stack, {
      queue: trainingQueue(stack, { teams: [TeamShare.of('fraud', { maxGpus: 3 })] }), team: 'fraud', gpus: 4,
    }), '`gpus` of all nodes must fit into the quota of team \'fraud\', or the job waits for ever: got 4 of 3'],
    ['more vCPUs on all nodes than the team may hold', () => trainingJob(stack, {
      queue: trainingQueue(stack, {
        kind: QueueKind.cpuOnDemand({ machines: [C6I], maxVcpus: 64, cluster: NodeCluster.of() }), teams: [TeamShare.of('fraud', { maxVcpus: 8 })],
      }),
      team: 'fraud',
      vcpus: 3,
      nodes: 3,
      checkpoint: undefined,
    }), '`vcpus` of all nodes must fit into the quota of team \'fraud\', or the job waits for ever: got 9 of 8'],
    ['texts that no job definition holds', job({ environment: Object.fromEntries(Array.from({ length: 6 }, (_, place) => [`V${place}`, 'x'.repeat(4000)])) }),
      '`command`, `parameters` and `environment` must fit into a job definition, which Batch ends at 24 KiB: got 240'],
    ['folders that no policy holds', () => trainingJob(stack, { data: Array.from({ length: 11 }, (_, place) => JobData.read(bucket(stack), `folder${place}/`)) }),
      '`data` must name at most 10 folders, because a policy has at most 6144 characters: got 11'],
    ['no attempts', job({ attempts: 0 }), '`attempts` must be a whole number from 1 to 10: got 0; without an attempt no job would start'],
    ['GPUs in a CPU queue', () => jobIn(CPU_SPOT(), { gpus: 1 })(), '`gpus` must be left out in a CPU queue, whose machines have none: got 1; use a GPU queue'],
    ['no GPUs in a GPU queue', job({ gpus: 0 }), '`gpus` must be a whole number from 1 to 16: got 0; a job without GPUs would block machines'],
    ['a team that the queue does not know', job({ team: 'fraud' }), '`team` must be one of the queue\'s: got \'fraud\'; the queue has default'],
    ['a folder that is a pattern', () => JobData.read(bucket(stack), 'churn/*/'), '`prefix` must be a folder, as in \'churn/checkpoints/\''],
    ['a folder without its slash', () => Checkpoint.at(bucket(stack), 'churn'), 'single slashes, / at the end: got \'churn\''],
    ['no time', job({ timeout: Duration.seconds(30) }), '`timeout` must be a whole number from 60 to 2147483647 seconds: got 30'],
    ['more shared memory than memory', job({ memory: Size.gibibytes(4), sharedMemory: Size.gibibytes(8) }),
      '`sharedMemory` must fit into `memory`, against which it counts: got 8192 MiB of 4096 MiB'],
    ['a parameter without a default', job({ command: ['train', 'Ref::epochs'] }),
      '`command` must take its parameters from `parameters`, so that each has a default: got \'Ref::epochs\'; add \'epochs\''],
    ['a name that Batch uses', job({ environment: { AWS_BATCH_JOB_ID: 'x' } }), '`environment` must leave names to Batch and this library that they set themselves'],
    ['a mount over /tmp', job({ mounts: [JobMount.scratch('/tmp')] }), '`mounts` must each have a path of their own, and /tmp is taken: got \'/tmp\' again'],
    ['a mount on a relative path', () => JobMount.scratch('data/../x'), '`containerPath` must be an absolute path such as \'/data\': got \'data/../x\''],
    ['a submission that changes what the job did not declare', () => trainingJob(stack).submitTask(stack, 'Task', { parameters: { epochs: '3' } }),
      '`parameters` must be declared by the job, which is all that a submission may change: got \'epochs\''],
    ['a run to go on from, without checkpoints', () =>
      jobIn(GPU_CLUSTER(), { checkpoint: undefined })().submitTask(stack, 'Task', { checkpointRun: 'run' }),
    '`checkpointRun` must be left out for a job without checkpoints: got a run; give the job a `checkpoint`'],
    ['a run that is a path', () => trainingJob(stack).submitTask(stack, 'Task', { checkpointRun: '../other' }), '`checkpointRun` must be 1 to 128 letters'],
  ])('%s', (_, make, message) => {
    expect(make).toThrow(message);
  });

  test('several, all of them at once', () => {
    expect(job({ user: 'root', nodes: 2, attempts: 11, checkpoint: undefined })).toThrow(
      /`attempts`[^]*`nodes`[^]*`checkpoint`[^]*`user`/);
  });
});

describe('of a batch inference', () => {
  const inference = (changed: () => Partial<BatchInferenceProps>) => () => batchInference(stack, changed());

  test.each<[string, () => unknown, string]>([
    ['no command', () => engine(stack, { command: [] }), '`command` must say what the container runs, because the addresses of its work are put behind it: got none'],
    ['a command that a shell would have to split', () => engine(stack, { command: 'python score.py' as never }), 'got \'python score.py\'; give a list such as'],
    ['outputs among the inputs', inference(() => ({ outputBucket: bucket(stack), outputPrefix: 'claims/in/out/' })),
      'Test/Inference: `outputPrefix` and `inputPrefix` must not lie within each other, or outputs become inputs: got \'claims/in/out/\' and \'claims/in/\''],
    ['inputs among the outputs', inference(() => ({ outputBucket: bucket(stack), outputPrefix: 'claims/' })), 'must not lie within each other'],
    ['a folder without its slash', inference(() => ({ inputPrefix: 'claims/in' })), '`inputPrefix` must be a folder, as in'],
    ['the whole bucket', inference(() => ({ inputPrefix: '' })), '`inputPrefix` must be a folder, as in'],
    ['a folder that is a pattern', inference(() => ({ outputPrefix: 'claims/*/' })), '`outputPrefix` must be a folder, as in'],
    ['a folder that only the deployment knows', inference(() => ({ inputPrefix: `${Aws.REGION}/` })),
      '`inputPrefix` must be known at synth, because policies and keys are made of it: got a token; write the folder itself'],
    ['a suffix that is a folder', inference(() => ({ outputSuffix: '/../x' })), '`outputSuffix` must be at most 32 letters, digits, . _ and -: got \'/../x\''],
    ['no job at all', inference(() => ({ maxConcurrency: 0 })), '`maxConcurrency` must be a whole number from 1 to 10000 jobs: got 0; 0 would mean no limit'],
    ['a share in place of a percentage', inference(() => ({ toleratedFailurePercent: 0.05 })), '`toleratedFailurePercent` must be a whole number from 0 to 99 percent: got 0.05'],
    ['every failure tolerated', inference(() => ({ toleratedFailurePercent: 100 })), 'got 100; at 100 a run could not fail'],
    ['jobs without inputs', inference(() => ({ inputsPerJob: 0 })), '`inputsPerJob` must be a whole number from 1 to 10000 inputs: got 0'],
    ['no time', inference(() => ({ timeout: Duration.minutes(1) })), '`timeout` must be a whole number from 300 to 31536000 seconds: got 60'],
    ['an alarm after the end', inference(() => ({ timeout: Duration.hours(6) })), '`limits.runningAge` must be shorter than `timeout`, or an execution ends before anybody is told: got 43200 of 21600 seconds'],
    ['an alarm that always fires', inference(() => ({ limits: { runningAge: Duration.minutes(1) } })), '`limits.runningAge` must be a whole number from 900 to'],
    ['a secret in the environment of its jobs', inference(() => ({ engine: engine(stack, { environment: { API_KEY: 'x' } }) })), 'Test/Inference/Job: `environment` must not carry secrets'],
    ['jobs as root', inference(() => ({ engine: engine(stack, { user: 'root' }) })), 'Test/Inference/Job: `user` must be a user and a group by number'],
    ['GPUs in a CPU queue', inference(() => ({ engine: engine(stack, { queue: trainingQueue(stack, { kind: CPU_SPOT() }), gpus: 1 }) })), '`gpus` must be left out in a CPU queue'],
  ])('%s', (_, make, message) => {
    expect(make).toThrow(message);
  });

  test('several, all of them at once', () => {
    expect(inference(() => ({ maxConcurrency: 0, inputsPerJob: 0, outputSuffix: '/', inputPrefix: '/' }))).toThrow(
      /`inputsPerJob`[^]*`maxConcurrency`[^]*`inputPrefix`[^]*`outputSuffix`/);
  });
});

describe('by an escape hatch, which no pack looks at:', () => {
  function find<T extends CfnResource>(type: string): T {
    return stack.node.findAll().find((node) => CfnResource.isCfnResource(node) && node.cfnResourceType === type) as T;
  }
  const override = (type: string, path: string, value: unknown) => () => { find(type).addPropertyOverride(path, value); };
  const remove = (type: string, path: string) => () => { find(type).addPropertyDeletionOverride(path); };
  const [ENVIRONMENT, QUEUE, JOB, TEMPLATE] = [
    'AWS::Batch::ComputeEnvironment', 'AWS::Batch::JobQueue', 'AWS::Batch::JobDefinition', 'AWS::EC2::LaunchTemplate',
  ];

  function errors(): string[] {
    return stack.node.findAll().flatMap((node) => node.node.validate());
  }

  beforeEach(() => { trainingJob(stack); });

  test('a queue and a job that nobody touched have none', () => {
    expect(errors()).toEqual([]);
  });

  test.each<[string, () => void, string]>([
    ['a privileged container', override(JOB, 'ContainerProperties.Privileged', true),
      '`Privileged` must stay false: a privileged container is as good as its machine: got true'],
    ['a container without a user', remove(JOB, 'ContainerProperties.User'), '`User` must be a user and a group by number'],
    ['a container as root', override(JOB, 'ContainerProperties.User', '0'), '`User` must not be root'],
    ['an image by its tag', override(JOB, 'ContainerProperties.Image', 'churn:latest'),
      '`Image` must name its digest, because a tag such as latest can point to another image tomorrow: got \'churn:latest\''],
    ['a secret', override(JOB, 'ContainerProperties.Environment', [{ Name: 'API_KEY', Value: 'x' }]), '`Environment` must not carry secrets'],
    ['the machine\'s Docker socket', override(JOB, 'ContainerProperties.Volumes', [{ Name: 'docker', Host: { SourcePath: '/var/run/docker.sock' } }]),
      '`Volumes` must not show a container its machine: got \'/var/run/docker.sock\''],
    ['an empty retry', remove(JOB, 'RetryStrategy'), '`RetryStrategy` must hold attempts and conditions, or a reclaimed job is lost: got 0 conditions'],
    ['no conditions', remove(JOB, 'RetryStrategy.EvaluateOnExit'), '`RetryStrategy` must hold attempts and conditions'],
    ['a retry that repeats what fails', override(JOB, 'RetryStrategy.EvaluateOnExit', [{ Action: 'RETRY', OnStatusReason: 'Host EC2*' }]),
      '`EvaluateOnExit` must end with EXIT on reason \'*\', or Batch repeats a program that fails: got \'RETRY\' last'],
    ['an EXIT that does not match everything', override(JOB, 'RetryStrategy.EvaluateOnExit', [{ Action: 'EXIT', OnReason: '*', OnExitCode: '1' }]),
      '`EvaluateOnExit` must end with EXIT'],
    ['no timeout', remove(JOB, 'Timeout'), '`Timeout` must stay: a program that hangs would be billed for ever'],
    ['a fixed name of the job', override(JOB, 'JobDefinitionName', 'churn'), '`JobDefinitionName` must stay empty'],
    ['an image of Amazon Linux 2', override(ENVIRONMENT, 'ComputeResources.Ec2Configuration', [{ ImageType: 'ECS_AL2_NVIDIA' }]),
      '`ImageType` must stay \'ECS_AL2023_NVIDIA\': got \'ECS_AL2_NVIDIA\'; Amazon Linux 2 has had no updates since June 2026'],
    ['no image type', remove(ENVIRONMENT, 'ComputeResources.Ec2Configuration'), '`ImageType` must stay \'ECS_AL2023_NVIDIA\': got undefined'],
    ['families that AWS chooses', override(ENVIRONMENT, 'ComputeResources.InstanceTypes', ['g5', 'optimal']), '`InstanceTypes` must name families: got \'optimal\''],
    ['capacity for nothing', override(ENVIRONMENT, 'ComputeResources.MaxvCpus', 0), '`MaxvCpus` must be at least 1, or no job ever starts: got 0'],
    ['one subnet', override(ENVIRONMENT, 'ComputeResources.Subnets', ['subnet-1']), '`Subnets` must lie in at least two zones'],
    ['a fixed name of the environment', override(ENVIRONMENT, 'ComputeEnvironmentName', 'gpus'), '`ComputeEnvironmentName` must stay empty'],
    ['a fixed name of the queue', override(QUEUE, 'JobQueueName', 'gpus'), '`JobQueueName` must stay empty'],
    ['a queue without a limit for waiting', remove(QUEUE, 'JobStateTimeLimitActions'), '`JobStateTimeLimitActions` must stay'],
    ['a queue without fair share', remove(QUEUE, 'SchedulingPolicyArn'), '`SchedulingPolicyArn` must stay'],
    ['IMDSv1', override(TEMPLATE, 'LaunchTemplateData.MetadataOptions.HttpTokens', 'optional'), '`HttpTokens` must stay \'required\''],
    ['metadata for containers', override(TEMPLATE, 'LaunchTemplateData.MetadataOptions.HttpPutResponseHopLimit', 2),
      '`HttpPutResponseHopLimit` must stay 1, so that no container with a network of its own reaches the machine\'s credentials: got 2'],
    ['a volume in the clear', override(TEMPLATE, 'LaunchTemplateData.BlockDeviceMappings.0.Ebs.Encrypted', false), '`Encrypted` must stay true for every volume'],
  ])('%s', (_, mistake, message) => {
    mistake();
    const found = errors();
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(message);
    expect(found[0]).toMatch(/drop the override$/);
  });

  test('a privileged node among several', () => {
    stack = new Stack(new App(), 'Cluster');
    trainingJob(stack, { queue: trainingQueue(stack, { kind: GPU_CLUSTER() }), nodes: 2, image: image(stack) });
    find<batch.CfnJobDefinition>(JOB).addPropertyOverride('NodeProperties.NodeRangeProperties.0.Container.Privileged', true);
    expect(errors()).toEqual([expect.stringContaining('`Privileged` must stay false')]);
  });
});

test('the kinds that are right are accepted', () => {
  expect([GPU_SPOT(), CPU_SPOT(), GPU_CLUSTER()].map(({ name }) => name)).toEqual(['gpuSpot', 'cpuSpot', 'gpuOnDemand']);
});

describe('a program without types that leaves everything out hears of it', () => {
  const nothing = {} as never;

  test.each<[string, () => unknown, string[]]>([
    ['in a queue', () => new TrainingQueue(stack, 'Queue', nothing), ['kind', 'network']],
    ['in a job', () => new TrainingJob(stack, 'Job', nothing), ['queue', 'image', 'memory']],
    ['in a managed-spot job', () => new ManagedSpotTraining(stack, 'Spot', nothing), ['network', 'image', 'instanceType', 'output']],
    ['in a pipeline', () => new TrainingPipeline(stack, 'Pipeline', nothing),
      ['model', 'artifacts', 'data', 'training', 'evaluation', 'servingImage']],
    ['in a batch inference', () => new BatchInference(stack, 'Inference', nothing), ['engine', 'inputBucket', 'inputPrefix', 'outputBucket', 'outputPrefix']],
  ])('%s', (_, make, props) => {
    expect(make).toThrow(new RegExp(props.map((prop) => `\`${prop}\` must be .+: got undefined.*`).join('\n  - ')));
  });
});
