/**
 * What a name, a version, a path or a text may be: one rule for each kind.
 *
 * A rule takes any value and answers nothing when it is fine, otherwise a sentence: the rule, and after a semicolon the
 * way out. Rules are pure, run no code of the value, never repair it, and look at the length before they look at the text.
 *
 * Handlers judge events and records by the same rules. This file is the one that they may import, so it knows no CDK, and
 * opens the files that know none either.
 */
import { Complaint, Rule } from './complaint';

export * from './complaint';
export * from './physical-name';
export * from './plan-rules';
export * from './shown';

const LONGEST_VERSION = 64;
/** The longest S3 URI; local paths have no need of more. */
const LONGEST_PATH = 1024;
const NUMBER = '(0|[1-9][0-9]{0,15})';
const VERSION = new RegExp(`^v?${NUMBER}\\.${NUMBER}\\.${NUMBER}(?:-([a-zA-Z0-9]+(?:\\.[a-zA-Z0-9]+)*))?$`);
const NO_LATEST = 'must not say `latest`, which names whatever came last; name a revision';

/** The registry's id of a model. SageMaker sees `physicalName(id)`, since it knows no `_`. */
export function modelId(value: unknown): Complaint {
  return matches(value, 64, /^[a-z0-9][a-z0-9\-_]{0,62}[a-z0-9]$/,
    'must be 2 to 64 characters of a-z, 0-9, - and _, the first and the last a letter or a digit');
}

/** A label for people; the revision decides which version is newer. */
export function versionText(value: unknown): Complaint {
  return text(value, LONGEST_VERSION, (version) => {
    const [, major, minor, patch, suffix = ''] = VERSION.exec(version) ?? [];
    if (major === undefined) {
      return 'must be three numbers without leading zeros, such as 1.2.3 or v1.2.3-rc.1, with letters, digits and single dots after the -';
    }
    if (![major, minor, patch].every((number) => Number.isSafeInteger(Number(number)))) {
      return `must have numbers up to ${Number.MAX_SAFE_INTEGER}`;
    }
    return saysLatest(suffix) ? NO_LATEST : undefined;
  });
}

/** The integer of a model version; text such as '7' is refused, because 7 and '7' never compare equal. */
export function revision(value: unknown): Complaint {
  return Number.isSafeInteger(value) && (value as number) >= 1 ? undefined : 'must be a whole number from 1, given as a number';
}

/** The name of something that points to a version, such as `production`. */
export function versionPointer(value: unknown): Complaint {
  return text(value, 64, (pointer) => saysLatest(pointer) ? NO_LATEST : modelId(pointer));
}

/** A second name for a version: the rule of a pointer. */
export const alias: Rule = versionPointer;

/** Whether a name hides `latest`. Only this question looks at a normalized copy; the value itself is never changed. */
export function saysLatest(value: string): boolean {
  return value.normalize('NFKC').trim().toLowerCase().split(/[-_.:/@+\s]/).includes('latest');
}

/** SageMaker allows upper case and a single character too; the narrower set stays unique where case is ignored. */
export function endpointName(value: unknown): Complaint {
  return matches(value, 63, /^[a-z0-9][a-z0-9\-]{0,61}[a-z0-9]$/,
    'must be 2 to 63 characters of a-z, 0-9 and -, the first and the last a letter or a digit');
}

/** A feature of a feature group. */
export function featureName(value: unknown): Complaint {
  return matches(value, 64, /^[a-z](?:[a-z0-9_]*[a-z0-9])?$/,
    'must be 1 to 64 characters of a-z, 0-9 and _, beginning with a letter and not ending in _')
    ?? (['is_deleted', 'write_time', 'api_invocation_time'].includes(value as string)
      ? 'must not be is_deleted, write_time or api_invocation_time, which the feature store adds itself' : undefined);
}

/** The name of a feature group, as SageMaker wants it. */
export function featureGroupName(value: unknown): Complaint {
  return matches(value, 64, /^[a-zA-Z0-9](?:[a-zA-Z0-9_-]*[a-zA-Z0-9])?$/,
    'must be 1 to 64 letters, digits, - and _, the first and the last a letter or a digit');
}

/** The id of a pipeline. SageMaker sees `physicalName(id)`. */
export function pipelineId(value: unknown): Complaint {
  return matches(value, 64, /^[a-z0-9][a-z0-9\-_]{0,63}$/,
    'must be 1 to 64 characters of a-z, 0-9, - and _, the first a letter or a digit');
}

/** An image whose content cannot change: pinned by digest. A tag before the digest is ignored, so it may be `latest`. */
export function imageUri(value: unknown): Complaint {
  return text(value, 255, (uri) => {
    if (/^[A-Za-z0-9][A-Za-z0-9._:/-]*@sha256:[0-9a-f]{64}$/.test(uri)) {
      return undefined;
    }
    if (/@sha256:[0-9a-fA-F]{64}$/.test(uri) && /[A-F]/.test(uri.slice(-64))) {
      return 'must give its digest in lower case; write the same digits in lower case';
    }
    return 'must be an image without white space, pinned by @sha256: and 64 hex digits; a tag can be moved, take the digest from ECR';
  });
}

/** `ml.family.size`. Whether AWS offers it is another question. */
export function instanceTypeName(value: unknown): Complaint {
  return matches(value, 64, /^ml\.[a-z][a-z0-9]*(?:-[a-z0-9]+)*\.[a-z0-9]+(?:-[a-z0-9]+)*$/,
    'must be a SageMaker instance type, written ml.family.size; try ml.m5.large');
}

