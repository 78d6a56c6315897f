import * as fc from 'fast-check';
import { named } from './distributed-map';
import { LocalInference } from './local-inference';

const RUN = { run: 'nightly' };
const records = ({ lines }: LocalInference) => lines.filter(({ action }) => action !== undefined);
const metrics = ({ lines }: LocalInference) => lines.filter(({ _aws }) => _aws !== undefined);

let local: LocalInference;
const make = (changed: ConstructorParameters<typeof LocalInference>[0] = {}) => { local = new LocalInference(changed); };

describe('a run', () => {
  beforeEach(() => { make({ inputsPerJob: 2 }); });

  test('gives every input below the prefix one output, and says so', async () => {
    local.put('a.csv', 'b.csv', 'deep/c.csv', 'folder/');
    const { status, report } = await local.start(RUN, 'one');
    expect(status).toBe('SUCCEEDED');
    expect(report).toEqual({
      outcome: 'DONE',
      run: 'nightly',
      inputs: 3,
      done: 3,
      failed: 0,
      failedManifest: '',
      results: 's3://our-results/claims/scored/results/nightly/',
      sentence: 'All 3 inputs have an output.',
    });
    expect(local.outputs('nightly')).toEqual({
      'a.csv.out': 'scored s3://our-artifacts/claims/in/a.csv',
      'b.csv.out': 'scored s3://our-artifacts/claims/in/b.csv',
      'deep/c.csv.out': 'scored s3://our-artifacts/claims/in/deep/c.csv',
    });
  });

  test('is called like its execution when nobody names it', async () => {
    local.put('a.csv');
    expect((await local.start({}, 'one')).report?.run).toBe('one');
  });

  test('lists more inputs and outputs than a page has', async () => {
    local.s3.pageSize = 3;
    local.put(...Array.from({ length: 10 }, (_, number) => `${number}.csv`));
    expect((await local.start(RUN, 'one')).report?.done).toBe(10);
    expect((await local.start(RUN, 'two')).report?.done).toBe(10);
    expect(local.worked.two).toEqual([]);
  });

  test('is written down at its beginning and end, with numbers and without names of inputs', async () => {
    local.put('jane-doe.csv', 'b.csv', 'c.csv');
    local.program = (input) => input.includes('jane') ? { failure: 'BAD_ROW' } : { output: 'x' };
    await local.start(RUN, 'one');
    expect(records(local)).toMatchObject([{
      action: 'inference.run.start',
      outcome: 'SUCCEEDED',
      actor: 'states.amazonaws.com',
      environment: 'aws://111122223333/eu-west-1',
      resourceName: 'claims',
      details: { run: 'nightly', inputs: 3, pending: 3, jobs: 2, execution: 'one', image: 'image@sha256:1' },
    }, {
      action: 'inference.run.end',
      outcome: 'FAILED',
      details: { inputs: 3, failed: 1, jobs: 2, reasons: ['BAD_ROW:1'] },
      reason: expect.stringMatching(/^1 of 3 inputs have no output, and 0 % are tolerated; see s3:.*\. Runbook: article$/),
    }]);
    expect(JSON.stringify(local.lines)).not.toContain('jane');
    expect(metrics(local)).toMatchObject([{ BatchInference: 'claims', InferenceInputs: 3, InferenceFailedInputs: 1, InferenceOverTolerance: 1 }]);
  });
});

