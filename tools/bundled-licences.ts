import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The licences of the packages that a bundle is made from: most ask to go wherever their code goes. */
export function licencesOf(root: string, inputs: readonly string[]): string {
  const folders = new Set(inputs.flatMap((path) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []));
  const texts = new Map<string, string[]>();
  for (const folder of [...folders].sort()) {
    const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as Readonly<Record<string, string>>;
    const file = readdirSync(join(root, folder)).sort().find((entry) => /^licen[cs]e(\.|$)/i.test(entry));
    const text = file === undefined ? `${license} (the package has no text of it)` : readFileSync(join(root, folder, file), 'utf8').trim();
    texts.set(text, [...texts.get(text) ?? [], `${name} ${version}`]);
  }
  return [...texts].map(([text, names]) => `${[...new Set(names)].join('\n')}\n\n${text}\n`).join(`\n${'-'.repeat(80)}\n\n`);
}
