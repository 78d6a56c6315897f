import { App, aws_stepfunctions as sfn, Duration, Lazy, Size, Stack, Token } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as fc from 'fast-check';
import { batchInference, engine } from './batch-inference/supplies';
import { managedSpot, managedSpotProps } from './pipeline/pipelines';
import { trainingJob } from './supplies';
import {
  BatchInference, BatchInferenceProps, InferenceEngine, ManagedSpotTaskProps, ManagedSpotTraining, ManagedSpotTrainingProps,
  QueueEngineOptions, TrainingJobProps,
} from '../../lib/training';
import { JOB_KINDS } from '../../lib/training/job-kinds';
import { ENV } from '../support/judged';

type Make = (stack: Stack, changed: object) => void;
type Of<Props> = Readonly<Record<keyof Required<Props>, string>>;

/** What nobody means. Each is made anew: tokens belong to an app. */
const HOSTILE: Readonly<Record<string, () => unknown>> = {
  'undefined': () => undefined,
  'null': () => null,
  'NaN': () => NaN,
  'Infinity': () => Infinity,
  '-1': () => -1,
  '0': () => 0,
  '1.5': () => 1.5,
  '1e300': () => 1e300,
  'true': () => true,
  'a bigint': () => 10n,
  'a symbol': () => Symbol('x'),
  'a function': () => () => 1,
  'no text': () => '',
  'text': () => 'text',
  'a long text': () => 'x'.repeat(100_000),
  'control characters': () => 'a\u0000\u001b[1m\n',
  'an empty list': () => [],
  'a list of null': () => [null],
  'an empty record': () => ({}),
  'a record of null': () => ({ epochs: null }),
  'a record of numbers': () => ({ epochs: 5 }),
  'a record of bigints': () => ({ epochs: 5n }),
  'a record under no name': () => ({ '': 'x' }),
  'a record that forges a prototype': () => JSON.parse('{"__proto__":"x"}'),
  'a record that fails': () => Object.defineProperty({}, 'epochs', { enumerable: true, get: () => { throw new Error('boom'); } }),
  'a proxy': () => new Proxy({}, { get: () => { throw new Error('boom'); } }),
  'a date': () => new Date(0),
  'no time': () => Duration.seconds(0),
  'half a second': () => Duration.millis(500),
  'three days': () => Duration.days(3),
  'an hour as a token': () => Duration.hours(Lazy.number({ produce: () => 1 })),
  'five gibibytes': () => Size.gibibytes(5),
  'five kibibytes': () => Size.kibibytes(5),
  'a reference as text': () => Token.asString({ Ref: 'X' }),
  'a reference as a number': () => Token.asNumber({ Ref: 'X' }),
  'a reference as a list': () => Token.asList({ Ref: 'X' }),
  'a reference': () => Token.asAny({ Ref: 'X' }),
  'lazy text that is wrong': () => Lazy.string({ produce: () => 'a b*\n' }),
  'a lazy number that is wrong': () => Lazy.number({ produce: () => -5 }),
};

const REFERENCES = 'a reference as text, a reference as a number, a reference as a list, a reference';
const NUMBER = `undefined, ${REFERENCES}`;
const LEFT_OUT = 'undefined';
const RECORD = 'undefined, an empty record';
const TIME = 'undefined, three days';
const NOTHING = '';