describe('what failed', () => {
  beforeEach(() => { make({ inputsPerJob: 1, maxConcurrency: 2, toleratedPercent: 60 }); });

  test.each<[string, ReturnType<LocalInference['program']>, object]>([
    ['the program\'s own word', { failure: 'TOO_LARGE' }, { reason: 'TOO_LARGE' }],
    ['that it gave none', {}, { reason: 'OUTPUT_MISSING' }],
    ['that it was more than a word, and may be data', { failure: 'Jane Doe has no address' }, { reason: 'REASON_NOT_A_WORD' }],
    ['its exit code, its job and its log', { exit: 3 }, { reason: 'EXIT_3', jobId: 'job-1', logStream: 'job/1' }],
    ['that its machine was lost for good', { exit: 137, status: 'Host EC2 (instance i-1) terminated.' }, { reason: 'MACHINE_LOST' }],
    ['that it took too long', { exit: 137, status: 'Job attempt duration exceeded timeout' }, { reason: 'TIMED_OUT' }],
  ])('has as its reason %s', async (_, outcome, expected) => {
    local.put('a.csv', 'b.csv');
    local.program = (input) => input.endsWith('a.csv') ? outcome : { output: 'x' };
    const { status, report } = await local.start(RUN, 'one');
    expect(status).toBe('SUCCEEDED');
    expect(report).toMatchObject({ outcome: 'TOLERATED', failed: 1, done: 1 });
    expect(local.failed(report!)).toEqual([expect.objectContaining({
      input: 's3://our-artifacts/claims/in/a.csv', output: 's3://our-results/claims/scored/results/nightly/a.csv.out', ...expected,
    })]);
  });

  test('holds nothing of the job but words of ours: not its command', async () => {
    local.put('a.csv', 'b.csv');
    local.program = (input) => input.endsWith('a.csv') ? { exit: 1 } : { output: 'x' };
    const { report } = await local.start(RUN, 'one');
    expect(JSON.stringify([local.failed(report!), local.lines])).not.toContain('SECRET');
  });

  test('counts by outputs, not by what jobs say: one that crashed at its end has done its work', async () => {
    make({ inputsPerJob: 2, toleratedPercent: 0 });
    local.put('a.csv', 'b.csv', 'c.csv');
    const done = local.program;
    local.program = (input) => {
      if (input.endsWith('b.csv')) {
        local.s3.objects.set('our-results/claims/scored/results/nightly/b.csv.out', { body: 'x' });
        return { exit: 1 };
      }
      return done(input);
    };
    expect((await local.start(RUN, 'one')).report).toBeUndefined();
    local.program = done;
    expect((await local.start(RUN, 'two')).report).toMatchObject({ outcome: 'DONE', inputs: 3 });
    expect(local.worked).toEqual({ one: ['a.csv', 'b.csv'], two: ['c.csv'] });
  });
});

describe('tolerance', () => {
  test.each([[20, 'SUCCEEDED'], [19, 'FAILED'], [0, 'FAILED']])('of %p %% with 2 of 10 inputs lost: %s', async (toleratedPercent, status) => {
    make({ inputsPerJob: 1, toleratedPercent });
    local.put(...Array.from({ length: 10 }, (_, number) => `${number}.csv`));
    local.program = (input) => /[89]\.csv$/.test(input) ? {} : { output: 'x' };
    const ended = await local.start(RUN, 'one');
    expect(ended.status).toBe(status);
    expect(Object.keys(local.outputs('nightly'))).toHaveLength(8);
    if (status === 'FAILED') {
      expect(ended).toMatchObject({ error: 'BatchInference.OverTolerance', cause: expect.stringMatching(/^2 of 10 inputs have no output/) });
    }
  });

  test('is over at the first failed job when there is none: the others are stopped or not begun, and say so', async () => {
    make({ inputsPerJob: 1, maxConcurrency: 2 });
    local.put('a.csv', 'b.csv', 'c.csv', 'd.csv');
    local.program = () => ({ exit: 1 });
    expect((await local.start(RUN, 'one')).error).toBe('BatchInference.OverTolerance');
    const manifest = 's3://our-results/claims/scored/runs/nightly/attempts/one/failed.jsonl';
    expect(local.failed({ failedManifest: manifest } as never).map(({ input, reason }) => [input.split('/').pop(), reason])).toEqual([
      ['a.csv', 'EXIT_1'], ['b.csv', 'STOPPED'], ['c.csv', 'NOT_STARTED'], ['d.csv', 'NOT_STARTED'],
    ]);
  });

  test('is judged and reported although the map never began', async () => {
    make();
    local.put('a.csv');
    local.mapTrouble = named('States.ItemReaderFailed', 'no such object');
    expect(await local.start(RUN, 'one')).toMatchObject({ status: 'FAILED', error: 'BatchInference.OverTolerance', cause: expect.stringContaining('1 of 1 inputs') });
    const [line] = local.failed({ failedManifest: 's3://our-results/claims/scored/runs/nightly/attempts/one/failed.jsonl' } as never);
    expect(line.reason).toBe('MAP_ENDED_EARLY');
    local.mapTrouble = undefined;
    expect((await local.start(RUN, 'two')).report?.outcome).toBe('DONE');
  });

  test('of a job that Batch did not take says so', async () => {
    make({ toleratedPercent: 50 });
    local.put('a.csv');
    local.submitTrouble = named('Batch.ClientException', 'Job queue is disabled');
    await local.start(RUN, 'one');
    expect(records(local).pop()).toMatchObject({ details: { reasons: ['NOT_SUBMITTED:1'] } });
  });
});

