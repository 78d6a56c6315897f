import { Stack } from 'aws-cdk-lib';
import { failedJob, PipelineBench } from './pipeline-bench';
import { ARTIFACT_BUCKET, managedSpot, WORK } from './pipelines';
import { TrainingStep } from '../../../lib/training';
import { person } from '../../registry/support/callers';

/** The template's own state machine with the real handler and the real registry, and what goes wrong. */

const OLD_COMMIT = '0123456789'.repeat(4);
const TASKS = ['ValidateData', 'Train', 'Trained', 'Evaluate', 'Evaluated', 'Register', 'AskApproval', 'Tell'];

async function versions(bench: PipelineBench): Promise<Record<string, unknown>[]> {
  const { body } = await bench.registry.as(person('reader')).get('/tenants/default/models/churn/versions');
  return body.versions as Record<string, unknown>[];
}

describe('an execution', () => {
  test('takes new data to a registered version, and a person is asked to approve it', async () => {
    const bench = new PipelineBench();
    const ended = await bench.start();
    expect(ended).toMatchObject({ state: 'Registered', output: { outcome: 'REGISTERED', revision: 1, model: 'churn', tenant: 'default' } });
    expect(bench.asked.map(([state]) => state)).toEqual(['Begin', ...TASKS]);
    const [version] = await versions(bench);
    expect(version).toMatchObject({
      revision: 1,
      state: 'Pending',
      artifact: expect.stringMatching(new RegExp(`^s3://${ARTIFACT_BUCKET}/churn/[0-9a-f]{64}/model.tar.gz$`)),
      registrant: 'arn:aws:sts::111122223333:assumed-role/PipelineHandler',
      lineage: { datasets: ['s3://our-datasets/datasets/churn/'], trainingJob: expect.stringMatching(/^job-/) },
      evaluation: { accuracy: 0.93, bias: 0.02, p99LatencyMs: 120 },
    });
    expect(bench.events).toEqual([
      {
        type: 'Model Approval Wanted',
        detail: expect.objectContaining({ model: 'churn', revision: 1, approveWith: expect.stringMatching(/^mlp model approve churn 1 --url https:/) }),
      },
      { type: 'Training Pipeline Ended', detail: ended.output },
    ]);
  });

  test('leaves one audit record for each act, and no data in any', async () => {
    const bench = new PipelineBench();
    await bench.start({ startedBy: 'schedule' });
    const records = bench.lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(records.map(({ action, outcome }) => `${String(action)} ${String(outcome)}`)).toEqual([
      'training.run.begin SUCCEEDED', 'training.data.validate SUCCEEDED', 'training.model.train SUCCEEDED', 'training.model.evaluate SUCCEEDED',
      'training.model.register SUCCEEDED', 'training.approval.ask SUCCEEDED', 'training.run.end SUCCEEDED',
    ]);
    expect(records[0]).toMatchObject({ actor: 'states.amazonaws.com', model: 'churn', details: { startedBy: 'schedule', objects: 1 } });
  });

  test('tells jobs where things are, and keeps their checkpoints under the input', async () => {
    const bench = new PipelineBench();
    await bench.start({ parameters: { epochs: '3' } });
    const [, train] = bench.asked.find(([state]) => state === 'Train')!;
    const run = `s3://${ARTIFACT_BUCKET}/${WORK}`;
    expect(train).toMatchObject({
      Parameters: { data: 's3://our-datasets/datasets/churn/', output: expect.stringMatching(`^${run}[0-9a-f]{32}/1/$`), epochs: '3' },
      ContainerOverrides: { Environment: [{ Name: 'CHECKPOINT_RUN', Value: expect.stringMatching(/^[0-9a-f]{32}$/) }] },
    });
    const [, evaluate] = bench.asked.find(([state]) => state === 'Evaluate')!;
    expect(evaluate).not.toHaveProperty('ContainerOverrides'); // its checkpoints are waived
    expect(evaluate).toMatchObject({
      Parameters: { model: expect.stringMatching(/model\.tar\.gz$/), evaluation: expect.stringMatching(/evaluation\.json$/) },
    });
    const manifest = bench.s3.text((train as unknown as { Parameters: { manifest: string } }).Parameters.manifest);
    expect(JSON.parse(manifest ?? '')).toMatchObject({ bucket: 'our-datasets', objects: [{ key: 'datasets/churn/part-0.csv', etag: expect.any(String) }] });
  });
});

