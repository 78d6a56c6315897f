import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder for the tests of a file. */
export class TemporaryFolder {
  public readonly path = mkdtempSync(join(tmpdir(), 'mlp-'));

  /** Writes a file, and answers where it is. */
  public file(name: string, content: string | Buffer): string {
    const path = join(this.path, name);
    writeFileSync(path, content);
    return path;
  }

  public remove(): void {
    rmSync(this.path, { recursive: true });
  }
}
