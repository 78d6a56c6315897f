import { GetCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { batchGet } from './batch-get';
import { cancellationOf } from './failures';
import { headKey, Key, requestKey, versionKey } from './keys';
import { Change, Head, ModelState, Refusal, Version } from './model-state';
import { RegistryWorld } from './registry-world';
import { DoneRequest, doneOf, headOf, Row, versionOf } from './rows';
import { judgeCancellation, Place, transactionOf } from './transaction';

/** Which rows a command is decided on. */
export interface Wanted {
  readonly tenant: string;
  readonly model: string;
  readonly requestKey: string;
  readonly revisions: readonly number[];
  /** Whether it needs the version before the one in production, or all that are kept: only the head names them. */
  readonly former: 'none' | 'newest' | 'all';
}

export interface Loaded {
  readonly state: ModelState;
  /** The request was done before. */
  readonly done?: DoneRequest;
}

/** The two tables. Every read here is a consistent one of the base table: decisions rest on it. */
export class RegistryStore {
  constructor(private readonly world: RegistryWorld) {}

  /** One row. */
  public async get({ pk, sk }: Key): Promise<Row | undefined> {
    const { Item: row } = await this.world.dynamodb.send(
      new GetCommand({ TableName: this.world.settings.registryTable, Key: { pk, sk }, ConsistentRead: true }),
    );
    return row;
  }

  /** One request; two where only the head says which versions are needed. */
  public async load({ tenant, model, requestKey: key, revisions, former }: Wanted): Promise<Loaded> {
    const keys = [requestKey(tenant, model, key), headKey(tenant, model), ...new Set(revisions)]
      .map((each) => typeof each === 'number' ? versionKey(tenant, model, each) : each);
    const [request, headRow, ...versionRows] = await batchGet(keys, this.world);
    const head = headOf(headRow);
    const done = doneOf(request);
    const keyOf = (revision: number) => versionKey(tenant, model, revision);
    const more = done === undefined ? await this.formerVersions(head, former, keyOf) : [];
    return { state: { head, versions: byRevision([...versionRows, ...more]) }, ...(done === undefined ? {} : { done }) };
  }

  /** Whether a request was done meanwhile, and at which rev the model is now. */
  public async look({ tenant, model, requestKey: key }: Wanted): Promise<{ readonly done?: DoneRequest; readonly rev: number }> {
    const [request, head] = await batchGet([requestKey(tenant, model, key), headKey(tenant, model)], this.world);
    const done = doneOf(request);
    return { rev: headOf(head).rev, ...(done === undefined ? {} : { done }) };
  }

  /** Writes a change, all or nothing. `again`: somebody else wrote in between, and it has to be decided anew. */
  public async commit(change: Change, done: DoneRequest, place: Place): Promise<'done' | 'again' | Refusal> {
    const planned = transactionOf(change, done, place, this.world.settings);
    try {
      await this.world.dynamodb.send(new TransactWriteCommand({ TransactItems: planned.map(({ write }) => write) }));
      return 'done';
    } catch (error) {
      const cancelled = cancellationOf(error);
      if (cancelled === undefined) {
        throw error;
      }
      return judgeCancellation(cancelled.CancellationReasons ?? [], planned, change);
    }
  }

  private async formerVersions({ history }: Head, which: Wanted['former'], keyOf: (revision: number) => Key): Promise<(Row | undefined)[]> {
    const keys = history.map(({ revision }) => keyOf(revision));
    if (which === 'none' || keys.length === 0) {
      return [];
    }
    return which === 'newest' ? [await this.get(keys[0])] : batchGet(keys, this.world);
  }
}

function byRevision(rows: readonly (Row | undefined)[]): ReadonlyMap<number, Version> {
  return new Map(rows.filter((row) => row !== undefined).map(versionOf).map((version) => [version.revision, version]));
}
