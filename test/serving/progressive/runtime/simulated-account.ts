import { createHash } from 'node:crypto';
import { ALICE, ARTIFACT, IMAGE, PROFILE, SHA256, START } from './releases';
import { RegistryQuestion } from '../../../../lib/registry/runtime/registry-caller';
import { ServingProfile, StopSwitch, SWITCH_OFF } from '../../../../lib/serving/progressive/runtime/contract';
import { Head } from '../../../../lib/serving/progressive/runtime/release-state';
import { ReleaseStore } from '../../../../lib/serving/progressive/runtime/release-store';
import {
  ClerkWorld, DeskWorld, EmergencyWorld, JudgeWorld, LifecycleWorld, WatchWorld, WriterWorld,
} from '../../../../lib/serving/progressive/runtime/release-world';
import { Item } from '../../../../rehearsal/aws/dynamodb/expressions';
import { FakeDynamoDb } from '../../../../rehearsal/aws/dynamodb/fake-dynamodb';
import { checkMessage } from '../../../../rehearsal/aws/sns';

interface ConfigVariant {
  readonly VariantName: string;
  readonly ModelName: string;
  readonly InstanceType: string;
  readonly InitialInstanceCount: number;
  readonly InitialVariantWeight: number;
}
interface Config { readonly variants: readonly ConfigVariant[] }
interface Variant { name: string; weight: number; desiredWeight: number; count: number }
interface Pending { config?: string; weights?: Record<string, number> }
interface Endpoint { status: string; config: string; variants: Variant[]; until?: number; pending?: Pending }
interface Query {
  readonly Id: string;
  readonly MetricStat: { readonly Metric: { readonly MetricName: string; readonly Dimensions: { readonly Value: string }[] } };
}
type Input = Record<string, never> & { [name: string]: unknown };

export const STOP = '/ml-platform/stop/parameter';

/** An error as the SDK throws it. */
export function awsError(name: string, message = name, status = 400): Error {
  return Object.assign(new Error(message), { name, $metadata: { httpStatusCode: status } });
}

/** The services that releases call, in memory, with a clock that moves only when somebody sleeps. */
export class SimulatedAccount {
  public now = START;
  public readonly dynamodb = new FakeDynamoDb('releases', 'audit');
  public readonly models = new Map<string, Input>();
  public readonly configs = new Map<string, Config>();
  public readonly endpoints = new Map<string, Endpoint>();
  public readonly alarms = new Map<string, string>([['fraud-errors', 'OK']]);
  /** What every alarm says of itself, besides its state. */
  public defined: Readonly<Record<string, unknown>> = { Threshold: 2, AlarmDescription: 'Errors' };
  /** By name, as they are described. */
  public readonly executions = new Map<string, { readonly status: string; readonly stopDate?: Date; readonly input?: string }>();
  public stop: string | Error = JSON.stringify(SWITCH_OFF);
  /** Every call but those to DynamoDB. */
  public readonly calls: { readonly name: string; readonly input: Input }[] = [];
  public readonly lines: string[] = [];
  public readonly logged: string[] = [];
  /** How long an update takes, and how it ends. */
  public updateMs = 4_000;
  public updatesFail = false;
  /** What the registry says of revision to state; which versions were in production. */
  public readonly versions = new Map<number, string>([[1, 'Approved'], [2, 'Approved'], [3, 'Pending']]);
  public production: number[] = [1];
  public holds: string[] = [];
  /** Which version is held by whom. */
  public readonly held = new Map<string, number>();
  public registryDown = false;

  /** Runs before a call has an effect, and after; what it throws is what the caller gets. */
  public before: (call: string, input: Input) => void | Promise<void> = () => undefined;
  public after: (call: string, input: Input) => void | Promise<void> = () => undefined;
  /** Requests and errors of a minute of a slot, if any. */
  public traffic: (slot: string, minute: number) => { requests: number; errors: number } | undefined = (slot) =>
    ({ requests: slot === 'Stable' ? 900 : 100, errors: 0 });

  public serve(config = 'config-1', model = 'model-1', variant = 'Stable'): this {
    this.models.set(model, {} as Input);
    this.configs.set(config, { variants: [{ VariantName: variant, ModelName: model, InstanceType: 'ml.m5.large', InitialInstanceCount: 2, InitialVariantWeight: 1 }] });
    this.endpoints.set('fraud', { status: 'InService', config, variants: [{ name: variant, weight: 1, desiredWeight: 1, count: 2 }] });
    return this;
  }

