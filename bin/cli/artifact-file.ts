import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { FileHandle, open } from 'node:fs/promises';
import { ExitCode } from './exit-code';
import { Failure } from './failure';

/** A model artifact on this machine. */
export interface ArtifactFile {
  readonly path: string;
  readonly size: number;
  /** 64 lower-case hex digits. */
  readonly sha256: string;
}

/** Reads a file once, as a stream: models are larger than memory. */
export async function hashed(path: string, progress: (done: number, size: number) => void): Promise<ArtifactFile> {
  const size = await sizeOf(path);
  const hash = createHash('sha256');
  let done = 0;
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    done += chunk.length;
    progress(done, size);
  }
  if (done !== size) {
    throw changed(path);
  }
  return { path, size, sha256: hash.digest('hex') };
}

/** The file is not what it was when it was hashed. */
export function changed(path: string): Failure {
  return new Failure(ExitCode.REFUSED, 'FILE_CHANGED', `${path} changes while it is read; wait until it is written, then register it`);
}

async function sizeOf(path: string): Promise<number> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, 'r');
    const about = await file.stat();
    if (!about.isFile()) {
      throw new Failure(ExitCode.USAGE, 'USAGE', `--artifact must name a file: got ${path}; pack a folder into model.tar.gz`);
    }
    if (about.size === 0) {
      throw new Failure(ExitCode.USAGE, 'USAGE', `${path} is empty`);
    }
    return about.size;
  } catch (error) {
    throw error instanceof Failure ? error : unreadable(path, error);
  } finally {
    await file?.close();
  }
}

/** A file that is not there, or that we may not read. */
export function unreadable(path: string, cause: unknown): Failure {
  const code = (cause as NodeJS.ErrnoException).code;
  return code === 'ENOENT' || code === 'ENOTDIR'
    ? new Failure(ExitCode.NOT_FOUND, 'NO_FILE', `there is no file ${path}`, { cause })
    : new Failure(ExitCode.NOT_ALLOWED, 'UNREADABLE', `${path} cannot be read: ${String(code ?? cause)}`, { cause });
}
