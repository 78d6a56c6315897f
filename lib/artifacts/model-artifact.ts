import { aws_iam as iam, aws_s3 as s3 } from 'aws-cdk-lib';
import { checkKey, checkVersions } from './addresses';
import { Checks } from '../core/checks';
import { BUCKET, needed } from '../core/kinds';

/**
 * One `model.tar.gz`, at a key whose object never changes. SageMaker cannot be told an S3 version, so an artifact is only
 * as fixed as its key: those of an `ArtifactStore` are written once.
 */
export class ModelArtifact {
  /**
   * An artifact that lies elsewhere. That its object never changes is for the owner of the bucket to see to.
   *
   * @param bucket Where it lies. If a KMS key encrypts it, the bucket must know that key
   *   (`Bucket.fromBucketAttributes` takes `encryptionKey`), or `grantRead` cannot say who may decrypt.
   * @param key The object key, ending in `.tar.gz`. A key with `latest` in it is refused: it names a moving thing.
   * @param versions The prefix of every version of this model, ending in `/`; `key` lies below it. While a new version
   *   bakes, the old fleet still runs the old one and may have to start an instance: what hosts this model reads all of it.
   * @throws InvalidProps `ArtifactKey`, `ArtifactVersions`, `ArtifactBelowVersions` or `WrongKind`, all problems at once
   */
  public static fromBucket(bucket: s3.IBucket, key: string, versions: string): ModelArtifact {
    const checks = new Checks().kinds({ bucket }, { bucket: needed(BUCKET) });
    checkKey(checks, key);
    checkVersions(checks, key, versions);
    checks.settle(BUCKET.fits(bucket) ? bucket : undefined);
    return new ModelArtifact(bucket, key, versions);
  }

  /** @internal */
  public static _of(bucket: s3.IBucket, key: string, versions: string): ModelArtifact {
    return new ModelArtifact(bucket, key, versions);
  }

  /** Where SageMaker finds it, for `ModelDataUrl`: `s3://<bucket>/<key>`. */
  public readonly uri: string;

  private constructor(
    /** @internal */
    public readonly _bucket: s3.IBucket,
    private readonly key: string,
    private readonly versions: string,
  ) {
    this.uri = _bucket.s3UrlForObject(key);
  }

  /**
   * Lets somebody read this artifact and nothing else: `s3:GetObject` on the one key, and `kms:Decrypt` on the key of the
   * bucket if it has one.
   */
  public grantRead(grantee: iam.IGrantable): iam.Grant {
    return this.grantReadOf(grantee, this.key);
  }

  /**
   * Lets somebody read every version of this model: what the execution role of an endpoint needs, whose old fleet runs an
   * old version until a deployment is over. AwsSolutions reports the `*` behind the prefix.
   */
  public grantReadAllVersions(grantee: iam.IGrantable): iam.Grant {
    return this.grantReadOf(grantee, `${this.versions}*`);
  }

  /**
   * Every version of this model, as a policy names it.
   * @internal
   */
  public get _allVersionsArn(): string {
    return this._bucket.arnForObjects(`${this.versions}*`);
  }

  /** https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html, CreateModel API */
  private grantReadOf(grantee: iam.IGrantable, keys: string): iam.Grant {
    const read = iam.Grant.addToPrincipalOrResource({
      grantee, actions: ['s3:GetObject'], resourceArns: [this._bucket.arnForObjects(keys)], resource: this._bucket,
    });
    const { encryptionKey } = this._bucket;
    return encryptionKey === undefined ? read : read.combine(encryptionKey.grant(grantee, 'kms:Decrypt'));
  }
}
