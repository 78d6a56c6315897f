import { Token, Tokenization } from 'aws-cdk-lib';
import { Checks } from './checks';
import { InvalidProps, shown } from './invalid-props';
import * as rules from './name-rules';

/** How each kind is judged; `alphabet` is what may stand in any value of it, for text of which only pieces are known. */
const KINDS = {
  modelId: { judge: rules.modelId, longest: 64, alphabet: /^[a-z0-9\-_]*$/ },
  versionText: { judge: rules.versionText, longest: 64, alphabet: /^[a-zA-Z0-9.-]*$/ },
  versionPointer: { judge: rules.versionPointer, longest: 64, alphabet: /^[a-z0-9\-_]*$/ },
  endpointName: { judge: rules.endpointName, longest: 63, alphabet: /^[a-z0-9-]*$/ },
  featureName: { judge: rules.featureName, longest: 64, alphabet: /^[a-z0-9_]*$/ },
  featureGroupName: { judge: rules.featureGroupName, longest: 64, alphabet: /^[a-zA-Z0-9_-]*$/ },
  pipelineId: { judge: rules.pipelineId, longest: 64, alphabet: /^[a-z0-9\-_]*$/ },
  imageUri: { judge: rules.imageUri, longest: 255, alphabet: /^[A-Za-z0-9._:/@-]*$/, judgePiece: pinnedEnd },
  instanceTypeName: { judge: rules.instanceTypeName, longest: 64, alphabet: /^[a-z0-9.-]*$/ },
  tagKey: { judge: rules.tagKey, longest: 256, alphabet: /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u },
  tagValue: { judge: rules.tagValue, longest: 512, alphabet: /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u },
  inferenceId: { judge: rules.inferenceId, longest: 64, alphabet: /^[ -~]*$/ },
  customAttributes: { judge: rules.customAttributes, longest: 1024, alphabet: /^[ -~]*$/ },
} as const satisfies Record<string, TextKind>;

/** The kinds of text with a rule of their own; paths and free text have parameters, and functions of their own. */
export type NameKind = keyof typeof KINDS;

const PATH = { longest: 1024, alphabet: /^(?:(?![\\%])[ -~])*$/, judgePiece: segmentsOfPiece };
/** How a pinned image ends; `*` stands for a hex digit. */
const PINNED = '@sha256:'.padEnd(72, '*');

/**
 * Judges a name: now as far as it is literal, and at synth what its tokens resolve to. `undefined` is somebody else's
 * question.
 */
export function checkName(checks: Checks, kind: NameKind, prop: string, value: unknown): Checks {
  return checkText(checks, kind, prop, value, KINDS[kind]);
}

/** Judges a description, a display name or an environment value. */
export function checkFreeText(checks: Checks, prop: string, value: unknown, longest?: number): Checks {
  const judge = (text: unknown) => rules.freeText(text, longest);
  return checkText(checks, 'freeText', prop, value, { judge, judgePiece: judge });
}

/** Judges an absolute path, below `approvedRoot` if there is one. */
export function checkLocalPath(checks: Checks, prop: string, value: unknown, approvedRoot?: string): Checks {
  return checkPath(checks, 'localPath', rules.localPath, prop, value, approvedRoot);
}

/** Judges the place of an object or a folder in S3, below `approvedRoot` if there is one. */
export function checkS3Uri(checks: Checks, prop: string, value: unknown, approvedRoot?: string): Checks {
  return checkPath(checks, 's3Uri', rules.s3Uri, prop, value, approvedRoot);
}

/** Judges the tags of a resource; `added` is how many this library puts beside them. */
export function checkTags(checks: Checks, prop: string, tags: Readonly<Record<string, unknown>> | undefined, added = 0): Checks {
  const entries = Object.entries(tags ?? {});
  checks.report('RecordKeys', message(prop, tags === undefined ? undefined : rules.recordKeys(tags), tags));
  checks.report('TagCount', message(prop, rules.tagCount(entries.length + added), entries.length + added));
  for (const [key, value] of entries) {
    checkName(checks, 'tagKey', prop, key);
    checkName(checks, 'tagValue', `${prop}.${shown(key).slice(1, -1)}`, value);
  }
  return checks;
}

/**
 * The physical name of an id, for constructs. A token has no name that could be derived now: its text is a placeholder,
 * and a hash of that would differ from synth to synth.
 */
export function derivedName(prop: string, id: string): string {
  if (isToken(id)) {
    throw new InvalidProps('DerivedNameNeedsText', `\`${prop}\` must be literal, because names are derived from it: got a token; write the id itself`);
  }
  return rules.physicalName(id);
}

