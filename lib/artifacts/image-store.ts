import { aws_ecr as ecr, aws_iam as iam, aws_kms as kms, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Construct, IConstruct } from 'constructs';
import { REPOSITORY } from './artifact-kinds';
import { ModelImage } from './model-image';
import { Checks } from '../core/checks';
import { HUNDRED_YEARS_IN_DAYS, wholeDays } from '../core/days';
import { shown } from '../core/invalid-props';
import { DURATION, KEY, Kinds, needed, TEXT } from '../core/kinds';
import { ownProps } from '../core/own-props';

const REPOSITORY_NAME = /^[a-z0-9]+([._-][a-z0-9]+)*(\/[a-z0-9]+([._-][a-z0-9]+)*)*$/;

/** A place for model images, made here or brought by you. */
export interface IImageStore extends IConstruct {
  /** The repository, for everything this interface does not say. */
  readonly repository: ecr.IRepository;
  /**
   * One image.
   *
   * @param digest `sha256:` and 64 lower-case hex digits.
   */
  image(digest: string): ModelImage;
  /** Lets somebody pull every image. The policy shows `AwsSolutions-IAM5[Resource::*]`, as for `ModelImage.grantPull`. */
  grantPull(grantee: iam.IGrantable): iam.Grant;
  /** Lets somebody add images and tags, but move or delete none. The policy shows the same finding as that of `grantPull`. */
  grantPush(grantee: iam.IGrantable): iam.Grant;
}

/** What an `ImageStore` is made from. */
export interface ImageStoreProps {
  /**
   * The KMS key that encrypts the images. A repository never changes its key: another one replaces the repository.
   * @default - a new key, rotated each year and kept when the stack is deleted
   */
  readonly encryptionKey?: kms.IKey;
  /**
   * The name that people push to: 2 to 256 lower-case letters, digits, `.`, `_`, `-` and `/`.
   * @default - a name that CloudFormation makes
   */
  readonly repositoryName?: string;
  /**
   * How long untagged images and those with a `ci-…` tag are kept after their push: whole days, at least one. Images with a
   * `release-…` tag, and those with other tags, are kept for good.
   * @default Duration.days(30)
   */
  readonly retention?: Duration;
}

const KINDS: Kinds<ImageStoreProps> = { encryptionKey: KEY, repositoryName: TEXT, retention: DURATION };

abstract class ImageStoreBase extends Construct implements IImageStore {
  public abstract readonly repository: ecr.IRepository;

  public image(digest: string): ModelImage {
    return ModelImage.fromEcr(this.repository, digest);
  }

  public grantPull(grantee: iam.IGrantable): iam.Grant {
    return this.repository.grantPull(grantee);
  }

  public grantPush(grantee: iam.IGrantable): iam.Grant {
    return this.repository.grantPush(grantee);
  }
}

/**
 * An ECR repository whose tags never move, whose images are scanned when they arrive and encrypted with a KMS key, and
 * which never expires what was released: an image with a `release-…` tag. No other account can pull unless you allow it.
 *
 * Costs: storage (released images never expire), one KMS key. Basic scanning is free; enhanced scanning is a setting of the
 * whole account and Region, not of a repository, and is billed per image.
 *
 * Throws `RepositoryName` or `RetentionInWholeDays`, all problems at once; before them `WrongKind`.
 */
export class ImageStore extends ImageStoreBase {
  /**
   * Uses a repository you already have. Whether its tags move and what expires stays as you set it.
   *
   * Throws `WrongKind` for what is no repository.
   */
  public static fromRepository(scope: Construct, id: string, repository: ecr.IRepository): IImageStore {
    new Checks().kinds({ repository }, { repository: needed(REPOSITORY) }).settle(scope);
    class Import extends ImageStoreBase {
      public readonly repository = repository;
    }
    return new Import(scope, id);
  }

  public readonly repository: ecr.IRepository;
  /** The KMS key of the images. */
  public readonly encryptionKey: kms.IKey;

  constructor(scope: Construct, id: string, given: ImageStoreProps = {}) {
    super(scope, id);
    const props = ownProps(given);
    new Checks().kinds(props, KINDS).settle(this);
    const retention = props.retention ?? Duration.days(30);
    const days = this.check(retention, props.repositoryName);
    this.encryptionKey = props.encryptionKey ?? this.createKey();
    this.repository = this.createRepository(days, props.repositoryName);
  }

  private check(retention: Duration, name?: string): number {
    const checks = new Checks();
    const days = wholeDays(checks, 'RetentionInWholeDays', 'retention', retention);
    if (name !== undefined) {
      checks.that('RepositoryName', { name }, (known) => nameProblem(known.name));
    }
    checks.settle(this);
    return days;
  }

  private createKey(): kms.Key {
    return new kms.Key(this, 'Key', {
      description: `Model images of ${this.node.path}`,
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }

  private createRepository(retentionInDays: number, repositoryName?: string): ecr.Repository {
    const repository = new ecr.Repository(this, 'Resource', {
      repositoryName,
      imageTagMutability: ecr.TagMutability.IMMUTABLE,
      imageScanOnPush: true,
      encryption: ecr.RepositoryEncryption.KMS,
      encryptionKey: this.encryptionKey,
      emptyOnDelete: false,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    // the L2 would write a token into the text as it stands, and ECR cannot read that
    const lifecyclePolicyText = Stack.of(this).toJsonString({ rules: lifecycleRules(retentionInDays) });
    (repository.node.defaultChild as ecr.CfnRepository).lifecyclePolicy = { lifecyclePolicyText };
    return repository;
  }
}

/**
 * "An image that matches the tagging requirements of a rule cannot be expired by a rule with a lower priority", and a prefix
 * matches if any of the image's tags has it: so the first rule is a shield. It takes every released image out of reach of
 * the second, also one that still has its `ci-…` tag, and would itself expire them only after 100 years. A rule counts from
 * the push, and no rule can say never. Manifests below a multi-platform index are untagged; ECR keeps them while the index
 * exists. https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html
 */
function lifecycleRules(retentionInDays: number): object[] {
  const rule = (rulePriority: number, description: string, images: object, countNumber: number) => ({
    rulePriority,
    description,
    selection: { ...images, countType: 'sinceImagePushed', countUnit: 'days', countNumber },
    action: { type: 'expire' },
  });
  return [
    rule(1, 'Released images are kept', { tagStatus: 'tagged', tagPrefixList: ['release-'] }, HUNDRED_YEARS_IN_DAYS),
    rule(2, 'Build output expires', { tagStatus: 'tagged', tagPrefixList: ['ci-'] }, retentionInDays),
    rule(3, 'Untagged images expire', { tagStatus: 'untagged' }, retentionInDays),
  ];
}

function nameProblem(name: unknown): string | undefined {
  return typeof name === 'string' && name.length >= 2 && name.length <= 256 && REPOSITORY_NAME.test(name)
    ? undefined
    : `\`repositoryName\` must be 2 to 256 lower-case letters and digits, with single . _ - or / between them: got ${shown(name)}`;
}
