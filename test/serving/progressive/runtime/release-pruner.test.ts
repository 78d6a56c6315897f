import * as fc from 'fast-check';
import { after, canary, happening, MINUTE, serving, START, starting, tick, V1 } from './releases';
import { awsError, SimulatedAccount } from './simulated-account';
import { releasedPrefix } from '../../../../lib/serving/progressive/runtime/names';
import { releasePruner } from '../../../../lib/serving/progressive/runtime/release-pruner';
import { Head, Serving } from '../../../../lib/serving/progressive/runtime/release-state';
import { HOUR, SimulatedSageMaker } from '../../guarded/runtime/simulated-sagemaker';

const R = releasedPrefix('fraud');
const DELETIONS = ['DeleteEndpointConfig', 'DeleteModel'];

interface Scene { readonly sagemaker: SimulatedSageMaker; readonly account: SimulatedAccount; readonly head: Head }

/** The head after so many releases that went through. */
function released(times: number): Head {
  return Array.from({ length: times }).reduce<Head>((now) => {
    const watching = after(canary(now), tick(5), tick(10), happening({ kind: 'confirm' }, START + 11 * MINUTE));
    const finished = after(watching, tick(16), happening({ kind: 'confirm' }, START + 20 * MINUTE));
    return after(finished, happening({ kind: 'close' }, START + 21 * MINUTE));
  }, serving());
}

/** What the installation of a release makes; and its end. */
function install(sagemaker: SimulatedSageMaker, number: number, stableModel: string): void {
  sagemaker.model(`${R}${number}-v2`, 'fraud').config(`${R}${number}-install`, [stableModel, `${R}${number}-v2`], 'fraud');
}

/** An adopted endpoint a minute after the last of four releases, two days apart; and another endpoint beside it. */
function fourReleases(head = released(4)): Scene {
  const sagemaker = new SimulatedSageMaker().model(V1.modelName).config(V1.configName, [V1.modelName]);
  [1, 2, 3, 4].forEach((number) => {
    sagemaker.now += 47 * HOUR;
    install(sagemaker, number, number === 1 ? V1.modelName : `${R}${number - 1}-v2`);
    sagemaker.now += HOUR;
    sagemaker.config(`${R}${number}-finish`, [`${R}${number}-v2`], 'fraud');
  });
  sagemaker.create('fraud', `${R}4-finish`);
  sagemaker.model('x-r1-v1', 'x').config('x-r1-finish', ['x-r1-v1'], 'x').create('x', 'x-r1-finish');
  sagemaker.now += MINUTE;
  const account = new SimulatedAccount();
  account.plant(head);
  return { sagemaker, account, head };
}

function prune({ sagemaker, account }: Scene, releaseId = 'fraud.4'): Promise<void> {
  const world = { ...account.world(), sagemaker: sagemaker.client(), acting: sagemaker.client() };
  return releasePruner({ do: 'prune', endpoint: 'fraud', releaseId, at: new Date(sagemaker.now).toISOString() }, 'request', world);
}

const names = (all: ReadonlyMap<string, unknown>) =>
  [...all.keys()].filter((name) => name.startsWith(R)).map((name) => name.slice(R.length));
const left = ({ sagemaker }: Scene) => [...names(sagemaker.configs), ...names(sagemaker.models)];
const EVERYTHING = left(fourReleases());
const LEFT = ['3-finish', '4-install', '4-finish', '3-v2', '4-v2'];

/** The last record, and the last count of failures. */
function told({ account }: Scene) {
  const lines = account.lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  const { outcome, reason, details } = lines.filter((line) => line.action === 'endpoint.configs.prune').at(-1) ?? {};
  return { outcome, reason, details, notPruned: lines.filter((line) => 'ReleasesNotPruned' in line).at(-1)?.ReleasesNotPruned };
}

