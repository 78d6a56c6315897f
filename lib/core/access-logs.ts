import { aws_iam as iam, aws_s3 as s3, Annotations, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { acknowledge, inRegulatedPacks } from './acknowledge';

/** Where the access logs of a bucket go. */
export interface AccessLogging {
  readonly bucket: s3.Bucket;
  /** Ends in `/`. */
  readonly prefix: string;
  /** Of the statement that lets them in. */
  readonly sid: string;
  /** The bucket that receives them; without it a new one, `AccessLogs`. */
  readonly logs?: s3.IBucket;
}

/** What every bucket of ours has in common. */
export function closedBucket(): s3.BucketProps {
  return {
    blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
    enforceSSL: true,
    minimumTLSVersion: 1.2,
    objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
    removalPolicy: RemovalPolicy.RETAIN,
    versioned: true,
  };
}

/** Logs who reads and writes a bucket, by a bucket policy where the L2 would use an ACL. */
export function logAccess(scope: Construct, logging: AccessLogging): void {
  const logs = logging.logs ?? createLogs(scope);
  const resource = logging.bucket.node.defaultChild as s3.CfnBucket;
  resource.loggingConfiguration = { destinationBucketName: logs.bucketName, logFilePrefix: logging.prefix };
  allowLogs(scope, logging, logs);
}

function createLogs(scope: Construct): s3.Bucket {
  const logs = new s3.Bucket(scope, 'AccessLogs', { ...closedBucket(), encryption: s3.BucketEncryption.S3_MANAGED });
  acknowledge(logs, {
    rules: inRegulatedPacks('S3DefaultEncryptionKMS'),
    reason: 'S3 delivers access logs only to a bucket that is encrypted with SSE-S3; they name keys and callers, never contents',
  }, {
    rules: inRegulatedPacks('S3BucketReplicationEnabled'),
    reason: 'Access logs are evidence about one Region; a copy elsewhere is for the owner of the log archive to decide',
  });
  return logs;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html */
function allowLogs(scope: Construct, { bucket, prefix, sid }: AccessLogging, logs: s3.IBucket): void {
  const stack = Stack.of(scope);
  // the policy of a bucket in another stack cannot name ours without a cycle between the stacks
  const source = Stack.of(logs) === stack ? { ArnLike: { 'aws:SourceArn': bucket.bucketArn } } : {};
  const { statementAdded } = logs.addToResourcePolicy(new iam.PolicyStatement({
    sid,
    principals: [new iam.ServicePrincipal('logging.s3.amazonaws.com')],
    actions: ['s3:PutObject'],
    resources: [logs.arnForObjects(`${prefix}*`)],
    conditions: { ...source, StringEquals: { 'aws:SourceAccount': stack.account } },
  }));
  if (!statementAdded) {
    Annotations.of(scope).addWarningV2('cdk-ml-platform:accessLogsPolicy',
      '`accessLogs` is imported, so its policy stays as it is: see that it lets logging.s3.amazonaws.com put objects under '
      + `${prefix}*, or no log arrives`);
  }
}
