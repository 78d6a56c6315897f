import { aws_ec2 as ec2, aws_iam as iam, aws_kms as kms, aws_sns as sns, Lazy, Stack, TagManager } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { planOf } from './check-endpoint';
import { ProgressiveEndpointProps } from './progressive-endpoint-props';
import { ServingProfile } from './runtime/contract';

/** What a profile is made from, besides props. */
export interface ProfileParts {
  readonly endpointName: string;
  readonly executionRole: iam.IRole;
  readonly securityGroup: ec2.ISecurityGroup;
  readonly storageKey?: kms.IKey;
  readonly topic: sns.ITopicRef;
  /** Names of the rollback alarms. */
  readonly alarms: readonly string[];
  readonly tags: TagManager;
}

const DEFAULT_COUNT = 2;

/** How the next release is to run, as JSON. */
export function profileOf(scope: IConstruct, props: ProgressiveEndpointProps, parts: ProfileParts): string {
  const { model, network } = props;
  const profile: ServingProfile = {
    endpointName: parts.endpointName,
    registryUrl: model.registry.url,
    tenant: model.tenant,
    model: model.name,
    executionRoleArn: parts.executionRole.roleArn,
    instanceType: props.instanceType.name,
    instanceCount: props.instanceCount ?? DEFAULT_COUNT,
    subnets: network.subnets.map(({ subnetId }) => subnetId),
    securityGroupIds: [parts.securityGroup.securityGroupId],
    networkIsolation: props.networkIsolation ?? true,
    environment: props.environment ?? {},
    ...parts.storageKey === undefined ? {} : { kmsKeyId: parts.storageKey.keyArn },
    tags: tagsOf(scope, parts.tags),
    topicArn: parts.topic.topicRef.topicArn,
    plan: planOf(props)._render(parts.alarms),
  };
  return Stack.of(scope).toJsonString(profile);
}

/** Those of the stack, and those that an aspect or `tags` gave the construct, which are complete only at synth. */
function tagsOf(scope: IConstruct, own: TagManager): Record<string, string> {
  const tags = Lazy.any({ produce: () => ({ ...Stack.of(scope).tags.tagValues(), ...own.tagValues() }) });
  return tags as unknown as Record<string, string>; // resolved with the profile that it is in
}
