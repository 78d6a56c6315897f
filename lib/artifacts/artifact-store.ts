import { aws_cloudwatch as cw, aws_iam as iam, aws_kms as kms, aws_s3 as s3, Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Construct, IConstruct } from 'constructs';
import { checkModel, checkSha256, TRIALS } from './addresses';
import { OBJECT_LOCK, TRIAL_RETENTION } from './artifact-kinds';
import { ModelArtifact } from './model-artifact';
import { ObjectLock } from './object-lock';
import { Replica } from './replica';
import { TrialRetention } from './trial-retention';
import { denyChanges, grantCreate, grantUpload } from './write-once';
import { closedBucket, logAccess } from '../core/access-logs';
import { acknowledge, inRegulatedPacks } from '../core/acknowledge';
import { Checks } from '../core/checks';
import { BUCKET, KEY, Kinds, needed } from '../core/kinds';
import { ownProps } from '../core/own-props';

const LOG_PREFIX = 'artifact-store/';

/** A place for model artifacts, made here or brought by you. */
export interface IArtifactStore extends IConstruct {
  /**
   * The bucket, for everything this interface does not say. Its events are on EventBridge: write a rule, since
   * `addEventNotification` would replace that setting.
   */
  readonly bucket: s3.IBucket;
  /**
   * Where training output goes until somebody registers it: `s3://<bucket>/trials/`. It can be overwritten, and it expires.
   */
  readonly trialsUri: string;
  /**
   * The artifact of one model version, at `<model>/<sha256>/model.tar.gz`.
   *
   * @param model The registry's name of the model: 2 to 64 lower-case letters, digits, `-` or `_`, and not `trials`.
   * @param sha256 The SHA-256 of the file: 64 lower-case hex digits.
   */
  artifact(model: string, sha256: string): ModelArtifact;
  /** Lets somebody read every artifact and list the keys. To read a single artifact, grant that: `artifact(…).grantRead`. */
  grantRead(grantee: iam.IGrantable): iam.Grant;
  /**
   * Lets somebody add artifacts, but neither change nor delete any: each object must be written with `If-None-Match: *`.
   *
   * @param grantee Who may add.
   * @param model The one model to add to. Without it: every model.
   */
  grantAdd(grantee: iam.IGrantable, model?: string): iam.Grant;
  /** Lets somebody write training output under `trials/`. */
  grantWriteTrials(grantee: iam.IGrantable): iam.Grant;
  /** Bytes in the standard class, of all versions; S3 reports them once a day. */
  metricStoredBytes(options?: cw.MetricOptions): cw.Metric;
}

/** What an `ArtifactStore` is made from. */
export interface ArtifactStoreProps {
  /**
   * The bucket that receives access logs, under `artifact-store/`. It must lie in this account and Region, be encrypted with
   * SSE-S3 and have no object lock. If it is imported, its own policy must let `logging.s3.amazonaws.com` put objects.
   * @default - a new bucket, kept when the stack is deleted
   */
  readonly accessLogs?: s3.IBucket;
  /**
   * The KMS key that encrypts the artifacts. Whoever reads them needs `kms:Decrypt` on it; the grants see to that.
   * @default - a new key, rotated each year and kept when the stack is deleted
   */
  readonly encryptionKey?: kms.IKey;
  /**
   * A period in which S3 itself refuses deletes, on top of the bucket policy. It cannot be taken back.
   * @default - no lock: the bucket policy refuses deletes, and whoever may change that policy can lift it
   */
  readonly objectLock?: ObjectLock;
  /**
   * A bucket of this account that receives a copy of every object. It must have versions and know its KMS key, and an object
   * lock of its own if `objectLock` is set. What was stored before is not copied, and deletes are not copied either.
   * @default - no copy
   */
  readonly replicateTo?: s3.IBucket;
  /**
   * How long training output under `trials/` is kept. Registered models never expire, and neither do their versions.
   * @default TrialRetention.of(Duration.days(30))
   */
  readonly trialRetention?: TrialRetention;
}

const KINDS: Kinds<ArtifactStoreProps> = {
  accessLogs: BUCKET,
  encryptionKey: KEY,
  objectLock: OBJECT_LOCK,
  replicateTo: BUCKET,
  trialRetention: TRIAL_RETENTION,
};

abstract class ArtifactStoreBase extends Construct implements IArtifactStore {
  public abstract readonly bucket: s3.IBucket;

  public get trialsUri(): string {
    return this.bucket.s3UrlForObject(`${TRIALS}/`);
  }

  public artifact(model: string, sha256: string): ModelArtifact {
    const checks = new Checks();
    checkModel(checks, model);
    checkSha256(checks, sha256);
    checks.settle(this);
    return ModelArtifact._of(this.bucket, `${model}/${sha256}/model.tar.gz`, `${model}/`);
  }

  public grantRead(grantee: iam.IGrantable): iam.Grant {
    const { bucketArn, encryptionKey } = this.bucket;
    const common = { grantee, resource: this.bucket };
    // without s3:ListBucket, S3 answers 403 for a key that is not there, and nobody can tell the two apart
    const read = iam.Grant.addToPrincipalOrResource({
      ...common, actions: ['s3:GetObject'], resourceArns: [this.bucket.arnForObjects('*')],
    }).combine(iam.Grant.addToPrincipalOrResource({ ...common, actions: ['s3:ListBucket'], resourceArns: [bucketArn] }));
    return encryptionKey === undefined ? read : read.combine(encryptionKey.grant(grantee, 'kms:Decrypt'));
  }

