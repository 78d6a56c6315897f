import {
  App, aws_cloudwatch as cw, aws_iam as iam, aws_sns as sns, CfnParameter, Duration, Stack, Stage, StackProps, Tags,
} from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { progressiveEndpoint, releaseSupplies } from './progressive-supplies';
import { MlInstanceType } from '../../../lib/core';
import { ModelRegistry } from '../../../lib/registry';
import {
  EmergencyStop, EndpointDeletion, ProgressiveEndpoint, ProgressiveEndpointProps, ReleasePlan, ReleaseStage, RollbackTrigger,
} from '../../../lib/serving';
import { ServingProfile } from '../../../lib/serving/progressive/runtime/contract';
import { ENV, openFindings } from '../../support/judged';

interface Statement {
  readonly Sid?: string;
  readonly Action: string | string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

const newStack = (props: StackProps = {}) => new Stack(new App(), 'Test', { env: ENV, ...props });

/** The endpoint with default props, for all tests that only look. */
const usual = (() => {
  const stack = newStack();
  const endpoint = progressiveEndpoint(stack);
  const template = Template.fromStack(stack);
  return { stack, endpoint, template, text: JSON.stringify(template.toJSON()) };
})();

/** Everything that the policies of a function let it do, by the path of their constructs in their ids. */
function statementsOf(...ids: RegExp[]): Statement[] {
  return Object.entries(usual.template.findResources('AWS::IAM::ManagedPolicy')).filter(([id]) => ids.some((each) => each.test(id)))
    .flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement as Statement[]);
}

const actionsOf = (...ids: RegExp[]) => statementsOf(...ids).flatMap(({ Action }) => Action).sort();

/** The profile of a template, with references as `<id>`. */
function profileOf(template: Template): ServingProfile {
  const [{ Properties }] = Object.values(template.findResources('Custom::EndpointLifecycle'));
  const flat = (value: unknown): string => typeof value === 'string' ? value
    : ((value as { 'Fn::Join'?: [string, unknown[]] })['Fn::Join']?.[1].map(flat).join('')
      ?? `<${Object.values(value as Record<string, unknown>).flat().join('.')}>`);
  return JSON.parse(flat(Properties.Profile)) as ServingProfile;
}

test('the packs find nothing in an endpoint with default props, nor in what releases run on', () => {
  expect(openFindings((stack) => { progressiveEndpoint(stack); })).toEqual([]);
});

