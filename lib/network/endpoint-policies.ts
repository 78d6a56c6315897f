import { aws_iam as iam, Aws } from 'aws-cdk-lib';

const PRINCIPAL_IS_OURS = { 'aws:PrincipalAccount': Aws.ACCOUNT_ID };
const RESOURCE_IS_OURS = { 'aws:ResourceAccount': Aws.ACCOUNT_ID };

/** All that a workload does with objects; ACLs, bucket policies and object versions are changed from elsewhere. */
const OBJECT_ACTIONS = [
  's3:AbortMultipartUpload', 's3:DeleteObject', 's3:GetObject', 's3:GetObjectAttributes', 's3:GetObjectTagging',
  's3:GetObjectVersion', 's3:GetObjectVersionAttributes', 's3:GetObjectVersionTagging', 's3:ListMultipartUploadParts',
  's3:PutObject', 's3:PutObjectTagging',
];
const BUCKET_ACTIONS = ['s3:GetBucketLocation', 's3:ListBucket', 's3:ListBucketMultipartUploads', 's3:ListBucketVersions'];
const TABLE_ACTIONS = [
  'dynamodb:BatchGetItem', 'dynamodb:BatchWriteItem', 'dynamodb:ConditionCheckItem', 'dynamodb:DeleteItem',
  'dynamodb:DescribeTable', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query', 'dynamodb:Scan',
  'dynamodb:UpdateItem',
];
/** Enough to run an image, nothing that would write one. */
export const IMAGE_PULL_ACTIONS = [
  'ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:DescribeImages', 'ecr:DescribeRepositories',
  'ecr:GetDownloadUrlForLayer', 'ecr:ListImages',
];

/**
 * Lets principals of this account act on resources of this account. Both sides are named: without the principal a
 * container could bring a stranger's credentials, without the resource it could write to a stranger's bucket.
 * Pattern: https://github.com/aws-samples/data-perimeter-policy-examples (vpc_endpoint_policies).
 */
export function withinAccount(sid: string, actions: readonly string[], resources: readonly string[]): iam.PolicyStatement {
  return allow(sid, actions, resources, { StringEquals: { ...PRINCIPAL_IS_OURS, ...RESOURCE_IS_OURS } });
}

/** Lets principals of this account do what acts on their own account and on no resource that a policy could name. */
export function byAccount(sid: string, actions: readonly string[]): iam.PolicyStatement {
  return allow(sid, actions, ['*'], { StringEquals: PRINCIPAL_IS_OURS });
}

/** Lets principals of this account pull images from accounts that somebody trusts. */
export function trustedImages(accounts: readonly string[]): iam.PolicyStatement[] {
  if (accounts.length === 0) {
    return [];
  }
  const repositories = accounts.map((account) => `arn:${Aws.PARTITION}:ecr:${Aws.REGION}:${account}:repository/*`);
  const condition = { StringEquals: { ...PRINCIPAL_IS_OURS, 'aws:ResourceAccount': [...accounts] } };
  return [allow('TrustedImages', IMAGE_PULL_ACTIONS, repositories, condition)];
}

/** What may pass the gateway to S3. A bucket's ARN has no account, so only the conditions keep strangers out. */
export function s3Statements(): iam.PolicyStatement[] {
  const buckets = `arn:${Aws.PARTITION}:s3:::*`;
  return [
    withinAccount('OwnObjects', OBJECT_ACTIONS, [`${buckets}/*`]),
    withinAccount('OwnBuckets', BUCKET_ACTIONS, [buckets]),
    imageLayers(),
  ];
}

/** What may pass the gateway to DynamoDB. */
export function dynamoDbStatements(): iam.PolicyStatement[] {
  return [withinAccount('OwnTables', TABLE_ACTIONS, [`arn:${Aws.PARTITION}:dynamodb:${Aws.REGION}:${Aws.ACCOUNT_ID}:table/*`])];
}

/**
 * ECR hands out image layers as links into a bucket of its own, signed by its own account: neither condition could hold.
 * The bucket is AWS's and can only be read, so nothing leaves this way.
 * https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html (minimum S3 bucket permissions)
 */
function imageLayers(): iam.PolicyStatement {
  return allow('ImageLayers', ['s3:GetObject'], [`arn:${Aws.PARTITION}:s3:::prod-${Aws.REGION}-starport-layer-bucket/*`]);
}

function allow(
  sid: string, actions: readonly string[], resources: readonly string[], conditions?: iam.Conditions,
): iam.PolicyStatement {
  const principals = [new iam.StarPrincipal()];
  return new iam.PolicyStatement({ sid, principals, actions: [...actions], resources: [...resources], conditions });
}
