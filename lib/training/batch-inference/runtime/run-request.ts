import * as z from 'zod';
import { MANIFESTS, RUNS } from './contract';
import { InferenceSettings } from './inference-settings';

/** Why a run does not begin. Lambda hands the name on as the error of the state. */
export class RunRefused extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'BatchInference.RunRefused';
  }
}

const RUN = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$/;

const Request = z.strictObject({
  /** What the run is called. Another execution with the same name goes on where the first ended. */
  run: z.string().regex(RUN, 'must be 1 to 80 letters, digits, _ . and -').optional(),
  /** The inputs, one a line, in place of everything below the input prefix. */
  manifest: z.string().optional(),
});

/** What whoever started the execution asks for. */
export interface RunRequest {
  readonly run: string;
  /** The key of a list of inputs. */
  readonly manifestKey?: string;
}

/** Reads the input of an execution. Without a name the run is called like the execution. */
export function requestOf(input: unknown, execution: string, settings: InferenceSettings): RunRequest {
  const parsed = Request.safeParse(input);
  if (!parsed.success) {
    const [{ path, message }] = parsed.error.issues;
    throw new RunRefused(`the input of the execution is not as wanted: ${path.join('.') || 'it'}: ${message}; give {"run": "…", "manifest": "s3://…"}, both optional`);
  }
  const { run = execution, manifest } = parsed.data;
  return { run, manifestKey: manifest === undefined ? undefined : manifestKeyOf(manifest, settings) };
}

function manifestKeyOf(manifest: string, { outputBucket, outputPrefix }: InferenceSettings): string {
  const bucket = `s3://${outputBucket}/`;
  const readable = [MANIFESTS, RUNS].map((folder) => `${bucket}${outputPrefix}${folder}`);
  if (!readable.some((folder) => manifest.startsWith(folder))) {
    throw new RunRefused(`the manifest must lie below ${readable.join(' or ')}, which is all that may be read: put it there`);
  }
  return manifest.slice(bucket.length);
}
