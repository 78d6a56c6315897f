import { Execution, ask } from './release-run';
import { BOB, MINUTE, serving, START, V1 } from './releases';
import { awsError, SimulatedAccount } from './simulated-account';
import { releaseClerk } from '../../../../lib/serving/progressive/runtime/release-clerk';
import { releaseWriter } from '../../../../lib/serving/progressive/runtime/release-writer';

let account: SimulatedAccount;

beforeEach(async () => {
  account = new SimulatedAccount().serve();
  await account.deploy();
  account.plant(serving());
});

async function started(revision = 2): Promise<Execution> {
  const { status, view } = await ask(account, 'start', { body: { revision } });
  expect({ status, detail: view.detail }).toEqual({ status: 202, detail: undefined });
  return new Execution(account, (view.release as { releaseId: string }).releaseId);
}

/** The same, with something that happens before a step of the state machine. */
async function disturbed(when: string, disturb: () => unknown, revision = 2): Promise<Execution> {
  const plain = await started(revision);
  let done = false;
  return new Execution(account, plain.last.releaseId, async ({ next }) => {
    if (!done && next === when) {
      done = true;
      await disturb();
    }
  });
}

const alarm = (time = account.now) => releaseWriter(
  { do: 'alarm', alarmName: 'fraud-errors', state: 'ALARM', at: new Date(time).toISOString() }, 'event-1', account.world('alarm'));

test('a healthy release ends with its version alone in the slot of stable, in production, and held by nobody', async () => {
  const execution = await started();
  expect(await execution.run()).toMatchObject({ next: 'NOTHING', outcome: 'SUCCEEDED' });
  expect(execution.steps).toEqual([
    'begin:INSTALL', 'install:STAGE', 'shift:BAKE', 'judge:BAKE', 'judge:STAGE', 'shift:BAKE', 'judge:BAKE', 'judge:FINISH', 'finish:CLOSE', 'close:NOTHING',
  ]);
  expect(account.weights()).toEqual({ Stable: 100 });
  const head = await account.head();
  expect(head).toMatchObject({ failuresInARow: 0, stable: { revision: 2, configName: account.endpoints.get('fraud')!.config }, told: head.auditSequence });
  expect(account.production).toEqual([2, 1]);
  expect(account.holds).toEqual([]);
  expect(account.configs.has('config-1')).toBe(true);
  expect(account.named('Publish')).toEqual([]);
  expect(account.chain()).toEqual([
    'start', 'begin', 'issue', 'see', 'confirm', 'issue', 'confirm', 'judge', 'judge', 'issue', 'confirm', 'judge', 'judge', 'issue', 'see', 'confirm', 'close',
  ]);
});

test('what is made carries the tags and says everything that the profile says', async () => {
  await (await started()).run();
  const Tags = [{ Key: 'team', Value: 'risk' }, { Key: 'cdk-ml-platform:endpoint', Value: 'fraud' }];
  expect(account.named('CreateModel')[0]).toMatchObject({
    Tags,
    EnableNetworkIsolation: true,
    ExecutionRoleArn: 'arn:aws:iam::111122223333:role/fraud',
    VpcConfig: { Subnets: ['subnet-1', 'subnet-2'], SecurityGroupIds: ['sg-1'] },
    PrimaryContainer: { Environment: { MODE: 'fast' } },
  });
  expect(account.named('CreateEndpointConfig')[0]).toMatchObject({
    Tags, ProductionVariants: [{ VariantName: 'Stable', ModelName: 'model-1', InitialVariantWeight: 100 }, { VariantName: 'Candidate', InitialVariantWeight: 0 }],
  });
  expect(account.named('UpdateEndpoint')[0]).toMatchObject({ RetainAllVariantProperties: false });
});

test('everybody on the bus hears of every change', async () => {
  await (await started()).run();
  const told = account.named('PutEvents').flatMap(({ Entries }) => Entries as unknown as { Detail: string }[]).map(({ Detail }) => (JSON.parse(Detail) as { sequence: number }).sequence);
  const rows = account.dynamodb.items('audit').length;
  expect(new Set(told)).toEqual(new Set(Array.from({ length: rows }, (_none, place) => place + 2)));
});

test('a bus that cannot be reached holds nothing up, and hears it later', async () => {
  account.before = (call) => {
    if (call === 'PutEvents') {
      throw awsError('InternalFailure', 'down', 500);
    }
  };
  await (await started()).run();
  expect(await account.head()).toMatchObject({ told: 1, release: { outcome: 'SUCCEEDED' } });
  account.before = () => undefined;
  await ask(account, 'rollback');
  const head = await account.head();
  expect(head.told).toBe(head.auditSequence);
});

