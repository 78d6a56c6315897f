import { Token, Tokenization } from 'aws-cdk-lib';
import { Checks } from '../core/checks';
import { shown } from '../core/invalid-props';
import { complain, Complaint, imageUri, modelId, Rule, saysLatest } from '../core/name-rules';
import { checkName } from '../core/names';

/** The prefix of training output that nobody registered. No model can have this name. */
export const TRIALS = 'trials';

/** Where an image lies, as far as its address says. */
export interface ImageAddress {
  readonly account: string;
  readonly region: string;
  readonly repository: string;
}

const TOKEN = String.raw`\$\{Token\[[^\]]*\]\}`;
const SHA256 = /^[0-9a-f]{64}$/;
// S3's safe characters and a few that partitioned paths need; `*`, `?` and `$` would widen the policy that names the key
const KEY = /^[A-Za-z0-9!_.()=@:+,/-]*$/;
const IMAGE = new RegExp(String.raw`^(?<account>\d{12}|${TOKEN})\.dkr\.ecr(?:-fips)?\.(?<region>[a-z0-9-]+|${TOKEN})`
  + String.raw`\.(?:[a-z0-9.-]+|${TOKEN})/(?<repository>[a-z0-9][a-z0-9._/-]*|${TOKEN})(?::[\w.-]+)?`
  + String.raw`@(?:sha256:(?:[0-9a-f]{64}|${TOKEN})|${TOKEN})$`);
/** How somebody who holds a tag finds the digest. */
const FIND_DIGEST = 'read it with `aws ecr describe-images --repository-name <name> --image-ids imageTag=<tag> '
  + "--query 'imageDetails[0].imageDigest'`";

/** A model that an artifact may belong to. */
export function checkModel(checks: Checks, model: string): void {
  if (typeof model !== 'string') { // a token of a number or a list as well: a key is made of it
    checks.report('ModelId', complain('model', modelId(model)!, shown(model)));
    return;
  }
  checkName(checks, 'modelId', 'model', model);
  checks.that('ModelIsNotTrials', { model }, (known) => known.model !== TRIALS ? undefined
    : `\`model\` must not be '${TRIALS}', under which training output expires: got '${TRIALS}'; choose another name`);
}

/** The hash of an artifact. */
export function checkSha256(checks: Checks, sha256: string): void {
  checkPieces(checks, 'ArtifactSha256', 'sha256', sha256, sha256Rule, /^[0-9a-f]*$/);
}

/** The key of an artifact that lies elsewhere. */
export function checkKey(checks: Checks, key: string): void {
  checkPieces(checks, 'ArtifactKey', 'key', key, keyRule, KEY);
}

/** The prefix under which all versions of an artifact lie. */
export function checkVersions(checks: Checks, key: string, versions: string): void {
  checkPieces(checks, 'ArtifactVersions', 'versions', versions, versionsRule, KEY);
  checks.that('ArtifactBelowVersions', { key, versions }, (known) => {
    const judged = versionsRule(known.versions) === undefined && keyRule(known.key) === undefined;
    return judged && !known.key.startsWith(known.versions)
      ? complain('versions', 'must be a prefix of `key`, which is one of the versions', shown(known.versions)) : undefined;
  });
}

/** The digest of an image. */
export function checkDigest(checks: Checks, digest: string): void {
  checkPieces(checks, 'ImageDigest', 'digest', digest, digestRule, /^[sha0-9a-f:]*$/);
}

/** The address of an image, with its digest. */
export function checkImageUri(checks: Checks, uri: string): void {
  if (typeof uri === 'string' && Token.isUnresolved(uri)) {
    checkName(checks, 'imageUri', 'uri', uri);
  } else {
    const complaint = imageUri(uri);
    checks.report('ImageUri', complaint === undefined ? undefined : complain('uri', `${complaint}; ${FIND_DIGEST}`, shown(uri)));
  }
  checks.that('ImageInEcr', { uri }, (known) => imageUri(known.uri) !== undefined || addressOf(known.uri) !== undefined ? undefined
    : complain('uri', 'must be an image in Amazon ECR, <account>.dkr.ecr.<region>.<suffix>/<repository>@sha256:<digest>; SageMaker pulls '
      + 'from nowhere else, so copy the image to a repository of yours', shown(known.uri)));
}

