import { defaultTreeAdapter, DefaultTreeAdapterTypes, parse, ParserError } from 'parse5';
import { htmlOf } from '../../rehearsal/html/page';
import { COLOURS, READ_ON } from '../../rehearsal/html/style';
import { RehearsalResult } from '../../rehearsal/result';

type Element = DefaultTreeAdapterTypes.Element;
type Node = DefaultTreeAdapterTypes.Node;

/** A release that was taken back, as a rehearsal tells of it. */
const RESULT: RehearsalResult = {
  scenario: 'errors',
  story: 'The candidate fails.',
  seed: 7,
  endpoint: 'churn',
  outcome: 'ROLLED_BACK',
  releases: [{
    releaseId: 'churn.1',
    kind: 'release',
    revision: 2,
    state: 'ROLLED_BACK',
    outcome: 'ROLLED_BACK',
    reason: 'alarm churn/ErrorBurst is in ALARM',
    latch: { cause: 'alarm', reason: 'alarm churn/ErrorBurst is in ALARM' },
    restoreSeconds: 21,
    lockedSeconds: 4,
    startedMinutes: 5,
    endedMinutes: 40,
  }],
  timeline: [
    { minutes: 0, kind: 'note', text: 'churn serves revision 1' },
    { minutes: 17, kind: 'release', text: 'judge HEALTHY: within all limits' },
    { minutes: 22, kind: 'release', text: 'judge INCONCLUSIVE: there has been no request since the last tick' },
    { minutes: 29, kind: 'alarm', text: 'churn/ErrorBurst: OK -> ALARM' },
    { minutes: 29, kind: 'execution', text: 'machine churn.1: RUNNING' },
  ],
  weights: [
    { minutes: 0, status: 'InService', config: 'before', percent: { Stable: 100 } },
    { minutes: 12, status: 'InService', config: 'r1-install', percent: { Stable: 90, Candidate: 10 } },
    { minutes: 29.5, status: 'InService', config: 'r1-install', percent: { Stable: 100, Candidate: 0 } },
  ],
  calls: [],
  audit: [{ sequence: 1, timestamp: '2026-01-05T09:05:00.000Z', action: 'endpoint.release.start', outcome: 'SUCCEEDED', actor: 'ann', details: { stage: 0 } }],
  alarms: [{ minutes: 29, alarm: 'churn/ErrorBurst', from: 'OK', to: 'ALARM' }, { minutes: 33, alarm: 'churn/ErrorBurst', from: 'ALARM', to: 'OK' }],
  pages: [{ minutes: 40, from: 'release-clerk', subject: 'churn: was rolled back', message: 'Endpoint churn.\nBecause: it failed.' }],
  answers: [{ minutes: 5, do: 'start', by: 'ann', status: 409, body: { code: 'CONFLICT', detail: 'a release is under way' } }],
  traffic: { Stable: { requests: 47_034, errors: 94 } },
  models: ['before'],
  configs: ['before'],
  counts: {
    stateTransitions: 101,
    retries: 0,
    executions: 2,
    longestHistory: 265,
    lambdaInvocations: 38,
    coldStarts: 6,
    apiCalls: 526,
    largestPayload: 900,
    apiCallsByService: { sagemaker: 125, dynamodb: 312 },
  },
  logs: [],
  standIns: {},
  notSimulated: [],
  problems: [],
  virtualMinutes: 55,
};

/** A page, read as browsers read it. */
class Page {
  public readonly errors: string[] = [];
  public readonly elements: readonly Element[];

  constructor(public readonly text: string) {
    const document = parse(text, { onParseError: ({ code, startLine }: ParserError) => { this.errors.push(`${code} in line ${startLine}`); } });
    this.elements = [...below(document)].filter((node) => defaultTreeAdapter.isElementNode(node));
  }

  public named(name: string): Element[] {
    return this.elements.filter(({ tagName }) => tagName === name);
  }

