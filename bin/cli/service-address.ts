import * as z from 'zod';
import { AwsAccess } from './aws-access';
import { ExitCode } from './exit-code';
import { Failure, usage } from './failure';
import { Service } from './service';

/** What the command line says about where a service is. */
export interface Whereabouts {
  readonly url?: string;
  readonly stack?: string;
  readonly parameter?: string;
}

/** The parameter that holds the address when nothing is said, and what else could be wrong if there is none. */
export interface UsualPlace {
  readonly parameter: string;
  /** Continues `is that the Region of … (--region)`. */
  readonly hint: string;
}

/** Where a service is. */
export interface FoundAddress {
  readonly url: string;
  readonly region: string;
  /** How it was found, for messages. */
  readonly foundBy: string;
  /** The whole address, where it was written down; nothing with `--url`. */
  readonly written?: Readonly<Record<string, unknown>>;
}

const Region = z.string().regex(/^[a-z]{2}(-[a-z0-9]+){1,3}-[0-9]{1,2}$/);
/** As each of our constructs writes it down; some say more. */
const Address = z.looseObject({ url: z.string(), region: Region });

/** Finds a service by the first of these that is said: `--url`, `--stack`, `--parameter`; otherwise by the usual parameter. */
export async function findAddress(
  aws: AwsAccess, { url, stack, parameter }: Whereabouts, service: Service, usual: UsualPlace,
): Promise<FoundAddress> {
  if (url !== undefined) {
    return { url: checkedUrl(url, '--url'), region: await regionOf(aws, url), foundBy: '--url' };
  }
  return stack === undefined
    ? fromParameter(aws, parameter ?? usual.parameter, service, usual.hint) : fromStack(aws, stack, service);
}

async function fromParameter(aws: AwsAccess, name: string, service: Service, hint: string): Promise<FoundAddress> {
  const value = await aws.parameter(name);
  if (value === undefined) {
    throw notFound(service, `there is no SSM parameter ${name} in ${await aws.region()}; is that the Region of ${service.the} (--region)${hint}?`);
  }
  return addressIn(value, `the SSM parameter ${name}`, service);
}

async function fromStack(aws: AwsAccess, stack: string, service: Service): Promise<FoundAddress> {
  const outputs = await aws.outputs(stack);
  if (outputs === undefined) {
    throw notFound(service, `there is no stack ${stack} in ${await aws.region()}; is that the Region of ${service.the} (--region)?`);
  }
  // CDK puts a construct's path before a key, and eight hex digits after it
  const fitting = [...outputs].filter(([key]) => new RegExp(`${service.output}([0-9A-F]{8})?$`).test(key));
  if (fitting.length === 0) {
    throw notFound(service, `the stack ${stack} has no output ${service.output}; name the stack that ${service.the} is in`);
  }
  if (fitting.length > 1) {
    const keys = fitting.map(([key]) => key).sort().join(', ');
    throw usage(`the stack ${stack} has several of them: ${keys}; name the SSM parameter of one (--parameter)`);
  }
  const [[key, value]] = fitting;
  return addressIn(value, `the output ${key} of the stack ${stack}`, service);
}

function addressIn(value: string, foundBy: string, { a, the }: Service): FoundAddress {
  const read = Address.safeParse(parsed(value));
  if (!read.success) {
    const [issue] = read.error.issues;
    throw notAnAddress(foundBy, a, the, [issue.path.join('.'), issue.message]);
  }
  const { url, region } = read.data;
  return { url: checkedUrl(url, foundBy), region, foundBy, written: read.data };
}

/** What was written down is no address of such a service. */
export function notAnAddress(foundBy: string, a: string, the: string, why: readonly string[]): Failure {
  return new Failure(ExitCode.NOT_FOUND, 'NOT_AN_ADDRESS',
    `${foundBy} does not hold the address of ${a}: ${why.filter(Boolean).join(': ')}; deploy ${the}'s stack again`);
}

function parsed(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/** An origin, and at most a stage. Without TLS only on this machine, where tests are. */
function checkedUrl(text: string, from: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const local = url?.protocol === 'http:' && ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname);
  if (url === undefined || !(url.protocol === 'https:' || local)) {
    throw usage(`${from} must be a URL with https: got ${text.slice(0, 100)}`);
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw usage(`${from} must be a URL without user, query and fragment`);
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}

/** A signature is for one Region: that of the host's name if it has one. */
async function regionOf(aws: AwsAccess, url: string): Promise<string> {
  const [, named] = /\.execute-api\.([a-z0-9-]+)\.amazonaws\.com(\.cn)?(?=[:/]|$)/.exec(url) ?? [];
  return aws.given.region ?? named ?? await aws.region();
}

function notFound({ missing }: Service, message: string): Failure {
  return new Failure(ExitCode.NOT_FOUND, missing, message);
}