describe('the template', () => {
  test('has no endpoint, no configuration and no model: releases own them', () => {
    expect(usual.text).not.toMatch(/"AWS::SageMaker::/);
  });

  test('says how the next release runs', () => {
    expect(profileOf(usual.template)).toMatchObject({
      endpointName: 'churn',
      tenant: 'default',
      model: 'churn',
      instanceType: 'ml.m5.xlarge',
      instanceCount: 2,
      networkIsolation: true,
      environment: {},
      tags: {},
      registryUrl: expect.stringMatching(/^https:\/\/abcdefghij\.execute-api\.eu-west-1\./),
      plan: {
        tickSeconds: 300, minimumSamples: 100, stages: [{ percent: 10, bakeSeconds: 7200 }, { percent: 100, bakeSeconds: 3600 }],
      },
    });
    expect(profileOf(usual.template).plan.alarms).toHaveLength(4);
  });

  test('watches the candidate, by literal names', () => {
    usual.template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: 'churn/ErrorRate',
      AlarmDescription: Match.stringLikeRegexp('A release that is running rolls back'),
      Metrics: Match.arrayWith([Match.objectLike({
        MetricStat: Match.objectLike({
          Metric: Match.objectLike({
            Dimensions: [{ Name: 'EndpointName', Value: 'churn' }, { Name: 'VariantName', Value: 'Candidate' }],
          }),
        }),
      })]),
    });
  });

  test('keeps every version of the functions, and of the machine of a stage', () => {
    for (const type of ['AWS::Lambda::Version', 'AWS::StepFunctions::StateMachineVersion']) {
      usual.template.allResources(type, { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
    }
    usual.template.resourceCountIs('AWS::Lambda::Version', 4);
  });

  test('logs executions without their data, with traces', () => {
    usual.template.allResourcesProperties('AWS::StepFunctions::StateMachine', {
      LoggingConfiguration: Match.objectLike({ Level: 'ALL', IncludeExecutionData: false }), TracingConfiguration: { Enabled: true },
    });
  });

  test('keeps what serving needs when the stack is deleted', () => {
    for (const type of ['AWS::KMS::Key', 'AWS::DynamoDB::Table', 'AWS::Logs::LogGroup']) {
      usual.template.allResources(type, { DeletionPolicy: 'Retain' });
    }
  });

  test('tells the writer of an alarm of the endpoint, and of the emergency stop', () => {
    usual.template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: Match.objectLike({
        'source': ['aws.cloudwatch'], 'detail-type': ['CloudWatch Alarm State Change'], 'detail': { state: { value: ['ALARM'] } },
      }),
    });
    usual.template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: Match.objectLike({ source: ['aws.ssm'], detail: { name: [usual.endpoint.emergencyStop.switchParameterName] } }),
    });
  });

  test('takes up an execution that ended otherwise', () => {
    usual.template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: Match.objectLike({
        source: ['aws.states'], detail: Match.objectLike({ status: ['ABORTED', 'FAILED', 'TIMED_OUT'] }),
      }),
      Targets: [Match.objectLike({
        InputTransformer: {
          InputPathsMap: { input: '$.detail.input', status: '$.detail.status' },
          InputTemplate: '{"recover": {"input": <input>, "status": <status>}}',
        },
      })],
    });
  });

  test('looks every five minutes whether a live release has an execution', () => {
    usual.template.hasResourceProperties('AWS::Events::Rule', {
      ScheduleExpression: 'rate(5 minutes)',
      Targets: [Match.objectLike({ Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp('Watch'), 'Arn'] }, DeadLetterConfig: Match.anyValue() })],
    });
  });

  test('lets rules of its account, and nobody else, keep what they could not deliver: told by the rule, as EventBridge documents it', () => {
    usual.template.hasResourceProperties('AWS::SQS::QueuePolicy', {
      PolicyDocument: Match.objectLike({
        Statement: Match.arrayWith([Match.objectLike({
          Principal: { Service: 'events.amazonaws.com' },
          Condition: { ArnLike: { 'aws:SourceArn': { 'Fn::Join': ['', Match.arrayWith([':events:eu-west-1:111122223333:rule/*'])] } } },
        })]),
      }),
    });
  });

  test('asks for IAM credentials on every route', () => {
    usual.template.resourceCountIs('AWS::ApiGatewayV2::Route', 9);
    usual.template.allResourcesProperties('AWS::ApiGatewayV2::Route', { AuthorizationType: 'AWS_IAM' });
  });

  test('makes the endpoint go first: what it needs is deleted after it', () => {
    const [{ DependsOn }] = Object.values(usual.template.findResources('Custom::EndpointLifecycle'));
    for (const part of ['ExecutionRole', 'RightsWriter', 'RollbackErrorRate', 'Logs', 'SecurityGroup', 'MachinesRelease', 'Tables']) {
      expect(DependsOn).toContainEqual(expect.stringContaining(part));
    }
  });
});