/** I5, whatever is called: what is known to be healthy is there, and so is what endpoints serve. */
function watch({ sagemaker }: Scene, healthy: () => readonly (Serving | undefined)[]): string[] {
  const broken: string[] = [];
  sagemaker.after = () => {
    broken.push(...sagemaker.missing());
    healthy().forEach((one) => {
      if (one !== undefined) {
        broken.push(...sagemaker.missingOf(one.configName), ...sagemaker.models.has(one.modelName) ? [] : [`${one.modelName} is gone`]);
      }
    });
  };
  return broken;
}

test('after a release, what earlier ones made goes, and what serves, what it went back to and strangers stay', async () => {
  const scene = fourReleases();
  await prune(scene);
  expect(left(scene)).toEqual(LEFT);
  expect([...scene.sagemaker.configs.keys()]).toEqual(expect.arrayContaining([V1.configName, 'x-r1-finish']));
  expect([...scene.sagemaker.models.keys()]).toEqual(expect.arrayContaining([V1.modelName, 'x-r1-v1']));
  expect(told(scene)).toEqual({
    outcome: 'PRUNED',
    reason: 'Deleted 5 configurations and 2 models.',
    notPruned: 0,
    details: {
      release: 'fraud.4',
      deletedConfigs: ['1-install', '1-finish', '2-install', '2-finish', '3-install'].map((name) => `${R}${name}`),
      deletedModels: [`${R}1-v2`, `${R}2-v2`],
    },
  });
});

test('the second time there is nothing to do', async () => {
  const scene = fourReleases();
  await prune(scene);
  await prune(scene);
  expect(told(scene)).toMatchObject({ outcome: 'NOTHING_TO_PRUNE', notPruned: 0 });
  expect(left(scene)).toEqual(LEFT);
});

test('what was replaced less than a day ago stays until a later end', async () => {
  const scene = fourReleases();
  const { configs, now } = scene.sagemaker;
  configs.set(`${R}3-finish`, { ...configs.get(`${R}3-finish`)!, createdAt: now - 24 * HOUR + 1 });
  await prune(scene);
  expect(left(scene)).toContain('3-install');
  scene.sagemaker.now += 1;
  await prune(scene);
  expect(left(scene)).toEqual(LEFT);
});

test.each<[string, string, (scene: Scene) => void]>([
  ['that another endpoint serves', '1-finish', ({ sagemaker }) => sagemaker.create('by-hand', `${R}1-finish`)],
  ['that another endpoint moves to', '2-finish', ({ sagemaker }) => sagemaker.update('x', `${R}2-finish`)],
  ['with the tag of somebody else', '2-install', ({ sagemaker }) => sagemaker.config(`${R}2-install`, [`${R}2-v2`], 'somebody')],
])('a configuration %s stays, with its models', async (_, name, happen) => {
  const scene = fourReleases();
  happen(scene);
  await prune(scene);
  expect(left(scene)).toEqual(expect.arrayContaining([...LEFT, name]));
  expect(scene.sagemaker.missingOf(`${R}${name}`)).toEqual([]);
});

test.each<[string, (scene: Scene) => void, string]>([
  ['moves', ({ sagemaker }) => sagemaker.update('fraud', `${R}1-finish`), 'the endpoint is Updating'],
  ['is gone', ({ sagemaker }) => sagemaker.endpoints.delete('fraud'), 'the endpoint is gone'],
  ['failed', ({ sagemaker }) => { sagemaker.endpoints.get('fraud')!.status = 'Failed'; }, 'the endpoint is Failed'],
])('while the endpoint %s all stays, and it is counted', async (_, happen, reason) => {
  const scene = fourReleases();
  happen(scene);
  await prune(scene);
  expect(left(scene)).toEqual(EVERYTHING);
  expect(told(scene)).toMatchObject({ outcome: 'POSTPONED', reason: expect.stringContaining(reason), notPruned: 1 });
});

test.each<[string, Head, string]>([
  ['is live again', after(released(4), starting()), 'fraud.4'],
  ['was halted', after(canary(released(3)), happening({ kind: 'halt', reason: 'stuck' })), 'fraud.4'],
  ['is another one', released(4), 'fraud.3'],
])('when the release %s nothing is looked at', async (_, head, releaseId) => {
  const scene = fourReleases(head);
  await prune(scene, releaseId);
  expect(scene.sagemaker.calls).toEqual([]);
});

