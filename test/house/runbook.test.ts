import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { ALARMING } from '../support/alarming';
import { ENV } from '../support/judged';

const ROOT = join(__dirname, '..', '..');
const LINKS = join('lib', 'core', 'runbook');

/** Who linked to which article, in the order of the links. */
const mockLinked: { readonly article: string; readonly stack: string }[] = [];
jest.mock('../../lib/core/runbook', () => {
  const { runbook } = jest.requireActual<typeof import('../../lib/core/runbook')>('../../lib/core/runbook');
  return {
    runbook: (alarm: string) => {
      const sentence = runbook(alarm);
      mockLinked.push({ article: sentence.split('#')[1], stack: new Error().stack ?? '' });
      return sentence;
    },
  };
});

/** The files of the library that link to articles: those which make alarms, or handlers that say where to read on. */
const LINKING = readdirSync(join(ROOT, 'lib'), { recursive: true, encoding: 'utf8' })
  .map((path) => join('lib', path))
  .filter((path) => path.endsWith('.ts') && !path.startsWith(LINKS))
  .filter((path) => /\brunbook\(/.test(readFileSync(join(ROOT, path), 'utf8')));
/** An article about an alarm has the alarm's name; other headings are sentences. */
const ARTICLES = [...readFileSync(join(ROOT, 'docs', 'runbook.md'), 'utf8').matchAll(/^## ([a-z0-9]+(?:-[a-z0-9]+)*)$/gm)].map(([, name]) => name);

beforeAll(() => {
  const app = new App();
  Object.entries(ALARMING).forEach(([name, build]) => build(new Stack(app, name, { env: ENV })));
});

test.each(LINKING)('%s is asked for its alarms', (path) => {
  const file = path.split(sep).join('/');
  const seen = mockLinked.some(({ stack }) => stack.includes(`${file}:`));
  expect(seen ? '' : `${relative('lib', path)} links to the runbook, and nothing in test/support/alarming.ts makes it do so`).toBe('');
});

test('every alarm has its article in the runbook', () => {
  const linked = [...new Set(mockLinked.map(({ article }) => article))].sort();
  expect(linked).toEqual(expect.arrayContaining(['error-rate', 'kill-switch', 'scale-in', 'trail-changed']));
  expect(linked.filter((article) => !ARTICLES.includes(article))).toEqual([]);
});

test('every article in the runbook has its alarm', () => {
  expect(ARTICLES.length).toBeGreaterThan(5);
  expect(ARTICLES.filter((article) => !mockLinked.some((link) => link.article === article))).toEqual([]);
});

test('no article is there twice', () => {
  expect(ARTICLES.filter((article, place) => ARTICLES.indexOf(article) !== place)).toEqual([]);
});
