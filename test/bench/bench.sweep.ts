import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { VARIANT_NAMES } from '../../bench/bench-app';
import { caseReport } from '../../bench/case-report';
import { caseOf } from '../../bench/cases';
import { SynthCost } from '../../bench/contract';
import { linesBetweenMarks } from '../../bench/count-lines';
import { measure, Measurements } from '../../bench/measure';
import { measureCases } from '../../bench/measure-cases';
import { report } from '../../bench/report';
import { median, summarize } from '../../bench/summary';
import { isMet, targets } from '../../bench/targets';

const ROOT = join(__dirname, '..', '..');

/** Measurements in which an endpoint costs so many milliseconds, on top of 100 for the network. */
function measured(milliseconds: Record<string, number>, growth = 1): Measurements {
  const cost = (variant: string, size: number): SynthCost =>
    ({ milliseconds: 100 + (milliseconds[variant] ?? 1) * size * (size > 10 ? growth : 1), megabytes: 100, resources: size });
  return {
    costs: new Map(VARIANT_NAMES.map((variant) => [variant, new Map([1, 10, 200].map((size) => [size, [cost(variant, size)]]))])),
    imports: [{ bareMilliseconds: 10, cdkMilliseconds: 50, wholeMilliseconds: 80 }],
    resources: new Map(VARIANT_NAMES.map((variant) => [variant, { first: 17, marginal: 16 }])),
  };
}

const LINES = { ours: 12, l1: 240 };
const SIZES = [1, 10, 200];

test('the harness measures every app in processes of their own', () => {
  const library = join(ROOT, 'build');
  expect(existsSync(join(library, 'index.js'))).toBe(true); // npm test compiles first
  const progress: string[] = [];
  const { costs, imports, resources } = measure({ sizes: [1, 2, 3], runs: 1, warmUp: 0, library }, (line) => progress.push(line));
  for (const variant of VARIANT_NAMES) {
    const runs = [1, 2, 3].map((size) => costs.get(variant)?.get(size) ?? []);
    expect(runs.map(({ length }) => length)).toEqual([1, 1, 1]);
    expect(runs.flat().every(({ milliseconds, megabytes }) => milliseconds > 0 && megabytes > 10)).toBe(true);
    expect(resources.get(variant)?.marginal).toBeGreaterThanOrEqual(4);
  }
  const [{ bareMilliseconds, cdkMilliseconds, wholeMilliseconds }] = imports;
  expect(bareMilliseconds).toBeGreaterThan(0);
  expect(cdkMilliseconds).toBeGreaterThan(bareMilliseconds);
  expect(wholeMilliseconds).toBeGreaterThan(cdkMilliseconds);
  expect(progress).toEqual([expect.stringMatching(/^run 1 of 1: /)]);
});

test('the cases are measured in processes of their own, and reported', () => {
  const library = join(ROOT, 'build');
  const progress: string[] = [];
  const cases = [{ ...caseOf('audit-trail'), many: 3 }];
  const rows = measureCases({ cases, runs: 2, warmUp: 1, library }, (line) => progress.push(line));
  expect(rows).toEqual([{
    what: '`AuditTrailStack`',
    oursMilliseconds: expect.any(Number),
    rawMilliseconds: expect.any(Number),
    timesRaw: expect.any(Number),
    resources: expect.any(Number),
  }]);
  expect(rows[0].resources).toBeGreaterThan(20);
  expect(rows[0].oursMilliseconds).toBeGreaterThan(0);
  expect(progress).toEqual([expect.stringMatching(/^audit-trail: 2 runs, /)]);
});

test('the report of the cases has a row for each', () => {
  const text = caseReport([{ what: '`ModelRegistryStack`', oursMilliseconds: 61.24, rawMilliseconds: 20, timesRaw: 3.06, resources: 59.04 }], 7);
  expect(text).toContain('Median of 7.');
  expect(text).toContain('| `ModelRegistryStack` | 61.2 ms | 20.0 ms | 3.1x | 59 |');
});

