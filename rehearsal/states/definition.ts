/** As much of the Amazon States Language as the rehearsal runs: plain JSONPath states. */
export interface Retrier {
  readonly ErrorEquals: readonly string[];
  readonly IntervalSeconds?: number;
  readonly MaxAttempts?: number;
  readonly BackoffRate?: number;
  readonly MaxDelaySeconds?: number;
  readonly JitterStrategy?: 'NONE' | 'FULL';
}
export interface Catcher { readonly ErrorEquals: readonly string[]; readonly Next: string; readonly ResultPath?: string | null }
export type Rule = Readonly<Record<string, unknown>>;

/** A state; which fields it may have depends on its type. */
export interface State {
  readonly Type: string;
  readonly Comment?: string;
  readonly Next?: string;
  readonly End?: boolean;
  readonly InputPath?: string | null;
  readonly OutputPath?: string | null;
  readonly ResultPath?: string | null;
  readonly Parameters?: unknown;
  readonly ResultSelector?: unknown;
  readonly Result?: unknown;
  readonly Resource?: string;
  readonly Retry?: readonly Retrier[];
  readonly Catch?: readonly Catcher[];
  readonly TimeoutSeconds?: number;
  readonly Choices?: readonly (Rule & { readonly Next: string })[];
  readonly Default?: string;
  readonly Seconds?: number;
  readonly SecondsPath?: string;
  readonly TimestampPath?: string;
  readonly Error?: string;
  readonly ErrorPath?: string;
  readonly Cause?: string;
  readonly CausePath?: string;
}
export interface Definition {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
  readonly TimeoutSeconds?: number;
}

const EVERY = ['Type', 'Comment'];
const IN_OUT = ['InputPath', 'OutputPath'];
const GOES_ON = ['Next', 'End'];
/** https://states-language.net/spec.html, the fields by state type; what is left out here is refused. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  Pass: [...IN_OUT, ...GOES_ON, 'Parameters', 'Result', 'ResultPath'],
  Task: [...IN_OUT, ...GOES_ON, 'Parameters', 'ResultSelector', 'ResultPath', 'Resource', 'Retry', 'Catch', 'TimeoutSeconds'],
  Choice: [...IN_OUT, 'Choices', 'Default'],
  Wait: [...IN_OUT, ...GOES_ON, 'Seconds', 'SecondsPath', 'TimestampPath'],
  Succeed: IN_OUT,
  Fail: ['Error', 'ErrorPath', 'Cause', 'CausePath'],
};
const TESTS = [
  'IsPresent', 'IsNull', 'IsString', 'IsNumeric', 'IsBoolean',
  ...['StringEquals', 'StringLessThan', 'StringGreaterThan', 'StringLessThanEquals', 'StringGreaterThanEquals', 'BooleanEquals', 'NumericEquals',
    'NumericLessThan', 'NumericGreaterThan', 'NumericLessThanEquals', 'NumericGreaterThanEquals'].flatMap((name) => [name, `${name}Path`]),
  'StringMatches',
];
const PLAIN_PATH = /^\$\$?(\.[A-Za-z_][\w-]*|\['[^'\]]+'\]|\[\d+\])*$/;

/** A definition that this interpreter runs as Step Functions would. Throws with all that it does not know. */
export function checkedDefinition(machine: string, text: string): Definition {
  const definition = JSON.parse(text) as Definition & Readonly<Record<string, unknown>>;
  const problems = Object.keys(definition).filter((name) => !['StartAt', 'States', 'TimeoutSeconds', 'Comment', 'Version', 'QueryLanguage'].includes(name))
    .map((name) => `the machine has ${name}`);
  if (definition.QueryLanguage !== undefined && definition.QueryLanguage !== 'JSONPath') {
    problems.push(`the machine is in ${String(definition.QueryLanguage)}`);
  }
  const names = Object.keys(definition.States);
  const leads = (from: string, to: string | undefined) => {
    if (to !== undefined && !names.includes(to)) {
      problems.push(`${from} leads to ${to}, which is no state`);
    }
  };
  leads('StartAt', definition.StartAt);
  for (const [name, state] of Object.entries(definition.States)) {
    problems.push(...problemsOf(name, state));
    [state.Next, state.Default, ...(state.Choices ?? []).map(({ Next }) => Next), ...(state.Catch ?? []).map(({ Next }) => Next)]
      .forEach((to) => { leads(name, to); });
  }
  if (problems.length > 0) {
    throw new Error(`the rehearsal runs plain JSONPath states only, and ${machine} has more than it knows: ${problems.join('; ')}`);
  }
  return definition;
}