describe('the same input', () => {
  test('is not trained again: the version is answered', async () => {
    const bench = new PipelineBench();
    await bench.start();
    expect(await bench.start({ startedBy: 'schedule' })).toMatchObject({ state: 'Unchanged', output: { outcome: 'UNCHANGED', revision: 1 } });
    expect(bench.times('Train')).toBe(1);
    expect(await versions(bench)).toHaveLength(1);
  });

  test.each<[string, (bench: PipelineBench) => object | void]>([
    ['more data', (bench) => bench.putData(600, 'part-1.csv')],
    ['the same file with other content', (bench) => bench.putData(801)],
    ['another parameter', () => ({ parameters: { epochs: '11' } })],
    ['a text that was not used before', () => ({ again: '2026-11-28' })],
  ])('is another one with %s', async (_, change) => {
    const bench = new PipelineBench();
    await bench.start();
    expect(await bench.start(change(bench) ?? {})).toMatchObject({ state: 'Registered', output: { revision: 2 } });
    expect(bench.times('Train')).toBe(2);
  });

  test('stays the same when a marker is added', async () => {
    const bench = new PipelineBench();
    await bench.start();
    bench.s3.put('s3://our-datasets/datasets/churn/_SUCCESS', 'x');
    expect(await bench.start()).toMatchObject({ state: 'Unchanged' });
  });
});

describe('bad data', () => {
  test.each<[string, (bench: PipelineBench) => void, string]>([
    ['a value out of range', (bench) => bench.putData(800, 'part-0.csv', (place) => `${place === 7 ? 999 : 20 + place % 60},${place},ch`),
      'column age: 1 of 800 values are above 120'],
    ['a column that never changes', (bench) => bench.putData(800, 'part-0.csv', (place) => `30,${place},ch`),
      'column age: its variance is 0, and it must be above 0'],
    ['missing values', (bench) => bench.putData(800, 'part-0.csv', (place) => `${20 + place % 60},${place % 5 === 0 ? '' : place},ch`),
      'column spend: 160 of 800 values are missing, and at most 10 % may be'],
    ['a value in the last of five files', (bench) => [1, 2, 3, 4].forEach((part) =>
      bench.putData(10, `part-${part}.csv`, (place) => `${part === 4 && place === 0 ? -1 : 20 + place % 60},${place},ch`)),
    'column age: 1 of 840 values are below 0'],
    ['too few records', (bench) => bench.putData(499), 'there are 499 records, and at least 500 are needed'],
    ['no data', (bench) => bench.s3.remove('s3://our-datasets/datasets/churn/part-0.csv'), 'there is no data below s3://our-datasets/datasets/churn/'],
  ])('%s: nothing is trained, and the end says why', async (_, spoil, reason) => {
    const bench = new PipelineBench();
    spoil(bench);
    expect(await bench.start()).toMatchObject({ state: 'DataRefused' });
    expect(bench.times('Train')).toBe(0);
    expect(bench.ended).toEqual([expect.objectContaining({ outcome: 'DATA_REFUSED', reason })]);
  });
});

