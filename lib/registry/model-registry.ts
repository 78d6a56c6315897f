import {
  aws_cloudwatch as cw, aws_dynamodb as dynamodb, aws_events as events, aws_kms as kms, aws_logs as logs, aws_s3 as s3,
  aws_sns as sns, aws_sqs as sqs, aws_ssm as ssm, Duration, RemovalPolicy, Stack,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { AuditCopies } from './audit-copies';
import { checkAttributeKinds, checkRegistryProps } from './check-registry-props';
import { ModelRegistryBase } from './model-registry-base';
import { ModelRegistryAttributes, ModelRegistryProps } from './model-registry-props';
import { IModelRegistry } from './registered-model';
import { RegistryAlarms } from './registry-alarms';
import { RegistryApi } from './registry-api';
import { RegistryJournal } from './registry-journal';
import { RegistryParts } from './registry-parts';
import { CHECK_INTERVAL, RegistryRetention } from './registry-retention';
import { checkRoles, checkSlug } from './registry-rules';
import { IArtifactStore, IImageStore, ImageStore } from '../artifacts';
import { RegistryAddress } from './runtime/contract';
import { acknowledge } from '../core/acknowledge';
import { AlarmTopic } from '../core/alarm-topic';
import { Checks } from '../core/checks';
import { HandlerFunction } from '../core/handler-function';
import { refuseNamesakes } from '../core/namesakes';
import { ownProps } from '../core/own-props';
import { RecordTables } from '../core/record-tables';

const DEFAULT_ENVIRONMENT = 'production';
const DEFAULT_RATE = 50;

/**
 * The record of model versions: who registered and who approved what, what is in production, what was before, and a trail that
 * shows if somebody changed it. Changed by one transaction at a time, by callers whom IAM vouches for.
 *
 * Makes two tables, an HTTP API, three functions, a bucket for copies of audit records, nine alarms, and, unless given, a
 * key, an image store and a topic. Tables, buckets, logs and keys are kept when the stack is deleted. Costs: requests to API,
 * functions and tables; storage, point-in-time recovery and copies; the alarms; a key (with a new image store, two).
 */
export class ModelRegistry extends ModelRegistryBase {
  /** A registry of this account and Region that was made elsewhere. */
  public static fromAttributes(scope: Construct, id: string, attributes: ModelRegistryAttributes): IModelRegistry {
    checkAttributeKinds(scope, attributes);
    const environment = attributes.environment ?? DEFAULT_ENVIRONMENT;
    class Import extends ModelRegistryBase {
      public readonly apiId = attributes.apiId;
      public readonly environment = environment;
      public readonly auditBucket = attributes.auditBucket;
      public readonly artifacts = attributes.artifacts;
      public readonly eventBus = attributes.eventBus ?? defaultBus(this);
      public readonly trustedSessionRoles = attributes.trustedSessionRoles ?? [];
      protected readonly _images = attributes.images;
    }
    const imported = new Import(scope, id);
    const checks = checkSlug(new Checks(), 'Environment', 'environment', environment);
    checkRoles(checks, 'trustedSessionRoles', imported.trustedSessionRoles).settle(imported);
    return imported;
  }

  public readonly apiId: string;
  public readonly environment: string;
  public readonly auditBucket?: s3.IBucket;
  public readonly artifacts?: IArtifactStore;
  public readonly eventBus: events.IEventBus;
  public readonly trustedSessionRoles: string[];
  /** The repositories from which a version may be. */
  public readonly images: IImageStore[];
  /** What encrypts tables, copies, access log and the default topic. */
  public readonly encryptionKey: kms.IKey;
  /** Models, versions, lineage. Write to it only through the API. */
  public readonly table: dynamodb.ITable;
  /** Audit records. Nobody changes or removes a row; what does is seen. */
  public readonly auditTable: dynamodb.ITable;
  /** Where events go that no function could take: records that were not copied, checks that did not run. */
  public readonly failures: sqs.IQueue;
  /** Where the alarms report. */
  public readonly notifications: sns.ITopicRef;
  /** Every alarm of the registry. */
  public readonly alarms: cw.IAlarmRef[];
  /** Who called the API, and with what outcome. */
  public readonly accessLog: logs.ILogGroup;
  /** How others find the registry, as JSON: the value of the address parameter, and of an output `RegistryAddress`. */
  public readonly address: string;

  /** @internal */
  protected get _images(): readonly IImageStore[] {
    return this.images;
  }

  private readonly journal: RegistryJournal;
  private readonly handlers: readonly HandlerFunction[];

  constructor(scope: Construct, id: string, given: ModelRegistryProps) {
    super(scope, id);
    const props = ownProps(given);
    checkRegistryProps(this, props);
    this.environment = props.environment ?? DEFAULT_ENVIRONMENT;
    this.encryptionKey = props.encryptionKey ?? this.createKey();
    this.artifacts = props.artifacts;
    this.trustedSessionRoles = [...props.trustedSessionRoles ?? []];
    this.images = props.images ?? [new ImageStore(this, 'Images')];
    this.eventBus = props.eventBus ?? defaultBus(this);
    this.failures = this.createFailures();
    const tables = new RecordTables(this, 'Tables', {
      key: this.encryptionKey, auditStream: true, guardedBy: 'audit records are copied to a locked bucket',
    });
    this.table = tables.current;
    this.auditTable = tables.audit;
    const copies = new AuditCopies(this, 'AuditCopies', {
      key: this.encryptionKey, lock: props.auditLock, accessLogs: props.accessLogs,
    });
    this.auditBucket = copies.bucket;

    const parts = this.partsOf(props, tables);
    const api = this.createApi(props, parts);
    this.apiId = api.apiId;
    this.accessLog = api.accessLog;
    this.journal = new RegistryJournal(this, 'Journal', { ...parts, copies: copies.bucket, eventBus: this.eventBus });
    const retention = new RegistryRetention(this, 'Retention', parts);
    this.handlers = [api.handler, this.journal.handler, retention.handler];
    this.address = this.addressOf(props, copies.bucket);
    this.createParameter();
    this.notifications = props.notifications ?? new AlarmTopic(this, 'Notifications', { key: this.encryptionKey }).topic;
    this.alarms = this.createAlarms();
    refuseNamesakes(this, { prop: 'environment', name: this.environment });
  }

  /** Milliseconds since the oldest audit record that is not copied yet was written. */
  public metricJournalAge(options?: cw.MetricOptions): cw.Metric {
    return this.journal.handler.handler.metric('IteratorAge', { statistic: cw.Stats.MAXIMUM, period: Duration.minutes(5), ...options });
  }

  /** Events that no function could take and that nobody has looked at. */
  public metricFailures(options?: cw.MetricOptions): cw.Metric {
    return this.failures.metricApproximateNumberOfMessagesVisible({ statistic: cw.Stats.MAXIMUM, ...options });
  }

  /** Errors of the three functions together. */
  public metricHandlerErrors(options?: cw.MathExpressionOptions): cw.MathExpression {
    const period = Duration.minutes(5);
    const usingMetrics = Object.fromEntries(
      this.handlers.map(({ handler }, index) => [`errors${index}`, handler.metricErrors({ period })]));
    return new cw.MathExpression({
      expression: `SUM([${Object.keys(usingMetrics).join(', ')}])`, usingMetrics, label: 'Errors of handlers', period, ...options,
    });
  }

  private createKey(): kms.Key {
    return new kms.Key(this, 'Key', {
      description: `The model registry ${this.node.path}`, enableKeyRotation: true, removalPolicy: RemovalPolicy.RETAIN,
    });
  }

  private createFailures(): sqs.Queue {
    const queue = new sqs.Queue(this, 'Failures', {
      encryption: sqs.QueueEncryption.SQS_MANAGED, enforceSSL: true, retentionPeriod: Duration.days(14),
    });
    acknowledge(queue, {
      rules: ['Serverless-SQSRedrivePolicy'],
      reason: 'It is the dead-letter queue of the registry, read by people; an alarm says when something is in it.',
    });
    return queue;
  }

  private partsOf({ artifacts }: ModelRegistryProps, tables: RecordTables): RegistryParts {
    const { environment, encryptionKey: key, images, failures } = this;
    return { environment, key, table: tables.current, auditTable: tables.audit, artifacts, images, failures };
  }

  private createApi(props: ModelRegistryProps, parts: RegistryParts): RegistryApi {
    return new RegistryApi(this, 'Api', {
      ...parts,
      gates: props.approvalGates ?? {},
      trustedSessionRoles: props.trustedSessionRoles ?? [],
      datasetPrefixes: props.datasetPrefixes ?? [],
      requestsPerSecond: props.requestsPerSecond ?? DEFAULT_RATE,
    });
  }

  private addressOf({ artifacts }: ModelRegistryProps, copies: s3.IBucket): string {
    const stack = Stack.of(this);
    const address: RegistryAddress = {
      url: this.url,
      region: stack.region,
      auditBucket: copies.bucketName,
      artifactBucket: artifacts.bucket.bucketName,
      environment: this.environment,
    };
    return stack.toJsonString(address);
  }

  private createParameter(): void {
    new ssm.CfnParameter(this, 'Address', {
      name: this.addressParameterName,
      type: 'String',
      description: 'How the mlp command finds the model registry',
      value: this.address,
    });
  }

  private createAlarms(): cw.Alarm[] {
    const period = Duration.minutes(5);
    const twoChecks = Duration.hours(2 * CHECK_INTERVAL.toHours());
    const metrics = {
      serverErrors: this.metricServerErrors({ period }),
      handlerErrors: this.metricHandlerErrors(),
      journalAge: this.metricJournalAge(),
      failures: this.metricFailures({ period }),
      emergencies: this.metricEmergencies({ period }),
      rowsChanged: this.metricAuditRowsChanged({ period }),
      copiesDiffer: this.metricAuditCopiesDiffer({ period }),
      retainedMissing: this.metricRetainedMissing({ period: CHECK_INTERVAL }),
      checksDone: this.metricRetainedChecked({ period: twoChecks, statistic: cw.Stats.SAMPLE_COUNT }),
    };
    return new RegistryAlarms(this, 'Alarms', { environment: this.environment, topic: this.notifications, metrics }).alarms;
  }
}

/** The bus that each account has. */
function defaultBus(scope: Construct): events.IEventBus {
  return events.EventBus.fromEventBusName(scope, 'DefaultBus', 'default');
}
