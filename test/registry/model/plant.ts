import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { build } from 'esbuild';
import { Mutant } from './mutants';
import { Effort } from './registry-property';

const RUNTIME = join(__dirname, '..', '..', '..', 'lib', 'registry', 'runtime');
const PROPERTY = join(__dirname, 'registry-property.ts');

/** The property of the registry, over sources with a defect in them. Nothing is written to disk. */
export async function withMutant({ name, file, from, to }: Mutant): Promise<(effort: Effort) => Promise<void>> {
  const path = join(RUNTIME, file);
  const source = readFileSync(path, 'utf8');
  if (source.split(from).length !== 2) {
    throw new Error(`cannot plant "${name}": ${file} should hold this once, and does not: ${from}`);
  }
  const { outputFiles: [{ text }] } = await build({
    entryPoints: [PROPERTY],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'cjs',
    packages: 'external',
    logLevel: 'silent',
    plugins: [{
      name: 'plant',
      setup: ({ onLoad }) => {
        onLoad({ filter: new RegExp(`/lib/registry/runtime/${file.replace('.', '\\.')}$`) },
          // a function, because a replacement may hold `$`
          () => ({ contents: source.replace(from, () => to), loader: 'ts' }));
      },
    }],
  });
  const module = { exports: {} as { checkRegistry(effort: Effort): Promise<void> } };
  // not node:vm, whose objects are of another realm: the fake would refuse them, and every mutant would be "noticed"
  new Function('require', 'module', 'exports', text)(createRequire(__filename), module, module.exports);
  return module.exports.checkRegistry;
}
