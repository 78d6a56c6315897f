import { aws_iam as iam, aws_s3 as s3 } from 'aws-cdk-lib';
import { TRIALS } from './addresses';

/**
 * What makes a key final, for every principal: https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html
 *
 * - An object is only created with `If-None-Match: *`, which fails with 412 where one exists. S3 asks for the second
 *   condition because the requests that begin a multipart upload and add parts to it carry no such header.
 * - Nobody deletes. On a versioned bucket a delete leaves a marker, and over a marker `If-None-Match` writes again, so a
 *   delete would be an overwrite in two steps.
 * - Nobody replicates into the store: a replica is authorised as `s3:ReplicateObject` and never meets the first rule.
 *
 * Lifecycle rules are not requests and do not ask a bucket policy; the store has none that reach a registered model.
 */
export function denyChanges(bucket: s3.IBucket): iam.PolicyStatement[] {
  return denying({ notResources: [bucket.arnForObjects(`${TRIALS}/*`)] });
}

/** The same for every key of a bucket. */
export function denyAllChanges(bucket: s3.IBucket): iam.PolicyStatement[] {
  return denying({ resources: [bucket.arnForObjects('*')] });
}

function denying(where: Pick<iam.PolicyStatementProps, 'resources' | 'notResources'>): iam.PolicyStatement[] {
  const everybody = { effect: iam.Effect.DENY, principals: [new iam.AnyPrincipal()], ...where };
  return [
    new iam.PolicyStatement({
      ...everybody,
      sid: 'WrittenOnce',
      actions: ['s3:PutObject'],
      conditions: { Null: { 's3:if-none-match': 'true' }, Bool: { 's3:ObjectCreationOperation': 'true' } },
    }),
    new iam.PolicyStatement({
      ...everybody,
      sid: 'KeptForGood',
      actions: [
        's3:DeleteObject', 's3:DeleteObjectVersion', 's3:BypassGovernanceRetention', 's3:ReplicateObject', 's3:ReplicateDelete',
      ],
    }),
  ];
}

/**
 * Lets somebody create objects that are not there yet. The conditions repeat those of the bucket policy, so that the grant
 * means the same on a bucket whose policy is not ours.
 */
export function grantCreate(grantee: iam.IGrantable, bucket: s3.IBucket, resourceArns: string[]): iam.Grant {
  const common = { grantee, resourceArns, resource: bucket };
  return iam.Grant.addToPrincipalOrResource({
    ...common, actions: ['s3:PutObject'], conditions: { Null: { 's3:if-none-match': 'false' } },
  }).combine(iam.Grant.addToPrincipalOrResource({
    ...common, actions: ['s3:PutObject'], conditions: { Bool: { 's3:ObjectCreationOperation': 'false' } },
  })).combine(grantUpload(grantee, bucket, resourceArns));
}

/** What a multipart upload needs besides `s3:PutObject`, and the use of the bucket's key. */
export function grantUpload(grantee: iam.IGrantable, bucket: s3.IBucket, resourceArns: string[]): iam.Grant {
  const upload = iam.Grant.addToPrincipalOrResource({
    grantee, actions: ['s3:AbortMultipartUpload', 's3:ListMultipartUploadParts'], resourceArns, resource: bucket,
  });
  const { encryptionKey } = bucket;
  // S3 decrypts the parts of a multipart upload to join them
  return encryptionKey === undefined ? upload : upload.combine(encryptionKey.grant(grantee, 'kms:GenerateDataKey', 'kms:Decrypt'));
}
