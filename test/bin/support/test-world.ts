import { Readable } from 'node:stream';
import { ExitCode } from '../../../bin/cli/exit-code';
import { World } from '../../../bin/cli/world';
import { mlp } from '../../../bin/mlp';

/** What a run left behind. */
export interface Ran {
  readonly exitCode: ExitCode;
  readonly out: string;
  readonly err: string;
}

export interface Surroundings {
  readonly stdin?: string;
  /** A person sits there. */
  readonly tty?: boolean;
  readonly now?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Instead of waiting. */
  readonly sleep?: World['sleep'];
}

/** What a slow machine makes mlp say in a log: a test must not see how slow it is. */
const WAITING = /^[^\n]* … (?:[^\n]*, )?\d+ s\n$/;

/** Runs a command line in this process, without waiting between tries. */
export async function run(args: readonly string[], { stdin = '', tty = false, now, env = {}, sleep = async () => undefined }: Surroundings = {}): Promise<Ran> {
  const said = { out: '', err: '' };
  const world: World = {
    out: { isTTY: tty, write: (text) => { said.out += text; } },
    err: { isTTY: tty, write: (text) => { said.err += WAITING.test(text) ? '' : text; } },
    stdin: Object.assign(Readable.from([stdin]), { isTTY: tty }),
    env,
    now: () => now ?? Date.now(),
    sleep,
    underway: {},
    unwritten: {},
  };
  const exitCode = await mlp(args, world);
  return { exitCode, ...said };
}

/** The rows of a table: cells, which are at least two spaces apart. */
export function cells(table: string): string[][] {
  return table.trimEnd().split('\n').map((line) => line.trim().split(/ {2,}/));
}