describe('another attempt at a run', () => {
  beforeEach(() => { make({ inputsPerJob: 2 }); local.put('a.csv', 'b.csv', 'c.csv', 'd.csv', 'e.csv'); });

  test('works on what has no output and on nothing else, and overwrites nothing', async () => {
    local.program = (input) => /[bd]\.csv$/.test(input) ? {} : { output: 'first' };
    await local.start(RUN, 'one');
    local.program = () => ({ output: 'second' });
    const { report } = await local.start(RUN, 'two');
    expect(local.worked.two).toEqual(['b.csv', 'd.csv']);
    expect(report).toMatchObject({ outcome: 'DONE', inputs: 5, done: 5 });
    expect(local.outputs('nightly')).toEqual({
      'a.csv.out': 'first', 'b.csv.out': 'second', 'c.csv.out': 'first', 'd.csv.out': 'second', 'e.csv.out': 'first',
    });
  });

  test('has the inputs of the first, whatever came meanwhile', async () => {
    local.program = () => ({});
    await local.start(RUN, 'one');
    local.put('f.csv');
    local.program = () => ({ output: 'x' });
    expect((await local.start(RUN, 'two')).report).toMatchObject({ inputs: 5, done: 5 });
  });

  test('after everything is done does nothing', async () => {
    await local.start(RUN, 'one');
    const before = local.outputs('nightly');
    expect((await local.start(RUN, 'two')).report?.outcome).toBe('DONE');
    expect(local.worked.two).toEqual([]);
    expect(local.outputs('nightly')).toEqual(before);
  });

  test('with another program is refused: outputs of one run are of one program', async () => {
    await local.start(RUN, 'one');
    local.settings = { ...local.settings, fingerprint: 'second' };
    const ended = await local.start(RUN, 'two');
    expect(ended).toMatchObject({ status: 'FAILED', error: 'BatchInference.RunRefused', cause: expect.stringContaining('begun with another image, model, command') });
    expect(records(local).pop()).toMatchObject({ action: 'inference.run.start', outcome: 'REFUSED' });
    expect((await local.start({ run: 'new' }, 'three')).status).toBe('SUCCEEDED');
  });

  test('with inputs of another bucket is refused: keys that are the same there are of other objects', async () => {
    await local.start(RUN, 'one');
    local.settings = { ...local.settings, inputBucket: 'moved-artifacts' };
    expect(await local.start(RUN, 'two')).toMatchObject({ status: 'FAILED', cause: expect.stringContaining('begun with inputs of another bucket') });
    expect(local.worked.two).toEqual([]);
  });

  test('that was begun before the bucket was written down goes on', async () => {
    local.program = (input) => (input.endsWith('a.csv') ? {} : { output: 'x' });
    await local.start(RUN, 'one');
    const [key, { body }] = [...local.s3.objects].find(([name]) => name.endsWith('/run.json'))!;
    local.s3.objects.set(key, { body: JSON.stringify({ ...JSON.parse(body) as object, inputBucket: undefined }) });
    local.program = () => ({ output: 'x' });
    expect((await local.start(RUN, 'two')).status).toBe('SUCCEEDED');
  });

  test('whatever fails in whatever attempt, ends with the same outputs as an undisturbed run', async () => {
    await fc.assert(fc.asyncProperty(
      fc.array(fc.record({ lost: fc.subarray(['a', 'b', 'c', 'd', 'e']), crash: fc.option(fc.constantFrom('a', 'b', 'c', 'd', 'e')) }), { maxLength: 4 }),
      async (attempts) => {
        local.s3.objects.clear();
        local.put('a.csv', 'b.csv', 'c.csv', 'd.csv', 'e.csv');
        for (const [number, { lost, crash }] of attempts.entries()) {
          local.program = (input) => {
            const [letter] = input.split('/').pop()!;
            return letter === crash ? { exit: 1 } : lost.includes(letter) ? {} : { output: input };
          };
          await local.start(RUN, `attempt-${number}`);
        }
        local.program = (input) => ({ output: input });
        const { report } = await local.start(RUN, 'last');
        expect(report).toMatchObject({ outcome: 'DONE', inputs: 5 });
        expect(Object.entries(local.outputs('nightly')).map(([name, body]) => body === `s3://our-artifacts/claims/in/${name.slice(0, -4)}`)).toEqual(Array(5).fill(true));
      },
    ), { numRuns: 25 });
  });

  test('of two first attempts at once, one decides what the run is', async () => {
    let other: Promise<unknown> | undefined;
    local.s3.before = (name, input) => {
      const { Key, IfNoneMatch } = input as { Key: string; IfNoneMatch?: string };
      if (name === 'PutObject' && IfNoneMatch === '*' && other === undefined) {
        expect(Key).toBe('claims/scored/runs/nightly/run.json');
        local.put('late.csv'); // the other one lists it, and is first to say what the run is
        other = local.start(RUN, 'other');
        return other;
      }
      return undefined;
    };
    expect((await local.start(RUN, 'one')).report).toMatchObject({ inputs: 6, done: 6 });
    expect(local.worked.one).toEqual([]);
  });
});

