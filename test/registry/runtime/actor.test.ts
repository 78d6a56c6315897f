import { actorOf, Identity } from '../../../lib/registry/runtime/actor';
import { ACCOUNT, Caller, federated, person, root, session, TRUSTED_ROLE, user } from '../support/callers';

const OTHER_ACCOUNT = '444455556666';
const SECOND_ROLE = 'AWSReservedSSO_Approver_fedcba9876543210';
const acting = (caller: Identity) => actorOf(caller, [TRUSTED_ROLE, SECOND_ROLE], ACCOUNT);

test.each<[string, Caller, string, RegExp]>([
  ['an IAM user is a person', user('ann'), `arn:aws:iam::${ACCOUNT}:user/ann`, /^user:AIDA/],
  ['an IAM user with a path is too', user('people/ann'), `arn:aws:iam::${ACCOUNT}:user/people/ann`, /^user:AIDA/],
  ['a role is one person, and its session is not named', session('deploy', 'ann'), `arn:aws:sts::${ACCOUNT}:assumed-role/deploy`, /^role:AROA[A-Z0-9]+$/],
  ['a session of a trusted role is a person', person('Ann@example.com'), `arn:aws:sts::${ACCOUNT}:assumed-role/${TRUSTED_ROLE}/Ann@example.com`, /^session:ann@example\.com$/],
  [
    'a role of a trusted name in another account is one person', session(TRUSTED_ROLE, 'ann', OTHER_ACCOUNT),
    `arn:aws:sts::${OTHER_ACCOUNT}:assumed-role/${TRUSTED_ROLE}`, /^role:AROA/,
  ],
])('%s', (_claim, caller, arn, who) => {
  const actor = acting(caller);
  expect(actor.arn).toBe(arn);
  expect(actor.person).toMatch(who);
});

test.each<[string, Caller]>([
  ['the root user', root()],
  ['a federated user', federated('ann')],
  ['a role whose session differs between ARN and id', { ...person('ann'), userId: person('bob').userId }],
  ['a user whose id is one of a role', { ...user('ann'), userId: person('ann').userId }],
  ['a role without an id', { ...person('ann'), userId: '' }],
  ['an ARN with a line of its own', { ...user('ann'), userArn: `${user('ann').userArn}\nadmin` }],
  ['an ARN of another partition\'s shape', { ...user('ann'), userArn: 'arn:evil:iam::111122223333:user/ann' }],
  ['a role with a path in its session ARN', { ...person('ann'), userArn: `arn:aws:sts::${ACCOUNT}:assumed-role/a/b/ann` }],
])('%s is nobody', (_who, caller) => {
  expect(() => acting(caller)).toThrow(expect.objectContaining({ code: 'UNKNOWN_ACTOR' }));
});

test('a request without an identity is refused', () => {
  expect(() => actorOf(undefined, [], ACCOUNT)).toThrow('sign it with AWS credentials');
});

test('whoever assumes a role cannot become two people by choosing two names', () => {
  expect(acting(session('deploy', 'ann')).person).toBe(acting(session('deploy', 'bob')).person);
});

test('nor by another spelling of a name that others chose', () => {
  expect(acting(person('Ann')).person).toBe(acting(person('ann')).person);
});

test('one person is the same through two trusted roles', () => {
  expect(acting(session(SECOND_ROLE, 'ann')).person).toBe(acting(person('ann')).person);
});

test('a session of an untrusted role cannot borrow the name of a person', () => {
  expect(acting(session('deploy', 'ann')).person).not.toBe(acting(person('ann')).person);
  expect(acting(session('x', 'y')).person).not.toBe(acting(session('z', 'y')).person);
});

test('a role whose name only begins like a trusted one is not trusted', () => {
  expect(acting(session(`${TRUSTED_ROLE}x`, 'ann')).person).toMatch(/^role:/);
  expect(acting(session(TRUSTED_ROLE.toLowerCase(), 'ann')).person).toMatch(/^role:/);
});
