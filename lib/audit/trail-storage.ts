import { aws_iam as iam, aws_kms as kms, aws_s3 as s3, Annotations, Duration, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { closedBucket, logAccess } from '../core/access-logs';
import { acknowledge, inRegulatedPacks } from '../core/acknowledge';
import { Checks } from '../core/checks';
import { wholeDays } from '../core/days';
import { BUCKET, DURATION, Kinds, needed, thing } from '../core/kinds';
import { ownProps } from '../core/own-props';

const CLOUDTRAIL = 'cloudtrail.amazonaws.com';
const LOG_PREFIX = 'audit-trail/';
const DAYS = 'RetentionInWholeDays';

/** How a new bucket keeps the files of a trail. */
export interface NewTrailStorageOptions {
  /**
   * The bucket that receives access logs, under `audit-trail/`. It must lie in this account and Region, be encrypted with
   * SSE-S3 and have no object lock. If it is imported, its own policy must let `logging.s3.amazonaws.com` put objects.
   * @default - a new bucket, kept when the stack is deleted
   */
  readonly accessLogs?: s3.IBucket;
  /**
   * A period in which S3 itself refuses deletes, on top of the bucket policy, and at most `retention`. It cannot be taken back;
   * in compliance mode not even for the root user.
   * @default - no lock: the bucket policy refuses deletes, and whoever may change that policy can lift it
   */
  readonly objectLock?: s3.ObjectLockRetention;
  /**
   * How long files are kept: whole days, from 1 to 36500; a token must be given in days.
   * @default Duration.days(2557), seven years
   */
  readonly retention?: Duration;
}

const LOCK = thing('an ObjectLockRetention, as in s3.ObjectLockRetention.governance(Duration.days(30))', 'mode', 'duration');
const KINDS: Kinds<NewTrailStorageOptions> = {
  accessLogs: BUCKET,
  objectLock: { ...LOCK, fits: (value) => LOCK.fits(value) && DURATION.fits((value as s3.ObjectLockRetention).duration) },
  retention: DURATION,
};

/** What the trail has to say to its bucket. */
interface Binding {
  /** Known beforehand, because the bucket's policy names the trail and the trail needs the policy. */
  readonly trailArn: string;
  readonly key: kms.IKey;
}

/** Where the files of a trail go. */
export class TrailStorage {
  /**
   * A new bucket: encrypted, versioned, closed, access-logged; only CloudTrail writes, and nobody deletes.
   *
   * @throws InvalidProps `RetentionInWholeDays` or `LockOutlivesRetention`, all problems at once; before them `WrongKind`
   */
  public static create(options: NewTrailStorageOptions = {}): TrailStorage {
    const own = ownProps(options);
    new Checks().kinds(own, KINDS).settle();
    const checks = new Checks();
    const retention = wholeDays(checks, DAYS, 'retention', own.retention ?? Duration.days(2557));
    const lock = own.objectLock === undefined ? undefined : wholeDays(checks, DAYS, 'objectLock', own.objectLock.duration);
    checks.that('LockOutlivesRetention', { retention, lock }, (known) => known.lock === undefined || !(known.lock > known.retention) ? undefined
      : `\`objectLock\` must not be longer than \`retention\`: got ${known.lock} days and ${known.retention} days; S3 cannot expire what is locked`);
    checks.settle();
    return new TrailStorage((scope, binding) => createBucket(scope, own, retention, binding), checks);
  }

  /**
   * A bucket you already have, such as that of a log archive. If its policy can be changed here, CloudTrail is let in;
   * everything else about it stays yours: who writes and deletes, versions, lock, lifecycle and access logs.
   *
   * @param bucket A bucket of this Region, or of another account in it.
   * @throws InvalidProps `WrongKind` for what is no bucket
   */
  public static existing(bucket: s3.IBucket): TrailStorage {
    new Checks().kinds({ bucket }, { bucket: needed(BUCKET) }).settle();
    return new TrailStorage((scope, { trailArn }) => {
      admit(scope, bucket, trailArn);
      return bucket;
    }, new Checks());
  }

  private constructor(
    private readonly provide: (scope: Construct, binding: Binding) => s3.IBucket,
    private readonly checks: Checks,
  ) {}

  /** @internal */
  public _bind(scope: Construct, binding: Binding): s3.IBucket {
    this.checks.settle(scope);
    return this.provide(scope, binding);
  }
}

function createBucket(
  scope: Construct, { accessLogs, objectLock }: NewTrailStorageOptions, retention: number, { trailArn, key }: Binding,
): s3.Bucket {
  const bucket = new s3.Bucket(scope, 'Bucket', {
    ...closedBucket(),
    encryption: s3.BucketEncryption.KMS,
    encryptionKey: key,
    bucketKeyEnabled: true,
    objectLockDefaultRetention: objectLock,
    lifecycleRules: [{
      // no colder class on the way: S3 leaves objects under 128 kB where they are, and most log files are smaller
      id: 'Expire',
      expiration: Duration.days(retention),
      noncurrentVersionExpiration: Duration.days(30),
      abortIncompleteMultipartUploadAfter: Duration.days(7),
    }],
  });
  acknowledge(bucket, {
    rules: inRegulatedPacks('S3BucketReplicationEnabled'),
    reason: 'Where a copy of the audit files may lie is for the owner to decide; `TrailStorage.existing` takes a bucket of a log archive, in '
      + 'another account if need be. Versions and the refusal of deletes guard against mistakes meanwhile',
  });
  logAccess(scope, { bucket, prefix: LOG_PREFIX, sid: 'AccessLogsOfTrail', logs: accessLogs });
  admit(scope, bucket, trailArn);
  closeTo(bucket).forEach((statement) => bucket.addToResourcePolicy(statement));
  return bucket;
}

/** https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html */
function admit(scope: Construct, bucket: s3.IBucket, trailArn: string): void {
  const principals = [new iam.ServicePrincipal(CLOUDTRAIL)];
  const ours = { 'aws:SourceArn': trailArn };
  const added = [
    new iam.PolicyStatement({
      sid: 'TrailLooks', principals, actions: ['s3:GetBucketAcl'], resources: [bucket.bucketArn], conditions: { StringEquals: ours },
    }),
    new iam.PolicyStatement({
      sid: 'TrailWrites',
      principals,
      actions: ['s3:PutObject'],
      resources: [bucket.arnForObjects(`AWSLogs/${Stack.of(scope).account}/*`)],
      conditions: { StringEquals: { ...ours, 's3:x-amz-acl': 'bucket-owner-full-control' } },
    }),
  ].map((statement) => bucket.addToResourcePolicy(statement).statementAdded);
  if (added.includes(false)) {
    Annotations.of(scope).addWarningV2('cdk-ml-platform:trailBucketPolicy',
      '`storage` is an imported bucket, so its policy stays as it is: see that it lets cloudtrail.amazonaws.com get its ACL and put objects '
      + 'under AWSLogs/, or the trail cannot be made');
  }
}

/** Deny: for everybody, whoever else allows it. Lifecycle rules are not requests and go on. */
function closeTo(bucket: s3.IBucket): iam.PolicyStatement[] {
  const everybody = { effect: iam.Effect.DENY, principals: [new iam.AnyPrincipal()], resources: [bucket.arnForObjects('*')] };
  return [
    new iam.PolicyStatement({
      ...everybody,
      sid: 'OnlyTheTrailWrites',
      actions: ['s3:PutObject', 's3:ReplicateObject'],
      // a caller that is no AWS service has no such key, and "not equal" holds
      conditions: { StringNotEquals: { 'aws:PrincipalServiceName': CLOUDTRAIL } },
    }),
    new iam.PolicyStatement({
      ...everybody,
      sid: 'KeptForGood',
      actions: ['s3:DeleteObject', 's3:DeleteObjectVersion', 's3:BypassGovernanceRetention', 's3:ReplicateDelete'],
    }),
  ];
}
