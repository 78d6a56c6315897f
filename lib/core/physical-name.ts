import { createHash } from 'node:crypto';

const LONGEST_SLUG = 52;
const HASH_DIGITS = 10;

/**
 * The name under which AWS knows an id: at most 63 of a-z, 0-9 and inner -, so legal for models, endpoints, package groups
 * and pipelines alike.
 *
 * The hash is always there. Without it `a_b` and `a-b` would meet, and if only awkward ids had one, a plain id could be
 * chosen to look like somebody's derived name. Ten digits make an accident unlikely, not impossible: the registry stores
 * the pair and refuses a second id with the same name. The id must have passed its rule, and cannot be a token. A shorter slug
 * leaves room for what a caller appends.
 */
export function physicalName(id: string, longestSlug = LONGEST_SLUG): string {
  const slug = id.replaceAll('_', '-').slice(0, longestSlug).replace(/-+$/, '');
  return `${slug}-${createHash('sha256').update(id).digest('hex').slice(0, HASH_DIGITS)}`;
}
