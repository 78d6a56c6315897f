import * as fc from 'fast-check';
import { PLANS, scene, survived } from './accidents';
import { ask, Execution } from './release-run';
import { awsError, SimulatedAccount } from './simulated-account';
import { releaseWriter } from '../../../../lib/serving/progressive/runtime/release-writer';

// each call before and after, and many more plans: crashes.sweep.ts
test.each([10, 40, 70, 100])('a release survives a crash around call %p', async (at) => {
  await survived({ sick: at > 60, silent: false, first: false, crashes: [{ at, done: true }, { at: at + 1, done: false }] });
});

test('whatever goes wrong together, a release ends, and everything is where the record says', async () => {
  await fc.assert(fc.asyncProperty(PLANS, async (plan) => { await survived(plan); }), { numRuns: 6 });
});

describe('two writers at once', () => {
  const task = (account: SimulatedAccount) => ({
    do: 'install', endpoint: 'fraud', releaseId: 'fraud.1', at: new Date(account.now).toISOString(),
  } as const);

  async function begun(): Promise<SimulatedAccount> {
    const account = await scene({ first: false, sick: false, silent: false });
    await ask(account, 'start', { body: { revision: 2 } });
    await expect(new Execution(account, 'fraud.1', () => Promise.reject(new Error('enough'))).run()).rejects.toThrow('enough');
    return account;
  }

  test('one of them has the endpoint, and the other stops before it does anything', async () => {
    const account = await begun();
    let other: unknown;
    account.before = async (call) => {
      if (call === 'DescribeEndpoint' && other === undefined) {
        other = 'asked';
        other = await releaseWriter(task(account), 'other', account.world('other')).catch((error: Error) => error.name);
      }
    };
    expect(await releaseWriter(task(account), 'one', account.world('one'))).toMatchObject({ next: 'STAGE' });
    expect(other).toBe('WriterBusy');
    expect(account.named('UpdateEndpoint')).toHaveLength(1);
  });

  test('a writer that slept over its lease makes no call after another took over', async () => {
    const account = await begun();
    let slept = false;
    account.before = async (call) => {
      if (call === 'DescribeEndpoint' && !slept) {
        slept = true;
        account.now += 61_000;
        const finished = await releaseWriter(task(account), 'other', account.world('other'));
        expect(finished).toMatchObject({ next: 'STAGE' });
        account.calls.length = 0;
        Object.assign(account.endpoints.get('fraud')!, { config: 'config-1' }); // what it saw is old, and so it wants to act
      }
    };
    await expect(releaseWriter(task(account), 'one', account.world('one'))).rejects.toThrow('another writer has endpoint fraud');
    expect(account.mutations()).toEqual([]);
  });

  test('a lease survives throttling of its table while it lasts', async () => {
    const account = await begun();
    let refused = 0;
    account.dynamodb.hooks = {
      before: ({ name }) => {
        if (name === 'PutItem' && refused++ % 3 !== 0) {
          throw awsError('ThrottlingException');
        }
      },
    };
    expect(await releaseWriter(task(account), 'one', account.world('one'))).toMatchObject({ next: 'STAGE' });
    expect(refused).toBeGreaterThan(3);
  });

  test('on the way back, one that finds another there comes again, as often as it takes', async () => {
    const account = await begun();
    account.dynamodb.plant('releases', { pk: 'ENDPOINT#fraud', sk: 'WRITER', fence: 7, owner: 'alarm', until: account.now + 60_000 });
    const back = { ...task(account), do: 'restore' } as const;
    expect(await releaseWriter(back, 'one', account.world())).toMatchObject({ next: 'WAIT', waitSeconds: 10 });
    expect((await account.head()).release!.latch).toMatchObject({ cause: 'step' });
    account.now += 60_000;
    expect(await releaseWriter(back, 'one', account.world())).toMatchObject({ next: 'TIDY' });
  });

  test('a lease whose answer was lost is had', async () => {
    const account = await begun();
    let writes = 0;
    account.dynamodb.hooks = {
      after: ({ name }) => {
        if (name === 'PutItem' && writes++ === 0) {
          throw awsError('TimeoutError');
        }
      },
    };
    expect(await releaseWriter(task(account), 'one', account.world('one'))).toMatchObject({ next: 'STAGE' });
    expect(account.dynamodb.items('releases').find(({ sk }) => sk === 'WRITER')).toMatchObject({ fence: 1 });
  });

  test('a lease that was not given back runs out', async () => {
    const account = await begun();
    account.dynamodb.plant('releases', { pk: 'ENDPOINT#fraud', sk: 'WRITER', fence: 7, owner: 'crashed', until: account.now + 60_000 });
    await expect(releaseWriter(task(account), 'one', account.world())).rejects.toMatchObject({ name: 'WriterBusy' });
    account.now += 60_000;
    expect(await releaseWriter(task(account), 'one', account.world())).toMatchObject({ next: 'STAGE' });
    expect(account.dynamodb.items('releases').find(({ sk }) => sk === 'WRITER')).toMatchObject({ fence: 8, until: 0 });
  });
});
