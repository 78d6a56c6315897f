import { CfnOutput, Stack, StackProps } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { ArtifactStore, ImageStore } from '../artifacts';

/**
 * Where models come from: a write-once store for artifacts and a store for images. It is deployed first, and apart, so that
 * there is somewhere to put the first model before an endpoint asks for it.
 */
export class ModelStoresStack extends Stack {
  /** Artifacts, by model and SHA-256. */
  public readonly artifacts: ArtifactStore;
  /** Images, by digest. */
  public readonly images: ImageStore;

  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);
    this.artifacts = new ArtifactStore(this, 'Artifacts');
    this.images = new ImageStore(this, 'Images');
    new CfnOutput(this, 'ArtifactBucketName', {
      description: 'Put artifacts here, as <model>/<sha256>/model.tar.gz', value: this.artifacts.bucket.bucketName,
    });
    new CfnOutput(this, 'ImageRepositoryUri', {
      description: 'Push images here', value: this.images.repository.repositoryUri,
    });
  }
}
