import { BatchGetImageCommand, DescribeImagesCommand, PutImageCommand } from '@aws-sdk/client-ecr';
import { RELEASE_TAG_PREFIX } from './contract';
import { isDenied, isMissing, nameOf } from './failures';
import { NotDone } from './problem';
import { RegistryWorld } from './registry-world';
import { imageNameOf, ImageName } from './rules';

/** Without them ECR may convert a manifest, and its digest would be another. */
const MANIFEST_TYPES = [
  'application/vnd.oci.image.manifest.v1+json', 'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json', 'application/vnd.docker.distribution.manifest.list.v2+json',
];

const PUSH_IT = 'push the same image again, then approve the version';

/** That an image is there. */
export async function checkImage(image: string, wayOut: string, { ecr }: RegistryWorld): Promise<void> {
  const { registryId, repositoryName, digest } = partsOf(image);
  const { imageDetails = [] } = await telling(image, wayOut, () => ecr.send(
    new DescribeImagesCommand({ registryId, repositoryName, imageIds: [{ imageDigest: digest }] }),
  ));
  if (!imageDetails.some(({ imageDigest }) => imageDigest === digest)) {
    throw gone(image, wayOut);
  }
}

/**
 * Gives an image the tag under which no lifecycle rule expires it. This comes before the approval is written: a tag too many
 * keeps an image, a tag too few loses one.
 */
export async function tagForRelease(image: string, tag: string, { ecr }: RegistryWorld): Promise<void> {
  const { registryId, repositoryName, digest } = partsOf(image);
  const place = { registryId, repositoryName };
  const { images = [] } = await telling(image, PUSH_IT, () => ecr.send(new BatchGetImageCommand({
    ...place, imageIds: [{ imageDigest: digest }, { imageTag: tag }], acceptedMediaTypes: MANIFEST_TYPES,
  })));
  const tagged = images.find(({ imageId }) => imageId?.imageTag === tag)?.imageId?.imageDigest;
  if (tagged !== undefined) {
    if (tagged !== digest) {
      throw taken(tag, tagged);
    }
    return;
  }
  const found = images.find(({ imageId }) => imageId?.imageDigest === digest);
  if (found?.imageManifest === undefined) {
    throw gone(image, PUSH_IT);
  }
  const { imageManifest, imageManifestMediaType } = found;
  try {
    await telling(image, PUSH_IT, () => ecr.send(
      new PutImageCommand({ ...place, imageManifest, imageManifestMediaType, imageTag: tag, imageDigest: digest }),
    ));
  } catch (error) {
    if (nameOf(error) === 'ImageTagAlreadyExistsException') {
      throw taken(tag, 'another image');
    }
    if (nameOf(error) !== 'ImageAlreadyExistsException') { // somebody put the same tag there meanwhile, such as this request before
      throw error;
    }
  }
}

export function releaseTag(tenant: string, model: string, revision: number): string {
  return `${RELEASE_TAG_PREFIX}${tenant}.${model}.${revision}`;
}

async function telling<T>(image: string, wayOut: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (isMissing(error)) {
      throw gone(image, wayOut);
    }
    if (isDenied(error)) {
      throw new NotDone('REFUSED', `the registry may not use the repository of ${image}; add it to the repositories of the registry`);
    }
    throw error;
  }
}

function partsOf(image: string): ImageName {
  const name = imageNameOf(image);
  if (name === undefined) {
    throw new Error(`a version was registered with an image that has no place in ECR: ${image}`);
  }
  return name;
}

function gone(image: string, wayOut: string): NotDone {
  return new NotDone('REFUSED', `there is no image ${image}; ${wayOut}`);
}

function taken(tag: string, by: string): NotDone {
  return new NotDone('REFUSED', `the tag ${tag} is on ${by}, not on the image of this version; nobody but the registry should set \`release-\` `
    + 'tags: find out who did, and register the version again');
}