describe('much data', () => {
  const HASH = 'ab'.repeat(32);
  const FOLDER = 's3://our-datasets/datasets/churn/';

  /** Asks for the validation alone, with the plan that stands in the state machine. */
  async function validated(fill: (bench: PipelineBench) => void, rules: object = {}): Promise<unknown> {
    const bench = new PipelineBench();
    bench.s3.remove(`${FOLDER}part-0.csv`);
    fill(bench);
    const state = bench.definition.States.ValidateData as unknown as { Parameters: { plan: { rules: object } } };
    const { plan } = state.Parameters;
    const run = {
      inputHash: HASH, name: 'n', checkpointRun: 'c', training: 1, parameters: {}, data: '', manifest: '', output: '', evaluation: '', model: '',
    };
    return bench.ask({
      operation: 'validate', execution: 'arn:aws:states:eu-west-1:111122223333:execution:p:r', plan: { ...plan, rules: { ...plan.rules, ...rules } }, run,
    });
  }
  const lines = (count: number, line: (place: number) => string) => Array.from({ length: count }, (_, place) => line(place)).join('\n');
  const good = (place: number) => `${20 + place % 60},${place * 1.5},ch`;

  test('is read in places from all its files, each with its own header', async () => {
    expect(await validated((bench) => {
      bench.s3.put(`${FOLDER}a.csv`, `age,spend,country\n${lines(400_000, good)}`);
      bench.s3.put(`${FOLDER}b.csv`, `country,age,spend\n${lines(400_000, (place) => `de,${20 + place % 60},${place}`)}`);
    })).toEqual({ verdict: 'GOOD', records: 1000, reason: '1000 records are as they should be' });
  });

  test('shows what is wrong with a part of it', async () => {
    expect(await validated((bench) => {
      bench.s3.put(`${FOLDER}a.csv`, `age,spend,country\n${lines(400_000, good)}`);
      bench.s3.put(`${FOLDER}b.csv`, `age,spend,country\n${lines(400_000, (place) => `${200 + place % 60},${place},ch`)}`);
    })).toMatchObject({ verdict: 'REFUSED', reason: expect.stringMatching(/^column age: \d+ of 1000 values are above 120$/) });
  });

  test('may be JSON lines', async () => {
    const json = (place: number) => JSON.stringify({ age: 20 + place % 60, spend: place, country: 'ch' });
    expect(await validated((bench) => bench.s3.put(`${FOLDER}a.jsonl`, lines(700, json)), { format: 'jsonl' })).toMatchObject({ verdict: 'GOOD', records: 700 });
    expect(await validated((bench) => bench.s3.put(`${FOLDER}a.jsonl`, `${lines(700, json)}\nnot JSON`), { format: 'jsonl' }))
      .toMatchObject({ verdict: 'REFUSED', reason: '1 of 701 lines are no records' });
  });

  test('must not be compressed', async () => {
    expect(await validated((bench) => bench.s3.put(`${FOLDER}a.csv.gz`, 'x'))).toMatchObject({ reason: expect.stringMatching(/^some of the data is compressed/) });
  });
});

describe('a training', () => {
  const reclaimed = failedJob('Host EC2 (instance i-0123456789abcdef0) terminated.');

  test('whose machine was taken away too often is begun again under another name, with the same checkpoints', async () => {
    const bench = new PipelineBench();
    const { Train: train } = bench.jobs;
    bench.jobs.Train = () => {
      bench.jobs.Train = train;
      throw reclaimed;
    };
    expect(await bench.start()).toMatchObject({ state: 'Registered' });
    const runs = bench.asked.filter(([state]) => state === 'Train').map(([, request]) => request.ContainerOverrides as unknown);
    expect(runs).toHaveLength(2);
    expect(runs[0]).toEqual(runs[1]);
    expect(bench.row('run')).toMatchObject({ stage: 'REGISTERED', training: 2 });
  });

  test.each([
    ['is never to be had', failedJob('It was first in the queue for too long and no machine fitted it')],
    ['is always taken away', reclaimed],
  ])('for which capacity %s ends after three tries, and the next execution has three more', async (_, problem) => {
    const bench = new PipelineBench();
    bench.jobs.Train = () => { throw problem; };
    expect(await bench.start()).toMatchObject({ state: 'NoCapacity' });
    expect(bench.times('Train')).toBe(3);
    expect(await bench.start()).toMatchObject({ state: 'NoCapacity' });
    expect(bench.times('Train')).toBe(6);
    expect(bench.ended.map(({ outcome }) => outcome)).toEqual(['NO_CAPACITY', 'NO_CAPACITY']);
  });

  test.each([
    ['a program that fails', failedJob('Essential container in task exited')],
    ['a program that fails after a reclaim', failedJob('Essential container in task exited', ['Host EC2 (instance i-1) terminated.'])],
    ['a job that could not be submitted', Object.assign(new Error('Job definition is not active'), { name: 'Batch.ClientException' })],
  ])('%s is not repeated', async (_, problem) => {
    const bench = new PipelineBench();
    bench.jobs.Train = () => { throw problem; };
    expect(await bench.start()).toMatchObject({ state: 'TrainingFailed' });
    expect(bench.times('Train')).toBe(1);
    expect(bench.ended[0].reason).toMatch(/Essential container in task exited|Job definition is not active/);
  });

  test('takes nothing of the one before it for its own', async () => {
    const bench = new PipelineBench();
    const { Train: train } = bench.jobs;
    bench.jobs.Train = (request) => {
      train(request); // a model is there, and then the machine is not
      bench.jobs.Train = () => ({ JobId: 'job-2' });
      throw reclaimed;
    };
    expect(await bench.start()).toMatchObject({ state: 'TrainingFailed' });
    expect(bench.times('Train')).toBe(2);
  });

  test('that leaves no model has failed', async () => {
    const bench = new PipelineBench();
    bench.jobs.Train = () => ({ JobId: 'job-1' });
    expect(await bench.start()).toMatchObject({ state: 'TrainingFailed' });
    expect(bench.ended[0].reason).toContain('model.tar.gz; the job has to write it there');
  });
});