describe('least privilege', () => {
  const CHANGES = /^sagemaker:(Create|Update|Delete|AddTags)/;

  test('only the writer changes an endpoint, and the lifecycle function may delete one', () => {
    const others = actionsOf(/HandlersClerk/, /RightsClerk/, /HandlersJudge/, /RightsJudge/);
    expect(others.length).toBeGreaterThan(20);
    expect(others.filter((action) => CHANGES.test(action))).toEqual([]);
    expect(actionsOf(/HandlersLifecycle/, /RightsLifecycle/).filter((action) => CHANGES.test(action))).toEqual(
      ['sagemaker:DeleteEndpoint', 'sagemaker:DeleteEndpointConfig', 'sagemaker:DeleteModel']);
    expect(actionsOf(/HandlersWriter/, /RightsWriter/)).toEqual(expect.arrayContaining(['sagemaker:UpdateEndpoint', 'iam:PassRole']));
  });

  test('the pruner deletes what releases of the endpoint made, by their names, and the writer deletes none of it', () => {
    const deleting = (...ids: RegExp[]) => statementsOf(...ids)
      .filter(({ Action }) => [Action].flat().some((action) => /Delete(Model|EndpointConfig)/.test(action)))
      .map(({ Action, Resource }) => [Action, JSON.stringify(Resource).replace(/.*:(?=model|endpoint-config)/, '')]);
    expect(deleting(/HandlersPruner/, /RightsPruner/)).toEqual([
      [['sagemaker:DeleteModel', 'sagemaker:ListTags'], expect.stringMatching(/^model\/churn-[0-9a-f]{10}-r\*/)],
      [['sagemaker:DeleteEndpointConfig', 'sagemaker:ListTags'], expect.stringMatching(/^endpoint-config\/churn-[0-9a-f]{10}-r\*/)],
    ]);
    const others = /^(dynamodb|sagemaker):(Create|Update|Put|DeleteEndpoint$)/;
    expect(actionsOf(/HandlersPruner/, /RightsPruner/).filter((action) => others.test(action))).toEqual([]);
    expect(deleting(/HandlersWriter/, /RightsWriter/)).toEqual([]);
  });

  test('the desk never speaks with SageMaker, and the judge looks at the endpoint', () => {
    const sagemaker = (...ids: RegExp[]) => actionsOf(...ids).filter((action) => action.startsWith('sagemaker:'));
    expect(sagemaker(/DeskHandler/, /RightsDesk/)).toEqual([]);
    expect(sagemaker(/HandlersJudge/, /RightsJudge/)).toEqual(['sagemaker:DescribeEndpoint']);
  });

  test('the watch reads and starts, and writes nothing', () => {
    expect(actionsOf(/WatchHandler/)).toEqual([
      'dynamodb:BatchGetItem', 'dynamodb:Query', 'kms:Decrypt', 'kms:DescribeKey', 'logs:CreateLogStream', 'logs:PutLogEvents', 'sqs:SendMessage',
      'states:DescribeExecution', 'states:ListExecutions', 'states:StartExecution', 'xray:PutTelemetryRecords', 'xray:PutTraceSegments',
    ]);
  });

  test('the writer passes the one execution role, to SageMaker only', () => {
    expect(statementsOf(/RightsWriter/).filter(({ Action }) => [Action].flat().includes('iam:PassRole'))).toEqual([expect.objectContaining({
      Resource: { 'Fn::GetAtt': [expect.stringMatching(/^EndpointExecutionRole/), 'Arn'] },
      Condition: { StringEquals: { 'iam:PassedToService': 'sagemaker.amazonaws.com' } },
    })]);
  });

  test('no action is a wildcard', () => {
    expect(statementsOf(/./).flatMap(({ Action }) => Action).filter((action) => action.includes('*'))).toEqual([]);
  });

  test('the registry is promoted by the clerk and read by the desk', () => {
    expect(JSON.stringify(statementsOf(/RightsClerk/))).toContain('/POST/tenants/default/models/churn/versions/*/promote');
    expect(JSON.stringify(statementsOf(/RightsDesk/))).not.toContain('/POST/');
  });
});