test('a candidate that fails is taken back, and the one before serves', async () => {
  account.traffic = (slot) => slot === 'Candidate' ? { requests: 100, errors: 3 } : { requests: 900, errors: 0 };
  const execution = await started();
  expect(await execution.run()).toMatchObject({ outcome: 'ROLLED_BACK' });
  expect(account.endpoints.get('fraud')!.config).toBe('config-1');
  expect(await account.head()).toMatchObject({ failuresInARow: 1, stable: V1, release: { latch: { cause: 'verdict' } } });
  expect(account.production).toEqual([1]);
  expect(account.holds).toEqual([]);
  expect(account.named('Publish')).toMatchObject([{
    TopicArn: 'arn:aws:sns:eu-west-1:111122223333:releases', Subject: 'fraud: was rolled back', Message: expect.stringContaining('Read docs/runbook.md.'),
  }]);
});

test('an update that SageMaker silently undoes is a rollback', async () => {
  account.updatesFail = true;
  expect(await (await started()).run()).toMatchObject({ outcome: 'ROLLED_BACK' });
  expect(account.named('UpdateEndpoint').map(({ EndpointConfigName }) => String(EndpointConfigName))).toEqual([expect.stringMatching(/-install$/)]);
  expect(await account.head()).toMatchObject({ release: { reason: expect.stringContaining('went back') } });
  expect(account.weights()).toEqual({ Stable: 1 });
});

test('short capacity takes the release back, and stable is not touched', async () => {
  account.before = (call) => {
    if (call === 'UpdateEndpoint') {
      throw awsError('ResourceLimitExceeded', 'The account-level service limit is 2.');
    }
  };
  expect(await (await started()).run()).toMatchObject({ outcome: 'ROLLED_BACK' });
  expect(account.endpoints.get('fraud')).toMatchObject({ config: 'config-1', status: 'InService' });
});

test('an error that nobody planned for takes the way back, and people hear of a way back that is closed', async () => {
  account.before = (call) => {
    if (/^Update/.test(call)) {
      throw awsError('AccessDeniedException');
    }
  };
  const execution = await disturbed('STAGE', () => undefined);
  expect(await execution.run()).toMatchObject({ outcome: 'ROLLED_BACK' }); // nothing was changed, so everything is where it was
  expect(execution.steps).toContain('install!AccessDeniedException');

  account.before = () => undefined;
  const other = await disturbed('BAKE', () => {
    account.before = (call) => {
      if (/^Update/.test(call)) {
        throw awsError('AccessDeniedException');
      }
    };
    return alarm().catch(() => undefined);
  });
  expect(await other.run()).toMatchObject({ outcome: 'HALTED' });
  expect(await account.head()).toMatchObject({ failuresInARow: 2, release: { state: 'HALTED' } });
  expect(account.named('Publish')).toHaveLength(2);
});

test('a way back that SageMaker closes in several lines is told all the same', async () => {
  const execution = await disturbed('TIDY', () => {
    account.before = (call) => {
      if (call === 'UpdateEndpoint') {
        throw awsError('ValidationException', 'Could not assume the role:\nlook at its trust.');
      }
    };
  });
  account.traffic = (slot) => slot === 'Candidate' ? { requests: 100, errors: 3 } : { requests: 900, errors: 0 };
  expect(await execution.run()).toMatchObject({ outcome: 'ROLLED_BACK' });
  expect(execution.steps.filter((step) => step.includes('!'))).toEqual([]);
  expect(account.named('Publish').map(({ Message }) => String(Message))).toEqual([
    expect.stringContaining('look at its trust'), expect.stringContaining('was rolled back'),
  ]);
});

test('an alarm takes requests back at once, within the invocation', async () => {
  let weights: unknown;
  const execution = await disturbed('BAKE', async () => {
    const at = account.now;
    await alarm();
    weights = account.weights();
    expect(account.now - at).toBeLessThan(40_000);
  });
  expect(await execution.run()).toMatchObject({ outcome: 'ROLLED_BACK' });
  expect(weights).toEqual({ Stable: 100, Candidate: 0 });
  expect((await account.head()).release).toMatchObject({ latch: { cause: 'alarm' }, lockedSeconds: 0 });
  const metrics = account.lines.map((line) => JSON.parse(line) as Record<string, unknown>)
    .find(({ ReleasesRolledBack }) => ReleasesRolledBack === 1);
  expect(metrics).toMatchObject({ EndpointName: 'fraud', ReleasesHalted: 0, RestoreLockedSeconds: 0 });
  expect(metrics!.RestoreSeconds).toBeLessThan(60);
});

