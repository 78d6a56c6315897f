import * as z from 'zod';
import { InferenceSettings } from './inference-settings';
import { RunRefused } from './run-request';
import { linesIn, S3Folder } from './s3-folder';

/** An object that is to be worked on. */
export interface Input {
  readonly key: string;
  /** What S3 says of its content, so that a program can see whether it changed; empty when a manifest names it. */
  readonly etag: string;
}

const Line = z.object({ input: z.string() });

/** Every object below the input prefix, but for the empty ones that stand for folders. */
export async function* inputsBelow(folder: S3Folder, { inputPrefix }: InferenceSettings): AsyncGenerator<Input> {
  for await (const input of folder.list(inputPrefix)) {
    if (!input.key.endsWith('/')) {
      yield input;
    }
  }
}

/**
 * The inputs that a manifest names: one a line, as JSON with `input`, as in the list of failed inputs that a run leaves, or as
 * an address alone. What is named twice counts once.
 */
export function* inputsIn(manifest: string, { inputBucket, inputPrefix }: InferenceSettings): Generator<Input> {
  const below = `s3://${inputBucket}/${inputPrefix}`;
  const seen = new Set<string>();
  let number = 0;
  for (const line of linesIn(manifest)) {
    number += 1;
    const address = addressIn(line, number);
    if (!address.startsWith(below) || address === below || address.endsWith('/')) {
      throw new RunRefused(`line ${number} of the manifest must name an object below ${below}, which is all that jobs may read`);
    }
    if (!seen.has(address)) {
      seen.add(address);
      yield { key: address.slice(`s3://${inputBucket}/`.length), etag: '' };
    }
  }
}

function addressIn(line: string, number: number): string {
  if (!line.startsWith('{')) {
    return line.trim();
  }
  try {
    return Line.parse(JSON.parse(line)).input;
  } catch {
    // the line is not quoted: keys may be personal data
    throw new RunRefused(`line ${number} of the manifest is no JSON with a field "input"`);
  }
}
