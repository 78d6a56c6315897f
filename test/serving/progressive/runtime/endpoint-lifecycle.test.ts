import { ask } from './release-run';
import { canary, PROFILE, serving, V1 } from './releases';
import { awsError, SimulatedAccount } from './simulated-account';
import { CloudFormationRequest } from '../../../../lib/core/runtime/cloudformation-request';
import { endpointLifecycle } from '../../../../lib/serving/progressive/runtime/endpoint-lifecycle';
import { releasedPrefix } from '../../../../lib/serving/progressive/runtime/names';
import { ReleaseStore } from '../../../../lib/serving/progressive/runtime/release-store';
import { HOUR, SimulatedSageMaker } from '../../guarded/runtime/simulated-sagemaker';

let account: SimulatedAccount;
beforeEach(() => { account = new SimulatedAccount(); });

function asked(
  RequestType: CloudFormationRequest['RequestType'], own: object = {}, former: object = {}, world = account.world(),
  { signal } = new AbortController(),
) {
  const properties = { EndpointName: 'fraud', Profile: JSON.stringify(PROFILE), OnDelete: 'refuse' };
  const request: CloudFormationRequest = {
    RequestType,
    RequestId: 'request-1',
    StackId: 'arn:aws:cloudformation:eu-west-1:111122223333:stack/serving/1',
    LogicalResourceId: 'Fraud',
    ResourceProperties: { ...properties, ...own },
    OldResourceProperties: { ...properties, ...former },
  };
  return endpointLifecycle(request, signal, world);
}

const profile = async () => (await new ReleaseStore(account.world()).load('fraud')).profile;

describe('a creation', () => {
  test('stores the profile, and records that there is no endpoint', async () => {
    expect((await asked('Create')).status).toBe('SUCCESS');
    expect(await profile()).toEqual(PROFILE);
    expect((await account.head()).stable).toBeUndefined();
    expect(account.chain()).toEqual(['adopt']);
  });

  test('adopts an endpoint that is there, under the name that its variant has', async () => {
    account.serve('their-config', 'their-model', 'AllTraffic');
    expect((await asked('Create')).status).toBe('SUCCESS');
    expect((await account.head()).stable).toEqual({
      configName: 'their-config', modelName: 'their-model', variant: 'AllTraffic', instanceCount: 2, instanceType: 'ml.m5.large',
    });
    expect(account.mutations()).toEqual([]);
    expect((await ask(account, 'start', { body: { revision: 2 } })).status).toBe(202);
  });

  test('that comes again changes nothing more, and what was known of the same configuration stays', async () => {
    account.serve().plant(serving());
    await asked('Create');
    await asked('Create');
    expect(await account.head()).toMatchObject({ rev: 1, stable: V1 });
  });

  test.each([
    ['moves', () => Object.assign(account.serve().endpoints.get('fraud')!, { status: 'Updating' }), 'deploy again when it is InService'],
    ['has two variants', () => {
      const config = account.serve().configs.get('config-1')!;
      account.configs.set('config-1', { variants: [...config.variants, { ...config.variants[0]!, VariantName: 'Other' }] });
    }, 'exactly one variant'],
  ])('fails when the endpoint %s, and the deletion that follows does not', async (_name, scene, reason) => {
    scene();
    const { status, reason: said } = await asked('Create');
    expect(status).toBe('FAILED');
    expect(said).toContain(reason);
    expect((await asked('Delete')).status).toBe('SUCCESS');
    expect(account.endpoints.size).toBe(1);
  });

  test.each([['no JSON', '{'], ['no plan', JSON.stringify({ ...PROFILE, plan: undefined })], ['a plan without stages', JSON.stringify({ ...PROFILE, plan: { ...PROFILE.plan, stages: [] } })]])(
    'throws for a profile that has %s', async (_name, Profile) => {
      await expect(asked('Create', { Profile })).rejects.toThrow('the serving profile is malformed');
    });
});

describe('an update', () => {
  test('stores a profile that a live release does not see', async () => {
    account.serve().plant(canary());
    await asked('Update', { Profile: JSON.stringify({ ...PROFILE, instanceCount: 5 }) });
    expect((await profile())!.instanceCount).toBe(5);
    expect((await account.head()).release!.profile.instanceCount).toBe(2);
  });

  test('adopts nothing: what came to that name later was no business of the stack', async () => {
    await asked('Create');
    account.serve('theirs', 'their-model');
    await asked('Update', { Profile: JSON.stringify({ ...PROFILE, instanceCount: 5 }) });
    expect((await account.head()).stable).toBeUndefined();
  });

  test('cannot give an endpoint another name', async () => {
    expect((await asked('Update', {}, { EndpointName: 'other' })).status).toBe('FAILED');
    expect((await asked('Update', { Profile: JSON.stringify({ ...PROFILE, endpointName: 'other' }) })).status).toBe('FAILED');
  });
});

