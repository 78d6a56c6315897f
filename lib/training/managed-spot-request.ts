import { aws_ec2 as ec2, aws_iam as iam, aws_kms as kms, aws_stepfunctions as sfn, Size } from 'aws-cdk-lib';
import { timesOf } from './check-managed-spot';
import { ManagedSpotTrainingProps } from './managed-spot-props';
import { ENV_CHECKPOINT_WAIVED } from './runtime/contract';
import { inGibibytes } from '../core/sizes';

/** What a request needs that the construct made. */
export interface MadeForSpot {
  readonly role: iam.IRole;
  readonly subnets: readonly ec2.ISubnet[];
  readonly securityGroup: ec2.ISecurityGroup;
  /** Nothing where the machines take no key. */
  readonly volumeKey?: kms.IKey;
  readonly outputKey: kms.IKey;
  /** Whose job it is. */
  readonly path: string;
}

/** What differs from job to job; each may be JSONPath. */
export interface SpotJob {
  readonly name: string;
  /** Nothing where the job keeps no checkpoints. */
  readonly checkpointUri?: string;
  readonly parameters?: { readonly [name: string]: string };
}

/** Where a container of SageMaker keeps its checkpoints. */
const CHECKPOINTS = '/opt/ml/checkpoints';

/**
 * The request that starts a job.
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTrainingJob.html
 */
export function renderSpotRequest(props: ManagedSpotTrainingProps, made: MadeForSpot, job: SpotJob): Record<string, unknown> {
  const { image, instanceType, instances, inputs = {}, output, networkIsolation, attempts } = props;
  const { running, waiting } = timesOf(props);
  const environment = environmentOf(props);
  const parameters = { ...props.parameters, ...job.parameters };
  return sfn.FieldUtils.renderObject({
    TrainingJobName: job.name,
    RoleArn: made.role.roleArn,
    AlgorithmSpecification: { TrainingImage: image.uri, TrainingInputMode: 'File' },
    HyperParameters: Object.keys(parameters).length === 0 ? undefined : parameters,
    Environment: Object.keys(environment).length === 0 ? undefined : environment,
    InputDataConfig: Object.keys(inputs).length === 0 ? undefined : Object.entries(inputs).map(([ChannelName, { uri }]) => ({
      ChannelName,
      DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: uri, S3DataDistributionType: 'FullyReplicated' } },
    })),
    OutputDataConfig: { S3OutputPath: output.uri, KmsKeyId: made.outputKey.keyArn },
    ResourceConfig: {
      InstanceType: instanceType.name,
      InstanceCount: instances ?? 1,
      // machines with local disks have no volume, and SageMaker refuses a key for them
      ...(instanceType.hasLocalNvme === true ? {} : { VolumeSizeInGB: volumeOf(props), VolumeKmsKeyId: made.volumeKey?.keyArn }),
    },
    EnableManagedSpotTraining: true,
    StoppingCondition: { MaxRuntimeInSeconds: running, MaxWaitTimeInSeconds: waiting },
    CheckpointConfig: job.checkpointUri === undefined ? undefined : { S3Uri: job.checkpointUri, LocalPath: CHECKPOINTS },
    RetryStrategy: { MaximumRetryAttempts: attempts ?? 3 },
    VpcConfig: {
      Subnets: made.subnets.map(({ subnetId }) => subnetId),
      SecurityGroupIds: [made.securityGroup.securityGroupId],
    },
    EnableNetworkIsolation: networkIsolation ?? true,
    EnableInterContainerTrafficEncryption: true,
    Tags: tagsOf(props, made.path),
  }) as Record<string, unknown>;
}

function environmentOf({ environment = {}, checkpoint }: ManagedSpotTrainingProps): Record<string, string> {
  const waived = checkpoint.waivedBecause;
  return { ...environment, ...(waived === undefined ? {} : { [ENV_CHECKPOINT_WAIVED]: waived }) };
}

function volumeOf({ volume }: ManagedSpotTrainingProps): number {
  return inGibibytes('volume', volume ?? Size.gibibytes(50));
}

/** A tag's value holds letters, digits, spaces and _.:/=+-@, which a path of constructs need not. */
function tagsOf({ tags = {} }: ManagedSpotTrainingProps, path: string): object[] {
  const own = { 'ml-platform:job': path.replace(/[^A-Za-z0-9 _.:/=+@-]/g, '_').slice(0, 256) };
  return Object.entries({ ...tags, ...own }).map(([Key, Value]) => ({ Key, Value }));
}
