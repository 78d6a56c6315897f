import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { licenceText } from './licence-texts';

const OURS = join(__dirname, '..');

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly author?: string | { readonly name: string };
}

/** The folders of the packages that a bundle is made from, out of the inputs that esbuild lists. */
export function packagesIn(inputs: readonly string[]): string[] {
  return [...new Set(inputs.flatMap((path) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []))].sort();
}

/** The licences of the packages that a bundle is made from: most ask to go wherever their code goes. */
export function licencesOf(root: string, inputs: readonly string[]): string {
  const texts = new Map<string, string[]>();
  for (const folder of packagesIn(inputs)) {
    const manifest = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as Manifest;
    const text = textIn(join(root, folder)) ?? textFor(manifest);
    texts.set(text, [...texts.get(text) ?? [], `${manifest.name} ${manifest.version}`]);
  }
  return [...texts].map(([text, names]) => `${[...new Set(names)].join('\n')}\n\n${text}\n`).join(`\n${'-'.repeat(80)}\n\n`);
}

function textIn(folder: string): string | undefined {
  const file = readdirSync(folder).sort().find((entry) => /^(?:licen[cs]e|copying)(?:[.-]|$)/i.test(entry));
  return file === undefined ? undefined : readFileSync(join(folder, file), 'utf8').trim();
}

/** Apache's is our own as well; it names nobody. */
function textFor({ name, license = 'none', author = 'its authors' }: Manifest): string {
  const text = license === 'Apache-2.0' ? textIn(OURS) : licenceText(license, typeof author === 'string' ? author : author.name);
  if (text === undefined) {
    throw new Error(`${name} is bundled, has the licence ${license} and no text of it: add the text to tools/licence-texts.ts`);
  }
  return text;
}
