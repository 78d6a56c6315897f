import { aws_dynamodb as dynamodb, aws_events as events, aws_iam as iam, aws_kms as kms, aws_sqs as sqs, Stack } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { IEmergencyStop } from './emergency-stop';
import {
  ENV_AUDIT_TABLE, ENV_ENVIRONMENT, ENV_EVENT_BUS, ENV_RELEASES_TABLE, ENV_RUNBOOK, ENV_STOP_PARAMETER,
} from './runtime/contract';
import { acknowledgeAtSynth, wildcardsOf } from '../../core/acknowledge';
import { runbook } from '../../core/runbook';
import { appendAudit, onTable, useTableKey, WRITE_KEY } from '../../core/table-access';

/** What the functions of a controller share. */
export interface ReleaseParts {
  readonly environment: string;
  readonly key: kms.IKey;
  readonly table: dynamodb.ITable;
  readonly auditTable: dynamodb.ITable;
  readonly eventBus: events.IEventBus;
  readonly stop: IEmergencyStop;
  /** Where events go that no function could take. */
  readonly failures: sqs.IQueue;
}

/** By the names in the contract: what every function of releases is told. */
export function environmentOf({ environment, table, auditTable, eventBus, stop }: ReleaseParts, article = 'ReleaseHalted'): Record<string, string> {
  return {
    [ENV_RELEASES_TABLE]: table.tableName,
    [ENV_AUDIT_TABLE]: auditTable.tableName,
    [ENV_EVENT_BUS]: eventBus.eventBusName,
    [ENV_STOP_PARAMETER]: stop.switchParameterName,
    [ENV_ENVIRONMENT]: environment,
    [ENV_RUNBOOK]: runbook(article),
  };
}

/** Reading what is known of an endpoint, and nothing else of releases. */
export function readReleases({ table, key }: ReleaseParts): iam.PolicyStatement[] {
  return [onTable('ReadReleases', ['GetItem'], table.tableArn), useTableKey(key)];
}

/** Reading and changing the state of releases, with its audit records, and telling what was done. */
export function keepRecords({ table, auditTable, eventBus, key }: ReleaseParts): iam.PolicyStatement[] {
  return [
    onTable('ReadReleases', ['BatchGetItem', 'GetItem', 'Query'], table.tableArn),
    onTable('ChangeReleases', ['ConditionCheckItem', 'PutItem', 'UpdateItem'], table.tableArn),
    onTable('ReadAudit', ['GetItem', 'Query'], auditTable.tableArn),
    appendAudit(auditTable),
    useTableKey(key, ...WRITE_KEY),
    new iam.PolicyStatement({ sid: 'TellTransitions', actions: ['events:PutEvents'], resources: [eventBus.eventBusArn] }),
  ];
}

/** Reading the switch. */
export function readSwitch(scope: IConstruct, { stop }: ReleaseParts): iam.PolicyStatement {
  return new iam.PolicyStatement({ sid: 'ReadEmergencyStop', actions: ['ssm:GetParameter'], resources: [switchArn(scope, stop)] });
}

/** Acknowledges the wildcards of one service in a policy, as they are when everything has been granted. */
export function keepWildcards(policy: iam.ManagedPolicy, service: string, reason: string): void {
  acknowledgeAtSynth(policy, () => ({ rules: wildcardsOf(policy, service), reason }));
}

function switchArn(scope: IConstruct, stop: IEmergencyStop): string {
  return Stack.of(scope).formatArn({ service: 'ssm', resource: 'parameter', resourceName: stop.switchParameterName.slice(1) });
}
