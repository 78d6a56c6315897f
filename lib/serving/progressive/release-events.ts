import { aws_events as events, aws_iam as iam, aws_lambda as lambda, aws_sqs as sqs, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { EXECUTION_EVENT, WRITER_EVENTS } from './runtime/contract';
import { HandlerFunction } from '../../core/handler-function';

/** What the rules are made from. */
export interface ReleaseEventsProps {
  readonly releaseMachineArn: string;
  readonly writer: HandlerFunction;
  readonly switchParameterName: string;
  readonly failures: sqs.IQueue;
}

/** What happens to releases from outside: an execution that ended otherwise, an emergency stop, an alarm. */
export class ReleaseEvents extends Construct {
  constructor(scope: Construct, id: string, private readonly props: ReleaseEventsProps) {
    super(scope, id);
    letEventsKeepFailures(props.failures);
    this.createRecovery();
    this.createStop();
  }

  /** Tells the writer when one of the alarms fires. The rule belongs to the endpoint whose alarms they are. */
  public onAlarms(scope: Construct, alarmArns: readonly string[]): void {
    this.tellWriter(scope, 'AlarmRule', `A rollback alarm of ${scope.node.path} fired`, {
      ...pattern(WRITER_EVENTS.alarm), resources: alarmArns, detail: { state: { value: ['ALARM'] } },
    });
  }

  private createStop(): void {
    this.tellWriter(this, 'StopRule', 'The emergency stop was used', {
      ...pattern(WRITER_EVENTS.stop), detail: { name: [this.props.switchParameterName] },
    });
  }

  /** Another execution takes up what one left that was stopped, failed or ran out of time. */
  private createRecovery(): void {
    const { releaseMachineArn: arn, failures } = this.props;
    new events.CfnRule(this, 'RecoveryRule', {
      description: 'An execution of a release ended otherwise than it should',
      eventPattern: { ...pattern(EXECUTION_EVENT), detail: { stateMachineArn: [arn], status: EXECUTION_EVENT.statuses } },
      targets: [{
        id: 'ReleaseMachine',
        arn,
        roleArn: this.createStarter(arn).roleArn,
        inputTransformer: {
          inputPathsMap: { input: '$.detail.input', status: '$.detail.status' },
          inputTemplate: '{"recover": {"input": <input>, "status": <status>}}', // EventBridge writes the quotes
        },
        deadLetterConfig: { arn: failures.queueArn },
      }],
    });
  }

  private createStarter(machineArn: string): iam.IRole {
    const description = 'Starts the recovery of a release';
    const role = new iam.Role(this, 'Starter', {
      description,
      assumedBy: new iam.ServicePrincipal('events.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    });
    new iam.ManagedPolicy(this, 'StarterPolicy', {
      description,
      roles: [role],
      statements: [new iam.PolicyStatement({ sid: 'Start', actions: ['states:StartExecution'], resources: [machineArn] })],
    });
    return role;
  }

  private tellWriter(scope: Construct, id: string, description: string, eventPattern: object): void {
    const { writer, failures } = this.props;
    const rule = new events.CfnRule(scope, id, {
      description,
      eventPattern,
      targets: [{ id: 'Writer', arn: writer.functionArn, deadLetterConfig: { arn: failures.queueArn } }],
    });
    new lambda.CfnPermission(scope, `${id}Permission`, {
      action: 'lambda:InvokeFunction', functionName: writer.functionArn, principal: 'events.amazonaws.com', sourceArn: rule.attrArn,
    });
  }
}

function pattern({ source, detailType }: { readonly source: string; readonly detailType: string }): object {
  return { 'source': [source], 'detail-type': [detailType] };
}

/** By the rule, as the guide has it: https://docs.aws.amazon.com/eventbridge/latest/userguide/rule-dlq.html */
function letEventsKeepFailures(queue: sqs.IQueue): void {
  queue.addToResourcePolicy(new iam.PolicyStatement({
    sid: 'EventsKeepFailures',
    principals: [new iam.ServicePrincipal('events.amazonaws.com')],
    actions: ['sqs:SendMessage'],
    resources: [queue.queueArn],
    conditions: { ArnLike: { 'aws:SourceArn': Stack.of(queue).formatArn({ service: 'events', resource: 'rule', resourceName: '*' }) } },
  }));
}
