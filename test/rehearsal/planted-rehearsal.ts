import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build } from 'esbuild';
import { Bundles } from '../../rehearsal/lambda/bundles';
import { bundleOptions, handlersIn } from '../../tools/bundle-handlers';
import { Planted, planting } from '../support/planted';

const ROOT = join(__dirname, '..', '..');

/** The handlers of releases by name, bundled as they ship, over sources with a defect in them or without. */
export async function releaseHandlers(planted: Planted | undefined): Promise<ReadonlyMap<string, string>> {
  const paths = handlersIn(ROOT).filter((path) => path.startsWith('lib/serving/progressive/'));
  const bundled = await Promise.all(paths.map(async (path) => {
    const plugins = planted === undefined ? [] : [planting(planted)];
    const { outputFiles } = await build({ ...bundleOptions(ROOT, path), plugins });
    return [basename(path, '.lambda.ts'), outputFiles[0].text] as const;
  }));
  return new Map(bundled);
}

export function shippedHandler(name: string): string {
  return readFileSync(join(ROOT, 'handlers', name, 'index.js'), 'utf8');
}

/** Lets rehearsals run these handlers in place of those that ship; the template names the shipped ones. */
export function deploy(handlers: ReadonlyMap<string, string>): void {
  const { of } = Bundles.prototype;
  jest.spyOn(Bundles.prototype, 'of').mockImplementation(function (this: Bundles, key) {
    const shipped = of.call(this, key);
    return shipped && { ...shipped, code: handlers.get(shipped.name) ?? shipped.code };
  });
}
