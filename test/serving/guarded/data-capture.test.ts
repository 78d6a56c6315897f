import { App, aws_kms as kms, aws_s3 as s3, CfnParameter, Duration, Lazy, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { ArtifactStore } from '../../../lib/artifacts';
import { DataCapture, DataCaptureOptions } from '../../../lib/serving';
import { ENV, openFindings } from '../../support/judged';
import { guardedEndpoint } from '../../support/model-supplies';

let app: App;
let stack: Stack;
let bucket: s3.IBucket;
beforeEach(() => {
  app = new App();
  stack = new Stack(app, 'Test', { env: ENV });
  bucket = new s3.Bucket(stack, 'Captured', { encryption: s3.BucketEncryption.KMS });
});

function templateOf(options: Partial<DataCaptureOptions> = {}): Template {
  guardedEndpoint(stack, { endpointName: 'churn', dataCapture: DataCapture.to(bucket, { samplingPercent: 20, ...options }) });
  return Template.fromStack(stack);
}

test('nothing is captured unless asked', () => {
  guardedEndpoint(stack);
  Template.fromStack(stack).hasResourceProperties('AWS::SageMaker::EndpointConfig', { DataCaptureConfig: Match.absent() });
});

test('a share of requests and answers goes below one prefix, under the key of the bucket', () => {
  templateOf().hasResourceProperties('AWS::SageMaker::EndpointConfig', {
    DataCaptureConfig: {
      EnableCapture: true,
      InitialSamplingPercentage: 20,
      DestinationS3Uri: { 'Fn::Join': ['', ['s3://', { Ref: Match.stringLikeRegexp('^Captured') }, '/capture']] },
      KmsKeyId: { 'Fn::GetAtt': [Match.stringLikeRegexp('^CapturedKey'), 'Arn'] },
      CaptureOptions: [{ CaptureMode: 'Input' }, { CaptureMode: 'Output' }],
      CaptureContentTypeHeader: { JsonContentTypes: ['application/json'], CsvContentTypes: ['text/csv'] },
    },
  });
});

test.each([[{ input: false }, 'Output'], [{ output: false }, 'Input']])('with %j only the other direction is captured', (options, mode) => {
  templateOf(options).hasResourceProperties('AWS::SageMaker::EndpointConfig', { DataCaptureConfig: { CaptureOptions: [{ CaptureMode: mode }] } });
});

test('what is captured expires after thirty days, old versions after one more', () => {
  templateOf().hasResourceProperties('AWS::S3::Bucket', {
    LifecycleConfiguration: {
      Rules: [Match.objectLike({ Prefix: 'capture/', ExpirationInDays: 30, NoncurrentVersionExpiration: { NoncurrentDays: 1 }, Status: 'Enabled' })],
    },
  });
});

test('the life of what goes into an imported bucket is its owner\'s, and the app says so', () => {
  bucket = s3.Bucket.fromBucketName(stack, 'Theirs', 'theirs');
  templateOf({ encryptionKey: new kms.Key(stack, 'Key') });
  Annotations.fromStack(stack).hasWarning('*', Match.stringLikeRegexp('nothing here can end the life of what is captured'));
});

test('the role may put objects below the prefix and nothing else', () => {
  templateOf().hasResourceProperties('AWS::IAM::ManagedPolicy', {
    Description: 'Writes what Test/Endpoint/Capture captures',
    PolicyDocument: {
      Statement: [
        Match.objectLike({
          Action: 's3:PutObject', Resource: { 'Fn::Join': ['', [{ 'Fn::GetAtt': [Match.stringLikeRegexp('^Captured'), 'Arn'] }, '/capture/*']] },
        }),
        Match.objectLike({ Action: ['kms:Decrypt', 'kms:GenerateDataKey'], Resource: { 'Fn::GetAtt': [Match.anyValue(), 'Arn'] } }),
      ],
    },
  });
});

test.each([
  [{ samplingPercent: 0 }, '`samplingPercent` must be above 0 and at most 100: got 0; leave `dataCapture` out'],
  [{ samplingPercent: 100.5 }, '`samplingPercent`'],
  [{ samplingPercent: NaN }, '`samplingPercent`'],
  [{ prefix: 'capture' }, '`prefix` must be'],
  [{ prefix: '' }, '`prefix`'],
  [{ prefix: '../' }, '`prefix`'],
  [{ prefix: `${'a'.repeat(300)}/` }, '`prefix`'],
  [{ input: false, output: false }, 'must not both be false'],
  [{ retention: Duration.hours(12) }, '`retention` must be a whole number from 1 to 36500 days: got 0.5'],
  [{ jsonContentTypes: [] }, '`jsonContentTypes` must name 1 to 10 content types: got 0'],
  [{ csvContentTypes: Array.from({ length: 11 }, () => 'text/csv') }, '`csvContentTypes` must name 1 to 10 content types: got 11'],
  [{ jsonContentTypes: ['json'] }, "`jsonContentTypes` must name content types such as application/json: got 'json'"],
])('%j is refused', (options, message) => {
  expect(() => DataCapture.to(bucket, { samplingPercent: 10, ...options })).toThrow(message);
});

test('a bucket that tells no key needs one', () => {
  expect(() => DataCapture.to(s3.Bucket.fromBucketName(stack, 'Theirs', 'theirs'), { samplingPercent: 10 }))
    .toThrow('`encryptionKey` must be given, because the bucket tells no key of its own');
});

test('tokens pass', () => {
  const percent = new CfnParameter(stack, 'Percent', { type: 'Number' }).valueAsNumber;
  templateOf({ samplingPercent: percent }).hasResourceProperties('AWS::SageMaker::EndpointConfig', {
    DataCaptureConfig: { InitialSamplingPercentage: { Ref: 'Percent' } },
  });
});

test('what resolves is judged at synth', () => {
  guardedEndpoint(stack, { dataCapture: DataCapture.to(bucket, { samplingPercent: Lazy.number({ produce: () => 0 }) }) });
  expect(() => app.synth()).toThrow('`samplingPercent` must be above 0');
});

test('five packs find nothing open in what capture adds', () => {
  expect(openFindings((judged) => {
    const { bucket: ours } = new ArtifactStore(judged, 'Ours');
    guardedEndpoint(judged, { dataCapture: DataCapture.to(ours, { samplingPercent: 5, prefix: 'trials/' }) });
  })).toEqual([]);
});
