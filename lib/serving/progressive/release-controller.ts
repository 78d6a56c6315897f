import {
  aws_cloudwatch as cw, aws_dynamodb as dynamodb, aws_kms as kms, aws_sns as sns, aws_sqs as sqs, Duration, Names,
  RemovalPolicy, Stack,
} from 'aws-cdk-lib';
import { Construct, IConstruct } from 'constructs';
import { EmergencyStop, IEmergencyStop } from './emergency-stop';
import { EndpointRights } from './endpoint-rights';
import { ReleaseAlarms } from './release-alarms';
import { ReleaseDesk } from './release-desk';
import { ReleaseEvents } from './release-events';
import { ReleaseHandlers } from './release-handlers';
import { ReleaseMachines } from './release-machines';
import { ReleaseParts } from './release-parts';
import { ReleaseWatch } from './release-watch';
import { ServedEndpoint } from './served-endpoint';
import { acknowledge } from '../../core/acknowledge';
import { AlarmTopic } from '../../core/alarm-topic';
import { Checks } from '../../core/checks';
import { HandlerFunction } from '../../core/handler-function';
import { shown } from '../../core/invalid-props';
import { RecordTables } from '../../core/record-tables';
import { IModelRegistry } from '../../registry';

/** What the endpoints of a stack have in common. */
export interface ReleaseControllerProps {
  /** Who knows the versions. */
  readonly registry: IModelRegistry;
  /** The stop that was brought. */
  readonly stop?: IEmergencyStop;
}

const ID = 'MlPlatformReleases';
const STOP_ID = 'MlPlatformEmergencyStop';
/** A role has at most ten managed policies, and each endpoint brings one. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const MOST_ENDPOINTS = 9;

/**
 * What releases the endpoints of a stack: state and audit records, functions, state machines, a desk. One for each stack, made by
 * its first progressive endpoint.
 */
export class ReleaseController extends Construct {
  /** The one of the stack that `scope` is in. */
  public static of(scope: IConstruct, props: ReleaseControllerProps): ReleaseController {
    const stack = Stack.of(scope);
    const existing = stack.node.tryFindChild(ID) as ReleaseController | undefined;
    const controller = existing ?? new ReleaseController(stack, ID, props);
    controller.judge(props).settle(scope);
    return controller;
  }

  public readonly key: kms.IKey;
  public readonly stop: IEmergencyStop;
  /** Where its alarms report, and those of endpoints that name no topic. */
  public readonly notifications: sns.ITopic;
  public readonly table: dynamodb.ITable;
  public readonly auditTable: dynamodb.ITable;
  public readonly failures: sqs.IQueue;
  public readonly desk: ReleaseDesk;
  private readonly watch: ReleaseWatch;
  public readonly alarms: cw.IAlarmRef[];
  private readonly events: ReleaseEvents;
  public readonly lifecycle: HandlerFunction;
  private readonly handlers: ReleaseHandlers;
  private readonly served: string[] = [];

  private constructor(scope: Construct, id: string, private readonly props: ReleaseControllerProps) {
    super(scope, id);
    this.key = this.createKey();
    this.notifications = new AlarmTopic(this, 'Notifications', { key: this.key }).topic;
    this.stop = props.stop ?? this.createStop();
    this.failures = this.createFailures();
    const tables = new RecordTables(this, 'Tables', {
      key: this.key, auditStream: false, guardedBy: 'each audit record is also in a log group that outlives it',
    });
    this.table = tables.current;
    this.auditTable = tables.audit;
    const parts = this.partsOf();
    this.handlers = new ReleaseHandlers(this, 'Handlers', parts);
    this.lifecycle = this.handlers.lifecycle;
    const machines = new ReleaseMachines(this, 'Machines', { handlers: this.handlers, key: this.key });
    this.desk = this.createDesk(parts, machines);
    this.watch = this.createWatch(parts, machines);
    this.events = this.createEvents(machines);
    this.alarms = this.createAlarms(machines);
  }