describe('a training on SageMaker', () => {
  const onSpot = (stack: Stack) => ({ training: TrainingStep.onManagedSpot(managedSpot(stack)) });
  const model = `s3://${ARTIFACT_BUCKET}/${WORK}models/job/output/model.tar.gz`;

  function spotBench() {
    const bench = new PipelineBench(onSpot);
    bench.s3.put(model, 'the model');
    const described = { TrainingJobName: 'churn-0123-1', TrainingJobStatus: 'Completed', ModelArtifacts: { S3ModelArtifacts: model } };
    bench.jobs['Train: Start'] = () => described;
    bench.jobs['Train: Describe'] = () => described;
    return { bench, described };
  }
  const fails = (name: string, message: string) => () => { throw Object.assign(new Error(message), { name }); };

  test('registers the model that SageMaker left', async () => {
    const { bench } = spotBench();
    expect(await bench.start()).toMatchObject({ state: 'Registered' });
    expect((await versions(bench))[0]).toMatchObject({ lineage: { trainingJob: 'churn-0123-1' } });
  });

  test('that was started before a crash is waited for and not started again', async () => {
    const { bench, described } = spotBench();
    bench.jobs['Train: Start'] = fails('SageMaker.AmazonSageMakerException', 'Training job names must be unique');
    let looks = 0;
    bench.jobs['Train: Describe'] = () => {
      looks += 1;
      return looks < 3 ? { ...described, TrainingJobStatus: 'InProgress' } : described;
    };
    expect(await bench.start()).toMatchObject({ state: 'Registered' });
  });

  test.each([
    { TrainingJobStatus: 'Failed', FailureReason: 'CapacityError: Unable to provision requested ML compute capacity.' },
    { TrainingJobStatus: 'Stopped', SecondaryStatus: 'MaxWaitTimeExceeded' },
  ])('for which there was no capacity is begun again under another name: %p', async (ended) => {
    const { bench, described } = spotBench();
    bench.jobs['Train: Start'] = (request) => {
      if (/-1$/.test(String((request as { TrainingJobName?: unknown }).TrainingJobName))) {
        throw Object.assign(new Error('the job failed'), { name: 'States.TaskFailed' });
      }
      return described;
    };
    bench.jobs['Train: Describe'] = () => ({ ...described, ...ended });
    expect(await bench.start()).toMatchObject({ state: 'Registered' });
    const names = bench.asked.filter(([state]) => state === 'Train: Start').map(([, { TrainingJobName: name }]) => String(name));
    expect(new Set(names.map((name) => name.replace(/^.*-/, '')))).toEqual(new Set(['1', '2']));
  });

  test('whose program fails is not repeated', async () => {
    const { bench, described } = spotBench();
    bench.jobs['Train: Start'] = fails('States.TaskFailed', 'the job failed');
    bench.jobs['Train: Describe'] = () => ({ ...described, TrainingJobStatus: 'Failed', FailureReason: 'AlgorithmError: exit 1' });
    expect(await bench.start()).toMatchObject({ state: 'TrainingFailed' });
    expect(bench.ended[0].reason).toBe('States.TaskFailed: AlgorithmError: exit 1');
  });
});

