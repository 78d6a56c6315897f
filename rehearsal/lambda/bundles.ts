import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface ShippedBundle { readonly name: string; readonly code: string }

/**
 * The handlers as they ship, found by what a template says of them: the hash of its asset, which CDK makes of the hash of the
 * file.
 */
export class Bundles {
  private readonly byHash = new Map<string, ShippedBundle>();

  /** @param assembly a folder with `asset.<hash>` folders, for handlers of your own */
  constructor(private readonly assembly?: string, folder = handlersFolder()) {
    for (const name of readdirSync(folder)) {
      const file = join(folder, name, 'index.js');
      if (existsSync(file)) {
        const code = readFileSync(file);
        this.byHash.set(sha256(sha256(code)), { name, code: code.toString('utf8') });
      }
    }
  }

  public named(name: string): ShippedBundle | undefined {
    return [...this.byHash.values()].find((bundle) => bundle.name === name);
  }

  /** The code of a function, by the key of its asset: `<hash>.zip`. */
  public of(s3Key: string): ShippedBundle | undefined {
    const hash = s3Key.replace(/^.*\//, '').replace(/\.zip$/, '');
    const file = this.assembly === undefined ? undefined : join(this.assembly, `asset.${hash}`, 'index.js');
    return this.byHash.get(hash) ?? (file !== undefined && existsSync(file) ? { name: hash, code: readFileSync(file, 'utf8') } : undefined);
  }
}

function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

/** `handlers` lies at the root of the package and of a clone, at different depths above this file. */
function handlersFolder(): string {
  for (let folder = __dirname; dirname(folder) !== folder; folder = dirname(folder)) {
    if (existsSync(join(folder, 'handlers', 'registry-api', 'index.js'))) {
      return join(folder, 'handlers');
    }
  }
  throw new Error('the bundled handlers are missing: in a clone of cdk-ml-platform run `npm run compile`; in an installed package this is a '
    + 'defect of the package');
}
