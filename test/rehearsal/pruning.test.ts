import { rehearsalOf } from './rehearsed';
import { SageMaker } from '../../rehearsal/aws/sagemaker';
import { VirtualClock } from '../../rehearsal/clock';
import { Invariants } from '../../rehearsal/invariants';
import { Random } from '../../rehearsal/random';
import { RehearsalResult } from '../../rehearsal/result';
import { Act, CallFault, Scenario } from '../../rehearsal/scenario';
import { Switches, USUAL_SWITCHES } from '../../rehearsal/switches';

const DAY = 24 * 60;
const rehearsal = rehearsalOf();
/** Three releases, each a day and a bit after the one before: what the first one made is old enough when the third has ended. */
const RELEASES: readonly Act[] = [0, 1, 2].map((place) => ({ atMinutes: 5 + place * (DAY + 90), do: 'start', revision: 2 + place }));
const LEFT = ['2-finish', '2-v3', '3-finish', '3-install', '3-v4'];
const played = (scenario: Scenario) => rehearsal.run({ revisions: 4, acts: RELEASES, atMostMinutes: 3 * DAY, ...scenario });

const deletions = ({ calls }: RehearsalResult) => calls.filter(({ service, operation }) => service === 'sagemaker' && operation.startsWith('Delete'));
const left = ({ configs, models }: Pick<RehearsalResult, 'configs' | 'models'>) =>
  [...configs, ...models].filter((name) => name !== 'churn-before').map((name) => name.replace(/^churn-[0-9a-f]{10}-r/, '')).sort();

test('after three releases, what the first one made is gone, and the way back of the third stays', async () => {
  const result = await played({});
  expect(result.outcome).toBe('SUCCEEDED');
  expect(deletions(result).map(({ function: by, error }) => ({ by, error }))).toEqual(Array(4).fill({ by: 'release-pruner', error: undefined }));
  expect(left(result)).toEqual(LEFT);
});

/** Crashes and refusals around the calls of the pruner, and releases that end this way or that. */
function troubled(seed: number): Scenario {
  const random = new Random(seed);
  const calls: CallFault[] = Array.from({ length: 3 }, () => ({
    do: random.of(['crash-before', 'crash-after', 'lose-answer', 'throttle', 'unavailable', 'deny']),
    function: 'release-pruner',
    ...random.of([{ operation: 'DeleteEndpointConfig' }, { operation: 'DeleteModel' }, {}]),
    nth: random.between(1, 6),
    times: random.between(1, 2),
  }));
  const between: Act[] = random.of([[], [{ atMinutes: DAY + 110, do: 'abort' }], [{ atMinutes: DAY + 400, do: 'rollback' }]]);
  return { seed, calls, acts: [...RELEASES, ...between], switches: { configInUse: random.of(['refused', 'deleted']), pendingConfigShown: random.of(['old', 'new']) } };
}

test.each(Array.from({ length: Number(process.env.PRUNE_REHEARSALS ?? 2) }, (_, place) => place + 1))(
  'whatever goes wrong with the pruner, I5 holds after each call, and releases end as they would have (seed %i)', async (seed) => {
    const result = await played(troubled(seed));
    const aborted = result.answers.some(({ do: act, status }) => act === 'abort' && status < 300);
    expect(result.releases.map(({ outcome }) => outcome).filter((outcome) => outcome !== 'SUCCEEDED')).toEqual(aborted ? ['ABORTED'] : []);
    expect(result.configs).toContain(result.weights.at(-1)!.config);
  });

describe('the simulated SageMaker', () => {
  function hosting(switches: Partial<Switches> = {}) {
    const clock = new VirtualClock(0);
    const pace = { createSeconds: 0, updateSeconds: 0, weightSeconds: 0, deleteSeconds: 0 };
    const sagemaker = new SageMaker(clock, { account: '111122223333', region: 'eu-west-1' }, pace, { ...USUAL_SWITCHES, ...switches });
    sagemaker.act('CreateModel', { ModelName: 'M', PrimaryContainer: { Image: 'i' }, Tags: [{ Key: 'k', Value: 'v' }] });
    for (const EndpointConfigName of ['C1', 'C2']) {
      sagemaker.act('CreateEndpointConfig', { EndpointConfigName, ProductionVariants: [{ VariantName: 'Stable', ModelName: 'M' }] });
    }
    sagemaker.act('CreateEndpoint', { EndpointName: 'e', EndpointConfigName: 'C1' });
    const invariants = new Invariants(sagemaker, () => new Map(), () => '0', 'audit');
    sagemaker.onDelete = () => { invariants.inUseExists(); };
    return { sagemaker, invariants };
  }

  test('whether a configuration in use can be deleted is a switch, and I5 sees that it was', () => {
    const refusing = hosting({ configInUse: 'refused' });
    expect(() => refusing.sagemaker.act('DeleteEndpointConfig', { EndpointConfigName: 'C1' })).toThrow('endpoint e uses it');
    refusing.sagemaker.act('DeleteEndpointConfig', { EndpointConfigName: 'C2' });
    expect(refusing.invariants.broken).toEqual([]);
    const { sagemaker, invariants } = hosting();
    sagemaker.act('DeleteEndpointConfig', { EndpointConfigName: 'C1' });
    expect(invariants.broken).toEqual(['I5 at minute 0: C1, which e uses, is gone']);
  });

  test('I5 sees that a model of what serves was deleted', () => {
    const { sagemaker, invariants } = hosting();
    sagemaker.act('DeleteModel', { ModelName: 'M' });
    expect(invariants.broken).toEqual(['I5 at minute 0: M, which e uses, is gone']);
  });

  test('lists by name, a page at a time, and knows tags by an ARN in lower case', () => {
    const { sagemaker } = hosting();
    expect(sagemaker.act('ListEndpointConfigs', { NameContains: 'c', MaxResults: 1 })).toMatchObject({ EndpointConfigs: [{ EndpointConfigName: 'C1' }], NextToken: '1' });
    expect(sagemaker.act('ListEndpointConfigs', { NextToken: '1', MaxResults: 1 })).toEqual({ EndpointConfigs: [expect.objectContaining({ EndpointConfigName: 'C2' })] });
    expect(sagemaker.act('ListEndpoints', {})).toMatchObject({ Endpoints: [{ EndpointName: 'e', EndpointStatus: 'Creating' }] });
    const { Models: [{ ModelArn }] } = sagemaker.act('ListModels', {}) as { Models: { ModelArn: string }[] };
    expect(sagemaker.act('ListTags', { ResourceArn: ModelArn })).toEqual({ Tags: [{ Key: 'k', Value: 'v' }] });
  });
});
