import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { buildSync } from 'esbuild';
import * as ts from 'typescript';
import { licencesOf } from './bundled-licences';

/**
 * Bundles rehearsals to `rehearsal/dist`, all of it in one file, and writes the declarations of what a user sees: nothing in
 * them names a package. The same sources give the same bytes on any machine: no source map, no comment, no path.
 */
const ROOT = join(__dirname, '..');
const ENTRY = 'rehearsal/index.ts';

export interface BundledRehearsal {
  readonly code: string;
  /** Declarations by their path below `rehearsal`. */
  readonly declarations: ReadonlyMap<string, string>;
}

export function bundleRehearsal(root: string): BundledRehearsal {
  const { outputFiles, metafile } = buildSync({
    absWorkingDir: root,
    entryPoints: [ENTRY],
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    preserveSymlinks: true, // a path that is linked to would be in the bundle
    keepNames: true, // of errors
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none', // they are in a file of their own
    charset: 'utf8',
    tsconfigRaw: { compilerOptions: { target: 'es2022', strict: true } }, // not the tsconfig.json that happens to be near
    logLevel: 'warning',
  });
  if (licencesOf(root, Object.keys(metafile.inputs)) !== '') {
    throw new Error('the rehearsal has code of others in it now: their licences have to go with it, as with the mlp command');
  }
  return { code: outputFiles[0].text, declarations: declarationsOf(root) };
}

/** Of the entry and of what its declarations name, and of nothing else. */
function declarationsOf(root: string): ReadonlyMap<string, string> {
  const folder = join(root, 'rehearsal');
  const all = new Map<string, string>();
  const program = ts.createProgram([join(root, ENTRY)], {
    declaration: true,
    emitDeclarationOnly: true,
    stripInternal: true,
    skipLibCheck: true,
    strict: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.Node16,
    moduleResolution: ts.ModuleResolutionKind.Node16,
    rootDir: root,
    types: ['node'],
    esModuleInterop: true,
    outDir: root,
  });
  program.emit(undefined, (file, text) => { all.set(relative(folder, file), text); }, undefined, true);
  const wanted = new Set<string>();
  const need = (path: string) => {
    const text = all.get(path);
    if (text === undefined || wanted.has(path)) {
      return;
    }
    wanted.add(path);
    for (const [, to] of text.matchAll(/(?:from|import\()\s*'(\.[^']*)'/g)) {
      need(`${join(dirname(path), to)}.d.ts`);
    }
  };
  need('index.d.ts');
  return new Map([...wanted].sort().map((path) => [path, all.get(path) ?? '']));
}

/** Nobody who reads meanwhile finds half a file. */
export function writeRehearsal({ code, declarations }: BundledRehearsal, folder: string): void {
  const fresh = `${folder}.new`;
  rmSync(fresh, { recursive: true, force: true });
  for (const [path, text] of [['index.js', code] as const, ...declarations]) {
    mkdirSync(dirname(join(fresh, path)), { recursive: true });
    writeFileSync(join(fresh, path), text);
  }
  rmSync(folder, { recursive: true, force: true });
  renameSync(fresh, folder);
}

if (require.main === module) {
  writeRehearsal(bundleRehearsal(ROOT), join(ROOT, 'rehearsal', 'dist'));
}