test('a failure is no error of the execution: it is logged, recorded and counted, and the next run ends the work', async () => {
  const scene = fourReleases();
  scene.sagemaker.before = (call) => {
    if (call === 'DeleteModel') {
      throw awsError('AccessDeniedException', 'no');
    }
  };
  await prune(scene);
  expect(told(scene)).toMatchObject({
    outcome: 'FAILED', reason: expect.stringContaining('AccessDeniedException: no. Deleted 5 configurations and 0 models.'), notPruned: 1,
  });
  expect(scene.account.logged).toContain('earlier configurations and models stay for now');
  scene.sagemaker.before = () => undefined;
  await prune(scene);
  expect(left(scene)).toEqual(LEFT);
});

test('every deletion follows a look at every endpoint, its own last', async () => {
  const scene = fourReleases();
  await prune(scene);
  const { calls } = scene.sagemaker;
  const places = calls.flatMap((call, place) => (DELETIONS.includes(call) ? [place] : []));
  expect(places).toHaveLength(7);
  places.forEach((place) => { expect(calls.slice(place - 3, place)).toEqual(['ListEndpoints', 'DescribeEndpoint', 'DescribeEndpoint']); });
});

test.each(['before', 'after'] as const)('a crash %s any call loses nothing that is healthy, and the next run ends the work', async (side) => {
  const whole = fourReleases();
  await prune(whole);
  for (let point = 1; point <= whole.sagemaker.calls.length; point++) {
    const scene = fourReleases();
    const { stable, release } = scene.head;
    const broken = watch(scene, () => [stable, release!.previous]);
    const looks = scene.sagemaker.after;
    const crash = () => {
      if (scene.sagemaker.calls.length === point) {
        throw new Error('the function ended here');
      }
    };
    Object.assign(scene.sagemaker, side === 'before' ? { before: crash } : { after: (call: string) => { void looks(call); crash(); } });
    await prune(scene);
    expect({ point, told: told(scene).outcome }).toEqual({ point, told: 'FAILED' });
    Object.assign(scene.sagemaker, { before: () => undefined, after: looks });
    await prune(scene);
    expect({ point, broken, left: left(scene) }).toEqual({ point, broken: [], left: LEFT });
  }
});

test('in any order of calls with the next release, which goes through or back, nothing that it turns to is gone', async () => {
  await fc.assert(fc.asyncProperty(fc.scheduler(), fc.boolean(), async (scheduler, back) => {
    const scene = fourReleases();
    const { sagemaker, account, head } = scene;
    const { stable } = head;
    const broken = watch(scene, () => [stable]);
    sagemaker.before = async () => { await scheduler.schedule(Promise.resolve()); };
    const step = () => scheduler.schedule(Promise.resolve());
    const next = async () => {
      await step();
      account.plant(after(head, starting()));
      await step();
      install(sagemaker, 5, stable!.modelName);
      await step();
      sagemaker.update('fraud', `${R}5-install`);
      await step();
      sagemaker.settle('fraud');
      await step();
      sagemaker.config(`${R}5-finish`, [`${R}5-v2`], 'fraud');
      sagemaker.update('fraud', back ? stable!.configName : `${R}5-finish`);
      await step();
      sagemaker.settle('fraud');
    };
    // Step Functions runs a task twice at times
    await scheduler.waitFor(Promise.all([prune(scene), prune(scene), next()]));
    expect([...broken, ...sagemaker.missing()]).toEqual([]);
    expect(left(scene)).toEqual(expect.arrayContaining([...LEFT, '5-install', '5-finish', '5-v2']));
  }), { numRuns: Number(process.env.PRUNE_RUNS ?? 60) });
});

test('the watch sees when what is healthy goes', async () => {
  const scene = fourReleases();
  const broken = watch(scene, () => [scene.head.stable]);
  await scene.sagemaker.api().deleteConfig(`${R}4-finish`);
  expect(broken).toEqual([`fraud lost ${R}4-finish`, `fraud lost ${R}4-finish`, `${R}4-finish is gone`]);
});
