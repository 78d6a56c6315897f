import { ArnFormat, aws_events as events, aws_iam as iam, aws_kms as kms, aws_logs as logs, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { COUNTED, QUEUE_DIMENSION, TRAINING_METRICS } from './runtime/contract';
import { acknowledge } from '../core/acknowledge';
import { letLogsEncrypt, logGroupNameOf } from '../core/encrypted-logs';

/** What the events of a queue are recorded with. */
export interface QueueEventsProps {
  readonly queueArn: string;
  readonly key: kms.IKey;
  readonly retention: logs.RetentionDays;
}

/** The id of the one permission in a stack with which EventBridge writes; an account has ten in a Region. */
const PERMISSION = 'MlPlatformTrainingEvents';
const FOLDER = 'training';
/** Under which EventBridge's documentation and console look for its log groups. */
const EVENTS = '/aws/events';

/** Which events are counted as what. The machine that a job ran on is gone when its status reason says so. */
const FILTERS: Readonly<Record<keyof typeof COUNTED, string>> = {
  failedJobs: '{ ($.detail-type = "Batch Job State Change") && ($.detail.status = "FAILED") }',
  succeededJobs: '{ ($.detail-type = "Batch Job State Change") && ($.detail.status = "SUCCEEDED") }',
  // a job that is RUNNABLE with an attempt behind it was put back; our retry strategy does that for reclaims and nothing else.
  // A program that heard of the reclaim ends with 143, perhaps before its host does
  reclaimedJobs: '{ ($.detail-type = "Batch Job State Change") && ($.detail.status = "RUNNABLE") '
    + '&& (($.detail.attempts[0].statusReason = "Host EC2*") || ($.detail.attempts[0].container.exitCode = 143)) }',
  blockedEvents: '{ $.detail-type = "Batch Job Queue Blocked" }',
};

/**
 * Every change of every job of a queue, as Batch tells EventBridge, in an encrypted log group; and what is counted from it.
 *
 * Batch publishes metrics of its own under AWS/Batch, without charge and as best effort. They know neither why a job was put
 * back nor how many wait, so ours are made from what it says of each job.
 *
 * @see https://docs.aws.amazon.com/batch/latest/userguide/batch_cwe_events.html
 */
export class QueueEvents extends Construct {
  public readonly logGroup: logs.ILogGroup;

  constructor(scope: Construct, id: string, props: QueueEventsProps) {
    super(scope, id);
    this.logGroup = this.createLogGroup(props);
    this.createRule(props.queueArn);
    Object.entries(FILTERS).forEach(([name, pattern]) => this.createFilter(COUNTED[name as keyof typeof COUNTED], pattern));
  }

  private createLogGroup({ key, retention }: QueueEventsProps): logs.LogGroup {
    const logGroupName = `${EVENTS}${logGroupNameOf(this, FOLDER)}`;
    letLogsEncrypt(key, 'EncryptTrainingEvents', logGroupName);
    return new logs.LogGroup(this, 'Logs', { logGroupName, retention, encryptionKey: key, removalPolicy: RemovalPolicy.RETAIN });
  }

  private createRule(queueArn: string): void {
    const rule = new events.CfnRule(this, 'Rule', {
      description: `What happens to the jobs of ${this.node.scope!.node.path}`,
      eventPattern: {
        'source': ['aws.batch'],
        'detail-type': ['Batch Job State Change', 'Batch Job Queue Blocked'],
        'detail': { jobQueue: [queueArn] },
      },
      state: 'ENABLED',
      targets: [{ id: 'Target0', arn: this.logGroup.logGroupArn }],
    });
    rule.node.addDependency(permissionOf(this));
    acknowledge(rule, {
      rules: ['Serverless-EventBusDLQ'],
      reason: 'CloudWatch Logs takes no part in a retry that a queue could continue: what it refuses it would refuse again, and a '
        + 'lost event is a gap in a log, not lost work.',
    });
  }

  private createFilter(metricName: string, filterPattern: string): void {
    new logs.CfnMetricFilter(this, metricName, {
      logGroupName: this.logGroup.logGroupName,
      filterPattern,
      metricTransformations: [{
        metricNamespace: TRAINING_METRICS,
        metricName,
        metricValue: '1',
        dimensions: [{ key: QUEUE_DIMENSION, value: '$.detail.jobQueue' }],
      }],
    });
  }
}

/**
 * Lets EventBridge write to the event logs of a stack's queues, and only there.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html (CloudWatch Logs permissions)
 */
function permissionOf(scope: Construct): Construct {
  const stack = Stack.of(scope);
  const existing = stack.node.tryFindChild(PERMISSION);
  return existing as Construct | undefined ?? new logs.ResourcePolicy(stack, PERMISSION, {
    policyStatements: [new iam.PolicyStatement({
      sid: 'RecordTrainingEvents',
      principals: [new iam.ServicePrincipal('events.amazonaws.com'), new iam.ServicePrincipal('delivery.logs.amazonaws.com')],
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      resources: [stack.formatArn({
        service: 'logs', resource: 'log-group', resourceName: `${EVENTS}/ml-platform/${FOLDER}/*:*`, arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      })],
    })],
  });
}
