import { aws_batch as batch, aws_logs as logs, Size, Stack, Tokenization } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { ENV_CHECKPOINT_URI, ENV_CHECKPOINT_WAIVED } from './runtime/contract';
import { TrainingJobProps } from './training-job-props';

/** What a container needs that its job made. */
export interface JobContainerProps {
  readonly jobRoleArn: string;
  readonly executionRoleArn: string;
  readonly logGroup: logs.ILogGroup;
  /** In the order of the job's mounts. */
  readonly volumes: readonly batch.CfnJobDefinition.VolumesProperty[];
  readonly nodes: number;
}

const TMP_MEBIBYTES = 1024;
const OPEN_FILES = 65_536;
/** Where the kernel offers an Elastic Fabric Adapter. https://docs.aws.amazon.com/batch/latest/userguide/efa.html */
const EFA_DEVICE = '/dev/infiniband/uverbs0';
const UNLIMITED = -1;

/** How many GPUs each node of a job gets. */
export function gpusOf({ queue, gpus }: TrainingJobProps): number {
  return queue.kind.hasGpus ? gpus ?? 1 : 0;
}

/** The container of a job, hardened: no root, no privileges, no writable image, and no more than what was asked for. */
export function renderContainer(
  scope: Construct, props: TrainingJobProps, made: JobContainerProps,
): batch.CfnJobDefinition.ContainerPropertiesProperty {
  const { image, command, secrets = {}, mounts = [], user, readOnlyRoot } = props;
  const efa = made.nodes > 1 && props.queue.kind.cluster?.efa === true;
  return {
    image: image.uri,
    command: command === undefined ? undefined : [...command],
    jobRoleArn: made.jobRoleArn,
    executionRoleArn: made.executionRoleArn,
    user: user ?? '1000:1000',
    privileged: false,
    readonlyRootFilesystem: readOnlyRoot ?? true,
    environment: environmentOf(props),
    secrets: Object.entries(secrets).map(([name, secret]) => ({ name, valueFrom: secret._valueFrom })),
    resourceRequirements: requirementsOf(props),
    linuxParameters: {
      initProcessEnabled: true, // hands SIGTERM on to the program
      sharedMemorySize: sharedMemoryOf(props),
      tmpfs: [{ containerPath: '/tmp', size: TMP_MEBIBYTES, mountOptions: ['rw', 'nosuid', 'nodev'] }],
      devices: efa ? [{ hostPath: EFA_DEVICE, containerPath: EFA_DEVICE, permissions: ['READ', 'WRITE', 'MKNOD'] }] : undefined,
    },
    ulimits: [
      { name: 'nofile', softLimit: OPEN_FILES, hardLimit: OPEN_FILES },
      ...efa ? [{ name: 'memlock', softLimit: UNLIMITED, hardLimit: UNLIMITED }] : [],
    ],
    volumes: made.volumes.map((volume, index) => ({ name: `mount${index}`, ...volume })),
    mountPoints: mounts.map(({ containerPath, readOnly }, index) => ({ sourceVolume: `mount${index}`, containerPath, readOnly })),
    logConfiguration: {
      logDriver: 'awslogs',
      options: {
        'awslogs-group': made.logGroup.logGroupName,
        'awslogs-region': Stack.of(scope).region,
        'awslogs-stream-prefix': 'job',
      },
    },
  };
}

function environmentOf({ environment = {}, checkpoint }: TrainingJobProps): batch.CfnJobDefinition.EnvironmentProperty[] {
  const own: Record<string, string | undefined> = {
    [ENV_CHECKPOINT_URI]: checkpoint?.uri,
    [ENV_CHECKPOINT_WAIVED]: checkpoint?.waivedBecause, // a definition has no description
  };
  return Object.entries({ ...environment, ...own }).flatMap(([name, value]) => value === undefined ? [] : [{ name, value }]);
}

/** Batch wants text. */
function requirementsOf(props: TrainingJobProps): batch.CfnJobDefinition.ResourceRequirementProperty[] {
  const gpus = gpusOf(props);
  return [
    { type: 'VCPU', value: text(props.vcpus) },
    { type: 'MEMORY', value: text(props.memory.toMebibytes()) },
    ...gpus === 0 ? [] : [{ type: 'GPU', value: text(gpus) }],
  ];
}

function sharedMemoryOf({ memory, sharedMemory }: TrainingJobProps): number {
  const whole: Size = sharedMemory ?? memory;
  return sharedMemory === undefined && !whole.isUnresolved() ? Math.floor(whole.toMebibytes() / 4) : whole.toMebibytes();
}

/** Of a token too, which CloudFormation turns into text. */
function text(value: number): string {
  return Tokenization.stringifyNumber(value);
}