  /** Takes one endpoint more: what its functions may do for it is in policies that go with it. */
  public serve(scope: Construct, endpoint: ServedEndpoint): EndpointRights {
    this.judgeNext(endpoint.endpointName).settle(scope);
    this.served.push(endpoint.endpointName);
    this.events.onAlarms(scope, endpoint.alarmArns);
    return new EndpointRights(scope, 'Rights', { ...endpoint, handlers: this.handlers, desk: this.desk.handler });
  }

  /** Functions, machines and policies are there for all endpoints of the stack, so what differs has to be in another. */
  private judge({ registry, stop }: ReleaseControllerProps): Checks {
    return new Checks()
      .report('RegistryDiffers', registry === this.props.registry ? undefined
        : `\`model\` must be of the registry of the other endpoints in this stack, ${shown(this.props.registry.node.path)}: got one of `
          + `${shown(registry.node.path)}; put the endpoint into another stack`)
      .report('EmergencyStopDiffers', stop === undefined || stop === this.stop ? undefined
        : `\`emergencyStop\` must be the one of the other endpoints in this stack, ${shown(this.stop.node.path)}: got ${shown(stop.node.path)}; `
          + 'give the same to all of them, to the first too');
  }

  private judgeNext(endpointName: string): Checks {
    return new Checks()
      .report('EndpointTwice', this.served.includes(endpointName)
        ? `\`endpointName\` must be another than those of this stack: got ${shown(endpointName)} a second time` : undefined)
      .report('EndpointsOfStack', this.served.length < MOST_ENDPOINTS ? undefined
        : `a stack must have at most ${MOST_ENDPOINTS} progressive endpoints, because the roles of their functions take no more policies: got another, `
          + `${shown(endpointName)}; put it into a second stack`);
  }

  private createKey(): kms.Key {
    return new kms.Key(this, 'Key', {
      description: `Releases of ${Stack.of(this).node.path}: state, audit records, logs, notifications`,
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }

  private createStop(): EmergencyStop {
    const { environment, trustedSessionRoles } = this.props.registry;
    return new EmergencyStop(Stack.of(this), STOP_ID, { environment, trustedSessionRoles, encryptionKey: this.key });
  }

  private createFailures(): sqs.Queue {
    const queue = new sqs.Queue(this, 'Failures', {
      encryption: sqs.QueueEncryption.SQS_MANAGED, enforceSSL: true, retentionPeriod: Duration.days(14),
    });
    acknowledge(queue, {
      rules: ['Serverless-SQSRedrivePolicy'],
      reason: 'It is the dead-letter queue of releases, read by people; an alarm says when something is in it.',
    });
    return queue;
  }

  private partsOf(): ReleaseParts {
    const { key, table, auditTable, stop, failures } = this;
    const { environment, eventBus } = this.props.registry;
    return { environment, key, table, auditTable, eventBus, stop, failures };
  }

  private createDesk(parts: ReleaseParts, { releaseMachineArn }: ReleaseMachines): ReleaseDesk {
    return new ReleaseDesk(this, 'Desk', {
      ...parts,
      name: `releases-${Names.uniqueResourceName(this, { maxLength: 100, separator: '-' })}`,
      trustedSessionRoles: this.props.registry.trustedSessionRoles,
      releaseMachineArn,
      writer: this.handlers.writer,
    });
  }

  private createWatch(parts: ReleaseParts, { releaseMachineArn, releaseExecutionArns }: ReleaseMachines): ReleaseWatch {
    return new ReleaseWatch(this, 'Watch', { ...parts, releaseMachineArn, releaseExecutionArns });
  }

  private createEvents({ releaseMachineArn }: ReleaseMachines): ReleaseEvents {
    const { failures, stop: { switchParameterName }, handlers: { writer } } = this;
    return new ReleaseEvents(this, 'Events', { releaseMachineArn, writer, switchParameterName, failures });
  }

  private createAlarms({ releaseMachineArn }: ReleaseMachines): cw.Alarm[] {
    const { clerk, judge, writer, pruner, lifecycle } = this.handlers;
    return new ReleaseAlarms(this, 'Alarms', {
      topic: this.notifications,
      releaseMachineArn,
      handlers: [clerk, judge, writer, lifecycle, this.desk.handler, pruner, this.watch.handler],
      failures: this.failures,
    }).alarms;
  }
}