  public world(name = 'client'): ClerkWorld & DeskWorld & JudgeWorld & LifecycleWorld & WriterWorld & EmergencyWorld & WatchWorld {
    const client = (service: string) => ({ send: (command: { input: Input }) => this.send(service, command) }) as never;
    return {
      dynamodb: this.dynamodb.client(name),
      events: client('events'),
      sagemaker: client('sagemaker'),
      acting: client('sagemaker'),
      ssm: client('ssm'),
      sns: client('sns'),
      cloudwatch: client('cloudwatch'),
      sfn: client('sfn'),
      lambda: client('lambda'),
      registry: { ask: (question) => Promise.resolve(this.ask(question)) },
      settings: { environment: 'test', runbook: 'Read docs/runbook.md.', releasesTable: 'releases', auditTable: 'audit', eventBus: 'bus' },
      stopParameter: STOP,
      releaseMachine: 'arn:aws:states:eu-west-1:111122223333:stateMachine:release',
      writerFunction: 'arn:aws:lambda:eu-west-1:111122223333:function:writer:1',
      trustedSessionRoles: [],
      now: () => this.now,
      sleep: (milliseconds) => {
        this.now += milliseconds;
        return Promise.resolve();
      },
      random: () => 0.5,
      write: (line) => { this.lines.push(line); },
      log: {
        info: (message) => { this.logged.push(message); },
        warn: (message) => { this.logged.push(message); },
        error: (message) => { this.logged.push(message); },
      },
    };
  }

  public async deploy(profile: ServingProfile = PROFILE): Promise<void> {
    await new ReleaseStore(this.world()).storeProfile('fraud', profile);
  }

  public head(): Promise<Head> {
    return new ReleaseStore(this.world()).head('fraud');
  }

  /** The scene: an endpoint in a state, without the way there. */
  public plant(head: Head): void {
    const row = JSON.parse(JSON.stringify({ pk: 'ENDPOINT#fraud', sk: 'HEAD', endpoint: 'fraud', ...head, told: head.auditSequence })) as Item;
    this.dynamodb.plant('releases', row);
    this.dynamodb.plant('releases', { pk: 'ENDPOINTS', sk: 'ENDPOINT#fraud', endpoint: 'fraud' });
  }

  /** The endpoint as its release wants it. */
  public arrange({ release }: Head): void {
    const { configName, variants } = release!.wanted!.to!;
    this.configs.set(configName, {
      variants: variants.map(({ slot, modelName, weight, instanceCount }) => ({
        VariantName: slot, ModelName: modelName, InstanceType: 'ml.m5.large', InitialInstanceCount: instanceCount, InitialVariantWeight: weight,
      })),
    });
    this.endpoints.set('fraud', {
      status: 'InService',
      config: configName,
      variants: variants.map(({ slot: name, weight, instanceCount: count }) => ({ name, weight, desiredWeight: weight, count })),
    });
  }

  public switch(state: StopSwitch['state'], { arn: by, person } = ALICE): void {
    this.stop = JSON.stringify({ state, by, person, at: new Date(this.now).toISOString() });
  }

  /** Weights as callers meet them, by slot. */
  public weights(): Record<string, number> {
    return Object.fromEntries((this.endpoints.get('fraud')?.variants ?? []).map(({ name, weight }) => [name, weight]));
  }

  public named(name: string): Input[] {
    return this.calls.filter((call) => call.name === name).map(({ input }) => input);
  }

  /** Calls that change the endpoint or make something, in order. */
  public mutations(): string[] {
    return this.calls.map(({ name }) => name).filter((name) => /^(Create|Update|Delete)/.test(name));
  }

  /** The chain is whole: every change has its record, and each names the one before. */
  public chain(): string[] {
    const rows = this.dynamodb.items('audit');
    let previous = '0'.repeat(64);
    return rows.map((row) => {
      const record = JSON.parse(String(row.record)) as { previousHash: string; sequence: number; action: string };
      if (record.sequence > 1 && rows.length > 1 && row !== rows[0]) {
        expect(record.previousHash).toBe(previous);
      }
      previous = createHash('sha256').update(String(row.record)).digest('hex');
      expect(row.hash).toBe(previous);
      return record.action.replace('endpoint.release.', '');
    });
  }

  private async send(_service: string, command: { input: Input }): Promise<unknown> {
    const name = command.constructor.name.replace('Command', '');
    const { input } = command;
    this.calls.push({ name, input });
    this.settle();
    await this.before(name, input);
    const answer = this.answer(name, input);
    await this.after(name, input);
    return answer;
  }

