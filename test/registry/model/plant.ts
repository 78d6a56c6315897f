import { createRequire } from 'node:module';
import { join } from 'node:path';
import { build } from 'esbuild';
import { Mutant } from './mutants';
import { Effort } from './registry-property';
import { planting } from '../../support/planted';

const PROPERTY = join(__dirname, 'registry-property.ts');

/** The property of the registry, over sources with a defect in them. Nothing is written to disk. */
export async function withMutant(mutant: Mutant): Promise<(effort: Effort) => Promise<void>> {
  const { outputFiles: [{ text }] } = await build({
    entryPoints: [PROPERTY],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'cjs',
    packages: 'external',
    logLevel: 'silent',
    plugins: [planting({ ...mutant, file: `lib/registry/runtime/${mutant.file}` })],
  });
  const module = { exports: {} as { checkRegistry(effort: Effort): Promise<void> } };
  // not node:vm, whose objects are of another realm: the fake would refuse them, and every mutant would be "noticed"
  new Function('require', 'module', 'exports', text)(createRequire(__filename), module, module.exports);
  return module.exports.checkRegistry;
}
