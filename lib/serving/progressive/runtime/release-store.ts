import {
  BatchGetCommand, GetCommand, PutCommand, QueryCommand, TransactWriteCommand, TransactWriteCommandInput, UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { ServingProfile } from './contract';
import { AUDITS, endpointPartition, ENDPOINTS, headKey, Key, profileKey, requestKey } from './keys';
import { Recorded } from './record';
import { Head } from './release-state';
import { TableWorld } from './release-world';
import { retried } from './retried';
import {
  AuditRow, auditRow, auditRowOf, DoneRequest, doneOf, doneRow, headOf, headRow, listRow, profileOf, profileRow, retiredRow, Row,
} from './rows';
import { cancellationOf, nameOf } from '../../../registry/runtime/failures';

type Write = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

const CONDITION_FAILED = 'ConditionalCheckFailed';
const PASSING_REASONS: readonly string[] = ['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded'];
const MOST_KEYS = 100;
const ABSENT = { ConditionExpression: 'attribute_not_exists(#pk)', ExpressionAttributeNames: { '#pk': 'pk' } };

export interface Loaded {
  readonly head: Head;
  readonly profile?: ServingProfile;
  /** The request was done before. */
  readonly done?: DoneRequest;
}

/** The two tables. Every read that a decision rests on is a consistent one. */
export class ReleaseStore {
  constructor(private readonly world: TableWorld) {}

  public async load(endpoint: string, key?: string): Promise<Loaded> {
    const keys = [headKey(endpoint), profileKey(endpoint), ...(key === undefined ? [] : [requestKey(endpoint, key)])];
    const [head, profile, request] = await this.getAll(keys);
    const known = profileOf(profile);
    const done = doneOf(request);
    return { head: headOf(head), ...(known === undefined ? {} : { profile: known }), ...(done === undefined ? {} : { done }) };
  }

  public async head(endpoint: string): Promise<Head> {
    const input = { TableName: this.world.settings.releasesTable, Key: { ...headKey(endpoint) }, ConsistentRead: true };
    const { Item: row } = await retried(() => this.world.dynamodb.send(new GetCommand(input)), this.world);
    return headOf(row);
  }

  /** Every endpoint of this controller with its head. */
  public async heads(): Promise<ReadonlyMap<string, Head>> {
    const names = (await this.query(this.world.settings.releasesTable, ENDPOINTS, '')).map(({ endpoint }) => String(endpoint));
    const rows = await this.getAll(names.map(headKey));
    return new Map(names.map((name, place) => [name, headOf(rows[place])]));
  }

  /** Writes a change with its record, all or nothing. `again`: somebody else wrote in between, and it has to be decided anew. */
  public async commit(endpoint: string, seen: Head, { head, record }: Recorded, request?: DoneRequest & { readonly key: string }): Promise<'done' | 'again'> {
    const { releasesTable, auditTable } = this.world.settings;
    const audit = auditRow(endpoint, { sequence: head.auditSequence, record, hash: head.auditHash });
    const writes: Write[] = [
      headWrite(releasesTable, headRow(endpoint, head), seen.rev),
      { Put: { TableName: auditTable, Item: audit, ...ABSENT } },
    ];
    if (request !== undefined) {
      const { key, ...done } = request;
      writes.push({ Put: { TableName: releasesTable, Item: doneRow(endpoint, key, done, this.world.now()), ...ABSENT } });
    }
    try {
      await this.world.dynamodb.send(new TransactWriteCommand({ TransactItems: writes }));
      return 'done';
    } catch (error) {
      const reasons = cancellationOf(error)?.CancellationReasons;
      if (reasons === undefined) {
        throw error;
      }
      return judgeCancellation(reasons.map(({ Code }) => Code ?? 'None'), error);
    }
  }

  /** Audit rows after a sequence, at most so many. */
  public async audit(endpoint: string, after: number, most: number): Promise<AuditRow[]> {
    const from = `${AUDITS}${String(after + 1).padStart(10, '0')}`;
    return (await this.query(this.world.settings.auditTable, endpointPartition(endpoint), from, most)).map(auditRowOf);
  }

  /** Raises how far EventBridge was told; somebody faster may have told more. A change with the old number is told again. */
  public async raiseTold(endpoint: string, told: number): Promise<void> {
    const input = {
      TableName: this.world.settings.releasesTable,
      Key: { ...headKey(endpoint) },
      UpdateExpression: 'SET #told = :told',
      ConditionExpression: '#told < :told',
      ExpressionAttributeNames: { '#told': 'told' },
      ExpressionAttributeValues: { ':told': told },
    };
    try {
      await retried(() => this.world.dynamodb.send(new UpdateCommand(input)), this.world);
    } catch (error) {
      if (nameOf(error) !== 'ConditionalCheckFailedException') {
        throw error;
      }
    }
  }

  public async storeProfile(endpoint: string, profile: ServingProfile): Promise<void> {
    const TableName = this.world.settings.releasesTable;
    const items = [profileRow(endpoint, profile), listRow(endpoint)].map((Item) => ({ Put: { TableName, Item } }));
    await retried(() => this.world.dynamodb.send(new TransactWriteCommand({ TransactItems: items })), this.world);
  }

  public async retireProfile(endpoint: string): Promise<void> {
    const input = { TableName: this.world.settings.releasesTable, Item: retiredRow(endpoint) };
    await retried(() => this.world.dynamodb.send(new PutCommand(input)), this.world);
  }

  private async getAll(keys: readonly Key[]): Promise<(Row | undefined)[]> {
    const rows = new Map<string, Row>();
    for (let from = 0; from < keys.length; from += MOST_KEYS) {
      (await this.getBatch(keys.slice(from, from + MOST_KEYS))).forEach((row) => rows.set(placeOf(row), row));
    }
    return keys.map((key) => rows.get(placeOf(key)));
  }

  private async getBatch(keys: readonly Key[]): Promise<Row[]> {
    const table = this.world.settings.releasesTable;
    const rows: Row[] = [];
    let left = keys.map(({ pk, sk }) => ({ pk, sk }));
    // what DynamoDB leaves for want of throughput is asked for again, as if it had thrown
    await retried(async () => {
      const input = { RequestItems: { [table]: { Keys: left, ConsistentRead: true } } };
      const { Responses, UnprocessedKeys } = await this.world.dynamodb.send(new BatchGetCommand(input));
      rows.push(...Responses?.[table] ?? []);
      left = (UnprocessedKeys?.[table]?.Keys ?? []) as typeof left;
      if (left.length > 0) {
        throw Object.assign(new Error(`DynamoDB left ${left.length} keys unprocessed`), { name: 'ThrottlingException' });
      }
    }, this.world);
    return rows;
  }

  private async query(TableName: string, pk: string, from: string, most = Infinity): Promise<Row[]> {
    const rows: Row[] = [];
    let start: Record<string, unknown> | undefined;
    do {
      const input = {
        TableName,
        KeyConditionExpression: '#pk = :pk AND #sk >= :from',
        ExpressionAttributeNames: { '#pk': 'pk', '#sk': 'sk' },
        ExpressionAttributeValues: { ':pk': pk, ':from': from === '' ? ' ' : from },
        ConsistentRead: true,
        ExclusiveStartKey: start,
        ...(most === Infinity ? {} : { Limit: most - rows.length }),
      };
      const page = await retried(() => this.world.dynamodb.send(new QueryCommand(input)), this.world);
      rows.push(...page.Items ?? []);
      start = page.LastEvaluatedKey;
    } while (start !== undefined && rows.length < most);
    return rows;
  }
}

function headWrite(TableName: string, Item: Row, seen: number): Write {
  return {
    Put: seen === 0 ? { TableName, Item, ...ABSENT } : {
      TableName,
      Item,
      ConditionExpression: '#rev = :seen',
      ExpressionAttributeNames: { '#rev': 'rev' },
      ExpressionAttributeValues: { ':seen': seen },
    },
  };
}

/** By position: head, audit row, request. */
function judgeCancellation([head = 'None', audit = 'None', request = 'None']: readonly string[], error: unknown): 'again' {
  const passing = [head, audit, request].some((code) => PASSING_REASONS.includes(code));
  if (head === CONDITION_FAILED || request === CONDITION_FAILED || passing) {
    return 'again';
  }
  throw audit === CONDITION_FAILED ? new Error('there is an audit row after the last that the head of the endpoint knows', { cause: error }) : error;
}

function placeOf({ pk, sk }: Row | Key): string {
  return JSON.stringify([pk, sk]);
}
