import { Aws, aws_ecr as ecr, aws_iam as iam } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { addressOf, checkDigest, checkImageUri } from './addresses';
import { REPOSITORY } from './artifact-kinds';
import { Checks } from '../core/checks';
import { InvalidProps, shown } from '../core/invalid-props';
import { needed } from '../core/kinds';

/** One container image in Amazon ECR, named by its digest: what was tested is what runs. */
export class ModelImage {
  /**
   * An image in a repository of yours.
   *
   * @param repository Where it lies.
   * @param digest `sha256:` and 64 lower-case hex digits. A tag is refused: it can point to another image tomorrow.
   * @throws InvalidProps `ImageDigest`, or `WrongKind` for what is no repository
   */
  public static fromEcr(repository: ecr.IRepository, digest: string): ModelImage {
    const checks = new Checks().kinds({ repository }, { repository: needed(REPOSITORY) });
    checkDigest(checks, digest);
    checks.settle(REPOSITORY.fits(repository) ? repository : undefined);
    return new ModelImage(repository.repositoryUriForDigest(digest), checks, repository);
  }

  /**
   * An image whose address is all you have, such as an AWS Deep Learning Container.
   *
   * @param uri `<account>.dkr.ecr.<region>.<suffix>/<repository>@sha256:<digest>`, at most 255 characters. A tag before
   *   the digest changes nothing. Account, region, suffix, repository and digest may be tokens.
   */
  public static fromUri(uri: string): ModelImage {
    const checks = new Checks();
    checkImageUri(checks, uri);
    checks.settle();
    return new ModelImage(uri, checks);
  }

  /** What SageMaker pulls, for `Image`: the address with its digest. */
  public readonly uri: string;

  private constructor(
    uri: string,
    private readonly checks: Checks,
    /** @internal */
    public readonly _repository?: ecr.IRepository,
  ) {
    this.uri = uri;
  }

  /**
   * Lets somebody pull from the repository of this image, and ask ECR for the token that a pull begins with. That last
   * action, `ecr:GetAuthorizationToken`, has no resource, so the policy shows `AwsSolutions-IAM5[Resource::*]`:
   * acknowledge it on the role that receives the grant.
   *
   * An image of another account must also be shared by that account's repository policy, as AWS does for its own.
   *
   * @throws if the whole address is a token, since no repository can be read out of it: use `fromEcr` then
   */
  public grantPull(grantee: iam.IGrantable): iam.Grant {
    if (this._repository !== undefined) {
      return this._repository.grantPull(grantee);
    }
    const pull = iam.Grant.addToPrincipal({
      grantee,
      actions: ['ecr:BatchCheckLayerAvailability', 'ecr:GetDownloadUrlForLayer', 'ecr:BatchGetImage'],
      resourceArns: [this.repositoryArn()],
    });
    return pull.combine(iam.Grant.addToPrincipal({ grantee, actions: ['ecr:GetAuthorizationToken'], resourceArns: ['*'] }));
  }

  /** Judges, at synth, what was a token when the image was named. @internal */
  public _settle(scope: IConstruct): void {
    this.checks.settle(scope);
  }

  private repositoryArn(): string {
    const address = addressOf(this.uri);
    if (address === undefined) {
      throw new InvalidProps('ImageAddressUnknown',
        `\`uri\` must show its repository before a pull from it can be allowed: got ${shown(this.uri)}; use ModelImage.fromEcr`);
    }
    return `arn:${Aws.PARTITION}:ecr:${address.region}:${address.account}:repository/${address.repository}`;
  }
}