describe('grants', () => {
  test.each<[string, (endpoint: ProgressiveEndpoint, role: iam.Role) => void, string[]]>([
    ['grantRelease', (endpoint, role) => endpoint.grantRelease(role), ['POST/endpoints/churn/releases', 'POST/endpoints/churn/rollback']],
    ['grantAbort', (endpoint, role) => endpoint.grantAbort(role), ['POST/endpoints/churn/abort']],
    ['grantAllow', (endpoint, role) => endpoint.grantAllow(role), ['POST/endpoints/churn/allow']],
    ['grantReadReleases', (endpoint, role) => endpoint.grantReadReleases(role), ['GET/endpoints/churn/release', 'GET/endpoints/churn/history']],
    ['grantStop', (endpoint, role) => endpoint.emergencyStop.grantStop(role), ['POST/stop']],
    ['grantClear', (endpoint, role) => endpoint.emergencyStop.grantClear(role), ['POST/clear']],
    ['grantRead', (endpoint, role) => endpoint.emergencyStop.grantRead(role), ['GET/stop']],
  ])('%s gives its routes, and the address', (_, grant, routes) => {
    const stack = newStack();
    grant(progressiveEndpoint(stack), new iam.Role(stack, 'Person', { assumedBy: new iam.AccountRootPrincipal() }));
    const [{ Properties }] = Object.values(Template.fromStack(stack).findResources('AWS::IAM::Policy'));
    const text = JSON.stringify(Properties.PolicyDocument);
    expect([...text.matchAll(/\/\$default\/([A-Z]+[a-z/]+)/g)].map(([, route]) => route)).toEqual(routes);
    expect(text).toMatch(/parameter\/ml-platform\/(releases\/churn|stop\/)/);
  });
});

describe('metrics', () => {
  test.each([
    ['ReleasesRolledBack', usual.endpoint.metricReleasesRolledBack(), 'Sum'],
    ['ReleasesHalted', usual.endpoint.metricReleasesHalted(), 'Sum'],
    ['ReleasesNotPruned', usual.endpoint.metricReleasesNotPruned(), 'Sum'],
    ['RestoreSeconds', usual.endpoint.metricRestoreSeconds(), 'Maximum'],
  ])('%s is of the endpoint', (metricName, metric, statistic) => {
    expect(metric).toMatchObject({ namespace: 'MlPlatform/Release', metricName, statistic, dimensions: { EndpointName: 'churn' } });
  });

  test('an endpoint known by name can be invoked and watched', () => {
    const known = ProgressiveEndpoint.fromEndpointName(newStack(), 'Known', 'churn');
    expect(known.metricErrorRate().dimensions).toEqual({ EndpointName: 'churn', VariantName: 'Stable' });
  });
});

