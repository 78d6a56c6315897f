import { aws_logs as logs, Lazy, Names, Stack } from 'aws-cdk-lib';
import { Construct, IConstruct } from 'constructs';
import { HandlerLogs } from '../core/handler-logs';

/** What saved queries are made from. */
export interface SavedQueriesProps {
  /** CloudTrail's. */
  readonly logGroup: logs.ILogGroup;
}

/** Over the audit lines of handlers: the fields are those of audit-record.ts. */
const HANDLER_QUERIES: Readonly<Record<string, string>> = {
  // one row for each act, and those of one version below each other: who registered, who approved, who promoted
  WhoReleasedWhat: [
    'fields timestamp, tenant, model, version, action, actor, details.approvedBy, details.production, previousVersion, rollbackTarget, changeTicket, requestId',
    'filter outcome = "SUCCEEDED" and action in ["model.register", "model.approve", "model.reject", "model.revoke", "model.emergency-revoke", '
      + '"model.promote", "model.rollback", "model.retire"]',
    'sort tenant asc, model asc, version desc, timestamp asc',
    'limit 1000',
  ].join('\n| '),
  // what people asked for and how it ended; every tick between is in the chain, and in `mlp release history`
  Releases: [
    'fields timestamp, resourceName, model, version, previousVersion, action, outcome, actor, details.release, changeTicket, reason, requestId',
    'filter action in ["endpoint.release.start", "endpoint.release.close", "endpoint.release.halt", "endpoint.release.rollback", "endpoint.release.abort", '
      + '"endpoint.release.allow", "emergency.stop", "emergency.clear"]',
    'sort timestamp desc',
    'limit 1000',
  ].join('\n| '),
  EndpointDeployments: [
    'fields timestamp, outcome, resourceName, details.stack, details.previousConfig, details.wantedConfig, details.servedConfig, reason',
    'filter action = "endpoint.deployment.verify"',
    'sort timestamp desc',
    'limit 1000',
  ].join('\n| '),
  RefusedRequests: [
    'fields timestamp, action, actor, tenant, model, version, reason, requestId',
    'filter outcome = "REFUSED"',
    'sort timestamp desc',
    'limit 1000',
  ].join('\n| '),
};

/** Over the events of the trail. */
const TRAIL_QUERIES: Readonly<Record<string, string>> = {
  DeniedAccess: [
    'filter errorCode like /AccessDenied|UnauthorizedOperation/',
    'stats count(*) as calls, min(eventTime) as since, max(eventTime) as until by userIdentity.arn, eventSource, eventName, errorCode, sourceIPAddress',
    'sort calls desc',
    'limit 100',
  ].join('\n| '),
  EndpointChanges: [
    'fields eventTime, eventName, requestParameters.endpointName, requestParameters.endpointConfigName, userIdentity.arn, userIdentity.invokedBy, '
      + 'sourceIPAddress, errorCode, awsRegion',
    'filter eventSource = "sagemaker.amazonaws.com" and eventName in ["CreateEndpoint", "UpdateEndpoint", "UpdateEndpointWeightsAndCapacities", '
      + '"DeleteEndpoint"]',
    'sort eventTime desc',
    'limit 1000',
  ].join('\n| '),
  TrailChanges: [
    'fields eventTime, eventName, userIdentity.arn, userIdentity.invokedBy, sourceIPAddress, errorCode, awsRegion',
    'filter eventSource = "cloudtrail.amazonaws.com" and eventName in ["StopLogging", "StartLogging", "CreateTrail", "DeleteTrail", "UpdateTrail", '
      + '"PutEventSelectors"]',
    'sort eventTime desc',
    'limit 1000',
  ].join('\n| '),
};

/** Questions that a reviewer asks, saved in Logs Insights in one folder. Cost nothing until somebody runs one. */
export class SavedQueries extends Construct {
  private readonly searched: Set<Stack>;

  constructor(scope: Construct, id: string, { logGroup }: SavedQueriesProps) {
    super(scope, id);
    this.searched = new Set([Stack.of(this)]);
    const folder = `ml-platform/${Names.uniqueResourceName(scope, { maxLength: 200, separator: '-', allowedSpecialCharacters: '-' })}`;
    const create = (queries: Readonly<Record<string, string>>, logGroupNames: string[]) => Object.entries(queries)
      .forEach(([name, queryString]) => new logs.CfnQueryDefinition(this, name, { name: `${folder}/${name}`, queryString, logGroupNames }));
    create(HANDLER_QUERIES, Lazy.list({ produce: () => this.handlerLogs() }, { omitEmpty: true }));
    create(TRAIL_QUERIES, [logGroup.logGroupName]);
  }

  /** Adds the audit lines of a construct's stack. */
  public search(construct: IConstruct): void {
    this.searched.add(Stack.of(construct));
  }

  /** At synth: a stack may get its first handler until then. */
  private handlerLogs(): string[] {
    return [...this.searched].flatMap((stack) => HandlerLogs.tryOf(stack)?.logGroupName ?? []);
  }
}
