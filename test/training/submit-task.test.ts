import { App, aws_stepfunctions as sfn, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { GPU_CLUSTER, trainingJob, trainingQueue } from './supplies';
import { SubmitTaskProps, TeamShare, TrainingJobProps } from '../../lib/training';
import { ENV } from '../support/judged';
import { Policies } from '../support/policy-evaluator';

let stack: Stack;
beforeEach(() => { stack = new Stack(new App(), 'Test', { env: ENV }); });

interface Definition {
  readonly States: Record<string, Record<string, unknown>>;
}

/** The definition of a machine that does nothing else, references spelt `<Id>`. */
function definition(submission: SubmitTaskProps = {}, changed: Partial<TrainingJobProps> = {}): Definition {
  const queue = changed.queue ?? trainingQueue(stack, { teams: [TeamShare.of('fraud')] });
  const job = trainingJob(stack, { queue, team: 'fraud', parameters: { epochs: '10' }, command: ['train', 'Ref::epochs'], ...changed });
  new sfn.StateMachine(stack, 'Machine', { definitionBody: sfn.DefinitionBody.fromChainable(job.submitTask(stack, 'Train', submission)) });
  const [{ Properties }] = Object.values(Template.fromStack(stack).findResources('AWS::StepFunctions::StateMachine'));
  const parts = (Properties.DefinitionString['Fn::Join'] as [string, unknown[]])[1];
  const text = parts.map((part) => typeof part === 'string' ? part : `<${JSON.stringify(part).replace(/\W*":\W*|[^\w.:]+/g, ' ').trim()}>`).join('');
  return JSON.parse(text) as Definition;
}

test('submits the job to its queue for its team, and waits for its end', () => {
  expect(definition().States.Train).toEqual({
    End: true,
    Type: 'Task',
    Resource: 'arn:<Ref AWS::Partition>:states:::batch:submitJob.sync',
    Parameters: {
      JobName: expect.stringMatching(/^Test-Job-[0-9A-F]+$/),
      JobQueue: expect.stringMatching(/^<Fn::GetAtt Queue\w+ JobQueueArn>$/),
      JobDefinition: expect.stringMatching(/^<Ref Job\w+>$/),
      ShareIdentifier: 'fraud',
    },
  });
});

test('changes declared parameters and the checkpoint run, from the input if told', () => {
  const submission = {
    parameters: { epochs: sfn.JsonPath.stringAt('$.epochs') },
    checkpointRun: sfn.JsonPath.stringAt('$.hash'),
    resultPath: '$.training',
    resultSelector: { 'job.$': '$.JobId' },
    comment: 'Trains the churn model.',
  };
  expect(definition(submission).States.Train).toMatchObject({
    Comment: 'Trains the churn model.',
    ResultPath: '$.training',
    ResultSelector: { 'job.$': '$.JobId' },
    Parameters: {
      Parameters: { 'epochs.$': '$.epochs' },
      ContainerOverrides: { Environment: [{ 'Name': 'CHECKPOINT_RUN', 'Value.$': '$.hash' }] },
    },
  });
});

test('takes a run that is known now', () => {
  expect(definition({ checkpointRun: 'churn-2026.11_20' }).States.Train).toMatchObject({
    Parameters: { ContainerOverrides: { Environment: [{ Name: 'CHECKPOINT_RUN', Value: 'churn-2026.11_20' }] } },
  });
});

test('tells every node of several', () => {
  const queue = trainingQueue(stack, { kind: GPU_CLUSTER(), teams: [TeamShare.of('fraud')] });
  const { Parameters: parameters } = definition({ checkpointRun: 'run' }, { queue, nodes: 2 }).States.Train as { Parameters: object };
  expect(parameters).toMatchObject({
    NodeOverrides: { NodePropertyOverrides: [{ TargetNodes: '0:', ContainerOverrides: { Environment: [{ Name: 'CHECKPOINT_RUN', Value: 'run' }] } }] },
  });
  expect(parameters).not.toHaveProperty('ContainerOverrides');
});

test('lets the machine submit this definition for this team, see and end jobs, and nothing more', () => {
  definition();
  const policies = Policies.in(stack, 'AWS::IAM::Policy');
  const context = { 'batch:ShareIdentifier': 'fraud' };
  const queue = '<Queue4A7E3555.JobQueueArn>';
  expect(policies.allows({ action: 'batch:SubmitJob', resource: queue, context })).toBe(true);
  expect(policies.allows({ action: 'batch:SubmitJob', resource: queue, context: { 'batch:ShareIdentifier': 'other' } })).toBe(false);
  expect(policies.allows({ action: 'batch:SubmitJob', resource: queue })).toBe(false);
  const other = 'arn:<AWS::Partition>:batch:eu-west-1:111122223333:job-definition/other:1';
  expect(policies.allows({ action: 'batch:SubmitJob', resource: other, context })).toBe(false);
  expect(policies.allows({ action: 'batch:TerminateJob', resource: 'arn:<AWS::Partition>:batch:eu-west-1:111122223333:job/1' })).toBe(true);
  const rule = 'arn:<AWS::Partition>:events:eu-west-1:111122223333:rule/StepFunctionsGetEventsForBatchJobsRule';
  expect(policies.allows({ action: 'events:PutRule', resource: rule })).toBe(true);
  expect(policies.allows({ action: 'events:PutRule', resource: `${rule}X` })).toBe(false);
  for (const action of ['batch:RegisterJobDefinition', 'batch:UpdateJobQueue', 'iam:PassRole']) {
    expect([action, policies.allows({ action, resource: queue, context })]).toEqual([action, false]);
  }
});