  private answer(name: string, input: Input): unknown {
    const text = (field: string) => String(input[field]);
    switch (name) {
      case 'GetParameter':
        if (this.stop instanceof Error) {
          throw this.stop;
        }
        return { Parameter: { Value: this.stop } };
      case 'PutParameter':
        this.stop = text('Value');
        return {};
      case 'DescribeAlarms':
        return {
          MetricAlarms: [...this.alarms].filter(([each]) => (input.AlarmNames as string[]).includes(each))
            .map(([AlarmName, StateValue]) => ({ AlarmName, StateValue, ...this.defined })),
        };
      case 'GetMetricData':
        return this.metricData(input);
      case 'DescribeExecution':
        return this.execution(text('executionArn').split(':').pop() ?? '');
      case 'ListExecutions':
        return { executions: [...this.executions].filter(([, { status }]) => status === text('statusFilter')).map(([each]) => ({ name: each })) };
      case 'DescribeEndpoint':
        return this.describe(text('EndpointName'));
      case 'DescribeEndpointConfig':
        return { ProductionVariants: found(this.configs, text('EndpointConfigName')).variants };
      case 'DescribeModel':
        return found(this.models, text('ModelName'));
      case 'CreateModel':
        return made(this.models, text('ModelName'), input);
      case 'CreateEndpointConfig':
        return made(this.configs, text('EndpointConfigName'), { variants: input.ProductionVariants as Config['variants'] });
      case 'CreateEndpoint':
        return made(this.endpoints, text('EndpointName'), this.updating({ status: 'Creating', config: text('EndpointConfigName'), variants: [] }, { config: text('EndpointConfigName') }));
      case 'UpdateEndpoint':
        return this.updating(this.free(text('EndpointName')), { config: text('EndpointConfigName') });
      case 'UpdateEndpointWeightsAndCapacities':
        return this.updating(this.free(text('EndpointName')), {
          weights: Object.fromEntries((input.DesiredWeightsAndCapacities as { VariantName: string; DesiredWeight: number }[])
            .map(({ VariantName, DesiredWeight }) => [VariantName, DesiredWeight])),
        });
      case 'DeleteEndpoint':
        if (found(this.endpoints, text('EndpointName')).status !== 'Failed') {
          this.free(text('EndpointName'));
        }
        this.endpoints.delete(text('EndpointName'));
        return {};
      case 'Publish':
        checkMessage(input);
        return {};
      default:
        return {}; // events, messages, executions and invocations: the calls themselves are what is asserted
    }
  }

  private execution(name: string): unknown {
    const execution = this.executions.get(name);
    if (execution === undefined) {
      throw awsError('ExecutionDoesNotExist');
    }
    return execution;
  }

  private describe(name: string): unknown {
    const { status, config, variants, pending } = found(this.endpoints, name);
    return {
      EndpointStatus: status,
      EndpointConfigName: config,
      ...(pending?.config === undefined ? {} : { PendingDeploymentSummary: { EndpointConfigName: pending.config } }),
      ProductionVariants: variants.map((variant) => ({
        VariantName: variant.name,
        CurrentWeight: variant.weight,
        DesiredWeight: variant.desiredWeight,
        CurrentInstanceCount: variant.count,
        DesiredInstanceCount: variant.count,
      })),
    };
  }

  private free(name: string): Endpoint {
    const endpoint = found(this.endpoints, name);
    if (endpoint.status !== 'InService') {
      throw awsError('ValidationException', `Cannot update in-progress endpoint "${name}".`);
    }
    return endpoint;
  }

  private updating(endpoint: Endpoint, pending: NonNullable<Endpoint['pending']>): Endpoint {
    if (pending.config !== undefined) {
      found(this.configs, pending.config);
    }
    return Object.assign(endpoint, { status: endpoint.status === 'Creating' ? 'Creating' : 'Updating', pending, until: this.now + this.updateMs });
  }

  private settle(): void {
    for (const endpoint of this.endpoints.values()) {
      if (endpoint.until === undefined || endpoint.until > this.now) {
        continue;
      }
      const { config, weights } = endpoint.pending ?? {};
      const failed = this.updatesFail && config !== undefined;
      if (config !== undefined && !failed) {
        endpoint.config = config;
        endpoint.variants = found(this.configs, config).variants.map((variant) => ({
          name: variant.VariantName,
          weight: variant.InitialVariantWeight,
          desiredWeight: variant.InitialVariantWeight,
          count: variant.InitialInstanceCount,
        }));
      }
      endpoint.variants.forEach((variant) => {
        const weight = weights?.[variant.name];
        Object.assign(variant, weight === undefined ? {} : { weight, desiredWeight: weight });
      });
      endpoint.status = failed && endpoint.status === 'Creating' ? 'Failed' : 'InService';
      delete endpoint.pending;
      delete endpoint.until;
    }
  }

