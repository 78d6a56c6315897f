import * as z from 'zod';
import { AwsAccess } from './aws-access';
import { ExitCode } from './exit-code';
import { Failure, usage } from './failure';
import { known } from './known';
import { ADDRESS_OUTPUT, ADDRESS_PARAMETER_PREFIX } from '../../lib/registry/runtime/contract';

/** What the command line says about where the registry is. */
export interface Whereabouts {
  readonly url?: string;
  readonly stack?: string;
  readonly parameter?: string;
  readonly environment?: string;
  readonly artifactBucket?: string;
  readonly auditBucket?: string;
}

/** Where a registry is; the buckets are not known of one that was named by its URL alone. */
export interface FoundRegistry {
  readonly url: string;
  readonly region: string;
  readonly artifactBucket?: string;
  readonly auditBucket?: string;
  /** How it was found, for messages. */
  readonly foundBy: string;
}

export const DEFAULT_ENVIRONMENT = 'production';

const Bucket = z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/);
const Region = z.string().regex(/^[a-z]{2}(-[a-z0-9]+){1,3}-[0-9]{1,2}$/);
/** `RegistryAddress`, as somebody wrote it down. */
const Address = z.looseObject({ url: z.string(), region: Region, artifactBucket: Bucket, auditBucket: Bucket });

/**
 * Finds the registry. The first of these that the command line has: `--url`, `--stack`, `--parameter`, and without any of
 * them the SSM parameter of the environment.
 */
export async function findRegistry(aws: AwsAccess, asked: Whereabouts): Promise<FoundRegistry> {
  const ways = [asked.url, asked.stack, asked.parameter ?? asked.environment].filter((way) => way !== undefined);
  if (ways.length > 1 || (asked.parameter !== undefined && asked.environment !== undefined)) {
    throw usage('--url, --stack, --parameter and --environment each name the registry; give one of them');
  }
  const { artifactBucket, auditBucket } = asked;
  const said = known({ artifactBucket, auditBucket });
  if (asked.url !== undefined) {
    return { url: checkedUrl(asked.url, '--url'), region: await regionOf(aws, asked.url), foundBy: '--url', ...said };
  }
  const found = asked.stack === undefined
    ? await fromParameter(aws, asked.parameter ?? `${ADDRESS_PARAMETER_PREFIX}${asked.environment ?? DEFAULT_ENVIRONMENT}`)
    : await fromStack(aws, asked.stack);
  return { ...found, ...said };
}

async function fromParameter(aws: AwsAccess, name: string): Promise<FoundRegistry> {
  const foundBy = `the SSM parameter ${name}`;
  const value = await aws.parameter(name);
  if (value === undefined) {
    throw notFound(`there is no SSM parameter ${name} in ${await aws.region()}; is that the Region of the registry (--region), and the environment (--environment)?`);
  }
  return addressIn(value, foundBy);
}

async function fromStack(aws: AwsAccess, stack: string): Promise<FoundRegistry> {
  const outputs = await aws.outputs(stack);
  if (outputs === undefined) {
    throw notFound(`there is no stack ${stack} in ${await aws.region()}; is that the Region of the registry (--region)?`);
  }
  // CDK puts a construct's path before a key, and eight hex digits after it
  const fitting = [...outputs].filter(([key]) => new RegExp(`${ADDRESS_OUTPUT}([0-9A-F]{8})?$`).test(key));
  if (fitting.length === 0) {
    throw notFound(`the stack ${stack} has no output ${ADDRESS_OUTPUT}; name the stack that the registry is in`);
  }
  if (fitting.length > 1) {
    const keys = fitting.map(([key]) => key).sort().join(', ');
    throw usage(`the stack ${stack} has several registries: ${keys}; name the SSM parameter of one (--parameter)`);
  }
  const [[key, value]] = fitting;
  return addressIn(value, `the output ${key} of the stack ${stack}`);
}

function addressIn(value: string, foundBy: string): FoundRegistry {
  const read = Address.safeParse(parsed(value));
  if (!read.success) {
    const [issue] = read.error.issues;
    throw new Failure(ExitCode.NOT_FOUND, 'NOT_AN_ADDRESS',
      `${foundBy} does not hold the address of a registry: ${[issue.path.join('.'), issue.message].filter(Boolean).join(': ')}; deploy the registry's stack again`);
  }
  const { url, region, artifactBucket, auditBucket } = read.data;
  return { url: checkedUrl(url, foundBy), region, artifactBucket, auditBucket, foundBy };
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

function notFound(message: string): Failure {
  return new Failure(ExitCode.NOT_FOUND, 'NO_REGISTRY', message);
}
