import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { awscdk, TextFile } from 'projen';

/**
 * The house, as one table: each area and the areas it may import. Lint and `lib/index.ts` both follow it, and an area
 * becomes part of the package when its folder exists.
 */
const CORE = ['core'];
const MATERIALS = [...CORE, 'network', 'artifacts', 'audit'];
const RECORDS = [...MATERIALS, 'registry'];
const WORKLOADS = [...RECORDS, 'serving', 'training'];
const DOORS = [...WORKLOADS, 'monitoring', 'api'];

export const MAY_IMPORT: ReadonlyMap<string, readonly string[]> = new Map([
  ['core', []],
  ['network', CORE],
  ['artifacts', CORE],
  ['audit', CORE],
  ['registry', MATERIALS],
  ['serving', RECORDS],
  ['training', RECORDS],
  ['monitoring', WORKLOADS],
  ['api', WORKLOADS],
  ['governance', CORE],
  ['stacks', DOORS],
]);

/** The areas that stand today, in the order of the table. */
export function standingAreas(): string[] {
  const folders = new Set(readdirSync(join(__dirname, '..', 'lib')));
  return [...MAY_IMPORT.keys()].filter((area) => folders.has(area));
}

/** One namespace per area; the compiled file is made lazy afterwards (tools/lazy-index.ts). */
export function writeAreaIndex(project: awscdk.AwsCdkConstructLibrary): void {
  const index = new TextFile(project, 'lib/index.ts', { marker: true });
  index.addLine(`// ${index.marker}`);
  for (const area of standingAreas()) {
    index.addLine(`export * as ${area} from './${area}';`);
  }
}
