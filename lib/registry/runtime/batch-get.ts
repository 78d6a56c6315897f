import { BatchGetCommand } from '@aws-sdk/lib-dynamodb';
import { Key } from './keys';
import { RegistryWorld } from './registry-world';
import { Row } from './rows';

const ATTEMPTS = 6;
const FIRST_PAUSE_MS = 20;

/** What DynamoDB would not hand out for want of throughput. */
export class Unprocessed extends Error {
  constructor(left: number) {
    super(`DynamoDB left ${left} keys of a batch unprocessed, ${ATTEMPTS} times in a row`);
    this.name = 'ThrottlingException';
  }
}

/** Consistent reads of some rows of the registry table, in one request if DynamoDB is not short of throughput. */
export async function batchGet(keys: readonly Key[], world: RegistryWorld): Promise<(Row | undefined)[]> {
  const table = world.settings.registryTable;
  const rows = new Map<string, Row>();
  let left: readonly Key[] = keys;
  for (let attempt = 1; ; attempt++) {
    const request = { [table]: { Keys: left.map(({ pk, sk }) => ({ pk, sk })), ConsistentRead: true } };
    const { Responses, UnprocessedKeys } = await world.dynamodb.send(new BatchGetCommand({ RequestItems: request }));
    (Responses?.[table] ?? []).forEach((row) => rows.set(nameOf(row), row));
    left = (UnprocessedKeys?.[table]?.Keys ?? []) as unknown as Key[];
    if (left.length === 0) {
      return keys.map((key) => rows.get(nameOf(key)));
    }
    if (attempt === ATTEMPTS) {
      throw new Unprocessed(left.length);
    }
    await world.sleep(world.random() * FIRST_PAUSE_MS * 2 ** attempt);
  }
}

function nameOf({ pk, sk }: Row | Key): string {
  return JSON.stringify([pk, sk]);
}
