import { aws_batch as batch, aws_ec2 as ec2 } from 'aws-cdk-lib';
import { QueueKind } from './queue-kind';
import { judgeRendered } from './rendered';
import { shown } from '../core/invalid-props';

interface Resources {
  readonly Type?: unknown;
  readonly MaxvCpus?: unknown;
  readonly InstanceTypes?: readonly unknown[];
  readonly Ec2Configuration?: readonly { readonly ImageType?: unknown }[];
  readonly Subnets?: readonly unknown[];
}

interface Template {
  readonly LaunchTemplateData?: {
    readonly MetadataOptions?: { readonly HttpTokens?: unknown; readonly HttpPutResponseHopLimit?: unknown };
    readonly BlockDeviceMappings?: readonly { readonly Ebs?: { readonly Encrypted?: unknown } }[];
  };
}

const AWS_CHOOSES = /^(?:optimal|default_)/;
const DROP = 'drop the override';

/** What an escape hatch made of a compute environment and its launch template: packs look at neither. */
export function checkRenderedEnvironment(
  environment: batch.CfnComputeEnvironment, template: ec2.CfnLaunchTemplate, kind: QueueKind,
): void {
  judgeRendered(environment, ({ ComputeResources: resources = {}, ComputeEnvironmentName: name }) => [
    ...judgeResources(resources as Resources, kind),
    name === undefined ? undefined
      : `\`ComputeEnvironmentName\` must stay empty: tags replace the environment, and a fixed name collides with itself; ${DROP}`,
  ]);
  judgeRendered(template, (properties) => {
    const { MetadataOptions: metadata, BlockDeviceMappings: volumes = [] } = (properties as Template).LaunchTemplateData ?? {};
    return [
      metadata?.HttpTokens === 'required' ? undefined
        : `\`HttpTokens\` must stay 'required': without IMDSv2 a container can talk a machine out of its credentials; ${DROP}`,
      Number(metadata?.HttpPutResponseHopLimit) === 1 ? undefined
        : `\`HttpPutResponseHopLimit\` must stay 1, so that no container with a network of its own reaches the machine's credentials: got ${shown(metadata?.HttpPutResponseHopLimit)}; ${DROP}`,
      volumes.every(({ Ebs: ebs }) => ebs === undefined || ebs.Encrypted === true) ? undefined
        : `\`Encrypted\` must stay true for every volume: training data is copied there; ${DROP}`,
    ];
  });
}

/** The same for a queue. */
export function checkRenderedQueue(queue: batch.CfnJobQueue): void {
  judgeRendered(queue, ({ JobQueueName: name, JobStateTimeLimitActions: limits, SchedulingPolicyArn: policy }) => [
    name === undefined ? undefined
      : `\`JobQueueName\` must stay empty: tags replace the queue, and a fixed name collides with itself; use \`queueArnParameter\`, ${DROP}`,
    Array.isArray(limits) && limits.length > 0 ? undefined
      : `\`JobStateTimeLimitActions\` must stay: a job that no machine fits would block all others for ever; use \`runnableLimit\`, ${DROP}`,
    policy !== undefined ? undefined
      : `\`SchedulingPolicyArn\` must stay: Batch takes no policy away from a queue and gives none to one that has none; ${DROP}`,
  ]);
}

function judgeResources(resources: Resources, kind: QueueKind): (string | undefined)[] {
  const types = resources.InstanceTypes ?? [];
  const loose = types.find((type) => typeof type === 'string' && AWS_CHOOSES.test(type));
  const images = (resources.Ec2Configuration ?? []).map(({ ImageType: type }) => type);
  const wanted = kind.hasGpus ? 'ECS_AL2023_NVIDIA' : 'ECS_AL2023';
  return [
    loose === undefined ? undefined
      : `\`InstanceTypes\` must name families: got ${shown(loose)}, with which AWS would put CPU machines into a GPU queue; ${DROP}`,
    images.length > 0 && images.every((type) => type === wanted) ? undefined
      : `\`ImageType\` must stay '${wanted}': got ${shown(images[0])}; Amazon Linux 2 has had no updates since June 2026; ${DROP}`,
    typeof resources.MaxvCpus !== 'number' || resources.MaxvCpus >= 1 ? undefined
      : `\`MaxvCpus\` must be at least 1, or no job ever starts: got ${resources.MaxvCpus}; use \`maxVcpus\`, ${DROP}`,
    kind.cluster !== undefined || (resources.Subnets ?? []).length >= 2 ? undefined
      : `\`Subnets\` must lie in at least two zones, or one zone without capacity stops all jobs: got ${(resources.Subnets ?? []).length}; ${DROP}`,
  ];
}
