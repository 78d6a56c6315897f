import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { BASELINES, endpoint, ENV, overridden } from './baselines';
import { TOPICS } from './catalogue';
import { gatesClaimed, gatesOf, measure, Measured } from './measure';
import { Mistake, nobody } from './mistake';
import { mistakePage } from './page';
import { STRICT } from '../../tools/synth-report';

const PAGE = join(__dirname, '..', '..', 'docs', 'mistakes.md');
const ALL = TOPICS.flatMap(({ mistakes }) => mistakes);

const measurements = new Map<Mistake, Measured>();
/** Each mistake is made once; the page tells of the same measurement as its test. */
function measured(mistake: Mistake): Measured {
  const known = measurements.get(mistake) ?? measure(mistake.make);
  measurements.set(mistake, known);
  return known;
}

test.each(Object.entries(BASELINES))('%s is sound at every gate', (_, make) => {
  expect(gatesOf(measure(make))).toEqual([]);
});

describe.each(TOPICS.map(({ title, mistakes }) => ({ title, mistakes })))('$title', ({ mistakes }) => {
  test.each(mistakes.map((mistake) => [mistake.title, mistake] as const))('%s', (_, mistake) => {
    const { ours, cdk } = mistake.claim;
    const found = measured(mistake);
    expect(gatesOf(found)).toEqual(gatesClaimed(mistake.claim));
    expect(found.stopped?.message ?? '').toContain(cdk ?? '');
    if (ours !== undefined) {
      expect(found.stopped?.message).toContain(ours.wayOut);
      expect(found.stopped?.message).toMatch(ours.prop === undefined ? /^[^`]*$/ : `\`${ours.prop}\``);
    }
  });
});

describe('the catalogue', () => {
  test('has forty mistakes at the least, and names each once', () => {
    expect(ALL.length).toBeGreaterThanOrEqual(40);
    const titles = TOPICS.flatMap(({ title, mistakes }) => mistakes.map((mistake) => `${title}: ${mistake.title}`));
    expect(titles.filter((title, index) => titles.indexOf(title) !== index)).toEqual([]);
  });

  test.each(ALL.map(({ title, claim }) => [title, claim] as const))('says who notices %s, or what remains to do', (_, claim) => {
    expect((claim.nobody ?? '') !== '').toBe(gatesClaimed(claim).length === 0);
  });
});

describe('a claim fails', () => {
  const tooLong = overridden(endpoint, 'Endpoint/Resource', 'DeploymentConfig.BlueGreenUpdatePolicy.TerminationWaitInSeconds', 4000);

  test('when a gate stays silent', () => {
    expect(gatesOf(measure(endpoint))).not.toEqual(gatesClaimed({ rules: ['F3034'] }));
  });

  test.each([
    ['another gate', { packs: ['AwsSolutions-S1'] }],
    ['one gate too many', { rules: ['F3034', 'W3030'] }],
    ['nobody', nobody('nothing')],
  ])('when %s is named', (_, claim) => {
    const gates = gatesOf(measure(tooLong));
    expect(gates).toEqual(gatesClaimed({ rules: ['F3034'] }));
    expect(gates).not.toEqual(gatesClaimed(claim));
  });
});

describe('strict validation', () => {
  const validation = process.env.CDK_VALIDATION;
  beforeEach(() => {
    delete process.env.CDK_VALIDATION;
    jest.spyOn(console, 'error').mockReturnValue(undefined);
  });
  afterEach(() => {
    process.env.CDK_VALIDATION = validation;
    jest.restoreAllMocks();
  });

  const synth = (property: string, value: unknown) => () => {
    const app = new App({ outdir: mkdtempSync(join(tmpdir(), 'strict-')), context: STRICT });
    overridden(endpoint, 'Endpoint/Model/Resource', property, value)(new Stack(app, 'Test', { env: ENV }));
    app.synth();
  };

  test.each([
    ['F3002', 'PrimaryContainer.ModelDataUri', 's3://our-artifacts/churn/7.tar.gz'],
    ['E1150', 'VpcConfig.SecurityGroupIds', ['default']],
  ])('ends the synth on %s', (rule, property, value) => {
    expect(synth(property, value)).toThrow(rule);
  });

  test('only warns on W3030', () => {
    expect(synth('PrimaryContainer.Mode', 'Singel')).not.toThrow();
    expect(jest.mocked(console.error).mock.calls.join('\n')).toContain('W3030');
  });
});

test('docs/mistakes.md shows what the gates say', () => {
  if (readFileSync(PAGE, 'utf8') !== mistakePage(TOPICS, measured)) {
    throw new Error('docs/mistakes.md is not what the gates say: run `npm run mistakes`, review, commit');
  }
});
