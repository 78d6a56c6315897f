import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline/promises';
import * as z from 'zod';
import { TransitionAnswer } from './answers';
import { AwsAccess } from './aws-access';
import { usage } from './failure';
import { known } from './known';
import { CommonOptions, WritingOptions } from './options';
import { printable } from './printable';
import { Progress, withProgress } from './progress';
import { findRegistry, FoundRegistry } from './registry-address';
import { Question, RegistryClient } from './registry-client';
import { SignedHttp } from './signed-http';
import { Terminal } from './terminal';
import { World } from './world';

/** One run of a verb: who asks which registry, and where the answer goes. */
export class Session<Options extends CommonOptions = CommonOptions> {
  public readonly terminal: Terminal;
  public readonly aws: AwsAccess;
  private found?: Promise<FoundRegistry>;
  private client?: RegistryClient;

  constructor(public readonly world: World, public readonly options: Options) {
    this.terminal = new Terminal(world);
    const { region, profile } = options;
    this.aws = new AwsAccess(
      known({ region, profile }),
      (serial) => this.question(`MFA code of ${serial}: `, 'an MFA code is needed, and nobody can be asked for it; log in first'),
    );
  }

  /** Where the registry is; looked up once. */
  public async registry(): Promise<FoundRegistry> {
    this.found ??= findRegistry(this.aws, this.options).then((found) => {
      this.debug(`registry ${found.url} in ${found.region}, by ${found.foundBy}`);
      return found;
    });
    return this.found;
  }

  /** A bucket of the registry, from its address or the command line. */
  public async bucket(which: 'artifactBucket' | 'auditBucket', wayOut: string): Promise<string> {
    const { [which]: bucket, foundBy } = await this.registry();
    if (bucket === undefined) {
      throw usage(`the registry was named by ${foundBy}, which does not say what its bucket is; ${wayOut}`);
    }
    return bucket;
  }

  /** A question that changes nothing. */
  public async read<T>(
    verb: Question['verb'], schema: z.ZodType<T>, params: Question['params'] = {}, query?: Question['query'],
  ): Promise<T> {
    const client = await this.registryClient();
    const { tenant } = this.options;
    const { value } = await withProgress(this.world, `waiting for the registry (${verb})`,
      () => client.ask({ verb, params: { tenant, ...params }, query }, schema));
    return value;
  }

  /** A change, which happens once however often it is asked for with one key. Prints what came of it. */
  public async write(
    this: Session<WritingOptions>, verb: Question['verb'], params: Question['params'], body: object,
    sentence: (answer: TransitionAnswer) => string,
  ): Promise<void> {
    const { tenant, changeTicket, expectedRev, requestKey = randomUUID() } = this.options;
    const client = await this.registryClient();
    const { value: answer, replayed } = await withProgress(this.world, `waiting for the registry (${verb})`, () => client.ask({
      verb,
      params: { tenant, ...params },
      body: { ...body, ...known({ changeTicket, expectedRev }) },
      requestKey,
    }, TransitionAnswer));
    if (replayed) {
      this.terminal.note('this was done before, with the same request key; the answer is the one of then');
    }
    this.show({ ...answer, requestKey }, () => {
      this.terminal.say(sentence(answer));
      this.terminal.say(`${answer.model} is at rev ${answer.rev}; audit record ${answer.auditSequence}`);
    });
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

  private async registryClient(): Promise<RegistryClient> {
    if (this.client === undefined) {
      const { url, region } = await withProgress(this.world, 'looking for the registry', () => this.registry());
      const credentials = await withProgress(this.world, 'loading AWS credentials', () => this.aws.credentials());
      this.debug(`credentials with access key …${credentials.accessKeyId.slice(-4)}`);
      const http = new SignedHttp(url, region, () => this.aws.credentials());
      this.client = new RegistryClient(this.world, http, url, (line) => this.debug(line));
    }
    return this.client;
  }
}