  /** What is read in a section: the rows of its tables, the cells of a row side by side. */
  public rows(head: string): string[] {
    const section = this.named('section').find((each) => textOf(each).startsWith(head));
    return [...below(section!)].filter((node): node is Element => defaultTreeAdapter.isElementNode(node) && node.tagName === 'tr')
      .map(({ childNodes }) => childNodes.map(textOf).join(' | '));
  }
}

function* below(node: Node): Generator<Node> {
  yield node;
  for (const child of 'childNodes' in node ? node.childNodes : []) {
    yield* below(child);
  }
}

function textOf(node: Node): string {
  return [...below(node)].filter((each) => defaultTreeAdapter.isTextNode(each)).map(({ value }) => value).join('');
}

function attribute(element: Element, name: string): string | undefined {
  return element.attrs.find((each) => each.name === name)?.value;
}

function pageOf(own: Partial<RehearsalResult> = {}, options: Parameters<typeof htmlOf>[1] = {}): Page {
  return new Page(htmlOf({ ...RESULT, ...own }, options));
}

describe('the page of a rehearsal', () => {
  test('says what was rehearsed, how it ended, what happened, who was told and what was recorded', () => {
    const page = pageOf({}, { template: 'MlRelease' });
    expect(page.named('h1').map(textOf)).toEqual(['Rehearsal of churn: errors']);
    expect(page.named('dd').slice(0, 5).map(textOf)).toEqual(['MlRelease', 'churn', 'errors', '7', '55 min']);
    expect(page.rows('How it ended')[1]).toBe(
      'churn.1 | 2 | ROLLED_BACK | 35 min | alarm churn/ErrorBurst is in ALARM | 21 s after the decision, 4 s of it locked by SageMaker');
    expect(page.rows('What happened')).toEqual([
      'Time | Candidate | Who | What',
      '00:00 |  |  | churn serves revision 1',
      '00:17 | 10 % | release | judge HEALTHY: within all limits',
      '00:22 | 10 % | release | judge INCONCLUSIVE: there has been no request since the last tick',
      '00:29 | 10 % | ALARM | churn/ErrorBurst: OK -> ALARM',
    ]);
    expect(page.rows('What people asked')[1]).toBe('00:05 | ann | start | 409 | CONFLICT: a release is under way');
    expect(page.rows('Who was told')[1]).toBe('00:40 | release-clerk | churn: was rolled back | Endpoint churn.\nBecause: it failed.');
    expect(page.rows('Audit records')[1]).toBe('1 | 2026-01-05T09:05:00.000Z | endpoint.release.start | SUCCEEDED | ann | stage 0');
    expect(page.rows('Figures').slice(1, 2)).toEqual(['Stable | 47,034 | 94']);
    expect(page.rows('Figures').slice(-2)).toEqual(['dynamodb | 312', 'sagemaker | 125']);
  });

  test('with all, tells of the machinery too', () => {
    expect(pageOf({}, { all: true }).rows('What happened')).toContain('00:29 | 10 % | machine | machine churn.1: RUNNING');
  });

  test.each<[Partial<RehearsalResult>, string]>([
    [{ outcome: 'SUCCEEDED' }, 'good'], [{ outcome: 'ABORTED' }, 'unsure'], [{ outcome: 'HALTED' }, 'bad'], [{ outcome: undefined }, 'bad'],
    [{ outcome: 'SUCCEEDED', problems: ['I1: no weight'] }, 'bad'],
  ])('%j looks %s', (own, look) => {
    const page = pageOf(own);
    const [badge] = page.elements.filter((element) => attribute(element, 'class')?.startsWith('ended') === true);
    expect([attribute(badge, 'class'), textOf(badge)]).toEqual([`ended ${look}`, own.outcome ?? 'Not ended']);
    expect(page.text.includes('What must hold and did not')).toBe(own.problems !== undefined);
  });

  test('of a rehearsal in which nothing happened says so', () => {
    const page = pageOf({
      story: '', outcome: undefined, releases: [], timeline: [], weights: [], audit: [], alarms: [], pages: [], answers: [], traffic: {}, models: [], configs: [], virtualMinutes: 0,
    });
    expect(page.errors).toEqual([]);
    expect(page.named('p').map(textOf)).toEqual(expect.arrayContaining(['Nothing was released.', 'Nothing happened.', 'Nobody was told anything.']));
    expect(page.text).not.toMatch(/NaN|undefined|Infinity/);
  });

  test('is the same each time', () => {
    expect(htmlOf(structuredClone(RESULT))).toBe(htmlOf(RESULT));
  });
});

