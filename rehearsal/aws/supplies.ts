import { createHash } from 'node:crypto';
import { AwsError } from './error';

interface Image { readonly manifest: string; readonly tags: Set<string> }

/** Of the registry beside the release machinery. */
export const REGISTRY_TABLES = ['rehearsed-registry', 'rehearsed-registry-audit'] as const;
export const ARTIFACTS = 'rehearsed-artifacts';
const MEDIA_TYPE = 'application/vnd.docker.distribution.manifest.v2+json';

/**
 * Artifacts in S3 and images in ECR, as much as the model registry asks of them. API pages of HeadObject
 * (https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html) and of ECR's images.
 */
export class Supplies {
  private readonly objects = new Map<string, string>();
  private readonly images = new Map<string, Image>();
  private readonly lost = new Set<string>();

  constructor(private readonly place: { readonly account: string; readonly region: string }) {}

  public upload(bucket: string, model: string, body: string): { readonly artifact: string; readonly artifactSha256: string } {
    const artifactSha256 = createHash('sha256').update(body).digest('hex');
    const key = `${model}/${artifactSha256}/model.tar.gz`;
    this.objects.set(`${bucket}/${key}`, body);
    return { artifact: `s3://${bucket}/${key}`, artifactSha256 };
  }

  public push(repository: string, content: string): string {
    const manifest = JSON.stringify({ schemaVersion: 2, mediaType: MEDIA_TYPE, content });
    const digest = `sha256:${createHash('sha256').update(manifest).digest('hex')}`;
    this.images.set(digest, { manifest, tags: new Set() });
    return `${this.place.account}.dkr.ecr.${this.place.region}.amazonaws.com/${repository}@${digest}`;
  }

  /** A lifecycle rule, or a person, deleted it: an address of an image or an artifact. */
  public lose(address: string): void {
    this.lost.add(address);
    this.objects.delete(address.replace(/^s3:\/\//, ''));
    this.images.delete(address.replace(/^.*@/, ''));
  }

  /** What a model needs and is not there any more. */
  public lostOf({ image, artifact }: { readonly image: string; readonly artifact: string }): string | undefined {
    return [artifact, image].find((address) => this.lost.has(address));
  }

  public act(service: string, operation: string, input: Readonly<Record<string, unknown>>): unknown {
    switch (`${service}:${operation}`) {
      case 's3:HeadObject': {
        const body = this.objects.get(`${String(input.Bucket)}/${String(input.Key)}`);
        if (body === undefined) {
          throw new AwsError('NotFound', 'NotFound', 404);
        }
        return { ContentLength: body.length, ChecksumSHA256: createHash('sha256').update(body).digest('base64'), ChecksumType: 'FULL_OBJECT' };
      }
      case 'ecr:DescribeImages':
        return {
          imageDetails: (input.imageIds as readonly { readonly imageDigest: string }[])
            .map(({ imageDigest }) => ({ imageDigest, imageTags: [...this.image(imageDigest).tags] })),
        };
      case 'ecr:BatchGetImage': return this.batchGetImage(input.imageIds as { imageDigest?: string; imageTag?: string }[]);
      case 'ecr:PutImage': {
        const { imageDigest, imageTag } = input as { imageDigest: string; imageTag: string };
        this.image(imageDigest).tags.add(imageTag);
        return { image: { imageId: { imageDigest, imageTag } } };
      }
      default: throw new Error(`the rehearsal's registry knows no ${service} ${operation}`);
    }
  }

  private batchGetImage(ids: readonly { imageDigest?: string; imageTag?: string }[]): unknown {
    const found = ids.map((imageId) => ({
      imageId, entry: [...this.images].find(([digest, { tags }]) => digest === imageId.imageDigest || tags.has(imageId.imageTag ?? '')),
    }));
    return {
      images: found.flatMap(({ imageId, entry }) => entry === undefined ? []
        : [{
          imageId: { ...imageId, imageDigest: entry[0] }, imageManifest: entry[1].manifest, imageManifestMediaType: MEDIA_TYPE,
        }]),
      failures: found.flatMap(({ imageId, entry }) => entry === undefined ? [{ imageId, failureCode: 'ImageNotFound' }] : []),
    };
  }

  private image(digest: string): Image {
    const image = this.images.get(digest);
    if (image === undefined) {
      throw new AwsError('ImageNotFoundException', `The image with digest ${digest} does not exist`);
    }
    return image;
  }
}
