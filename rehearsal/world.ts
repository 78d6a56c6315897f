import { CloudWatch, SimulatedAlarm } from './aws/cloudwatch';
import { FakeDynamoDb } from './aws/dynamodb/fake-dynamodb';
import { AwsError, unavailable } from './aws/error';
import { Events } from './aws/events';
import { gatewayEvent, HttpRequest } from './aws/gateway';
import { Iam } from './aws/iam';
import { Metrics } from './aws/metrics';
import { SageMaker } from './aws/sagemaker';
import { checkMessage } from './aws/sns';
import { Ssm } from './aws/ssm';
import { REGISTRY_TABLES, Supplies } from './aws/supplies';
import { Calls, Input, REGISTRY_NAME } from './calls';
import { VirtualClock } from './clock';
import { deleteVersions, deployFunctions, deployMachines, deployParametersAndAlarms } from './deployment';
import { Faults } from './faults';
import { Moment } from './hands';
import { Invariants } from './invariants';
import { Journal, percentOf } from './journal';
import { Bundles } from './lambda/bundles';
import { Functions } from './lambda/functions';
import { Logs } from './logs';
import { Outages } from './outages';
import { Random } from './random';
import { Scenario } from './scenario';
import { Execution } from './states/execution';
import { described, Machines } from './states/machines';
import { Switches, USUAL_SWITCHES } from './switches';
import { Place } from './template/place';
import { Templates } from './template/template';
import { covers, Traffic } from './traffic';
import { ROUTES as REGISTRY_ROUTES } from '../lib/registry/runtime/contract';
import {
  CANDIDATE_SLOT, DESK_BUNDLE, ENV_AUDIT_TABLE, ENV_RELEASES_TABLE, RELEASE_BUNDLES,
} from '../lib/serving/progressive/runtime/contract';

const MINUTE = 60_000;
const ALARMS_AFTER_MS = 5_000;
const LAG_SECONDS = 75;

/** What a world is made from. */
export interface WorldProps {
  readonly templates: Templates;
  readonly bundles: Bundles;
  readonly scenario: Scenario;
  readonly place: Place;
  readonly checkPermissions: boolean;
  /** Names of alarms that a release goes by. */
  readonly rollbackAlarms: readonly string[];
  /** When the scenario begins. */
  readonly startedAt: number;
  /** How long the clock runs before. */
  readonly warmUpMinutes: number;
}

/** An account as the template would leave it, in virtual time, with everything that a scenario does to it. */
export class World {
  public readonly clock: VirtualClock;
  public readonly random: Random;
  public readonly switches: Switches;
  public readonly scenario: Scenario;
  public readonly place: Place;
  public readonly iam: Iam;
  public readonly functions: Functions;
  public readonly journal: Journal;
  public readonly sagemaker: SageMaker;
  public readonly cloudwatch: CloudWatch;
  public readonly dynamodb: FakeDynamoDb;
  public readonly events: Events;
  public readonly ssm: Ssm;
  public readonly supplies: Supplies;
  public readonly machines: Machines;
  public readonly traffic: Traffic;
  public readonly invariants: Invariants;
  public readonly outages: Outages;
  /** What each revision is made of, in the order of revisions. */
  public readonly versions: { readonly image: string; readonly artifact: string }[] = [];
  /** Alarms that are left out. */
  public notSimulated: readonly string[];
  /** What CloudFormation was answered. */
  public readonly deployed: Input[] = [];
  private readonly bundles: Bundles;
  private readonly faults: Faults;
  private requests = 0;

