import type {
  BatchGetCommandInput, DeleteCommandInput, DynamoDBDocumentClient, GetCommandInput, PutCommandInput, QueryCommandInput,
  ScanCommandInput, TransactWriteCommandInput, UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { Expressions, invalid, Item } from './expressions';
import { bytesOf, checkSize, copyOf, keyOf } from './items';
import { AwsError } from '../error';

const OPERATIONS = {
  GetItem: 'GetCommand',
  BatchGetItem: 'BatchGetCommand',
  Query: 'QueryCommand',
  Scan: 'ScanCommand',
  PutItem: 'PutCommand',
  UpdateItem: 'UpdateCommand',
  DeleteItem: 'DeleteCommand',
  TransactWriteItems: 'TransactWriteCommand',
} as const;

/** One request to DynamoDB, as the hooks and the log see it. */
export interface Call {
  /** Whose client it is. */
  readonly client: string;
  readonly name: keyof typeof OPERATIONS;
  readonly input: unknown;
  /** Counts from 0, over all clients. */
  readonly number: number;
}

/** A write, as a stream with both images would show it. */
export interface Written {
  readonly table: string;
  readonly before?: Item;
  /** Absent: it was deleted. */
  readonly after?: Item;
}

/** What may go wrong. A hook that throws is what the client sees; one that waits holds the client up. */
export interface Hooks {
  /** Nothing is done yet: throttling, conflicts, no network. The place to interleave clients. */
  before?: (call: Call) => unknown;
  /** All is done, and the answer is on its way: timeouts, crashes. */
  after?: (call: Call) => unknown;
  /** Between two items of a BatchGetItem, which is no snapshot. */
  betweenItems?: (call: Call) => unknown;
  /** How many keys of a BatchGetItem are processed; the rest comes back as unprocessed. */
  processed?: (call: Call) => number;
  /** What a request wrote, at once. */
  written?: (written: readonly Written[]) => void;
}

type Write = NonNullable<TransactWriteCommandInput['TransactItems']>[number];
interface Planned {
  readonly table: string;
  readonly key: string;
  readonly before?: Item;
  /** The item on which the condition fails; null for none. */
  readonly failed?: Item | null;
  /** Null: it is deleted. */
  readonly after?: Item | null;
}

const MOST_ITEMS = 100;
const MOST_BYTES = 4 * 1024 * 1024;
const PAGE_BYTES = 1024 * 1024;

/**
 * DynamoDB in this process, for tables with the keys pk and sk: one step at a time, everything in memory. Each request is
 * atomic but for BatchGetItem, as in AWS (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html).
 * Not verified against DynamoDB itself.
 */
export class FakeDynamoDb {
  public hooks: Hooks = {};
  /** Reads that do not ask to be consistent see the tables as they were so many writes ago. */
  public lag = 0;
  /** Whether a BatchGetItem reads its items from the last to the first: DynamoDB promises no order. */
  public backwards = false;
  /** Every request that came in. */
  public readonly calls: Call[] = [];
  /** For each request that wrote, what it wrote, in order. */
  public readonly writes: (readonly Written[])[] = [];
  private readonly tables = new Map<string, Map<string, Item>>();

  constructor(...tables: string[]) {
    tables.forEach((table) => { this.create(table); });
  }

  /** A table that is there already stays as it is. */
  public create(table: string): void {
    this.tables.set(table, this.tables.get(table) ?? new Map());
  }

  /** A document client of this fake; the name is what the hooks know it by. */
  public client(name = 'client'): Pick<DynamoDBDocumentClient, 'send'> {
    return { send: (command: unknown) => this.send(name, command) } as Pick<DynamoDBDocumentClient, 'send'>;
  }

  /** All items of a table, in the order of their keys. */
  public items(table: string): Item[] {
    return [...this.table(table).values()].sort(byKey).map(copyOf);
  }

  /** Puts an item there without a request: to tamper, or to set a scene. */
  public plant(table: string, item: Item): void {
    this.table(table).set(keyOf(item), copyOf(item));
  }

  public remove(table: string, key: { readonly pk: string; readonly sk: string }): void {
    this.table(table).delete(keyOf(key));
  }

  /** How often each request came in. */
  public counted(): Partial<Record<Call['name'], number>> {
    return this.calls.reduce<Partial<Record<Call['name'], number>>>((sums, { name }) => ({ ...sums, [name]: (sums[name] ?? 0) + 1 }), {});
  }

  /** A request by its name in DynamoDB's API, with the document client's items. */
  public async request(client: string, name: Call['name'], input: unknown): Promise<unknown> {
    return this.answer(client, name, input, (call) => this.acts()[name](input as never, call));
  }

  private acts(): Readonly<Record<Call['name'], (input: never, call: Call) => unknown>> {
    return {
      GetItem: (input: GetCommandInput) => this.getItem(input),
      BatchGetItem: (input: BatchGetCommandInput, call) => this.batchGetItem(input, call),
      Query: (input: QueryCommandInput) => this.query(input),
      Scan: (input: ScanCommandInput) => this.scan(input),
      PutItem: (input: PutCommandInput) => this.writeItem({ Put: input }, input),
      UpdateItem: (input: UpdateCommandInput) => this.writeItem({ Update: input as never }, input),
      DeleteItem: (input: DeleteCommandInput) => this.writeItem({ Delete: input }, input),
      TransactWriteItems: (input: TransactWriteCommandInput) => this.transactWriteItems(input),
    };
  }

  private async send(client: string, command: unknown): Promise<unknown> {
    const { constructor: { name: called }, input } = command as { constructor: { name: string }; input: unknown };
    const name = (Object.keys(OPERATIONS) as Call['name'][]).find((each) => OPERATIONS[each] === called);
    if (name === undefined) {
      throw new Error(`this fake knows no ${called}`);
    }
    return this.request(client, name, input);
  }

  private async answer(client: string, name: Call['name'], input: unknown, act: (call: Call) => unknown): Promise<unknown> {
    const call: Call = { client, name, input, number: this.calls.length };
    this.calls.push(call);
    await this.hooks.before?.(call);
    const answer = await act(call);
    await this.hooks.after?.(call);
    return answer;
  }

  private getItem({ TableName, Key, ConsistentRead }: GetCommandInput): unknown {
    const item = this.read(TableName, keyOf(Key ?? {}), ConsistentRead);
    return item === undefined ? {} : { Item: copyOf(item) };
  }

  private async batchGetItem({ RequestItems = {} }: BatchGetCommandInput, call: Call): Promise<unknown> {
    const asked = Object.entries(RequestItems)
      .flatMap(([table, { Keys = [], ConsistentRead }]) => Keys.map((key) => ({ table, key, ConsistentRead })));
    const distinct = new Set(asked.map(({ table, key }) => `${table} ${keyOf(key)}`));
    if (asked.length === 0 || asked.length > MOST_ITEMS || distinct.size < asked.length) {
      throw invalid('A BatchGetItem takes 1 to 100 keys, each once');
    }
    if (this.backwards) {
      asked.reverse();
    }
    const processed = this.hooks.processed?.(call) ?? asked.length;
    const Responses: Record<string, Item[]> = {};
    for (const [place, { table, key, ConsistentRead }] of asked.slice(0, processed).entries()) {
      if (place > 0) {
        await this.hooks.betweenItems?.(call);
      }
      const item = this.read(table, keyOf(key), ConsistentRead);
      Responses[table] = [...Responses[table] ?? [], ...(item === undefined ? [] : [copyOf(item)])];
    }
    const left = asked.slice(processed);
    const UnprocessedKeys = Object.fromEntries([...new Set(left.map(({ table }) => table))].map((table) =>
      [table, { ...RequestItems[table], Keys: left.filter((each) => each.table === table).map(({ key }) => key) }]));
    return { Responses, UnprocessedKeys };
  }

  private query(input: QueryCommandInput): unknown {
    const expressions = new Expressions(input);
    const condition = expressions.condition(input.KeyConditionExpression);
    if (input.FilterExpression !== undefined || input.IndexName !== undefined) {
      throw invalid('this fake filters no query and has no index');
    }
    expressions.settle();
    return this.page(input, input.ScanIndexForward ?? true, condition, () => true);
  }

  private scan(input: ScanCommandInput): unknown {
    const expressions = new Expressions(input);
    const filter = expressions.condition(input.FilterExpression);
    expressions.settle();
    return this.page(input, true, () => true, filter);
  }

  private page(
    { TableName, ExclusiveStartKey, Limit = Infinity, ConsistentRead }: QueryCommandInput | ScanCommandInput, forward: boolean,
    condition: (item: Item) => boolean, filter: (item: Item) => boolean,
  ): unknown {
    const direction = forward ? 1 : -1;
    const matching = [...this.table(TableName).keys()].map((key) => this.read(TableName, key, ConsistentRead))
      .filter((item) => item !== undefined).filter(condition)
      .sort((one, other) => byKey(one, other) * direction)
      .filter((item) => ExclusiveStartKey === undefined || byKey(item, ExclusiveStartKey) * direction > 0);
    const evaluated: Item[] = [];
    for (let bytes = 0; evaluated.length < Math.min(Limit, matching.length) && bytes < PAGE_BYTES;) {
      bytes += bytesOf(matching[evaluated.length]);
      evaluated.push(matching[evaluated.length]);
    }
    const Items = evaluated.filter(filter).map(copyOf);
    const last = evaluated.at(-1);
    // a page that its limit ends names a last key, also when nothing comes after it
    const more = last !== undefined && (evaluated.length === Limit || evaluated.length < matching.length);
    const LastEvaluatedKey = more ? { LastEvaluatedKey: { pk: last.pk, sk: last.sk } } : {};
    return { Items, Count: Items.length, ScannedCount: evaluated.length, ...LastEvaluatedKey };
  }

  private writeItem(write: Write, { ReturnValues, ReturnValuesOnConditionCheckFailure }: Pick<UpdateCommandInput,
  'ReturnValues' | 'ReturnValuesOnConditionCheckFailure'>): unknown {
    const planned = this.plan(write);
    if (planned.failed !== undefined) {
      const shown = planned.failed !== null && ReturnValuesOnConditionCheckFailure === 'ALL_OLD' ? { Item: copyOf(planned.failed) } : {};
      throw new AwsError('ConditionalCheckFailedException', 'The conditional request failed', 400, shown);
    }
    this.write([planned]);
    if (ReturnValues !== undefined && !['NONE', 'ALL_OLD', 'ALL_NEW'].includes(ReturnValues)) {
      throw invalid(`this fake returns no ${ReturnValues}`);
    }
    const returned = ReturnValues === 'ALL_OLD' ? planned.before : ReturnValues === 'ALL_NEW' ? planned.after : undefined;
    return returned === undefined || returned === null ? {} : { Attributes: copyOf(returned) };
  }

  private transactWriteItems({ TransactItems = [] }: TransactWriteCommandInput): unknown {
    if (TransactItems.length === 0 || TransactItems.length > MOST_ITEMS) {
      throw invalid(`A transaction takes 1 to ${MOST_ITEMS} items, and this has ${TransactItems.length}`);
    }
    const planned = TransactItems.map((write) => this.plan(write));
    if (new Set(planned.map(({ table, key }) => `${table} ${key}`)).size < planned.length) {
      throw invalid('Transaction request cannot include multiple operations on one item');
    }
    if (planned.reduce((sum, { after }) => sum + (after === undefined || after === null ? 0 : bytesOf(after)), 0) > MOST_BYTES) {
      throw invalid('Transaction request is larger than 4 MB');
    }
    if (planned.some(({ failed }) => failed !== undefined)) {
      const codes = planned.map(({ failed }) => failed === undefined ? 'None' : 'ConditionalCheckFailed');
      throw new AwsError(
        'TransactionCanceledException', `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes.join(', ')}]`, 400,
        { CancellationReasons: codes.map((Code) => ({ Code })) },
      );
    }
    this.write(planned);
    return {};
  }

  /** What one item of a transaction would do. */
  private plan({ Put, Update, ConditionCheck, Delete }: Write): Planned {
    const request = Put ?? Update ?? ConditionCheck ?? Delete;
    if (request === undefined) {
      throw invalid('an item of a transaction puts, updates, deletes or checks');
    }
    const table = request.TableName ?? '';
    const key = keyOf((Put === undefined ? (Update ?? ConditionCheck ?? Delete)?.Key : Put.Item) ?? {});
    const before = this.table(table).get(key);
    const expressions = new Expressions(request);
    const condition = expressions.condition(request.ConditionExpression);
    const update = Update === undefined ? undefined : expressions.update(Update.UpdateExpression ?? '');
    expressions.settle();
    if (!condition(before)) {
      return { table, key, failed: before ?? null };
    }
    if (Delete !== undefined) {
      return { table, key, before, after: null };
    }
    const after = Put === undefined ? update?.(before ?? Update?.Key ?? {}) : Put.Item;
    if (after === undefined) {
      return { table, key };
    }
    const copy = copyOf(after);
    checkSize(copy);
    return { table, key, before, after: copy };
  }

  private write(planned: readonly Planned[]): void {
    const written: Written[] = [];
    for (const { table, key, after } of planned) {
      const before = this.table(table).get(key);
      if (after === null) {
        this.table(table).delete(key);
        written.push({ table, before });
      } else if (after !== undefined) {
        written.push({ table, before, after });
        this.table(table).set(key, after);
      }
    }
    this.writes.push(written);
    this.hooks.written?.(written);
  }

  /** An item as a read sees it. */
  private read(table: string | undefined, key: string, consistent: boolean | undefined): Item | undefined {
    const present = this.table(table).get(key);
    if (consistent === true || this.lag === 0) {
      return present;
    }
    const unseen = this.writes.slice(-this.lag).flat()
      .find((write) => write.table === table && keyOf(write.after ?? write.before ?? {}) === key);
    return unseen === undefined ? present : unseen.before;
  }

  private table(name: string | undefined): Map<string, Item> {
    const table = this.tables.get(name ?? '');
    if (table === undefined) {
      throw new AwsError('ResourceNotFoundException', `Requested resource not found: table ${name}`);
    }
    return table;
  }
}

function byKey(one: Item, other: Item): number {
  const parts = (['pk', 'sk'] as const).map((part) => Buffer.compare(Buffer.from(String(one[part])), Buffer.from(String(other[part]))));
  return parts[0] !== 0 ? parts[0] : parts[1];
}
