import { Readable } from 'node:stream';

/** Where text goes. */
export interface Sink {
  /** A person looks at it. */
  readonly isTTY: boolean;
  write(text: string): void;
}

/** Everything outside the program but the network and the files: tests bring another one. */
export interface World {
  readonly out: Sink;
  readonly err: Sink;
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  /** What to say if the program is stopped now. */
  readonly underway: { note?: string };
}

/** The world of a process. */
export function processWorld(): World {
  return {
    out: sinkOf(process.stdout),
    err: sinkOf(process.stderr),
    stdin: process.stdin,
    env: process.env,
    now: Date.now,
    sleep: (ms) => new Promise((resolve) => { setTimeout(resolve, ms); }),
    underway: {},
  };
}

/** Streams whose reader stopped reading. A stream is watched once, however many worlds write to it. */
const readers = new WeakMap<NodeJS.WriteStream, { yes: boolean }>();

/** A reader who stopped reading, such as `head`, is no reason to fail: the command's exit code says how it went. */
function sinkOf(stream: NodeJS.WriteStream): Sink {
  const isClosed = readers.get(stream) ?? watched(stream);
  return { write: (text) => void (!isClosed.yes && stream.write(text)), isTTY: stream.isTTY === true };
}

function watched(stream: NodeJS.WriteStream): { yes: boolean } {
  const isClosed = { yes: false };
  readers.set(stream, isClosed);
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') {
      throw error;
    }
    isClosed.yes = true;
  });
  return isClosed;
}
