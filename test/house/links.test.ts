import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const ROOT = join(__dirname, '..', '..');

/** What people read. API.md is generated, with anchors of its own. */
const PAGES = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], { cwd: ROOT, encoding: 'utf8' })
  .split('\n').filter((path) => path !== '' && path !== 'API.md' && existsSync(join(ROOT, path)));

const FENCED = /^ *(```|~~~)[\s\S]*?^ *\1/gm;

/** The anchors of a page, as GitHub makes them of its headings. */
function anchorsOf(page: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading] of page.replace(FENCED, '').matchAll(/^#{1,6} +(.+?) *#*$/gm)) {
    const text = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1');
    const slug = text.toLowerCase().replace(/[^\p{L}\p{N}_\- ]/gu, '').replaceAll(' ', '-');
    for (let count = 0, anchor = slug; ; anchor = `${slug}-${count}`) {
      if (!anchors.has(anchor)) {
        anchors.add(anchor);
        break;
      }
      count += 1;
    }
  }
  return anchors;
}

/** Links of a page that lead nowhere: to no file, or to no heading of it. Addresses of other hosts are not asked for. */
function deadLinks(path: string, page: string): string[] {
  const prose = page.replace(FENCED, '').replace(/`[^`\n]*`/g, '');
  const links = [...prose.matchAll(/\]\(([^()\s]+)\)/g)].map(([, link]) => link);
  return links.filter((link) => !/^[a-z][a-z0-9+.-]*:/.test(link)).filter((link) => {
    const [file, anchor] = link.split('#');
    const target = file === '' ? path : relative(ROOT, join(ROOT, dirname(path), decodeURIComponent(file)));
    if (target.startsWith('..') || !existsSync(join(ROOT, target))) {
      return true;
    }
    return anchor !== undefined && !anchorsOf(file === '' ? page : readFileSync(join(ROOT, target), 'utf8')).has(anchor);
  });
}

test('pages are found', () => {
  expect(PAGES).toEqual(expect.arrayContaining(['README.md', 'bin/README.md', 'docs/runbook.md', 'lib/registry/README.md']));
});

test.each(PAGES)('every link of %s leads somewhere', (path) => {
  expect(deadLinks(path, readFileSync(join(ROOT, path), 'utf8'))).toEqual([]);
});

test.each([
  ['a file that is not there', '[x](nowhere.md)', ['nowhere.md']],
  ['a heading that is not there', '[x](docs/runbook.md#no-such-alarm)', ['docs/runbook.md#no-such-alarm']],
  ['a heading of its own that is not there', '# One\n[x](#two)', ['#two']],
  ['a place outside the repository', '[x](../../etc/hosts)', ['../../etc/hosts']],
  ['a heading of code', '```\n# Two\n```\n[x](#two)', ['#two']],
  ['a heading with signs, and its twin', '## `mlp` & co.\n## `mlp` & co.\n[x](#mlp--co) [y](#mlp--co-1)', []],
  ['another host, and code', '[x](https://example.com/#y) `[z](nowhere.md)`', []],
])('a link to %s', (_what, page, dead) => {
  expect(deadLinks('README.md', page)).toEqual(dead);
});
