import { OracleModel } from './oracle';
import { hashOf, NO_PREVIOUS_HASH } from '../../../lib/audit/audit-record';
import { AUDIT_TABLE, REGISTRY_TABLE, RegistryBench } from '../support/registry-bench';

type Row = Readonly<Record<string, unknown>>;
interface Pointed { readonly revision: number }
interface Head extends Row {
  readonly rev: number;
  readonly nextRevision: number;
  readonly production?: Pointed;
  readonly history: readonly Pointed[];
  readonly holds: readonly OracleModel['holds'][number][];
  readonly auditSequence: number;
  readonly auditHash: string;
}

/** What never changes in a version (R3). */
const FIXED = [
  'revision', 'registrant', 'registrantPerson', 'registeredAt', 'label', 'artifact', 'artifactSha256', 'image', 'lineage', 'evaluation',
];

function check(holds: boolean, invariant: string, detail: unknown): void {
  if (!holds) {
    throw new Error(`${invariant}: ${JSON.stringify(detail)}`);
  }
}

const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);

/** Reads every row as it lies in the tables and checks R1 to R17 on them, after whatever happened. */
export class Invariants {
  private readonly fixed = new Map<string, string>();
  private readonly records = new Map<string, string>();

  constructor(private readonly bench: RegistryBench) {}

  /** What a model is, from its rows: to be compared with what it should be. */
  public observed(tenant: string, model: string): OracleModel {
    const { head, versions } = this.rowsOf(tenant, model);
    return {
      versions: versions.map((version) => ({
        state: version.state,
        registrant: version.registrantPerson,
        ...(version.label === undefined ? {} : { label: version.label }),
      }) as OracleModel['versions'][number]),
      ...(head?.production === undefined ? {} : { production: head.production.revision }),
      history: (head?.history ?? []).map(({ revision }) => revision),
      holds: head?.holds ?? [],
      changes: head?.rev ?? 0,
    };
  }

  public check(tenant: string, model: string): void {
    const { partition, head, versions, requests, labels, audits } = this.rowsOf(tenant, model);
    if (head === undefined) {
      check(versions.length + requests.length + labels.length + audits.length === 0, 'R8 nothing without a head', partition);
      return;
    }
    this.checkPointers(head, versions);
    this.checkVersions(partition, head, versions);
    this.checkChain(partition, head, audits);
    check(requests.length === head.rev, 'R11 one request key for each change', { requests: requests.length, rev: head.rev });
    labels.forEach(({ revision }) => check(versions.some((version) => version.revision === revision), 'R14 label', { revision }));
    [head, ...versions].forEach((row) => check(JSON.stringify(row).length < 400_000, 'R16 size', row.sk));
  }

  private checkPointers(head: Head, versions: readonly Row[]): void {
    const byRevision = (revision: number) => versions.find((version) => version.revision === revision);
    check(versions.every((version) => !('production' in version)), 'R1 production is no mark on a version', versions);
    const { production, history, holds } = head;
    for (const pointed of [...(production === undefined ? [] : [production]), ...history]) {
      const version = byRevision(pointed.revision);
      check(version !== undefined && version.state !== 'Retired', 'R5, R14 kept versions exist', pointed);
      const { revision, image, artifact, artifactSha256, label } = version!;
      check(same({ revision, image, artifact, artifactSha256, ...(label === undefined ? {} : { label }) }, pointed), 'R3 snapshot', pointed);
    }
    check(production === undefined || byRevision(production.revision)?.state === 'Approved', 'R2 production is Approved', production);
    check(history.length <= 3, 'R16 history', history);
    const kept = [production, ...history].flatMap((each) => each === undefined ? [] : [each.revision]);
    check(new Set(kept).size === kept.length, 'R5 nothing is kept twice', kept);
    holds.forEach(({ revision }) => check(byRevision(revision)?.state === 'Approved', 'R5, R14 held versions are Approved', holds));
  }

  private checkVersions(partition: string, head: Head, versions: readonly Row[]): void {
    check(same(versions.map(({ revision }) => revision), versions.map((_, place) => place + 1)), 'R4 revisions without gap', versions);
    check(head.nextRevision === versions.length + 1, 'R4 counter', head.nextRevision);
    for (const version of versions) {
      const name = `${partition} ${String(version.sk)}`;
      const text = JSON.stringify(FIXED.map((field) => version[field] ?? null));
      check((this.fixed.get(name) ?? text) === text, 'R3 a version changed', { before: this.fixed.get(name), after: text });
      this.fixed.set(name, text);
      const approved = version.approved as { image: string; artifactSha256: string } | undefined;
      check(approved === undefined || (approved.image === version.image && approved.artifactSha256 === version.artifactSha256),
        'R6 an approval names the digest', version);
      check(!['Approved', 'Revoked'].includes(String(version.state)) || approved !== undefined, 'R6 approved', version);
    }
  }

  private checkChain(partition: string, head: Head, audits: readonly Row[]): void {
    let before = { hash: NO_PREVIOUS_HASH, timestamp: '' };
    audits.forEach((row, place) => {
      const record = JSON.parse(String(row.record)) as { sequence: number; previousHash: string; timestamp: string };
      const name = `${partition} ${String(row.sk)}`;
      check((this.records.get(name) ?? row.record) === row.record, 'R9 the trail only grows', name);
      this.records.set(name, String(row.record));
      check(record.sequence === place + 1 && row.sequence === place + 1, 'R9, R17 sequence in the order of the keys', { place, row });
      check(record.previousHash === before.hash, 'R9 chain', record);
      check(record.timestamp >= before.timestamp, 'R9 time never goes back', record);
      before = { hash: hashOf(String(row.record)), timestamp: record.timestamp };
    });
    check(head.auditSequence === audits.length && head.rev === audits.length, 'R8 one record for each change', { rev: head.rev, audits: audits.length });
    check(head.auditHash === before.hash, 'R8, R9 the head knows the last record', head);
    for (const known of this.records.keys()) {
      check(!known.startsWith(`${partition} `) || audits.some(({ sk }) => known === `${partition} ${String(sk)}`), 'R9 a record is gone', known);
    }
  }

  private rowsOf(tenant: string, model: string) {
    const partition = `TENANT#${tenant}#MODEL#${model}`;
    const mine = this.bench.dynamodb.items(REGISTRY_TABLE).filter(({ pk }) => pk === partition);
    const below = (prefix: string) => mine.filter(({ sk }) => String(sk).startsWith(prefix));
    const heads = below('HEAD');
    check(heads.length <= 1, 'R1 one head', heads);
    return {
      partition,
      head: heads[0] as Head | undefined,
      versions: below('REV#'),
      requests: below('IDEM#'),
      labels: below('LABEL#'),
      audits: this.bench.dynamodb.items(AUDIT_TABLE).filter(({ pk }) => pk === partition),
    };
  }
}

/** R18: a request of one tenant touches rows of that tenant only, in whatever partition. */
export function checkTenant(bench: RegistryBench, tenant: string, from: number): void {
  for (const call of bench.dynamodb.calls.slice(from)) {
    const keys = [...JSON.stringify(call.input).matchAll(/"pk":"([^"]*)"/g)].map(([, pk]) => pk);
    check(keys.length > 0 && keys.every((pk) => pk.startsWith(`TENANT#${tenant}#`)), 'R18 another tenant\'s rows', { tenant, keys });
  }
}
