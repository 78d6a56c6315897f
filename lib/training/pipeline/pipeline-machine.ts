import { ArnFormat, aws_iam as iam, aws_kms as kms, aws_logs as logs, aws_stepfunctions as sfn, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { acknowledge, acknowledgeAtSynth, wildcardResource } from '../../core/acknowledge';
import { letLogsEncrypt, logGroupNameOf } from '../../core/encrypted-logs';

/** What a pipeline's state machine is made from. */
export interface PipelineMachineProps {
  /** Known beforehand, since the handler's policy names its executions. */
  readonly name: string;
  readonly start: sfn.State;
  readonly timeout: Duration;
  readonly key: kms.IKey;
  readonly retention: logs.RetentionDays;
}

const LOG_DELIVERY = [
  'logs:CreateLogDelivery', 'logs:DeleteLogDelivery', 'logs:DescribeLogGroups', 'logs:DescribeResourcePolicies', 'logs:GetLogDelivery',
  'logs:ListLogDeliveries', 'logs:PutResourcePolicy', 'logs:UpdateLogDelivery',
];

/**
 * A standard state machine: encrypted, traced, and logged without the data of executions. From L1, because the L2 writes its
 * role's permissions inline, which three packs refuse.
 */
export class PipelineMachine extends Construct {
  public readonly arn: string;
  public readonly role: iam.Role;
  public readonly logGroup: logs.LogGroup;
  private readonly graph: sfn.StateGraph;

  constructor(scope: Construct, id: string, private readonly props: PipelineMachineProps) {
    super(scope, id);
    const stack = Stack.of(this);
    this.graph = new sfn.StateGraph(props.start, 'Training pipeline');
    this.graph.timeout = props.timeout;
    this.arn = stack.formatArn({
      service: 'states', resource: 'stateMachine', resourceName: props.name, arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    this.logGroup = this.createLogs();
    this.role = new iam.Role(this, 'Role', {
      description: `Runs the training pipeline ${props.name}`,
      assumedBy: new iam.ServicePrincipal('states.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': stack.account }, ArnLike: { 'aws:SourceArn': this.arn } },
      }),
    });
    const policy = this.createPolicy();
    const machine = new sfn.CfnStateMachine(this, 'Resource', {
      stateMachineName: props.name,
      stateMachineType: 'STANDARD',
      roleArn: this.role.roleArn,
      definitionString: stack.toJsonString(this.graph.toGraphJson()),
      loggingConfiguration: {
        level: 'ALL', includeExecutionData: false, destinations: [{ cloudWatchLogsLogGroup: { logGroupArn: this.logGroup.logGroupArn } }],
      },
      tracingConfiguration: { enabled: true },
      encryptionConfiguration: { type: 'CUSTOMER_MANAGED_KMS_KEY', kmsKeyId: props.key.keyArn, kmsDataKeyReusePeriodSeconds: 300 },
    });
    machine.node.addDependency(policy);
  }

  private createLogs(): logs.LogGroup {
    const { key, retention } = this.props;
    // Step Functions puts the names of log groups into one policy, and asks for this beginning so that it stays short
    const logGroupName = `/aws/vendedlogs/states${logGroupNameOf(this, 'training-pipelines')}`;
    letLogsEncrypt(key, `EncryptPipelineLog${this.node.addr.slice(-12)}`, logGroupName);
    key.addToResourcePolicy(new iam.PolicyStatement({
      sid: `DeliverPipelineLog${this.node.addr.slice(-12)}`,
      principals: [new iam.ServicePrincipal('delivery.logs.amazonaws.com')],
      actions: ['kms:Decrypt'],
      resources: ['*'], // in a key's policy: this key
      conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
    }));
    return new logs.LogGroup(this, 'Logs', { logGroupName, retention, encryptionKey: key, removalPolicy: RemovalPolicy.RETAIN });
  }

  private createPolicy(): iam.ManagedPolicy {
    const { key, name } = this.props;
    const steps = merged(this.graph.policyStatements);
    const policy = new iam.ManagedPolicy(this, 'Policy', {
      description: `What the training pipeline ${name} runs`,
      roles: [this.role],
      statements: [
        ...steps,
        new iam.PolicyStatement({ sid: 'DeliverLogs', actions: LOG_DELIVERY, resources: ['*'] }),
        new iam.PolicyStatement({
          sid: 'WriteTraces',
          actions: ['xray:GetSamplingRules', 'xray:GetSamplingTargets', 'xray:PutTelemetryRecords', 'xray:PutTraceSegments'],
          resources: ['*'],
        }),
        // https://docs.aws.amazon.com/step-functions/latest/dg/encryption-at-rest.html
        new iam.PolicyStatement({
          sid: 'UseKeyForExecutions',
          actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
          resources: [key.keyArn],
          conditions: { StringEquals: { 'kms:EncryptionContext:aws:states:stateMachineArn': this.arn } },
        }),
        new iam.PolicyStatement({
          sid: 'UseKeyForLogs',
          actions: ['kms:GenerateDataKey'],
          resources: [key.keyArn],
          conditions: { StringEquals: { 'kms:EncryptionContext:SourceArn': `arn:${Stack.of(this).partition}:logs:${Stack.of(this).region}:${Stack.of(this).account}:*` } },
        }),
      ],
    });
    this.keepFindings(policy, steps);
    return policy;
  }

  private keepFindings(policy: iam.ManagedPolicy, steps: readonly iam.PolicyStatement[]): void {
    acknowledge(policy, {
      rules: ['AwsSolutions-IAM5[Resource::*]'],
      reason: 'batch:DescribeJobs, X-Ray and the delivery of logs have no resource ARN in IAM; the first only reads, and the others only '
        + 'write what the state machine itself did.',
    });
    acknowledgeAtSynth(policy, () => {
      const arns = steps.flatMap(({ resources }) => resources).filter((arn) => arn !== '*' && arn.endsWith('*'));
      return {
        rules: [...new Set(arns.map((arn) => wildcardResource(this, arn)))],
        reason: 'Ids of jobs and revisions of definitions are made later. Job definitions and names of training jobs are named to their last part; '
          + 'jobs of Batch have ids only, and may only be ended.',
      };
    });
  }
}

/** Two jobs on queues ask for the same in part; a policy names each statement once, and under a sid of its own. */
function merged(statements: readonly iam.PolicyStatement[]): iam.PolicyStatement[] {
  const different = new Map(statements.map((statement) => [JSON.stringify(statement.toJSON()), statement]));
  const counts = new Map<string, number>();
  return [...different.values()].map((statement) => {
    const sid = statement.sid ?? 'Step';
    const count = (counts.get(sid) ?? 0) + 1;
    counts.set(sid, count);
    return count === 1 ? statement : statement.copy({ sid: `${sid}${count}` });
  });
}
