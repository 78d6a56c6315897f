import {
  aws_cloudtrail as cloudtrail, aws_dynamodb as dynamodb, aws_iam as iam, aws_kms as kms, aws_logs as logs, aws_s3 as s3,
  aws_sns as sns, Names, RemovalPolicy, Stack,
} from 'aws-cdk-lib';
import { Construct, IConstruct } from 'constructs';
import { AuditAlarms, checkAlarms } from './audit-alarms';
import { TRAIL_KINDS, WATCH_KINDS, WATCHED_BUCKET, WATCHED_TABLE } from './audit-kinds';
import { AuditTrailProps, WatchOptions } from './audit-trail-props';
import { DataEvents } from './data-events';
import { SavedQueries } from './saved-queries';
import { TrailStorage } from './trail-storage';
import { AlarmTopic } from '../core/alarm-topic';
import { Checks } from '../core/checks';
import { letLogsEncrypt, logGroupNameOf } from '../core/encrypted-logs';
import { InvalidProps, shown } from '../core/invalid-props';
import { BUCKET, Kinds, needed, thing } from '../core/kinds';
import { checkRetention } from '../core/log-retention';
import { ownProps } from '../core/own-props';

const CLOUDTRAIL = new iam.ServicePrincipal('cloudtrail.amazonaws.com');

/** A record of what was done in an account, made here or brought by you. */
export interface IAuditTrail extends IConstruct {
  /** Where the files are, for everything this interface does not say. */
  readonly bucket: s3.IBucket;
  /** Lets somebody list and read the files, digests included, and decrypt them. */
  grantRead(grantee: iam.IGrantable): iam.Grant;
}

/**
 * A CloudTrail trail of all Regions: every management event, and the data events of what you name. Files are signed in hourly
 * digests, encrypted and kept; a copy in CloudWatch Logs feeds alarms and saved queries.
 *
 * **Inference calls are not in it.** CloudTrail records neither `InvokeEndpoint` nor `InvokeEndpointAsync`. Who called a model
 * is in the access log of an API in front of it, and what was said is in the endpoint's data capture; what reaches SageMaker
 * through a VPC endpoint could be recorded as network activity events, which this construct does not turn on.
 *
 * One per account is enough: management events of a second trail are billed. If your account has one already, such as that of
 * an organization, take `AuditAlarms` alone.
 *
 * Costs: data events and, if this is the second trail, management events; ingestion and storage of CloudWatch Logs, which is
 * the largest part in a busy account; storage in S3; one KMS key; seven alarms and six custom metrics.
 *
 * Throws `LogRetention`, `DeniedCallsOutOfRange` or `TooManyOwners`, all problems at once; before them `WrongKind`.
 */
export class AuditTrail extends Construct implements IAuditTrail {
  /**
   * Uses the bucket of a trail you already have, so that somebody can be let in to read it. Its alarms: `AuditAlarms`.
   *
   * @param scope Where to put it.
   * @param id Its id there.
   * @param bucket The bucket. If it knows its KMS key, readers may decrypt.
   */
  public static fromBucket(scope: Construct, id: string, bucket: s3.IBucket): IAuditTrail {
    new Checks().kinds({ bucket }, { bucket: needed(BUCKET) }).settle(scope);
    class Import extends Construct implements IAuditTrail {
      public readonly bucket = bucket;

      public grantRead(grantee: iam.IGrantable): iam.Grant {
        return letRead(grantee, bucket, bucket.encryptionKey);
      }
    }
    return new Import(scope, id);
  }

  public readonly bucket: s3.IBucket;
  /** Encrypts files, log group and the default topic. */
  public readonly encryptionKey: kms.IKey;
  /** What CloudTrail writes to CloudWatch Logs. */
  public readonly logGroup: logs.ILogGroup;
  /** The topic that was made; nothing if `notify` names one. */
  public readonly notifications?: sns.ITopic;
  public readonly trailArn: string;
  /** The alarms, to give one another action or to look at what it counts. */
  public readonly alarms: AuditAlarms;
  private readonly dataEvents: DataEvents;
  private readonly queries: SavedQueries;