/**
 * Text for people, and environment values. CloudFormation resolves `{{resolve:…}}` wherever it stands, so a description
 * could print a secret.
 */
export function freeText(value: unknown, longest = 1024): Complaint {
  return text(value, longest, (words) => {
    if (words.normalize('NFKC').replace(/\p{Default_Ignorable_Code_Point}/gu, '').toLowerCase().includes('{{resolve:')) {
      return 'must not hold {{resolve:, which CloudFormation replaces by a secret; pass the secret by its ARN';
    }
    if (/[\p{Cs}\u0000-\u0008\u000b-\u001f\u007f-\u009f]/u.test(words)) {
      return 'must hold no control characters but tab and line feed';
    }
    return /[\u202a-\u202e\u2066-\u2069]/.test(words)
      ? 'must not override the direction of writing (U+202A to U+202E, U+2066 to U+2069)' : undefined;
  });
}

/** The key of a tag, as AWS wants it. */
export function tagKey(value: unknown): Complaint {
  // AWS counts code points, of which one may take two UTF-16 units
  return matches(value, 256, /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u,
    'must be 1 to 128 letters, digits, spaces and _ . : / = + - @')
    ?? (/^aws:/i.test(value as string) ? 'must not begin with aws:, which AWS keeps for itself' : undefined);
}

/** The value of a tag, as AWS wants it. Whether it is personal data nobody here can see. */
export function tagValue(value: unknown): Complaint {
  return matches(value, 512, /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u,
    'must be at most 256 letters, digits, spaces and _ . : / = + - @');
}

/** What ties a prediction to the truth that comes later. */
export function inferenceId(value: unknown): Complaint {
  return matches(value, 64, /^[!-~][ -~]{0,63}$/, 'must be 1 to 64 printable ASCII characters, the first not a space');
}

/** The header X-Amzn-SageMaker-Custom-Attributes. */
export function customAttributes(value: unknown): Complaint {
  return matches(value, 1024, /^[ -~]*$/, 'must be printable ASCII characters without line breaks');
}

/**
 * An absolute path. It is refused rather than normalized: a path that must be rewritten to be safe is not what its author
 * meant.
 */
export function localPath(value: unknown, approvedRoot?: string): Complaint {
  return text(value, LONGEST_PATH, (path) => absolute(path) ?? below(path, approvedRoot, absolute));
}

/** A place in S3. `..` is an ordinary part of a key there, and still refused: tools on the way would resolve it. */
export function s3Uri(value: unknown, approvedRoot?: string): Complaint {
  return text(value, LONGEST_PATH, (uri) => inBucket(uri)
    ?? (/^s3:\/\/[^/]+\/./.test(uri) ? undefined : 'must name a key in the bucket; write s3://bucket/key')
    ?? below(uri, approvedRoot, inBucket));
}

/** Keys with which a record could reach the prototype of the object that it is copied into. */
const FORGED_KEYS: readonly string[] = ['__proto__', 'constructor', 'prototype'];

/** The keys of one record; records inside it are questions of their own. */
export function recordKeys(value: unknown): Complaint {
  try {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return FORGED_KEYS.some((key) => Object.hasOwn(value, key)) ? `must not have the keys ${FORGED_KEYS.join(', ')}` : undefined;
    }
  } catch {
    // a proxy that does not want to be looked at
  }
  return 'must be a plain object';
}

function absolute(path: string): Complaint {
  return path.startsWith('/') ? plainPath(path.slice(1)) : printable(path) ?? 'must begin with /; give the full path';
}

function inBucket(uri: string): Complaint {
  const [, bucket, key = ''] = /^s3:\/\/([^/]*)(?:\/(.*))?$/.exec(uri) ?? [];
  if (bucket === undefined) {
    return printable(uri) ?? 'must begin with s3:// in lower case; write s3://bucket/key';
  }
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket) || bucket.includes('..')) {
    return printable(uri) ?? 'must name a bucket of 3 to 63 characters of a-z, 0-9, - and single dots';
  }
  return key === '' ? undefined : plainPath(key);
}

function plainPath(path: string): Complaint {
  const segments = path.replace(/\/$/, '').split('/');
  if (segments.some((segment) => segment === '' || segment === '.' || segment === '..')) {
    return printable(path) ?? 'must have no empty segment and no . or .. segment; write the place itself';
  }
  return printable(path) ?? (segments.some((segment) => /^[ ~]| $/.test(segment))
    ? 'must have no segment that begins with ~ or a space or ends with a space' : undefined);
}

function printable(path: string): Complaint {
  return /^[ -~]*$/.test(path) && !/[\\%]/.test(path) ? undefined : 'must be printable ASCII without \\ and %; write it undecoded';
}

/** Both sides get a slash, otherwise /data/approvedX would lie below /data/approved. */
function below(path: string, root: string | undefined, judge: (root: string) => Complaint): Complaint {
  if (root === undefined || (judge(root) === undefined && closed(path).startsWith(closed(root)))) {
    return undefined;
  }
  return judge(root) === undefined
    ? `must lie below the approved root ${root}` : 'has no approved root to lie below; correct the root first';
}

function closed(path: string): string {
  return path.endsWith('/') ? path : `${path}/`;
}

function matches(value: unknown, longest: number, pattern: RegExp, sentence: string): Complaint {
  return text(value, longest, (candidate) => pattern.test(candidate) ? undefined : sentence);
}

function text(value: unknown, longest: number, judge: (text: string) => Complaint): Complaint {
  if (typeof value !== 'string') {
    return 'must be text, given as a plain string';
  }
  return value.length > longest ? `must have at most ${longest} characters; shorten it` : judge(value);
}