interface TextKind {
  readonly judge: rules.Rule;
  readonly longest?: number;
  readonly alphabet?: RegExp;
  /** What a piece of literal text beside a token must satisfy; `last` is the one at the end. */
  readonly judgePiece?: (piece: string, last: boolean) => rules.Complaint;
}

function checkText(checks: Checks, kind: string, prop: string, value: unknown, how: TextKind): Checks {
  const code = codeOf(kind);
  if (value === undefined) {
    return checks;
  }
  if (!isToken(value)) {
    return checks.report(code, message(prop, how.judge(value), value));
  }
  const pieces = typeof value === 'string' ? piecesOf(value) : [];
  if (pieces === undefined) {
    return checks.report('UnknownToken', message(prop, 'looks like a token that this app never made; write the text itself', value));
  }
  const broken = judgePieces(pieces, how);
  if (broken !== undefined) {
    return checks.report(code, message(prop, broken, pieces.join('…')));
  }
  return checks.that(code, { value }, ({ value: known }) =>
    known === undefined ? undefined : message(prop, how.judge(known), known));
}

function checkPath(
  checks: Checks, kind: string, rule: typeof rules.localPath, prop: string, value: unknown, root?: string,
): Checks {
  if (root === undefined || value === undefined || !isToken(root)) {
    return checkText(checks, kind, prop, value, { ...PATH, judge: (path) => rule(path, root) });
  }
  checkText(checks, kind, prop, value, { ...PATH, judge: (path) => rule(path) });
  return checks.that(codeOf(kind), { value, root }, (known) => message(prop, rule(known.value, known.root), known.value));
}

/** What is certain already: a character that no value may hold, more than the longest value, a piece that cannot be right. */
function judgePieces(pieces: readonly string[], { judge, longest, alphabet, judgePiece }: TextKind): rules.Complaint {
  const literal = pieces.join('');
  if (alphabet?.test(literal) === false) {
    return judge(literal);
  }
  if (longest !== undefined && literal.length > longest) {
    return `must have at most ${longest} characters; shorten it`;
  }
  return pieces.map((piece, index) => judgePiece?.(piece, index === pieces.length - 1))
    .find((sentence) => sentence !== undefined);
}

const HOLE = {};

/**
 * The literal pieces around the tokens of a text, in order, empty ones included. Nothing if it holds something that looks
 * like a token and is none: CDK would only stumble over it when it writes the template.
 */
function piecesOf(text: string): string[] | undefined {
  try {
    const fragments = Tokenization.reverseString(text).mapTokens({ mapToken: () => HOLE });
    const parts: unknown[] = [fragments.join({ join: (left: unknown, right: unknown) => [left, right].flat() })].flat();
    return parts.reduce<string[]>((pieces, part) => part === HOLE
      ? [...pieces, ''] : [...pieces.slice(0, -1), `${pieces[pieces.length - 1]}${String(part)}`], ['']);
  } catch {
    return undefined;
  }
}

/** The segments that lie wholly in one piece: a token beside them cannot make them right. */
function segmentsOfPiece(piece: string, last: boolean): rules.Complaint {
  const whole = piece.replace(/^s3:\/\//, '').split('/').slice(1, last ? undefined : -1);
  const named = last ? whole.slice(0, -1).concat(whole.slice(-1).filter((segment) => segment !== '')) : whole;
  return named.some((segment) => ['', '.', '..'].includes(segment))
    ? 'must have no empty segment and no . or .. segment; write the place itself' : undefined;
}

/** A tag at the end cannot become a digest, whatever the token before it resolves to. */
function pinnedEnd(piece: string, last: boolean): rules.Complaint {
  if (!last) {
    return undefined;
  }
  const end = [...piece.slice(-PINNED.length)].reverse();
  const fits = end.every((character, index) => {
    const wanted = PINNED.charAt(PINNED.length - 1 - index);
    return wanted === '*' ? /[0-9a-f]/.test(character) : character === wanted;
  });
  return fits ? undefined : rules.imageUri(piece);
}

function message(prop: string, sentence: rules.Complaint, value: unknown): string | undefined {
  return sentence === undefined ? undefined : rules.complain(prop, sentence, shown(value));
}

function codeOf(kind: string): string {
  return `${kind.charAt(0).toUpperCase()}${kind.slice(1)}`;
}

/** Total, unlike CDK's own question: a proxy may throw when it is looked at. */
function isToken(value: unknown): boolean {
  try {
    return Token.isUnresolved(value);
  } catch {
    return false;
  }
}
