import { aws_iam as iam, aws_kms as kms, Stack } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { RELEASED_SLUG } from './runtime/contract';
import { physicalName } from '../../core/physical-name';
import { RegisteredModel } from '../../registry';

/** What a controller has to know of an endpoint that it serves. */
export interface ServedEndpoint {
  readonly endpointName: string;
  readonly endpointArn: string;
  readonly model: RegisteredModel;
  readonly executionRole: iam.IRole;
  /** Of the instances' storage; nothing where the family takes none. */
  readonly storageKey?: kms.IKey;
  /** Where people are told. */
  readonly topicArn: string;
  readonly alarmArns: readonly string[];
  readonly made: MadeByReleases;
}

/** What releases of one endpoint make, as a policy names it. */
export interface MadeByReleases {
  readonly models: string;
  readonly configs: string;
}

/** By the names that the handlers give. */
export function madeByReleases(scope: IConstruct, endpointName: string): MadeByReleases {
  const resourceName = `${physicalName(endpointName, RELEASED_SLUG)}-r*`;
  const stack = Stack.of(scope);
  return {
    models: stack.formatArn({ service: 'sagemaker', resource: 'model', resourceName }),
    configs: stack.formatArn({ service: 'sagemaker', resource: 'endpoint-config', resourceName }),
  };
}
