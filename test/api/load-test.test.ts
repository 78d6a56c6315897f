import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';

const SCRIPT = join(__dirname, '..', '..', 'examples', 'inference-api', 'load-test.mjs');
const SOUND = { URL: 'https://abc.execute-api.eu-west-1.amazonaws.com/v1/models/churn/invocations', TOKEN: 'a-token', API_KEY: 'a-key' };

interface Options {
  readonly maxRedirects: number;
  readonly scenarios: { readonly steady: { readonly executor: string; readonly rate: number; readonly duration: string } };
}

/** What k6 would do with the script before it sends anything. */
function load(env: Record<string, string>): Options {
  const source = readFileSync(SCRIPT, 'utf8')
    .replace(/^import .*$/gm, '').replace(/^export default /gm, '').replace('export const options', 'options');
  const globals: { __ENV: Record<string, string>; options?: Options } = { __ENV: env, options: undefined };
  runInNewContext(source, globals);
  return globals.options!;
}

test('a load test is small and short unless told otherwise, and follows no redirect', () => {
  const { scenarios: { steady }, maxRedirects } = load(SOUND);
  expect(steady).toMatchObject({ executor: 'constant-arrival-rate', rate: 5, duration: '30s' });
  expect(maxRedirects).toBe(0);
});

test('a load test goes up to fifty requests a second for five minutes', () => {
  expect(load({ ...SOUND, RATE: '50', SECONDS: '300' }).scenarios.steady).toMatchObject({ rate: 50, duration: '300s' });
});

test.each([
  ['URL', {}], ['URL', { URL: '' }], ['TOKEN', { URL: SOUND.URL }], ['API_KEY', { URL: SOUND.URL, TOKEN: 'a' }],
  ['URL', { ...SOUND, URL: 'http://abc/models/churn/invocations' }], ['URL', { ...SOUND, URL: 'https://example.com/' }],
  ['RATE', { ...SOUND, RATE: '51' }], ['RATE', { ...SOUND, RATE: '0' }], ['RATE', { ...SOUND, RATE: 'many' }], ['SECONDS', { ...SOUND, SECONDS: '301' }],
])('a load test does not start because of %s in %p', (name, env) => {
  expect(() => load(env as Record<string, string>)).toThrow(name);
});
