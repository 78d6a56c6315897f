import { App, aws_stepfunctions as sfn, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { batchInference, engine } from './batch-inference/supplies';
import { managedSpot, managedSpotProps } from './pipeline/pipelines';
import { trainingJob } from './supplies';
import {
  BatchInference, BatchInferenceProps, InferenceEngine, ManagedSpotTaskProps, ManagedSpotTraining, ManagedSpotTrainingProps,
  QueueEngineOptions, SubmitTaskProps, TrainingJobProps,
} from '../../lib/training';
import { JOB_KINDS } from '../../lib/training/job-kinds';
import {
  describeHostileProps, Fine, LEFT_OUT, Make, NOTHING, NUMBER, OPTIONS, outcome, RECORD, REFERENCES, testPropsThatAreNone, TIME,
} from '../support/hostile-props';
import { ENV } from '../support/judged';

/** What still makes a template, because it is fine; anything else is refused. */
const SPOT: Fine<ManagedSpotTrainingProps> = {
  network: NOTHING,
  image: NOTHING,
  instanceType: NOTHING,
  output: NOTHING,
  checkpoint: NOTHING,
  inputs: RECORD,
  instances: NUMBER,
  volume: 'undefined, five gibibytes',
  parameters: RECORD,
  environment: RECORD,
  timeout: TIME,
  maximumWait: TIME,
  attempts: NUMBER,
  networkIsolation: `true, ${NUMBER}`,
  encryptionKey: LEFT_OUT,
  tags: RECORD,
};
const RUN: Fine<ManagedSpotTaskProps> = {
  run: 'undefined, text, a reference as text',
  parameters: RECORD,
  checkpointRun: 'undefined, text, a reference as text',
  resultPath: LEFT_OUT,
  onFailure: LEFT_OUT,
};
const QUEUED: Fine<SubmitTaskProps> = {
  parameters: RECORD,
  checkpointRun: 'undefined, text, a reference as text',
  resultPath: LEFT_OUT,
  resultSelector: `${RECORD}, a record under no name`,
  comment: 'undefined, no text, text, a reference as text, lazy text that is wrong',
};
const INFERENCE: Fine<BatchInferenceProps> = {
  engine: NOTHING,
  inputBucket: NOTHING,
  inputPrefix: NOTHING,
  outputBucket: NOTHING,
  outputPrefix: NOTHING,
  outputSuffix: 'undefined, no text, text, a reference as text',
  inputsPerJob: NUMBER,
  maxConcurrency: NUMBER,
  toleratedFailurePercent: `0, ${NUMBER}`,
  timeout: TIME,
  limits: OPTIONS,
  notify: LEFT_OUT,
  encryptionKey: LEFT_OUT,
  logRetention: NUMBER,
};
const ENGINE: Fine<QueueEngineOptions> = {
  queue: NOTHING,
  image: NOTHING,
  command: NOTHING,
  vcpus: REFERENCES,
  memory: 'five gibibytes',
  model: LEFT_OUT,
  gpus: NUMBER,
  sharedMemory: 'undefined, five gibibytes',
  data: 'undefined, an empty list',
  mounts: 'undefined, an empty list',
  environment: RECORD,
  secrets: RECORD,
  team: LEFT_OUT,
  attempts: NUMBER,
  timeout: TIME,
  user: NUMBER,
};

const spot: Make = (stack, changed) => { started(stack, changed); };
const queued: Make = (stack, changed) => {
  const task = trainingJob(stack, { parameters: { epochs: '10' }, command: ['Ref::epochs'] }).submitTask(stack, 'Train', changed);
  new sfn.StateMachine(stack, 'Machine', { definitionBody: sfn.DefinitionBody.fromChainable(task) });
};
const run: Make = (stack, changed) => { started(stack, {}, changed); };
const inference: Make = (stack, changed) => { batchInference(stack, changed); };
const worker: Make = (stack, changed) => { batchInference(stack, { engine: engine(stack, changed) }); };

function started(stack: Stack, changed: object, submission: object = {}): void {
  const train = managedSpot(stack, changed).submitTask(stack, 'Train', submission);
  new sfn.StateMachine(stack, 'Machine', { definitionBody: sfn.DefinitionBody.fromChainable(train) });
}

const job = managedSpot(new Stack());

testPropsThatAreNone([
  ['a submission', (props) => trainingJob(new Stack()).submitTask(new Stack(), 'Run', props)],
  ['a spot job', (props) => new ManagedSpotTraining(new Stack(), 'Job', props)], ['a run of a spot job', (props) => job.submitTask(new Stack(), 'Run', props)],
  ['batch inference', (props) => new BatchInference(new Stack(), 'Inference', props)], ['an engine', (props) => InferenceEngine.onQueue(props)],
]);

test.each<[string, string]>([
  ['AKIA0123456789ABCDEF', '`parameters.epochs` must not carry secrets'], ['{{resolve:secretsmanager:x}}', '`parameters.epochs` must not hold {{resolve:'],
  ['a\u0000', '`parameters.epochs` must hold no control characters'], ['x'.repeat(5000), '`parameters.epochs` must have at most 4096 characters'],
])('a submission does not say to the program what the job may not: %#', (epochs, message) => {
  expect(outcome(run, { parameters: { epochs } })).toContain(message);
  expect(outcome(queued, { parameters: { epochs } })).toContain(message);
});

test('a spot job is started as it was judged, whatever becomes of the props', () => {
  const stack = new Stack(new App(), 'Test', { env: ENV });
  const changed = { attempts: 2 };
  const props = { ...managedSpotProps(stack), ...changed };
  const own = new ManagedSpotTraining(stack, 'Job', props);
  props.attempts = 99;
  new sfn.StateMachine(stack, 'Machine', { definitionBody: sfn.DefinitionBody.fromChainable(own.submitTask(stack, 'Train')) });
  expect(JSON.stringify(Template.fromStack(stack).toJSON())).toContain('\\"RetryStrategy\\":{\\"MaximumRetryAttempts\\":2}');
});

test.each(Object.keys(JOB_KINDS))('a job of a queue names `%s` when it is something else', (prop) => {
  for (const value of [null, 5n, Symbol('x'), new Proxy({}, { get: () => { throw new Error('boom'); } })]) {
    expect(() => trainingJob(new Stack(), { [prop as keyof TrainingJobProps]: value }, 'Job')).toThrow(`Job: \`${prop}\` must be `);
  }
});

describeHostileProps([
  ['a spot job', spot, SPOT], ['a run of a spot job', run, RUN], ['a submission', queued, QUEUED], ['batch inference', inference, INFERENCE], ['an engine', worker, ENGINE],
]);
