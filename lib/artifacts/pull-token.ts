import { KeptFinding } from '../core/acknowledge';

/**
 * What whoever holds the policy of a `grantPull` acknowledges there.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerregistry.html
 */
export const PULL_TOKEN: KeptFinding = {
  rules: ['AwsSolutions-IAM5[Resource::*]'],
  reason: 'ecr:GetAuthorizationToken has no resource to name; the token alone opens nothing, and each pull is limited to one repository',
};
