import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { ERROR_WRITER_BUSY } from './contract';
import { writerKey } from './keys';
import { StoreWorld } from './release-world';
import { retried } from './retried';

const LEASE_MS = 60_000;

const Row = z.object({ fence: z.number().int(), owner: z.string(), until: z.number() });

async function leaseOf(endpoint: string, world: StoreWorld): Promise<z.infer<typeof Row> | undefined> {
  const input = { TableName: world.settings.releasesTable, Key: { ...writerKey(endpoint) }, ConsistentRead: true };
  const { Item: item } = await retried(() => world.dynamodb.send(new GetCommand(input)), world);
  return item === undefined ? undefined : Row.parse(item);
}

/** Another writer holds the lease, or took it over: whoever gets this stops at once. */
export class WriterBusy extends Error {
  constructor(endpoint: string) {
    super(`another writer has endpoint ${endpoint}`);
    this.name = ERROR_WRITER_BUSY;
  }
}

/**
 * The right to change an endpoint, for a minute at a time. Whoever takes it over raises the fence, and no older one passes then.
 */
export class Lease {
  /** Takes the lease if nobody has it. */
  public static async take(endpoint: string, owner: string, world: StoreWorld): Promise<Lease> {
    const seen = await leaseOf(endpoint, world);
    if (seen !== undefined && seen.until > world.now() && seen.owner !== owner) {
      throw new WriterBusy(endpoint);
    }
    const lease = new Lease(endpoint, owner, (seen?.fence ?? 0) + 1, world);
    const condition = seen === undefined ? { ConditionExpression: 'attribute_not_exists(#pk)', ExpressionAttributeNames: { '#pk': 'pk' } } : {
      ConditionExpression: '#fence = :seen AND #until = :until',
      ExpressionAttributeNames: { '#fence': 'fence', '#until': 'until' },
      ExpressionAttributeValues: { ':seen': seen.fence, ':until': seen.until },
    };
    try {
      await lease.write(condition);
    } catch (error) {
      // when an answer was lost, what the second try found was its own first one
      const now = error instanceof WriterBusy ? await leaseOf(endpoint, world) : undefined;
      if (now?.fence !== lease.fence || now.owner !== owner) {
        throw error;
      }
      lease.lost = false;
    }
    return lease;
  }

  private lost = false;

  private constructor(
    private readonly endpoint: string,
    private readonly owner: string,
    private readonly fence: number,
    private readonly world: StoreWorld,
  ) {}

  /** Before each call that changes the endpoint: shows that nobody took over, and keeps it so for another minute. */
  public prove(): Promise<void> {
    return this.write(this.own());
  }

  /** Lets the next writer begin at once. That it could not be said is no error: the lease runs out by itself. */
  public async release(): Promise<void> {
    try {
      if (!this.lost) {
        await this.write(this.own(), 0);
      }
    } catch (error) {
      this.world.log.warn('the lease was not given back', { endpoint: this.endpoint, error });
    }
  }

  private own() {
    return {
      ConditionExpression: '#fence = :fence AND #owner = :owner',
      ExpressionAttributeNames: { '#fence': 'fence', '#owner': 'owner' },
      ExpressionAttributeValues: { ':fence': this.fence, ':owner': this.owner },
    };
  }

  private async write(condition: object, milliseconds = LEASE_MS): Promise<void> {
    const { endpoint, owner, fence, world } = this;
    try {
      await retried(() => world.dynamodb.send(new PutCommand({
        TableName: world.settings.releasesTable,
        Item: { ...writerKey(endpoint), fence, owner, until: milliseconds === 0 ? 0 : world.now() + milliseconds },
        ...condition,
      })), world);
    } catch (error) {
      this.lost = true;
      throw error instanceof Error && error.name === 'ConditionalCheckFailedException' ? new WriterBusy(endpoint) : error;
    }
  }
}