describe('the summary', () => {
  test('says what one endpoint more costs, without the network', () => {
    const { rows } = summarize(SIZES, measured({ ours: 15, l1: 10 }), LINES);
    const [ours] = rows;
    expect(ours).toMatchObject({ variant: 'ours', marginalMilliseconds: 15, timesL1: 1.5, resources: 16, firstResources: 17 });
    expect([...ours.milliseconds]).toEqual([[1, 115], [10, 250], [200, 3100]]);
  });

  test('compares an endpoint in the largest app with one in a small app', () => {
    expect(summarize(SIZES, measured({ ours: 10 }), LINES).growth).toBeCloseTo(1);
    expect(summarize(SIZES, measured({ ours: 10 }, 1.3), LINES).growth).toBeCloseTo(1.3, 1);
  });

  test('does not count to the package what aws-cdk-lib takes', () => {
    expect(summarize(SIZES, measured({}), LINES)).toMatchObject({ importMilliseconds: 30, cdkImportMilliseconds: 50 });
  });

  test.each([[[3], 3], [[1, 9, 2], 2], [[4, 1, 3, 2], 2.5]])('takes the median of %p as %p', (values, middle) => {
    expect(median(values)).toBe(middle);
  });
});

describe('a target', () => {
  const fulfilled = summarize(SIZES, measured({ ours: 11, l1: 10 }), { ours: 25, l1: 240 });

  test('is met up to its limit', () => {
    expect(targets(fulfilled).filter((target) => !isMet(target))).toEqual([]);
  });

  test.each<[string, Partial<typeof fulfilled>]>([
    ['time for one endpoint more', { rows: summarize(SIZES, measured({ ours: 11.1, l1: 10 }), LINES).rows }],
    ['cost of an endpoint in the largest app', { growth: 1.11 }],
    ['import', { importMilliseconds: 41 }],
    ['resources', { rows: fulfilled.rows.map((row) => ({ ...row, resources: 23 })) }],
    ['lines', { lines: { ours: 26, l1: 240 } }],
  ])('is missed beyond it: %s', (what, wrong) => {
    const missed = targets({ ...fulfilled, ...wrong }).filter((target) => !isMet(target));
    expect(missed.map((target) => target.what.startsWith(what))).toEqual([true]);
  });

  test('is not met by what could not be measured', () => {
    expect(isMet({ ...targets(fulfilled)[0], measured: NaN })).toBe(false);
  });

  test('on milliseconds decides nothing', () => {
    expect(targets(fulfilled).filter(({ portable }) => !portable).map(({ unit }) => unit)).toEqual([' ms']);
  });
});

test('the report has a row for each app, and says what is met and what is missed', () => {
  const text = report(summarize(SIZES, measured({ ours: 20, l1: 10 }), LINES));
  expect(text.match(/^\| .* \|$/gm)).toHaveLength(2 + VARIANT_NAMES.length);
  expect(text).toContain('| `GuardedEndpoint`, default props | 120 ms | 300 ms | 4100 ms | 20.0 ms | 2.00x | 100 MB | 16, the first 17 |');
  expect(text).toContain('MISSED time for one endpoint more, against L1 by hand: 2x, at most 1.1x');
  expect(text).toContain('met    lines to write: 12, at most 25');
});

describe('lines', () => {
  test('are counted between the marks, without blanks and comments', () => {
    expect(linesBetweenMarks('import a;\n// begin\n/** Why. */\nconst a = 1; // said\n\n  // why\n/*\n * more\n */\n  a();\n// end\nb();'))
      .toBe(2);
  });

  test.each(['', '// begin\na();', 'a();\n// end', '// end\n// begin'])('are not counted without marks: %j', (source) => {
    expect(() => linesBetweenMarks(source)).toThrow('between // begin and // end');
  });

  test.each(['l1-words.ts', 'l1-endpoint.ts', 'l1-handlers.ts', 'lines/l1-extras.ts', 'lines/ours.ts'])('of %s can be counted', (name) => {
    expect(linesBetweenMarks(readFileSync(join(ROOT, 'bench', name), 'utf8'))).toBeGreaterThan(5);
  });
});
