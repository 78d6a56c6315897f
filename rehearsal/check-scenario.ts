import { Act, CallFault, MetricFault, Scenario, Step, UpdateFault, VersionBehaviour } from './scenario';
import { SWITCH_POSITIONS, Switches } from './switches';

type Words<T extends string> = Readonly<Record<T, true>>;

const FIELDS: Words<keyof Scenario> = {
  name: true,
  story: true,
  seed: true,
  startAt: true,
  endpoint: true,
  before: true,
  requestsPerMinute: true,
  stable: true,
  candidate: true,
  versions: true,
  revisions: true,
  createSeconds: true,
  updateSeconds: true,
  weightSeconds: true,
  deleteSeconds: true,
  metricLagSeconds: true,
  acts: true,
  calls: true,
  events: true,
  updates: true,
  metrics: true,
  outages: true,
  clockSkewSeconds: true,
  switches: true,
  afterwardsMinutes: true,
  atMostMinutes: true,
};
const BEHAVIOUR: Words<keyof VersionBehaviour> = {
  errorPercent: true, latencyMs: true,
};
const ACTS: Words<Act['do']> = {
  start: true, abort: true, rollback: true, allow: true, stop: true, clear: true, deploy: true, other: true,
};
const CALLS: Words<CallFault['do']> = {
  'throttle': true,
  'unavailable': true,
  'lose-answer': true,
  'crash-before': true,
  'crash-after': true,
  'deny': true,
  'lost-race': true,
  'locked': true,
};
const UPDATES: Words<UpdateFault['do']> = {
  'silent-rollback': true, 'capacity': true, 'hang': true, 'weights-ignored': true,
};
const METRICS: Words<MetricFault['do']> = {
  none: true, silent: true, late: true, unreadable: true, nan: true,
};

const NUMBERS = [
  'seed', 'revisions', 'createSeconds', 'updateSeconds', 'weightSeconds', 'deleteSeconds', 'metricLagSeconds',
  'afterwardsMinutes', 'atMostMinutes',
] as const;

/**
 * Throws at a word that a scenario does not have, and at a number that cannot be. A test without types would otherwise rehearse
 * a healthy release, and pass, where its author wrote `candidat` or a fault that nobody plays.
 */
export function checkScenario(scenario: Scenario): void {
  if (!isObject(scenario)) {
    throw new Error(`the scenario cannot be played: it must be an object, such as Scenarios.healthy(): got ${told(scenario)}`);
  }
  const { stable, candidate, versions = {}, acts, calls, updates, metrics, switches = {} } = scenario;
  const wrong = [
    ...strange('a scenario', scenario, FIELDS),
    ...NUMBERS.flatMap((field) => strangeNumber(field, scenario[field])),
    ...strangeCourse('requestsPerMinute', scenario.requestsPerMinute, Infinity),
    ...[stable, candidate, ...Object.values(versions ?? {})].flatMap((version = {}) => strangeVersion(version)),
    ...strangeSwitches(switches),
    ...strangeDeeds('acts', acts, ACTS),
    ...strangeDeeds('calls', calls, CALLS),
    ...strangeDeeds('updates', updates, UPDATES),
    ...strangeDeeds('metrics', metrics, METRICS),
  ];
  if (wrong.length > 0) {
    throw new Error(`the scenario cannot be played: ${wrong.join('; ')}`);
  }
}

function strangeVersion(version: VersionBehaviour): string[] {
  const words = strange('a version', version, BEHAVIOUR);
  return words.length > 0 ? words : [
    ...strangeCourse('errorPercent', version.errorPercent, 100), ...strangeNumber('latencyMs', version.latencyMs),
  ];
}

function strangeSwitches(switches: Partial<Switches>): string[] {
  const words = strange('`switches`', switches, SWITCH_POSITIONS);
  return words.length > 0 ? words : (Object.keys(switches) as (keyof Switches)[])
    .filter((name) => switches[name] !== undefined && !Object.hasOwn(SWITCH_POSITIONS[name], switches[name]))
    .map((name) => `\`${name}\` of \`switches\` must be one of ${Object.keys(SWITCH_POSITIONS[name]).join(', ')}: got ${told(switches[name])}`);
}

/** A number, or one that changes. */
function strangeCourse(what: string, given: number | readonly Step[] | undefined, most: number): string[] {
  return !Array.isArray(given) ? strangeNumber(what, given as number | undefined, most)
    : (given as readonly (Step | null)[]).flatMap((step) => [
      ...strangeNumber(`afterMinutes\` of \`${what}`, step?.afterMinutes ?? Number.NaN),
      ...strangeNumber(`value\` of \`${what}`, step?.value ?? Number.NaN, most),
    ]);
}

function strangeNumber(what: string, given: unknown, most = Infinity): string[] {
  const fits = given === undefined || (typeof given === 'number' && given >= 0 && given <= most);
  return fits ? [] : [`\`${what}\` must be a number from 0${most === Infinity ? '' : ` to ${most}`}: got ${told(given)}`];
}

function isObject(given: unknown): boolean {
  return typeof given === 'object' && given !== null && !Array.isArray(given);
}

function told(given: unknown): string {
  return typeof given === 'object' && given !== null ? 'an object' : typeof given === 'string' ? `'${given}'` : String(given);
}

function strange(what: string, given: object, known: object): string[] {
  if (!isObject(given)) {
    return [`${what} must be an object: got ${told(given)}`];
  }
  return Object.keys(given).filter((field) => !Object.hasOwn(known, field))
    .map((field) => `${what} has no '${field}', only ${Object.keys(known).join(', ')}`);
}

function strangeDeeds(what: string, given: readonly ({ readonly do: string } | null)[] = [], known: object): string[] {
  if (!Array.isArray(given)) {
    return [`\`${what}\` must be a list: got ${told(given)}`];
  }
  return given.filter((each) => !Object.hasOwn(known, each?.do ?? ''))
    .map((each) => `\`do\` of \`${what}\` must be one of ${Object.keys(known).join(', ')}: got '${each?.do}'`);
}
