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
  readonly unwritten: { reason?: string };
}

/** The world of a process. */
export function processWorld(): World {
  const unwritten: World['unwritten'] = {};
  return {
    out: sinkOf(process.stdout, (reason) => { unwritten.reason = reason; }),
    err: sinkOf(process.stderr, () => undefined), // and there is nobody left to tell
    unwritten,
    stdin: process.stdin,
    env: process.env,
    now: Date.now,
    sleep: (ms) => new Promise((resolve) => { setTimeout(resolve, ms); }),
    underway: {},
  };
}

/** A reader who stopped reading, such as `head`, is no reason to fail: the command's exit code says how it went. */
function sinkOf(stream: NodeJS.WriteStream, lost: (reason: string) => void): Sink {
  let open = true;
  stream.on('error', ({ code, message }: NodeJS.ErrnoException) => {
    open = false;
    if (code !== 'EPIPE') {
      lost(message);
    }
  });
  return {
    isTTY: stream.isTTY === true,
    get columns() { return stream.isTTY ? stream.columns : undefined; },
    write: (text) => void (open && stream.write(text)),
  };
}