function problemsOf(name: string, state: State): string[] {
  const fields = FIELDS[state.Type];
  if (fields === undefined) {
    return [`state ${name} is of type ${state.Type}`];
  }
  const unknown = Object.keys(state).filter((field) => ![...EVERY, ...fields].includes(field)).map((field) => `state ${name} has ${field}`);
  const goesOn = ['Pass', 'Task', 'Wait'].includes(state.Type) && (state.Next === undefined) === (state.End !== true)
    ? [`state ${name} must have either Next or End`] : [];
  const { InputPath, OutputPath, ResultPath, SecondsPath, TimestampPath, ErrorPath, CausePath } = state;
  const paths = [InputPath, OutputPath, ResultPath, SecondsPath, TimestampPath, ErrorPath, CausePath]
    .filter((path) => typeof path === 'string').flatMap((path) => pathProblem(name, path));
  return [
    ...unknown, ...goesOn, ...paths, ...templateProblems(name, state.Parameters), ...templateProblems(name, state.ResultSelector),
    ...(state.Choices ?? []).flatMap((rule) => ruleProblems(name, rule)),
  ];
}

function ruleProblems(name: string, rule: Rule): string[] {
  const { And = [], Or = [], Not } = rule as { readonly And?: Rule[]; readonly Or?: Rule[]; readonly Not?: Rule };
  const nested = [...And, ...Or, ...Not === undefined ? [] : [Not]];
  const known = ['And', 'Or', 'Not', 'Variable', 'Next', 'Comment', ...TESTS];
  const unknown = Object.keys(rule).filter((field) => !known.includes(field)).map((field) => `state ${name} has the rule ${field}`);
  const paths = Object.entries(rule).filter(([field]) => field === 'Variable' || field.endsWith('Path'))
    .flatMap(([, path]) => pathProblem(name, String(path)));
  return [...unknown, ...paths, ...nested.flatMap((each) => ruleProblems(name, each))];
}

function templateProblems(name: string, template: unknown): string[] {
  if (typeof template !== 'object' || template === null) {
    return [];
  }
  return Object.entries(template).flatMap(([field, value]) => {
    if (!field.endsWith('.$') || Array.isArray(template)) {
      return templateProblems(name, value);
    }
    const text = String(value);
    const format = /^States\.Format\((.*)\)$/s.exec(text);
    if (format === null) {
      return pathProblem(name, text);
    }
    return argumentsOf(format[1]).filter((argument) => argument.startsWith('$')).flatMap((path) => pathProblem(name, path));
  });
}

function pathProblem(name: string, path: string): string[] {
  return PLAIN_PATH.test(path) ? [] : [`state ${name} has ${path}, which is more than a plain path or States.Format`];
}

/** The arguments of an intrinsic function, as they are written. */
export function argumentsOf(text: string): string[] {
  const found: string[] = [];
  const pattern = /\s*('(?:[^'\\]|\\.)*'|[^,]+?)\s*(?:,|$)/sy;
  while (pattern.lastIndex < text.length) {
    const match = pattern.exec(text);
    if (match === null) {
      throw new Error(`these are no arguments of an intrinsic function: ${text}`);
    }
    found.push(match[1]);
  }
  return found;
}
