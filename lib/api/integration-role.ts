import { aws_iam as iam } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { Route } from './route';

/**
 * What the gateway calls SageMaker with: the endpoints that have a route, by their ARNs, and nothing else. The permissions are
 * in a managed policy, because inline policies are a finding of three packs.
 *
 * The trust policy has no `aws:SourceAccount`: no source confirms that API Gateway sends it when it assumes the role of an
 * integration, and without it every request would fail. A role can only be passed within its own account.
 */
export class IntegrationRole extends Construct {
  public readonly role: iam.Role;
  /** What a deployment has to wait for. */
  public readonly policy: iam.ManagedPolicy;

  constructor(scope: Construct, id: string, routes: readonly Route[]) {
    super(scope, id);
    this.role = new iam.Role(this, 'Resource', {
      description: `Lets the gateway of ${scope.node.path} call its endpoints`,
      assumedBy: new iam.ServicePrincipal('apigateway.amazonaws.com'),
    });
    const arns = (kind: Route['how']['kind']) => routes.filter(({ how }) => how.kind === kind).map(({ endpoint }) => endpoint.endpointArn);
    this.policy = new iam.ManagedPolicy(this, 'Policy', {
      description: 'Invoke the endpoints that have a route, and ask for their state',
      roles: [this.role],
      statements: [
        ...allow('InvokeEndpoints', 'sagemaker:InvokeEndpoint', arns('real-time')),
        ...allow('QueueRequests', 'sagemaker:InvokeEndpointAsync', arns('asynchronous')),
      ],
    });
  }
}

/** One statement, and each ARN once: a policy has room for 6,144 characters. */
function allow(sid: string, action: string, resources: string[]): iam.PolicyStatement[] {
  return resources.length === 0 ? [] : [new iam.PolicyStatement({
    sid, actions: [action, 'sagemaker:DescribeEndpoint'], resources,
  })];
}