test('an alarm while the endpoint is locked waits, is called again, and reports the time apart', async () => {
  account.updateMs = 90_000;
  const failures: string[] = [];
  const execution = await disturbed('WAIT', async () => {
    for (const delay of [0, 60_000, 120_000]) {
      account.now += delay;
      await alarm().catch((error: Error) => failures.push(error.name));
    }
  });
  expect(await execution.run()).toMatchObject({ outcome: 'ROLLED_BACK' });
  expect(failures).toContain('ReleaseBusy');
  expect((await account.head()).release!.lockedSeconds).toBeGreaterThan(30);
});

test.each([
  ['of an alarm that the release does not have', { alarmName: 'other' }],
  ['that an alarm is well again', { state: 'OK' }],
  ['from before the release', { at: new Date(START - MINUTE).toISOString() }],
])('an event %s changes nothing', async (_name, own) => {
  const execution = await disturbed('BAKE', () =>
    releaseWriter({ do: 'alarm', alarmName: 'fraud-errors', state: 'ALARM', at: new Date(account.now).toISOString(), ...own }, 'event-1', account.world()));
  expect(await execution.run()).toMatchObject({ outcome: 'SUCCEEDED' });
});

describe('the emergency stop', () => {
  const stopped = async () => {
    account.switch('on');
    await releaseWriter({ do: 'stop' }, 'event-1', account.world('stop'));
  };

  test.each(['INSTALL', 'STAGE', 'BAKE', 'FINISH'])('thrown before %s gives stable everything within a minute, and aborts', async (when) => {
    const execution = await disturbed(when, async () => {
      const at = account.now;
      await stopped();
      expect(account.weights().Candidate ?? 0).toBe(0);
      expect(account.now - at).toBeLessThan(60_000);
    });
    expect(await execution.run()).toMatchObject({ outcome: 'ABORTED' });
    expect(await account.head()).toMatchObject({ failuresInARow: 0, stable: V1 });
    expect((await ask(account, 'start', { body: { revision: 2 } })).view.code).toBe('STOPPED');
  });

  test('takes one endpoint back although the state of another cannot be written', async () => {
    const execution = await disturbed('BAKE', async () => {
      const { pk: _own, ...head } = account.dynamodb.items('releases').find(({ sk }) => sk === 'HEAD')!;
      // an audit row beyond what its head knows: nothing can be written for this endpoint
      account.dynamodb.plant('releases', { pk: 'ENDPOINT#broken', ...head, endpoint: 'broken' });
      account.dynamodb.plant('releases', { pk: 'ENDPOINTS', sk: 'ENDPOINT#broken', endpoint: 'broken' });
      account.dynamodb.plant('audit', { pk: 'ENDPOINT#broken', sk: `AUDIT#${String(Number(head.auditSequence) + 1).padStart(10, '0')}` });
      await expect(stopped()).rejects.toThrow('there is an audit row after the last that the head of the endpoint knows');
      expect(account.weights()).toEqual({ Stable: 100, Candidate: 0 });
    });
    expect(await execution.run()).toMatchObject({ outcome: 'ABORTED' });
  });

  test('whose event is lost is seen at the next step', async () => {
    expect(await (await disturbed('BAKE', () => account.switch('on'))).run()).toMatchObject({ outcome: 'ABORTED' });
    account.switch('off');
    expect(await (await disturbed('STAGE', () => account.switch('on'))).run()).toMatchObject({ outcome: 'ABORTED' });
  });

  test('that cannot be read lets nothing go forward, and takes nothing back', async () => {
    const execution = await disturbed('STAGE', () => { account.stop = awsError('InternalServerError', 'down', 500); });
    let waits = 0;
    const held = new Execution(account, execution.last.releaseId, async ({ next }) => {
      if (next === 'STAGE' && waits === 0) {
        account.stop = awsError('InternalServerError', 'down', 500);
      }
      if (next === 'WAIT' && account.stop instanceof Error && ++waits === 3) {
        expect(account.weights()).toEqual({ Stable: 100, Candidate: 0 });
        account.switch('off');
      }
    });
    expect(await held.run()).toMatchObject({ outcome: 'SUCCEEDED' });
    expect(waits).toBe(3);
  });

  test('holds up no way back', async () => {
    const execution = await disturbed('BAKE', async () => {
      account.stop = awsError('InternalServerError', 'down', 500);
      await alarm();
      expect(account.weights()).toEqual({ Stable: 100, Candidate: 0 });
    });
    expect(await execution.run()).toMatchObject({ outcome: 'ROLLED_BACK' });
  });
});

test('an abort beats everything that comes later, and nothing begins by itself', async () => {
  const execution = await disturbed('BAKE', async () => {
    const { releaseId } = (await account.head()).release!;
    expect((await ask(account, 'abort', { body: { releaseId } })).status).toBe(200);
    const [{ Payload }] = account.named('Invoke');
    await releaseWriter(JSON.parse(Buffer.from(Payload as unknown as Uint8Array).toString()) as never, 'abort-1', account.world());
    expect(account.weights()).toEqual({ Stable: 100, Candidate: 0 });
  });
  expect(await execution.run()).toMatchObject({ outcome: 'ABORTED' });
  expect(account.endpoints.get('fraud')!.config).toBe('config-1');
  expect(account.named('StartExecution')).toHaveLength(1);
});

