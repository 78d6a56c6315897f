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

/** A reader who stopped reading, such as `head`, is no reason to fail: the command's exit code says how it went. */
function sinkOf(stream: NodeJS.WriteStream): Sink {
  let open = true;
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') {
      throw error;
    }
    open = false;
  });
  return { write: (text) => void (open && stream.write(text)), isTTY: stream.isTTY === true };
}
