import { AwsError } from '../../rehearsal/aws/error';
import { VirtualClock } from '../../rehearsal/clock';
import { Functions, Invoked } from '../../rehearsal/lambda/functions';
import { errorIn, handedIn } from '../../rehearsal/lambda/realm';
import { Random } from '../../rehearsal/random';

/** A function of these lines, in a world whose calls take a second and are written down. */
function lambda(code: string, { skew = 0, answer = (_operation: string): unknown => ({}) } = {}) {
  const clock = new VirtualClock(Date.UTC(2026, 0, 5));
  const calls: string[] = [];
  const functions = new Functions({
    clock,
    random: new Random(1),
    skew: () => skew,
    send: async ({ crash }, service, operation, input) => {
      calls.push(`${service} ${operation} ${JSON.stringify(input)}`);
      await clock.sleep(1000);
      if (operation === 'Crash') {
        crash();
      }
      try {
        return handedIn(answer(operation));
      } catch (error) {
        throw errorIn(error);
      }
    },
    fetch: async () => ({ status: 200, body: '{"fetched":true}' }),
    log: () => undefined,
    invoked: () => undefined,
  });
  const sdk = 'var sqs = require("@aws-sdk/client-sqs"); var client = new sqs.SQSClient({});';
  functions.add({
    name: 'f', arn: 'arn', roleArn: 'role', bundle: { name: 'f', code: `"use strict";${sdk}${code}` }, timeoutSeconds: 10, memory: 128, environment: { A: 'b' },
  });
  const wait = async (work: Promise<Invoked>): Promise<Invoked> => {
    let outcome: Invoked | undefined;
    void work.then((ended) => { outcome = ended; });
    do {
      await clock.settle();
    } while (outcome === undefined && await clock.step());
    return outcome!;
  };
  const f = functions.find('f')!;
  const invoke = (event: unknown = {}) => wait(functions.invoke(f, event));
  return { clock, calls, f, invoke, invokeAsync: () => wait(functions.invokeAsync(f, {})) };
}

test('time, chance and the network are those of the rehearsal', async () => {
  const { invoke } = lambda(`exports.handler = async () => {
    const before = Date.now();
    await new Promise((resolve) => setTimeout(resolve, 3000));
    const { fetched } = await (await fetch("https://x.invalid")).json();
    return { took: Date.now() - before, year: new Date().getFullYear(), a: process.env.A, fetched, id: require("node:crypto").randomUUID() };
  };`);
  const [one, again] = [await invoke(), await lambda('exports.handler = async () => require("crypto").randomUUID();').invoke()];
  expect(one).toMatchObject({ payload: { took: 3000, year: 2026, a: 'b', fetched: true } });
  expect(again).toEqual({ payload: (one as { payload: { id: string } }).payload.id });
});

test('its clock may be wrong', async () => {
  const { clock, invoke } = lambda('exports.handler = async () => Date.now();', { skew: -300_000 });
  expect(await invoke()).toEqual({ payload: clock.now - 300_000 });
});

test.each(['require("https").request({})', 'require("net").connect(80)', 'require("node:dgram").createSocket("udp4")'])('%s is refused', async (call) => {
  expect(await lambda(`exports.handler = async () => { ${call}; };`).invoke()).toMatchObject({ errorMessage: expect.stringContaining('would leave the rehearsal') });
});

test('a call reaches the simulation, and an error is told by its name', async () => {
  const { calls, invoke } = lambda(`exports.handler = async () => {
    try { await client.send(new sqs.SendMessageCommand({ a: [1, { b: new Date(0) }] })); return "done"; }
    catch (error) { return [error.name, error instanceof Error, error.$metadata.httpStatusCode, error.reasons]; }
  };`, { answer: () => { throw new AwsError('ThrottlingException', 'slow', 400, { reasons: 1 }); } });
  expect(await invoke()).toEqual({ payload: ['ThrottlingException', true, 400, 1] });
  expect(calls).toEqual(['sqs SendMessage {"a":[1,{"b":"1970-01-01T00:00:00.000Z"}]}']);
});

describe('the memory of a module', () => {
  const COUNTS = 'let n = 0; exports.handler = async ({ crash }) => { n++; if (crash) { await client.send(new sqs.CrashCommand({})); } return n; };';

  test('stays while an environment is warm, and is gone after a crash', async () => {
    const { f, invoke } = lambda(COUNTS);
    expect([await invoke(), await invoke()]).toEqual([{ payload: 1 }, { payload: 2 }]);
    expect(await invoke({ crash: true })).toMatchObject({ errorType: 'Runtime.ExitError' });
    expect([await invoke(), f.instances.length]).toEqual([{ payload: 1 }, 2]);
  });
});

test('a function that takes too long is ended, and what it still wanted is not done', async () => {
  const { calls, clock, invoke } = lambda(`exports.handler = async () => {
    await new Promise((resolve) => setTimeout(resolve, 11000)); await client.send(new sqs.LateCommand({}));
  };`);
  expect(await invoke()).toMatchObject({ errorType: 'Sandbox.Timedout' });
  while (await clock.step()) { /* to the end */ }
  expect(calls).toEqual([]);
});

test('an event that nobody waits for is tried three times, after one minute and two', async () => {
  const { clock, invokeAsync } = lambda('exports.handler = async () => { throw new TypeError("no"); };');
  const before = clock.now;
  expect(await invokeAsync()).toMatchObject({ errorType: 'TypeError', errorMessage: 'no' });
  expect(Math.round((clock.now - before) / 60_000)).toBe(3);
});
