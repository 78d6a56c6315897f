import { aws_batch as batch, aws_ec2 as ec2, aws_ecr as ecr, aws_ecs as ecs, Size } from 'aws-cdk-lib';
import { DIGEST, REPOSITORY } from './place';
import type { TrainingPlace } from './training-place';

/**
 * CDK's Batch L2 as its documentation shows it: a spot environment of GPU machines, a queue, a job with a GPU. No log of
 * events, no alarm, no retry on a reclaim, a root container, and whatever machines AWS adds.
 */
export function batchL2(place: TrainingPlace): void {
  for (const index of place.indices) {
    makeBatch(place, index);
  }
}

/** One environment, queue and job; `own` goes into the environment. */
export function makeBatch(
  { stack, network, indices }: TrainingPlace, index: number, own: Partial<batch.ManagedEc2EcsComputeEnvironmentProps> = {},
  container: Partial<batch.EcsEc2ContainerDefinitionProps> = {}, job: Partial<batch.EcsJobDefinitionProps> = {},
): { readonly queue: batch.JobQueue; readonly definition: batch.EcsJobDefinition } {
  const environment = new batch.ManagedEc2EcsComputeEnvironment(stack, `Machines${index}`, {
    vpc: network.vpc,
    vpcSubnets: { subnets: network.subnets },
    spot: true,
    instanceClasses: [ec2.InstanceClass.G5, ec2.InstanceClass.G6],
    maxvCpus: 256,
    ...own,
  });
  const queue = new batch.JobQueue(stack, `Queue${index}`, { computeEnvironments: [{ computeEnvironment: environment, order: 1 }] });
  const repository = index === indices[0] ? ecr.Repository.fromRepositoryName(stack, 'Images', REPOSITORY)
    : stack.node.findChild('Images') as ecr.IRepository;
  const definition = new batch.EcsJobDefinition(stack, `Job${index}`, {
    container: new batch.EcsEc2ContainerDefinition(stack, `Container${index}`, {
      image: ecs.ContainerImage.fromEcrRepository(repository, DIGEST),
      cpu: 4,
      memory: Size.gibibytes(16),
      gpu: 1,
      command: ['python', 'train.py'],
      ...container,
    }),
    ...job,
  });
  return { queue, definition };
}
