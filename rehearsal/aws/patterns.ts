import { Switches } from '../switches';

/**
 * Whether an event fits a pattern. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html
 * What it does not know it refuses, so that no rule is rehearsed as something else than it is.
 */
export function fitsPattern(pattern: unknown, event: unknown): boolean {
  return Object.entries(pattern as Record<string, unknown>).every(([name, wanted]) => {
    if (name === '$or') {
      return (wanted as unknown[]).some((each) => fitsPattern(each, event));
    }
    const value = typeof event === 'object' && event !== null && Object.hasOwn(event, name) ? (event as Record<string, unknown>)[name] : undefined;
    if (!Array.isArray(wanted)) {
      return fitsPattern(wanted, value ?? {});
    }
    const values = Array.isArray(value) ? value : [value];
    return wanted.some((each) => values.some((one) => fitsOne(each, one)));
  });
}

function fitsOne(wanted: unknown, value: unknown): boolean {
  if (typeof wanted !== 'object' || wanted === null) {
    return value === wanted;
  }
  const [[how, given]] = Object.entries(wanted);
  switch (how) {
    case 'prefix': return typeof value === 'string' && value.startsWith(String(given));
    case 'suffix': return typeof value === 'string' && value.endsWith(String(given));
    case 'equals-ignore-case': return typeof value === 'string' && value.toLowerCase() === String(given).toLowerCase();
    case 'exists': return (value !== undefined) === given;
    case 'wildcard': return typeof value === 'string' && wild(String(given)).test(value);
    case 'anything-but': return value !== undefined && !(Array.isArray(given) ? given : [given]).some((each) => fitsOne(each, value));
    case 'numeric': return typeof value === 'number' && pairs(given as unknown[]).every(([sign, limit]) => compare(sign, value, limit));
    default: throw new Error(`the simulated EventBridge does not know the pattern ${JSON.stringify(wanted)}`);
  }
}

function pairs(list: unknown[]): [string, number][] {
  return Array.from({ length: list.length / 2 }, (_each, place) => [String(list[2 * place]), Number(list[2 * place + 1])]);
}

function compare(sign: string, value: number, limit: number): boolean {
  return sign === '=' ? value === limit : sign === '<' ? value < limit : sign === '<=' ? value <= limit : sign === '>' ? value > limit : value >= limit;
}

function wild(pattern: string): RegExp {
  return new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replace(/\*/g, '.*')}$`, 's');
}

interface Transformer { readonly InputPathsMap?: Readonly<Record<string, string>>; readonly InputTemplate: string }

/** What a target is given of an event. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html */
export function inputOf(
  target: Readonly<Record<string, unknown>>, event: unknown, { jsonTextInEvent }: Pick<Switches, 'jsonTextInEvent'>,
): unknown {
  const { Input, InputPath, InputTransformer } = target as { Input?: string; InputPath?: string; InputTransformer?: Transformer };
  if (Input !== undefined) {
    return JSON.parse(Input);
  }
  if (InputPath !== undefined) {
    return at(InputPath, event);
  }
  if (InputTransformer === undefined) {
    return event;
  }
  const { InputPathsMap = {}, InputTemplate } = InputTransformer;
  const text = InputTemplate.replace(/"?<([^>]+)>"?/g, (found, name: string) => {
    if (!Object.hasOwn(InputPathsMap, name)) {
      throw new Error(`the input transformer has no path for <${name}>`);
    }
    const given = at(InputPathsMap[name], event);
    const value = jsonTextInEvent === 'object' ? opened(given) : given;
    // inside of a longer text it stays a part of that text
    return found === `<${name}>` || found === `"<${name}>"` ? JSON.stringify(value ?? '') : found.replace(`<${name}>`, JSON.stringify(value ?? '').replace(/^"|"$/g, ''));
  });
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`the input transformer makes no JSON of ${JSON.stringify(event)}: ${text}`);
  }
}

/** A text that is an object in JSON, as that object. */
function opened(value: unknown): unknown {
  return typeof value === 'string' && value.startsWith('{') ? JSON.parse(value) as unknown : value;
}

function at(path: string, event: unknown): unknown {
  if (!/^\$(\.[\w-]+)*$/.test(path)) {
    throw new Error(`the simulated EventBridge does not know the path ${path}`);
  }
  return path.split('.').slice(1).reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], event);
}
