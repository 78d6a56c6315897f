import { records, request } from './requests';
import { HOUR, SimulatedSageMaker } from './simulated-sagemaker';
import { CloudFormationRequest } from '../../../../lib/core/runtime/cloudformation-request';
import { PRUNING_SECONDS } from '../../../../lib/serving/guarded/runtime/contract';
import { pruneAfterDeployment } from '../../../../lib/serving/guarded/runtime/prune-after-deployment';

function fourDeployments(): SimulatedSageMaker {
  const world = new SimulatedSageMaker();
  for (const number of [1, 2, 3, 4]) {
    world.model(`Model-${number}`, 'churn').config(`Config-${number}`, [`Model-${number}`], 'churn');
    world.now += 48 * HOUR;
  }
  return world.create('churn', 'Config-4');
}

async function prune(
  world = fourDeployments(), { status = 'UPDATE_IN_PROGRESS' as string | Error, changed = {} as Partial<CloudFormationRequest> } = {},
) {
  const lines: string[] = [];
  const properties = { EndpointName: 'churn', EndpointConfigName: 'Config-4' };
  const answer = await pruneAfterDeployment(
    request({ ResourceProperties: properties, OldResourceProperties: { ...properties, EndpointConfigName: 'Config-3' }, ...changed }),
    new AbortController().signal, {
      sagemaker: world.api(),
      stacks: {
        status: async () => {
          if (status instanceof Error) {
            throw status;
          }
          return status;
        },
      },
      runbook: 'Runbook: the article',
      now: () => world.now,
      write: (line) => lines.push(line),
    });
  return { answer, record: records(lines)[0], lines, world };
}

test('prunes, answers success, and writes one record of what is gone', async () => {
  const { answer, record, lines } = await prune();
  expect(answer).toEqual({ status: 'SUCCESS', reason: 'Deleted 1 configurations and 1 models.' });
  expect(lines).toHaveLength(1);
  expect(record).toMatchObject({
    action: 'endpoint.configs.prune',
    resourceName: 'churn',
    outcome: 'PRUNED',
    details: { deletedConfigs: ['Config-1'], deletedModels: ['Model-1'], previousConfig: 'Config-3', wantedConfig: 'Config-4' },
  });
});

test('says when there was nothing to do', async () => {
  const { world } = await prune();
  expect((await prune(world)).record).toMatchObject({ outcome: 'NOTHING_TO_PRUNE', details: { deletedConfigs: [], deletedModels: [] } });
});

test.each(['UPDATE_ROLLBACK_IN_PROGRESS', 'UPDATE_COMPLETE', 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', 'CREATE_IN_PROGRESS', 'SOMETHING_NEW'])(
  'touches SageMaker only in an update: %s', async (status) => {
    const { answer, record, world } = await prune(fourDeployments(), { status });
    expect(answer.status).toBe('SUCCESS');
    expect(record).toMatchObject({ outcome: 'POSTPONED', reason: expect.stringContaining(`the stack is ${status}`) });
    expect(world.calls).toEqual([]);
  });

test.each<[string, Partial<CloudFormationRequest>]>([
  ['with its creation', { RequestType: 'Create' }],
  ['without the configuration before', { OldResourceProperties: {} }],
])('does nothing %s: nobody knows what a rollback would need', async (_, changed) => {
  const { answer, record, world } = await prune(fourDeployments(), { changed });
  expect(answer.status).toBe('SUCCESS');
  expect(record.outcome).toBe('POSTPONED');
  expect(world.calls).toEqual([]);
});

test.each(['ListEndpoints', 'DescribeEndpoint', 'ListEndpointConfigs', 'ListTags', 'DeleteEndpointConfig', 'ListModels', 'DeleteModel'])(
  'does not fail the deployment when SageMaker refuses %s, and says so', async (refused) => {
    const world = fourDeployments();
    world.before = (call) => {
      if (call === refused) {
        throw Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException' });
      }
    };
    const { answer, record } = await prune(world);
    expect(answer.status).toBe('SUCCESS');
    expect(record).toMatchObject({
      outcome: 'FAILED', reason: expect.stringMatching(/ThrottlingException: Rate exceeded.*Runbook: the article/),
    });
    expect(world.missing()).toEqual([]);
  });

test('tells what was deleted before it failed', async () => {
  const world = fourDeployments();
  world.before = (call) => { if (call === 'DeleteModel') { throw new Error('no'); } };
  expect((await prune(world)).record).toMatchObject({
    outcome: 'FAILED', details: { deletedConfigs: ['Config-1'], deletedModels: [] },
  });
});

test('does not fail the deployment when the stack cannot be read', async () => {
  const { answer, record } = await prune(fourDeployments(), { status: new Error('AccessDenied') });
  expect(answer.status).toBe('SUCCESS');
  expect(record.outcome).toBe('FAILED');
});

test('stops after its time, in the middle of the work', async () => {
  const world = fourDeployments();
  world.after = (call) => { if (call === 'DeleteEndpointConfig') { world.now += (PRUNING_SECONDS + 1) * 1000; } };
  expect((await prune(world)).record).toMatchObject({
    outcome: 'POSTPONED',
    reason: expect.stringContaining('no time left'),
    details: { deletedConfigs: ['Config-1'], deletedModels: [] },
  });
});
