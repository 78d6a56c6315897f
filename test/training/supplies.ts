import { aws_ec2 as ec2, aws_ecr as ecr, aws_s3 as s3, Size, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { ModelImage } from '../../lib/artifacts';
import { IMlNetwork, InterfaceEndpoint, MlNetwork } from '../../lib/network';
import {
  Checkpoint, MachineFamily, NodeCluster, QueueKind, TrainingJob, TrainingJobProps, TrainingQueue, TrainingQueueProps,
} from '../../lib/training';

export const DIGEST = `sha256:${'a'.repeat(64)}`;

export const GPU_SPOT = () => QueueKind.gpuSpot({ machines: [MachineFamily.G5, MachineFamily.G6], maxVcpus: 256 });
export const CPU_SPOT = () => QueueKind.cpuSpot({ machines: [MachineFamily.M6I, MachineFamily.C6I], maxVcpus: 64 });
export const GPU_CLUSTER = (efa = false) => QueueKind.gpuOnDemand({
  machines: [MachineFamily.P4D], maxVcpus: 384, cluster: NodeCluster.of({ efa }),
});
export const FALLBACK = () => QueueKind.spotWithOnDemandFallback({
  machines: [MachineFamily.G5, MachineFamily.G6], maxSpotVcpus: 256, maxOnDemandVcpus: 64,
});

/** A network that is there already: made in no time. */
export function network(scope: Construct): IMlNetwork {
  const vpc = ec2.Vpc.fromVpcAttributes(scope, 'Vpc', {
    vpcId: 'vpc-0123456789abcdef0', availabilityZones: ['eu-west-1a', 'eu-west-1b'], isolatedSubnetIds: ['subnet-1', 'subnet-2'],
  });
  return MlNetwork.fromVpc(scope, 'Network', { vpc });
}

/** A network with all that the machines of a queue need. */
export function madeNetwork(scope: Construct): IMlNetwork {
  return new MlNetwork(scope, 'Network', {
    interfaceEndpoints: InterfaceEndpoint.defaultsAnd(
      InterfaceEndpoint.ECS, InterfaceEndpoint.ECS_AGENT, InterfaceEndpoint.ECS_TELEMETRY,
    ),
  });
}

/** A queue with nothing but what is required, and what a test changes. */
export function trainingQueue(stack: Stack, changed: Partial<TrainingQueueProps> = {}, id = 'Queue'): TrainingQueue {
  const scope = new Construct(stack, `${id}Supplies`);
  return new TrainingQueue(stack, id, { kind: GPU_SPOT(), network: changed.network ?? network(scope), ...changed });
}

export function bucket(stack: Stack): s3.IBucket {
  return stack.node.tryFindChild('Artifacts') as s3.IBucket | undefined ?? s3.Bucket.fromBucketName(stack, 'Artifacts', 'our-artifacts');
}

export function image(stack: Stack): ModelImage {
  const repository = stack.node.tryFindChild('Images') as ecr.IRepository | undefined
    ?? ecr.Repository.fromRepositoryName(stack, 'Images', 'churn-trainer');
  return ModelImage.fromEcr(repository, DIGEST);
}

/** A job with nothing but what is required, and what a test changes. */
export function trainingJob(stack: Stack, changed: Partial<TrainingJobProps> = {}, id = 'Job'): TrainingJob {
  return new TrainingJob(stack, id, {
    queue: changed.queue ?? trainingQueue(stack, {}, `${id}Queue`),
    image: image(stack),
    vcpus: 4,
    memory: Size.gibibytes(16),
    checkpoint: Checkpoint.at(bucket(stack), 'churn/checkpoints/'),
    ...changed,
  });
}
