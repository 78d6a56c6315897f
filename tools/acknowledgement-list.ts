import { App, Stack, Stage, Validations } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { CDK_RULES, FIVE_PACKS, SynthReport } from './synth-report';

/** One decision: a reason, where it stands and what it keeps. */
export interface Decision {
  readonly reason: string;
  /** The constructs it is written on, as paths below their owner. */
  readonly at: readonly string[];
  readonly ids: readonly AcknowledgedId[];
}

export interface AcknowledgedId {
  /** As recorded: `AwsSolutions::AwsSolutions-S1`. */
  readonly id: string;
  /** How many findings it keeps; none means that the finding is not there in this app. */
  readonly keeps: number;
}

/** A construct of this library (or of an app), and what it decided for itself and for the CDK constructs inside it. */
export interface Owner {
  readonly stack: string;
  /** Below the stack. */
  readonly path: string;
  readonly type: string;
  readonly decisions: readonly Decision[];
}

interface Mark {
  readonly on: IConstruct;
  readonly owner: IConstruct;
  readonly id: string;
  readonly reason: string;
}

/** A rule of the CDK that a construct, in practice one of the CDK's own, declares not to apply to itself. */
export interface RuleException {
  readonly id: string;
  readonly reason: string;
  /** Paths from the app. */
  readonly at: readonly string[];
}

export const MOST_DECISIONS = 5;
const FEWEST_WORDS = 4;
const WHOLE_STACK = '(the whole stack)';
const CDK_NAMESPACE = CDK_RULES.replace(/ /g, '-'); // as the CDK writes it in ids

/**
 * Every acknowledgement in an app, by the construct that owns it. Read from the constructs and not from the report, where
 * an id without a namespace leaves no trace.
 */
export function acknowledgements(app: App, report: SynthReport): Owner[] {
  const marks = marksIn(app).filter(({ id }) => packOf(id) !== CDK_NAMESPACE);
  const owners = [...new Set(marks.map(({ owner }) => owner))];
  return owners.map((owner) => ownerOf(owner, marks.filter((mark) => mark.owner === owner), report))
    .sort((one, other) => compare(one.type, other.type) || compare(one.stack, other.stack) || compare(one.path, other.path));
}

/** What constructs say of the CDK's own template rules. `acknowledge` cannot, so these are the CDK's words about itself. */
export function ruleExceptions(app: App): RuleException[] {
  const marks = marksIn(app).filter(({ id }) => packOf(id) === CDK_NAMESPACE);
  const keys = [...new Set(marks.map(({ id, reason }) => JSON.stringify([id, reason])))].sort(compare);
  return keys.map((key) => {
    const [id, reason] = JSON.parse(key) as [string, string];
    const alike = marks.filter((mark) => mark.id === id && mark.reason === reason);
    const at = [...new Set(alike.map(({ on }) => on.node.path))].sort(compare);
    return { id: id.slice(CDK_NAMESPACE.length + 2), reason, at };
  });
}

/** What is wrong with the acknowledgements, one sentence each. */
export function faults(owners: readonly Owner[]): string[] {
  return owners.flatMap((owner) => {
    const place = `${[owner.stack, owner.path].filter((part) => part !== '').join('/')} (${owner.type})`;
    const tooMany = owner.decisions.length <= MOST_DECISIONS ? []
      : [`${place} acknowledges for ${owner.decisions.length} reasons; at most ${MOST_DECISIONS}: fix something`];
    return [...tooMany, ...owner.decisions.flatMap(faultsOf).map((fault) => `${place} ${fault}`)];
  });
}