describe('an evaluation', () => {
  type Asked = Record<string, Record<string, string>>;
  const writing = (text: string) => (bench: PipelineBench) => ({ Parameters: { evaluation } }: Asked) => {
    bench.s3.put(evaluation, text);
    return { JobId: 'job-e' };
  };

  test.each<[string, (bench: PipelineBench) => (request: Asked) => unknown, RegExp]>([
    ['fails', () => () => { throw failedJob('Essential container in task exited'); }, /Essential container/],
    ['writes nothing', () => () => ({ JobId: 'job-e' }), /evaluation.json; the job has to write it there$/],
    ['writes no JSON', writing('accuracy: 0.9'), /is not JSON$/],
    ['leaves out what the registry asks for', writing('{"accuracy":0.9}'), /is no evaluation: bias: /],
    ['says more than there is', writing('{"accuracy":1.2,"bias":0,"p99LatencyMs":3,"dataset":"s3://a/b"}'), /is no evaluation: accuracy: /],
  ])('that %s ends the execution, and the next one evaluates without training', async (_, evaluate, reason) => {
    const bench = new PipelineBench();
    const { Evaluate: good } = bench.jobs;
    bench.jobs.Evaluate = evaluate(bench) as never;
    expect(await bench.start()).toMatchObject({ state: 'EvaluationFailed' });
    expect(bench.ended[0].reason).toMatch(reason);
    bench.jobs.Evaluate = good;
    expect(await bench.start()).toMatchObject({ state: 'Registered' });
    expect(bench.times('Train')).toBe(1);
  });
});

describe('the registry', () => {
  test('that is down is asked for forty minutes; the next execution goes on there', async () => {
    const bench = new PipelineBench();
    bench.registryDown = true;
    expect(await bench.start()).toMatchObject({ state: 'RegistryDown' });
    expect(bench.times('Register')).toBe(8);
    expect(bench.ended[0]).toMatchObject({ outcome: 'REGISTRY_DOWN', reason: 'RegistryUnavailable: the registry does not answer: connect ECONNREFUSED' });
    bench.registryDown = false;
    expect(await bench.start()).toMatchObject({ state: 'Registered', output: { revision: 1 } });
    expect([bench.times('Train'), bench.times('Evaluate')]).toEqual([1, 1]);
  });

  test.each([429, 500, 503])('that answers %p is asked again', async (status) => {
    const bench = new PipelineBench();
    bench.gateway.push({ status, text: '{"message":"later"}' }, { status, text: 'no JSON' });
    expect(await bench.start()).toMatchObject({ state: 'Registered', output: { revision: 1 } });
    expect(bench.times('Register')).toBe(3);
  });

  test('whose gateway lets nobody in is not asked again', async () => {
    const bench = new PipelineBench();
    bench.gateway.push({ status: 403, text: '{"message":"Forbidden"}' });
    expect(await bench.start()).toMatchObject({ state: 'RegistrationRefused' });
    expect(bench.ended[0].reason).toBe('the registry refused: 403: Forbidden');
  });

  test('that refuses ends the execution with its sentence', async () => {
    const bench = new PipelineBench();
    const { Train: train } = bench.jobs;
    bench.jobs.Train = (request) => {
      bench.registry.ecr.delete(bench.registry.ecr.push('models/churn', 'one'));
      return train(request);
    };
    expect(await bench.start()).toMatchObject({ state: 'RegistrationRefused' });
    expect(bench.ended[0].reason).toMatch(/^the registry refused: [A-Z_]+: .*image/);
    expect(await versions(bench)).toBeUndefined(); // the registry knows no such model
  });

  test('that registered and was not heard registers once', async () => {
    const bench = new PipelineBench();
    let lost = 2;
    bench.registry.dynamodb.hooks.after = ({ name }) => {
      if (name === 'TransactWriteItems' && lost > 0) {
        lost -= 1;
        throw Object.assign(new Error('timeout'), { name: 'TimeoutError' });
      }
    };
    expect(await bench.start()).toMatchObject({ state: 'Registered', output: { revision: 1 } });
    expect(await versions(bench)).toHaveLength(1);
  });

  test('that registered and was not heard answers a pipeline that was deployed anew meanwhile', async () => {
    const bench = new PipelineBench(() => ({ commit: OLD_COMMIT }));
    bench.dynamodb.hooks.before = ({ name, input }) => {
      if (name === 'PutItem' && (input as { Item: { stage?: string } }).Item.stage === 'REGISTERED') {
        throw Object.assign(new Error('no'), { name: 'InternalServerError' });
      }
    };
    expect(await bench.start()).toMatchObject({ state: 'Broken' });
    bench.dynamodb.hooks = {};
    bench.redeploy((definition) => definition.replaceAll(OLD_COMMIT, '9876543210'.repeat(4)));
    expect(await bench.start()).toMatchObject({ state: 'Registered', output: { revision: 1 } });
    expect(await versions(bench)).toMatchObject([{ revision: 1, lineage: { commit: OLD_COMMIT } }]);
  });
});