  private metricData({ MetricDataQueries, StartTime, EndTime }: Input): unknown {
    const [from, to] = [StartTime as unknown as Date, EndTime as unknown as Date].map((time) => time.getTime());
    const minutes = Array.from({ length: Math.max(0, (to - from) / 60_000) }, (_none, place) => from + place * 60_000);
    return {
      MetricDataResults: (MetricDataQueries as unknown as Query[])
        .map(({ Id, MetricStat: { Metric } }) => {
          const slot = Metric.Dimensions[1].Value;
          const points = minutes.flatMap((minute) => {
            const one = this.traffic(slot, minute);
            return one === undefined ? [] : [{ minute, value: Metric.MetricName === 'Invocations' ? one.requests : one.errors }];
          });
          return { Id, Timestamps: points.map(({ minute }) => new Date(minute)), Values: points.map(({ value }) => value), StatusCode: 'Complete' };
        }),
    };
  }

  private ask({ path, requestKey, body = {} }: Pick<RegistryQuestion<unknown>, 'path' | 'requestKey' | 'body'>): never {
    const method = requestKey === undefined ? 'GET' : 'POST';
    this.calls.push({ name: `registry ${method} ${path.replace('/tenants/default/models/fraud-detection', '')}`, input: body as Input });
    return (this.registryDown ? { ok: false, code: 'UNREACHABLE', detail: 'no answer' } : this.registryAnswer(path, body)) as never;
  }

  private registryAnswer(path: string, body: Readonly<Record<string, unknown>>): unknown {
    const [, revision, verb] = /\/versions\/(\d+)(?:\/(\w+))?$/.exec(path) ?? [];
    const number = Number(revision);
    const versionOf = (each: number) => ({
      revision: each, state: this.versions.get(each) ?? '', image: IMAGE, artifact: ARTIFACT, artifactSha256: SHA256, approved: { image: IMAGE, artifactSha256: SHA256 },
    });
    const ok = (view: object) => ({ ok: true, view });
    const conflict = { ok: false, code: 'CONFLICT', detail: 'it is so already' };
    if (path.endsWith('/history')) {
      const [now, ...history] = this.production;
      const holds = this.holds.map((release) => ({ revision: this.held.get(release) ?? 2, release, as: 'rollout' }));
      return ok({ rev: 7, ...(now === undefined ? {} : { production: versionOf(now) }), history: history.map(versionOf), holds });
    }
    if (path.endsWith('/rollback')) {
      const [now, before, ...rest] = this.production;
      this.production = [before, now, ...rest];
      return ok({ revision: before });
    }
    if (verb === undefined) {
      return this.versions.has(number) ? ok(versionOf(number)) : { ok: false, code: 'NOT_FOUND', detail: 'no such version' };
    }
    if (verb === 'hold') {
      const other = this.holds.find((each) => each !== body.release);
      if (other !== undefined) {
        return { ok: false, code: 'CONFLICT', detail: `release ${other} is under way` };
      }
      this.held.set(String(body.release), number);
      this.holds = [String(body.release)];
    } else if (verb === 'unhold') {
      if (!this.holds.includes(String(body.release)) || (this.held.get(String(body.release)) ?? number) !== number) {
        return conflict;
      }
      this.holds = this.holds.filter((each) => each !== body.release);
    } else if (this.versions.get(number) !== 'Approved') {
      return { ok: false, code: 'REFUSED', detail: `version ${number} is ${this.versions.get(number)}, and only Approved versions serve` };
    } else {
      this.production = [number, ...this.production.filter((each) => each !== number)];
    }
    return ok({ revision: number });
  }
}

function found<T>(all: ReadonlyMap<string, T>, name: string): T {
  const one = all.get(name);
  if (one === undefined) {
    throw awsError('ValidationException', `Could not find "${name}".`);
  }
  return one;
}

function made<T>(all: Map<string, T>, name: string, one: T): T {
  if (all.has(name)) {
    throw awsError('ValidationException', `Cannot create already existing "${name}".`);
  }
  all.set(name, one);
  return one;
}
