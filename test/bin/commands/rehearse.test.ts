import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp } from '../../../bin/ml-platform';
import { htmlOf, RehearsalResult } from '../../../rehearsal/index';
import { run } from '../support/test-world';

let app: string;
beforeAll(() => {
  app = mkdtempSync(join(tmpdir(), 'rehearse-'));
  createApp({ outdir: app }).synth();
});
afterAll(() => rmSync(app, { recursive: true, force: true }));

const rehearse = (...args: string[]) => run(['rehearse', '--app', app, ...args]);

test('a stack of an assembly is rehearsed: the candidate fails, and the timeline says how traffic came back', async () => {
  const { exitCode, out, err } = await rehearse('--stack', 'MlRelease', '--scenario', 'errors');
  // on a loaded machine it says how long it has been at it
  expect({ exitCode, err: err.replaceAll(/rehearsing errors … \d+ s\n/g, '') }).toEqual({ exitCode: 0, err: '' });
  expect(out).toMatch(/^Rehearsal of fraud-detection · scenario errors · seed 1\n/);
  expect(out).toMatch(/ALARM +fraud-detection\/ErrorBurst: OK -> ALARM/);
  expect(out).toMatch(/Stable 100 %, Candidate 0 %/);
  expect(out).toMatch(/fraud-detection\.1, revision 2: ROLLED_BACK/);
  expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(110);
});

test('with --json the whole result is one document, and with --html there is a page beside it, the same as of the result', async () => {
  const file = join(app, 'page.html');
  const { exitCode, out, err } = await rehearse('--stack', 'MlRelease', '--scenario', 'silent-rollback', '--json', '--html', file);
  expect(exitCode).toBe(0);
  expect(err).toContain(`The page is in ${file}.`);
  expect(readFileSync(file, 'utf8')).toBe(htmlOf(JSON.parse(out) as RehearsalResult, { template: 'MlRelease' }));
  expect(JSON.parse(out)).toMatchObject({ scenario: 'silent-rollback', outcome: 'ROLLED_BACK', problems: [] });
});

test('a template without the permission that a handler needs ends with 1, and says which is missing', async () => {
  const template = JSON.parse(JSON.stringify(createApp({ outdir: mkdtempSync(join(app, 'again-')) }).synth()
    .getStackByName('MlRelease').template)
    .replaceAll('"sagemaker:UpdateEndpointWeightsAndCapacities"', '"sagemaker:DescribeEndpoint"')) as object;
  const file = join(app, 'weakened.template.json');
  writeFileSync(file, JSON.stringify(template));
  const { exitCode, err } = await run(['rehearse', '--template', file]);
  expect(exitCode).toBe(1);
  expect(err).toMatch(/REHEARSAL_FAILED/);
  expect(err).toMatch(/missing permission: .* may not sagemaker:UpdateEndpointWeightsAndCapacities/);
});

test('the example of its help is one of the reference app', async () => {
  const { out } = await run(['rehearse', '--help']);
  const [, stack = ''] = /Example:[^]*--stack (\w+)/.exec(out) ?? [];
  expect((await rehearse('--stack', stack)).exitCode).toBe(0);
});

test.each([
  [['--stack', 'MlReleas'], 3, 'there is no stack MlReleas in'],
  [['--stack', 'MlStores'], 1, 'MlStores cannot be rehearsed: the template has no progressive endpoint'],
  [[], 2, 'rehearse needs --stack or --template, one of them'],
  [['--stack', 'MlRelease', '--template', 'x'], 2, 'rehearse needs --stack or --template, one of them'],
  [['--template', '/nonexistent.json'], 3, '/nonexistent.json cannot be read'],
  [['--stack', 'MlRelease', '--scenario', 'bad-luck'], 2, 'Allowed choices are healthy, errors, silent-rollback, emergency-stop'],
  [['--stack', 'MlRelease', '--value', 'x'], 2, 'must be a name and a value'],
])('%j is refused', async (args, exitCode, sentence) => {
  expect(await rehearse(...args)).toMatchObject({ exitCode, err: expect.stringContaining(sentence) });
});

test('a folder without an assembly is said to be one', async () => {
  expect(await run(['rehearse', '--app', join(app, 'nowhere'), '--stack', 'x'])).toMatchObject({
    exitCode: 3, err: expect.stringContaining('run `cdk synth`, or name its folder (--app)'),
  });
});

test('a page that cannot be written is told before the rehearsal, and looking leaves nothing', async () => {
  const page = mkdtempSync(join(app, 'page-'));
  const nowhere = join(page, 'nowhere', 'page.html');
  for (const [file, reason] of [[nowhere, 'its folder does not exist; make it first'], [page, 'it is a folder; name a file in it']]) {
    const { exitCode, out, err } = await rehearse('--stack', 'MlRelease', '--html', file);
    expect({ exitCode, out, err }).toEqual({ exitCode: 1, out: '', err: expect.stringContaining(`${file} cannot be written: ${reason}`) });
    expect(err).not.toContain('rehearsing');
  }
  expect(readdirSync(page)).toEqual([]);
  expect((await rehearse('--stack', 'MlStores', '--html', join(page, 'page.html'))).exitCode).toBe(1);
  expect(readdirSync(page)).toEqual([]);
});