  constructor(props: WorldProps) {
    const { templates, bundles, scenario, place, checkPermissions, startedAt, warmUpMinutes, rollbackAlarms } = props;
    const { seed = 1, metricLagSeconds = LAG_SECONDS } = scenario;
    this.scenario = scenario;
    this.bundles = bundles;
    this.place = place;
    this.switches = { ...USUAL_SWITCHES, ...scenario.switches };
    this.clock = new VirtualClock(startedAt - warmUpMinutes * MINUTE);
    this.random = new Random(seed);
    this.outages = new Outages(this.clock, startedAt, scenario.outages ?? []);
    this.iam = new Iam(templates, checkPermissions);
    this.faults = new Faults(scenario, new Random(seed + 1), () => this.moment(), this.outages);
    this.functions = this.makeFunctions();
    deployFunctions(templates, bundles, this.functions, place);
    const tables = this.tables();
    this.journal = new Journal(this.clock, startedAt, tables);
    this.dynamodb = new FakeDynamoDb(...templates.of('AWS::DynamoDB::Table').map(({ ref }) => ref), ...REGISTRY_TABLES);
    this.sagemaker = this.makeSageMaker();
    this.cloudwatch = new CloudWatch(this.clock, () => metricLagSeconds * 1000, this.switches);
    this.events = this.makeEvents(templates);
    this.ssm = new Ssm((event) => { this.events.emit(event); }, place);
    this.supplies = new Supplies(place);
    this.machines = this.makeMachines();
    deployMachines(templates, this.machines);
    this.notSimulated = deployParametersAndAlarms(templates, this.ssm, this.cloudwatch, rollbackAlarms);
    this.traffic = new Traffic(this.clock, this.sagemaker, this.cloudwatch.metrics, {
      requestsPerMinute: scenario.requestsPerMinute ?? 600,
      behaviour: (image) => this.behaviour(image),
      faults: [...scenario.metrics ?? [], ...this.outages.all.map((outage) => ({ do: 'none' as const, ...outage }))],
      switches: this.switches,
      lagSeconds: metricLagSeconds,
      startedAt,
    });
    const { heads } = this.journal;
    this.invariants = new Invariants(this.sagemaker, () => heads, () => this.journal.minutes.toFixed(1), tables.audit,
      (from, to) => this.outages.secondsIn(from, to));
    this.watch();
  }

  public moment(): Moment {
    const { minutes, endpointName, heads, answers } = this.journal;
    const release = heads.get(endpointName)?.release;
    const endpoint = this.sagemaker.endpoints.get(endpointName);
    return {
      minutes,
      ...(release === undefined ? {} : { state: release.state, stage: release.stage, releaseId: release.releaseId }),
      ...(release?.latch === undefined ? {} : { latch: release.latch.cause }),
      ...(release?.outcome === undefined ? {} : { outcome: release.outcome }),
      ...(endpoint === undefined ? {} : { endpointStatus: endpoint.status }),
      candidatePercent: percentOf(endpoint)[CANDIDATE_SLOT] ?? 0,
      answers,
    };
  }

  /** As CloudFormation updates everything but its custom resources: those are for their handlers. */
  public deploy(templates: Templates, before: Templates, rollbackAlarms: readonly string[]): void {
    this.iam.deploy(templates);
    templates.of('AWS::DynamoDB::Table').forEach(({ ref }) => { this.dynamodb.create(ref); });
    deployFunctions(templates, this.bundles, this.functions, this.place);
    deployMachines(templates, this.machines);
    this.events.deploy(templates);
    this.notSimulated = deployParametersAndAlarms(templates, this.ssm, this.cloudwatch, rollbackAlarms, before);
    deleteVersions(before, templates, this.functions, this.machines);
  }

  /** A person's request, through the gateway's event to the real handler. */
  public async asked(
    bundle: string, routes: Parameters<typeof gatewayEvent>[0], request: HttpRequest,
  ): Promise<{ readonly status: number; readonly body: Input }> {
    const of = this.functions.withBundle(bundle);
    const event = gatewayEvent(routes, request, this.clock.now, `request-${++this.requests}`);
    if (of === undefined || event === undefined) {
      throw new Error(of === undefined ? `the template has no function with the bundle ${bundle}` : `there is no route ${request.method} ${request.target}`);
    }
    const outcome = await this.functions.invoke(of, event);
    if ('errorType' in outcome) {
      return { status: 502, body: { message: 'Internal Server Error', ...outcome } }; // as API Gateway says it
    }
    const { statusCode, body } = outcome.payload as { readonly statusCode: number; readonly body: string };
    return { status: statusCode, body: JSON.parse(body) as Input };
  }

  /** Traffic and alarms, minute by minute. */
  public everyMinute(): void {
    const next = Math.ceil((this.clock.now + 1) / MINUTE) * MINUTE;
    this.clock.after(next - this.clock.now, () => {
      this.traffic.publish();
      this.clock.after(ALARMS_AFTER_MS, () => {
        if (!this.outages.now) {
          this.cloudwatch.evaluateAlarms();
        }
      });
      this.everyMinute();
    });
  }

