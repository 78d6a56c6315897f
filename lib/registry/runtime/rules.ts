import * as z from 'zod';
import { complain, Complaint, imageUri, Rule, s3Uri, saysLatest, shown } from '../../core/name-rules';

/** What the registry takes, in the sentences of name-rules.ts: the rule and, after a semicolon, the way out. */

const LARGEST_LATENCY_MS = 1e9;
const SMALLEST_SHARE = 1e-12; // DynamoDB holds no number arbitrarily close to zero
const IMAGE = new RegExp(String.raw`^(?<registryId>\d{12})\.dkr\.ecr(?:-fips)?\.(?<region>[a-z0-9-]+)\.amazonaws\.com(?:\.cn)?`
  + String.raw`/(?<repositoryName>[a-z0-9][a-z0-9._/-]*)@(?<digest>sha256:[0-9a-f]{64})$`);

/** An image in ECR. */
export interface ImageName {
  readonly registryId: string;
  readonly region: string;
  readonly repositoryName: string;
  readonly digest: string;
}

export function imageNameOf(uri: string): ImageName | undefined {
  return IMAGE.exec(uri)?.groups as unknown as ImageName | undefined;
}

/** One spelling for one image, so that what was approved can be compared letter by letter. */
export function imageIn(region: string): Rule {
  return (value) => {
    const general = imageUri(value);
    if (general !== undefined) {
      return general;
    }
    const image = imageNameOf(value as string);
    if (image === undefined) {
      return 'must be an image in Amazon ECR, without a tag before the digest; write <account>.dkr.ecr.<region>.amazonaws.com/<repository>@sha256:<digest>';
    }
    return image.region === region ? undefined : `must lie in ${region}, where SageMaker of this registry pulls from; copy it there`;
  };
}

/** An artifact below its model's prefix, at a key that says its hash and is written once. */
export function artifactOf(bucket: string, model: string): Rule {
  return (value) => {
    const general = s3Uri(value);
    if (general !== undefined) {
      return general;
    }
    const uri = value as string;
    if (!new RegExp(`^s3://${literal(bucket)}/${literal(model)}/[0-9a-f]{64}/[A-Za-z0-9!_.()=@:+,/-]+\\.tar\\.gz$`).test(uri)) {
      return `must be s3://${bucket}/${model}/<sha256>/….tar.gz, which is written once; upload it there`;
    }
    return saysLatest(uri) ? 'must not say `latest`, which names whatever came last; copy the file to a key that stays' : undefined;
  };
}

/** The hash that the key of an artifact says: `s3://<bucket>/<model>/<sha256>/…`. */
export function sha256InKey(artifact: string): string {
  return artifact.split('/')[4];
}

/** A place for training data; anywhere if no prefix is approved. */
export function datasetBelow(prefixes: readonly string[]): Rule {
  const approved = (value: unknown) => prefixes.length === 0 || prefixes.some((prefix) => s3Uri(value, prefix) === undefined);
  return (value) => s3Uri(value) ?? (approved(value) ? undefined
    : `must lie below an approved prefix: ${prefixes.join(', ')}; copy the data there or have its prefix approved`);
}

export function tenant(value: unknown): Complaint {
  return matching(value, /^[a-z0-9][a-z0-9-]{0,30}[a-z0-9]$/,
    'must be 2 to 32 characters of a-z, 0-9 and -, the first and the last a letter or a digit');
}

export function sha256(value: unknown): Complaint {
  return matching(value, /^[0-9a-f]{64}$/, 'must be a SHA-256, 64 lower-case hex digits; `sha256sum` prints it');
}

export function commit(value: unknown): Complaint {
  return matching(value, /^[0-9a-f]{40}$/, 'must be a commit, 40 lower-case hex digits; `git rev-parse HEAD` prints it');
}

export function requestKey(value: unknown): Complaint {
  return matching(value, /^[A-Za-z0-9_-]{1,128}$/, 'must be 1 to 128 of A-Z, a-z, 0-9, - and _; a new UUID for each new request will do');
}

export function changeTicket(value: unknown): Complaint {
  return matching(value, /^[A-Za-z0-9][A-Za-z0-9_.#/-]{0,63}$/, 'must be 1 to 64 letters, digits and _ . # / -, the first a letter or a digit');
}

/** The name of a release, a training job and the like. */
export function name(value: unknown): Complaint {
  return matching(value, /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/,
    'must be 1 to 63 letters, digits and -, the first and the last a letter or a digit')
    ?? (saysLatest(value as string) ? 'must not say `latest`, which names whatever came last' : undefined);
}

export function share(value: unknown): Complaint {
  return typeof value === 'number' && (value === 0 || (value >= SMALLEST_SHARE && value <= 1)) ? undefined
    : 'must be a number from 0 to 1';
}

export function latencyMs(value: unknown): Complaint {
  return typeof value === 'number' && value >= SMALLEST_SHARE && value <= LARGEST_LATENCY_MS ? undefined
    : `must be milliseconds, a number above 0 and at most ${LARGEST_LATENCY_MS}`;
}

export function rev(value: unknown): Complaint {
  return Number.isSafeInteger(value) && (value as number) >= 0 ? undefined : 'must be a whole number from 0: the `rev` of an earlier answer';
}

/** The text of a whole number, as it stands in a path or a query. */
export function numeral(value: unknown): Complaint {
  return typeof value === 'string' && value.length <= 256 && saysLatest(value)
    ? 'must not say `latest`, which names whatever came last; name a revision'
    : matching(value, /^[1-9][0-9]{0,9}$/, 'must be a whole number from 1, in digits without leading zeros');
}

/** A schema over a rule: takes the value as it is or says the rule's sentence. */
export function ruled<T>(rule: Rule) {
  return z.custom<T>((value) => rule(value) === undefined, { error: ({ input }) => rule(input) });
}

/** An object with these fields and no others. */
export function strict<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.strictObject(shape, {
    error: ({ code }) => code === 'unrecognized_keys'
      ? `must have no fields but ${Object.keys(shape).join(', ')}` : 'must be an object; leave it out if there is nothing to say',
  });
}

/** Every problem of a value, one line each: the field, the rule, what was got, the way out. */
export function problemsOf({ issues }: z.ZodError, value: unknown, whole: string): string[] {
  return issues.map((issue) => {
    const place = issue.path.reduce<string>((path, part) => typeof part === 'number' ? `${path}[${part}]`
      : path === '' ? String(part) : `${path}.${String(part)}`, '');
    const got = issue.code === 'unrecognized_keys' ? someOf(issue.keys) : shown(valueAt(value, issue.path));
    return complain(place === '' ? whole : place, issue.message, got);
  });
}

const MOST_SHOWN = 5;

function someOf(keys: readonly string[]): string {
  return `${keys.slice(0, MOST_SHOWN).map(shown).join(', ')}${keys.length > MOST_SHOWN ? ` and ${keys.length - MOST_SHOWN} more` : ''}`;
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce((inner, part) => typeof inner === 'object' && inner !== null && Object.hasOwn(inner, part)
    ? (inner as Record<PropertyKey, unknown>)[part] : undefined, value);
}

function matching(value: unknown, pattern: RegExp, sentence: string): Complaint {
  return typeof value === 'string' && value.length <= 256 && pattern.test(value) ? undefined : sentence;
}

function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
