import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  App, aws_events as events, aws_iam as iam, aws_scheduler as scheduler, aws_sns as sns, CfnParameter, Duration, Stack, TimeZone,
} from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { definitionOf } from './pipeline-bench';
import { managedSpot, store, trainer, trainingPipeline, WORK } from './pipelines';
import { ModelRegistry } from '../../../lib/registry';
import { PipelineStart, TrainingPipelineProps, TrainingStep } from '../../../lib/training';
import { strictReport } from '../../../tools/strict-synth';
import { ENV, openFindings } from '../../support/judged';
import { aslProblems } from '../../support/local-step-functions';
import { Policies } from '../../support/policy-evaluator';

const MACHINE = 'AWS::StepFunctions::StateMachine';
const STARTS = [
  PipelineStart.onArrival('_SUCCESS'),
  PipelineStart.onSchedule(scheduler.ScheduleExpression.cron({ weekDay: 'MON', hour: '3', minute: '0', timeZone: TimeZone.EUROPE_ZURICH })),
];
const onSpot = (stack: Stack) => ({ training: TrainingStep.onManagedSpot(managedSpot(stack)) });

function made(changed: Partial<TrainingPipelineProps> = {}) {
  const stack = new Stack(new App(), 'Test', { env: ENV });
  const pipeline = trainingPipeline(stack, changed);
  return { stack, pipeline, template: Template.fromStack(stack) };
}
// synthesized once; a test that changes something makes its own
const { stack: wholeStack, template: whole, pipeline } = made({ starts: STARTS });
const patient = made({ timeout: Duration.days(60), starts: [PipelineStart.onArrival()] });

type States = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

describe('the state machine', () => {
  const definition = definitionOf(wholeStack);
  const states = definition.States as unknown as States;

  test('is sound to asl-validator, on a queue and on SageMaker', () => {
    const stack = new Stack(new App(), 'Test', { env: ENV });
    trainingPipeline(stack, onSpot(stack));
    expect([definition, definitionOf(stack)].map(aslProblems)).toEqual(['', '']);
  });

  test('has plain states only, so that it can be run here', () => {
    const types = new Set(Object.values(states).map(({ Type: type }) => type));
    expect([...types].sort()).toEqual(['Choice', 'Fail', 'Pass', 'Succeed', 'Task', 'Wait']);
    expect(JSON.stringify(definition)).not.toContain('JSONata');
  });

  test('has an end for everything that can happen, and tells each', () => {
    const ends = Object.entries(states).filter(([, { Type: type }]) => type === 'Succeed' || type === 'Fail').map(([name]) => name).sort();
    expect(ends).toEqual([
      'Broken', 'Busy', 'DataRefused', 'EvaluationFailed', 'NoCapacity', 'NobodyTold', 'Registered', 'RegistrationRefused', 'RegistryDown', 'Skipped',
      'TrainingFailed', 'Unchanged',
    ]);
    const { Choices: choices, Default: other } = states.HowItEnded as unknown as { Choices: { Next: string }[]; Default: string };
    expect([...choices.map(({ Next: next }) => next), other].sort()).toEqual(ends.filter((end) => end !== 'NobodyTold'));
    const before = (name: string) => Object.entries(states).filter(([, state]) => JSON.stringify(state).includes(`"Next":"${name}"`)).map(([from]) => from);
    expect(before('HowItEnded')).toEqual(['Tell']);
    expect(Object.keys(states).filter((name) => states[name].End === true)).toEqual([]);
  });

  test('catches whatever a task throws', () => {
    const open = Object.entries(states).filter(([, { Type: type, Catch: caught }]) => type === 'Task'
      && !(caught as { ErrorEquals: string[] }[] | undefined)?.some(({ ErrorEquals: errors }) => errors.includes('States.ALL')));
    expect(open.map(([name]) => name)).toEqual([]);
  });

  test('is encrypted, traced, and logged without data; and ends after two weeks', () => {
    expect(definition.TimeoutSeconds).toBe(14 * 86_400);
    whole.hasResourceProperties(MACHINE, {
      StateMachineType: 'STANDARD',
      EncryptionConfiguration: { Type: 'CUSTOMER_MANAGED_KMS_KEY', KmsKeyId: { 'Fn::GetAtt': [Match.stringLikeRegexp('^PipelineKey'), 'Arn'] } },
      TracingConfiguration: { Enabled: true },
      LoggingConfiguration: { Level: 'ALL', IncludeExecutionData: false, Destinations: [Match.anyValue()] },
    });
    whole.hasResource('AWS::Logs::LogGroup', {
      Properties: { KmsKeyId: Match.anyValue(), LogGroupName: { 'Fn::Join': ['', Match.arrayWith([Match.stringLikeRegexp('^/aws/vendedlogs/states/')])] } },
      DeletionPolicy: 'Retain',
    });
  });

  test('has a record of every input that outlives the stack', () => {
    whole.hasResource('AWS::DynamoDB::Table', {
      Properties: {
        DeletionProtectionEnabled: true,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        SSESpecification: { SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId: Match.anyValue() },
      },
      DeletionPolicy: 'Retain',
    });
  });
});

