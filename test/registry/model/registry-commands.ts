import * as fc from 'fast-check';
import { checkTenant, Invariants } from './invariants';
import { expected, Expected, NOTHING, Operation, OracleModel, Part } from './oracle';
import { REPLAYED_HEADER } from '../../../lib/registry/runtime/contract';
import { Call, Hooks } from '../../../rehearsal/aws/dynamodb/fake-dynamodb';
import { session } from '../support/callers';
import { conflict, throttled, timeout } from '../support/dynamodb-errors';
import { Answer, codeOf, REGISTRY_TABLE, RegistryBench } from '../support/registry-bench';

/** One run: the registry, what it should be, and who decides in which order clients get on. */
export interface Real {
  readonly bench: RegistryBench;
  readonly invariants: Invariants;
  readonly scheduler: fc.Scheduler;
  requests: number;
}
export type Oracle = Map<string, OracleModel>;

/** What goes wrong while a request is under way: at its so-and-so-manieth call to DynamoDB. */
export type Fault =
  | { readonly kind: 'crash'; readonly call: number; readonly done: boolean }
  | { readonly kind: 'timeout'; readonly call: number; readonly done: boolean }
  | { readonly kind: 'throttled' | 'conflict'; readonly call: number };

interface Place { readonly tenant: string; readonly model: string }
interface Prepared { readonly operation: Operation; readonly target: string; readonly body: object; readonly key: string }

class Command {
  constructor(protected readonly place: Place) {}

  public check(): boolean {
    return true;
  }

  protected oracleOf(oracle: Oracle): OracleModel {
    return oracle.get(this.name) ?? NOTHING;
  }

  /** The rows are as they should be, and so is the model. */
  protected settle(oracle: Oracle, real: Real, after: OracleModel): void {
    oracle.set(this.name, after);
    const { tenant, model } = this.place;
    real.invariants.check(tenant, model);
    const observed = real.invariants.observed(tenant, model);
    if (!sameModel(observed, after)) {
      throw new Error(`the model is not as it should be: ${ordered(observed)}, and not ${ordered(after)}`);
    }
  }

  protected prepare(real: Real, operation: Operation): Prepared {
    const { tenant, model } = this.place;
    const base = `/tenants/${tenant}/models/${model}`;
    const { verb, revision, label, parent, release, as, expectedRev, sawAnother } = operation;
    const key = `request-${real.requests++}`;
    const common = expectedRev === undefined ? {} : { expectedRev };
    const at = (body: object, target = `${base}/versions/${revision}/${verb}`) => ({ operation, target, key, body: { ...common, ...body } });
    const row = this.versionRow(real, revision);
    switch (verb) {
      case 'register':
        return at({
          ...real.bench.supplies(model, key),
          ...(label === undefined ? {} : { label }),
          ...(parent === undefined ? {} : { lineage: { parent } }),
        }, `${base}/versions`);
      case 'approve':
        // who looked before it was registered saw nothing of it
        return row === undefined || sawAnother === true
          ? { ...at(this.never(real)), operation: { ...operation, sawAnother: true } }
          : at({ image: row.image, artifactSha256: row.artifactSha256 });
      case 'rollback':
        return at({}, `${base}/rollback`);
      case 'emergency-revoke':
        return at({ changeTicket: 'INC-1', leaveEmpty: operation.leaveEmpty === true });
      case 'hold':
        return at({ release, as });
      case 'unhold':
        return at({ release });
      default:
        return at({});
    }
  }

  /** An image and an artifact that no version has. */
  private never(real: Real): object {
    const { image, artifactSha256 } = real.bench.supplies(this.place.model, 'never registered');
    return { image, artifactSha256 };
  }

  protected versionRow(real: Real, revision: number): Readonly<Record<string, unknown>> | undefined {
    const { tenant, model } = this.place;
    return real.bench.dynamodb.items(REGISTRY_TABLE).find(({ pk, sk, ...row }) =>
      pk === `TENANT#${tenant}#MODEL#${model}` && String(sk).startsWith('REV#') && row.revision === revision);
  }

  protected async send(real: Real, { operation, target, body, key }: Prepared, client = 'one'): Promise<Answer> {
    return real.bench.as(session(operation.who, 'any-name'), client).post(target, { body, key });
  }

  private get name(): string {
    return `${this.place.tenant}/${this.place.model}`;
  }
}

/** One request, perhaps with a fault; then perhaps once more, with the same body or another. */
export class One extends Command implements fc.AsyncCommand<Oracle, Real> {
  constructor(
    place: Place, private readonly operation: (model: OracleModel) => Operation, private readonly said: string,
    private readonly fault?: Fault, private readonly again?: 'same' | 'other body', private readonly skewMs = 1000,
  ) {
    super(place);
  }

