import { chmodSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { licencesOf } from './bundled-licences';

/**
 * Bundles the `mlp` command to `cli/mlp.js`, with everything inside: it ships in the package and burdens nobody who only wants
 * constructs. The same sources give the same bytes on any machine: no source map, no comment, no path.
 */
const ROOT = join(__dirname, '..');

export interface BundledCli {
  /** `mlp.js`, to be run as it is. */
  readonly code: string;
  /** The licences of what is inside. */
  readonly licences: string;
}

/** Bundles the command of a clone of this repository. */
export function bundleCli(root: string): BundledCli {
  const { outputFiles, metafile } = buildSync({
    absWorkingDir: root,
    entryPoints: ['bin/mlp.ts'],
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    preserveSymlinks: true, // a path that is linked to would be in the bundle
    banner: { js: '#!/usr/bin/env node' },
    // names stay: a stack trace of --debug is read by somebody
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none', // they are in a file of their own
    charset: 'utf8',
    tsconfigRaw: { compilerOptions: { target: 'es2022', strict: true } }, // not the tsconfig.json that happens to be near
    logLevel: 'warning',
  });
  return { code: outputFiles[0].text, licences: licencesOf(root, Object.keys(metafile.inputs)) };
}

/** Writes the command where npm finds it. Nobody who runs it meanwhile finds half a file. */
export function writeCli({ code, licences }: BundledCli, folder: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'LICENCES.txt'), licences);
  const file = join(folder, 'mlp.js');
  writeFileSync(`${file}.new`, code);
  chmodSync(`${file}.new`, 0o755);
  renameSync(`${file}.new`, file);
}

if (require.main === module) {
  writeCli(bundleCli(ROOT), join(ROOT, 'cli'));
}