describe('the chart', () => {
  const marks = (own: Partial<RehearsalResult>, of: string) => pageOf(own).named('title').map(textOf).filter((text) => text.includes(of));

  test('has the shares in words, for who does not see it', () => {
    expect(pageOf().named('desc').map(textOf)).toEqual(['Share of the candidate: 10 % from 00:12, 0 % from 00:29. Alarms: ErrorBurst at 00:29.']);
  });

  test('has an area for the candidate from when it has requests to when it has none', () => {
    const [area] = pageOf().named('path').filter((path) => attribute(path, 'fill') === 'var(--candidate)');
    // 12 of 55 minutes, 29.5 of 55 minutes; a tenth of the height
    expect(attribute(area, 'd')).toBe('M198.7 198V181H421.5V198Z');
  });

  test('marks ticks, alarms while they last, and pages', () => {
    expect(marks({}, 'judge ')).toEqual(['00:17 judge HEALTHY: within all limits', '00:22 judge INCONCLUSIVE: there has been no request since the last tick']);
    expect(marks({}, 'ErrorBurst')).toEqual(['churn/ErrorBurst: 00:29 to 00:33']);
    expect(marks({ alarms: RESULT.alarms.slice(0, 1) }, 'ErrorBurst')).toEqual(['churn/ErrorBurst: 00:29 to 00:55']);
    expect(marks({}, 'rolled back')).toEqual(['00:40 churn: was rolled back']);
  });

  test.each([5, 55, 600, 1440, 10_080, 60_000])('of %p minutes has not so many times below it that they touch', (virtualMinutes) => {
    const times = pageOf({ virtualMinutes }).named('text').map(textOf).filter((text) => /^(\d+d )?\d\d:\d\d$/.test(text));
    expect(times.length).toBeGreaterThan(1);
    expect(times.length).toBeLessThanOrEqual(10);
  });
});

