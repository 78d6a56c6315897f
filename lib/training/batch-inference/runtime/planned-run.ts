import * as z from 'zod';
import { InferenceSettings } from './inference-settings';
import { Input, inputsBelow, inputsIn } from './inputs';
import { RunFolder } from './run-folder';
import { RunRefused, RunRequest } from './run-request';
import { linesIn, linesOf, S3Folder } from './s3-folder';

const PER_PAGE = 10_000;
/** What a planner can hold in memory and list in its time; more is more than one run. */
const MOST_INPUTS = 1_000_000;
/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html */
const LONGEST_KEY = 1024; // bytes

const Run = z.object({
  /** What the outputs depend on besides the inputs. */
  fingerprint: z.string(),
  /** The manifest that named the inputs; nothing if the prefix did. */
  manifestKey: z.string().optional(),
  /** Where the inputs lie; nothing in a run that was begun before this was kept. */
  inputBucket: z.string().optional(),
  inputs: z.number().int().min(1),
  /** The keys of the lists of inputs. */
  pages: z.array(z.string()),
});
export type PlannedRun = z.infer<typeof Run>;

/** The stores that a run uses. */
export interface RunStores {
  readonly input: S3Folder;
  readonly output: S3Folder;
}

/**
 * What a run is, decided by its first attempt and the same for every later one: its inputs and its program. So a second
 * attempt works on what is missing, and an output is never of another program than its neighbours.
 */
export async function plannedRun(
  folder: RunFolder, request: RunRequest, settings: InferenceSettings, stores: RunStores,
): Promise<PlannedRun> {
  const known = await recorded(folder, stores) ?? await begin(folder, request, settings, stores);
  if (known.fingerprint !== settings.fingerprint) {
    throw new RunRefused(`the run ${request.run} was begun with another image, model, command, environment, input prefix or output suffix; `
      + 'begin a new run, or deploy what it was begun with');
  }
  if (known.inputBucket !== undefined && known.inputBucket !== settings.inputBucket) {
    throw new RunRefused(`the run ${request.run} was begun with inputs of another bucket; begin a new run, or deploy what it was begun with`);
  }
  if (request.manifestKey !== undefined && request.manifestKey !== known.manifestKey) {
    throw new RunRefused(`the run ${request.run} was begun with other inputs than this manifest; begin a new run, or leave the manifest out`);
  }
  return known;
}

/** The inputs of a run. */
export async function* inputsOf({ pages }: PlannedRun, { output }: RunStores): AsyncGenerator<Input> {
  for (const page of pages) {
    for (const line of linesIn(await output.read(page))) {
      yield JSON.parse(line) as Input;
    }
  }
}

async function recorded(folder: RunFolder, { output }: RunStores): Promise<PlannedRun | undefined> {
  const text = await output.readIfThere(folder.record);
  return text === undefined ? undefined : Run.parse(JSON.parse(text));
}

async function begin(
  folder: RunFolder, { run, manifestKey }: RunRequest, settings: InferenceSettings, stores: RunStores,
): Promise<PlannedRun> {
  const inputs = manifestKey === undefined ? inputsBelow(stores.input, settings)
    : inputsIn(await readManifest(manifestKey, stores), settings);
  const pages: string[] = [];
  let count = 0;
  for await (const page of inChunks(inputs, PER_PAGE)) {
    count += page.length;
    checkPage(page, count, folder);
    pages.push(folder.inputs(pages.length));
    await stores.output.write(pages[pages.length - 1], linesOf(page));
  }
  if (count === 0) {
    throw new RunRefused(`the run ${run} has no input: nothing lies below s3://${settings.inputBucket}/${settings.inputPrefix}, or the manifest is empty`);
  }
  const { fingerprint, inputBucket } = settings;
  const planned: PlannedRun = { fingerprint, manifestKey, inputBucket, inputs: count, pages };
  const first = await stores.output.writeOnce(folder.record, JSON.stringify(planned));
  // somebody else was first: theirs counts
  return first ? planned : Run.parse(JSON.parse(await stores.output.read(folder.record)));
}

async function readManifest(key: string, { output }: RunStores): Promise<string> {
  const text = await output.readIfThere(key);
  if (text === undefined) {
    throw new RunRefused('there is no such manifest');
  }
  return text;
}

function checkPage(page: readonly Input[], count: number, folder: RunFolder): void {
  if (count > MOST_INPUTS) {
    throw new RunRefused(`a run takes at most ${MOST_INPUTS} inputs: make several, each with a manifest of its own`);
  }
  const tooLong = page.filter(({ key }) => Buffer.byteLength(folder.output(key)) > LONGEST_KEY).length;
  if (tooLong > 0) {
    throw new RunRefused(`${tooLong} outputs would have keys above ${LONGEST_KEY} bytes: shorten the output prefix or the run's name`);
  }
}

/** The same things, some at a time. */
export async function* inChunks<T>(all: AsyncIterable<T> | Iterable<T>, size: number): AsyncGenerator<readonly T[]> {
  let chunk: T[] = [];
  for await (const each of all) {
    chunk.push(each);
    if (chunk.length === size) {
      yield chunk;
      chunk = [];
    }
  }
  if (chunk.length > 0) {
    yield chunk;
  }
}
