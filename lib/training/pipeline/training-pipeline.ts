import {
  aws_cloudwatch as cw, aws_dynamodb as dynamodb, aws_events as events, aws_iam as iam, aws_kms as kms, aws_logs as logs,
  aws_sns as sns, aws_sqs as sqs, aws_stepfunctions as sfn, Duration, Names, RemovalPolicy, Stack,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { checkPipeline, workPrefix } from './check-pipeline';
import { PipelineAlarms, runMinutes } from './pipeline-alarms';
import { createHandler } from './pipeline-handler';
import { createLedger } from './pipeline-ledger';
import { PipelineMachine } from './pipeline-machine';
import { PipelineRules } from './pipeline-rules';
import { PipelineStarts } from './pipeline-starts';
import { PipelineStates } from './pipeline-states';
import { Plan } from './runtime/contract';
import { TrainingPipelineProps } from './training-pipeline-props';
import { acknowledge } from '../../core/acknowledge';
import { AlarmTopic } from '../../core/alarm-topic';
import { Checks } from '../../core/checks';
import { HandlerFunction } from '../../core/handler-function';
import { shown } from '../../core/invalid-props';
import { takenBy } from '../../core/namesakes';
import { ownProps } from '../../core/own-props';
import { RegisteredModel } from '../../registry';

const LONGEST_NAME = 80;
const EVENTBRIDGE = new iam.ServicePrincipal('events.amazonaws.com');
const SHORTEST_TURN = Duration.minutes(5);
/** An execution has 25000 events at most; a look whether it is its turn makes nine. */
const MOST_TURNS = 2000;

/**
 * From new data to a version that waits for a person's approval: looks at a sample of the data, trains, evaluates, registers
 * with lineage and metrics, asks for the approval, and tells how it ended. One execution at a time; what was registered with the
 * same data, images and parameters is not trained again; an execution that crashed is gone on with by the next.
 *
 * Makes a state machine, a table, a function, a dead-letter queue, five alarms, rules and schedules, and, unless given, a key and
 * a topic. Costs: a key, alarms, a call of the function each fifteen minutes; jobs while they run. It approves nothing.
 *
 * Throws all problems at once: `RegistryElsewhere`, `StoreElsewhere`, `Trainings`, `CapacityPause`, `StartCount`, `Commit`,
 * `PipelineTimeout`, `SlowAfter`, `StepParameter`, `StepCannotRead`, `StepCannotWrite`, `ParameterName`, `ParameterUnknown`,
 * `LogRetention` or `SecretInEnvironment`; before them `WrongKind`, after them `PipelineTwice`.
 */
export class TrainingPipeline extends Construct {
  /** The state machine, for metrics and rules of your own. */
  public readonly stateMachine: sfn.IStateMachine;
  /** What the pipeline is called: its state machine, its alarms, and in its events. */
  public readonly pipelineName: string;
  /** The model that versions are registered of. */
  public readonly model: RegisteredModel;
  /** Whose pipeline it is, in the registry: the role that registers, which can never approve what it registered. */
  public readonly registrant: iam.IRole;
  /** Below which prefix of the artifact store runs have their folders. */
  public readonly workPrefix: string;
  /** Where alarms and ends are told. */
  public readonly notifications: sns.ITopicRef;
  /** The alarms, each with an article in the runbook. */
  public readonly alarms: cw.IAlarmRef[];
  /** What encrypts the state machine, the ledger, the log of executions and the default topic. */
  public readonly encryptionKey: kms.IKey;
  /** Which inputs were seen, how far each came, and whose turn it is. */
  public readonly ledger: dynamodb.ITable;
  /** Which states were entered and left, without data. */
  public readonly executionLog: logs.ILogGroup;
  /** Starts and messages that could not be delivered. */
  public readonly undelivered: sqs.IQueue;

  constructor(scope: Construct, id: string, given: TrainingPipelineProps) {
    super(scope, id);
    const props = ownProps(given);
    checkPipeline(this, props);
    this.checkAlone(props);
    this.model = props.model;
    const timeout = props.timeout ?? Duration.days(14);
    this.pipelineName = Names.uniqueResourceName(this, { maxLength: LONGEST_NAME, separator: '-' });
    this.workPrefix = workPrefix(props);
    this.encryptionKey = props.encryptionKey ?? this.createKey();
    const eventBus = props.eventBus ?? events.EventBus.fromEventBusName(this, 'Bus', 'default');
    this.notifications = props.notify ?? this.createTopic();
    this.undelivered = this.createUndelivered();
    this.ledger = createLedger(this, 'Ledger', this.encryptionKey);
    const handler = createHandler(this, 'Handler', {
      pipeline: props,
      name: this.pipelineName,
      work: this.workPrefix,
      ledger: this.ledger,
      key: this.encryptionKey,
      eventBus,
      undelivered: this.undelivered,
    });
    this.registrant = handler.handler.role!;
    const machine = this.createMachine(props, handler, timeout);
    this.executionLog = machine.logGroup;
    this.stateMachine = sfn.StateMachine.fromStateMachineArn(this, 'Machine', machine.arn);
    const { pipelineName: name, undelivered } = this;
    new PipelineStarts(this, 'Starts', { starts: props.starts ?? [], machineArn: machine.arn, name, data: props.data, undelivered });
    new PipelineRules(this, 'Rules', {
      name, model: props.model, machineArn: machine.arn, handler, eventBus, topic: this.notifications, undelivered,
    });
    this.alarms = new PipelineAlarms(this, 'Alarms', {
      name, slowAfter: props.slowAfter ?? Duration.days(1), topic: this.notifications, executions: this.stateMachine, undelivered,
    }).alarms;
  }

  /**
   * Lets somebody start the pipeline. The input of an execution is a JSON object; all of it may be left out: `parameters` (values
   * for parameters that the pipeline declares), `again` (any text that was not used before: trains although the same input is
   * registered), `startedBy` (for the record).
   */
  public grantStart(grantee: iam.IGrantable): iam.Grant {
    return iam.Grant.addToPrincipal({ grantee, actions: ['states:StartExecution'], resourceArns: [this.stateMachine.stateMachineArn] });
  }

  /** For how many minutes the present execution has run, measured every fifteen minutes; 0 while none does. */
  public metricRunMinutes(options?: cw.MetricOptions): cw.Metric {
    return runMinutes(this.pipelineName, options);
  }

  /** Two pipelines of one model would each have a lease of its own, and share the folder of their runs. */
  private checkAlone({ model }: TrainingPipelineProps): void {
    const other = takenBy(this, `pipeline of ${[model.registry.node.addr, model.tenant, model.name].join('/')}`);
    new Checks().report('PipelineTwice', other === undefined ? undefined
      : `\`model\` must have one pipeline, which runs one execution at a time: got ${shown(model.name)}, which ${other.node.path} has; `
        + 'give that one more `starts`').settle(this);
  }

  private createKey(): kms.Key {
    return new kms.Key(this, 'Key', {
      description: `The training pipeline ${this.node.path}`, enableKeyRotation: true, removalPolicy: RemovalPolicy.RETAIN,
    });
  }

  /** Alarms and rules publish to it. */
  private createTopic(): sns.Topic {
    const { topic } = new AlarmTopic(this, 'Notifications', { key: this.encryptionKey });
    const conditions = { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } };
    topic.addToResourcePolicy(new iam.PolicyStatement({
      sid: 'RulesMayPublish', principals: [EVENTBRIDGE], actions: ['sns:Publish'], resources: [topic.topicArn], conditions,
    }));
    this.letRulesEncrypt();
    return topic;
  }

  private createUndelivered(): sqs.Queue {
    const queue = new sqs.Queue(this, 'Undelivered', {
      encryption: sqs.QueueEncryption.SQS_MANAGED, enforceSSL: true, retentionPeriod: Duration.days(14),
    });
    queue.addToResourcePolicy(new iam.PolicyStatement({
      sid: 'KeepUndelivered',
      principals: [EVENTBRIDGE],
      actions: ['sqs:SendMessage'],
      resources: [queue.queueArn],
      conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
    }));
    acknowledge(queue, {
      rules: ['Serverless-SQSRedrivePolicy'],
      reason: 'It is the dead-letter queue of the pipeline, read by people; an alarm says when something is in it.',
    });
    return queue;
  }

  /** https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html */
  private letRulesEncrypt(): void {
    this.encryptionKey.addToResourcePolicy(new iam.PolicyStatement({
      sid: 'RulesMayEncrypt',
      principals: [EVENTBRIDGE],
      actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      resources: ['*'], // in a key's policy: this key
      conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
    }));
  }

  private createMachine(props: TrainingPipelineProps, handler: HandlerFunction, timeout: Duration): PipelineMachine {
    const { start } = new PipelineStates(this, 'States', {
      handler,
      plan: this.planOf(props, timeout),
      training: props.training,
      evaluation: props.evaluation,
      turnPause: Duration.seconds(Math.max(SHORTEST_TURN.toSeconds(), Math.ceil(timeout.toSeconds() / MOST_TURNS))),
      capacityPause: props.capacityPause ?? Duration.minutes(30),
    });
    return new PipelineMachine(this, 'StateMachine', {
      name: this.pipelineName,
      start,
      timeout,
      key: this.encryptionKey,
      retention: props.logRetention ?? logs.RetentionDays.ONE_YEAR,
    });
  }

  private planOf(props: TrainingPipelineProps, timeout: Duration): Plan {
    const { model, artifacts, data, training, evaluation, servingImage, parameters = {}, trainings = 3, commit } = props;
    return {
      pipeline: this.pipelineName,
      model: model.name,
      tenant: model.tenant,
      data: { bucket: data.bucket.bucketName, prefix: data.prefix },
      work: { bucket: artifacts.bucket.bucketName, prefix: this.workPrefix },
      identity: ['training', ...training._job.identity, 'evaluation', ...evaluation._step.identity, 'serving', servingImage.uri],
      parameters: { ...parameters },
      leaseSeconds: timeout.toSeconds() + Duration.hours(1).toSeconds(),
      trainings,
      rules: data._render(),
      registry: { url: model.registry.url, image: servingImage.uri, commit },
    };
  }
}
