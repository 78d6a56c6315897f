import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import { BuildOptions, buildSync } from 'esbuild';
import { licencesOf } from './bundled-licences';

/**
 * Bundles every handler, `lib/ ** /runtime/NAME.lambda.ts`, to `handlers/NAME/index.js`, which ships in the package: users
 * need no bundler. The Lambda runtime brings the AWS SDK; all else is inside, and its licences are in `handlers/LICENCES.txt`.
 * The same sources give the same bytes on any machine: no source map, no comment, no path.
 */
const ROOT = join(__dirname, '..');
const ENDING = '.lambda.ts';
/** Beside the folders of the handlers: what lies in one of them is uploaded with it. */
export const LICENCES = 'LICENCES.txt';

export interface Bundle {
  readonly name: string;
  /** The bundled code. */
  readonly code: string;
  /** The files that it is made from, from the root of the repository. */
  readonly inputs: readonly string[];
}

/** The handlers below a `lib`, as paths from `root`. */
export function handlersIn(root: string): string[] {
  return readdirSync(join(root, 'lib'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ENDING) && basename(entry.parentPath) === 'runtime')
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort();
}

/** Bundles the handlers of a clone of this repository. */
export function bundleHandlers(root: string): Bundle[] {
  const paths = handlersIn(root);
  const names = paths.map((path) => basename(path, ENDING));
  const twice = names.find((name, place) => names.indexOf(name) !== place);
  if (twice !== undefined) {
    throw new Error(`two handlers are called ${twice}: their bundles would lie in one folder`);
  }
  return paths.map((path, place) => ({ name: names[place], ...bundle(root, path) }));
}

/** The licences of all that the handlers have inside. */
export function licencesOfHandlers(root: string, bundles: readonly Bundle[]): string {
  return licencesOf(root, bundles.flatMap(({ inputs }) => inputs));
}

function bundle(root: string, path: string): Omit<Bundle, 'name'> {
  const { outputFiles, metafile } = buildSync(bundleOptions(root, path));
  return { code: outputFiles[0].text, inputs: Object.keys(metafile.inputs) };
}

/** For whoever bundles a handler in another way: to plant a defect in it. */
export function bundleOptions(root: string, path: string) {
  return {
    absWorkingDir: root,
    entryPoints: [path],
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    target: 'node22',
    format: 'cjs',
    // not @smithy/*: X-Ray needs a part of it that the runtime does not have, https://github.com/aws/aws-cdk/issues/33099
    external: ['@aws-sdk/*'],
    // names stay: a stack trace is read at night
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none', // they are in a file of their own
    charset: 'utf8',
    tsconfigRaw: { compilerOptions: { target: 'es2022', strict: true } }, // not the tsconfig.json that happens to be near
    preserveSymlinks: true, // or a linked node_modules would show in names that esbuild makes from paths
    logLevel: 'warning',
  } as const satisfies BuildOptions;
}

/** Writes the bundles and removes former ones. Nobody who reads meanwhile finds half a file. */
export function writeBundles(bundles: ReadonlyArray<Omit<Bundle, 'inputs'>>, folder: string, licences: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, LICENCES), licences);
  for (const { name, code } of bundles) {
    const file = join(folder, name, 'index.js');
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(`${file}.new`, code);
    renameSync(`${file}.new`, file);
  }
  const kept = [LICENCES, ...bundles.map(({ name }) => name)];
  for (const name of readdirSync(folder).filter((found) => !kept.includes(found))) {
    rmSync(join(folder, name), { recursive: true });
  }
}

if (require.main === module) {
  const bundles = bundleHandlers(ROOT);
  writeBundles(bundles, join(ROOT, 'handlers'), licencesOfHandlers(ROOT, bundles));
}