test('an endpoint that somebody else changes is left alone', async () => {
  const execution = await disturbed('STAGE', () => {
    account.configs.set('theirs', account.configs.get('config-1')!);
    Object.assign(account.endpoints.get('fraud')!, { config: 'theirs' });
  });
  const before = () => account.mutations().length;
  let then = 0;
  account.before = () => { then ||= account.endpoints.get('fraud')!.config === 'theirs' ? before() : 0; };
  expect(await execution.run()).toMatchObject({ outcome: 'HALTED' });
  expect(account.mutations()).toHaveLength(then);
  expect(account.named('Publish')).toHaveLength(1);
  expect(account.holds).toEqual([]);
});

test('an update that does not end halts, and no second one is tried', async () => {
  account.updateMs = 10 * 3_600_000;
  expect(await (await started()).run()).toMatchObject({ outcome: 'HALTED' });
  expect(account.named('UpdateEndpoint')).toHaveLength(1);
});

test('the first release makes the endpoint; when it fails, the endpoint goes', async () => {
  account = new SimulatedAccount();
  account.production = [];
  await account.deploy();
  expect(await (await started()).run()).toMatchObject({ outcome: 'SUCCEEDED' });
  expect(account.weights()).toEqual({ Stable: 100 });
  expect((await account.head()).stable).toMatchObject({ revision: 2 });

  account = new SimulatedAccount();
  await account.deploy();
  account.traffic = (slot) => slot === 'Candidate' ? { requests: 100, errors: 50 } : undefined;
  expect(await (await started()).run()).toMatchObject({ outcome: 'ROLLED_BACK' });
  expect(account.endpoints.size).toBe(0);
});

test('a first release that served, and that the registry did not take, is what the second one goes back to', async () => {
  account = new SimulatedAccount();
  account.production = [];
  await account.deploy();
  const first = await disturbed('FINISH', () => { account.registryDown = true; });
  expect(await first.run()).toMatchObject({ outcome: 'HALTED' });
  const { config } = account.endpoints.get('fraud')!;
  account.registryDown = false;
  expect(await (await disturbed('BAKE', () => alarm())).run()).toMatchObject({ outcome: 'ROLLED_BACK' });
  expect([account.weights(), account.endpoints.get('fraud')!.config]).toEqual([{ Stable: 100 }, config]);
  const { status } = await ask(account, 'allow', { body: { revision: 2 }, actor: BOB });
  expect(status).toBe(200);
  expect(await (await started()).run()).toMatchObject({ outcome: 'SUCCEEDED' });
});

test('a rollback by hand goes straight to the version before, whatever the switch and the alarms say', async () => {
  await (await started()).run();
  account.switch('on');
  account.alarms.set('fraud-errors', 'ALARM');
  const { status, view } = await ask(account, 'rollback');
  expect(status).toBe(202);
  const execution = new Execution(account, (view.release as { releaseId: string }).releaseId);
  expect(await execution.run()).toMatchObject({ outcome: 'SUCCEEDED' });
  expect(execution.steps.filter((step) => step.startsWith('shift') || step.startsWith('judge'))).toEqual([]);
  expect(account.production).toEqual([1, 2]);
  expect((await account.head()).stable).toMatchObject({ revision: 1 });
});

test('an execution that somebody stopped is recovered: stable serves', async () => {
  const plain = await started();
  const { releaseId } = plain.last;
  const input = JSON.stringify({ endpoint: 'fraud', releaseId });
  await expect(new Execution(account, releaseId, ({ next }) => next === 'BAKE' ? Promise.reject(new Error('stopped')) : Promise.resolve()).run()).rejects.toThrow('stopped');
  expect(account.weights()).toEqual({ Stable: 90, Candidate: 10 });
  const nested = JSON.stringify({ recover: { input, status: 'ABORTED' } });
  const step = await releaseClerk({ do: 'recover', input: nested, status: 'ABORTED', at: new Date(account.now).toISOString() }, 'r', account.world());
  expect(step.next).toBe('RESTORE');
  const rest = new Execution(account, releaseId);
  expect(await rest.run()).toMatchObject({ outcome: 'ROLLED_BACK' }); // begin finds the latch
  expect(await account.head()).toMatchObject({ release: { latch: { cause: 'stopped', reason: 'execution stopped' } } });
  const again = await releaseClerk({ do: 'recover', input, status: 'FAILED', at: new Date(account.now).toISOString() }, 'r', account.world());
  expect(again.next).toBe('NOTHING');
});
