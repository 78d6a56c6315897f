import { aws_iam as iam, aws_s3 as s3 } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { checkPrefix } from './job-prefix';
import { Checks } from '../core/checks';

/** A folder in S3 that a training job may use. What is not named here the job cannot reach. */
export class JobData {
  /**
   * A folder that the job reads.
   *
   * @param bucket where it lies. If a KMS key encrypts it, the bucket must know that key
   * @param prefix the folder's prefix, ending in `/`
   * @throws InvalidProps `JobPrefix`
   */
  public static read(bucket: s3.IBucket, prefix: string): JobData {
    return new JobData(bucket, prefix, true, false);
  }

  /** A folder that the job writes, and cannot read or delete from. */
  public static write(bucket: s3.IBucket, prefix: string): JobData {
    return new JobData(bucket, prefix, false, true);
  }

  /** A folder that the job reads and writes. */
  public static readWrite(bucket: s3.IBucket, prefix: string): JobData {
    return new JobData(bucket, prefix, true, true);
  }

  /** The folder's address: `s3://<bucket>/<prefix>`. */
  public readonly uri: string;
  private readonly checks = new Checks();

  private constructor(
    private readonly bucket: s3.IBucket,
    private readonly prefix: string,
    private readonly reads: boolean,
    private readonly writes: boolean,
  ) {
    checkPrefix(this.checks, prefix);
    this.checks.settle();
    this.uri = bucket.s3UrlForObject(prefix);
  }

  /** @internal */
  public _settle(scope: IConstruct): void {
    this.checks.settle(scope);
  }

  /** @internal */
  public get _reads(): boolean {
    return this.reads;
  }

  /** @internal */
  public get _writes(): boolean {
    return this.writes;
  }

  /**
   * The bucket, for those who have to know its key or its events.
   * @internal
   */
  public get _bucket(): s3.IBucket {
    return this.bucket;
  }

  /** @internal */
  public get _prefix(): string {
    return this.prefix;
  }

  /**
   * Every object of the folder, as a policy names it.
   * @internal
   */
  public get _objectsArn(): string {
    return this.bucket.arnForObjects(`${this.prefix}*`);
  }

  /** @internal */
  public _grant(grantee: iam.IGrantable): void {
    const read = this.reads ? ['s3:GetObject'] : [];
    const write = this.writes ? ['s3:AbortMultipartUpload', 's3:ListMultipartUploadParts', 's3:PutObject'] : [];
    iam.Grant.addToPrincipalOrResource({
      grantee, actions: [...read, ...write], resourceArns: [this._objectsArn], resource: this.bucket,
    }).assertSuccess();
    if (this.reads) {
      iam.Grant.addToPrincipal({
        grantee, actions: ['s3:ListBucket'], resourceArns: [this.bucket.bucketArn], conditions: { StringLike: { 's3:prefix': `${this.prefix}*` } },
      });
    }
    // an upload in parts is put together by decrypting what is there
    this.bucket.encryptionKey?.grant(grantee, 'kms:Decrypt', ...(this.writes ? ['kms:GenerateDataKey'] : []));
  }
}
