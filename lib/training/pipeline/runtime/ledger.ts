import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { nameOf, PipelineWorld } from './pipeline-world';

/** Counts the writes of a row: who writes must have seen the last one. */
const Written = { written: z.number().int().min(1) };

/** Who holds the pipeline, and who waits. Times in milliseconds. */
const LeaseRow = z.object({
  ...Written,
  holder: z.string().optional(),
  since: z.number().optional(),
  until: z.number().optional(),
  waiter: z.string().optional(),
  waiterSince: z.number().optional(),
  /** What the waiter wants: parameters and definition, without the data, which it will see when its turn comes. */
  waiterWish: z.string().optional(),
});

export const EvaluationFacts = z.strictObject({
  accuracy: z.number().min(0).max(1),
  bias: z.number().min(0).max(1),
  p99LatencyMs: z.number().positive().max(1e9),
  /** The data that it was evaluated on. */
  dataset: z.string().startsWith('s3://').max(1024),
  featureSchemaHash: z.string().regex(/^[0-9a-f]{64}$/).optional(),
});
export type EvaluationFacts = z.infer<typeof EvaluationFacts>;

/** How far an input has come. A stage is never left for an earlier one, unless the model is gone. */
const RunRow = z.object({
  ...Written,
  stage: z.enum(['STARTED', 'TRAINED', 'EVALUATED', 'REGISTERED']),
  /** Which training this is. A training that failed is over under its number. */
  training: z.number().int().min(1),
  job: z.string().optional(),
  model: z.string().optional(),
  modelEtag: z.string().optional(),
  /** Of the pipeline that trained it. One that is deployed later may register it, and says the same of it. */
  commit: z.string().optional(),
  evaluation: EvaluationFacts.optional(),
  revision: z.number().int().min(1).optional(),
});

export type LeaseRow = z.infer<typeof LeaseRow>;
export type RunRow = z.infer<typeof RunRow>;

type Row = { readonly written: number };
interface Key { readonly pk: string; readonly sk: string }

const LEASE: Key = { pk: 'pipeline', sk: 'lease' };
const runKey = (inputHash: string): Key => ({ pk: 'run', sk: inputHash });

/** The table of a pipeline: single rows, each changed by one conditional write or not at all. */
export class Ledger {
  constructor(private readonly world: PipelineWorld) {}

  public async lease(): Promise<LeaseRow | undefined> {
    return this.get(LEASE, LeaseRow);
  }

  public async run(inputHash: string): Promise<RunRow | undefined> {
    return this.get(runKey(inputHash), RunRow);
  }

  /** Whether the row was still as `before` says, and now is `after`. */
  public async putLease(before: LeaseRow | undefined, after: Omit<LeaseRow, 'written'>): Promise<boolean> {
    return this.put(LEASE, before, after);
  }

  public async putRun(inputHash: string, before: RunRow | undefined, after: Omit<RunRow, 'written'>): Promise<boolean> {
    return this.put(runKey(inputHash), before, after);
  }

  private async get<T>(key: Key, schema: z.ZodType<T>): Promise<T | undefined> {
    const { Item: item } = await this.world.dynamodb.send(
      new GetCommand({ TableName: this.world.ledgerTable, Key: { ...key }, ConsistentRead: true }));
    return item === undefined ? undefined : schema.parse(item);
  }

  private async put(key: Key, before: Row | undefined, after: object): Promise<boolean> {
    try {
      await this.world.dynamodb.send(new PutCommand({
        TableName: this.world.ledgerTable,
        Item: { ...known(after), ...key, written: (before?.written ?? 0) + 1 },
        ...(before === undefined
          ? { ConditionExpression: 'attribute_not_exists(#pk)', ExpressionAttributeNames: { '#pk': 'pk' } }
          : {
            ConditionExpression: '#written = :seen',
            ExpressionAttributeNames: { '#written': 'written' },
            ExpressionAttributeValues: { ':seen': before.written },
          }),
      }));
      return true;
    } catch (error) {
      if (nameOf(error) === 'ConditionalCheckFailedException') {
        return false;
      }
      throw error;
    }
  }
}

/** DynamoDB takes nothing that is undefined. */
function known(row: object): object {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined));
}
