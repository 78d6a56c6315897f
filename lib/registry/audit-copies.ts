import { aws_kms as kms, aws_s3 as s3, Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { ObjectLock } from '../artifacts';
import { denyAllChanges } from '../artifacts/write-once';
import { closedBucket, logAccess } from '../core/access-logs';
import { acknowledge, inRegulatedPacks } from '../core/acknowledge';

/** What the bucket is made from. */
export interface AuditCopiesProps {
  readonly key: kms.IKey;
  readonly lock?: ObjectLock;
  readonly accessLogs?: s3.IBucket;
}

const SEVEN_YEARS = Duration.days(2555);

/**
 * A bucket in which a copy of an audit record is written once and stays: its policy refuses overwrites and deletes to
 * everybody, and an object lock holds when somebody changes the policy.
 */
export class AuditCopies extends Construct {
  public readonly bucket: s3.Bucket;

  constructor(scope: Construct, id: string, { key, lock, accessLogs }: AuditCopiesProps) {
    super(scope, id);
    this.bucket = this.createBucket(key);
    const resource = this.bucket.node.defaultChild as s3.CfnBucket;
    resource.objectLockEnabled = true;
    resource.objectLockConfiguration = (lock ?? ObjectLock.governance(SEVEN_YEARS))._render(this);
    logAccess(this, { bucket: this.bucket, prefix: 'audit-copies/', sid: 'AccessLogsOfAuditCopies', logs: accessLogs });
    denyAllChanges(this.bucket).forEach((statement) => this.bucket.addToResourcePolicy(statement));
  }

  private createBucket(encryptionKey: kms.IKey): s3.Bucket {
    const bucket = new s3.Bucket(this, 'Resource', {
      ...closedBucket(), encryption: s3.BucketEncryption.KMS, encryptionKey, bucketKeyEnabled: true,
    });
    acknowledge(bucket, {
      rules: inRegulatedPacks('S3BucketReplicationEnabled'),
      reason: 'Each object is itself a copy of a row in a table that can be recovered to any second; whether a third copy lies in another '
        + 'account or Region is for the owner of the log archive to decide',
    });
    return bucket;
  }
}
