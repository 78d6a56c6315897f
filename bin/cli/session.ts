import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { TransitionAnswer } from './answers';
import { ApiClient, Question } from './api-client';
import { AwsSession } from './aws-session';
import { usage } from './failure';
import { known } from './known';
import { CommonOptions, WritingOptions } from './options';
import { withProgress } from './progress';
import { findRegistry, FoundRegistry } from './registry-address';
import { REGISTRY } from './service';

/** One run of a verb that asks a registry. */
export class Session<Options extends CommonOptions = CommonOptions> extends AwsSession<Options> {
  private found?: Promise<FoundRegistry>;
  private client?: ApiClient;

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

  private async registryClient(): Promise<ApiClient> {
    this.client ??= await this.connect(REGISTRY, () => this.registry());
    return this.client;
  }
}
