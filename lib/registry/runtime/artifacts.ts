import { HeadObjectCommand } from '@aws-sdk/client-s3';
import { isDenied, isMissing } from './failures';
import { NotDone } from './problem';
import { RegistryWorld } from './registry-world';

/**
 * That an artifact is there, and has the hash that it is registered with as far as S3 knows one: S3 hashes a file itself when
 * it was uploaded with a SHA-256 checksum, in one piece.
 */
export async function checkArtifact(
  artifact: string, sha256: string, wayOut: string, { s3 }: RegistryWorld,
): Promise<void> {
  // not the bucket of the settings: what was registered before those changed lies where it lay
  const [, , Bucket, ...key] = artifact.split('/');
  try {
    const { ChecksumSHA256, ChecksumType } = await s3.send(
      new HeadObjectCommand({ Bucket, Key: key.join('/'), ChecksumMode: 'ENABLED' }),
    );
    const stored = ChecksumType === 'COMPOSITE' || ChecksumSHA256 === undefined || ChecksumSHA256.includes('-') ? undefined
      : Buffer.from(ChecksumSHA256, 'base64').toString('hex');
    if (stored !== undefined && stored !== sha256) {
      throw new NotDone('REFUSED', `the object at ${artifact} has the SHA-256 ${stored}, not the one in its key; upload the file again to the key `
        + 'of its own hash');
    }
  } catch (error) {
    if (isMissing(error)) {
      throw new NotDone('REFUSED', `there is no object at ${artifact}; ${wayOut}`);
    }
    if (isDenied(error)) {
      throw new NotDone('REFUSED', `the registry cannot read ${artifact}: it is not there, or its key policy does not let the registry in`);
    }
    throw error;
  }
}