/** The parts of an image's address, tokens included; nothing if the address as a whole is a token. */
export function addressOf(uri: string): ImageAddress | undefined {
  return IMAGE.exec(uri)?.groups as unknown as ImageAddress | undefined;
}

/** Judges a value when it is known, and its literal part now: no token can mend a character that may stand nowhere. */
function checkPieces(checks: Checks, code: string, prop: string, value: string, rule: Rule, alphabet: RegExp): void {
  const judge = (known: unknown) => {
    const complaint = rule(known);
    return complaint === undefined ? undefined : complain(prop, complaint, shown(known));
  };
  if (typeof value !== 'string') { // a token of a number or a list as well: an address is made of it
    checks.report(code, judge(value));
    return;
  }
  const literal = Token.isUnresolved(value) ? literalPart(value) : '';
  if (literal === undefined) {
    checks.report('UnknownToken', complain(prop, 'looks like a token that this app never made; write the text itself', shown(value)));
  } else if (alphabet.test(literal)) {
    checks.that(code, { value }, (known) => judge(known.value));
  } else {
    checks.report(code, judge(literal));
  }
}

/** A text without its tokens. Nothing if one of them only looks like a token: CDK would stumble over it at the end of synth. */
function literalPart(text: string): string | undefined {
  try {
    const fragments = Tokenization.reverseString(text).mapTokens({ mapToken: () => '' });
    return String(fragments.join({ join: (left: unknown, right: unknown) => `${String(left)}${String(right)}` }));
  } catch {
    return undefined;
  }
}

function sha256Rule(value: unknown): Complaint {
  if (typeof value === 'string' && SHA256.test(value)) {
    return undefined;
  }
  const hint = isHex(value, 64) ? 'write the letters in lower case, so that one artifact has one key' : '`sha256sum model.tar.gz` prints it';
  return `must be the SHA-256 of model.tar.gz, 64 lower-case hex digits; ${hint}`;
}

function digestRule(value: unknown): Complaint {
  const [prefix, hex, ...others] = typeof value === 'string' && value.length <= 255 ? value.split(':') : [];
  if (prefix === 'sha256' && hex !== undefined && SHA256.test(hex) && others.length === 0) {
    return undefined;
  }
  return `must be 'sha256:' and 64 lower-case hex digits; ${digestHint(value, prefix, hex)}`;
}

function digestHint(value: unknown, prefix?: string, hex?: string): string {
  if (isHex(value, 64)) {
    return "put 'sha256:' in front";
  }
  return prefix?.toLowerCase() === 'sha256' && isHex(hex, 64)
    ? 'write the letters in lower case' : `a tag can point to another image tomorrow, so take the digest; ${FIND_DIGEST}`;
}

function isHex(value: unknown, length: number): boolean {
  return typeof value === 'string' && value.length === length && /^[0-9a-f]*$/i.test(value);
}

function versionsRule(value: unknown): Complaint {
  const folders = typeof value === 'string' && value.length <= 1024 && KEY.test(value) ? value.split('/') : [];
  return folders.length >= 2 && folders.pop() === '' && folders.every((folder) => !['', '.', '..'].includes(folder)) ? undefined
    : 'must be the prefix of every version of the model, as in `churn/`: the letters of a key, no empty folder, `/` at the end';
}

function keyRule(value: unknown): Complaint {
  if (typeof value !== 'string' || value.length > 1024 || !KEY.test(value)) {
    return 'must be at most 1024 letters, digits and ! _ . ( ) = @ : + , / -, which no policy takes for a pattern';
  }
  if (value.split('/').some((segment) => ['', '.', '..'].includes(segment))) {
    return 'must have no empty segment and no . or .. segment, not even at an end';
  }
  if (!value.endsWith('.tar.gz')) {
    return 'must end in .tar.gz, the one form that ModelDataUrl takes';
  }
  return saysLatest(value) ? 'must not say `latest`, which names whatever came last; copy the file to a key that stays' : undefined;
}
