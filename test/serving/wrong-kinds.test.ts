import { App, aws_cloudwatch as cw, aws_ec2 as ec2, aws_iam as iam, aws_s3 as s3, Duration, Stack } from 'aws-cdk-lib';
import { MlInstanceType } from '../../lib/core';
import { DeploymentPlan, GuardedEndpointProps, ModelContainer, ProgressiveEndpointProps, ReleasePlan, RollbackTrigger } from '../../lib/serving';
import { ENV } from '../support/judged';
import { messageOf } from '../support/message-of';
import { guardedEndpoint } from '../support/model-supplies';
import { progressiveEndpoint } from './progressive/progressive-supplies';

let stack: Stack;
beforeEach(() => {
  stack = new Stack(new App(), 'Test', { env: ENV });
});

/** What a program without types can give where another thing is wanted. */
type Wrong = (scope: Stack) => unknown;
type Case = [string, Wrong, string];

const plain: Wrong = () => ({ instances: 1 });
const ec2Type: Wrong = () => new ec2.InstanceType('m5.xlarge');
const vpc: Wrong = (scope) => new ec2.Vpc(scope, 'Vpc');
const alarm: Wrong = (scope) => cw.Alarm.fromAlarmName(scope, 'Alarm', 'mine');
const bucket: Wrong = (scope) => new s3.Bucket(scope, 'Bucket');

const BOTH: Case[] = [
  ['instanceType', () => 'ml.m5.xlarge', '`instanceType` must be an MlInstanceType, as in MlInstanceType.of(\'ml.m5.xlarge\'): got \'ml.m5.xlarge\''],
  ['instanceType', ec2Type, '`instanceType` must be an MlInstanceType, as in MlInstanceType.of(\'ml.m5.xlarge\'): got an object'],
  ['network', vpc, '`network` must be an MlNetwork, made or brought with MlNetwork.fromVpc: got an object'],
  ['networkIsolation', () => 'no', '`networkIsolation` must be true or false: got \'no\''],
  ['environment', () => 'A=1', '`environment` must be a plain object: got \'A=1\''],
  ['encryptionKey', () => 'alias/mine', '`encryptionKey` must be a KMS key, made or imported: got \'alias/mine\''],
  ['notify', bucket, '`notify` must be an SNS topic, made or imported: got an object'],
];

test.each<Case>([
  ...BOTH,
  ['deployment', plain, '`deployment` must be a DeploymentPlan, as in DeploymentPlan.canary(): got an object'],
  ['deployment', () => ReleasePlan.standard(), '`deployment` must be a DeploymentPlan'],
  ['rollbackOn', () => RollbackTrigger.errorRateAbove(), '`rollbackOn` must be a list: got an object'],
  ['rollbackOn', (scope) => [RollbackTrigger.errorRateAbove(), alarm(scope)],
    '`rollbackOn[1]` must be a RollbackTrigger, as in RollbackTrigger.alarm(alarm): got an object'],
  ['killSwitch', () => 0, '`killSwitch` must be true or false, known at synth: got 0'],
  ['image', () => 'repo@sha256:1', '`image` must be a ModelImage, as in ModelImage.fromEcr(repository, digest): got \'repo@sha256:1\''],
  ['artifact', () => 's3://bucket/model.tar.gz', '`artifact` must be a ModelArtifact, as in store.artifact(model, sha256): got \'s3://'],
  ['multiModel', plain, '`multiModel` must be a MultiModel, as in MultiModel.below(bucket, prefix): got an object'],
  ['pipeline', () => [{}, {}], '`pipeline[1]` must be a ModelContainer, as in ModelContainer.of({ image }): got an object'],
  ['pipeline', plain, '`pipeline` must be a list: got an object'],
  ['existingModel', () => 'churn-7', '`existingModel` must be an ExistingModel, as in ExistingModel.named(name, role): got \'churn-7\''],
  ['scaling', plain, '`scaling` must be an EndpointScaling, as in EndpointScaling.onInvocations(options): got an object'],
  ['hosting', plain, '`hosting` must be a VariantHosting, as in VariantHosting.of(options): got an object'],
  ['dataCapture', bucket, '`dataCapture` must be a DataCapture, as in DataCapture.to(bucket, options): got an object'],
  ['enhancedMetrics', () => 10, '`enhancedMetrics` must be a Duration, as in Duration.hours(1): got 10'],
  ['logRetention', () => null, '`logRetention` must be a value or left out: got null'],
])('a guarded endpoint says what %s has to be', (prop, wrong, message) => {
  expect(() => guardedEndpoint(stack, { [prop]: wrong(stack) } as Partial<GuardedEndpointProps>)).toThrow(message);
});