describe('whoever reads it', () => {
  test('has a sound page that needs nothing from anywhere', () => {
    const page = pageOf();
    expect(page.errors).toEqual([]);
    expect(page.elements.map(({ tagName }) => tagName).filter((name) => ['script', 'link', 'img', 'iframe', 'object', 'base', 'form', 'a'].includes(name))).toEqual([]);
    const names = page.elements.flatMap(({ attrs }) => attrs.map(({ name }) => name));
    expect(names.filter((name) => name.startsWith('on') || ['src', 'href', 'action', 'style'].includes(name))).toEqual([]);
    expect(textOf(page.named('style')[0])).not.toMatch(/url\(|@import/);
    const policy = page.named('meta').find((meta) => attribute(meta, 'http-equiv') === 'Content-Security-Policy')!;
    expect(attribute(policy, 'content')).toBe('default-src \'none\'; style-src \'unsafe-inline\'');
  });

  test('is told language, title, headings in order, and the heads of each table', () => {
    const page = pageOf();
    expect(attribute(page.named('html')[0], 'lang')).toBe('en');
    expect(textOf(page.named('title')[0])).toBe('Rehearsal of churn: errors, ROLLED_BACK');
    expect(page.elements.map(({ tagName }) => tagName).filter((name) => /^h\d$/.test(name)).join(' ')).toMatch(/^h1( h2)+$/);
    expect(page.named('th').map((head) => attribute(head, 'scope')).filter((scope) => scope !== 'col' && scope !== 'row')).toEqual([]);
    expect(page.named('caption')).toHaveLength(page.named('table').length);
    const [svg] = page.named('svg');
    expect(attribute(svg, 'role')).toBe('img');
    const ids = page.elements.map((element) => attribute(element, 'id')).filter((id) => id !== undefined);
    expect(ids).toEqual(attribute(svg, 'aria-labelledby')!.split(' '));
    expect(page.elements.filter((element) => attribute(element, 'tabindex') === '0' && attribute(element, 'aria-label') === undefined)).toEqual([]);
  });

  const read = Object.entries(READ_ON).flatMap(([text, grounds]) => grounds.map((ground) => [text, ground] as const));

  test.each(read.flatMap((pair) => ([0, 1] as const).map((theme) => [...pair, theme] as const)))(
    'reads %s on %s in theme %p with a contrast of 4.5 or more', (text, ground, theme) => {
      const [one, other] = [COLOURS[text as keyof typeof READ_ON][theme], COLOURS[ground][theme]].map(luminance);
      expect((Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05)).toBeGreaterThanOrEqual(4.5);
    });

  test('tells the candidate from stable and from the page by more than colour alone needs', () => {
    for (const theme of [0, 1] as const) {
      const [candidate, stable] = [COLOURS.candidate[theme], COLOURS.stable[theme]].map(luminance);
      expect((Math.max(candidate, stable) + 0.05) / (Math.min(candidate, stable) + 0.05)).toBeGreaterThanOrEqual(3);
    }
  });
});

describe('whatever a template or a scenario says is text', () => {
  const HOSTILE = '<script>alert(1)</script><img src=x onerror=alert(1)>"\' onload="x" &amp; </title></style></svg>-->';

  /** The text in every place of a result that is one. */
  function everywhere(value: unknown): unknown {
    if (typeof value === 'string') {
      return value.startsWith('judge ') || ['ALARM', 'release', 'alarm', 'note', 'execution'].includes(value) ? `${value} ${HOSTILE}` : HOSTILE;
    }
    if (Array.isArray(value)) {
      return value.map(everywhere);
    }
    return typeof value === 'object' && value !== null
      ? Object.fromEntries(Object.entries(value).map(([name, each]) => [name, ['kind', 'to'].includes(name) ? each : everywhere(each)]))
      : value;
  }

  test('and never markup', () => {
    const plain = pageOf({ standIns: { a: 'b' }, logs: ['l'], notSimulated: ['n'], problems: ['p'] }, { template: 't' });
    const hostile = new Page(htmlOf(everywhere(JSON.parse(JSON.stringify({
      ...RESULT, standIns: { a: 'b' }, logs: ['l'], notSimulated: ['n'], problems: ['p'],
    }))) as RehearsalResult, { template: HOSTILE }));
    expect(hostile.errors).toEqual([]);
    expect(hostile.elements.map(({ tagName }) => tagName).filter((name) => !plain.named(name).length)).toEqual([]);
    expect(hostile.named('h1').map(textOf)).toEqual([`Rehearsal of ${HOSTILE}: ${HOSTILE}`]);
    expect(textOf(hostile.named('title')[0])).toBe(`Rehearsal of ${HOSTILE}: ${HOSTILE}, ${HOSTILE}`);
    const names = new Set(hostile.elements.flatMap(({ attrs }) => attrs.map(({ name }) => name)));
    expect([...names].filter((name) => name.startsWith('on') || name === 'src')).toEqual([]);
  });

  test.each([['\u202e', '\\u202e'], ['\u0000', '\\u0000'], ['\u001b', '\\u001b'], ['\ud800', '\\ud800'], ['\u2028', '\\u2028']])(
    'and %j, which hides or turns what is beside it, is written out', (character, written) => {
      const page = pageOf({ scenario: `a${character}b` });
      expect(page.errors).toEqual([]);
      expect(page.named('h1').map(textOf)).toEqual([`Rehearsal of churn: a${written}b`]);
    });
});

/** https://www.w3.org/TR/WCAG22/#dfn-relative-luminance */
function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((place) => {
    const part = parseInt(colour.slice(place, place + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
