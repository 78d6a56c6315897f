import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { BY, call } from './cloudtrail-events';
import { PROMOTION } from './records';
import { AuditTrail } from '../../lib/audit';
import { AUDIT_ACTIONS, AUDIT_OUTCOMES, AuditRecord, auditLine } from '../../lib/audit/audit-record';
import { HandlerLogs } from '../../lib/core/handler-logs';
import { ENV } from '../support/judged';
import { guardedEndpoint } from '../support/model-supplies';

interface Query { readonly Name: string; readonly QueryString: string; readonly LogGroupNames?: unknown[] }

let app: App;
let stack: Stack;
beforeEach(() => {
  app = new App();
  stack = new Stack(app, 'Test', { env: ENV });
});

function queries(): Map<string, Query> {
  const found = Object.values(Template.fromStack(stack).findResources('AWS::Logs::QueryDefinition')).map(({ Properties }) => Properties as Query);
  return new Map(found.map((query) => [query.Name.split('/').pop() ?? '', query]));
}

const OF_HANDLERS = ['WhoReleasedWhat', 'Releases', 'EndpointDeployments', 'RefusedRequests'];
const OF_THE_TRAIL = ['DeniedAccess', 'EndpointChanges', 'TrailChanges'];

test('lie in one folder', () => {
  new AuditTrail(stack, 'Trail');
  expect([...queries().keys()].sort()).toEqual([...OF_HANDLERS, ...OF_THE_TRAIL].sort());
  expect([...new Set([...queries().values()].map(({ Name }) => Name.replace(/\/\w+$/, '')))]).toEqual([expect.stringMatching(/^ml-platform\/Test-Trail-/)]);
});

describe('the log groups', () => {
  const handlerGroups = () => queries().get('WhoReleasedWhat')?.LogGroupNames;

  test('are the one of the trail for what CloudTrail knows', () => {
    new AuditTrail(stack, 'Trail');
    const [id] = Object.keys(Template.fromStack(stack).findResources('AWS::Logs::LogGroup'));
    for (const name of OF_THE_TRAIL) {
      expect(queries().get(name)?.LogGroupNames).toEqual([{ Ref: id }]);
    }
  });

  test('are for the reader to choose while no handler is known', () => {
    new AuditTrail(stack, 'Trail');
    for (const name of OF_HANDLERS) {
      expect(queries().get(name)).not.toHaveProperty('LogGroupNames');
    }
  });

  test('are those of the handlers of this stack, also of ones that come later', () => {
    new AuditTrail(stack, 'Trail');
    guardedEndpoint(stack);
    expect(handlerGroups()).toEqual([{ Ref: expect.stringMatching(/^MlPlatformHandlerLogs/) }]);
  });

  test('are those of other stacks that were named, each once', () => {
    const other = new Stack(app, 'Serving', { env: ENV });
    const endpoint = guardedEndpoint(other);
    const trail = new AuditTrail(stack, 'Trail');
    trail.searchHandlersOf(endpoint);
    trail.searchHandlersOf(other);
    trail.searchHandlersOf(new Stack(app, 'WithoutHandlers', { env: ENV }));
    expect(handlerGroups()).toEqual([{ 'Fn::ImportValue': expect.stringContaining('MlPlatformHandlerLogs') }]);
  });

  test('are not made by asking', () => {
    new AuditTrail(stack, 'Trail').searchHandlersOf(stack);
    Template.fromStack(stack).resourceCountIs('AWS::Logs::LogGroup', 1);
    expect(HandlerLogs.tryOf(stack)).toBeUndefined();
  });
});

/** As much of Logs Insights' `filter` as we use: `and`, `=`, `in [...]`, `like /…/`. */
function kept(query: string, line: object): boolean {
  const [, condition = ''] = /(?:^|\| )filter (.*)$/m.exec(query) ?? [];
  return condition.split(' and ').every((clause) => {
    const [, field, operator, operand] = /^([\w.]+) (=|in|like) (.+)$/.exec(clause.trim()) ?? [];
    const value = field?.split('.').reduce<unknown>((object, key) => (object as Record<string, unknown> | undefined)?.[key], line);
    switch (operator) {
      case '=':
        return value === JSON.parse(operand);
      case 'in':
        return (JSON.parse(operand) as unknown[]).includes(value);
      case 'like':
        return typeof value === 'string' && new RegExp(operand.slice(1, -1)).test(value);
      default:
        throw new Error(`not a clause that we know: ${clause}`);
    }
  });
}

