import { aws_iam as iam, aws_s3 as s3 } from 'aws-cdk-lib';

/** Versions too: whoever may put an object could lay a forged version over a locked one, and a verifier reads the oldest. */
export function grantReadCopies(grantee: iam.IGrantable, bucket: s3.IBucket, keys: string): iam.Grant {
  const common = { grantee, resource: bucket };
  const read = iam.Grant.addToPrincipalOrResource({
    ...common, actions: ['s3:GetObject', 's3:GetObjectVersion'], resourceArns: [bucket.arnForObjects(keys)],
  }).combine(iam.Grant.addToPrincipalOrResource({
    ...common,
    actions: ['s3:ListBucket', 's3:ListBucketVersions'],
    resourceArns: [bucket.bucketArn],
    conditions: { StringLike: { 's3:prefix': keys } },
  }));
  return bucket.encryptionKey === undefined ? read : read.combine(bucket.encryptionKey.grant(grantee, 'kms:Decrypt'));
}

/** Copies that are not there yet, in one piece: the condition repeats that of the bucket's own policy. */
export function grantMakeCopies(grantee: iam.IGrantable, bucket: s3.IBucket, keys: string): iam.Grant {
  const make = iam.Grant.addToPrincipalOrResource({
    grantee,
    resource: bucket,
    actions: ['s3:PutObject'],
    resourceArns: [bucket.arnForObjects(keys)],
    conditions: { Null: { 's3:if-none-match': 'false' } },
  });
  return bucket.encryptionKey === undefined ? make : make.combine(bucket.encryptionKey.grant(grantee, 'kms:GenerateDataKey'));
}
