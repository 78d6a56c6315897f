import { createInterface } from 'node:readline/promises';
import { ApiClient } from './api-client';
import { AwsAccess } from './aws-access';
import { usage } from './failure';
import { known } from './known';
import { printable } from './printable';
import { Progress, withProgress } from './progress';
import { Service } from './service';
import { FoundAddress } from './service-address';
import { SignedHttp } from './signed-http';
import { Terminal } from './terminal';
import { World } from './world';

/** What every verb takes that talks to AWS. */
export interface CallerOptions {
  readonly region?: string;
  readonly profile?: string;
  readonly json?: boolean;
  readonly debug?: boolean;
}

/** One run of a verb: who asks, and where the answer goes. */
export class AwsSession<Options extends CallerOptions = CallerOptions> {
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

  /** A client of a service, with the credentials of the caller. */
  protected async connect(service: Service, find: () => Promise<FoundAddress>): Promise<ApiClient> {
    const { url, region } = await withProgress(this.world, `looking for ${service.the}`, find);
    const credentials = await withProgress(this.world, 'loading AWS credentials', () => this.aws.credentials());
    this.debug(`credentials with access key …${credentials.accessKeyId.slice(-4)}`);
    const http = new SignedHttp(url, region, () => this.aws.credentials());
    return new ApiClient(this.world, service, http, url, (line) => this.debug(line));
  }
}
