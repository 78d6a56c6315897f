import { HandlerSize } from './registry-handlers';
import { VerbCost } from './registry-requests';
import { isMet, Target } from './targets';
import { API_BUNDLE } from '../lib/registry/runtime/contract';

/** What was measured of the registry. */
export interface RegistrySummary {
  readonly verbs: readonly VerbCost[];
  readonly handlers: readonly HandlerSize[];
  /** By the name of the handler. */
  readonly importMilliseconds: ReadonlyMap<string, number>;
  readonly runs: number;
}

const SHORT = 1000;

export function registryTargets({ verbs, handlers }: RegistrySummary): Target[] {
  const requests = (verb: string) => verbs.find((cost) => cost.verb === verb)?.requests ?? [];
  const transitions = verbs.filter(({ items }) => items > 0);
  const most = (name: string) =>
    Math.max(...transitions.map((cost) => cost.requests.filter((request) => request === name).length));
  const { gzippedBytes } = handlers.find(({ name }) => name === API_BUNDLE) ?? { gzippedBytes: NaN };
  return [
    { what: 'requests to DynamoDB for what is in production', limit: 1, measured: requests('production').length, unit: '', portable: true },
    { what: 'transactions of one transition', limit: 1, measured: most('TransactWriteItems'), unit: '', portable: true },
    { what: `${API_BUNDLE}, gzipped`, limit: 120, measured: gzippedBytes / SHORT, unit: ' kB', portable: true },
  ];
}

/** The tables of the README, and under them what was promised. */
export function registryReport(summary: RegistrySummary): string {
  const { verbs, handlers, importMilliseconds, runs } = summary;
  return [
    'Requests of one call to DynamoDB, and apart from them to S3 and ECR, counted through the real handler; nobody else writes meanwhile.',
    '',
    ...table(['Verb', 'requests', 'which', 'items written or checked', 'S3 and ECR'], verbs.map(({ verb, requests, items, outside }) =>
      [verb, String(requests.length), counted(requests), items === 0 ? '' : String(items), counted(outside)])),
    '',
    `Handlers as they ship, the SDK beside them. Loading is the median of ${runs} processes of this machine.`,
    '',
    ...table(['Handler', 'size', 'gzipped', 'loads in'], handlers.map(({ name, bytes, gzippedBytes }) =>
      [name, kB(bytes), kB(gzippedBytes), importMilliseconds.has(name) ? `${importMilliseconds.get(name)?.toFixed(0)} ms` : ''])),
    '',
    ...registryTargets(summary).map((target) =>
      `${isMet(target) ? 'met   ' : 'MISSED'} ${target.what}: ${shown(target.measured)}${target.unit}, at most ${target.limit}${target.unit}`),
  ].join('\n');
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  return [header, header.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
}

/** `2 GetItem, 1 TransactWriteItems` */
function counted(names: readonly string[]): string {
  return [...new Set(names)].map((name) => `${names.filter((each) => each === name).length} ${name}`).join(', ');
}

function kB(bytes: number): string {
  return `${(bytes / SHORT).toFixed(0)} kB`;
}

function shown(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(1);
}
