import { Annotations, aws_iam as iam, aws_kms as kms, aws_s3 as s3, aws_sagemaker as sagemaker, Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { acknowledgeAtSynth, wildcardResource } from '../../core/acknowledge';
import { Checks } from '../../core/checks';
import { wholeDays } from '../../core/days';
import { shown } from '../../core/invalid-props';
import { BUCKET, DURATION, KEY, Kinds, KNOWN_FLAG, listOf, needed, NUMBER, TEXT } from '../../core/kinds';
import { ownProps } from '../../core/own-props';

/** What of the traffic is captured, and how long it is kept. */
export interface DataCaptureOptions {
  /** Share of requests, in percent: above 0, at most 100. */
  readonly samplingPercent: number;
  /**
   * Where below the bucket: letters, digits, `-`, `_` and `/`, ending in `/`.
   * @default 'capture/'
   */
  readonly prefix?: string;
  /**
   * How long captured payload is kept: whole days, at least one. A bucket made in this app gets the lifecycle rule; the
   * lifecycle of an imported bucket is its owner's.
   * @default Duration.days(30)
   */
  readonly retention?: Duration;
  /**
   * Encrypts what is captured.
   * @default - the key of the bucket, which must have one then
   */
  readonly encryptionKey?: kms.IKey;
  /**
   * Whether requests are captured.
   * @default true
   */
  readonly input?: boolean;
  /**
   * Whether answers are captured.
   * @default true
   */
  readonly output?: boolean;
  /**
   * Content types that are written as JSON: up to ten. What is in no list is written as base64.
   * @default ['application/json']
   */
  readonly jsonContentTypes?: string[];
  /**
   * Content types that are written as CSV: up to ten.
   * @default ['text/csv']
   */
  readonly csvContentTypes?: string[];
}

const KINDS: Kinds<DataCaptureOptions> = {
  samplingPercent: needed(NUMBER),
  prefix: TEXT,
  retention: DURATION,
  encryptionKey: KEY,
  input: KNOWN_FLAG,
  output: KNOWN_FLAG,
  jsonContentTypes: listOf(TEXT),
  csvContentTypes: listOf(TEXT),
};
const LONGEST_URI = 512;
const MOST_CONTENT_TYPES = 10;
const CONTENT_TYPE = /^[a-zA-Z0-9](-*[a-zA-Z0-9.])*\/[a-zA-Z0-9](-*[a-zA-Z0-9.+])*$/;
const LONGEST_CONTENT_TYPE = 256;
const PREFIX = /^([a-zA-Z0-9_-]+\/)+$/;

/**
 * Copies of requests and answers, for drift and quality. **Captured payload is whatever callers send: treat the bucket as
 * the most sensitive data the model ever sees.** Off unless given. A change of sampling is a deployment, because it lives
 * in the endpoint configuration. SageMaker stops capturing when an instance's disk is three quarters full.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture.html
 */
export class DataCapture {
  /**
   * Into a bucket of yours. Give nobody who does not need it the right to read there.
   *
   * @throws InvalidProps `SamplingPercent`, `CapturePrefix`, `CaptureNothing`, `CaptureKey`, `CaptureRetention`, `ContentType` or
   *   `ContentTypeCount`, all problems at once; before them `WrongKind`
   */
  public static to(bucket: s3.IBucket, options: DataCaptureOptions): DataCapture {
    const own = ownProps(options);
    new Checks().kinds({ bucket }, { bucket: needed(BUCKET) }).kinds(own, KINDS).settle();
    return new DataCapture(bucket, own);
  }

  private readonly prefix: string;

  private constructor(private readonly bucket: s3.IBucket, private readonly options: DataCaptureOptions) {
    this.prefix = options.prefix ?? 'capture/';
    this.check().settle();
  }

  /**
   * What the endpoint configuration says; lets the role write there, and ends the life of what is written.
   * @internal
   */
  public _bind(scope: Construct, role: iam.IRole): sagemaker.CfnEndpointConfig.DataCaptureConfigProperty {
    this.check().settle(scope);
    this.expire(scope);
    this.letWrite(scope, role);
    const { samplingPercent, input, output, jsonContentTypes, csvContentTypes } = this.options;
    return {
      enableCapture: true,
      initialSamplingPercentage: samplingPercent,
      destinationS3Uri: this.bucket.s3UrlForObject(this.prefix.slice(0, -1)),
      kmsKeyId: this.key!.keyArn, // checked
      captureOptions: [...(input ?? true ? [{ captureMode: 'Input' }] : []), ...(output ?? true ? [{ captureMode: 'Output' }] : [])],
      captureContentTypeHeader: {
        jsonContentTypes: jsonContentTypes ?? ['application/json'],
        csvContentTypes: csvContentTypes ?? ['text/csv'],
      },
    };
  }

  private get key(): kms.IKey | undefined {
    return this.options.encryptionKey ?? this.bucket.encryptionKey;
  }

  private check(): Checks {
    const { samplingPercent, retention = Duration.days(30), input, output } = this.options;
    const checks = new Checks()
      .that('SamplingPercent', { samplingPercent }, ({ samplingPercent: percent }) => percent > 0 && percent <= 100 ? undefined
        : `\`samplingPercent\` must be above 0 and at most 100: got ${shown(percent)}; leave \`dataCapture\` out to capture nothing`)
      .that('CapturePrefix', { prefix: this.prefix }, ({ prefix }) => PREFIX.test(prefix) && prefix.length <= LONGEST_URI / 2 ? undefined
        : `\`prefix\` must be letters, digits, - and _, folder by folder, ending in /: got ${shown(prefix)}`)
      .report('CaptureNothing', input === false && output === false ? '`input` and `output` must not both be false: got two times false' : undefined)
      .report('CaptureKey', this.key === undefined
        ? '`encryptionKey` must be given, because the bucket tells no key of its own and captured payload may be personal data: got none'
        : undefined);
    wholeDays(checks, 'CaptureRetention', 'retention', retention);
    checkContentTypes(checks, 'jsonContentTypes', this.options.jsonContentTypes);
    checkContentTypes(checks, 'csvContentTypes', this.options.csvContentTypes);
    return checks;
  }

  private expire(scope: Construct): void {
    const expiration = this.options.retention ?? Duration.days(30);
    if (this.bucket instanceof s3.Bucket) {
      this.bucket.addLifecycleRule({
        id: `Capture-${scope.node.addr}`, prefix: this.prefix, expiration, noncurrentVersionExpiration: Duration.days(1),
      });
    } else {
      Annotations.of(scope).addWarningV2('cdk-ml-platform:captureLifecycle',
        `the bucket of \`dataCapture\` is imported, so nothing here can end the life of what is captured: see that ${this.prefix} expires`);
    }
  }

  private letWrite(scope: Construct, role: iam.IRole): void {
    const objects = this.bucket.arnForObjects(`${this.prefix}*`);
    const policy = new iam.ManagedPolicy(scope, 'WriteCapture', {
      description: `Writes what ${scope.node.path} captures`,
      roles: [role],
      statements: [
        new iam.PolicyStatement({ sid: 'WriteCapture', actions: ['s3:PutObject'], resources: [objects] }),
        new iam.PolicyStatement({
          sid: 'EncryptCapture', actions: ['kms:Decrypt', 'kms:GenerateDataKey'], resources: [this.key!.keyArn], // checked
        }),
      ],
    });
    acknowledgeAtSynth(policy, () => ({
      rules: [wildcardResource(scope, objects)],
      reason: 'SageMaker names captured files by endpoint, variant and hour; the role may only put them, below one prefix.',
    }));
  }
}

function checkContentTypes(checks: Checks, prop: string, types: string[] | undefined): void {
  if (types === undefined) {
    return;
  }
  checks.that('ContentTypeCount', { count: types.length }, ({ count }) => count >= 1 && count <= MOST_CONTENT_TYPES ? undefined
    : `\`${prop}\` must name 1 to ${MOST_CONTENT_TYPES} content types: got ${count}`);
  for (const type of types) {
    checks.that('ContentType', { type }, ({ type: known }) => known.length <= LONGEST_CONTENT_TYPE && CONTENT_TYPE.test(known) ? undefined
      : `\`${prop}\` must name content types such as application/json: got ${shown(known)}`);
  }
}