describe('over audit lines', () => {
  beforeEach(() => { new AuditTrail(stack, 'Trail'); });

  const line = (changed: object) => JSON.parse(auditLine({ ...PROMOTION, ...changed })) as object;
  const answering = (record: object) => OF_HANDLERS.filter((name) => kept(queries().get(name)?.QueryString ?? '', record));

  test.each<[string, object, string[]]>([
    ['a promotion', {}, ['WhoReleasedWhat']],
    ['an approval', { action: 'model.approve' }, ['WhoReleasedWhat']],
    ['a registration', { action: 'model.register' }, ['WhoReleasedWhat']],
    ['a rollback', { action: 'model.rollback' }, ['WhoReleasedWhat']],
    ['a promotion that was refused', { outcome: 'REFUSED', reason: 'no' }, ['RefusedRequests']],
    ['a release that somebody started', { action: 'endpoint.release.start' }, ['Releases']],
    ['a release that was refused', { action: 'endpoint.release.start', outcome: 'REFUSED', reason: 'no' }, ['Releases', 'RefusedRequests']],
    ['a release that was taken back', { action: 'endpoint.release.close', outcome: 'ROLLED_BACK' }, ['Releases']],
    ['a tick of a release', { action: 'endpoint.release.judge', outcome: 'HEALTHY' }, []],
    ['an emergency stop', { action: 'emergency.stop' }, ['Releases']],
    ['a deployment', { action: 'endpoint.deployment.verify', outcome: 'AS_WANTED' }, ['EndpointDeployments']],
    ['a deployment that was rolled back', { action: 'endpoint.deployment.verify', outcome: 'NOT_AS_WANTED' }, ['EndpointDeployments']],
    ['a pruning', { action: 'endpoint.configs.prune', outcome: 'PRUNED' }, []],
    ['a release that holds a version', { action: 'model.hold' }, []],
  ])('%s is found by the right ones', (_, changed, expected) => {
    expect(answering(line(changed))).toEqual(expected);
  });

  test.each(OF_HANDLERS)('%s names fields, actions and outcomes that records have', (name) => {
    const { QueryString: query } = queries().get(name)!;
    const fields = [...query.matchAll(/^(?:\| )?fields (.*)$/gm)].flatMap(([, list]) => list.split(', ').map((field) => field.split('.')[0]));
    const sorted = [...query.matchAll(/^\| sort (.*)$/gm)].flatMap(([, list]) => list.split(', ').map((field) => field.split(' ')[0]));
    expect(fields.length).toBeGreaterThan(3);
    expect([...fields, ...sorted].filter((field) => !(field in AuditRecord.shape))).toEqual([]);
    const words = [...query.matchAll(/"([^"]+)"/g)].map(([, word]) => word);
    expect(words.filter((word) => ![...AUDIT_ACTIONS, ...AUDIT_OUTCOMES].some((known) => known === word))).toEqual([]);
  });
});

describe('over the events of the trail', () => {
  beforeEach(() => { new AuditTrail(stack, 'Trail'); });

  test.each<[string, object, string[]]>([
    ['a denied call', call('s3', 'GetObject', BY.user, { errorCode: 'AccessDenied' }), ['DeniedAccess']],
    ['a call that EC2 denied', call('ec2', 'RunInstances', BY.user, { errorCode: 'Client.UnauthorizedOperation' }), ['DeniedAccess']],
    ['an endpoint that CloudFormation updates', call('sagemaker', 'UpdateEndpoint', BY.cloudFormation), ['EndpointChanges']],
    ['an endpoint that a person deletes', call('sagemaker', 'DeleteEndpoint', BY.person), ['EndpointChanges']],
    ['a trail that is stopped', call('cloudtrail', 'StopLogging', BY.person), ['TrailChanges']],
    ['an endpoint that is looked at', call('sagemaker', 'DescribeEndpoint', BY.person), []],
  ])('%s is found by the right ones', (_, event, expected) => {
    expect(OF_THE_TRAIL.filter((name) => kept(queries().get(name)?.QueryString ?? '', event))).toEqual(expected);
  });
});