describe('a manifest', () => {
  beforeEach(() => { make(); local.put('a.csv', 'b.csv', 'c.csv'); });
  const put = (text: string, key = 'manifests/some.jsonl') => { local.s3.objects.set(`our-results/claims/scored/${key}`, { body: text }); };
  const start = async (manifest = 's3://our-results/claims/scored/manifests/some.jsonl') => local.start({ ...RUN, manifest }, 'one');

  test('names inputs, as addresses or as lines of JSON, each once', async () => {
    put('s3://our-artifacts/claims/in/a.csv\n\n{"input":"s3://our-artifacts/claims/in/c.csv","reason":"EXIT_1"}\ns3://our-artifacts/claims/in/a.csv\n');
    expect((await start()).report).toMatchObject({ inputs: 2, done: 2 });
    expect(local.worked.one).toEqual(['a.csv', 'c.csv']);
  });

  test('can be the list of failed inputs of another run', async () => {
    local.program = (input) => input.endsWith('b.csv') ? {} : { output: 'x' };
    await local.start({ run: 'first' }, 'zero');
    local.program = () => ({ output: 'y' });
    expect((await start('s3://our-results/claims/scored/runs/first/attempts/zero/failed.jsonl')).report).toMatchObject({ run: 'nightly', inputs: 1, done: 1 });
    expect(local.worked.one).toEqual(['b.csv']);
  });

  test.each<[string, string, string]>([
    ['an input outside of the input folder', 's3://our-artifacts/other/a.csv', 'line 1 of the manifest must name an object below s3://our-artifacts/claims/in/'],
    ['the folder itself', 's3://our-artifacts/claims/in/', 'line 1 of the manifest must name an object below'],
    ['another bucket', 's3://our-artifacts/claims/in/a.csv\ns3://secrets/claims/in/a.csv', 'line 2 of the manifest must name an object below'],
    ['JSON of another kind', '{"key":"a.csv"}', 'line 1 of the manifest is no JSON with a field "input"'],
    ['half a line', '{"input":"s3://', 'line 1 of the manifest is no JSON with a field "input"'],
    ['nothing', '\n', 'the run nightly has no input'],
  ])('with %s is refused', async (_, text, message) => {
    put(text);
    expect(await start()).toMatchObject({ status: 'FAILED', error: 'BatchInference.RunRefused', cause: expect.stringContaining(message) });
  });

  test.each([['s3://secrets/manifest'], ['s3://our-results/claims/other/manifest'], ['s3://our-results/claims/scored/results/x'], ['claims/scored/manifests/x']])(
    'at %s is refused, because nobody may make the planner read elsewhere', async (manifest) => {
      expect((await start(manifest)).cause).toContain('the manifest must lie below s3://our-results/claims/scored/manifests/ or s3://our-results/claims/scored/runs/');
    });

  test('that is not there is refused', async () => {
    expect((await start()).cause).toBe('there is no such manifest');
  });

  test('other than the one a run was begun with is refused', async () => {
    put('s3://our-artifacts/claims/in/a.csv');
    await start();
    put('s3://our-artifacts/claims/in/b.csv', 'manifests/other.jsonl');
    expect((await local.start({ ...RUN, manifest: 's3://our-results/claims/scored/manifests/other.jsonl' }, 'two')).cause).toContain('begun with other inputs than this manifest');
    expect((await local.start(RUN, 'three')).status).toBe('SUCCEEDED');
  });
});

