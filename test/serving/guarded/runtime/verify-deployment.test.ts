import { records, request } from './requests';
import { verifyDeployment } from '../../../../lib/serving/guarded/runtime/verify-deployment';
import { DescribedEndpoint } from '../../../../lib/serving/runtime/described-endpoint';

const GOOD: DescribedEndpoint = {
  status: 'InService',
  configName: 'cfg-2',
  variants: [{ name: 'Stable', currentWeight: 1, desiredWeight: 1, currentInstances: 2, desiredInstances: 2, statuses: [] }],
};
const ROLLED_BACK: DescribedEndpoint = { ...GOOD, configName: 'cfg-1', failureReason: '' };
const UPDATING: DescribedEndpoint = { ...GOOD, status: 'Updating', configName: 'cfg-1', pendingConfigName: 'cfg-2' };

/** Verifies in virtual time against what SageMaker shows at each look; the last one stays. */
async function verify(
  looks: (DescribedEndpoint | undefined | Error)[], stackStatus: string | Error = 'UPDATE_IN_PROGRESS', changed = {},
) {
  const began = Date.UTC(2026, 10, 20);
  let now = began;
  let calls = 0;
  const lines: string[] = [];
  const outOfTime = new AbortController();
  const answer = await verifyDeployment(request(changed), outOfTime.signal, {
    sagemaker: {
      describeEndpoint: async () => {
        const look = looks[Math.min(calls++, looks.length - 1)];
        if (look instanceof Error) {
          throw look;
        }
        return look;
      },
    },
    stacks: {
      status: async () => {
        if (stackStatus instanceof Error) {
          throw stackStatus;
        }
        return stackStatus;
      },
    },
    runbook: 'Runbook: the article',
    sleep: async (milliseconds) => { now += milliseconds; },
    now: () => now,
    write: (line) => lines.push(line),
  });
  return { answer, calls, seconds: (now - began) / 1000, lines };
}

test('succeeds at the first look when the endpoint is as wanted', async () => {
  const { answer, calls, seconds } = await verify([GOOD]);
  expect(answer.status).toBe('SUCCESS');
  expect({ calls, seconds }).toEqual({ calls: 1, seconds: 0 });
});

test('waits for an endpoint that still moves', async () => {
  const { answer, seconds } = await verify([UPDATING, UPDATING, { ...GOOD, status: 'SystemUpdating' }, GOOD]);
  expect({ status: answer.status, seconds }).toEqual({ status: 'SUCCESS', seconds: 30 });
});

test('fails after a silent rollback, and says what was wanted, what is, and where to read on', async () => {
  const { answer } = await verify([ROLLED_BACK]);
  expect(answer.status).toBe('FAILED');
  for (const part of ['churn', 'serves configuration cfg-1 and not cfg-2', 'InService', 'gives no reason', 'Runbook: the article']) {
    expect(answer.reason).toContain(part);
  }
});

test('passes on what SageMaker says', async () => {
  const { answer } = await verify([{ ...ROLLED_BACK, failureReason: 'alarm ErrorRate fired' }]);
  expect(answer.reason).toContain('SageMaker says: alarm ErrorRate fired');
});

test('believes an old reading only when three in a row say so', async () => {
  expect((await verify([ROLLED_BACK, ROLLED_BACK, GOOD])).answer.status).toBe('SUCCESS');
  expect((await verify([ROLLED_BACK, ROLLED_BACK, UPDATING, ROLLED_BACK, GOOD])).answer.status).toBe('SUCCESS');
  expect((await verify([ROLLED_BACK, ROLLED_BACK, ROLLED_BACK, GOOD])).answer.status).toBe('FAILED');
});

test('ends within five minutes, calls included', async () => {
  const { answer, seconds } = await verify([UPDATING]);
  expect(answer).toEqual({ status: 'FAILED', reason: expect.stringContaining('still Updating after five minutes') });
  expect(seconds).toBeGreaterThan(240);
  expect(seconds).toBeLessThanOrEqual(270);
});

test('stops looking when the handler has no time left', async () => {
  const outOfTime = AbortSignal.abort();
  const sleep = jest.fn();
  await verifyDeployment(request(), outOfTime, {
    sagemaker: { describeEndpoint: async () => UPDATING },
    stacks: { status: async () => 'UPDATE_IN_PROGRESS' },
    runbook: '',
    sleep,
    now: () => 0,
    write: () => undefined,
  });
  expect(sleep).not.toHaveBeenCalled();
});

