import { Readable } from 'node:stream';

/** Where text goes. */
export interface Sink {
  /** A person looks at it. */
  readonly isTTY: boolean;
  /** How wide it is, where that is known. */
  readonly columns?: number;
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
  /** Why the result could not be written, if it could not. */
  readonly unwritten: { readonly reason?: string };
}

/** Nothing can be written to a stream any more, and why; a reader who stopped reading needs no reason. */
interface Watched {
  closed: boolean;
  reason?: string;
}

/** A stream is watched once, however many worlds write to it. */
const streams = new WeakMap<NodeJS.WriteStream, Watched>();

/** The world of a process. */
export function processWorld(): World {
  return {
    out: sinkOf(process.stdout),
    err: sinkOf(process.stderr), // when that is lost, there is nobody left to tell
    unwritten: watched(process.stdout),
    stdin: process.stdin,
    env: process.env,
    now: Date.now,
    sleep: (ms) => new Promise((resolve) => { setTimeout(resolve, ms); }),
    underway: {},
  };
}

/** A reader who stopped reading, such as `head`, is no reason to fail: the command's exit code says how it went. */
function sinkOf(stream: NodeJS.WriteStream): Sink {
  const state = watched(stream);
  return {
    isTTY: stream.isTTY === true,
    get columns() { return stream.isTTY ? stream.columns : undefined; },
    write: (text) => void (!state.closed && stream.write(text)),
  };
}

function watched(stream: NodeJS.WriteStream): Watched {
  const known = streams.get(stream);
  if (known !== undefined) {
    return known;
  }
  const state: Watched = { closed: false };
  streams.set(stream, state);
  stream.on('error', ({ code, message }: NodeJS.ErrnoException) => {
    state.closed = true;
    if (code !== 'EPIPE') {
      state.reason = message;
    }
  });
  return state;
}