  constructor(scope: Construct, id: string, trail: AuditTrailProps = {}) {
    super(scope, id);
    const props = ownProps(trail);
    new Checks().kinds(props, TRAIL_KINDS).settle(this);
    checkAlarms(checkRetention(new Checks(), 'logRetention', props.logRetention), props).settle(this);
    const trailName = Names.uniqueResourceName(this, { maxLength: 128, separator: '-', allowedSpecialCharacters: '-' });
    this.trailArn = Stack.of(this).formatArn({ service: 'cloudtrail', resource: 'trail', resourceName: trailName });
    this.encryptionKey = props.encryptionKey ?? this.createKey();
    this.bucket = (props.storage ?? TrailStorage.create())._bind(this, { trailArn: this.trailArn, key: this.encryptionKey });
    this.logGroup = this.createLogGroup(props.logRetention ?? logs.RetentionDays.ONE_YEAR);
    this.dataEvents = new DataEvents(this, props.sageMakerDataEvents ?? true);
    this.createTrail(trailName);
    this.notifications = props.notify === undefined ? new AlarmTopic(this, 'Notifications', { key: this.encryptionKey }).topic : undefined;
    this.alarms = this.createAlarms(props);
    this.queries = new SavedQueries(this, 'Queries', { logGroup: this.logGroup });
  }

  public grantRead(grantee: iam.IGrantable): iam.Grant {
    return letRead(grantee, this.bucket, this.encryptionKey);
  }

  /**
   * Records who reads and writes the objects of a bucket.
   *
   * @param bucket Not the bucket of this trail: each file that arrives there would be an event of its own.
   * @param options Whether reads are recorded too.
   * @throws InvalidProps `TrailWatchesItself`, or `WrongKind` for what is no bucket
   */
  public watchBucket(bucket: s3.IBucketRef, options: WatchOptions = {}): void {
    const { reads = true } = this.judged({ bucket }, { bucket: WATCHED_BUCKET }, options);
    const { bucketArn } = bucket.bucketRef;
    const resolved = (arn: string) => JSON.stringify(Stack.of(this).resolve(arn));
    if (resolved(bucketArn) === resolved(this.bucket.bucketArn)) {
      throw new InvalidProps('TrailWatchesItself', '`bucket` must not be the bucket of the trail, since each file that arrives there would be '
        + `an event that makes another file: got ${shown(bucket.node.path)}; its access logs say who reads it`, this);
    }
    this.dataEvents.addObjectsOf(bucketArn, reads);
  }

  /**
   * Records who reads and writes the items of a DynamoDB table: their keys, never their contents.
   *
   * @param table The table.
   * @param options Whether reads are recorded too.
   * @throws InvalidProps `WrongKind` for what is no table
   */
  public watchTable(table: dynamodb.ITableRef, options: WatchOptions = {}): void {
    const { reads = true } = this.judged({ table }, { table: WATCHED_TABLE }, options);
    this.dataEvents.addTable(table.tableRef.tableArn, reads);
  }

  /**
   * Lets the saved queries read the audit lines of the handlers of a construct, such as a registry or an endpoint. They lie in
   * one log group for each stack; that of the trail's own stack is read anyway.
   *
   * @param construct Any construct of that stack.
   */
  public searchHandlersOf(construct: IConstruct): void {
    new Checks().kinds({ construct }, { construct: needed(thing('a construct', 'node')) }).settle(this);
    this.queries.search(construct);
  }

  /** What is watched, and how: both judged. */
  private judged<Watched extends object>(watched: Watched, kinds: Kinds<Watched>, options: WatchOptions): WatchOptions {
    const own = ownProps(options);
    new Checks().kinds(watched, kinds).kinds(own, WATCH_KINDS).settle(this);
    return own;
  }

