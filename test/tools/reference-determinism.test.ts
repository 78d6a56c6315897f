import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { completeReferenceApp } from '../../tools/reference-app';

/** Every file that a synth writes, by its name in the assembly. */
function synthesized(): Map<string, string> {
  const outdir = mkdtempSync(join(tmpdir(), 'reference-'));
  completeReferenceApp({ outdir, context: {} }).synth();
  const files = readdirSync(outdir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const names = files.map(({ parentPath, name }) => join(parentPath, name).slice(outdir.length + 1)).sort();
  return new Map(names.map((name) => [name, readFileSync(join(outdir, name), 'base64')]));
}

test('two synths of the reference app write the same files with the same bytes', () => {
  const [first, second] = [1, 2].map(synthesized); // one place in the code: it stands in the stack traces of the metadata
  expect([...first.keys()].filter((name) => name.endsWith('.template.json')).length).toBeGreaterThan(0);
  expect([...second.keys()]).toEqual([...first.keys()]);
  expect([...first].filter(([name, bytes]) => second.get(name) !== bytes).map(([name]) => name)).toEqual([]);
});