test('does not fail a deployment because a scaled fleet grows longer than that', async () => {
  const [variant] = (request().ResourceProperties.Variants as object[]);
  const properties = { ...request().ResourceProperties, Retained: 'true', Variants: [{ ...variant, MinInstances: '2', MaxInstances: '9' }] };
  const growing = { ...GOOD, status: 'Updating', variants: [{ ...GOOD.variants[0], desiredInstances: 5 }] };
  const { answer, seconds } = await verify([growing], 'UPDATE_IN_PROGRESS', { ResourceProperties: properties });
  expect(answer.status).toBe('SUCCESS');
  expect(seconds).toBeGreaterThan(240);
});

test.each([
  ['waits until a scaled fleet has grown to a new minimum', [[2, 2], [2, 2], [2, 2], [2, 4], [4, 4]], 'SUCCESS', 40],
  ['fails when it never grows', [[2, 2]], 'FAILED', 270],
])('%s', async (_, fleets, status, seconds) => {
  const [variant] = (request().ResourceProperties.Variants as object[]);
  const properties = { ...request().ResourceProperties, Retained: 'true', Variants: [{ ...variant, MinInstances: '4', MaxInstances: '9' }] };
  const looks = fleets.map(([currentInstances, desiredInstances]) => ({
    ...GOOD,
    status: currentInstances === desiredInstances ? 'InService' : 'Updating',
    variants: [{ ...GOOD.variants[0], currentInstances, desiredInstances }],
  }));
  expect(await verify(looks, 'UPDATE_IN_PROGRESS', { ResourceProperties: properties })).toMatchObject({ answer: { status }, seconds });
});

test('reads again what it may not read yet', async () => {
  const denied = new Error('AccessDenied');
  expect((await verify([denied, denied, GOOD])).answer.status).toBe('SUCCESS');
  expect((await verify([denied])).answer).toEqual({ status: 'FAILED', reason: expect.stringContaining('cannot be read: AccessDenied') });
});

describe('while CloudFormation goes back', () => {
  test.each(['UPDATE_ROLLBACK_IN_PROGRESS', 'ROLLBACK_IN_PROGRESS', 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS'])(
    'does not fail it: %s', async (status) => {
      const { answer, lines } = await verify([ROLLED_BACK], status);
      expect(answer).toEqual({ status: 'SUCCESS', reason: expect.stringContaining('cfg-1') });
      expect(records(lines)).toEqual([expect.objectContaining({ outcome: 'NOT_AS_WANTED_IN_ROLLBACK' })]);
    });

  test('a stack that cannot be read counts as going forward', async () => {
    expect((await verify([ROLLED_BACK], new Error('throttled'))).answer.status).toBe('FAILED');
  });
});

describe('the audit record', () => {
  test.each<[string, DescribedEndpoint]>([['AS_WANTED', GOOD], ['NOT_AS_WANTED', ROLLED_BACK]])('is one line: %s', async (outcome, is) => {
    const { lines } = await verify([is]);
    expect(lines).toHaveLength(1);
    expect(lines[0].match(/\n/g)).toHaveLength(1);
    expect(records(lines)[0]).toMatchObject({
      actor: 'cloudformation.amazonaws.com',
      environment: 'aws://111122223333/eu-west-1',
      action: 'endpoint.deployment.verify',
      resourceType: 'AWS::SageMaker::Endpoint',
      resourceName: 'churn',
      outcome,
      details: { stack: 'MlOnline', previousConfig: 'cfg-1', wantedConfig: 'cfg-2', servedConfig: is.configName },
      requestId: 'request-1',
    });
  });

  test('says how long it took', async () => {
    expect(records((await verify([UPDATING, GOOD])).lines)[0].durationMs).toBe(10_000);
  });

  test('cannot be split by what SageMaker says', async () => {
    const { lines } = await verify([{ ...ROLLED_BACK, failureReason: 'one\n{"outcome":"AS_WANTED"}\u2028two' }]);
    expect(lines.join('').trimEnd().split(/[\n\u2028]/)).toHaveLength(1);
  });
});

test.each<[string, object]>([
  ['EndpointName', { EndpointName: '' }],
  ['EndpointConfigName', { EndpointConfigName: undefined }],
  ['Variants', { Variants: [] }],
  ['Variants.0.Weight', { Variants: [{ VariantName: 'Stable', Weight: 'heavy', InstanceCount: '2' }] }],
  ['Variants.0.InstanceCount', { Variants: [{ VariantName: 'Stable', Weight: '1', InstanceCount: '1.5' }] }],
  ['Retained', { Retained: 'perhaps' }],
])('refuses to verify without a sound %s', async (path, changed) => {
  const properties = { ...request().ResourceProperties, ...changed };
  await expect(verify([GOOD], 'UPDATE_IN_PROGRESS', { ResourceProperties: properties })).rejects.toThrow(`malformed: ${path}`);
});
