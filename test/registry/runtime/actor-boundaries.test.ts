import { actorOf, Identity } from '../../../lib/registry/runtime/actor';
import { ACCOUNT, root, session, user } from '../support/callers';

describe('nobody, who is told what to do', () => {
  test.each([
    [undefined, 'the request is not signed by anybody whom IAM knows; sign it with AWS credentials (SigV4)'],
    [root(), 'only IAM users and assumed roles can use the registry, not the root user or a federated user; assume a role'],
    [{ ...user('ann'), userArn: 'not an ARN' }, 'only IAM users and assumed roles can use the registry, not the root user or a federated user; assume a role'],
  ])('%#', (identity, message) => {
    expect(() => actorOf(identity, [], ACCOUNT)).toThrow(expect.objectContaining({ code: 'UNKNOWN_ACTOR', message }));
  });

  // neither has a session name that could differ from the other's
  test.each([
    ['a role with the id of nobody', { ...root(), userArn: `arn:aws:sts::${ACCOUNT}:assumed-role/deploy/ann`, userId: 'ann' }],
    ['nobody with the id of a role', { ...root(), userId: 'AROAABCDEFGHIJKLMNOP:ann' }],
  ])('%s', (_name, identity) => {
    expect(() => actorOf(identity, [], ACCOUNT)).toThrow(expect.objectContaining({ code: 'UNKNOWN_ACTOR' }));
  });
});

describe('an identity is what IAM writes from its first letter to its last:', () => {
  const role = session('deploy', 'ann');
  const ann = user('ann');

  test.each<[string, Identity]>([
    ['something before the ARN of a user', { ...ann, userArn: `x${ann.userArn}` }],
    ['something before the id of a user', { ...ann, userId: `x${ann.userId}` }],
    ['something after the id of a user', { ...ann, userId: `${ann.userId}:ann` }],
    ['something before the ARN of a session', { ...role, userArn: `x${role.userArn}` }],
    ['something after the ARN of a session', { ...role, userArn: `${role.userArn} ` }],
    ['something before the id of a session', { ...role, userId: `x${role.userId}` }],
    ['something after the id of a session', { ...role, userId: `${role.userId} ` }],
  ])('nobody has %s', (_name, identity) => {
    expect(() => actorOf(identity, [], ACCOUNT)).toThrow(expect.objectContaining({ code: 'UNKNOWN_ACTOR' }));
  });

  test.each(['aws-cn', 'aws-us-gov'])('people of the partition %s are somebody', (partition) => {
    const inPartition = (identity: Identity) => ({ ...identity, userArn: identity.userArn.replace('arn:aws:', `arn:${partition}:`) });
    expect(actorOf(inPartition(ann), [], ACCOUNT).arn).toBe(`arn:${partition}:iam::${ACCOUNT}:user/ann`);
    expect(actorOf(inPartition(role), [], ACCOUNT).arn).toBe(`arn:${partition}:sts::${ACCOUNT}:assumed-role/deploy`);
  });

  test.each(['accountId', 'userArn', 'userId'])('and has a %s', (field) => {
    expect(Identity.safeParse(ann).success).toBe(true);
    expect(Identity.safeParse({ ...ann, [field]: undefined }).success).toBe(false);
  });
});