  public async run(oracle: Oracle, real: Real): Promise<void> {
    const before = this.oracleOf(oracle);
    real.bench.now += this.skewMs;
    const from = real.bench.dynamodb.calls.length;
    const prepared = this.prepare(real, this.operation(before));
    const wanted = expected(before, prepared.operation);
    const crashed = await this.withFault(real, prepared, wanted);
    if (crashed) {
      this.checkWhole(real, before, wanted.after);
      // whoever sent it does not know what came of it, and sends it again
      expectCode(await this.send(real, prepared), wanted);
    }
    this.settle(oracle, real, wanted.after);
    await this.sendAgain(oracle, real, prepared, wanted);
    checkTenant(real.bench, this.place.tenant, from);
  }

  public toString(): string {
    return `${this.place.tenant}/${this.place.model} ${this.said}${this.fault === undefined ? '' : ` with ${JSON.stringify(this.fault)}`}${
      this.again === undefined ? '' : `, then again (${this.again})`}`;
  }

  /** Whether the handler died on the way; what it has not done by then, it never does. */
  private async withFault(real: Real, prepared: Prepared, wanted: Expected): Promise<boolean> {
    const { bench } = real;
    if (this.fault === undefined) {
      expectCode(await this.send(real, prepared), wanted);
      return false;
    }
    const { dynamodb } = bench;
    const fault = this.fault;
    const died = new Promise<'died'>((resolve) => { dynamodb.hooks = hooksFor(fault, dynamodb.calls.length, () => resolve('died')); });
    const outcome = await Promise.race([this.send(real, prepared, 'doomed'), died]);
    bench.dynamodb.hooks = {};
    if (outcome !== 'died') {
      expectCode(outcome, wanted);
    }
    return outcome === 'died';
  }

  /** R15: after a crash, all of it is there or nothing. */
  private checkWhole(real: Real, before: OracleModel, after: OracleModel): void {
    const { tenant, model } = this.place;
    real.invariants.check(tenant, model);
    const { changes } = real.invariants.observed(tenant, model);
    if (changes !== before.changes && changes !== after.changes) {
      throw new Error(`R15: after a crash the model is at ${changes}, which is neither ${before.changes} nor ${after.changes}`);
    }
  }

  private async sendAgain(oracle: Oracle, real: Real, prepared: Prepared, first: Expected): Promise<void> {
    if (this.again === undefined) {
      return;
    }
    const model = this.oracleOf(oracle);
    if (this.again === 'same') {
      const answer = await this.send(real, prepared);
      // what was refused left nothing behind, and is judged anew
      const wanted = first.code === 'OK' ? { code: 'OK' as const, after: model } : expected(model, prepared.operation);
      expectCode(answer, wanted);
      if (first.code === 'OK' && answer.headers[REPLAYED_HEADER] !== 'true') {
        throw new Error('R11: a replay is not marked as one');
      }
      return this.settle(oracle, real, wanted.after);
    }
    const answer = await this.send(real, { ...prepared, body: { ...prepared.body, changeTicket: 'CHG-1' } });
    const wanted = first.code === 'OK' ? { code: 'REQUEST_KEY_REUSED' as const, after: model } : expected(model, prepared.operation);
    expectCode(answer, wanted);
    this.settle(oracle, real, wanted.after);
  }
}

/**
 * What a team does most: a version is registered, approved by somebody else, and promoted or held for a release. Without it few
 * runs would have a past.
 */
export class Release extends Command implements fc.AsyncCommand<Oracle, Real> {
  constructor(place: Place, private readonly end: 'promote' | 'hold') {
    super(place);
  }

  public async run(oracle: Oracle, real: Real): Promise<void> {
    for (const [verb, who] of [['register', 'Ann'], ['approve', 'Bob'], [this.end, 'Cid']] as const) {
      const operation = ({ versions }: OracleModel): Operation => ({ verb, who, revision: versions.length, release: 'release-a', as: 'shadow' });
      await new One(this.place, operation, `${who} ${verb}`).run(oracle, real);
    }
  }

  public toString(): string {
    return `${this.place.tenant}/${this.place.model} register, approve, ${this.end}`;
  }
}

/** Somebody deletes what a version needs, past the registry. */
export class Lose extends Command implements fc.AsyncCommand<Oracle, Real> {
  constructor(place: Place, private readonly back: number, private readonly part: Part) {
    super(place);
  }