test('a model that expired before it was registered is trained anew', async () => {
  const bench = new PipelineBench();
  await bench.start({}, { crashAt: 'Register' });
  bench.s3.uris.filter((uri) => uri.endsWith('/model.tar.gz')).forEach((uri) => bench.s3.remove(uri));
  bench.now += 120_000;
  expect(await bench.start()).toMatchObject({ state: 'Registered' });
  expect(bench.times('Train')).toBe(2);
});

describe('several executions', () => {
  test('one runs, one waits and sees the newest data, the others need not', async () => {
    const bench = new PipelineBench();
    const { Train: train } = bench.jobs;
    let second: Promise<unknown> | undefined;
    bench.jobs.Train = async (request) => {
      bench.jobs.Train = train;
      second = bench.start();
      await until(() => bench.row('pipeline')?.waiter !== undefined);
      expect(await bench.start()).toMatchObject({ state: 'Skipped', output: { outcome: 'SKIPPED' } });
      expect(await bench.start({ parameters: { epochs: '99' } })).toMatchObject({ state: 'Busy' });
      bench.putData(700, 'part-1.csv');
      return train(request);
    };
    expect(await bench.start()).toMatchObject({ state: 'Registered', output: { revision: 1 } });
    expect(await second).toMatchObject({ state: 'Registered', output: { revision: 2 } });
    expect(bench.times('Train')).toBe(2);
    expect(bench.row('pipeline')).not.toHaveProperty('holder');
    expect(bench.row('pipeline')).not.toHaveProperty('waiter');
  });

  describe('of which one was sent home because another waits', () => {
    const [first, second, third] = ['first', 'second', 'third'].map((name) => `arn:aws:states:eu-west-1:111122223333:execution:p:${name}`);

    /** The second waits for the first. When it looks again, the third comes with more data as soon as it has looked. */
    function waitingBench(thenEnds: boolean) {
      const bench = new PipelineBench();
      const { plan } = (bench.definition.States.Begin as unknown as { Parameters: { plan: object } }).Parameters;
      const begin = async (execution: string) => await bench.ask({ operation: 'begin', execution, plan, input: {} }) as {
        verdict: string; run: { inputHash: string; manifest: string };
      };
      [first, second, third].forEach((arn) => bench.statuses.set(arn, 'RUNNING'));
      const thirdComes = () => {
        bench.dynamodb.hooks.after = async ({ name, input }) => {
          if (name !== 'GetItem' || (input as { Key: { pk: string } }).Key.pk !== 'run') {
            return;
          }
          bench.dynamodb.hooks = {};
          bench.putData(900, 'part-2.csv');
          expect(await begin(third)).toMatchObject({ verdict: 'SKIPPED' });
          if (thenEnds) {
            await bench.ask({ operation: 'end', execution: first, plan, outcome: 'BROKEN', state: {} });
          }
        };
      };
      return { bench, begin, thirdComes };
    }

    async function secondWaits({ bench, begin }: ReturnType<typeof waitingBench>): Promise<string> {
      expect(await begin(first)).toMatchObject({ verdict: 'VALIDATE' });
      bench.putData(700, 'part-1.csv');
      const { verdict, run } = await begin(second);
      expect(verdict).toBe('WAIT');
      return run.inputHash;
    }

    test('see its data when they take their turn', async () => {
      const given = waitingBench(true);
      await secondWaits(given);
      given.thirdComes();
      const { verdict, run } = await given.begin(second);
      expect(verdict).toBe('VALIDATE');
      expect(given.bench.s3.text(run.manifest)).toContain('part-2.csv');
    });

    test('see its data although what they came for is registered meanwhile', async () => {
      const given = waitingBench(false);
      const sk = await secondWaits(given);
      given.bench.dynamodb.plant('ledger', { pk: 'run', sk, written: 1, stage: 'REGISTERED', training: 1, revision: 1 });
      given.thirdComes();
      expect(await given.begin(second)).toMatchObject({ verdict: 'WAIT' });
    });
  });

  test('that want what is registered need not wait', async () => {
    const bench = new PipelineBench();
    await bench.start();
    const { Train: train } = bench.jobs;
    bench.jobs.Train = async (request) => {
      expect(await bench.start()).toMatchObject({ state: 'Unchanged', output: { revision: 1 } });
      expect(bench.row('pipeline')).not.toHaveProperty('waiter');
      return train(request);
    };
    expect(await bench.start({ parameters: { epochs: '11' } })).toMatchObject({ state: 'Registered' });
  });

  test('that begin at the same moment do not both run', async () => {
    const bench = new PipelineBench();
    const ends = await Promise.all([bench.start(), bench.start(), bench.start()]);
    expect(ends.map(({ state }) => state).sort()).toEqual(['Registered', 'Skipped', 'Unchanged']);
    expect(bench.times('Train')).toBe(1);
  });
});

