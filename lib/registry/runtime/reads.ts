import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { batchGet } from './batch-get';
import {
  AuditPage, DiffView, HeadView, LineagePage, ModelsPage, ProductionView, VersionsPage, VersionView,
} from './contract';
import { AUDITS, headKey, Key, lineageKey, lineagePartition, modelKey, modelPartition, MODELS, modelsPartition, padded, REVISIONS, versionKey } from './keys';
import { Head, Version } from './model-state';
import { NotDone } from './problem';
import { modelAndRevision, originOf, queries } from './queries';
import { Address } from './registry-request';
import { RegistryStore } from './registry-store';
import { RegistryWorld } from './registry-world';
import { auditRowOf, headOf, Row, versionOf } from './rows';
import { diffView, headView, usedView } from './views';

export type View = ModelsPage | LineagePage | ProductionView | VersionsPage | HeadView | VersionView | DiffView | AuditPage;

/** A request that reads, after its path and caller were judged. */
export interface ReadRequest extends Address {
  readonly query: Readonly<Record<string, string>>;
}

/** What to read of a partition: sort keys from `low` to `high`, both included. */
interface Range {
  readonly table: string;
  readonly pk: string;
  readonly low: string;
  readonly high: string;
  readonly limit: number;
  readonly newestFirst?: boolean;
}

const AFTER_ALL = '\uffff';

/** The reading verbs: consistent reads of the base tables, as few as can be. */
export class RegistryReads {
  private readonly store: RegistryStore;

  constructor(private readonly world: RegistryWorld) {
    this.store = new RegistryStore(world);
  }

  public async answer({ route: { verb }, tenant, model, revision, query }: ReadRequest): Promise<View> {
    switch (verb) {
      case 'models':
        return this.models(tenant, queries[verb](query));
      case 'find':
        return this.find(tenant, queries[verb](query));
      case 'list':
        return this.list(tenant, model, queries[verb](query));
      case 'diff':
        return this.diff(tenant, model, queries[verb](query));
      case 'audit':
        return this.audit(tenant, model, queries[verb](query));
      case 'production':
        queries[verb](query);
        return this.production(tenant, model);
      case 'history':
        queries[verb](query);
        return headView(model, await this.head(tenant, model));
      case 'describe':
        queries[verb](query);
        return this.describe(tenant, model, revision);
      default:
        throw new Error(`${verb} is no verb that reads`);
    }
  }

  private async models(tenant: string, { limit, after }: { limit: number; after?: string }): Promise<ModelsPage> {
    const { rows, more } = await this.page({
      table: this.world.settings.registryTable,
      pk: modelsPartition(tenant),
      low: after === undefined ? MODELS : justAfter(modelKey(tenant, after)),
      high: `${MODELS}${AFTER_ALL}`,
      limit,
    });
    const models = rows.map((row) => ({ model: String(row.model), since: String(row.since) }));
    return { models, ...(more ? { next: models.at(-1)?.model } : {}) };
  }

  private async find(
    tenant: string, { limit, after, ...wanted }: { limit: number; after?: string; commit?: string; dataset?: string },
  ): Promise<LineagePage> {
    const origin = originOf(wanted);
    const last = after === undefined ? undefined : modelAndRevision(after);
    const { rows, more } = await this.page({
      table: this.world.settings.registryTable,
      pk: lineagePartition(tenant, origin),
      low: last === undefined ? MODELS : justAfter(lineageKey(tenant, origin, last.model, last.revision)),
      high: `${MODELS}${AFTER_ALL}`,
      limit,
    });
    const versions = rows.map((row) => ({ model: String(row.model), revision: Number(row.revision) }));
    const end = versions.at(-1);
    return { versions, ...(more && end !== undefined ? { next: `${end.model}/${end.revision}` } : {}) };
  }

  private async production(tenant: string, model: string): Promise<ProductionView> {
    const { rev, production } = await this.head(tenant, model);
    if (production === undefined) {
      throw new NotDone('NOT_FOUND', `${model} has nothing in production`);
    }
    return { model, rev, ...production };
  }

  private async list(tenant: string, model: string, { limit, after }: { limit: number; after?: number }): Promise<VersionsPage> {
    const head = await this.head(tenant, model);
    const { rows, more } = await this.page({
      table: this.world.settings.registryTable,
      pk: modelPartition(tenant, model),
      low: REVISIONS,
      // versions that came after the head was read would have no place in it
      high: `${REVISIONS}${padded(Math.min(after ?? Infinity, head.nextRevision) - 1)}`,
      limit,
      newestFirst: true,
    });
    const versions = rows.map((row) => usedView(versionOf(row), head));
    return { model, versions, ...(more ? { next: versions.at(-1)?.revision } : {}) };
  }

  private async describe(tenant: string, model: string, revision: number): Promise<VersionView> {
    const [headRow, row] = await batchGet([headKey(tenant, model), versionKey(tenant, model, revision)], this.world);
    return usedView(existing(row, model, revision), headOf(headRow));
  }

  private async diff(tenant: string, model: string, { from, to }: { from: number; to: number }): Promise<DiffView> {
    const keys = [...new Set([from, to])].map((each) => versionKey(tenant, model, each));
    const rows = await batchGet(keys, this.world);
    return diffView(model, existing(rows[0], model, from), existing(rows.at(-1), model, to));
  }

  /** Rows up to the head that the same page shows, so that a page that is the last ends the chain. */
  private async audit(tenant: string, model: string, { limit, after }: { limit: number; after: number }): Promise<AuditPage> {
    const { auditSequence, auditHash } = await this.head(tenant, model);
    const { rows, more } = after >= auditSequence ? { rows: [], more: false } : await this.page({
      table: this.world.settings.auditTable,
      pk: modelPartition(tenant, model),
      low: `${AUDITS}${padded(after + 1)}`,
      high: `${AUDITS}${padded(auditSequence)}`,
      limit,
    });
    const shown = rows.map(auditRowOf);
    return { rows: shown, headSequence: auditSequence, headHash: auditHash, ...(more ? { next: shown.at(-1)?.sequence } : {}) };
  }

  private async head(tenant: string, model: string): Promise<Head> {
    const row = await this.store.get(headKey(tenant, model));
    if (row === undefined) {
      throw new NotDone('NOT_FOUND', `there is no model ${model}`);
    }
    return headOf(row);
  }

  /** One row more than asked for tells whether there is a next page; DynamoDB may end a page early too. */
  private async page({ table, pk, low, high, limit, newestFirst = false }: Range): Promise<{ rows: Row[]; more: boolean }> {
    if (low > high) {
      return { rows: [], more: false };
    }
    const { Items: rows = [], LastEvaluatedKey } = await this.world.dynamodb.send(new QueryCommand({
      TableName: table,
      KeyConditionExpression: '#pk = :pk AND #sk BETWEEN :low AND :high',
      ExpressionAttributeNames: { '#pk': 'pk', '#sk': 'sk' },
      ExpressionAttributeValues: { ':pk': pk, ':low': low, ':high': high },
      ConsistentRead: true,
      ScanIndexForward: !newestFirst,
      Limit: limit + 1,
    }));
    return { rows: rows.slice(0, limit), more: rows.length > limit || (LastEvaluatedKey !== undefined && rows.length <= limit) };
  }
}

function existing(row: Row | undefined, model: string, revision: number): Version {
  if (row === undefined) {
    throw new NotDone('NOT_FOUND', `${model} has no version ${revision}`);
  }
  return versionOf(row);
}

/** The smallest sort key above another. */
function justAfter({ sk }: Key): string {
  return `${sk}\u0000`;
}