/** What still makes a template, because it is fine; anything else is refused. */
const SPOT: Of<ManagedSpotTrainingProps> = {
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
const RUN: Of<ManagedSpotTaskProps> = {
  run: 'undefined, text, a reference as text',
  parameters: RECORD,
  checkpointRun: 'undefined, text, a reference as text',
  resultPath: LEFT_OUT,
  onFailure: LEFT_OUT,
};
const INFERENCE: Of<BatchInferenceProps> = {
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
  limits: 'undefined, an empty record, a record of null, a record of numbers, a record of bigints, a record under no name',
  notify: LEFT_OUT,
  encryptionKey: LEFT_OUT,
  logRetention: NUMBER,
};
const ENGINE: Of<QueueEngineOptions> = {
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
const run: Make = (stack, changed) => { started(stack, {}, changed); };
const inference: Make = (stack, changed) => { batchInference(stack, changed); };
const worker: Make = (stack, changed) => { batchInference(stack, { engine: engine(stack, changed) }); };

function started(stack: Stack, changed: object, submission: object = {}): void {
  const train = managedSpot(stack, changed).submitTask(stack, 'Train', submission);
  new sfn.StateMachine(stack, 'Machine', { definitionBody: sfn.DefinitionBody.fromChainable(train) });
}

const FAILED = 'not refused, but failed';

/** `made`, or what it was refused with: at once, or at synth where a token is known. */
function outcome(make: Make, changed: object): string {
  const stack = new Stack(new App(), 'Test', { env: ENV });
  try {
    make(stack, changed);
  } catch (error) {
    const { name, message } = error as Error;
    return name === 'InvalidProps' ? message : `${FAILED} with ${name}: ${message}`;
  }
  try {
    return JSON.stringify(Template.fromStack(stack).toJSON()) === '' ? 'nothing' : 'made';
  } catch (error) {
    return (error as Error).message;
  }
}

describe('props that are none', () => {
  const job = managedSpot(new Stack());

  test.each<[string, (props: never) => unknown]>([
    ['a spot job', (props) => new ManagedSpotTraining(new Stack(), 'Job', props)], ['a run of a spot job', (props) => job.submitTask(new Stack(), 'Run', props)],
    ['batch inference', (props) => new BatchInference(new Stack(), 'Inference', props)], ['an engine', (props) => InferenceEngine.onQueue(props)],
  ])('are refused: %s', (_, make) => {
    const fails = new Proxy({ x: 1 }, { get: () => { throw new Error('boom'); } });
    for (const props of [null, 5, [], JSON.parse('{"__proto__":{}}'), fails]) {
      expect(() => make(props as never)).toThrow('`props` must');
    }
  });
});

test.each<[string, string]>([
  ['AKIA0123456789ABCDEF', '`parameters.epochs` must not carry secrets'], ['{{resolve:secretsmanager:x}}', '`parameters.epochs` must not hold {{resolve:'],
  ['a\u0000', '`parameters.epochs` must hold no control characters'], ['x'.repeat(5000), '`parameters.epochs` must have at most 4096 characters'],
])('a run of a spot job does not say to the program what the job may not: %#', (epochs, message) => {
  expect(outcome(run, { parameters: { epochs } })).toContain(message);
});

test('a spot job is started as it was judged, whatever becomes of the props', () => {
  const stack = new Stack(new App(), 'Test', { env: ENV });
  const changed = { attempts: 2 };
  const props = { ...managedSpotProps(stack), ...changed };
  const job = new ManagedSpotTraining(stack, 'Job', props);
  props.attempts = 99;
  new sfn.StateMachine(stack, 'Machine', { definitionBody: sfn.DefinitionBody.fromChainable(job.submitTask(stack, 'Train')) });
  expect(JSON.stringify(Template.fromStack(stack).toJSON())).toContain('\\"RetryStrategy\\":{\\"MaximumRetryAttempts\\":2}');
});

test.each(Object.keys(JOB_KINDS))('a job of a queue names `%s` when it is something else', (prop) => {
  for (const value of [null, 5n, Symbol('x'), new Proxy({}, { get: () => { throw new Error('boom'); } })]) {
    expect(() => trainingJob(new Stack(), { [prop as keyof TrainingJobProps]: value }, 'Job')).toThrow(`Job: \`${prop}\` must be `);
  }
});

describe.each<[string, Make, Readonly<Record<string, string>>]>([
  ['a spot job', spot, SPOT], ['a run of a spot job', run, RUN], ['batch inference', inference, INFERENCE], ['an engine', worker, ENGINE],
])('%s', (_, make, props) => {
  test.each(Object.entries(props))('takes as `%s` what is fine, and names the prop of anything else', (prop, fine) => {
    const said = Object.entries(HOSTILE).map(([what, value]) => [what, outcome(make, { [prop]: value() })]);
    const refused = said.filter(([, text]) => text !== 'made');
    const made = said.filter(([, text]) => text === 'made').map(([what]) => what);
    expect(made).toEqual(Object.keys(HOSTILE).filter((what) => fine.split(', ').includes(what)));
    expect(refused.filter(([, text]) => text.startsWith(FAILED) || !new RegExp(`\`${prop}[\`.[]`).test(text))).toEqual([]);
    expect(refused.filter(([, text]) => /[\u0000\u001b]/.test(text) || text.length > 4000)).toEqual([]); // for a terminal
  });

  test('names all props that are null at once', () => {
    const said = outcome(make, Object.fromEntries(Object.keys(props).map((prop) => [prop, null])));
    expect(Object.keys(props).filter((prop) => !said.includes(`\`${prop}\` must be `))).toEqual([]);
  });

  test('makes a template or refuses the props, whatever they are', () => {
    const anything = fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withNullPrototype: true });
    const several = fc.dictionary(fc.constantFrom(...Object.keys(props)), anything, { minKeys: 1, maxKeys: 3 });
    fc.assert(fc.property(several, (changed) => { expect(outcome(make, changed)).not.toMatch(FAILED); }), { numRuns: 25 });
  });
});
