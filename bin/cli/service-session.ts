import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { ApiClient, Question } from './api-client';
import { AwsSession } from './aws-session';
import { usage } from './failure';
import { known } from './known';
import { withProgress } from './progress';
import { Service } from './service';
import { findAddress } from './service-address';
import { ServiceOptions, ServiceWritingOptions } from './service-options';
import { World } from './world';

/** What came of a change. */
export interface Written<T> {
  readonly answer: T;
  readonly requestKey: string;
}

/** One run of a verb that asks a service of a fixed name: a release desk, or an emergency stop. */
export class ServiceSession<Options extends ServiceOptions = ServiceOptions> extends AwsSession<Options> {
  private client?: ApiClient;

  /** @param name The last part of the SSM parameter with its address. */
  constructor(world: World, options: Options, private readonly service: Service, private readonly name: string) {
    super(world, options);
  }

  /** A question that changes nothing. */
  public async read<T>(
    verb: Question['verb'], schema: z.ZodType<T>, params: Question['params'] = {}, query?: Question['query'],
  ): Promise<T> {
    const client = await this.connected();
    const { value } = await withProgress(this.world, `waiting for ${this.service.the} (${verb})`,
      () => client.ask({ verb, params, query }, schema));
    return value;
  }

  /** A change, which happens once however often it is asked for with one key. */
  public async write<T>(
    this: ServiceSession<ServiceWritingOptions>, verb: Question['verb'], schema: z.ZodType<T>, params: Question['params'], body: object = {},
  ): Promise<Written<T>> {
    const { changeTicket, requestKey = randomUUID() } = this.options;
    const client = await this.connected();
    const asked = { verb, params, body: { ...body, ...known({ changeTicket }) }, requestKey };
    const { value: answer, replayed } = await withProgress(this.world, `waiting for ${this.service.the} (${verb})`,
      () => client.ask(asked, schema));
    if (replayed) {
      this.terminal.note('this was done before, with the same request key; the answer is the one of then');
    }
    return { answer, requestKey };
  }

  private async connected(): Promise<ApiClient> {
    const { url, stack, parameter } = this.options;
    if ([url, stack, parameter].filter((way) => way !== undefined).length > 1) {
      throw usage(`--url, --stack and --parameter each name ${this.service.the}; give one of them`);
    }
    this.client ??= await this.connect(this.service, () => findAddress(this.aws, this.options, this.service,
      { parameter: `${this.service.parameterPrefix}${this.name}`, hint: '' }));
    return this.client;
  }
}
