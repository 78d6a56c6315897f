import {
  ArnFormat, aws_iam as iam, aws_kms as kms, aws_logs as logs, aws_stepfunctions as sfn, Duration, RemovalPolicy, Stack,
} from 'aws-cdk-lib';
import { Construct, IDependable } from 'constructs';
import { InferenceFolders } from './inference-folders';
import { MAP_LABEL, machineDefinition } from './machine-definition';
import { acknowledge, acknowledgeAtSynth, wildcardResource } from '../../core/acknowledge';
import { letLogsEncrypt, logGroupNameOf } from '../../core/encrypted-logs';

/** What the state machine is made from. */
export interface InferenceMachineProps {
  readonly plannerArn: string;
  readonly reporterArn: string;
  readonly folders: InferenceFolders;
  readonly outputBucketName: string;
  /** Submits one job and waits for its end. */
  readonly state: sfn.TaskStateBase;
  /** What has to be there before an execution runs. */
  readonly after: readonly IDependable[];
  readonly maxConcurrency: number;
  readonly toleratedFailurePercent: number;
  readonly timeout: Duration;
  readonly key: kms.IKey;
  readonly logRetention: logs.RetentionDays;
}

/** What a submission may meet that another try helps; a job that failed is not among it. */
const SUBMIT_TROUBLE = ['Batch.ServerException', 'Batch.TooManyRequestsException', 'Batch.BatchException', 'Batch.SdkClientException'];
/** For which Step Functions' own console and its permission on log groups are made. */
const VENDED = '/aws/vendedlogs/states';

/**
 * The state machine, with a role of its own. It logs every event without data, encrypts executions, and keeps its logs when the
 * stack is deleted.
 */
export class InferenceMachine extends Construct {
  public readonly stateMachineArn: string;
  public readonly role: iam.IRole;
  private readonly resource: sfn.CfnStateMachine;