  private makeFunctions(): Functions {
    const calls = () => new Calls({
      clock: this.clock,
      random: this.random,
      place: this.place,
      iam: this.iam,
      switches: this.switches,
      faults: this.faults,
      journal: this.journal,
      act: (service, operation, input, by) => this.act(service, operation, input, by),
      askRegistry: (request) => this.asked(REGISTRY_NAME, REGISTRY_ROUTES, request),
      deployed: (answer) => { this.deployed.push(answer); },
    });
    return new Functions({
      clock: this.clock,
      random: this.random,
      outages: this.outages,
      skew: (bundle) => (this.scenario.clockSkewSeconds?.[bundle] ?? 0) * 1000,
      send: (invocation, service, operation, input) => calls().sent(invocation, service, operation, input),
      fetch: (invocation, url, init) => calls().fetched(invocation, url, init),
      log: (name, text) => { new Logs(this.clock, this.journal, this.cloudwatch.metrics).written(name, text); },
      invoked: ({ of: { bundle, name } }, outcome) => {
        if (bundle.name !== REGISTRY_NAME) {
          this.journal.invocations++;
          this.count('AWS/Lambda', 'Invocations', { FunctionName: name }, 1);
          this.count('AWS/Lambda', 'Errors', { FunctionName: name }, 'errorType' in outcome ? 1 : 0);
          if ('errorType' in outcome) {
            this.journal.note('note', `${bundle.name} failed: ${outcome.errorType}: ${outcome.errorMessage}`);
          }
        }
      },
    });
  }

  private tables(): { readonly releases: string; readonly audit: string } {
    const environment = this.functions.withBundle(DESK_BUNDLE)?.environment ?? {};
    return { releases: environment[ENV_RELEASES_TABLE] ?? '', audit: environment[ENV_AUDIT_TABLE] ?? '' };
  }

  private makeSageMaker(): SageMaker {
    const { createSeconds = 300, updateSeconds = 420, weightSeconds = 20, deleteSeconds = 120 } = this.scenario;
    return new SageMaker(this.clock, this.place, { createSeconds, updateSeconds, weightSeconds, deleteSeconds }, this.switches);
  }

  private makeEvents(templates: Templates): Events {
    return new Events(templates, this.iam, {
      clock: this.clock,
      random: this.random,
      place: this.place,
      switches: this.switches,
      find: (arn) => this.functions.find(arn),
      invokeAsync: (of, payload) => this.functions.invokeAsync(of, payload),
      startExecution: (input) => this.machines.start(input),
      delivery: (event) => this.faults.ofEvent(event),
      isOfReleases: ({ bundle: { name } }) => RELEASE_BUNDLES.includes(name),
    });
  }

  private makeMachines(): Machines {
    return new Machines({
      clock: this.clock,
      random: this.random,
      switches: this.switches,
      ready: () => this.outages.over(),
      find: (arn) => this.functions.find(arn),
      invoke: (of, payload) => this.functions.invoke(of, payload),
      allow: (roleArn, action, resource) => {
        if (!this.iam.allows(roleArn, { action, resource })) {
          throw new Error(`${roleArn} is not authorized to perform ${action} on ${resource}`);
        }
      },
      onStatus: (execution) => { this.executionChanged(execution); },
    });
  }

  private watch(): void {
    const { sagemaker, cloudwatch, journal, invariants, scenario } = this;
    this.dynamodb.hooks.written = (written) => { journal.written(written, invariants); };
    sagemaker.lost = (input) => this.supplies.lostOf(input);
    sagemaker.beforeChange = () => { this.traffic.flow(); };
    sagemaker.trouble = (operation) => {
      const trouble = this.faults.ofUpdate(operation);
      if (trouble !== undefined) {
        journal.note('fault', `${operation} will end otherwise: ${trouble}`);
      }
      return trouble;
    };
    sagemaker.onChange = (endpoint, what) => {
      journal.endpointChanged(endpoint, what);
      invariants.endpointChanged(endpoint);
      journal.heads.forEach((head) => { invariants.stableExists(head); });
    };
    sagemaker.onDelete = () => {
      invariants.inUseExists();
      journal.heads.forEach((head) => { invariants.stableExists(head); });
    };
    cloudwatch.onState = (alarm, before) => { this.alarmChanged(alarm, before); };
    cloudwatch.reading = (value) => {
      const fault = scenario.metrics?.find((each) => ['unreadable', 'nan'].includes(each.do) && covers(each, journal.minutes));
      if (fault?.do === 'unreadable') {
        throw unavailable();
      }
      return fault === undefined ? value : NaN;
    };
  }

  private behaviour(image: string) {
    const revision = this.versions.findIndex((version) => version.image === image) + 1;
    const { versions = {}, stable = {}, candidate = {} } = this.scenario;
    return versions[revision] ?? (revision === 1 ? stable : revision === 2 ? candidate : {});
  }