test.each<Case>([
  ...BOTH,
  ['model', () => 'churn', '`model` must be a RegisteredModel, as in registry.model(name): got \'churn\''],
  ['release', plain, '`release` must be a ReleasePlan, as in ReleasePlan.standard(): got an object'],
  ['release', () => DeploymentPlan.canary(), '`release` must be a ReleasePlan'],
  ['emergencyStop', () => 'production', '`emergencyStop` must be an EmergencyStop, made or brought: got \'production\''],
  ['onDelete', () => 'delete', '`onDelete` must be an EndpointDeletion, as in EndpointDeletion.REFUSE: got \'delete\''],
  ['tags', () => [{ key: 'a', value: 'b' }], '`tags` must be a plain object: got an object'],
])('a progressive endpoint says what %s has to be', (prop, wrong, message) => {
  expect(() => progressiveEndpoint(stack, { [prop]: wrong(stack) } as Partial<ProgressiveEndpointProps>)).toThrow(message);
});

test('several props of a wrong kind are told at once', () => {
  const wrong = { instanceType: 'ml.m5.xlarge', deployment: {}, rollbackOn: {} } as unknown as Partial<GuardedEndpointProps>;
  expect(() => guardedEndpoint(stack, wrong)).toThrow(/`instanceType`[^]*`deployment`[^]*`rollbackOn`/);
});

test.each<[string, object, string]>([
  ['stages', { stages: ReleasePlan.standard().stages[0] }, '`stages` must be a list: got an object'],
  ['stages', { stages: [{ percent: 10 }] }, '`stages[0]` must be a ReleaseStage, as in ReleaseStage.canary({ percent: 10 }): got an object'],
  ['rollbackOn', { rollbackOn: RollbackTrigger.errorRateAbove() }, '`rollbackOn` must be a list: got an object'],
  ['rollbackOn', { rollbackOn: ['errors'] }, '`rollbackOn[0]` must be a RollbackTrigger, as in RollbackTrigger.alarm(alarm): got \'errors\''],
  ['tick', { tick: 5 }, '`tick` must be a Duration, as in Duration.hours(1): got 5'],
])('a release plan says what %s has to be', (_, options, message) => {
  expect(() => ReleasePlan.of(options)).toThrow(message);
});

test.each<[string, (wrong: Duration) => unknown]>([
  ['bakeTime', (bakeTime) => DeploymentPlan.canary({ bakeTime })],
  ['bakeTime', (bakeTime) => DeploymentPlan.allAtOnce({ bakeTime })],
  ['finalBakeTime', (finalBakeTime) => DeploymentPlan.linear({ finalBakeTime })],
  ['maximumDuration', (maximumDuration) => DeploymentPlan.rolling({ maximumDuration })],
])('a number for %s is no duration, nor is a text', (prop, plan) => {
  for (const wrong of [15, 0, 'PT15M', {}]) {
    expect(() => plan(wrong as unknown as Duration)).toThrow(`\`${prop}\` must be a Duration, as in Duration.hours(1): got`);
  }
});

test.each(['mine', {}, null, undefined])('%j is no alarm', (wrong) => {
  expect(() => RollbackTrigger.alarm(wrong as unknown as cw.IAlarmRef)).toThrow('`alarm` must be a metric alarm, made or imported: got');
});

test('a rate that is a text is no number', () => {
  expect(() => RollbackTrigger.errorRateAbove({ percent: '2' as unknown as number })).toThrow('`percent` must be above 0 and at most 100: got \'2\'');
});

test('a container wants an image', () => {
  const of = (image: unknown) => () => ModelContainer.of({ image } as Parameters<typeof ModelContainer.of>[0]);
  expect(of(undefined)).toThrow('`image` must be a ModelImage, as in ModelImage.fromEcr(repository, digest): got undefined');
  expect(of('repo@sha256:1')).toThrow('`image` must be a ModelImage');
});

test('a value of another copy of the library is taken: what it can do counts, not its class', () => {
  const copy = Object.create(null, Object.getOwnPropertyDescriptors(MlInstanceType.prototype)) as MlInstanceType;
  expect(copy).not.toBeInstanceOf(MlInstanceType);
  expect(() => guardedEndpoint(stack, { instanceType: Object.assign(copy, MlInstanceType.M5_XLARGE) })).not.toThrow();
});

test.each([1.5, '2', Number.NaN])('a count of %p gets one complaint, not a second one about the canary', (instanceCount) => {
  const message = messageOf(() => guardedEndpoint(stack, { instanceCount: instanceCount as number }));
  expect(message).toContain('`instanceCount` must be a whole number of at least 2');
  expect(message).not.toContain('canary');
});

test('a plan that outruns its alarms is told also beside a wrong count', () => {
  const deployment = DeploymentPlan.canary({ bakeTime: Duration.minutes(1) });
  expect(messageOf(() => guardedEndpoint(stack, { instanceCount: 1.5, deployment }))).toContain('must outlast the fastest rollback trigger');
});

test('a role in place of a model is told too', () => {
  const role = new iam.Role(stack, 'Role', { assumedBy: new iam.AnyPrincipal() });
  expect(() => guardedEndpoint(stack, { existingModel: role as never })).toThrow('`existingModel` must be an ExistingModel');
});
