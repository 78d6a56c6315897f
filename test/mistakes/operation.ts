import { aws_s3 as s3, Duration, Size, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { altered, artifacts, busyEndpoint, captures, DIGEST, endpoint, HEX, images, overridden, without } from './baselines';
import { Claim, Mistake, nobody, refused, Topic } from './mistake';
import { ModelImage } from '../../lib/artifacts';
import { MlInstanceType } from '../../lib/core';
import {
  DataCapture, DataCaptureOptions, GuardedEndpointProps, ModelContainer, MultiModel, VariantHosting, VariantHostingOptions,
} from '../../lib/serving';

type Changed = Partial<GuardedEndpointProps>;

function props(title: string, changed: (stack: Stack) => Changed, claim: Claim): Mistake {
  return { title, make: (stack) => endpoint(stack, changed(stack)), claim };
}

function captured(title: string, options: Partial<DataCaptureOptions>, claim: Claim): Mistake {
  return props(title, (stack) => ({ dataCapture: DataCapture.to(captures(stack), { samplingPercent: 10, ...options }) }), claim);
}

function hosted(title: string, options: VariantHostingOptions, claim: Claim): Mistake {
  return props(title, () => ({ hosting: VariantHosting.of(options) }), claim);
}

/** A container beside the baseline's image. */
function container(stack: Stack): ModelContainer {
  return ModelContainer.of({ image: ModelImage.fromEcr(images(new Construct(stack, 'Container')), DIGEST) });
}

const { M5_XLARGE, G5_XLARGE } = MlInstanceType;
const CAPTURE = 'Endpoint/Config';

export const OPERATION: Topic = {
  title: 'Capture, metrics, hosting, containers',
  mistakes: [
    captured('capture of no requests', { samplingPercent: 0 }, refused('SamplingPercent', 'samplingPercent', 'leave `dataCapture` out')),
    captured('capture of neither side', { input: false, output: false }, refused('CaptureNothing', 'input', 'must not both be false')),
    captured('a prefix that is the whole bucket', { prefix: '/' }, refused('CapturePrefix', 'prefix', 'folder by folder')),
    captured('captured payload for half a day', { retention: Duration.hours(12) }, refused('CaptureRetention', 'retention', 'from 1 to 36500 days')),
    captured('a content type without a slash', { jsonContentTypes: ['json'] },
      refused('ContentType', 'jsonContentTypes', 'such as application/json')),
    props('a bucket for capture that knows no key', (stack) => ({
      dataCapture: DataCapture.to(s3.Bucket.fromBucketName(stack, 'Captures', 'our-captures'), { samplingPercent: 10 }),
    }), refused('CaptureKey', 'encryptionKey', 'must be given')),
    {
      title: 'captured payload without a key, by an override',
      make: without(busyEndpoint, CAPTURE, 'DataCaptureConfig.KmsKeyId'),
      claim: nobody('judge the rendered configuration: what is captured is encrypted'),
    },
    {
      title: 'capture of a misspelt side, by an override',
      make: overridden(busyEndpoint, CAPTURE, 'DataCaptureConfig.CaptureOptions.0.CaptureMode', 'Inputs'),
      claim: { rules: ['W3030'] },
    },
    {
      title: 'captured payload that never expires, by an override',
      make: altered(busyEndpoint, 'Captures/Resource/Resource', (bucket) => bucket.addPropertyDeletionOverride('LifecycleConfiguration')),
      claim: nobody('judge the rendered bucket: what is captured expires'),
    },

    props('enhanced metrics every 45 seconds', () => ({ enhancedMetrics: Duration.seconds(45) }),
      refused('MetricFrequency', 'enhancedMetrics', '10')),

    hosted('a volume of one terabyte', { volumeSize: Size.tebibytes(1) }, refused('VolumeSize', 'volumeSize', 'from 1 to 512 GiB')),
    hosted('a startup of two hours', { startupTimeout: Duration.hours(2) }, refused('StartupTimeout', 'startupTimeout', 'from 60 to 3600 seconds')),
    hosted('a machine image with an underscore', { inferenceAmiVersion: 'al2023_gpu' },
      refused('InferenceAmiVersion', 'inferenceAmiVersion', 'such as al2023-ami-sagemaker-inference-gpu-4-1')),
    hosted('a reservation by its name', { capacityReservationArn: 'our-reservation' },
      refused('CapacityReservation', 'capacityReservationArn', 'must be the ARN of a reservation')),
    hosted('Inf1 as a second choice', { instancePools: [{ instanceType: MlInstanceType.INF1_XLARGE, priority: 1 }] },
      refused('InstancePoolGuardrails', 'instancePools[0].instanceType', 'choose an Inf2 type')),
    hosted('machines with and without local disks', {
      instancePools: [M5_XLARGE, G5_XLARGE].map((instanceType, index) => ({ instanceType, priority: index + 1 })),
    }, refused('InstancePoolDisks', 'instancePools', 'must agree on local disks')),

    props('a pipeline of one container', (stack) => ({ image: undefined, artifact: undefined, pipeline: [container(stack)] }),
      refused('ContainerCount', 'pipeline', '2')),
    props('a pipeline and an image', (stack) => ({ pipeline: [container(stack), container(new Stack(stack, 'Second'))] }),
      refused('ContainersGivenTwice', 'pipeline', 'image')),
    props('one model and many', (stack) => {
      const { bucket } = artifacts(new Construct(stack, 'Many'));
      return { artifact: artifacts(new Construct(stack, 'One')).artifact('churn', HEX), multiModel: MultiModel.below(bucket, 'models/') };
    }, refused('ArtifactAndMultiModel', 'artifact', 'a container serves one model or many')),
    props('many models below a whole bucket', (stack) => ({
      artifact: undefined, multiModel: MultiModel.below(artifacts(new Construct(stack, 'Many')).bucket, '/'),
    }), refused('MultiModelPrefix', 'prefix', 'a folder below the bucket that ends in /')),
  ],
};
