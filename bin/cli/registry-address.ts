import * as z from 'zod';
import { AwsAccess } from './aws-access';
import { usage } from './failure';
import { known } from './known';
import { REGISTRY } from './service';
import { findAddress, FoundAddress, notAnAddress, Whereabouts } from './service-address';

/** What the command line says about where the registry is. */
export interface RegistryWhereabouts extends Whereabouts {
  readonly environment?: string;
  readonly artifactBucket?: string;
  readonly auditBucket?: string;
}

/** Where a registry is; the buckets are not known of one that was named by its URL alone. */
export interface FoundRegistry extends FoundAddress {
  readonly artifactBucket?: string;
  readonly auditBucket?: string;
}

export const DEFAULT_ENVIRONMENT = 'production';

const Bucket = z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/);
/** What a `RegistryAddress` says beside where it is. */
const Buckets = z.looseObject({ artifactBucket: Bucket, auditBucket: Bucket });

/** Finds the registry: by what is said, and otherwise by the SSM parameter of its environment. */
export async function findRegistry(aws: AwsAccess, asked: RegistryWhereabouts): Promise<FoundRegistry> {
  const { url, stack, parameter, environment } = asked;
  const ways = [url, stack, parameter ?? environment].filter((way) => way !== undefined);
  if (ways.length > 1 || (parameter !== undefined && environment !== undefined)) {
    throw usage('--url, --stack, --parameter and --environment each name the registry; give one of them');
  }
  const found = await findAddress(aws, asked, REGISTRY, {
    parameter: `${REGISTRY.parameterPrefix}${environment ?? DEFAULT_ENVIRONMENT}`, hint: ', and the environment (--environment)',
  });
  return { ...found, ...bucketsOf(found), ...known({ artifactBucket: asked.artifactBucket, auditBucket: asked.auditBucket }) };
}

function bucketsOf({ written, foundBy }: FoundAddress): Partial<z.output<typeof Buckets>> {
  if (written === undefined) {
    return {};
  }
  const read = Buckets.safeParse(written);
  if (!read.success) {
    const [{ path, message }] = read.error.issues;
    throw notAnAddress(foundBy, REGISTRY.a, REGISTRY.the, [path.join('.'), message]);
  }
  const { artifactBucket, auditBucket } = read.data;
  return { artifactBucket, auditBucket };
}
