import { CancellationReason } from '@aws-sdk/client-dynamodb';
import { TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import { Key, labelKey, lineageKey, modelKey, Origin, physicalNameKey, versionKey } from './keys';
import { Change, Refusal, Version } from './model-state';
import { RegistrySettings } from './registry-world';
import { auditRow, doneRow, DoneRequest, headRow, Row, versionRow } from './rows';
import { physicalName } from '../../core/name-rules';

type Write = NonNullable<TransactWriteCommandInput['TransactItems']>[number];
type Part = 'head' | 'version' | 'request' | 'audit' | 'label' | 'name' | 'list';

/** Where a change is written, and under which request key. */
export interface Place {
  readonly tenant: string;
  readonly model: string;
  readonly requestKey: string;
  /** Milliseconds. */
  readonly now: number;
}

/** One item of the transaction, and what its condition protects: cancellations are told by position. */
export interface PlannedWrite {
  readonly part: Part;
  readonly write: Write;
}

const CONDITION_FAILED = 'ConditionalCheckFailed';
/** Reasons that pass: the same transaction may come again. */
const PASSING_REASONS: readonly string[] = ['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded'];

/** Everything that one change writes, all or nothing. */
export function transactionOf(
  change: Change, done: DoneRequest, { tenant, model, requestKey, now }: Place, { registryTable, auditTable }: RegistrySettings,
): PlannedWrite[] {
  const { head, version, relied, record } = change;
  const put = (row: Row) => ({ Put: { TableName: registryTable, Item: row } });
  const putNew = (TableName: string, Item: Row) => ({
    Put: { TableName, Item, ConditionExpression: 'attribute_not_exists(#pk)', ExpressionAttributeNames: { '#pk': 'pk' } },
  });
  const planned: PlannedWrite[] = [
    { part: 'head', write: headWrite(registryTable, headRow(tenant, model, head), head.rev - 1) },
    { part: 'request', write: putNew(registryTable, doneRow(tenant, model, requestKey, done, now)) },
    { part: 'audit', write: putNew(auditTable, auditRow(tenant, model, { sequence: head.auditSequence, record, hash: head.auditHash })) },
  ];
  if (relied !== undefined) {
    planned.push({ part: 'version', write: reliance(registryTable, versionKey(tenant, model, relied.revision), relied) });
  }
  if (version?.before !== undefined) {
    planned.push({ part: 'version', write: decision(registryTable, versionKey(tenant, model, version.after.revision), version.after, version.before) });
  } else if (version !== undefined) {
    const { after: { revision, label, lineage, registeredAt } } = version;
    planned.push({ part: 'version', write: putNew(registryTable, versionRow(tenant, model, version.after)) });
    if (label !== undefined) {
      planned.push({ part: 'label', write: putNew(registryTable, { ...labelKey(tenant, model, label), revision }) });
    }
    for (const origin of originsOf(lineage)) {
      planned.push({ part: 'list', write: put({ ...lineageKey(tenant, origin, model, revision), model, revision }) });
    }
    if (head.rev === 1) {
      const name = physicalName(model);
      planned.push({ part: 'list', write: put({ ...modelKey(tenant, model), model, since: registeredAt }) });
      planned.push({ part: 'name', write: putNew(registryTable, { ...physicalNameKey(tenant, name), model }) });
    }
  }
  return planned;
}

/** What a cancelled transaction means: to be tried again, or refused for good. */
export function judgeCancellation(reasons: readonly CancellationReason[], planned: readonly PlannedWrite[], change: Change): 'again' | Refusal {
  const codes = planned.map(({ part }, place) => ({ part, code: reasons[place]?.Code ?? 'None' })).filter(({ code }) => code !== 'None');
  const failed = (...parts: Part[]) => codes.some(({ part, code }) => parts.includes(part) && code === CONDITION_FAILED);
  const unknown = codes.find(({ code }) => code !== CONDITION_FAILED && !PASSING_REASONS.includes(code));
  if (unknown !== undefined) {
    throw new Error(`the transaction was cancelled because of ${unknown.code} on its ${unknown.part}`);
  }
  // somebody was faster, or this request itself was: reading again tells
  if (failed('request', 'head', 'version') || codes.some(({ code }) => code !== CONDITION_FAILED)) {
    return 'again';
  }
  if (failed('label')) {
    const label = change.version?.after.label;
    return { refused: true, code: 'CONFLICT', detail: `another version of ${change.answer.model} has the label ${label}; no two versions share one` };
  }
  if (failed('name')) {
    return {
      refused: true,
      code: 'CONFLICT',
      detail: `SageMaker would know ${change.answer.model} by the name of another model, ${physicalName(change.answer.model)}; choose another id`,
    };
  }
  throw new Error(codes.length === 0 ? 'the transaction was cancelled without a reason'
    : `there is an audit row after the last that the head of the model knows: ${change.head.auditSequence}`);
}

function headWrite(TableName: string, Item: Row, seen: number): Write {
  return seen === 0
    ? { Put: { TableName, Item, ConditionExpression: 'attribute_not_exists(#pk)', ExpressionAttributeNames: { '#pk': 'pk' } } }
    : {
      Put: {
        TableName,
        Item,
        ConditionExpression: '#rev = :seen',
        ExpressionAttributeNames: { '#rev': 'rev' },
        ExpressionAttributeValues: { ':seen': seen },
      },
    };
}

/** A version's state, and nothing that it was registered with. */
function decision(TableName: string, { pk, sk }: Key, after: Version, before: string): Write {
  const { state, image, artifactSha256, decidedBy, decidedAt, approved } = after;
  const set = { state, decidedBy, decidedAt, ...(approved === undefined ? {} : { approved }) };
  return {
    Update: {
      TableName,
      Key: { pk, sk },
      UpdateExpression: `SET ${Object.keys(set).map((name) => `#${name} = :${name}`).join(', ')}`,
      ConditionExpression: '#state = :before AND #image = :image AND #artifactSha256 = :artifactSha256',
      ExpressionAttributeNames: Object.fromEntries([...Object.keys(set), 'image', 'artifactSha256'].map((name) => [`#${name}`, name])),
      ExpressionAttributeValues: {
        ...Object.fromEntries(Object.entries(set).map(([name, value]) => [`:${name}`, value])),
        ':before': before,
        ':image': image,
        ':artifactSha256': artifactSha256,
      },
    },
  };
}

/** A version that must still be what the decision was made on. */
function reliance(TableName: string, { pk, sk }: Key, { state, image, artifactSha256, approved }: Version): Write {
  return {
    ConditionCheck: {
      TableName,
      Key: { pk, sk },
      ConditionExpression: '#state = :state AND #image = :image AND #artifactSha256 = :artifactSha256 AND #approved = :approved',
      ExpressionAttributeNames: { '#state': 'state', '#image': 'image', '#artifactSha256': 'artifactSha256', '#approved': 'approved' },
      ExpressionAttributeValues: { ':state': state, ':image': image, ':artifactSha256': artifactSha256, ':approved': approved },
    },
  };
}

function originsOf(lineage: Version['lineage']): Origin[] {
  return [
    ...(lineage?.commit === undefined ? [] : [{ commit: lineage.commit }]),
    ...(lineage?.datasets ?? []).map((dataset) => ({ dataset })),
  ];
}
