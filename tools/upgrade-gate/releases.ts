import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppTemplates, StackTemplate, withoutAssetHashes } from './template';
import { CreateApp } from '../strict-synth';

/** Where the templates of released versions are kept. */
export const RELEASED = join(__dirname, '..', '..', 'test', 'snapshots', 'released');
const SUFFIX = '.template.json';
const VERSION = /^(\d+)\.(\d+)\.(\d+)(?:-([0-9A-Za-z.-]+))?$/;

/** The templates of an app as they would be released. */
export function templatesOf(createApp: CreateApp): AppTemplates {
  const outdir = mkdtempSync(join(tmpdir(), 'upgrade-gate-'));
  try {
    const { stacks } = createApp({ outdir, context: {} }).synth();
    return new Map(stacks.map(({ stackName, templateFullPath }) => [stackName, readTemplate(templateFullPath)]));
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

/** Keeps the templates of a version. What is released does not change, so a second time is refused. */
export function keepRelease(version: string, templates: AppTemplates, folder = RELEASED): string {
  if (!VERSION.test(version)) {
    throw new Error(`a version must read like 1.2.3 or 1.2.3-beta.1: got ${version}`);
  }
  const kept = join(folder, version);
  if (existsSync(kept)) {
    throw new Error(`${version} is kept already, and what is released does not change; if it never was, delete ${kept} first`);
  }
  mkdirSync(kept, { recursive: true });
  for (const [stack, template] of templates) {
    writeFileSync(join(kept, `${stack}${SUFFIX}`), `${JSON.stringify(template, undefined, 1)}\n`);
  }
  return kept;
}

/** The version that users come from. */
export function newestRelease(folder = RELEASED): string | undefined {
  return existsSync(folder) ? newestOf(readdirSync(folder)) : undefined;
}

/** The templates of a kept version, by stack. */
export function releasedTemplates(version: string, folder = RELEASED): AppTemplates {
  const kept = join(folder, version);
  const files = readdirSync(kept).filter((name) => name.endsWith(SUFFIX));
  return new Map(files.map((name) => [name.slice(0, -SUFFIX.length), readTemplate(join(kept, name))]));
}

/** The highest of some versions; what is not a version does not count. */
export function newestOf(versions: readonly string[]): string | undefined {
  return versions.filter((version) => VERSION.test(version)).sort(byVersion).at(-1);
}

/** Numbers by value; a prerelease comes before its release. */
function byVersion(one: string, other: string): number {
  const [[, ...a], [, ...b]] = [one, other].map((version) => VERSION.exec(version)!);
  for (const part of [0, 1, 2]) {
    if (a[part] !== b[part]) {
      return Number(a[part]) - Number(b[part]);
    }
  }
  const [first, second] = [a[3], b[3]] as (string | undefined)[];
  if (first === undefined || second === undefined) {
    return Number(first === undefined) - Number(second === undefined);
  }
  return first.localeCompare(second, 'en', { numeric: true });
}

function readTemplate(path: string): StackTemplate {
  return withoutAssetHashes(readFileSync(path, 'utf8'));
}