describe('a deletion', () => {
  beforeEach(async () => {
    account.serve().plant(serving());
    await account.deploy();
  });

  test('is refused while the endpoint is there', async () => {
    expect(await asked('Delete')).toMatchObject({ status: 'FAILED', reason: expect.stringContaining('Endpoint fraud still exists') });
    expect(account.mutations()).toEqual([]);
    expect(await profile()).toBeDefined();
  });

  test.each(['refuse', 'delete'])('leaves alone an endpoint that was adopted and that no release has touched (%s)', async (OnDelete) => {
    account = new SimulatedAccount().serve();
    expect((await asked('Create', { OnDelete })).status).toBe('SUCCESS');
    expect(await asked('Delete', { OnDelete })).toMatchObject({ status: 'SUCCESS', reason: expect.stringContaining('it stays') });
    expect([account.mutations(), account.weights(), await profile()]).toEqual([[], { Stable: 1 }, undefined]);
  });

  test('is refused while a release is live, whatever was said', async () => {
    account.plant(canary());
    expect(await asked('Delete', { OnDelete: 'delete' })).toMatchObject({ status: 'FAILED', reason: expect.stringContaining('fraud.1') });
    expect(account.endpoints.size).toBe(1);
  });

  test('takes the endpoint with it when that was said, and waits for it', async () => {
    Object.assign(account.endpoints.get('fraud')!, { status: 'Updating', until: account.now + 25_000 });
    expect((await asked('Delete', { OnDelete: 'delete' })).status).toBe('SUCCESS');
    expect(account.endpoints.size).toBe(0);
    expect(await profile()).toBeUndefined();
    expect((await ask(account, 'start', { body: { revision: 2 } })).view.code).toBe('NOT_FOUND');
    expect((await ask(account, 'history')).status).toBe(200); // what happened stays
  });

  test('that has no time left says so, and knows the endpoint still when it is asked again', async () => {
    Object.assign(account.endpoints.get('fraud')!, { status: 'Updating', until: account.now + 3_600_000 });
    const time = new AbortController();
    account.before = (call) => {
      if (call === 'DeleteEndpoint') {
        time.abort();
      }
    };
    const first = await asked('Delete', { OnDelete: 'delete' }, {}, account.world(), time);
    expect(first).toMatchObject({ status: 'FAILED', reason: expect.stringContaining('Endpoint fraud is still there') });
    expect([await profile(), (await account.head()).stable]).toEqual([PROFILE, V1]);
    account.now += 3_600_000;
    expect((await asked('Delete', { OnDelete: 'delete' })).status).toBe('SUCCESS');
    expect(account.endpoints.size).toBe(0);
  });

  test('takes with the endpoint what releases made, after it was written down that nothing serves', async () => {
    const [prefix, sagemaker] = [releasedPrefix('fraud'), new SimulatedSageMaker()];
    sagemaker.now = account.now - 72 * HOUR;
    sagemaker.model(`${prefix}1-v2`, 'fraud').config(`${prefix}1-finish`, [`${prefix}1-v2`], 'fraud').model('model-1').config('config-1', ['model-1']);
    const known: unknown[] = [];
    sagemaker.before = async (call) => {
      if (call.startsWith('Delete')) {
        known.push((await account.head()).stable);
      }
    };
    const world = { ...account.world(), sagemaker: sagemaker.client(), acting: sagemaker.client() };
    expect((await asked('Delete', { OnDelete: 'delete' }, {}, world)).status).toBe('SUCCESS');
    expect(known).toEqual([undefined, undefined]);
    expect([[...sagemaker.configs.keys()], [...sagemaker.models.keys()]]).toEqual([['config-1'], ['model-1']]);
    expect(account.chain().at(-1)).toBe('adopt');
  });

  test('goes through though SageMaker lets nothing be deleted that releases made', async () => {
    account.endpoints.clear();
    account.before = (call) => {
      if (call === 'ListEndpoints') {
        throw awsError('AccessDeniedException');
      }
    };
    expect((await asked('Delete', { OnDelete: 'delete' })).status).toBe('SUCCESS');
    expect(account.lines.join('')).toContain('Pruning stopped: AccessDeniedException');
  });

  test('succeeds when the endpoint is gone', async () => {
    account.endpoints.clear();
    expect((await asked('Delete')).status).toBe('SUCCESS');
    expect((await asked('Delete')).status).toBe('SUCCESS');
  });
});
