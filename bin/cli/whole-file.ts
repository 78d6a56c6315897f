import { randomBytes } from 'node:crypto';
import { rename, rm, stat, writeFile } from 'node:fs/promises';
import { ExitCode } from './exit-code';
import { Failure } from './failure';

/** What the system says, and what to do about it. */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'its folder does not exist; make it first',
  ENOTDIR: 'its folder is none; name another',
  EISDIR: 'it is a folder; name a file in it',
  EACCES: 'nobody may write there; name another place, or run as somebody who may',
  EPERM: 'nobody may write there; name another place, or run as somebody who may',
  EROFS: 'nothing can be written there; name another place',
  ENOSPC: 'there is no space left there',
};

/** Looks whether a file can be written, before the work of which it is to tell; a failure leaves nothing. */
export async function checkWritable(path: string): Promise<void> {
  const fresh = besides(path);
  try {
    if ((await stat(path).catch(() => undefined))?.isDirectory() === true) {
      throw Object.assign(new Error('it is a folder'), { code: 'EISDIR' });
    }
    await writeFile(fresh, '', { flag: 'wx' });
  } catch (error) {
    throw unwritable(path, error);
  } finally {
    await rm(fresh, { force: true }).catch(() => undefined);
  }
}

/** Writes a file so that whoever reads meanwhile finds all of it or what was there before, and a failure leaves nothing. */
export async function writeWhole(path: string, text: string): Promise<void> {
  const fresh = besides(path);
  try {
    await writeFile(fresh, text, { flag: 'wx' });
    await rename(fresh, path);
  } catch (error) {
    await rm(fresh, { force: true }).catch(() => undefined);
    throw unwritable(path, error);
  }
}

function besides(path: string): string {
  return `${path}.${randomBytes(6).toString('hex')}.new`;
}

function unwritable(path: string, error: unknown): Failure {
  const { code = '' } = error as NodeJS.ErrnoException;
  const reason = REASONS[code] ?? (error instanceof Error ? error.message : String(error));
  return new Failure(ExitCode.REFUSED, 'UNWRITABLE', `${path} cannot be written: ${reason}`, { cause: error });
}
