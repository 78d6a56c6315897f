import { createHash } from 'node:crypto';

/** One resource of a template. */
interface Resource {
  readonly Type: string;
  readonly [attribute: string]: unknown;
}
type Resources = Readonly<Record<string, Resource>>;

const ASSET_HASH = /[0-9a-f]{64}(?=\.(?:zip|json)\b)/g;
const HANDLER_LOGS = /(?<=\/ml-platform\/handlers\/)[^/]+/g; // a log group of the stack has the stack's name in it
const ADDRESS = /\bc8[0-9a-f]{40}\b/g; // of a construct, in names that only have to differ
const ROUNDS = 8; // the longest chain of references in an endpoint is shorter

/**
 * What differs between two templates up to logical ids, names of endpoints, addresses of constructs, and metadata: one
 * text per resource that only one of them has. Resources are recognised by their type and properties, where a reference
 * counts as what it refers to, so that a swapped key is found and a renamed one is not.
 */
export function differences(one: Resources, other: Resources): string[] {
  const [left, right] = [one, other].map(labelled);
  const own = different(left, right, ({ text }) => text);
  return own.length > 0 ? own : different(left, right, ({ label }) => label); // what refers to a difference is none of its own
}

interface Labelled {
  readonly label: string;
  readonly text: string;
}
type By = (resource: Labelled) => string;

function different(one: readonly Labelled[], other: readonly Labelled[], by: By): string[] {
  return [...surplus('only in the first', one, other, by), ...surplus('only in the second', other, one, by)];
}

function surplus(where: string, resources: readonly Labelled[], others: readonly Labelled[], by: By): string[] {
  const left = others.map(by);
  return resources.flatMap((resource) => {
    const index = left.indexOf(by(resource));
    if (index >= 0) {
      left.splice(index, 1);
    }
    return index >= 0 ? [] : [`${where}: ${resource.text}`];
  });
}

/** Refines labels as long as references carry news: type and properties first, then those of what they refer to. */
function labelled(resources: Resources): Labelled[] {
  const names = endpointNames(resources);
  const ids = Object.keys(resources);
  let labels = new Map(ids.map((id) => [id, resources[id].Type]));
  for (let round = 0; round < ROUNDS; round++) {
    const known = labels;
    labels = new Map(ids.map((id) => [id, hash(JSON.stringify(canonical(resources[id], known, names)))]));
  }
  const types = new Map(ids.map((id) => [id, `the ${resources[id].Type}`]));
  return ids.map((id) => ({
    label: labels.get(id)!,
    text: JSON.stringify(canonical(resources[id], types, names), undefined, 1),
  }));
}

/** An endpoint's name is in the names of its alarms and of its log group. */
function endpointNames(resources: Resources): string[] {
  return Object.values(resources).flatMap(({ Type: type, Properties: properties }) => {
    const { EndpointName: name } = (properties ?? {}) as { EndpointName?: unknown };
    return type === 'AWS::SageMaker::Endpoint' && typeof name === 'string' ? [name] : [];
  }).sort((a, b) => b.length - a.length);
}

function canonical(value: unknown, labels: ReadonlyMap<string, string>, names: readonly string[], key?: string): unknown {
  if (typeof value === 'string') {
    const isReference = key === 'Ref' || key === 'Fn::GetAtt' || key === 'DependsOn';
    const text = (isReference ? labels.get(value) ?? value : value).replace(ASSET_HASH, '<asset>').replace(HANDLER_LOGS, '<stack>')
      .replace(ADDRESS, '<address>');
    return names.reduce((shown, name) => shown.replaceAll(name, '<endpoint>'), text);
  }
  if (Array.isArray(value)) {
    const inner = value.map((each) => canonical(each, labels, names, key));
    return key === 'DependsOn' ? inner.sort() : inner;
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  const entries = Object.entries(value).filter(([name]) => name !== 'Metadata');
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, inner]) =>
    [name, canonical(name === 'DependsOn' && !Array.isArray(inner) ? [inner] : inner, labels, names, name)]));
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
