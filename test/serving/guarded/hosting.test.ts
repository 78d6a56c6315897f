import { App, aws_ecr as ecr, aws_s3 as s3, CfnParameter, Duration, Lazy, Size, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { ModelImage } from '../../../lib/artifacts';
import { MlInstanceType } from '../../../lib/core';
import { GuardedEndpoint, GuardedEndpointProps, ModelContainer, MultiModel, RoutingStrategy, VariantHosting } from '../../../lib/serving';
import { ENV, openFindings } from '../../support/judged';
import { DIGEST, guardedEndpoint, SHA256, supplies } from '../../support/model-supplies';

let app: App;
let stack: Stack;
beforeEach(() => {
  app = new App();
  stack = new Stack(app, 'Test', { env: ENV });
});

function variantOf(changed: Partial<GuardedEndpointProps>): Record<string, unknown> {
  guardedEndpoint(stack, { endpointName: 'churn', ...changed });
  const [config] = Object.values(Template.fromStack(stack).findResources('AWS::SageMaker::EndpointConfig'));
  return config.Properties.ProductionVariants[0];
}

const image = (scope: Stack, id: string) =>
  ModelImage.fromEcr(ecr.Repository.fromRepositoryName(scope, id, id.toLowerCase()), DIGEST);
const pool = (name: string, priority: number) => ({ instanceType: MlInstanceType.of(name), priority });

describe('machines', () => {
  test('are told nothing unless asked', () => {
    expect(Object.keys(variantOf({})).sort())
      .toEqual(['InitialInstanceCount', 'InitialVariantWeight', 'InstanceType', 'ModelName', 'VariantName']);
  });

  test('take every option', () => {
    expect(variantOf({
      hosting: VariantHosting.of({
        volumeSize: Size.gibibytes(100),
        modelDownloadTimeout: Duration.minutes(20),
        startupTimeout: Duration.minutes(10),
        provisionTimeout: Duration.minutes(30),
        inferenceAmiVersion: 'al2023-ami-sagemaker-inference-gpu-4-1',
        routing: RoutingStrategy.LEAST_OUTSTANDING_REQUESTS,
        capacityReservationArn: 'arn:aws:sagemaker:eu-west-1:111122223333:training-plan/plan-1',
      }),
    })).toMatchObject({
      VolumeSizeInGB: 100,
      ModelDataDownloadTimeoutInSeconds: 1200,
      ContainerStartupHealthCheckTimeoutInSeconds: 600,
      VariantInstanceProvisionTimeoutInSeconds: 1800,
      InferenceAmiVersion: 'al2023-ami-sagemaker-inference-gpu-4-1',
      RoutingConfig: { RoutingStrategy: 'LEAST_OUTSTANDING_REQUESTS' },
      CapacityReservationConfig: {
        CapacityReservationPreference: 'capacity-reservations-only',
        MlReservationArn: 'arn:aws:sagemaker:eu-west-1:111122223333:training-plan/plan-1',
      },
    });
  });

  test('come from pools in order, in place of the one type', () => {
    const variant = variantOf({ hosting: VariantHosting.of({ instancePools: [pool('ml.m5.xlarge', 1), pool('ml.m6i.xlarge', 2)] }) });
    expect(variant).not.toHaveProperty('InstanceType');
    expect(variant.InstancePools).toEqual([{ InstanceType: 'ml.m5.xlarge', Priority: 1 }, { InstanceType: 'ml.m6i.xlarge', Priority: 2 }]);
  });

  test('of pools with local disks take no key', () => {
    guardedEndpoint(stack, { hosting: VariantHosting.of({ instancePools: [pool('ml.g5.xlarge', 1), pool('ml.g6.xlarge', 2)] }) });
    Template.fromStack(stack).hasResourceProperties('AWS::SageMaker::EndpointConfig', { KmsKeyId: Match.absent() });
  });

  test('may be scaled by SageMaker, and an update keeps their count then', () => {
    expect(variantOf({ hosting: VariantHosting.of({ managedInstances: { min: 2, max: 6 } }) }))
      .toMatchObject({ ManagedInstanceScaling: { Status: 'ENABLED', MinInstanceCount: 2, MaxInstanceCount: 6 } });
    Template.fromStack(stack).hasResourceProperties('AWS::SageMaker::Endpoint', { RetainAllVariantProperties: true });
  });

  test.each([
    [{ volumeSize: Size.gibibytes(0) }, '`volumeSize` must be a whole number from 1 to 512 GiB: got 0'],
    [{ volumeSize: Size.gibibytes(513) }, '`volumeSize`'],
    [{ modelDownloadTimeout: Duration.seconds(59) }, '`modelDownloadTimeout` must be a whole number from 60 to 3600 seconds: got 59'],
    [{ startupTimeout: Duration.seconds(3601) }, '`startupTimeout`'],
    [{ provisionTimeout: Duration.seconds(299) }, '`provisionTimeout` must be a whole number from 300 to 3600 seconds: got 299'],
    [{ inferenceAmiVersion: 'AMI 1' }, '`inferenceAmiVersion`'],
    [{ capacityReservationArn: 'cr-1' }, '`capacityReservationArn`'],
    [{ instancePools: [] }, '`instancePools` must name 1 to 5 machines: got 0'],
    [{ instancePools: [1, 2, 3, 4, 5, 6].map((n) => pool(`ml.m${n}.xlarge`, 1)) }, '1 to 5 machines: got 6'],
    [{ instancePools: [pool('ml.m5.xlarge', 6)] }, '`instancePools[0].priority` must be a whole number from 1 to 5: got 6'],
    [{ instancePools: [pool('ml.m5.xlarge', 1), pool('ml.m5.xlarge', 2)] }, 'must name each machine once'],
    [{ instancePools: [pool('ml.m5.xlarge', 1), pool('ml.g5.xlarge', 2)] }, 'must agree on local disks'],
    [{ instancePools: [pool('ml.inf1.xlarge', 1)] }, "must take SageMaker's deployment guardrails"],
    [{ managedInstances: { min: 1, max: 4 } }, '`managedInstances.min` must be a whole number of at least 2: got 1'],
    [{ managedInstances: { min: 4, max: 3 } }, '`managedInstances.max` must not be below its `min`: got 3 below 4'],
  ])('%j is refused', (options, message) => {
    expect(() => VariantHosting.of(options)).toThrow(message);
  });

  test('tokens pass', () => {
    const seconds = new CfnParameter(stack, 'Seconds', { type: 'Number' }).valueAsNumber;
    expect(variantOf({ hosting: VariantHosting.of({ startupTimeout: Duration.seconds(seconds) }) }))
      .toMatchObject({ ContainerStartupHealthCheckTimeoutInSeconds: { Ref: 'Seconds' } });
  });

  test('what resolves is judged at synth', () => {
    const hosting = VariantHosting.of({ startupTimeout: Duration.seconds(Lazy.number({ produce: () => 5 })) });
    guardedEndpoint(stack, { hosting });
    expect(() => app.synth()).toThrow('`startupTimeout` must be a whole number from 60 to 3600 seconds: got 5');
  });
});

describe('metrics', () => {
  test.each([10, 30, 60, 300])('can come every %p seconds', (seconds) => {
    guardedEndpoint(stack, { enhancedMetrics: Duration.seconds(seconds) });
    Template.fromStack(stack).hasResourceProperties('AWS::SageMaker::EndpointConfig', {
      MetricsConfig: { EnableEnhancedMetrics: true, MetricPublishFrequencyInSeconds: seconds },
    });
  });

  test.each([0, 1, 20, 301])('cannot come every %p seconds', (seconds) => {
    expect(() => guardedEndpoint(stack, { enhancedMetrics: Duration.seconds(seconds) }))
      .toThrow(`\`enhancedMetrics\` must be one of 10, 30, 60, 120, 180, 240, 300 seconds: got ${seconds}`);
  });
});

describe('several containers', () => {
  const containers = (count: number) => Array.from({ length: count }, (_, index) =>
    ModelContainer.of({ image: image(stack, `Step${index}`), environment: { STEP: String(index) } }));
  const pipeline = (count: number, changed: Partial<GuardedEndpointProps> = {}) => new GuardedEndpoint(stack, 'Endpoint', {
    pipeline: changed.pipeline ?? containers(count),
    network: supplies(stack).network,
    instanceType: MlInstanceType.M5_XLARGE,
    ...changed,
  });

  test('stand in the order a request passes through them', () => {
    pipeline(3);
    const [model] = Object.values(Template.fromStack(stack).findResources('AWS::SageMaker::Model'));
    expect(model.Properties.PrimaryContainer).toBeUndefined();
    const containersOf: { Environment: { STEP: string } }[] = model.Properties.Containers;
    const order = containersOf.map(({ Environment: { STEP } }) => STEP);
    expect(order).toEqual(['0', '1', '2']);
  });

  test.each([1, 16])('%p are refused', (count) => {
    expect(() => pipeline(count)).toThrow(`\`pipeline\` must hold 2 to 15 containers: got ${count}`);
  });

  test('stand alone', () => {
    expect(() => pipeline(2, { environment: {} })).toThrow('`pipeline` must stand alone, because its containers say these: got `environment` as well');
  });

  test('are judged with their place', () => {
    const lazy = ModelContainer.of({ image: image(stack, 'Lazy'), environment: { A: Lazy.string({ produce: () => `AKIA${'A'.repeat(16)}` }) } });
    pipeline(2, { pipeline: [...containers(1), lazy] });
    expect(() => app.synth()).toThrow('`pipeline[1].environment.A` must not carry secrets');
  });

  test('have secrets refused each', () => {
    expect(() => ModelContainer.of({ image: image(stack, 'Step'), environment: { DB_PASSWORD: 'x' } })).toThrow("got the name 'DB_PASSWORD'");
  });
});

describe('many models', () => {
  const bucket = (scope: Stack) => s3.Bucket.fromBucketName(scope, 'Models', 'our-models');

  test('lie below one prefix, which the role may list and read', () => {
    guardedEndpoint(stack, { artifact: undefined, multiModel: MultiModel.below(bucket(stack), 'churn/') });
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::SageMaker::Model', {
      PrimaryContainer: { Mode: 'MultiModel', ModelDataUrl: 's3://our-models/churn/', MultiModelConfig: { ModelCacheSetting: 'Enabled' } },
    });
    template.hasResourceProperties('AWS::IAM::ManagedPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({ Action: 's3:GetObject', Resource: { 'Fn::Join': ['', Match.arrayWith([':s3:::our-models/churn/*'])] } }),
          Match.objectLike({ Action: 's3:ListBucket', Condition: { StringLike: { 's3:prefix': 'churn/*' } } }),
        ]),
      },
    });
  });

  test.each(['', '/', 'churn', '/churn/', 'a/../b/', '*/', 'a//'])('do not lie below %p', (prefix) => {
    expect(() => MultiModel.below(bucket(stack), prefix)).toThrow('`prefix` must be a folder below the bucket');
  });

  test('stand in place of one artifact', () => {
    const multiModel = MultiModel.below(bucket(stack), 'churn/');
    expect(() => guardedEndpoint(stack, { multiModel })).toThrow('`artifact` and `multiModel` must not both be given');
  });

  test('are not one of several containers', () => {
    const multiModel = MultiModel.below(bucket(stack), 'churn/');
    const pipeline = [ModelContainer.of({ image: image(stack, 'A') }), ModelContainer.of({ image: image(stack, 'B'), multiModel })];
    expect(() => new GuardedEndpoint(stack, 'Endpoint', { pipeline, network: supplies(stack).network, instanceType: MlInstanceType.M5_XLARGE }))
      .toThrow('must not hold a container with `multiModel`');
  });

  test('pass five packs', () => {
    expect(openFindings((judged) => guardedEndpoint(judged, { artifact: undefined, multiModel: MultiModel.below(bucket(judged), 'churn/') })))
      .toEqual([]);
  });
});

test('artifacts stay as they are: one container, one artifact', () => {
  guardedEndpoint(stack);
  Template.fromStack(stack).hasResourceProperties('AWS::SageMaker::Model', {
    Containers: Match.absent(), PrimaryContainer: { Mode: Match.absent(), ModelDataUrl: `s3://our-artifacts/churn/${SHA256}/model.tar.gz` },
  });
});