  private createKey(): kms.Key {
    return new kms.Key(this, 'Key', {
      description: `Audit records of ${this.node.path}`, enableKeyRotation: true, removalPolicy: RemovalPolicy.RETAIN,
    });
  }

  private createLogGroup(retention: logs.RetentionDays): logs.LogGroup {
    const logGroupName = logGroupNameOf(this, 'audit-trail');
    letLogsEncrypt(this.encryptionKey, 'EncryptAuditLogs', logGroupName);
    return new logs.LogGroup(this, 'LogGroup', {
      logGroupName, encryptionKey: this.encryptionKey, retention, removalPolicy: RemovalPolicy.RETAIN,
    });
  }

  /** The L1: the L2 knows no advanced selectors, and its empty list of the other kind is refused beside them. */
  private createTrail(trailName: string): void {
    this.letTrailEncrypt();
    const role = new iam.Role(this, 'Role', {
      description: 'Lets CloudTrail write to its log group',
      assumedBy: CLOUDTRAIL, // without conditions: CloudTrail sends neither aws:SourceArn nor aws:SourceAccount here
    });
    const delivery = this.allowDelivery(role);
    const trail = new cloudtrail.CfnTrail(this, 'Resource', {
      trailName,
      isLogging: true,
      isMultiRegionTrail: true,
      includeGlobalServiceEvents: true,
      enableLogFileValidation: true,
      s3BucketName: this.bucket.bucketName,
      kmsKeyId: this.encryptionKey.keyArn,
      cloudWatchLogsLogGroupArn: this.logGroup.logGroupArn,
      cloudWatchLogsRoleArn: role.roleArn,
      advancedEventSelectors: this.dataEvents.selectors,
    });
    trail.node.addDependency(delivery);
    // CloudTrail tries the bucket when the trail is made
    trail.node.addDependency(this.bucket.policy ?? this.bucket);
  }

  /** https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html */
  private letTrailEncrypt(): void {
    this.encryptionKey.addToResourcePolicy(new iam.PolicyStatement({
      sid: 'EncryptTrail',
      principals: [CLOUDTRAIL],
      // decrypting is asked for when the bucket has a bucket key
      actions: ['kms:Decrypt', 'kms:DescribeKey', 'kms:GenerateDataKey', 'kms:GenerateDataKeyWithoutPlaintext'],
      resources: ['*'], // in a key's policy: this key
      conditions: { StringEquals: { 'aws:SourceArn': this.trailArn } },
    }));
  }

  /** https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-required-policy-for-cloudwatch-logs.html */
  private allowDelivery(role: iam.Role): iam.ManagedPolicy {
    return new iam.ManagedPolicy(this, 'Delivery', {
      description: 'Write audit records to one log group',
      roles: [role],
      statements: [new iam.PolicyStatement({
        sid: 'WriteAuditLogs', actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: [this.logGroup.logGroupArn],
      })],
    });
  }

  private createAlarms({ owners, deniedCalls, notify }: AuditTrailProps): AuditAlarms {
    return new AuditAlarms(this, 'Alarms', {
      logGroup: this.logGroup, bucket: this.bucket, notify: notify ?? this.notifications!, owners, deniedCalls,
    });
  }
}

function letRead(grantee: iam.IGrantable, bucket: s3.IBucket, key?: kms.IKey): iam.Grant {
  const common = { grantee, resource: bucket };
  const read = iam.Grant.addToPrincipalOrResource({
    ...common, actions: ['s3:GetObject'], resourceArns: [bucket.arnForObjects('AWSLogs/*')],
  }).combine(iam.Grant.addToPrincipalOrResource({ ...common, actions: ['s3:ListBucket'], resourceArns: [bucket.bucketArn] }));
  return key === undefined ? read : read.combine(key.grant(grantee, 'kms:Decrypt'));
}
