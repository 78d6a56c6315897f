import { rehearsalOf } from './rehearsed';
import { checkScenario } from '../../rehearsal/check-scenario';
import { Scenarios } from '../../rehearsal/scenarios';

const played = (scenario: object) => () => { checkScenario(scenario); };

test.each<[string, object, RegExp]>([
  ['a field', { candidat: { errorPercent: 7 } }, /a scenario has no 'candidat', only name, story, .*candidate/],
  ['a field that every object has', { constructor: {} }, /a scenario has no 'constructor'/],
  ['how stable behaves', { stable: { errors: 7 } }, /a version has no 'errors', only errorPercent, latencyMs/],
  ['how the candidate behaves', { candidate: { latency: 7 } }, /a version has no 'latency'/],
  ['how a revision behaves', { versions: { 2: { latency: 7 } } }, /a version has no 'latency'/],
  ['a switch', { switches: { locked: 'x' } }, /`switches` has no 'locked', only sameConfigUpdate/],
  ['what people do', { acts: [{ do: 'fly' }] }, /`do` of `acts` must be one of start, abort, .*: got 'fly'/],
  ['what goes wrong with calls', { calls: [{ service: 's3' }] }, /`do` of `calls` must be one of throttle, .*: got 'undefined'/],
  ['what goes wrong with updates', { updates: [{ do: 'rollback' }] }, /`do` of `updates` must be one of silent-rollback, /],
  ['what goes wrong with metrics', { metrics: [{ do: 'lost' }] }, /`do` of `metrics` must be one of none, /],
])('a word that nobody knows is refused: %s', (_, scenario, message) => {
  expect(played(scenario)).toThrow(message);
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
