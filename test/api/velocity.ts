import { Compile, parse } from 'velocityjs';

/** The gateway makes this one; the caller can choose the other, which is why nothing of ours may use it. */
export const EXTENDED_REQUEST_ID = 'eXaMpLe1=';
export const CHOSEN_REQUEST_ID = 'chosen-by-the-caller';

/** Which half of a request a template is for. */
type Side = 'requestOverride' | 'responseOverride';

/** What a template sets beside its text. */
export interface Overrides {
  readonly header: Readonly<Record<string, string>>;
  readonly status?: number;
}

/** Renders a mapping template with `$input` and `$context` as the gateway has them. */
export function render(template: string, body: string, side: Side): { output: string; overrides: Overrides } {
  const overrides: { header: Record<string, string>; status?: number } = { header: {} };
  const context = { requestId: CHOSEN_REQUEST_ID, extendedRequestId: EXTENDED_REQUEST_ID, [side]: overrides };
  const output = new Compile(parse(template), { env: 'development', customMethodHandlers: JAVA_STRING })
    .render({ input: inputOf(body), context });
  return { output, overrides };
}

function inputOf(body: string) {
  const json = () => JSON.parse(body) as unknown;
  return {
    body,
    json: (path: string) => path === '$' ? JSON.stringify(json()) : fail(`$input.json('${path}')`),
    path: (path: string) => /^\$\.[A-Za-z]+$/.test(path) ? member(json(), path.slice(2)) : fail(`$input.path('${path}')`),
  };
}

function member(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}

interface MethodCall {
  readonly property: string;
  readonly context: unknown;
  readonly params: readonly unknown[];
}

/** Strings have the methods of Java's String there; only those that our templates use. */
const STRING_METHODS = new Map<string, (self: string, params: readonly unknown[]) => unknown>([
  ['contains', (self, [part]) => self.includes(String(part))],
  ['matches', (self, [pattern]) => new RegExp(`^(?:${String(pattern)})$`).test(self)],
  ['length', (self) => self.length],
]);

const JAVA_STRING = [{
  uid: 'java.lang.String',
  match: ({ context }: MethodCall) => typeof context === 'string',
  resolve: ({ property, context, params }: MethodCall) =>
    (STRING_METHODS.get(property) ?? fail(`String.${property}`))(context as string, params),
}];

/** What is not here must not be in a template. */
export function fail(what: string): never {
  throw new Error(`the gateway of the tests does not know this: ${what}`);
}
