import { Readable } from 'node:stream';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { StackApi } from '../../../../lib/serving/guarded/runtime/stack-api';
import { PrunerApi } from '../../../../lib/serving/runtime/sagemaker-api';

interface Sent { readonly target: string; readonly body: string }

/** The SDK's own client over a wire that answers what a test says. */
function wired(answers: readonly { status?: number; body: string }[]) {
  const sent: Sent[] = [];
  const settings = {
    region: 'eu-west-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
    requestHandler: {
      handle: async ({ headers, body }: { headers: Record<string, string>; body: string | Uint8Array }) => {
        const { status = 200, body: answer } = answers[Math.min(sent.length, answers.length - 1)];
        sent.push({ target: headers['x-amz-target'] ?? '', body: typeof body === 'string' ? body : new TextDecoder().decode(body) });
        return { response: { statusCode: status, headers: {}, body: Readable.from([Buffer.from(answer)]) } };
      },
    },
  };
  return { sent, settings };
}

function pruner(answers: readonly { status?: number; body: object }[]) {
  const { sent, settings } = wired(answers.map(({ status, body }) => ({ status, body: JSON.stringify(body) })));
  const client = new SageMakerClient(settings as object);
  return { sent, api: new PrunerApi(client, client) };
}

const MISSING = { status: 400, body: { __type: 'ValidationException', message: 'Could not find endpoint "arn:aws:sagemaker:…".' } };
const REFUSED = { status: 400, body: { __type: 'ValidationException', message: '1 validation error detected' } };

test('reads of an endpoint what is judged', async () => {
  const { api } = pruner([{
    body: {
      EndpointStatus: 'InService',
      EndpointConfigName: 'cfg-1',
      PendingDeploymentSummary: { EndpointConfigName: 'cfg-2' },
      FailureReason: 'alarm',
      ProductionVariants: [{
        VariantName: 'Stable',
        CurrentWeight: 1,
        DesiredWeight: 2,
        CurrentInstanceCount: 3,
        DesiredInstanceCount: 4,
        VariantStatus: [{ Status: 'Baking' }],
      }],
    },
  }]);
  expect(await api.describeEndpoint('churn')).toEqual({
    status: 'InService',
    configName: 'cfg-1',
    pendingConfigName: 'cfg-2',
    failureReason: 'alarm',
    variants: [{ name: 'Stable', currentWeight: 1, desiredWeight: 2, currentInstances: 3, desiredInstances: 4, statuses: ['Baking'] }],
  });
});

test('reads all pages of a list, and times as milliseconds', async () => {
  const config = (name: string) => ({ EndpointConfigName: name, EndpointConfigArn: `arn:${name}`, CreationTime: 1_700_000_000.5 });
  const { api, sent } = pruner([
    { body: { EndpointConfigs: [config('a')], NextToken: 'more' } }, { body: { EndpointConfigs: [config('b')] } },
  ]);
  expect(await api.configs('Config-')).toEqual(['a', 'b'].map((name) => ({ name, arn: `arn:${name}`, createdAt: 1_700_000_000_500 })));
  expect(sent.map(({ body }) => JSON.parse(body) as object)).toEqual([
    { MaxResults: 100, NameContains: 'Config-' }, { MaxResults: 100, NameContains: 'Config-', NextToken: 'more' },
  ]);
});

test('knows what does not exist from what is refused', async () => {
  expect(await pruner([MISSING]).api.describeEndpoint('churn')).toBeUndefined();
  expect(await pruner([MISSING]).api.modelsOf('cfg-1')).toBeUndefined();
  await expect(pruner([MISSING]).api.deleteConfig('cfg-1')).resolves.toBeUndefined();
  await expect(pruner([MISSING]).api.deleteModel('m')).resolves.toBeUndefined();
  await expect(pruner([REFUSED]).api.describeEndpoint('churn')).rejects.toThrow('1 validation error');
  await expect(pruner([REFUSED]).api.deleteConfig('cfg-1')).rejects.toThrow('1 validation error');
});

test('does not judge by half an answer', async () => {
  await expect(pruner([{ body: { EndpointConfigs: [{ EndpointConfigName: 'a', EndpointConfigArn: 'arn' }] } }]).api.configs())
    .rejects.toThrow('without a field');
});

test('deletes by a client of its own, which does not retry', async () => {
  const reading = wired([{ body: '{}' }]);
  const deleting = wired([{ body: '{}' }]);
  const api = new PrunerApi(new SageMakerClient(reading.settings as object), new SageMakerClient(deleting.settings as object));
  await api.deleteConfig('cfg-1');
  await api.deleteModel('model-1');
  await api.describeEndpoint('churn');
  expect(reading.sent.map(({ target }) => target)).toEqual(['SageMaker.DescribeEndpoint']);
  expect(deleting.sent.map(({ target }) => target)).toEqual(['SageMaker.DeleteEndpointConfig', 'SageMaker.DeleteModel']);
});

test('reads the status of a stack', async () => {
  const stack = '<member><StackName>s</StackName><StackStatus>UPDATE_ROLLBACK_IN_PROGRESS</StackStatus></member>';
  const { settings, sent } = wired([{
    body: `<DescribeStacksResponse><DescribeStacksResult><Stacks>${stack}</Stacks></DescribeStacksResult></DescribeStacksResponse>`,
  }]);
  expect(await new StackApi(new CloudFormationClient(settings as object)).status('arn:stack')).toBe('UPDATE_ROLLBACK_IN_PROGRESS');
  expect(sent[0].body).toContain('StackName=arn%3Astack');
});

test('a stack without a status is no answer', async () => {
  const { settings } = wired([{ body: '<DescribeStacksResponse><DescribeStacksResult/></DescribeStacksResponse>' }]);
  await expect(new StackApi(new CloudFormationClient(settings as object)).status('arn:stack')).rejects.toThrow('does not tell');
});
