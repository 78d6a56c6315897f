import { Act, CallFault, MetricFault, Scenario, UpdateFault, VersionBehaviour } from './scenario';
import { USUAL_SWITCHES } from './switches';

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

/**
 * Throws at a word that a scenario does not have. A test without types would otherwise rehearse a healthy release, and pass,
 * where its author wrote `candidat` or a fault that nobody plays.
 */
export function checkScenario(scenario: Scenario): void {
  const { stable, candidate, versions = {}, acts, calls, updates, metrics, switches = {} } = scenario;
  const wrong = [
    ...strange('a scenario', scenario, FIELDS),
    ...[stable, candidate, ...Object.values(versions)].flatMap((version = {}) => strange('a version', version, BEHAVIOUR)),
    ...strange('`switches`', switches, USUAL_SWITCHES),
    ...strangeDeeds('acts', acts, ACTS),
    ...strangeDeeds('calls', calls, CALLS),
    ...strangeDeeds('updates', updates, UPDATES),
    ...strangeDeeds('metrics', metrics, METRICS),
  ];
  if (wrong.length > 0) {
    throw new Error(`the scenario cannot be played: ${wrong.join('; ')}`);
  }
}

function strange(what: string, given: object, known: object): string[] {
  return Object.keys(given).filter((field) => !Object.hasOwn(known, field))
    .map((field) => `${what} has no '${field}', only ${Object.keys(known).join(', ')}`);
}

function strangeDeeds(what: string, given: readonly { readonly do: string }[] = [], known: object): string[] {
  return given.filter((each) => !Object.hasOwn(known, each.do))
    .map((each) => `\`do\` of \`${what}\` must be one of ${Object.keys(known).join(', ')}: got '${each.do}'`);
}