  constructor(scope: Construct, id: string, private readonly props: InferenceMachineProps) {
    super(scope, id);
    const role = new iam.Role(this, 'Role', {
      description: `Runs ${scope.node.path}`,
      assumedBy: new iam.ServicePrincipal('states.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    });
    this.role = role;
    const item = new sfn.StateGraph(this.submitting().startState, 'One item');
    const policy = this.createPolicy(role, item);
    this.resource = this.createMachine(role, item);
    this.resource.node.addDependency(policy, ...props.after);
    this.stateMachineArn = this.resource.ref;
    this.createOwnPolicy(role);
  }

  private submitting(): sfn.TaskStateBase {
    const { state } = this.props;
    state.addRetry({
      errors: SUBMIT_TROUBLE, interval: Duration.seconds(5), maxAttempts: 6, backoffRate: 2, jitterStrategy: sfn.JitterType.FULL,
    });
    return state;
  }

  private createMachine(role: iam.Role, item: sfn.StateGraph): sfn.CfnStateMachine {
    const { key } = this.props;
    const logGroup = this.createLogs();
    return new sfn.CfnStateMachine(this, 'Resource', {
      stateMachineType: 'STANDARD',
      roleArn: role.roleArn,
      definitionString: Stack.of(this).toJsonString(machineDefinition(this, { ...this.props, item: item.toGraphJson() })),
      loggingConfiguration: {
        level: 'ALL',
        includeExecutionData: false, // addresses are data: names of inputs may be names of people
        destinations: [{ cloudWatchLogsLogGroup: { logGroupArn: logGroup.logGroupArn } }],
      },
      tracingConfiguration: { enabled: true },
      encryptionConfiguration: { type: 'CUSTOMER_MANAGED_KMS_KEY', kmsKeyId: key.keyArn, kmsDataKeyReusePeriodSeconds: 300 },
    });
  }

  private createLogs(): logs.LogGroup {
    const { key, logRetention } = this.props;
    const logGroupName = `${VENDED}${logGroupNameOf(this, 'batch-inference')}`;
    letLogsEncrypt(key, `EncryptLogs${this.node.addr.slice(-12)}`, logGroupName);
    // https://docs.aws.amazon.com/step-functions/latest/dg/encryption-at-rest.html: logs of an encrypted machine
    key.addToResourcePolicy(new iam.PolicyStatement({
      sid: `DeliverLogs${this.node.addr.slice(-12)}`,
      principals: [new iam.ServicePrincipal('delivery.logs.amazonaws.com')],
      actions: ['kms:Decrypt'],
      resources: ['*'], // in a key's policy: this key
      conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
    }));
    return new logs.LogGroup(this, 'Logs', { logGroupName, retention: logRetention, encryptionKey: key, removalPolicy: RemovalPolicy.RETAIN });
  }

  private createPolicy(role: iam.Role, item: sfn.StateGraph): iam.ManagedPolicy {
    const { plannerArn, reporterArn, folders } = this.props;
    const policy = new iam.ManagedPolicy(this, 'Policy', {
      description: `What a run of ${this.node.scope!.node.path} takes`,
      roles: [role],
      statements: [
        new iam.PolicyStatement({ sid: 'PlanAndReport', actions: ['lambda:InvokeFunction'], resources: [plannerArn, reporterArn] }),
        ...item.policyStatements,
        new iam.PolicyStatement({
          sid: 'DeliverLogs',
          actions: [
            'logs:CreateLogDelivery', 'logs:DeleteLogDelivery', 'logs:DescribeLogGroups', 'logs:DescribeResourcePolicies', 'logs:GetLogDelivery',
            'logs:ListLogDeliveries', 'logs:PutResourcePolicy', 'logs:UpdateLogDelivery',
          ],
          resources: ['*'],
        }),
        new iam.PolicyStatement({
          sid: 'WriteTraces',
          actions: ['xray:GetSamplingRules', 'xray:GetSamplingTargets', 'xray:PutTelemetryRecords', 'xray:PutTraceSegments'],
          resources: ['*'],
        }),
      ],
    });
    folders.ofMap(policy);
    acknowledge(policy, {
      rules: ['AwsSolutions-IAM5[Resource::*]'],
      reason: 'batch:DescribeJobs, the log delivery actions and the X-Ray write actions have no resource ARN in IAM.',
    });
    acknowledgeAtSynth(policy, () => ({
      rules: item.policyStatements.flatMap(({ resources }) => resources)
        .filter((arn) => arn !== '*' && JSON.stringify(Stack.of(this).resolve(arn)).includes('*'))
        .map((arn) => wildcardResource(this, arn)),
      reason: 'Jobs get their ids when they are submitted; every revision of this one job definition is named, so that a deployment breaks no '
        + 'execution that began before it.',
    }));
    return policy;
  }

  /** What a machine does to itself names it, so it comes after it. https://docs.aws.amazon.com/step-functions/latest/dg/iam-policies-eg-dist-map.html */
  private createOwnPolicy(role: iam.Role): void {
    const { key } = this.props;
    const children = this.executions(`/${MAP_LABEL}`);
    const policy = new iam.ManagedPolicy(this, 'OwnPolicy', {
      description: `What a run of ${this.node.scope!.node.path} does with its own executions`,
      roles: [role],
      statements: [
        new iam.PolicyStatement({ sid: 'StartItems', actions: ['states:StartExecution'], resources: [this.stateMachineArn] }),
        new iam.PolicyStatement({
          sid: 'WatchItems', actions: ['states:DescribeExecution', 'states:StopExecution'], resources: [this.executions(''), children],
        }),
        new iam.PolicyStatement({ sid: 'RedriveItems', actions: ['states:RedriveExecution'], resources: [children] }),
        new iam.PolicyStatement({
          sid: 'EncryptExecutions',
          actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
          resources: [key.keyArn],
          conditions: {
            StringEquals: { 'kms:EncryptionContext:aws:states:stateMachineArn': [this.stateMachineArn, `${this.stateMachineArn}/${MAP_LABEL}`] },
          },
        }),
        new iam.PolicyStatement({
          sid: 'EncryptLogs',
          actions: ['kms:GenerateDataKey'],
          resources: [key.keyArn],
          conditions: {
            StringEquals: { 'kms:EncryptionContext:SourceArn': Stack.of(this).formatArn({ service: 'logs', resource: '*', arnFormat: ArnFormat.NO_RESOURCE_NAME }) },
          },
        }),
      ],
    });
    acknowledgeAtSynth(policy, () => ({
      rules: [this.executions(''), children].map((arn) => wildcardResource(this, arn)),
      reason: 'Executions get their names when they start; they are those of this one state machine.',
    }));
  }

  private executions(label: string): string {
    return Stack.of(this).formatArn({
      service: 'states', resource: 'execution', resourceName: `${this.resource.attrName}${label}:*`, arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
  }
}
