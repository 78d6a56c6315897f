import { SOMEBODY, withAwsEnvironment } from '../support/aws-environment';
import { DONE, json, problem, StubRegistry } from '../support/stub-registry';
import { run } from '../support/test-world';

let registry: StubRegistry;
beforeAll(async () => { registry = await StubRegistry.start(); });
afterAll(() => registry.stop());
withAwsEnvironment(() => SOMEBODY);

const REVOKED = { ...DONE, state: 'Revoked', revision: 3, production: 2, previous: 3 };
const revoke = (...args: string[]) => run(['model', 'revoke', 'fraud', '3', '--request-key', 'the-key', ...registry.flags, ...args]);

test('an ordinary revocation asks the route of everybody', async () => {
  registry.willAnswer(json({ ...DONE, state: 'Revoked', previous: undefined }));
  expect(await revoke()).toMatchObject({ exitCode: 0, out: 'fraud version 3 is revoked\nfraud is at rev 8; audit record 8\n' });
  expect(registry.asked).toMatchObject([{ line: 'POST /tenants/default/models/fraud/versions/3/revoke', body: {} }]);
});

test('an emergency has a route of its own, and says what serves now', async () => {
  registry.willAnswer(json(REVOKED));
  const { exitCode, out, err } = await revoke('--emergency', '--change-ticket', 'INC-77', '--expected-rev', '7');
  expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' });
  expect(out).toBe('fraud version 3 is revoked; version 2 is in production now\nfraud is at rev 8; audit record 8\n');
  expect(registry.asked).toMatchObject([{
    line: 'POST /tenants/default/models/fraud/versions/3/emergency-revoke',
    key: 'the-key',
    body: { changeTicket: 'INC-77', expectedRev: 7, leaveEmpty: false },
  }]);
});

test.each([
  ['nothing is in production now', { ...REVOKED, production: undefined }],
  ['it was not in production (version 5 is in production)', { ...REVOKED, production: 5, previous: undefined }],
  ['it was not in production (nothing is in production)', { ...REVOKED, production: undefined, previous: undefined }],
])('says so when %s', async (sentence, answer) => {
  registry.willAnswer(json(answer));
  expect((await revoke('--emergency', '--leave-empty', '--change-ticket', 'INC-77')).out).toContain(`fraud version 3 is revoked; ${sentence}\n`);
  expect(registry.asked).toMatchObject([{ body: { leaveEmpty: true } }]);
});

test.each([
  [['--emergency'], '--emergency needs --change-ticket with the incident'],
  [['--leave-empty'], '--leave-empty is about production, which only --emergency changes'],
])('%j alone is not right, and nothing is sent', async (args, sentence) => {
  registry.willAnswer(json(REVOKED));
  expect(await revoke(...args)).toMatchObject({ exitCode: 2, out: '', err: expect.stringContaining(sentence) });
  expect(registry.asked).toEqual([]);
});

test('a registry that has nothing to put in its place is heard', async () => {
  registry.willAnswer(problem(422, 'REFUSED', 'no version before 3 may serve in its place: promote another one first, or leave production empty (`leaveEmpty`)'));
  expect(await revoke('--emergency', '--change-ticket', 'INC-77')).toMatchObject({ exitCode: 1, err: expect.stringContaining('no version before 3 may serve') });
});

test('who may not do it is told which grant it takes', async () => {
  registry.willAnswer(json({ message: 'Forbidden' }, 403));
  expect(await revoke('--emergency', '--change-ticket', 'INC-77')).toMatchObject({
    exitCode: 5, err: expect.stringContaining('not allowed to emergency-revoke: Forbidden; ask the owner of the registry for the grant'),
  });
});