test.each<[string, unknown, string]>([
  ['a run that is a path', { run: '../other' }, 'run: must be 1 to 80 letters, digits, _ . and -'],
  ['a run without a name', { run: '' }, 'run: must be 1 to 80'],
  ['a misspelt field', { runs: 'nightly' }, 'Unrecognized key'],
  ['something else', { run: 7 }, 'expected string'],
])('a start with %s is refused with a sentence', async (_, input, message) => {
  make();
  local.put('a.csv');
  const ended = await local.start(input as object, 'one');
  expect(ended).toMatchObject({ status: 'FAILED', error: 'BatchInference.RunRefused', cause: expect.stringContaining(message) });
  expect(ended.cause).toContain('give {"run": "…", "manifest": "s3://…"}');
});

test('a run over an empty folder is refused: success without an input would be a silent failure', async () => {
  make();
  expect((await local.start(RUN, 'one')).cause).toContain('the run nightly has no input: nothing lies below s3://our-artifacts/claims/in/');
});

test('an output whose key would be too long for S3 is refused before anything is paid for', async () => {
  make();
  local.put(`${'x'.repeat(1000)}.csv`);
  expect((await local.start(RUN, 'one')).cause).toBe('1 outputs would have keys above 1024 bytes: shorten the output prefix or the run\'s name');
});

test('S3 in trouble at the end: the report is tried again, and nothing is done twice', async () => {
  make();
  local.put('a.csv');
  let failures = 0;
  local.s3.before = (name, input) => {
    if (name === 'PutObject' && (input as { Key: string }).Key.endsWith('report.json') && failures < 2) {
      failures += 1;
      throw Object.assign(new Error('Please reduce your request rate.'), { name: 'SlowDown' });
    }
  };
  expect((await local.start(RUN, 'one')).report?.outcome).toBe('DONE');
  expect(local.worked.one).toEqual(['a.csv']);
});
