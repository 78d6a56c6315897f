import { aws_applicationautoscaling as scaling, aws_iam as iam, aws_kms as kms, aws_s3 as s3, aws_sagemaker as sagemaker, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { MlInstanceType } from '../../../lib/core';
import {
  ConcurrencyTrackingOptions, DataCapture, DataCaptureOptions, EndpointScaling, EndpointScalingOptions, ExistingModel,
  InvocationTrackingOptions, MultiModel, VariantHosting, VariantHostingOptions,
} from '../../../lib/serving';
import { describeHostileProps, Fine, LEFT_OUT, Make, NOTHING, testPropsThatAreNone, TIME } from '../../support/hostile-props';

/** A token in hours is refused with a way out. */
const HOUR = 'undefined, no time';
const SECONDS = LEFT_OUT;
const REFERENCE = 'a reference as a number';
const BOUNDS: Fine<EndpointScalingOptions> = {
  min: REFERENCE, max: REFERENCE, scaleOutCooldown: HOUR, scaleInCooldown: HOUR, schedules: 'undefined, an empty list',
};
const STEPS: Fine<InvocationTrackingOptions> = {
  ...BOUNDS, invocationsPerInstance: `1.5, 1e300, ${REFERENCE}`, largerStepsAccepted: 'undefined, a reference as text',
};
const CONCURRENT: Fine<ConcurrencyTrackingOptions> = {
  ...BOUNDS, concurrentRequestsPerInstance: `1.5, 1e300, ${REFERENCE}`, largerStepsAccepted: 'undefined, a reference as text',
};
const HOSTING: Fine<VariantHostingOptions> = {
  volumeSize: 'undefined, five gibibytes',
  modelDownloadTimeout: SECONDS,
  startupTimeout: SECONDS,
  provisionTimeout: SECONDS,
  inferenceAmiVersion: 'undefined, text, a reference as text',
  routing: LEFT_OUT,
  capacityReservationArn: 'undefined, a reference as text',
  instancePools: LEFT_OUT,
  managedInstances: LEFT_OUT,
};
const CAPTURE: Fine<DataCaptureOptions> & { readonly bucket: string } = {
  bucket: NOTHING,
  samplingPercent: `1.5, ${REFERENCE}`,
  prefix: 'undefined, a reference as text',
  retention: TIME,
  encryptionKey: NOTHING,
  input: 'undefined, true',
  output: 'undefined, true',
  jsonContentTypes: LEFT_OUT,
  csvContentTypes: LEFT_OUT,
};
const MANY = { bucket: NOTHING, prefix: 'a reference as text', cache: 'undefined, true' };
const EXISTING = { modelName: 'text, a reference as text', executionRole: NOTHING };

const bucketOf = (stack: Stack) => s3.Bucket.fromBucketName(stack, 'Bucket', 'ours');
const roleOf = (stack: Stack) => iam.Role.fromRoleArn(stack, 'Role', 'arn:aws:iam::111122223333:role/host');
const bounds = { min: 2, max: 3 };

function scaled(stack: Stack, value: EndpointScaling): void {
  value._settle(stack, { instanceTypeName: 'ml.m5.xlarge' });
  value._bind(new Construct(stack, 'Scaling'), { endpointName: 'churn', variantName: 'Slot' });
}

const onInvocations: Make = (stack, changed) => {
  scaled(stack, EndpointScaling.targetTrackingOnInvocations({ ...bounds, invocationsPerInstance: 100, ...changed }));
};
const onConcurrency: Make = (stack, changed) => {
  scaled(stack, EndpointScaling.targetTrackingOnConcurrency({ ...bounds, concurrentRequestsPerInstance: 4, ...changed }));
};
const hosted: Make = (stack, changed) => {
  new sagemaker.CfnEndpointConfig(stack, 'Config', {
    productionVariants: [{ variantName: 'Slot', modelName: 'churn', ...VariantHosting.of(changed)._render(stack) }],
  });
};
const captured: Make = (stack, changed) => {
  const { bucket, ...options } = {
    bucket: bucketOf(stack), samplingPercent: 10, encryptionKey: kms.Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:eu-west-1:111122223333:key/k'), ...changed,
  };
  const dataCaptureConfig = DataCapture.to(bucket, options)._bind(stack, roleOf(stack));
  new sagemaker.CfnEndpointConfig(stack, 'Config', { productionVariants: [], dataCaptureConfig });
};
const many: Make = (stack, changed) => {
  const { bucket, prefix, ...options } = { bucket: bucketOf(stack), prefix: 'models/', ...changed };
  MultiModel.below(bucket, prefix, options)._settle(stack);
};
const existing: Make = (stack, changed) => {
  const { modelName, executionRole } = { modelName: 'churn-7', executionRole: roleOf(stack), ...changed };
  ExistingModel.named(modelName, executionRole)._settle(stack);
};

testPropsThatAreNone([
  ['steps on requests', (props) => EndpointScaling.onInvocations(props)], ['steps on concurrency', (props) => EndpointScaling.onConcurrency(props)],
  ['tracking of requests', (props) => EndpointScaling.targetTrackingOnInvocations(props)],
  ['tracking of concurrency', (props) => EndpointScaling.targetTrackingOnConcurrency(props)],
  ['hosting', (props) => VariantHosting.of(props)], ['capture', (props) => DataCapture.to(bucketOf(new Stack()), props)],
  ['many models', (props) => MultiModel.below(bucketOf(new Stack()), 'models/', props)],
]);

describeHostileProps([
  ['scaling on requests', onInvocations, STEPS], ['scaling on concurrency', onConcurrency, CONCURRENT], ['hosting', hosted, HOSTING],
  ['capture', captured, CAPTURE], ['many models', many, MANY], ['a model that somebody made', existing, EXISTING],
]);

test.each<[string, object, string]>([
  ['nothing', {}, '`schedules[0].schedule` must be a Schedule'],
  ['a time as text', { schedule: 'rate(1 day)', min: 2, max: 3 }, '`schedules[0].schedule` must be a Schedule'],
  ['a bound as text', { schedule: scaling.Schedule.expression('rate(1 day)'), min: '2', max: 3 }, '`schedules[0].min` must be a number: got \'2\''],
  ['no bound', { schedule: scaling.Schedule.expression('rate(1 day)'), min: 2 }, '`schedules[0].max` must be a number: got undefined'],
  ['a zone as text', { schedule: scaling.Schedule.expression('rate(1 day)'), min: 2, max: 3, timeZone: 'UTC' }, '`schedules[0].timeZone` must be a TimeZone'],
])('a schedule with %s is refused in our words', (_, schedule, message) => {
  const schedules = [schedule as never];
  expect(() => EndpointScaling.onInvocations({ ...bounds, invocationsPerInstance: 1, schedules })).toThrow(message);
});

test.each<[string, object, string]>([
  ['a pool without a machine', { instancePools: [{ priority: 1 }] }, '`instancePools[0].instanceType` must be an MlInstanceType'],
  ['a machine by its name', { instancePools: [{ instanceType: 'ml.m5.xlarge', priority: 1 }] }, '`instancePools[0].instanceType` must be an MlInstanceType'],
  ['no bound', { managedInstances: { min: 2 } }, '`managedInstances.max` must be a number: got undefined'],
  ['a way of routing by its name', { routing: 'RANDOM' }, '`routing` must be a RoutingStrategy'],
  ['another thing with a name', { routing: MlInstanceType.M5_XLARGE }, '`routing` must be a RoutingStrategy'],
])('hosting with %s is refused in our words', (_, options, message) => {
  expect(() => VariantHosting.of(options)).toThrow(message);
});

test.each([undefined, null, 'churn-7', {}])('%p is no model of SageMaker', (model) => {
  expect(() => ExistingModel.of(model as never, roleOf(new Stack()))).toThrow('`model` must be a model of SageMaker, made or imported');
});
