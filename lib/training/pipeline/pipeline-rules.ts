import { aws_events as events, aws_lambda as lambda, aws_sns as sns, aws_sqs as sqs, Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { APPROVAL_WANTED, Outcome, PIPELINE_ENDED, PIPELINE_EVENT_SOURCE } from './runtime/contract';
import { HandlerFunction } from '../../core/handler-function';
import { RegisteredModel } from '../../registry';

/** What listens to a pipeline. */
export interface PipelineRulesProps {
  readonly name: string;
  readonly model: RegisteredModel;
  readonly machineArn: string;
  readonly handler: HandlerFunction;
  readonly eventBus: events.IEventBus;
  readonly topic: sns.ITopicRef;
  readonly undelivered: sqs.IQueue;
}

export const WATCH_MINUTES = 15;
/** A burst of files would send a burst of messages that ask for nothing. */
const NOT_WORTH_A_MESSAGE: readonly Outcome[] = ['SKIPPED'];

/** Ends that an execution cannot tell itself, a look every fifteen minutes, and the way from events to people. */
export class PipelineRules extends Construct {
  constructor(scope: Construct, id: string, private readonly props: PipelineRulesProps) {
    super(scope, id);
    this.hearOfEnds();
    this.watch();
    this.tellPeople();
  }

  private hearOfEnds(): void {
    const { name, machineArn } = this.props;
    const rule = new events.Rule(this, 'Ends', {
      description: `Executions of ${name} that ended without telling`,
      eventPattern: {
        source: ['aws.states'],
        detailType: ['Step Functions Execution Status Change'],
        detail: { stateMachineArn: [machineArn], status: ['TIMED_OUT', 'ABORTED', 'FAILED'] },
      },
    });
    this.call(rule, {
      operation: 'abandoned',
      subject: this.subject(),
      execution: events.EventField.fromPath('$.detail.executionArn'),
      status: events.EventField.fromPath('$.detail.status'),
    });
  }

  private watch(): void {
    const rule = new events.Rule(this, 'Watch', {
      description: `Measures ${this.props.name}`, schedule: events.Schedule.rate(Duration.minutes(WATCH_MINUTES)),
    });
    this.call(rule, { operation: 'watch', subject: this.subject() });
  }

  private call(rule: events.Rule, input: object): void {
    const { handler, undelivered } = this.props;
    rule.addTarget({
      bind: () => ({
        arn: handler.functionArn,
        input: events.RuleTargetInput.fromObject(input),
        deadLetterConfig: { arn: undelivered.queueArn },
      }),
    });
    new lambda.CfnPermission(this, `${rule.node.id}Permission`, {
      action: 'lambda:InvokeFunction', functionName: handler.functionArn, principal: 'events.amazonaws.com', sourceArn: rule.ruleArn,
    });
  }

  private tellPeople(): void {
    const { name, topic, eventBus, undelivered } = this.props;
    const rule = new events.Rule(this, 'Tell', {
      description: `Tells people what ${name} came to`,
      eventBus,
      eventPattern: {
        source: [PIPELINE_EVENT_SOURCE],
        detailType: [PIPELINE_ENDED, APPROVAL_WANTED],
        detail: { pipeline: [name], outcome: worthAMessage() },
      },
    });
    rule.addTarget({
      bind: () => ({
        arn: topic.topicRef.topicArn,
        input: events.RuleTargetInput.fromEventPath('$.detail'),
        deadLetterConfig: { arn: undelivered.queueArn },
      }),
    });
  }

  private subject(): object {
    const { name, model } = this.props;
    return { pipeline: name, model: model.name, tenant: model.tenant };
  }
}

/** An approval that is wanted has no outcome. */
function worthAMessage(): string[] {
  return events.Match.anyOf(events.Match.doesNotExist(), events.Match.anythingBut(...NOT_WORTH_A_MESSAGE));
}
