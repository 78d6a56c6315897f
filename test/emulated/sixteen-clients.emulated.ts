import { randomUUID } from 'node:crypto';
import { EmulatedRegistry, succeeded } from './support/emulated-registry';
import { REPLAYED_HEADER } from '../../lib/registry/runtime/contract';
import { person } from '../registry/support/callers';
import { brokenAt } from '../registry/support/commands';
import { Answer, codeOf } from '../registry/support/registry-bench';

const CLIENTS = 16;
const ROUNDS = 5;

let registry: EmulatedRegistry;
beforeAll(async () => {
  registry = await EmulatedRegistry.start();
  await registry.startMore(3); // four processes, as Lambda would have several
});
afterAll(async () => { await registry.stop(); });

const places = Array.from({ length: CLIENTS }, (_each, place) => place);
/** Sends a request until it is answered, as its key allows: on a slow machine the registry may run out of time and say so. */
const answered = async (send: (key: string) => Promise<Answer>, key: string = randomUUID()): Promise<Answer> => {
  const answer = await send(key);
  return codeOf(answer) === 'BUSY' ? answered(send, key) : answer;
};
const sequencesOf = async (model: string) => (await registry.audits(model)).map(({ sequence }) => sequence);

test.each(Array.from({ length: ROUNDS }, (_each, round) => round + 1))(
  'of sixteen clients that promote at once with the same expected rev one wins, and one record says so (round %p)', async (round) => {
    const revision = await registry.approved('fraud', `content ${round}`);
    const before = await registry.audits('fraud');
    const expectedRev = before.length; // each change has one record
    const answers = await Promise.all(places.map(async (place) => answered(async (key) => registry.as(person(`client-${place}`), place)
      .act('promote', 'fraud', revision, { body: { expectedRev }, key }))));
    expect(answers.map((answer) => codeOf(answer) ?? answer.status).sort())
      .toEqual([200, ...Array.from({ length: CLIENTS - 1 }, () => 'STALE_REV')]);
    const seen = answers.filter(({ status }) => status === 409).map(({ body }) => body.rev);
    expect(seen).toEqual(places.slice(1).map(() => expectedRev + 1));
    const after = await registry.audits('fraud');
    expect(after).toHaveLength(before.length + 1);
    expect(brokenAt(after.map(({ record }) => String(record)))).toBeUndefined();
  }, 180_000);

test('of sixteen clients that register at once each gets a revision of its own', async () => {
  const supplies = await Promise.all(places.map(async (place) => registry.supplies('churn', `content ${place}`)));
  const answers = await Promise.all(places.map(async (place) => answered(async (key) => registry.as(person('ann'), place)
    .register('churn', supplies[place], 'default', key))));
  const revisions = answers.map((answer) => Number(succeeded(answer).body.revision)).sort((one, other) => one - other);
  expect(revisions).toEqual(places.map((place) => place + 1));
  expect(await sequencesOf('churn')).toEqual(revisions);
}, 180_000);

test('of sixteen times the same request at once one is done, and all hear of it', async () => {
  const supplies = await registry.supplies('forecast', 'one');
  const answers = await Promise.all(places.map(async (place) => answered(async (key) => registry.as(person('ann'), place)
    .register('forecast', supplies, 'default', key), 'same-key')));
  expect(answers.map((answer) => succeeded(answer).body)).toEqual(places.map(() => answers[0].body));
  expect(answers.filter(({ headers }) => headers[REPLAYED_HEADER] === undefined).length).toBeLessThan(2);
  expect(await sequencesOf('forecast')).toEqual([1]);
}, 180_000);