describe('a crash', () => {
  test.each(TASKS)('before %s costs nothing that was done', async (crashAt) => {
    const bench = new PipelineBench();
    const crashed = await bench.start({}, { crashAt });
    expect(crashed.state).toBe(`crashed before ${crashAt}`);
    bench.now += 120_000;
    const ended = await bench.start();
    const registered = ['AskApproval', 'Tell'].includes(crashAt);
    expect(ended).toMatchObject({ state: registered ? 'Unchanged' : 'Registered', output: { revision: 1 } });
    expect(await versions(bench)).toHaveLength(1);
    // before `Trained` nobody knows that the job ended well; its checkpoints are there
    expect(bench.times('Train')).toBe(crashAt === 'Trained' ? 2 : 1);
  });

  test('of the handler behind its write is repaired by the repetition', async () => {
    const bench = new PipelineBench();
    let puts = 0;
    bench.dynamodb.hooks.after = ({ name }) => {
      puts += Number(name === 'PutItem');
      if (name === 'PutItem' && puts % 2 === 1) {
        throw Object.assign(new Error('timeout'), { name: 'TimeoutError' });
      }
    };
    expect(await bench.start()).toMatchObject({ state: 'Registered', output: { revision: 1 } });
    expect(bench.times('Train')).toBe(1);
    expect(bench.row('pipeline')).not.toHaveProperty('holder');
  });

  test('that is younger than a minute is not believed: Step Functions may only not know the execution yet', async () => {
    const bench = new PipelineBench();
    await bench.start({}, { crashAt: 'Train' });
    const waiting = bench.start();
    await until(() => bench.row('pipeline')?.waiter !== undefined);
    expect(bench.times('Train')).toBe(0);
    bench.now += 120_000;
    expect(await waiting).toMatchObject({ state: 'Registered' });
  });

  test('an execution that was thought dead cannot go on', async () => {
    const bench = new PipelineBench();
    const { Train: train } = bench.jobs;
    bench.jobs.Train = async (request) => {
      bench.jobs.Train = train;
      bench.statuses.forEach((_, arn) => bench.statuses.set(arn, 'ABORTED'));
      bench.now += 120_000;
      await bench.start();
      return train(request);
    };
    expect(await bench.start()).toMatchObject({ state: 'Broken' });
    expect(bench.ended.at(-1)?.reason).toMatch(/^LeaseLost: this execution does not hold the pipeline any more/);
    expect(await versions(bench)).toHaveLength(1);
  });
});

