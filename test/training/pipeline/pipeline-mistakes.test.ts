import { App, Duration, Lazy, Size, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { dataBucket, evaluator, managedSpot, servingImage, store, trainer, trainingPipeline, WORK } from './pipelines';
import { MlInstanceType } from '../../../lib/core';
import { IMlNetwork } from '../../../lib/network';
import {
  Checkpoint, ColumnCheck, JobData, ManagedSpotTaskProps, ManagedSpotTrainingProps, PipelineStart, TrainingData,
  TrainingPipelineProps, TrainingStep,
} from '../../../lib/training';
import { network } from '../supplies';

/** One mistake each, and the sentence that the user reads. */

let stack: Stack;
beforeEach(() => { stack = new Stack(new App(), 'Test'); });

const pipeline = (changed: Partial<TrainingPipelineProps>) => () => trainingPipeline(stack, changed);
const spot = (changed: Partial<ManagedSpotTrainingProps>) => () => managedSpot(stack, changed);
const submitting = (submission: ManagedSpotTaskProps, changed: Partial<ManagedSpotTrainingProps> = {}) => () =>
  managedSpot(stack, changed).submitTask(stack, 'Train', submission);
const data = (options: Partial<Parameters<typeof TrainingData.csv>[2]>, prefix = 'datasets/churn/') => () =>
  TrainingData.csv(dataBucket(stack), prefix, { columns: [ColumnCheck.number('age')], ...options });

describe('of a wrong kind', () => {
  test.each<[string, () => unknown, string]>([
    ['a model', pipeline({ model: 'churn' as never }), '`model` must be a RegisteredModel, as in registry.model(name): got \'churn\''],
    ['a store', () => pipeline({ artifacts: dataBucket(stack) as never })(), '`artifacts` must be an ArtifactStore, made or brought with ArtifactStore.fromBucket: got an object'],
    ['data', pipeline({ data: 's3://bucket/data/' as never }), '`data` must be a TrainingData, as in TrainingData.csv(bucket, prefix, options): got \'s3://'],
    ['a step', () => pipeline({ training: trainer(stack) as never })(), '`training` must be a TrainingStep, as in TrainingStep.onQueue(job): got an object'],
    ['an evaluation', () => pipeline({ evaluation: managedSpot(stack) as never })(), '`evaluation` must be a TrainingJob: got an object'],
    ['an image', pipeline({ servingImage: 'repo@sha256:1' as never }), '`servingImage` must be a ModelImage'],
    ['starts', pipeline({ starts: PipelineStart.onArrival() as never }), '`starts` must be a list: got an object'],
    ['a start', pipeline({ starts: ['rate(1 day)'] as never }), '`starts[0]` must be a PipelineStart, as in PipelineStart.onArrival(): got \'rate(1 day)\''],
    ['parameters', pipeline({ parameters: 'a=b' as never }), '`parameters` must be a plain object: got \'a=b\''],
    ['a pause', pipeline({ capacityPause: 0 as never }), '`capacityPause` must be a Duration'],
    ['a timeout', pipeline({ timeout: 14 as never }), '`timeout` must be a Duration'],
    ['a time after which it is slow', pipeline({ slowAfter: 1 as never }), '`slowAfter` must be a Duration'],
    ['a topic', pipeline({ notify: 'arn' as never }), '`notify` must be an SNS topic'],
    ['a bus', pipeline({ eventBus: 'default' as never }), '`eventBus` must be an event bus, made or imported: got \'default\''],
    ['a key', pipeline({ encryptionKey: 'alias/mine' as never }), '`encryptionKey` must be a KMS key'],
    ['a job of SageMaker on a queue', () => TrainingStep.onQueue(managedSpot(stack) as never), '`job` must be a TrainingJob: got an object'],
    ['a job on a queue of SageMaker', () => TrainingStep.onManagedSpot(trainer(stack) as never), '`job` must be a ManagedSpotTraining: got an object'],
    ['no job', () => TrainingStep.onQueue(undefined as never), '`job` must be a TrainingJob: got undefined'],
    ['a column', data({ columns: ['age'] as never }), '`columns[0]` must be a ColumnCheck, as in ColumnCheck.number(name): got \'age\''],
    ['columns', data({ columns: ColumnCheck.number('age') as never }), '`columns` must be a list: got an object'],
    ['a bucket', () => TrainingData.csv('bucket' as never, 'a/', { columns: [] }), '`bucket` must be a bucket, made or imported: got \'bucket\''],
  ])('%s is told', (_, make, message) => {
    expect(make).toThrow(message);
  });
});

describe('of a managed-spot training', () => {
  test.each<[string, () => unknown, string]>([
    ['a wait below the run time', spot({ timeout: Duration.hours(3), maximumWait: Duration.hours(2) }),
      'Test/Spot: `maximumWait` must be at least `timeout`, which it includes: got 7200 of 10800 seconds; SageMaker refuses the job'],
    ['a run time of seconds', spot({ timeout: Duration.seconds(30) }), '`timeout` must be a whole number from 60 to 2419200 seconds: got 30'],
    ['a wait of a season', spot({ maximumWait: Duration.days(90) }), '`maximumWait` must be a whole number from 60 to 2419200 seconds: got 7776000'],
    ['no checkpoint', spot({ checkpoint: undefined as never }),
      '`checkpoint` must be given, because spot machines may be taken away at two minutes\' notice: got none'],
    ['a volume where there is none', spot({ instanceType: MlInstanceType.of('ml.g5.xlarge'), volume: Size.gibibytes(100) }),
      '`volume` must be left out for ml.g5.xlarge, which works on its local NVMe disks'],
    ['no machine', spot({ instances: 0 }), '`instances` must be a whole number from 1 to 20: got 0'],
    ['no attempt', spot({ attempts: 0 }), '`attempts` must be a whole number from 1 to 30: got 0; SageMaker takes 1 to 30'],
    ['an output that cannot be written', () => spot({ output: JobData.read(store(stack).bucket, `${WORK}models/`) })(),
      '`output` must be a folder that the job may write: got one to read; use JobData.write'],
    ['an input that cannot be read', () => spot({ inputs: { train: JobData.write(dataBucket(stack), 'datasets/churn/') } })(),
      '`inputs.train` must be a folder that the job may read: got one to write; use JobData.read'],
    ['a channel with a slash', () => spot({ inputs: { 'a/b': JobData.read(dataBucket(stack), 'datasets/churn/') } })(),
      '`inputs` must have channels of 1 to 64 letters, digits and . - _: got \'a/b\''],
    ['a secret among hyperparameters', spot({ parameters: { apiKey: 'x' } }), '`parameters` must not carry secrets'],
    ['a secret in the environment', spot({ environment: { DB_PASSWORD: 'x' } }), '`environment` must not carry secrets'],
    ['a tag of AWS', spot({ tags: { 'aws:team': 'churn' } }), '`tags`'],
    ['a single zone', () => {
      const whole = network(stack);
      return spot({ network: Object.create(whole, { subnets: { value: [whole.subnets[0]] } }) as IMlNetwork })();
    }, '`network` must give at least two zones, because spot capacity comes and goes by zone: got 1'],
    ['a hyperparameter that nobody declared', submitting({ parameters: { epoch: '3' } }),
      '`parameters` must be declared by the job, which is all that a submission may change: got \'epoch\''],
    ['a run that is no name', submitting({ run: 'a/b' }), '`run` must be 1 to 40 letters, digits and hyphens'],
    ['a run too long for a job name', submitting({ run: 'x'.repeat(41) }), '`run` must be 1 to 40 letters, digits and hyphens'],
    ['a checkpoint run without checkpoints', submitting({ checkpointRun: 'run' }, { checkpoint: Checkpoint.waived('A run takes four minutes.') }),
      '`checkpointRun` must be left out for a job without checkpoints'],
    ['an answer in place of the state', submitting({ resultPath: '$' }), '`resultPath` must be a place in the state\'s input, as in \'$.training\': got \'$\''],
  ])('%s', (_, make, message) => {
    expect(make).toThrow(message);
  });
});

describe('of training data', () => {
  test.each<[string, () => unknown, string]>([
    ['nothing to check', data({ columns: [] }), '`columns` must name 1 to 200 columns: got 0; data that nobody checks is how a bad model begins'],
    ['a column twice', data({ columns: [ColumnCheck.number('age'), ColumnCheck.text('age')] }), '`columns` must name each column once: got \'age\' again'],
    ['a sample of ten', data({ sample: 10 }), '`sample` must be a whole number from 100 to 10000: got 10'],
    ['more records than are looked at', data({ minimumRecords: 1001 }), '`minimumRecords` must be at most `sample`, of which they are counted: got 1001 of 1000'],
    ['a share of missing values that only the deployment knows', () =>
      ColumnCheck.number('age', { maximumNullPercent: Lazy.number({ produce: () => 500 }) }), '`maximumNullPercent` must be known at synth'],
    ['a bound that only the deployment knows', () => ColumnCheck.number('age', { minimum: Lazy.number({ produce: () => 5 }), maximum: 3 }),
      '`minimum` must be known at synth, because it stands in the state machine'],
    ['rules that no state machine holds', data({
      columns: Array.from({ length: 4 }, (_, column) =>
        ColumnCheck.text(`c${column}`, { values: Array.from({ length: 100 }, (__, place) => 'v'.repeat(90) + place) })),
    }),
    '`columns` must take at most 32768 bytes, because they stand in each state that calls the handler'],
    ['a whole bucket', data({}, '/'), '`prefix` must be a folder'],
    ['a range that holds nothing', () => ColumnCheck.number('age', { minimum: 5, maximum: 5 }), '`minimum` must be below `maximum`, or no value passes: got 5 and 5'],
    ['a bound that is no number', () => ColumnCheck.number('age', { maximum: Number.NaN }), '`maximum` must be a number: got NaN'],
    ['more missing than there is', () => ColumnCheck.number('age', { maximumNullPercent: 101 }), '`maximumNullPercent` must be a number from 0 to 100 percent: got 101'],
    ['a negative variance', () => ColumnCheck.number('age', { varianceAbove: -1 }), '`varianceAbove` must be a number of at least 0: got -1'],
    ['a column without a name', () => ColumnCheck.text(''), '`name` must be 1 to 128 printable characters: got \'\''],
    ['a list of no values', () => ColumnCheck.text('country', { values: [] }), '`values` must name 1 to 100 texts: got 0'],
    ['a marker with a wildcard', () => PipelineStart.onArrival('*'), '`suffix` must be 1 to 128 letters, digits'],
  ])('%s', (_, make, message) => {
    expect(make).toThrow(message);
  });
});

describe('of a pipeline', () => {
  test.each<[string, () => unknown, string]>([
    ['a trainer that is not told where the data is', () => pipeline({
      training: TrainingStep.onQueue(trainer(stack, { parameters: { output: '', epochs: '10' }, command: ['train'] })),
    })(), 'Test/Pipeline: `training` must be a job that declares the parameter \'data\', by which the pipeline tells it where: got \'output\', \'epochs\'; add data: \'\''],
    ['an evaluator that is not told where to write', () => pipeline({ evaluation: evaluator(stack, { parameters: { model: '' }, command: ['evaluate'] }) })(),
      '`evaluation` must be a job that declares the parameter \'evaluation\''],
    ['a trainer that may not read the data', () => pipeline({
      training: TrainingStep.onQueue(trainer(stack, { data: [JobData.readWrite(store(stack).bucket, WORK)] })),
    })(), '`training` must be a job that may read \'datasets/churn/\', or it fails when it has cost its machines: got 1 folders, not that one; add JobData.read(bucket, \'datasets/churn/\')'],
    ['a trainer that may not write its model', () => pipeline({
      training: TrainingStep.onQueue(trainer(stack, { data: [JobData.read(dataBucket(stack), 'datasets/churn/'), JobData.read(store(stack).bucket, WORK)] })),
    })(), `\`training\` must be a job that may write '${WORK}'`],
    ['a trainer that writes into another model\'s folder', () => pipeline({
      training: TrainingStep.onQueue(trainer(stack, {
        data: [JobData.read(dataBucket(stack), 'datasets/churn/'), JobData.write(store(stack).bucket, 'trials/default/fraud/')],
      })),
    })(), `\`training\` must be a job that may write '${WORK}'`],
    ['an evaluator that may not read SageMaker\'s models', () => pipeline({
      training: TrainingStep.onManagedSpot(managedSpot(stack, { output: JobData.write(store(stack).bucket, 'trials/models/') })),
    })(), '`evaluation` must be a job that may read \'trials/models/\''],
    ['a job of SageMaker without the data', () => pipeline({ training: TrainingStep.onManagedSpot(managedSpot(stack, { inputs: {} })) })(),
      '`training` must be a job that may read \'datasets/churn/\''],
    ['a parameter that no job declares', pipeline({ parameters: { epoch: '3' } }),
      '`parameters` must be declared by one of the jobs, or nobody would be told: got \'epoch\'; declare it in `parameters` of the job'],
    ['a parameter that the pipeline sets', pipeline({ parameters: { data: 's3://elsewhere/' } }), '`parameters` must leave names to the pipeline that it sets itself: got \'data\''],
    ['no training', pipeline({ trainings: 0 }), '`trainings` must be a whole number from 1 to 20: got 0'],
    ['no pause', pipeline({ capacityPause: Duration.seconds(1) }), '`capacityPause` must be a whole number from 60 to 86400 seconds: got 1'],
    ['an hour that is too short', pipeline({ timeout: Duration.minutes(30), slowAfter: Duration.minutes(20) }), '`timeout` must be a whole number from 3600 to 5184000 seconds: got 1800'],
    ['an alarm after the end', pipeline({ timeout: Duration.hours(5), slowAfter: Duration.hours(5) }),
      '`slowAfter` must be below `timeout`, or nobody is told before the execution ends: got 18000 of 18000 seconds'],
    ['an alarm at a time that only the deployment knows', pipeline({ slowAfter: Duration.seconds(Lazy.number({ produce: () => 3600 })) }),
      '`slowAfter` must be known at synth, because the alarm says it in words: got a token'],
    ['an alarm that always fires', pipeline({ slowAfter: Duration.seconds(30) }), '`slowAfter` must be a number of at least 900 seconds: got 30; it is measured every 15 minutes'],
    ['a branch in place of a commit', pipeline({ commit: 'main' }), '`commit` must be 40 lower-case hex digits; `git rev-parse HEAD` prints it: got \'main\''],
    ['too many starts', pipeline({ starts: Array.from({ length: 11 }, () => PipelineStart.onArrival()) }), '`starts` must have at most 10 entries: got 11'],
    ['a serving image by tag', () => pipeline({ servingImage: servingImage(stack, 'latest') })(), 'sha256:'],
  ])('%s', (_, make, message) => {
    expect(make).toThrow(message);
  });

  test.each([undefined, null, 'rate(1 day)', 5, {}, { expressionString: 'rate(1 day)' }, Symbol('x')])('%p is no schedule', (schedule) => {
    expect(() => PipelineStart.onSchedule(schedule as never))
      .toThrow('`schedule` must be a ScheduleExpression, as in ScheduleExpression.rate(Duration.days(1)): got');
  });

  test.each([null, 5, {}, Symbol('x'), ''])('%p is no end of a key', (suffix) => {
    expect(() => PipelineStart.onArrival(suffix as never)).toThrow('`suffix` must be 1 to 128 letters');
  });

  test('a second pipeline of the same model', () => {
    trainingPipeline(stack);
    const other = new Construct(stack, 'Other');
    expect(() => trainingPipeline(stack, {}, other)).toThrow(
      '`model` must have one pipeline, which runs one execution at a time: got \'churn\', which Test/Pipeline has; give that one more `starts`');
  });

  test('a pipeline that was refused, or taken out again, is no other pipeline of the model', () => {
    expect(() => trainingPipeline(stack, { trainings: 0 }, new Construct(stack, 'Refused'))).toThrow('`trainings`');
    trainingPipeline(stack, {}, new Construct(stack, 'First'));
    stack.node.findChild('First').node.tryRemoveChild('Pipeline');
    expect(() => trainingPipeline(stack, {}, new Construct(stack, 'Next'))).not.toThrow();
  });

  test('all at once', () => {
    expect(pipeline({ trainings: 0, commit: 'main', parameters: { epoch: '3' } })).toThrow(/`trainings`[^]*`commit`[^]*`parameters`/);
  });
});
