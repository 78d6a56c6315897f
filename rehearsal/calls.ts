import { requestsOf } from './aws/actions';
import { AwsError, locked, lost, lostRace, throttled, unavailable } from './aws/error';
import { functionCaller, HttpRequest } from './aws/gateway';
import { Iam } from './aws/iam';
import { VirtualClock } from './clock';
import { Faults } from './faults';
import { Journal } from './journal';
import { Invocation } from './lambda/functions';
import { Fetch } from './lambda/instance';
import { errorIn, handedIn, handedOut } from './lambda/realm';
import { Random } from './random';
import { CallFault } from './scenario';
import { Switches } from './switches';
import { Place } from './template/place';

export type Input = Readonly<Record<string, unknown>>;

export interface CallsWorld {
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly place: Place;
  readonly iam: Iam;
  readonly switches: Switches;
  readonly faults: Faults;
  readonly journal: Journal;
  /** Does what is called, by the service. */
  readonly act: (service: string, operation: string, input: Input, by: string) => Promise<unknown>;
  readonly askRegistry: (request: HttpRequest) => Promise<{ readonly status: number; readonly body: unknown }>;
  /** What CloudFormation was answered. */
  readonly deployed: (answer: Input) => void;
}

/** Half of what a call takes. */
const CALL_MS = [5, 25] as const;
const LOST_MS = 2000;
/** Where CloudFormation waits for an answer: a name that no resolver knows. */
export const CLOUDFORMATION = 'cloudformation.invalid';
/** The bundle that answers for the model registry; what it calls is its own affair. */
export const REGISTRY_NAME = 'registry';

/** The calls of handlers: what goes wrong with one, whether it may, what it does, and when its answer is there. */
export class Calls {
  constructor(private readonly world: CallsWorld) {}

  public async sent(invocation: Invocation, service: string, operation: string, given: unknown): Promise<unknown> {
    const input = handedOut(given) as Input;
    const by = invocation.of.bundle.name;
    const fault = this.fault(by, service, operation);
    await this.pause();
    this.crash(invocation, fault, 'crash-before');
    if (invocation.over) {
      return never();
    }
    let answer: unknown;
    try {
      refuse(fault, operation, this.world.switches);
      this.permit(invocation, service, operation, input);
      answer = await this.world.act(service, operation, input, by);
      this.record(by, service, operation);
    } catch (error) {
      if (!(error instanceof AwsError)) {
        this.world.journal.broken ??= error;
      }
      this.record(by, service, operation, error instanceof Error ? error.name : String(error));
      await this.pause();
      throw errorIn(error);
    }
    this.crash(invocation, fault, 'crash-after');
    await this.lose(fault);
    await this.pause();
    return invocation.over ? never() : handedIn(answer);
  }

  /** The registry's API, and the address at which CloudFormation waits for an answer. */
  public async fetched(invocation: Invocation, url: string, init: Parameters<Fetch>[1]): ReturnType<Fetch> {
    const { hostname, pathname, search } = new URL(url);
    const { method = 'GET', headers = {} } = init;
    const body = bodyOf(init.body);
    await this.pause();
    if (hostname === CLOUDFORMATION) {
      this.world.deployed(JSON.parse(body ?? '{}') as Input);
      return { status: 200, body: '' };
    }
    const by = invocation.of.bundle.name;
    const operation = `${method} ${pathname.split('/').pop() ?? ''}`;
    const fault = this.fault(by, REGISTRY_NAME, operation);
    this.crash(invocation, fault, 'crash-before');
    if (invocation.over) {
      return never();
    }
    const refused = this.refused(invocation, fault, `${hostname.split('.')[0]}/$default/${method}${pathname}`);
    if (refused !== undefined) {
      this.record(by, REGISTRY_NAME, operation, String(refused));
      return { status: refused, body: '{"message":"Forbidden"}' };
    }
    const { iam: _iam, place: { account } } = this.world;
    const caller = functionCaller(invocation.of.roleArn, invocation.of.name, account);
    const request: HttpRequest = { method, target: `${pathname}${search}`, headers, caller, ...(body === undefined ? {} : { body }) };
    const { status, body: view } = await this.world.askRegistry(request);
    this.record(by, REGISTRY_NAME, operation, status < 400 ? undefined : String(status));
    this.crash(invocation, fault, 'crash-after');
    await this.lose(fault);
    return invocation.over ? never() : { status, body: JSON.stringify(view) };
  }

  private refused(invocation: Invocation, fault: CallFault['do'] | undefined, path: string): number | undefined {
    const { iam, place: { account, region } } = this.world;
    const resource = `arn:aws:execute-api:${region}:${account}:${path}`;
    if (fault === 'deny' || !iam.allows(invocation.of.roleArn, { action: 'execute-api:Invoke', resource })) {
      return 403;
    }
    return fault === 'throttle' ? 429 : fault === 'unavailable' ? 503 : undefined;
  }

  private fault(by: string, service: string, operation: string): CallFault['do'] | undefined {
    const fault = by === REGISTRY_NAME ? undefined : this.world.faults.ofCall({ function: by, service, operation });
    if (fault !== undefined) {
      this.world.journal.note('fault', `${fault}: ${service} ${operation} of ${by}`);
    }
    return fault;
  }

  private crash(invocation: Invocation, fault: CallFault['do'] | undefined, when: CallFault['do']): void {
    if (fault === when) {
      invocation.crash();
    }
  }

  private async lose(fault: CallFault['do'] | undefined): Promise<void> {
    if (fault === 'lose-answer') {
      await this.world.clock.sleep(LOST_MS);
      throw errorIn(lost());
    }
  }

  private async pause(): Promise<void> {
    await this.world.clock.sleep(this.world.random.between(...CALL_MS));
  }

  private record(by: string, service: string, operation: string, error?: string): void {
    if (by !== REGISTRY_NAME) {
      this.world.journal.called(by, service, operation, error);
    }
  }

  private permit({ of }: Invocation, service: string, operation: string, input: Input): void {
    if (of.bundle.name === REGISTRY_NAME) {
      return;
    }
    for (const request of requestsOf(service, operation, input, this.world.place)) {
      if (!this.world.iam.allows(of.roleArn, request)) {
        const text = `User: ${of.roleArn} is not authorized to perform: ${request.action} on resource: ${request.resource}`;
        throw new AwsError('AccessDeniedException', text, 403);
      }
    }
  }
}

/** One for each who waits: whoever waits for a promise is kept as long as it is. */
async function never(): Promise<never> {
  return new Promise(() => undefined);
}

function refuse(fault: CallFault['do'] | undefined, operation: string, switches: Switches): void {
  if (fault === 'throttle') {
    throw throttled(operation);
  }
  if (fault === 'unavailable') {
    throw unavailable();
  }
  if (fault === 'lost-race') {
    throw lostRace();
  }
  if (fault === 'locked') {
    throw locked('Cannot update in-progress endpoint', switches);
  }
  if (fault === 'deny') {
    throw new AwsError('AccessDeniedException', `not authorized to perform ${operation}: the scenario says so`, 403);
  }
}

function bodyOf(body: unknown): string | undefined {
  if (body === undefined || body === null) {
    return undefined;
  }
  return typeof body === 'string' ? body : Buffer.from(body as Uint8Array).toString('utf8');
}