describe('its starts', () => {
  test('are a schedule in its own time zone and an object that arrives, each with a place for what is lost', () => {
    const lost = { 'Fn::GetAtt': [Match.stringLikeRegexp('^PipelineUndelivered'), 'Arn'] };
    whole.hasResourceProperties('AWS::Scheduler::Schedule', {
      ScheduleExpression: 'cron(0 3 ? * MON *)',
      ScheduleExpressionTimezone: 'Europe/Zurich',
      Target: { Input: '{"startedBy":"schedule"}', DeadLetterConfig: { Arn: lost } },
    });
    whole.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: {
        'source': ['aws.s3'],
        'detail-type': ['Object Created'],
        'detail': { bucket: { name: ['our-datasets'] }, object: { key: [{ wildcard: 'datasets/churn/*_SUCCESS' }] } },
      },
      Targets: [Match.objectLike({ Input: '{"startedBy":"arrival"}', DeadLetterConfig: { Arn: lost } })],
    });
  });

  test('take any object when no marker is named', () => {
    patient.template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: Match.objectLike({ detail: Match.objectLike({ object: { key: [{ prefix: 'datasets/churn/' }] } }) }),
    });
  });

  test('are none by themselves, and by hand whoever was granted', () => {
    const stack = new Stack(new App(), 'Test', { env: ENV });
    const own = trainingPipeline(stack);
    const role = new iam.Role(stack, 'Starter', { assumedBy: new iam.AccountRootPrincipal() });
    own.grantStart(role);
    expect(Template.fromStack(stack).findResources('AWS::Scheduler::Schedule')).toEqual({});
    const policies = Policies.in(stack, 'AWS::IAM::Policy');
    const machine = (name: string) => `arn:<AWS::Partition>:states:eu-west-1:111122223333:stateMachine:${name}`;
    expect(policies.allows({ action: 'states:StartExecution', resource: machine(own.pipelineName) })).toBe(true);
    expect(policies.allows({ action: 'states:StartExecution', resource: machine('other') })).toBe(false);
    expect(policies.statements.flatMap(({ Action: action }) => action)).toEqual(['states:StartExecution']);
  });
});

describe('its permissions', () => {
  const policies = Policies.in(wholeStack, 'AWS::IAM::ManagedPolicy');
  const on = (action: string, path: string, context = {}) => policies.allows({ action, resource: `arn:<AWS::Partition>:s3:::${path}`, context });
  const create = { 's3:if-none-match': '*', 's3:ObjectCreationOperation': 'true' };

  test('let it read the data and write neither data nor models of others', () => {
    expect(on('s3:GetObject', 'our-datasets/datasets/churn/part-0.csv')).toBe(true);
    expect(on('s3:PutObject', 'our-datasets/datasets/churn/part-0.csv', create)).toBe(false);
    expect(on('s3:PutObject', `artifacts-111122223333/churn/${'a'.repeat(64)}/model.tar.gz`, create)).toBe(true);
    expect(on('s3:PutObject', `artifacts-111122223333/fraud/${'a'.repeat(64)}/model.tar.gz`, create)).toBe(false);
    expect(on('s3:DeleteObject', `artifacts-111122223333/${WORK}x/model.tar.gz`)).toBe(false);
  });

  test('let it register this model, and approve, promote and read nothing', () => {
    const route = (path: string) => `arn:<AWS::Partition>:execute-api:eu-west-1:111122223333:abcdef1234/$default/${path}`;
    const allows = (path: string) => policies.allows({ action: 'execute-api:Invoke', resource: route(path) });
    expect(allows('POST/tenants/default/models/churn/versions')).toBe(true);
    for (const path of ['POST/tenants/default/models/fraud/versions', 'POST/tenants/default/models/churn/versions/1/approve',
      'POST/tenants/default/models/churn/versions/1/promote', 'POST/tenants/default/models/churn/rollback']) {
      expect([path, allows(path)]).toEqual([path, false]);
    }
  });

  test('hold no wildcard action, and nothing inline', () => {
    expect(policies.statements.flatMap(({ Action: action }) => action).filter((action) => action.includes('*'))).toEqual([]);
    expect(whole.findResources('AWS::IAM::Policy')).toEqual({});
  });
});