function faultsOf({ reason, at, ids }: Decision): string[] {
  const found = ids.filter(({ id }) => !isNamespaced(id)).map(({ id }) =>
    `acknowledges ${id}, which names no pack and so vanishes from the report: write Pack::Id`);
  if (reason.trim().split(/\s+/).length < FEWEST_WORDS) {
    found.push(`acknowledges ${ids.map(({ id }) => id).join(', ')} without a reason that a reviewer could accept: '${reason}'`);
  }
  if (at.includes(WHOLE_STACK)) {
    found.push(`acknowledges ${ids.map(({ id }) => id).join(', ')} for everything in a stack: say it where it is needed`);
  }
  return found;
}

export function packOf(id: string): string {
  return id.slice(0, id.indexOf('::'));
}

function isNamespaced(id: string): boolean {
  return FIVE_PACKS.includes(packOf(id));
}

function ownerOf(owner: IConstruct, marks: readonly Mark[], report: SynthReport): Owner {
  const reasons = [...new Set(marks.map(({ reason }) => reason))];
  return {
    stack: stackPath(owner),
    path: below(stackPath(owner), owner),
    type: className(owner),
    decisions: reasons.map((reason) => decisionOf(reason, owner, marks.filter((mark) => mark.reason === reason), report)),
  };
}

function decisionOf(reason: string, owner: IConstruct, marks: readonly Mark[], { kept }: SynthReport): Decision {
  const keeps = (id: string) => kept.filter(({ acknowledged }) =>
    acknowledged?.id === id && marks.some(({ on }) => on.node.path === acknowledged.at)).length;
  const places = marks.map(({ on }) => Stack.isStack(on) || Stage.isStage(on) ? WHOLE_STACK : below(owner.node.path, on));
  return {
    reason,
    at: [...new Set(places)].sort(compare),
    ids: [...new Set(marks.map(({ id }) => id))].sort(compare).map((id) => ({ id, keeps: keeps(id) })),
  };
}

function marksIn(app: App): Mark[] {
  return app.node.findAll().flatMap(marksOn);
}

function marksOn(on: IConstruct): Mark[] {
  return on.node.metadata
    .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
    .flatMap(({ data }) => Object.entries(data as Record<string, string>))
    .map(([id, reason]) => ({ on, owner: ownerAround(on), id, reason }));
}

/** The nearest construct that is not the CDK's own; a CDK construct that stands in a stack belongs to the stack. */
function ownerAround(construct: IConstruct): IConstruct {
  const around = [...construct.node.scopes].reverse();
  return around.find((scope) => !isCdk(scope) || Stack.isStack(scope)) ?? construct;
}

// jsii marks each class it compiled; what runs from sources, as our own constructs do here, has no mark
function isCdk(construct: IConstruct): boolean {
  return fqnOf(construct)?.startsWith('cdk-ml-platform.') === false;
}

function className(construct: IConstruct): string {
  return fqnOf(construct)?.split('.').pop() ?? construct.constructor.name;
}

function fqnOf({ constructor }: IConstruct): string | undefined {
  let type: unknown = constructor;
  let parent: unknown = Object.getPrototypeOf(type);
  // CDK wraps its classes in copies of the same name: the mark is on the class inside
  while (markOn(type) === undefined && nameOf(parent) !== '' && nameOf(parent) === nameOf(type)) {
    type = parent;
    parent = Object.getPrototypeOf(type);
  }
  return markOn(type);
}

function markOn(type: unknown): string | undefined {
  const mark: unknown = Object.getOwnPropertyDescriptor(type, Symbol.for('jsii.rtti'))?.value;
  return typeof mark === 'object' && mark !== null && 'fqn' in mark ? String(mark.fqn) : undefined;
}

function nameOf(type: unknown): string {
  return typeof type === 'function' ? type.name : '';
}

function stackPath(construct: IConstruct): string {
  return construct.node.scopes.filter((scope) => Stack.isStack(scope)).map(({ node }) => node.path).pop() ?? '';
}

function below(path: string, construct: IConstruct): string {
  return construct.node.path === path ? '' : construct.node.path.slice(path === '' ? 0 : path.length + 1);
}

/** By code unit, so that the order is the same in every locale. */
export function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}