describe('an end', () => {
  test('that cannot be told is told as such, and the pipeline is free', async () => {
    const bench = new PipelineBench();
    bench.eventsDown = true;
    expect(await bench.start()).toMatchObject({ state: 'NobodyTold' });
    expect(bench.row('pipeline')).not.toHaveProperty('holder');
    bench.eventsDown = false;
    expect(await bench.start()).toMatchObject({ state: 'Unchanged' });
  });

  test.each<[string, unknown]>([
    ['no object', [1]],
    ['an unknown field', { epoch: 3 }],
    ['a parameter that nobody declares', { parameters: { gpus: '8' } }],
  ])('with an input that is %s is told too', async (_, input) => {
    const bench = new PipelineBench();
    expect(await bench.start(input)).toMatchObject({ state: 'Broken' });
    expect(bench.ended).toEqual([expect.objectContaining({ outcome: 'BROKEN', reason: expect.stringMatching(/^InputRefused: the /) })]);
    expect(bench.times('Begin')).toBe(1);
  });

  const subject = { pipeline: 'Test-Pipeline', model: 'churn', tenant: 'default' };

  test.each(['TIMED_OUT', 'ABORTED'])('%s is told by the rule, which frees the pipeline', async (status) => {
    const bench = new PipelineBench();
    const { arn } = await bench.start({}, { crashAt: 'Train' });
    await bench.ask({ operation: 'abandoned', execution: arn, status, subject });
    expect(bench.ended).toEqual([expect.objectContaining({ outcome: status, execution: arn })]);
    expect(bench.row('pipeline')).not.toHaveProperty('holder');
  });

  test('FAILED is not told twice', async () => {
    const bench = new PipelineBench();
    bench.putData(10);
    const { arn } = await bench.start();
    await bench.ask({ operation: 'abandoned', execution: arn, status: 'FAILED', subject });
    expect(bench.ended).toHaveLength(1);
  });

  test('that nobody told of is found by the watch, which measures how long an execution runs', async () => {
    const bench = new PipelineBench();
    const { arn } = await bench.start({}, { crashAt: 'Train' });
    bench.now += 5 * 60_000;
    await bench.ask({ operation: 'watch', subject });
    expect(bench.ended).toEqual([]); // it may be about to be told otherwise
    bench.statuses.set(arn, 'RUNNING');
    bench.now += 85 * 60_000;
    await bench.ask({ operation: 'watch', subject });
    expect(JSON.parse(bench.lines.at(-1) ?? '')).toMatchObject({ Pipeline: 'Test-Pipeline', PipelineRunMinutes: 90 });
    expect(bench.ended).toEqual([]);
    bench.statuses.set(arn, 'ABORTED');
    await bench.ask({ operation: 'watch', subject });
    expect(bench.ended).toEqual([expect.objectContaining({ outcome: 'ABORTED' })]);
    await bench.ask({ operation: 'watch', subject });
    expect(JSON.parse(bench.lines.at(-1) ?? '')).toMatchObject({ PipelineRunMinutes: 0 });
  });
});

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) {
    await new Promise((resolve) => { setTimeout(resolve, 1); });
  }
}
