import { App, aws_iam as iam, CfnParameter, Duration, Lazy, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { modelRegistry, stores } from './registries';
import { ObjectLock } from '../../lib/artifacts';
import { InvalidProps } from '../../lib/core/invalid-props';
import { ApprovalGate, ModelRegistry, ModelRegistryProps } from '../../lib/registry';
import { ENV } from '../support/judged';

let stack: Stack;
beforeEach(() => { stack = new Stack(new App(), 'Test', { env: ENV }); });

const gate = ApprovalGate.of({ minimumAccuracy: 0.9 });
const many = (length: number, text: (index: number) => string) => Array.from({ length }, (_, index) => text(index));

const MISTAKES: [string, object, string, string][] = [
  ['no artifacts', { artifacts: undefined }, 'WrongKind', '`artifacts` must be an ArtifactStore, made or brought with ArtifactStore.fromBucket: got undefined'],
  ['no images at all', { images: [] }, 'NoImages', 'leave it out for a new one'],
  ['an environment in capitals', { environment: 'Production' }, 'Environment', "`environment` must be 2 to 32 characters of a-z, 0-9 and -, the first and the last a letter or a digit: got 'Production'"],
  ['an environment with a slash', { environment: 'prod/eu' }, 'Environment', '`environment` must be'],
  ['an empty environment', { environment: '' }, 'Environment', "got ''"],
  ['an environment that is too long', { environment: 'p'.repeat(33) }, 'Environment', '`environment` must be'],
  ['an environment that is null', { environment: null }, 'WrongKind', '`environment` must be text: got null'],
  ['a gate for no model', { approvalGates: { Churn: gate } }, 'ModelId', '`approvalGates` must be 2 to 64'],
  ['a gate for a pattern', { approvalGates: { 'churn*': gate } }, 'ModelId', '`approvalGates` must be 2 to 64'],
  ['a model without its gate', { approvalGates: { churn: undefined } }, 'WrongKind', 'got undefined; leave out a model that has none'],
  ['an ARN for a role', { trustedSessionRoles: ['arn:aws:iam::111122223333:role/sso'] }, 'TrustedSessionRole', 'give the name alone'],
  ['a pattern for a role', { trustedSessionRoles: ['AWSReservedSSO_*'] }, 'TrustedSessionRole', '`trustedSessionRoles` must hold names of roles'],
  ['a role twice', { trustedSessionRoles: ['sso', 'sso'] }, 'TrustedSessionRoleTwice', "got 'sso' more than once"],
  ['a role without a name', { trustedSessionRoles: [''] }, 'TrustedSessionRole', "got ''"],
  ['an empty list of prefixes', { datasetPrefixes: [] }, 'NoDatasetPrefixes', 'leave it out to allow'],
  ['a prefix that is a whole bucket', { datasetPrefixes: ['s3://training'] }, 'S3Uri', '`datasetPrefixes` must name a key'],
  ['a prefix that climbs', { datasetPrefixes: ['s3://training/../other/'] }, 'S3Uri', '`datasetPrefixes` must have no empty segment'],
  ['a prefix of another scheme', { datasetPrefixes: ['https://training/approved/'] }, 'S3Uri', '`datasetPrefixes` must begin with s3://'],
  ['a prefix twice', { datasetPrefixes: ['s3://training/a/', 's3://training/a/'] }, 'DatasetPrefixTwice', 'more than once'],
  ['no requests', { requestsPerSecond: 0 }, 'RequestsPerSecond', '`requestsPerSecond` must be a whole number from 1 to 1000: got 0'],
  ['too many requests', { requestsPerSecond: 1001 }, 'RequestsPerSecond', 'got 1001'],
  ['half a request', { requestsPerSecond: 1.5 }, 'RequestsPerSecond', 'got 1.5'],
  ['a gate that is a plain object', { approvalGates: { churn: { minimumAccuracy: 0.9 } } }, 'WrongKind', '`approvalGates.churn` must be an ApprovalGate, as in ApprovalGate.of({ minimumAccuracy: 0.9 }): got an object'],
  ['one gate for all', { approvalGates: gate }, 'WrongKind', '`approvalGates` must be a plain object: got an object'],
  ['a bucket for a store', { artifacts: { bucketName: 'our-artifacts' } }, 'WrongKind', '`artifacts` must be an ArtifactStore, made or brought with ArtifactStore.fromBucket: got an object'],
  ['a repository for an image store', { images: ['churn'] }, 'WrongKind', '`images[0]` must be an ImageStore, made or brought with ImageStore.fromRepository: got \'churn\''],
  ['one store without a list', { images: { repository: {} } }, 'WrongKind', '`images` must be a list: got an object'],
  ['a role without a list', { trustedSessionRoles: 'sso' }, 'WrongKind', '`trustedSessionRoles` must be a list: got \'sso\''],
  ['a prefix without a list', { datasetPrefixes: 's3://training/a/' }, 'WrongKind', '`datasetPrefixes` must be a list'],
  ['a key by its alias', { encryptionKey: 'alias/mine' }, 'WrongKind', '`encryptionKey` must be a KMS key'],
  ['a lock in days', { auditLock: 2555 }, 'WrongKind', '`auditLock` must be an ObjectLock, as in ObjectLock.governance(Duration.days(30)): got 2555'],
  ['a bucket by its name', { accessLogs: 'logs' }, 'WrongKind', '`accessLogs` must be a bucket'],
  ['a bus by its name', { eventBus: 'default' }, 'WrongKind', '`eventBus` must be an event bus, made or imported: got \'default\''],
  ['a topic by its ARN', { notifications: 'arn:aws:sns:eu-west-1:111122223333:t' }, 'WrongKind', '`notifications` must be an SNS topic'],
  ['more settings than Lambda takes', { datasetPrefixes: many(60, (index) => `s3://training/${'x'.repeat(50)}/${index}/`) }, 'SettingsTooLarge', 'at most 3000 bytes together'],
];

test.each(MISTAKES)('%s: is refused by its rule, in words, at its place', (_, changed, code, message) => {
  const { problems, constructPath } = refusalOf(changed);
  expect(problems.map((problem) => problem.code)).toEqual([code]);
  expect(problems[0].message).toContain(message);
  expect(constructPath).toBe('Test/Registry');
});

test('everything that is wrong is said at once', () => {
  const { problems } = refusalOf({
    environment: 'P', images: [], requestsPerSecond: 0, trustedSessionRoles: ['*'], datasetPrefixes: ['here'],
  });
  expect(problems.map(({ code }) => code).sort()).toEqual(['Environment', 'NoImages', 'RequestsPerSecond', 'S3Uri', 'TrustedSessionRole']);
});

test.each<[string, Partial<ModelRegistryProps>]>([
  ['an environment of two characters', { environment: 'p1' }], ['one of 32', { environment: 'p'.repeat(32) }],
  ['one request per second', { requestsPerSecond: 1 }], ['a thousand', { requestsPerSecond: 1000 }],
  ['the role of an identity provider', { trustedSessionRoles: ['AWSReservedSSO_DataScientist_0123456789abcdef'] }],
  ['every sign that a role may have', { trustedSessionRoles: ['a_+=,.@-Z9'] }],
  ['a prefix', { datasetPrefixes: ['s3://training/approved/'] }],
  ['a model whose name an object has', { approvalGates: { constructor: gate } }],
  ['settings that just fit', { datasetPrefixes: many(30, (index) => `s3://training/${'x'.repeat(50)}/${index}/`) }],
])('%s: is taken', (_, changed) => {
  expect(() => modelRegistry(stack, changed)).not.toThrow();
});

test('props are read once', () => {
  let reads = 0;
  const props = { ...stores(stack), get environment() { reads += 1; return reads === 1 ? 'staging' : '../x'; } };
  new ModelRegistry(stack, 'Registry', props);
  expect(JSON.stringify(Template.fromStack(stack).toJSON())).not.toContain('../x');
  Template.fromStack(stack).hasResourceProperties('AWS::SSM::Parameter', { Name: '/ml-platform/registry/staging' });
});

describe('tokens', () => {
  test('that only the deployment knows are passed on, in every prop that takes text or a number', () => {
    const text = (id: string) => new CfnParameter(stack, id).valueAsString;
    modelRegistry(stack, {
      environment: text('Environment'),
      trustedSessionRoles: [new iam.Role(stack, 'Sso', { assumedBy: new iam.AccountRootPrincipal() }).roleName, text('RoleName')],
      datasetPrefixes: [`s3://${text('Training')}/approved/`],
      requestsPerSecond: new CfnParameter(stack, 'Rate', { type: 'Number' }).valueAsNumber,
      approvalGates: { churn: ApprovalGate.of({ minimumAccuracy: new CfnParameter(stack, 'Accuracy', { type: 'Number' }).valueAsNumber }) },
      auditLock: ObjectLock.governance(Duration.days(new CfnParameter(stack, 'Days', { type: 'Number' }).valueAsNumber)),
    });
    const template = JSON.stringify(Template.fromStack(stack).toJSON());
    for (const name of ['Environment', 'RoleName', 'Training', 'Rate', 'Accuracy', 'Days']) {
      expect(template).toContain(`{"Ref":"${name}"}`);
    }
    expect(template).not.toContain('${Token');
  });

  test.each<[string, Partial<ModelRegistryProps>]>([
    ['`environment` must be', { environment: Lazy.string({ produce: () => 'P/' }) }],
    ['`trustedSessionRoles` must hold', { trustedSessionRoles: [Lazy.string({ produce: () => '*' })] }],
    ['`datasetPrefixes` must', { datasetPrefixes: [Lazy.string({ produce: () => 'here' })] }],
    ['`requestsPerSecond` must be', { requestsPerSecond: Lazy.number({ produce: () => 0 }) }],
  ])('that are known at synth are judged then: %s', (message, changed) => {
    const app = new App();
    modelRegistry(new Stack(app, 'Lazy', { env: ENV }), changed);
    expect(() => app.synth()).toThrow(message);
  });
});

function refusalOf(changed: object): InvalidProps {
  try {
    modelRegistry(stack, changed as Partial<ModelRegistryProps>);
  } catch (error) {
    return error as InvalidProps;
  }
  throw new Error('nothing was refused');
}

test.each([100, '100ms'])('a gate does not take %p for a latency', (latency) => {
  expect(() => ApprovalGate.of({ maximumP99Latency: latency as unknown as Duration })).toThrow('`maximumP99Latency` must be a Duration');
});

test.each<[string, unknown, string]>([
  ['auditBucket', 'copies', 'must be a bucket, made or imported: got \'copies\''],
  ['artifacts', 'our-artifacts', 'must be an ArtifactStore'],
  ['images', ['churn'], '[0]` must be an ImageStore'],
  ['eventBus', 'default', 'must be an event bus, made or imported: got \'default\''],
  ['trustedSessionRoles', 'sso', 'must be a list: got \'sso\''],
])('an import says what %s has to be', (attribute, wrong, message) => {
  expect(() => ModelRegistry.fromAttributes(stack, 'Imported', { apiId: 'abcdefghij', [attribute]: wrong })).toThrow(message);
});