describe('who is told', () => {
  test('hears of every end but those that ask for nothing, and of wanted approvals', () => {
    whole.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: {
        'source': ['cdk-ml-platform.training'],
        'detail-type': ['Training Pipeline Ended', 'Model Approval Wanted'],
        'detail': { pipeline: [pipeline.pipelineName], outcome: [{ exists: false }, { 'anything-but': ['SKIPPED'] }] },
      },
      Targets: [Match.objectLike({ Arn: { Ref: Match.stringLikeRegexp('^PipelineNotifications') } })],
    });
    whole.hasResourceProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: Match.objectLike({
        Statement: Match.arrayWith([Match.objectLike({ Sid: 'RulesMayPublish', Principal: { Service: 'events.amazonaws.com' } })]),
      }),
    });
  });

  test('can be somebody else, on another bus, with another key', () => {
    const stack = new Stack(new App(), 'Test', { env: ENV });
    const topic = new sns.Topic(stack, 'Topic');
    const { notifications } = trainingPipeline(stack, { notify: topic, eventBus: new events.EventBus(stack, 'Bus') });
    expect(notifications).toBe(topic);
    const template = Template.fromStack(stack);
    expect(Object.keys(template.findResources('AWS::SNS::Topic')).filter((id) => id.startsWith('Pipeline'))).toEqual([]);
    template.hasResourceProperties('AWS::Lambda::Function', { Environment: { Variables: Match.objectLike({ EVENT_BUS: { Ref: Match.stringLikeRegexp('^Bus') } }) } });
  });

  test.each<[string, object]>([
    ['TrainingPipelineFailed', { MetricName: 'ExecutionsFailed', Namespace: 'AWS/States', Threshold: 0, TreatMissingData: 'notBreaching' }],
    ['TrainingPipelineTimedOut', { MetricName: 'ExecutionsTimedOut', Namespace: 'AWS/States', Threshold: 0 }],
    ['TrainingPipelineAborted', { MetricName: 'ExecutionsAborted', Namespace: 'AWS/States', Threshold: 0 }],
    ['TrainingPipelineSlow', {
      MetricName: 'PipelineRunMinutes', Namespace: 'MlPlatform/Training', Threshold: 1440, EvaluationPeriods: 2, TreatMissingData: 'breaching',
    }],
    ['TrainingPipelineUndelivered', { MetricName: 'ApproximateNumberOfMessagesVisible', Namespace: 'AWS/SQS', Threshold: 0 }],
  ])('is woken by %s', (name, expected) => {
    whole.hasResourceProperties('AWS::CloudWatch::Alarm', {
      ...expected,
      AlarmName: `${pipeline.pipelineName}/${name}`,
      AlarmDescription: Match.stringLikeRegexp('^[A-Z].*\\. Runbook: .*runbook\\.md#training-pipeline-[a-z-]+$'),
      AlarmActions: [{ Ref: Match.stringLikeRegexp('^PipelineNotifications') }],
    });
  });
});

describe('packs, tokens and determinism', () => {
  test('no pack has anything to say: with a registry of its own, and with a job of SageMaker', () => {
    expect(openFindings((stack) => {
      trainingPipeline(stack, { starts: STARTS, model: new ModelRegistry(stack, 'Own', { artifacts: store(stack) }).model('churn') });
      const other = new Stack(stack.node.root as App, 'Other', { env: ENV });
      trainingPipeline(other, onSpot(other));
    })).toEqual([]);
  });

  test('passes strict validation', () => {
    const report = strictReport(({ outdir, context }) => {
      const app = new App({ outdir, context });
      trainingPipeline(new Stack(app, 'Test', { env: ENV }), { starts: STARTS });
      return app;
    }, mkdtempSync(join(tmpdir(), 'pipeline-')));
    expect(report.error).toBeUndefined();
    // the network of these tests is not ours to judge
    expect(report.open.filter(({ path }) => path.startsWith('Test/Pipeline')).map(({ rule, path }) => `${rule} at ${path}`)).toEqual([]);
  });

  test('is the same each time', () => {
    expect(made({ starts: STARTS }).template.toJSON()).toEqual(whole.toJSON());
  });

  test('passes on what only the deployment knows', () => {
    const stack = new Stack(new App(), 'Test');
    const text = (id: string, value: string) => new CfnParameter(stack, id, { default: value }).valueAsString;
    trainingPipeline(stack, {
      parameters: { epochs: text('Epochs', '10') },
      commit: text('Commit', 'a'.repeat(40)),
      training: TrainingStep.onQueue(trainer(stack, { environment: { MODE: text('Mode', 'fast') } })),
    });
    const definition = JSON.stringify(Template.fromStack(stack).findResources(MACHINE));
    for (const name of ['Epochs', 'Commit', 'Mode']) {
      expect(definition).toContain(`{"Ref":"${name}"}`);
    }
    expect(definition).not.toContain('Token[');
  });
});

test('an execution that may live long looks less often whether it is its turn', () => {
  const { WaitForTurn: turn } = definitionOf(patient.stack).States as unknown as { WaitForTurn: { Seconds: number } };
  expect(turn.Seconds).toBe(2592);
  expect((60 * 86_400 / turn.Seconds) * 9).toBeLessThan(25_000);
});
