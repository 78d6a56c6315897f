import * as z from 'zod';
import { AwsAccess } from './aws-access';
import { checkedUrl } from './checked-url';
import { usage } from './failure';
import { AddressKind, addressInParameter, addressInStack } from './find-address';
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
/** `eu-west-1`, and `eusc-de-east-1` of another partition. */
export const REGION = /^[a-z]{2,8}(-[a-z0-9]+){1,3}-[0-9]{1,2}$/;
export const Region = z.string().regex(REGION);
/** `RegistryAddress`, as somebody wrote it down. */
const Address = z.looseObject({ url: z.string(), region: Region, artifactBucket: Bucket, auditBucket: Bucket });

const REGISTRY: AddressKind<z.output<typeof Address>> = {
  noun: 'registry', code: 'NO_REGISTRY', output: ADDRESS_OUTPUT, schema: Address, alsoCheck: 'and the environment (--environment)',
};

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
  const { address, foundBy } = asked.stack === undefined
    ? await addressInParameter(aws, asked.parameter ?? `${ADDRESS_PARAMETER_PREFIX}${asked.environment ?? DEFAULT_ENVIRONMENT}`, REGISTRY)
    : await addressInStack(aws, asked.stack, REGISTRY);
  const { region, artifactBucket: artifacts, auditBucket: audit } = address;
  return { url: checkedUrl(address.url, foundBy), region, artifactBucket: artifacts, auditBucket: audit, foundBy, ...said };
}

/** A signature is for one Region: that of the host's name if it has one. */
export async function regionOf(aws: AwsAccess, url: string): Promise<string> {
  const [, named] = /\.execute-api\.([a-z0-9-]+)\.(?:[a-z0-9-]+\.)*amazonaws\.[a-z.]+(?=[:/]|$)/.exec(url) ?? [];
  return aws.given.region ?? named ?? await aws.region();
}
