import { GetObjectCommand } from '@aws-sdk/client-s3';
import { Plan, Run } from './contract';
import { dataObjects } from './data-objects';
import { record } from './deed';
import { problemsOf, Sample } from './judge-data';
import { PipelineWorld } from './pipeline-world';
import { csvFields, csvRecord, DataRecord, jsonRecord } from './records';
import { numbersOf, someOf, Stretch, stretchesOf, wholeLines } from './sample-plan';

/** What the state machine is told. */
export interface Validation {
  readonly verdict: 'GOOD' | 'REFUSED';
  readonly records: number;
  readonly reason: string;
}

const HEADER_BYTES = 64 * 1024;
const MOST_TOLD = 20;
const COMPRESSED = /\.(?:gz|zip|bz2|zst|parquet|avro|orc)$/i;

/** Looks at a sample of the data before machines are paid for. */
export async function validate(execution: string, plan: Plan, run: Run, world: PipelineWorld): Promise<Validation> {
  const started = world.now();
  const sample = await sampleOf(plan, run, world);
  const problems = typeof sample === 'string' ? [sample] : problemsOf(sample, plan.rules);
  const records = typeof sample === 'string' ? 0 : sample.records.length;
  const verdict = problems.length === 0 ? 'GOOD' : 'REFUSED';
  const reason = problems.length === 0 ? `${records} records are as they should be`
    : [...problems.slice(0, MOST_TOLD), ...(problems.length > MOST_TOLD ? [`and ${problems.length - MOST_TOLD} more`] : [])].join('; ');
  record({
    execution,
    model: plan.model,
    tenant: plan.tenant,
    action: 'training.data.validate',
    started,
    reason,
    outcome: problems.length === 0 ? 'SUCCEEDED' : 'REFUSED',
    details: { inputHash: run.inputHash, records },
  }, world);
  return { verdict, records, reason };
}

/** The sample, or why there is none. */
async function sampleOf({ data, rules }: Plan, { inputHash }: Run, world: PipelineWorld): Promise<Sample | string> {
  const objects = await dataObjects(data, world);
  if (objects.length === 0) {
    return `there is no data below s3://${data.bucket}/${data.prefix}`;
  }
  if (objects.some(({ key }) => COMPRESSED.test(key))) {
    return 'some of the data is compressed or binary; the pipeline reads CSV and JSON lines as they are';
  }
  const lines = new Array<{ readonly line: string; readonly key: string }>();
  const columns = new Map<string, readonly string[]>();
  for (const stretch of stretchesOf(objects, inputHash)) {
    const found = wholeLines(await read(data.bucket, stretch, world), stretch);
    if (rules.format === 'csv') {
      if (!columns.has(stretch.key)) {
        columns.set(stretch.key, await columnsOf(data.bucket, stretch, found, world));
      }
      lines.push(...(stretch.start === 0 ? found.slice(1) : found).map((line) => ({ line, key: stretch.key })));
    } else {
      lines.push(...found.map((line) => ({ line, key: stretch.key })));
    }
  }
  const sampled = someOf(lines, rules.sample, numbersOf(inputHash.slice(8)));
  return sorted(sampled.map(({ line, key }) => rules.format === 'csv' ? csvRecord(line, columns.get(key) ?? []) : jsonRecord(line)));
}

function sorted(parsed: readonly (DataRecord | undefined)[]): Sample {
  const records = parsed.filter((each) => each !== undefined);
  return { records, unreadable: parsed.length - records.length };
}

/** The first line of a file of CSV names its columns. */
async function columnsOf(
  bucket: string, stretch: Stretch, found: readonly string[], world: PipelineWorld,
): Promise<readonly string[]> {
  const { key, size } = stretch;
  const head = { key, size, start: 0, end: Math.min(HEADER_BYTES, size) };
  const [first = ''] = stretch.start === 0 ? found : wholeLines(await read(bucket, head, world), head);
  return (csvFields(first.replace(/^\ufeff/, '')) ?? []).map((name) => name.trim());
}

async function read(bucket: string, { key, start, end }: Stretch, world: PipelineWorld): Promise<string> {
  const { Body: body } = await world.s3.send(new GetObjectCommand({ Bucket: bucket, Key: key, Range: `bytes=${start}-${end - 1}` }));
  return body === undefined ? '' : body.transformToString('utf-8');
}