describe('props', () => {
  const wrong = (changed: Partial<ProgressiveEndpointProps>) => () => progressiveEndpoint(newStack(), changed);

  test.each<[string, () => Partial<ProgressiveEndpointProps>, string]>([
    ['a name in capitals', () => ({ endpointName: 'Churn' }), '`endpointName` must'],
    ['a token for a name', () => ({ endpointName: new CfnParameter(newStack(), 'Name').valueAsString }), '`endpointName` must be written out'],
    ['one instance', () => ({ instanceCount: 1 }), '`instanceCount` must be a whole number of at least 2: got 1'],
    ['no machine', () => ({ instanceType: undefined }), '`instanceType` must be an MlInstanceType'],
    ['a secret', () => ({ environment: { API_KEY: 'x' } }), '`environment` must not carry secrets'],
    ['a tag of AWS', () => ({ tags: { 'aws:x': 'y' } }), '`tags` must not begin with aws:'],
    ['a trigger twice', () => ({
      release: ReleasePlan.of({
        stages: [ReleaseStage.full()], rollbackOn: [RollbackTrigger.errorRateAbove(), RollbackTrigger.errorRateAbove()],
      }),
    }), "`rollbackOn` must name each trigger once: got 'ErrorRate' more than once"],
  ])('%s is refused', (_, changed, text) => {
    expect(wrong(changed())).toThrow(text);
  });

  test('all problems are said at once', () => {
    const make = wrong({ endpointName: 'Churn', instanceCount: 1, environment: { PASSWORD: 'x' } });
    expect(make).toThrow('`endpointName`');
    expect(make).toThrow('`instanceCount`');
    expect(make).toThrow('`environment`');
  });

  test('a registry that was imported without its stores cannot let a model be hosted', () => {
    const stack = newStack();
    const registry = ModelRegistry.fromAttributes(stack, 'Bare', { apiId: 'abcdefghij' });
    expect(() => progressiveEndpoint(stack, { model: registry.model('churn') })).toThrow('`artifacts` and `images` must be known');
  });

  test('take effect in the profile', () => {
    const stack = newStack({ tags: { team: 'fraud' } });
    Tags.of(stack).add('stage', 'prod');
    progressiveEndpoint(stack, {
      instanceType: MlInstanceType.G5_XLARGE,
      instanceCount: 4,
      environment: { LEVEL: 'info' },
      networkIsolation: false,
      tags: { cost: 'ml' },
      onDelete: EndpointDeletion.DELETE,
      notify: sns.Topic.fromTopicArn(stack, 'Ours', 'arn:aws:sns:eu-west-1:111122223333:ours'),
    });
    const template = Template.fromStack(stack);
    expect(profileOf(template)).toMatchObject({
      instanceType: 'ml.g5.xlarge',
      instanceCount: 4,
      environment: { LEVEL: 'info' },
      networkIsolation: false,
      tags: { team: 'fraud', stage: 'prod', cost: 'ml' },
      topicArn: 'arn:aws:sns:eu-west-1:111122223333:ours',
    });
    expect(profileOf(template).kmsKeyId).toBeUndefined(); // its disks encrypt in hardware
    template.hasResourceProperties('Custom::EndpointLifecycle', { OnDelete: 'delete' });
  });

  test('of alarms that were brought are judged at synth as they stand then', () => {
    const stack = newStack();
    const metric = new cw.Metric({ namespace: 'Ours', metricName: 'Answers' });
    const silenced = new cw.Alarm(stack, 'Silenced', { metric, threshold: 1, evaluationPeriods: 1, actionsEnabled: false });
    const heartbeat = new cw.Alarm(stack, 'Heartbeat', {
      metric,
      threshold: 1,
      evaluationPeriods: 1,
      comparisonOperator: cw.ComparisonOperator.LESS_THAN_THRESHOLD,
      treatMissingData: cw.TreatMissingData.NOT_BREACHING,
    });
    const rollbackOn = [RollbackTrigger.alarm(silenced), RollbackTrigger.alarm(heartbeat)];
    const stages = [ReleaseStage.full({ bakeTime: Duration.minutes(10) })];
    progressiveEndpoint(stack, { release: ReleasePlan.of({ stages, rollbackOn }) });
    const problems = stack.node.findAll().flatMap(({ node }) => node.validate());
    expect(problems).toEqual([
      expect.stringContaining("`ActionsEnabled` of a rollback alarm must not be false: got 'Test/Silenced'"),
      expect.stringContaining("`TreatMissingData` of a rollback alarm that fires when something falls must not be notBreaching: got 'Test/Heartbeat'"),
    ]);
  });
});

test('a heartbeat that keeps its state in silence is no heartbeat', () => {
  const stack = newStack();
  const metric = new cw.Metric({ namespace: 'Ours', metricName: 'Answers' });
  const heartbeat = (id: string, treatMissingData: cw.TreatMissingData) => RollbackTrigger.alarm(new cw.Alarm(stack, id, {
    metric, threshold: 1, evaluationPeriods: 1, comparisonOperator: cw.ComparisonOperator.LESS_THAN_THRESHOLD, treatMissingData,
  }));
  const rollbackOn = [heartbeat('Ignoring', cw.TreatMissingData.IGNORE), heartbeat('Heard', cw.TreatMissingData.BREACHING),
    RollbackTrigger.alarm(cw.Alarm.fromAlarmArn(stack, 'Theirs', 'arn:aws:cloudwatch:eu-west-1:111122223333:alarm:theirs'))];
  const stages = [ReleaseStage.full({ bakeTime: Duration.minutes(10) })];
  progressiveEndpoint(stack, { release: ReleasePlan.of({ stages, rollbackOn }) });
  // of an alarm that is imported nothing is known but its name
  const problems = stack.node.findAll().flatMap(({ node }) => node.validate());
  expect(problems).toEqual([expect.stringContaining("must not be ignore: got 'Test/Ignoring'")]);
});

