import { createInterface } from 'node:readline/promises';
import { AwsAccess } from './aws-access';
import { usage } from './failure';
import { known } from './known';
import { printable } from './printable';
import { Progress, withProgress } from './progress';
import { Terminal } from './terminal';
import { World } from './world';

/** What the command line of every verb says. */
export interface SharedOptions {
  readonly region?: string;
  readonly profile?: string;
  readonly json?: boolean;
  readonly debug?: boolean;
}

/** One run of a verb: who asks, and where the answer goes. */
export class CommandSession<Options extends SharedOptions> {
  public readonly terminal: Terminal;
  public readonly aws: AwsAccess;

  constructor(public readonly world: World, public readonly options: Options) {
    this.terminal = new Terminal(world);
    const { region, profile } = options;
    this.aws = new AwsAccess(
      known({ region, profile }),
      (serial) => this.question(`MFA code of ${serial}: `, 'an MFA code is needed, and nobody can be asked for it; log in first'),
    );
  }

  /** JSON for programs, or whatever the second argument prints for people. */
  public show(answer: unknown, forPeople: () => void): void {
    if (this.options.json === true) {
      this.terminal.json(answer);
    } else {
      forPeople();
    }
  }

  /** Asks whoever sits there. */
  public async question(text: string, nobody: string): Promise<string> {
    const { stdin, err } = this.world;
    if (stdin.isTTY !== true) {
      throw usage(nobody);
    }
    err.write(printable(text));
    const lines = createInterface({ input: stdin });
    try {
      for await (const line of lines) {
        return line;
      }
      err.write('\n'); // nobody pressed Enter
      return '';
    } finally {
      lines.close();
    }
  }

  public async progress<T>(what: string, act: (progress: Progress) => Promise<T>): Promise<T> {
    return withProgress(this.world, what, act);
  }

  public debug(line: string): void {
    if (this.options.debug === true) {
      this.terminal.note(`debug: ${line}`);
    }
  }
}