  public async run(oracle: Oracle, real: Real): Promise<void> {
    const model = this.oracleOf(oracle);
    const revision = model.versions.length - this.back;
    const row = this.versionRow(real, revision);
    if (row === undefined) {
      return;
    }
    if (this.part === 'image') {
      real.bench.ecr.delete(String(row.image));
    } else {
      real.bench.s3.objects.delete(String(row.artifact).slice('s3://'.length));
    }
    const lost = model.versions.map((version, place) =>
      place === revision - 1 ? { ...version, lost: [...version.lost ?? [], this.part] } : version);
    this.settle(oracle, real, { ...model, versions: lost });
  }

  public toString(): string {
    return `${this.place.tenant}/${this.place.model} loses the ${this.part} of newest-${this.back}`;
  }
}

/** Two or three requests at once, interleaved at each call. What comes of them must be what some order would have given. */
export class AtOnce extends Command implements fc.AsyncCommand<Oracle, Real> {
  constructor(
    place: Place, private readonly operations: readonly ((model: OracleModel) => Operation)[], private readonly said: string,
  ) {
    super(place);
  }

  public async run(oracle: Oracle, real: Real): Promise<void> {
    const before = this.oracleOf(oracle);
    real.bench.now += 1000;
    const prepared = this.operations.map((operation) => this.prepare(real, operation(before)));
    const { hooks, scheduler } = { hooks: real.bench.dynamodb, scheduler: real.scheduler };
    const turn = async (call: Call) => scheduler.schedule(Promise.resolve(), `${call.client} ${call.name}`);
    hooks.hooks = { before: turn, after: turn, betweenItems: turn };
    const answers = await scheduler.waitFor(Promise.all(prepared.map((each, place) => this.send(real, each, `client ${place}`))));
    hooks.hooks = {};
    const codes = answers.map(codeWord);
    const orders = permutations(prepared.map((_, place) => place)).map((order) => {
      let model = before;
      const wanted: string[] = [];
      for (const place of order) {
        const step = expected(model, prepared[place].operation);
        wanted[place] = step.code;
        model = step.after;
      }
      return { wanted, model };
    });
    const observed = real.invariants.observed(this.place.tenant, this.place.model);
    const order = orders.find(({ wanted, model }) => wanted.join() === codes.join() && sameModel(observed, model));
    if (order === undefined) {
      throw new Error(`R10, R15: no order gives ${codes.join(', ')} and ${JSON.stringify(observed)}`);
    }
    this.settle(oracle, real, order.model);
  }

  public toString(): string {
    return `${this.place.tenant}/${this.place.model} at once: ${this.said}`;
  }
}

function hooksFor(fault: Fault, from: number, died: () => void): Hooks {
  const strikes = ({ number }: Call) => number === from + fault.call;
  const forever = new Promise<never>(() => undefined);
  switch (fault.kind) {
    case 'crash': {
      const die = (call: Call) => strikes(call) ? (died(), forever) : undefined;
      return fault.done ? { after: die } : { before: die };
    }
    case 'timeout': {
      const lose = (call: Call) => { if (strikes(call)) { throw timeout(); } };
      return fault.done ? { after: lose } : { before: lose };
    }
    case 'throttled':
      return { before: (call) => { if (strikes(call)) { throw throttled(); } } };
    case 'conflict':
      return { before: (call) => { if (strikes(call)) { throw conflictOf(call); } } };
  }
}

/** Only transactions have conflicts; what reads is throttled. */
function conflictOf({ name, input }: Call): Error {
  return name === 'TransactWriteItems' ? conflict((input as { TransactItems: unknown[] }).TransactItems.length) : throttled();
}

/** Who the registry says that a role is: all its sessions are one person. */
function personOf(role: string): string {
  return `role:${session(role, 'x').callerId.split(':')[0]}`;
}

function sameModel(observed: OracleModel, model: OracleModel): boolean {
  const versions = model.versions.map(({ lost: _inNoRow, ...version }) =>
    ({ ...version, registrant: personOf(version.registrant) }));
  return ordered(observed) === ordered({ ...model, versions });
}

function expectCode(answer: Answer, { code }: Expected): void {
  if (codeWord(answer) !== code) {
    throw new Error(`answered ${codeWord(answer)} (${JSON.stringify(answer.body)}), and should be ${code}`);
  }
}

function codeWord(answer: Answer): string {
  return answer.status < 300 ? 'OK' : codeOf(answer) ?? `status ${answer.status}`;
}

function ordered(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) => typeof each !== 'object' || each === null || Array.isArray(each) ? each
    : Object.fromEntries(Object.entries(each).sort(([left], [right]) => (left < right ? -1 : 1))));
}

function permutations<T>(items: readonly T[]): T[][] {
  return items.length <= 1 ? [[...items]]
    : items.flatMap((item, place) => permutations(items.filter((_, other) => other !== place)).map((rest) => [item, ...rest]));
}