describe('a stack', () => {
  test('has one controller and one emergency stop for all its endpoints', () => {
    const stack = newStack();
    const { model, network } = releaseSupplies(stack);
    const one = progressiveEndpoint(stack, { model, network }, 'One');
    const other = progressiveEndpoint(stack, { model, network, endpointName: 'fraud' }, 'Other');
    expect(other.emergencyStop).toBe(one.emergencyStop);
    Template.fromStack(stack).resourceCountIs('AWS::StepFunctions::StateMachine', 2);
  });

  test('has each name once, one registry, one emergency stop, and at most nine endpoints', () => {
    const stack = newStack();
    const { model, network } = releaseSupplies(stack);
    const add = (place: number, changed: Partial<ProgressiveEndpointProps> = {}) =>
      progressiveEndpoint(stack, { model, network, endpointName: `churn-${place}`, ...changed }, `Endpoint${place}`);
    Array.from({ length: 9 }, (_, place) => add(place));
    expect(() => add(10)).toThrow('at most 9 progressive endpoints');
    expect(() => add(11, { endpointName: 'churn-1' })).toThrow("`endpointName` must be another than those of this stack: got 'churn-1'");
    expect(() => add(12, { emergencyStop: new EmergencyStop(stack, 'Stop', { stopName: 'another' }) })).toThrow('`emergencyStop` must be the one of the other endpoints');
    const elsewhere = ModelRegistry.fromAttributes(stack, 'Second', { apiId: 'klmnopqrst' });
    expect(() => add(13, { model: elsewhere.model('churn') })).toThrow('`model` must be of the registry of the other endpoints');
    // what a role and a policy can hold: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
    for (const { Properties } of Object.values(Template.fromStack(stack).findResources('AWS::IAM::ManagedPolicy'))) {
      expect(JSON.stringify(Properties.PolicyDocument).length).toBeLessThan(6144);
    }
  });
});

describe('an emergency stop', () => {
  test('is off at first, and nothing of its parameter can change by a deployment', () => {
    const stack = newStack();
    Tags.of(stack).add('team', 'fraud');
    new EmergencyStop(stack, 'Stop', { stopName: 'everything' });
    const [{ Properties }] = Object.values(Template.fromStack(stack).findResources('AWS::SSM::Parameter', {
      Properties: { Name: '/ml-platform/switches/everything' },
    }));
    expect(JSON.parse(Properties.Value as string)).toMatchObject({ state: 'off' });
    expect(Properties.Tags).toBeUndefined();
  });

  test.each([
    [{ stopName: 'No Spaces' }, '`stopName` must be 2 to 32 characters'], [{ environment: 'P' }, '`environment` must be 2 to 32 characters'],
    [{ trustedSessionRoles: ['a/b'] }, '`trustedSessionRoles` must hold names of roles'],
  ])('with %p is refused', (props, text) => {
    expect(() => new EmergencyStop(newStack(), 'Stop', props)).toThrow(text);
  });

  test('has a name of its own in an account and Region', () => {
    const app = new App();
    const [one, other] = ['One', 'Other'].map((id) => new EmergencyStop(new Stack(app, id, { env: ENV }), 'Stop'));
    expect(one.node.validate()).toEqual([]);
    expect(other.node.validate()).toEqual(["`stopName` must be unique in an account and Region: got 'production', which 'One/Stop' has; "
      + 'give one EmergencyStop to the endpoints of both stacks, or another name']);
    expect(new EmergencyStop(Stack.of(other), 'Second', { stopName: 'staging' }).node.validate()).toEqual([]);
  });

  test('shares its name with that of another stage, which may be deployed elsewhere', () => {
    const app = new App();
    const stops = ['Dev', 'Prod'].map((id) => new EmergencyStop(new Stack(new Stage(app, id), 'Release'), 'Stop'));
    expect(stops.map(({ node }) => node.validate())).toEqual([[], []]);
  });

  test('has no open findings when it stands alone', () => {
    expect(openFindings((stack) => { new EmergencyStop(stack, 'Stop'); })).toEqual([]);
  });
});
