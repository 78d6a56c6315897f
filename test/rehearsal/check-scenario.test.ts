import { rehearsalOf } from './rehearsed';
import { checkScenario } from '../../rehearsal/check-scenario';
import { Rehearsal } from '../../rehearsal/rehearsal';
import { Scenarios } from '../../rehearsal/scenarios';

const played = (scenario: object) => () => { checkScenario(scenario); };

test.each<[string, object, RegExp]>([
  ['a field', { candidat: { errorPercent: 7 } }, /a scenario has no 'candidat', only name, story, .*candidate/],
  ['a field that every object has', { constructor: {} }, /a scenario has no 'constructor'/],
  ['how stable behaves', { stable: { errors: 7 } }, /a version has no 'errors', only errorPercent, latencyMs/],
  ['how the candidate behaves', { candidate: { latency: 7 } }, /a version has no 'latency'/],
  ['how a revision behaves', { versions: { 2: { latency: 7 } } }, /a version has no 'latency'/],
  ['a switch', { switches: { locked: 'x' } }, /`switches` has no 'locked', only sameConfigUpdate/],
  ['a switch that has no such position', { switches: { idleVariant: 'loud' } }, /`idleVariant` of `switches` must be one of silent, zeros: got 'loud'/],
  ['a position that is no text', { switches: { idleVariant: null } }, /`idleVariant` of `switches` must be one of silent, zeros: got null/],
  ['switches that are a text', { switches: 'idleVariant' }, /`switches` must be an object: got 'idleVariant'/],
  ['a version that is a number', { candidate: 7 }, /a version must be an object: got 7/],
  ['people that are no list', { acts: { do: 'start' } }, /`acts` must be a list: got an object/],
  ['nobody among people', { acts: [null] }, /`do` of `acts` must be one of start, /],
  ['fewer requests than none', { requestsPerMinute: -1 }, /`requestsPerMinute` must be a number from 0: got -1/],
  ['fewer requests than none, later', { requestsPerMinute: [{ afterMinutes: 0, value: -1 }] }, /`value` of `requestsPerMinute` must be a number from 0: got -1/],
  ['requests at no time', { requestsPerMinute: [{ value: 1 }] }, /`afterMinutes` of `requestsPerMinute` must be a number from 0: got NaN/],
  ['requests in words', { requestsPerMinute: '600' }, /`requestsPerMinute` must be a number from 0: got '600'/],
  ['more errors than requests', { candidate: { errorPercent: 101 } }, /`errorPercent` must be a number from 0 to 100: got 101/],
  ['an answer before the request', { candidate: { latencyMs: -5 } }, /`latencyMs` must be a number from 0: got -5/],
  ...['seed', 'revisions', 'createSeconds', 'updateSeconds', 'weightSeconds', 'deleteSeconds', 'metricLagSeconds', 'afterwardsMinutes', 'atMostMinutes']
    .map((field): [string, object, RegExp] => [field, { [field]: Number.NaN }, new RegExp(`\`${field}\` must be a number from 0: got NaN`)]),
  ['what people do', { acts: [{ do: 'fly' }] }, /`do` of `acts` must be one of start, abort, .*: got 'fly'/],
  ['what goes wrong with calls', { calls: [{ service: 's3' }] }, /`do` of `calls` must be one of throttle, .*: got 'undefined'/],
  ['what goes wrong with updates', { updates: [{ do: 'rollback' }] }, /`do` of `updates` must be one of silent-rollback, /],
  ['what goes wrong with metrics', { metrics: [{ do: 'lost' }] }, /`do` of `metrics` must be one of none, /],
])('a word that nobody knows is refused: %s', (_, scenario, message) => {
  expect(played(scenario)).toThrow(message);
});

test.each([null, 7, 'healthy', []])('%j is no scenario', async (wrong) => {
  const message = /the scenario cannot be played: it must be an object, such as Scenarios\.healthy\(\): got/;
  expect(played(wrong as object)).toThrow(message);
  await expect(rehearsalOf().run(wrong as never)).rejects.toThrow(message);
});

test.each([[null, 'null'], [undefined, 'undefined'], ['template.json', 'a string'], [[], 'a list']])('%j is no template', (wrong, got) => {
  const message = `a template must be an object, as Template.fromStack(stack).toJSON() gives it: got ${got}`;
  expect(() => Rehearsal.of(wrong as never)).toThrow(message);
  expect(() => Rehearsal.of({}, { alongside: [wrong as never] })).toThrow(message);
});

test('all of them are named at once', () => {
  expect(played({ candidat: {}, acts: [{ do: 'fly' }] })).toThrow(/'candidat'.*; .*'fly'/);
});

test.each(Object.entries(Scenarios.named()))('the scenario %s is played', (_, scenario) => {
  expect(played(scenario)).not.toThrow();
});

test('a rehearsal does not begin with one that is refused', async () => {
  await expect(rehearsalOf().run({ candidat: {} } as never)).rejects.toThrow("the scenario cannot be played: a scenario has no 'candidat'");
});
