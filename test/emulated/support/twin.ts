import { BatchGetCommand, DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { keyOf, Row } from './moto';

type Client = Pick<DynamoDBDocumentClient, 'send'>;
/** What a request came to, without what only a service has: request ids, capacity, words for people. */
type Outcome = { readonly answer: unknown } | { readonly error: string; readonly reasons?: readonly string[] };

/** Where two DynamoDBs part. */
export class Difference extends Error {
  constructor(what: string, fake: unknown, moto: unknown) {
    super(`${what}: the fake says ${JSON.stringify(fake)}, moto says ${JSON.stringify(moto)}`);
    this.name = 'Difference';
  }
}

/**
 * A document client that asks both and goes on with what moto says. `differences` is kept beside the throw, because a
 * handler makes an answer of whatever is thrown.
 */
export class Twin {
  public readonly differences: Difference[] = [];
  /** How many requests were compared. */
  public compared = 0;

  constructor(private readonly fake: Client, private readonly moto: Client) {}

  public client(): Client {
    return { send: (command: unknown) => this.send(command) } as Client;
  }

  private async send(command: unknown): Promise<unknown> {
    // one after the other: the SDK takes what it is given apart while it sends
    const [fake, moto] = [await attempt(this.fake, command), await attempt(this.moto, command)];
    const name = (command as object).constructor.name;
    this.compared++;
    const [ours, theirs] = [outcomeOf(fake, command), outcomeOf(moto, command)];
    if (ordered(ours) !== ordered(theirs)) {
      this.differences.push(new Difference(name, ours, theirs));
    }
    if ('thrown' in moto) {
      throw moto.thrown;
    }
    return moto.answer;
  }
}

/** Every row of one that the other has otherwise or not at all. */
export function differingRows(fake: readonly Row[], moto: readonly Row[]): Difference[] {
  const [ours, theirs] = [fake, moto].map((rows) => new Map(rows.map((row) => [keyOf(row), ordered(row)])));
  return [...new Set([...ours.keys(), ...theirs.keys()])]
    .filter((key) => ours.get(key) !== theirs.get(key))
    .map((key) => new Difference(key, ours.get(key), theirs.get(key)));
}

interface Thrown { readonly name: string; readonly CancellationReasons?: readonly { readonly Code?: string }[] }
type Attempt = { readonly answer: Row } | { readonly thrown: unknown };

async function attempt(client: Client, command: unknown): Promise<Attempt> {
  try {
    return { answer: await (client as { send(each: unknown): Promise<Row> }).send(command) };
  } catch (thrown) {
    return { thrown };
  }
}

function outcomeOf(attempted: Attempt, command: unknown): Outcome {
  if ('thrown' in attempted) {
    const { name, CancellationReasons: reasons } = attempted.thrown as Thrown;
    return { error: name, ...(reasons === undefined ? {} : { reasons: reasons.map(({ Code }) => Code ?? 'None') }) };
  }
  const { Item, Items, Responses, UnprocessedKeys } = attempted.answer;
  if (command instanceof BatchGetCommand) {
    // in no order
    const sorted = Object.entries((Responses ?? {}) as Record<string, Row[]>)
      .map(([table, rows]) => [table, [...rows].sort((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1))] as const)
      .filter(([, rows]) => rows.length > 0);
    return { answer: { rows: Object.fromEntries(sorted), UnprocessedKeys } };
  }
  // not the last key of a page: a page that its limit ends has one in DynamoDB and none in moto, when nothing comes after it
  return { answer: { Item, Items } };
}

function ordered(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) => typeof each !== 'object' || each === null || Array.isArray(each) ? each
    : Object.fromEntries(Object.entries(each).sort(([one], [other]) => (one < other ? -1 : 1))));
}