  /** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html */
  private alarmChanged({ name, properties, state, reason, since, arn }: SimulatedAlarm, before: string): void {
    const { journal } = this;
    journal.alarmChanged(name, before, state);
    const timestamp = new Date(since).toISOString();
    const previousState = { value: before, timestamp };
    const detail = { alarmName: name, state: { value: state, reason, timestamp }, previousState, configuration: {} };
    this.events.emit({ 'source': 'aws.cloudwatch', 'detail-type': 'CloudWatch Alarm State Change', 'resources': [arn], detail });
    const { AlarmActions: ALARM, OKActions: OK, InsufficientDataActions: INSUFFICIENT_DATA } = properties;
    const actions = { ALARM, OK, INSUFFICIENT_DATA }[state];
    if (properties.ActionsEnabled !== false) {
      ((actions ?? []) as string[]).filter((action) => action.includes(':sns:')).forEach(() => {
        journal.paged(name, `${state}: "${name}"`, String(properties.AlarmDescription ?? ''));
      });
    }
  }

  /** https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html */
  private executionChanged(execution: Execution): void {
    const { plan, status, error, cause } = execution;
    this.journal.changed = true;
    const counted = { FAILED: 'ExecutionsFailed', ABORTED: 'ExecutionsAborted', TIMED_OUT: 'ExecutionsTimedOut', RUNNING: 'ExecutionsStarted' };
    this.count('AWS/States', { ...counted, SUCCEEDED: 'ExecutionsSucceeded' }[status], { StateMachineArn: plan.machineArn }, 1);
    this.journal.note('execution', `${plan.machineName} ${plan.name}: ${status}${error === undefined ? '' : ` (${error})`}`);
    const { executionArn, stateMachineArn, name, startDate, stopDate = null, input, output = null } = described(execution);
    const detail = {
      executionArn,
      stateMachineArn,
      name,
      status,
      startDate,
      stopDate,
      input,
      output,
      error: error ?? null,
      cause: cause ?? null,
      inputDetails: { included: true },
      outputDetails: null,
    };
    this.events.emit({ 'source': 'aws.states', 'detail-type': 'Step Functions Execution Status Change', 'resources': [executionArn], detail });
  }

  /** A metric that a service writes of itself. */
  private count(namespace: string, metric: string, dimensions: Readonly<Record<string, string>>, value: number): void {
    const minute = Metrics.minuteOf(this.clock.now);
    const visibleAt = minute + MINUTE + (this.scenario.metricLagSeconds ?? LAG_SECONDS) * 1000;
    const samples = { sum: value, count: 1, minimum: value, maximum: value };
    this.cloudwatch.metrics.put({ namespace, metric, dimensions }, minute, samples, visibleAt);
  }

  private async act(service: string, operation: string, input: Input, by: string): Promise<unknown> {
    switch (service) {
      case 'dynamodb': return this.dynamodb.request(by, operation as 'GetItem', input);
      case 'sagemaker': return this.sagemaker.act(operation, input);
      case 'cloudwatch': return this.cloudwatch.act(operation, input);
      case 'ssm': return this.ssm.act(operation, input);
      case 'eventbridge': return this.events.put(input);
      case 'sfn': return this.machines.act(operation, input);
      case 'sns':
        checkMessage(input);
        this.journal.paged(by, String(input.Subject ?? ''), String(input.Message ?? ''));
        return { MessageId: String(this.journal.pages.length) };
      case 'lambda': return this.invokes(input);
      case 's3': case 'ecr': return this.supplies.act(service, operation, input);
      default: throw new Error(`the rehearsal does not simulate ${service}, and ${by} calls its ${operation}`);
    }
  }

  private async invokes({ FunctionName, InvocationType, Payload }: Input): Promise<unknown> {
    const of = this.functions.find(String(FunctionName));
    if (of === undefined) {
      throw new AwsError('ResourceNotFoundException', `Function not found: ${String(FunctionName)}`, 404);
    }
    const payload = JSON.parse(Buffer.isBuffer(Payload) ? Payload.toString('utf8') : String(Payload ?? 'null')) as unknown;
    if (InvocationType === 'Event') {
      void this.functions.invokeAsync(of, payload);
      return { StatusCode: 202 };
    }
    const outcome = await this.functions.invoke(of, payload);
    return 'errorType' in outcome ? { StatusCode: 200, FunctionError: 'Unhandled', Payload: Buffer.from(JSON.stringify(outcome)) }
      : { StatusCode: 200, Payload: Buffer.from(JSON.stringify(outcome.payload)) };
  }
}
