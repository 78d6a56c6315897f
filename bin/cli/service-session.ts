import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { checkedUrl } from './checked-url';
import { CommandSession } from './command-session';
import { usage } from './failure';
import { AddressKind, addressInParameter, addressInStack } from './find-address';
import { known } from './known';
import { withProgress } from './progress';
import { Region, regionOf } from './registry-address';
import { Service } from './service';
import { Question, ServiceClient } from './service-client';
import { connect } from './service-connection';
import { ServiceOptions, ServiceWritingOptions } from './service-options';
import { World } from './world';

/** Where a service is when nothing is said, and how it is looked for. */
export interface ServicePlace {
  readonly service: Service;
  readonly parameter: string;
  readonly output: string;
  /** What else may be wrong when there is no such parameter. */
  readonly alsoCheck: string;
}

/** What came of a change. */
export interface Written<T> {
  readonly answer: T;
  readonly requestKey: string;
}

/** A `DeskAddress`, as somebody wrote it down. */
const Address = z.looseObject({ url: z.string(), region: Region });

/** One run of a verb that asks a release desk or an emergency stop. */
export class ServiceSession<Options extends ServiceOptions = ServiceOptions> extends CommandSession<Options> {
  private client?: ServiceClient;

  constructor(world: World, options: Options, private readonly place: ServicePlace) {
    super(world, options);
  }

  /** A question that changes nothing. */
  public async read<T>(
    verb: Question['verb'], schema: z.ZodType<T>, params: Question['params'] = {}, query?: Question['query'],
  ): Promise<T> {
    const client = await this.connected();
    const { value } = await withProgress(this.world, `waiting for the ${this.place.service.noun} (${verb})`,
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
    const { value: answer, replayed } = await withProgress(this.world, `waiting for the ${this.place.service.noun} (${verb})`,
      () => client.ask(asked, schema));
    if (replayed) {
      this.terminal.note('this was done before, with the same request key; the answer is the one of then');
    }
    return { answer, requestKey };
  }

  private async connected(): Promise<ServiceClient> {
    this.client ??= await connect(this, this.place.service, () => this.find());
    return this.client;
  }

  private async find(): Promise<{ url: string; region: string }> {
    const { url, stack, parameter } = this.options;
    const { service: { noun, missing: code }, output, alsoCheck } = this.place;
    if ([url, stack, parameter].filter((way) => way !== undefined).length > 1) {
      throw usage(`--url, --stack and --parameter each name the ${noun}; give one of them`);
    }
    if (url !== undefined) {
      return { url: checkedUrl(url, '--url'), region: await regionOf(this.aws, url) };
    }
    const kind: AddressKind<z.output<typeof Address>> = { noun, code, output, schema: Address, alsoCheck };
    const { address, foundBy } = stack === undefined
      ? await addressInParameter(this.aws, parameter ?? this.place.parameter, kind) : await addressInStack(this.aws, stack, kind);
    return { url: checkedUrl(address.url, foundBy), region: address.region };
  }
}
