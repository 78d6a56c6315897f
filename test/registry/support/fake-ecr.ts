import { createHash } from 'node:crypto';
import { BatchGetImageCommand, DescribeImagesCommand, ECRClient, PutImageCommand } from '@aws-sdk/client-ecr';

interface StoredImage { readonly manifest: string; readonly mediaType: string; readonly tags: Set<string> }

const MEDIA_TYPE = 'application/vnd.docker.distribution.manifest.v2+json';

/** ECR in this process, tags never moving. Not verified against ECR itself. */
export class FakeEcr {
  /** Throws what ECR would answer, or waits. */
  public before?: (name: string, input: unknown) => unknown;
  public after?: (name: string, input: unknown) => unknown;
  public readonly calls: string[] = [];
  private readonly repositories = new Map<string, Map<string, StoredImage>>();

  constructor(public readonly account = '111122223333', public readonly region = 'eu-west-1') {}

  public client(): Pick<ECRClient, 'send'> {
    return { send: (command: unknown) => this.send(command) } as Pick<ECRClient, 'send'>;
  }

  /** An image with so many bytes of difference. Answers its address, pinned by digest. */
  public push(repository: string, content: string, ...tags: string[]): string {
    const manifest = JSON.stringify({ schemaVersion: 2, mediaType: MEDIA_TYPE, content });
    const digest = `sha256:${createHash('sha256').update(manifest).digest('hex')}`;
    this.repositories.set(repository, new Map([...this.repositories.get(repository) ?? []])
      .set(digest, { manifest, mediaType: MEDIA_TYPE, tags: new Set(tags) }));
    return `${this.account}.dkr.ecr.${this.region}.amazonaws.com/${repository}@${digest}`;
  }

  /** The tags of an image. */
  public tags(image: string): string[] {
    const [repository, digest] = partsOf(image);
    return [...this.repositories.get(repository)?.get(digest)?.tags ?? []].sort();
  }

  public delete(image: string): void {
    const [repository, digest] = partsOf(image);
    this.repositories.get(repository)?.delete(digest);
  }

  private async send(command: unknown): Promise<unknown> {
    const name = (command as object).constructor.name.replace(/Command$/, '');
    const { input } = command as { input: unknown };
    this.calls.push(name);
    await this.before?.(name, input);
    const answer = this.act(command);
    await this.after?.(name, input);
    return answer;
  }

  private act(command: unknown): unknown {
    if (command instanceof DescribeImagesCommand) {
      const imageDetails = (command.input.imageIds ?? []).map(({ imageDigest }) => {
        const image = this.images(command.input).get(imageDigest ?? '');
        if (image === undefined) {
          throw problem('ImageNotFoundException');
        }
        return { imageDigest, imageTags: [...image.tags] };
      });
      return { imageDetails };
    }
    if (command instanceof BatchGetImageCommand) {
      return this.batchGetImage(command.input);
    }
    if (command instanceof PutImageCommand) {
      return this.putImage(command.input);
    }
    throw new Error(`this fake knows no ${(command as object).constructor.name}`);
  }

  private batchGetImage(input: BatchGetImageCommand['input']): unknown {
    const found = (input.imageIds ?? []).map((imageId) => ({
      imageId,
      entry: [...this.images(input)]
        .find(([digest, { tags }]) => digest === imageId.imageDigest || tags.has(imageId.imageTag ?? '')),
    }));
    return {
      images: found.flatMap(({ imageId, entry }) => entry === undefined ? [] : [{
        imageId: { ...imageId, imageDigest: entry[0] },
        imageManifest: entry[1].manifest,
        imageManifestMediaType: entry[1].mediaType,
      }]),
      failures: found.flatMap(({ imageId, entry }) => entry === undefined ? [{ imageId, failureCode: 'ImageNotFound' }] : []),
    };
  }

  private putImage(input: PutImageCommand['input']): unknown {
    const digest = `sha256:${createHash('sha256').update(input.imageManifest ?? '').digest('hex')}`;
    if (input.imageDigest !== undefined && input.imageDigest !== digest) {
      throw problem('ImageDigestDoesNotMatchException');
    }
    const tag = input.imageTag ?? '';
    const holder = [...this.images(input)].find(([, { tags }]) => tags.has(tag));
    if (holder !== undefined) {
      throw problem(holder[0] === digest ? 'ImageAlreadyExistsException' : 'ImageTagAlreadyExistsException');
    }
    const image = this.images(input).get(digest) ?? { manifest: input.imageManifest ?? '', mediaType: MEDIA_TYPE, tags: new Set() };
    image.tags.add(tag);
    this.images(input).set(digest, image);
    return { image: { imageId: { imageDigest: digest, imageTag: tag } } };
  }

  private images({ registryId, repositoryName }: { registryId?: string; repositoryName?: string }): Map<string, StoredImage> {
    const repository = registryId === this.account ? this.repositories.get(repositoryName ?? '') : undefined;
    if (repository === undefined) {
      throw problem('RepositoryNotFoundException');
    }
    return repository;
  }
}

function partsOf(image: string): [string, string] {
  const [, repository = '', digest = ''] = /^[^/]+\/([^@]+)@(.+)$/.exec(image) ?? [];
  return [repository, digest];
}

function problem(name: string): Error {
  return Object.assign(new Error(name), { name, $fault: 'client', $metadata: { httpStatusCode: 400 } });
}
