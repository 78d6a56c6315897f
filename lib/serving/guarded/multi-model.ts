import { aws_iam as iam, aws_s3 as s3 } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { Checks } from '../../core/checks';
import { shown } from '../../core/invalid-props';
import { BUCKET, KNOWN_FLAG, needed, TEXT } from '../../core/kinds';
import { ownProps } from '../../core/own-props';

/** How a container holds its models. */
export interface MultiModelOptions {
  /**
   * Whether models stay in memory between requests.
   * @default true
   */
  readonly cache?: boolean;
}

const PREFIX = /^([a-zA-Z0-9!_.()=@:+,-]+\/)+$/;
const LONGEST_PREFIX = 512;

/**
 * Many models behind one container, loaded when they are asked for. **The caller chooses:** the header `TargetModel` names
 * any object below the prefix, and whoever may write there decides what runs. So keep nothing else below the prefix, let
 * nobody but your pipeline write there, and limit callers with the IAM condition `sagemaker:TargetModel`. Off unless given.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/multi-model-endpoint-security.html
 */
export class MultiModel {
  /**
   * Every `.tar.gz` below a prefix of a bucket; the prefix ends in `/` and is not the whole bucket.
   *
   * @throws InvalidProps `MultiModelPrefix`; before it `WrongKind`
   */
  public static below(bucket: s3.IBucket, prefix: string, options: MultiModelOptions = {}): MultiModel {
    const own = ownProps(options);
    new Checks().kinds({ bucket, prefix }, { bucket: needed(BUCKET), prefix: needed(TEXT) }).kinds(own, { cache: KNOWN_FLAG })
      .settle();
    return new MultiModel(bucket, prefix, own.cache ?? true);
  }

  /** Where SageMaker finds them. */
  public readonly uri: string;

  private constructor(private readonly bucket: s3.IBucket, private readonly prefix: string, private readonly cache: boolean) {
    this.uri = bucket.s3UrlForObject(prefix);
    this.check().settle();
  }

  /** Lets somebody list the prefix and read what lies below it, and nothing else. */
  public grantRead(grantee: iam.IGrantable): iam.Grant {
    const { bucket, prefix } = this;
    const read = iam.Grant.addToPrincipal({ grantee, actions: ['s3:GetObject'], resourceArns: [this._modelsArn] });
    const list = iam.Grant.addToPrincipal({
      grantee, actions: ['s3:ListBucket'], resourceArns: [bucket.bucketArn], conditions: { StringLike: { 's3:prefix': `${prefix}*` } },
    });
    const { encryptionKey } = bucket;
    return encryptionKey === undefined ? read.combine(list) : read.combine(list).combine(encryptionKey.grant(grantee, 'kms:Decrypt'));
  }

  /** @internal */
  public get _modelsArn(): string {
    return this.bucket.arnForObjects(`${this.prefix}*`);
  }

  /** @internal */
  public get _cacheSetting(): string {
    return this.cache ? 'Enabled' : 'Disabled';
  }

  /** @internal */
  public _settle(scope: IConstruct): void {
    this.check().settle(scope);
  }

  private check(): Checks {
    return new Checks().that('MultiModelPrefix', { prefix: this.prefix }, ({ prefix }) =>
      typeof prefix === 'string' && prefix.length <= LONGEST_PREFIX && PREFIX.test(prefix) && !/(^|\/)\.\.?\//.test(prefix) ? undefined
        : `\`prefix\` must be a folder below the bucket that ends in /, because callers may name everything in it: got ${shown(prefix)}`);
  }
}
