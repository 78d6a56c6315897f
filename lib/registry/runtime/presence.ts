import { checkArtifact } from './artifacts';
import { Registration } from './contract';
import { checkImage } from './images';
import { NotDone } from './problem';
import { RegistryWorld } from './registry-world';

/** What to do when something is not there. */
export interface WaysOut {
  readonly artifact: string;
  readonly image: string;
}

export const BEFORE_REGISTERING: WaysOut = {
  artifact: 'upload it first, then register the version',
  image: 'push it, and register the version with the digest that ECR shows',
};

export const BEFORE_SERVING: WaysOut = {
  artifact: 'put the same file back at this key, or promote another version',
  image: 'push the same image again, or promote another version',
};

/** Who revokes in an emergency may have no right to promote. */
export const BEFORE_STANDING_IN: WaysOut = {
  artifact: 'put the same file back at this key, promote another version, or leave production empty (`leaveEmpty`)',
  image: 'push the same image again, promote another version, or leave production empty (`leaveEmpty`)',
};

/**
 * That artifact and image of a version are there, and are what it says, as far as S3 and ECR tell. Everything that is missing
 * is told at once; what cannot be looked at is an error, never a pass.
 */
export async function checkPresence(
  { artifact, artifactSha256, image }: Pick<Registration, 'artifact' | 'artifactSha256' | 'image'>, waysOut: WaysOut, world: RegistryWorld,
): Promise<void> {
  const looks = await Promise.allSettled([
    checkArtifact(artifact, artifactSha256, waysOut.artifact, world), checkImage(image, waysOut.image, world),
  ]);
  const problems = looks.flatMap((look) => look.status === 'rejected' ? [look.reason as unknown] : []);
  const missing = problems.filter((problem) => problem instanceof NotDone);
  if (missing.length < problems.length) {
    throw problems.find((problem) => !(problem instanceof NotDone));
  }
  if (missing.length > 0) {
    throw new NotDone('REFUSED', missing.map(({ message }) => message).join('\n'));
  }
}