  public grantAdd(grantee: iam.IGrantable, model?: string): iam.Grant {
    if (model === undefined) {
      return grantCreate(grantee, this.bucket, [this.bucket.arnForObjects('*')]);
    }
    const checks = new Checks();
    checkModel(checks, model);
    checks.settle(this);
    return grantCreate(grantee, this.bucket, [this.bucket.arnForObjects(`${model}/*`)]);
  }

  public grantWriteTrials(grantee: iam.IGrantable): iam.Grant {
    const resourceArns = [this.bucket.arnForObjects(`${TRIALS}/*`)];
    return iam.Grant.addToPrincipalOrResource({ grantee, actions: ['s3:PutObject'], resourceArns, resource: this.bucket })
      .combine(grantUpload(grantee, this.bucket, resourceArns));
  }

  public metricStoredBytes(options?: cw.MetricOptions): cw.Metric {
    return new cw.Metric({
      namespace: 'AWS/S3',
      metricName: 'BucketSizeBytes',
      dimensionsMap: { BucketName: this.bucket.bucketName, StorageType: 'StandardStorage' },
      period: Duration.days(1),
      statistic: cw.Stats.AVERAGE,
      ...options,
    });
  }
}

/**
 * A bucket in which an artifact is written once and then stays as it is: each lies at `<model>/<sha256>/…`, and the bucket
 * policy refuses overwrites and deletes there, for everybody. Versioned, encrypted with a KMS key, access-logged, closed to
 * the public, with events on EventBridge.
 *
 * The way out in an emergency is to change the bucket policy: only who may do that can delete a registered artifact, and
 * CloudTrail records the change.
 *
 * Costs: storage (registered artifacts never expire), requests, one KMS key, access logs.
 *
 * Throws `WrongKind`, all problems at once, or `ReplicaWithoutKey`.
 */
export class ArtifactStore extends ArtifactStoreBase {
  /**
   * Uses a bucket you already have. Its policy, key and lifecycle stay yours: the grants still refuse overwrites, but only
   * your policy can refuse them to others.
   *
   * Throws `WrongKind` for what is no bucket.
   */
  public static fromBucket(scope: Construct, id: string, bucket: s3.IBucket): IArtifactStore {
    new Checks().kinds({ bucket }, { bucket: needed(BUCKET) }).settle(scope);
    class Import extends ArtifactStoreBase {
      public readonly bucket = bucket;
    }
    return new Import(scope, id);
  }

  public readonly bucket: s3.IBucket;
  /** The KMS key of the artifacts. */
  public readonly encryptionKey: kms.IKey;

  constructor(scope: Construct, id: string, given: ArtifactStoreProps = {}) {
    super(scope, id);
    const props = ownProps(given);
    new Checks().kinds(props, KINDS).settle(this);
    const retention = props.trialRetention ?? TrialRetention.of(Duration.days(30));
    const replica = props.replicateTo === undefined ? undefined : new Replica(this, 'Replica', props.replicateTo);
    this.encryptionKey = props.encryptionKey ?? this.createKey();
    const bucket = this.createBucket(retention, replica);
    this.bucket = bucket;
    this.configure(bucket, props.objectLock);
    logAccess(this, { bucket, prefix: LOG_PREFIX, sid: 'AccessLogsOfArtifacts', logs: props.accessLogs });
    denyChanges(bucket).forEach((statement) => bucket.addToResourcePolicy(statement));
    replica?.permit(bucket, this.encryptionKey, props.objectLock !== undefined);
  }

  private createKey(): kms.Key {
    return new kms.Key(this, 'Key', {
      description: `Model artifacts of ${this.node.path}`,
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }

  private createBucket(retention: TrialRetention, replica?: Replica): s3.Bucket {
    const bucket = new s3.Bucket(this, 'Resource', {
      ...closedBucket(),
      encryption: s3.BucketEncryption.KMS,
      encryptionKey: this.encryptionKey,
      bucketKeyEnabled: true,
      lifecycleRules: [
        { id: 'AbortUploads', abortIncompleteMultipartUploadAfter: Duration.days(7) },
        retention._render(this),
      ],
      ...replica?.configuration(),
    });
    if (replica === undefined) {
      acknowledge(bucket, {
        rules: inRegulatedPacks('S3BucketReplicationEnabled'),
        reason: 'Where a copy may lie, and in which Region, is for the owner to decide: `replicateTo` turns replication on. Versions '
          + 'and the refusal of deletes guard against mistakes meanwhile',
      });
    }
    return bucket;
  }

  /** What the L2 would do differently: EventBridge by a custom resource, no token in a lock. */
  private configure(bucket: s3.Bucket, lock?: ObjectLock): void {
    const resource = bucket.node.defaultChild as s3.CfnBucket;
    resource.notificationConfiguration = { eventBridgeConfiguration: { eventBridgeEnabled: true } };
    if (lock !== undefined) {
      resource.objectLockEnabled = true;
      resource.objectLockConfiguration = lock._render(this);
    }
  }
}
