import { gateway } from './release-run';
import { ALICE, BOB } from './releases';
import { awsError, SimulatedAccount, STOP } from './simulated-account';
import { emergencyStop } from '../../../../lib/serving/progressive/runtime/emergency-stop';
import { Actor } from '../../../../lib/serving/progressive/runtime/release-state';

let account: SimulatedAccount;
beforeEach(() => { account = new SimulatedAccount(); });

async function ask(verb: 'stop' | 'clear' | 'look', actor: Actor = ALICE): Promise<{ status: number; view: Record<string, unknown> }> {
  const path = verb === 'look' ? '/stop' : `/${verb}`;
  const { statusCode, body } = await emergencyStop(account.world())(gateway(verb === 'look' ? 'GET' : 'POST', path, path, { actor }));
  return { status: statusCode, view: JSON.parse(body) as Record<string, unknown> };
}

test('one person stops, and only another one clears', async () => {
  expect((await ask('look')).view).toMatchObject({ state: 'off' });
  expect((await ask('stop')).view).toEqual({ state: 'on', by: ALICE.arn, at: '2026-11-20T12:00:00.000Z' });
  expect(await ask('clear')).toMatchObject({ status: 403, view: { code: 'SECOND_PERSON_NEEDED' } });
  expect((await ask('look')).view).toMatchObject({ state: 'on' });
  expect((await ask('clear', BOB)).view).toMatchObject({ state: 'off', by: BOB.arn });
  expect(account.named('PutParameter')).toHaveLength(2);
  expect(account.named('PutParameter')[0]).toMatchObject({ Name: STOP, Overwrite: true });
  expect(account.lines.map((line) => JSON.parse(line) as { action: string; outcome: string }).map(({ action, outcome }) => `${action} ${outcome}`))
    .toEqual(['emergency.stop SUCCEEDED', 'emergency.clear REFUSED', 'emergency.clear SUCCEEDED']);
});

test('who stops a second time does not become the one who stopped', async () => {
  await ask('stop');
  expect((await ask('stop', BOB)).view).toMatchObject({ by: ALICE.arn });
  expect((await ask('clear', ALICE)).status).toBe(403);
});

test('the answer does not say by which id somebody is known', async () => {
  expect(JSON.stringify([await ask('stop'), await ask('look')])).not.toContain(ALICE.person);
});

test.each(['', '{}', '{"state":"off"}'])('a switch that says %p is on, and nobody can clear it before it was thrown again', async (text) => {
  account.stop = text;
  expect((await ask('look')).view).toEqual({ state: 'on', by: 'unknown', at: '1970-01-01T00:00:00.000Z' });
  expect(await ask('clear', BOB)).toMatchObject({ status: 409, view: { code: 'CONFLICT' } });
  expect((await ask('stop')).view).toMatchObject({ state: 'on' });
  expect((await ask('clear', BOB)).view).toMatchObject({ state: 'off' });
});

test('it can be thrown even when it cannot be read', async () => {
  account.stop = awsError('InternalServerError', 'down', 500);
  expect((await ask('look')).view).toMatchObject({ state: 'on' });
  expect((await ask('stop')).view).toMatchObject({ state: 'on', by: ALICE.arn });
});

test('a failure to throw it is told at once, and says nothing of the inside', async () => {
  account.before = (call) => {
    if (call === 'PutParameter') {
      throw awsError('AccessDeniedException', 'arn:secret');
    }
  };
  const { status, view } = await ask('stop');
  expect({ status, code: view.code }).toEqual({ status: 500, code: 'INTERNAL' });
  expect(view.detail).toContain('by hand');
  expect(JSON.stringify(view)).not.toContain('secret');
});

test('throttling is waited for', async () => {
  let times = 0;
  account.before = (call) => {
    if (call === 'PutParameter' && times++ < 2) {
      throw awsError('ThrottlingException');
    }
  };
  expect((await ask('stop')).status).toBe(200);
});
