import { handlerSizes, HandlerSize } from '../../bench/registry-handlers';
import { registryReport, RegistrySummary, registryTargets } from '../../bench/registry-report';
import { costsPerVerb, VerbCost } from '../../bench/registry-requests';
import { isMet } from '../../bench/targets';
import { API_BUNDLE, ROUTES } from '../../lib/registry/runtime/contract';

let verbs: readonly VerbCost[];
let handlers: readonly HandlerSize[];
beforeAll(async () => {
  verbs = await costsPerVerb();
  handlers = handlerSizes();
});

const summary = (more: Partial<RegistrySummary> = {}): RegistrySummary =>
  ({ verbs, handlers, importMilliseconds: new Map([[API_BUNDLE, 123]]), runs: 7, ...more });
const cost = (verb: string) => verbs.find((each) => each.verb === verb);

test('every verb of the API is measured', () => {
  expect(verbs.map(({ verb }) => verb).sort()).toEqual(ROUTES.map(({ verb }) => verb).sort());
});

test('what is in production is one read', () => {
  expect(cost('production')).toEqual({ verb: 'production', requests: ['GetItem'], items: 0, outside: [] });
});

test.each(ROUTES.filter(({ method }) => method === 'POST').map(({ verb }) => verb))('%s reads, and is one transaction', (verb) => {
  const { requests, items } = cost(verb) ?? { requests: [], items: 0 };
  // only the head names the versions before the present one
  const more: Readonly<Record<string, string[]>> = { 'rollback': ['GetItem'], 'emergency-revoke': ['BatchGetItem'] };
  expect(requests).toEqual(['BatchGetItem', ...more[verb] ?? [], 'TransactWriteItems']);
  expect(items).toBeGreaterThanOrEqual(3);
});

test('only what registers, approves or puts into production calls S3 or ECR', () => {
  const looks = ['HeadObject', 'DescribeImages'];
  const calling = verbs.filter(({ outside }) => outside.length > 0);
  expect(Object.fromEntries(calling.map(({ verb, outside }) => [verb, outside]))).toEqual({
    'register': looks, 'approve': ['BatchGetImage', 'PutImage'], 'promote': looks, 'rollback': looks, 'emergency-revoke': looks,
  });
});

test('every promise is kept: the API fits into 120 kB', () => {
  expect(registryTargets(summary()).filter((target) => !isMet(target))).toEqual([]);
});

test('a promise that is not kept is called missed', () => {
  const large = handlers.map((handler) => ({ ...handler, gzippedBytes: 120_001 }));
  const slow = verbs.map((each) => ({ ...each, requests: [...each.requests, ...each.requests] }));
  const text = registryReport(summary({ handlers: large, verbs: slow }));
  expect(text.split('\n').filter((line) => line.startsWith('MISSED'))).toEqual([
    'MISSED requests to DynamoDB for what is in production: 2, at most 1',
    'MISSED transactions of one transition: 2, at most 1',
    `MISSED ${API_BUNDLE}, gzipped: 120.0 kB, at most 120 kB`,
  ]);
  expect(registryTargets(summary({ handlers: [] })).every(isMet)).toBe(false);
});

test('the table shows requests, sizes and the time that was measured', () => {
  const text = registryReport(summary());
  expect(text).toContain('| rollback | 3 | 1 BatchGetItem, 1 GetItem, 1 TransactWriteItems | 4 | 1 HeadObject, 1 DescribeImages |');
  expect(text).toContain('| production | 1 | 1 GetItem |  |  |');
  expect(text).toMatch(new RegExp(`\\| ${API_BUNDLE} \\| \\d+ kB \\| \\d+ kB \\| 123 ms \\|`));
});
