import { App, aws_apigateway as apigateway, aws_iam as iam, aws_sagemaker as sagemaker, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { EndpointSlot, GuardedEndpoint, IModelEndpoint } from '../../lib/serving';
import { ENV } from '../support/judged';

let stack: Stack;
let endpoint: IModelEndpoint;
beforeEach(() => {
  stack = new Stack(new App(), 'Test', { env: ENV });
  endpoint = GuardedEndpoint.fromEndpointName(stack, 'Endpoint', 'churn');
});

const ARN = { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':sagemaker:eu-west-1:111122223333:endpoint/churn']] };

test('an endpoint by name has its ARN and makes nothing', () => {
  expect(endpoint.endpointName).toBe('churn');
  expect(stack.resolve(endpoint.endpointArn)).toEqual(ARN);
  expect(stack.resolve(endpoint.endpointRef.endpointArn)).toEqual(ARN);
  expect(Template.fromStack(stack).toJSON().Resources).toBeUndefined();
});

test('it is an endpoint of the CDK: API Gateway takes it', () => {
  const anyEndpoint: sagemaker.IEndpoint = endpoint;
  const api = new apigateway.RestApi(stack, 'Api');
  api.root.addMethod('POST', new apigateway.SagemakerIntegration(anyEndpoint));
  Template.fromStack(stack).hasResourceProperties('AWS::IAM::Policy', {
    PolicyDocument: { Statement: [{ Action: 'sagemaker:InvokeEndpoint', Effect: 'Allow', Resource: ARN }] },
  });
});

test.each([
  ['grantInvoke', 'sagemaker:InvokeEndpoint'],
  ['grantInvokeAsync', 'sagemaker:InvokeEndpointAsync'],
  ['grantInvokeStreaming', 'sagemaker:InvokeEndpointWithResponseStream'],
] as const)('%s allows %s on this endpoint, and nothing else', (grant, action) => {
  endpoint[grant](new iam.Role(stack, 'Role', { assumedBy: new iam.AccountRootPrincipal() })).assertSuccess();
  Template.fromStack(stack).hasResourceProperties('AWS::IAM::Policy', {
    PolicyDocument: { Statement: [{ Action: action, Effect: 'Allow', Resource: ARN }] },
  });
});

test.each([
  ['metricInvocations', 'AWS/SageMaker', 'Invocations', 'Sum'],
  ['metricInvocationsPerInstance', 'AWS/SageMaker', 'InvocationsPerInstance', 'Sum'],
  ['metricErrorRate', 'AWS/SageMaker', 'Invocation5XXErrors', 'Average'],
  ['metricClientErrorRate', 'AWS/SageMaker', 'Invocation4XXErrors', 'Average'],
  ['metricModelErrorRate', 'AWS/SageMaker', 'InvocationModelErrors', 'Average'],
  ['metricModelLatency', 'AWS/SageMaker', 'ModelLatency', 'p99'],
  ['metricOverheadLatency', 'AWS/SageMaker', 'OverheadLatency', 'p99'],
  ['metricCpuUtilization', '/aws/sagemaker/Endpoints', 'CPUUtilization', 'Average'],
  ['metricMemoryUtilization', '/aws/sagemaker/Endpoints', 'MemoryUtilization', 'Average'],
  ['metricDiskUtilization', '/aws/sagemaker/Endpoints', 'DiskUtilization', 'Average'],
  ['metricGpuUtilization', '/aws/sagemaker/Endpoints', 'GPUUtilization', 'Average'],
  ['metricGpuMemoryUtilization', '/aws/sagemaker/Endpoints', 'GPUMemoryUtilization', 'Average'],
] as const)('%s is %s %s as %s, per slot and minute', (method, namespace, metricName, statistic) => {
  const metric = endpoint[method]();
  expect(metric).toMatchObject({ namespace, metricName, statistic });
  expect(metric.period.toSeconds()).toBe(60);
  expect(metric.dimensions).toEqual({ EndpointName: 'churn', VariantName: 'Stable' });
});

test('a metric is of the slot that is asked for, and options win', () => {
  const metric = endpoint.metricModelLatency({ slot: EndpointSlot.CANDIDATE, statistic: 'p90' });
  expect(metric.statistic).toBe('p90');
  expect(metric.dimensions).toEqual({ EndpointName: 'churn', VariantName: 'Candidate' });
  expect(endpoint.metricInvocations({ slot: EndpointSlot.named('AllTraffic') }).dimensions).toMatchObject({ VariantName: 'AllTraffic' });
});
