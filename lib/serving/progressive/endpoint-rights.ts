import { aws_iam as iam, Aws } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { ReleaseHandlers } from './release-handlers';
import { keepWildcards } from './release-parts';
import { ServedEndpoint } from './served-endpoint';
import { HandlerFunction } from '../../core/handler-function';

/** Who gets rights, and on what. */
export interface EndpointRightsProps extends ServedEndpoint {
  readonly handlers: ReleaseHandlers;
  readonly desk: HandlerFunction;
}

/** The routes of a registry hold the number of a version. */
const ANY_VERSION = 'The routes of a model hold the number of a version, and nobody knows those of tomorrow; the model is named.';

const MADE_BY_RELEASES = 'A release makes models and configurations, whose names begin with that of their endpoint; the number of the release '
  + 'comes after it.';

/**
 * What the functions of releases may do for one endpoint: a policy for each function, which comes and goes with the endpoint.
 * Only the writer changes an endpoint; only the pruner deletes what it left, and with the endpoint the lifecycle function. The
 * desk never speaks with SageMaker, and the judge looks and tells people.
 */
export class EndpointRights extends Construct {
  constructor(scope: Construct, id: string, private readonly props: EndpointRightsProps) {
    super(scope, id);
    const { handlers: { clerk, judge, writer, pruner, lifecycle }, desk, model } = props;
    this.forClerk(clerk);
    this.grant('Judge', judge, [this.onEndpoint('Endpoint', 'DescribeEndpoint'), this.readAlarms(), this.page()]);
    this.forWriter(writer);
    this.prunes('Pruner', pruner, []);
    this.prunes('Lifecycle', lifecycle, [this.onEndpoint('Endpoint', 'DeleteEndpoint')]);
    const atDesk = this.grant('Desk', desk, [this.readAlarms()]);
    model.grantRead(atDesk);
    keepWildcards(atDesk, 'execute-api', ANY_VERSION);
  }

  private forClerk(clerk: HandlerFunction): void {
    const { model } = this.props;
    const policy = this.grant('Clerk', clerk, [this.onEndpoint('Endpoint', 'DescribeEndpoint'), this.readAlarms(), this.page()]);
    model.grantRead(policy);
    model.grantPromote(policy);
    model.grantRelease(policy);
    keepWildcards(policy, 'execute-api', ANY_VERSION);
  }

  private forWriter(writer: HandlerFunction): void {
    const { made, executionRole } = this.props;
    const policy = this.grant('Writer', writer, [
      this.onEndpoint('Endpoint', 'AddTags', 'CreateEndpoint', 'DeleteEndpoint', 'DescribeEndpoint', 'UpdateEndpoint',
        'UpdateEndpointWeightsAndCapacities'),
      sagemaker('Models', [made.models], 'AddTags', 'CreateModel', 'DescribeModel'),
      sagemaker('Configs', [made.configs], 'AddTags', 'CreateEndpointConfig'),
      new iam.PolicyStatement({
        sid: 'PassExecutionRole',
        actions: ['iam:PassRole'],
        resources: [executionRole.roleArn],
        conditions: { StringEquals: { 'iam:PassedToService': 'sagemaker.amazonaws.com' } },
      }),
      ...this.lendKey(),
      this.page(),
    ]);
    keepWildcards(policy, 'sagemaker', MADE_BY_RELEASES);
  }

  /** What it makes, and nothing that others made: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html */
  private prunes(id: string, handler: HandlerFunction, statements: iam.PolicyStatement[]): void {
    const { made } = this.props;
    keepWildcards(this.grant(id, handler, [
      ...statements,
      sagemaker('Models', [made.models], 'DeleteModel', 'ListTags'),
      sagemaker('Configs', [made.configs], 'DeleteEndpointConfig', 'ListTags'),
    ]), 'sagemaker', MADE_BY_RELEASES);
  }

  private grant(id: string, handler: HandlerFunction, statements: iam.PolicyStatement[]): iam.ManagedPolicy {
    return new iam.ManagedPolicy(this, id, {
      description: `What ${handler.node.path} may do for ${this.props.endpointName}`, roles: [handler.role], statements,
    });
  }

  private onEndpoint(sid: string, ...actions: string[]): iam.PolicyStatement {
    return sagemaker(sid, [this.props.endpointArn], ...actions);
  }

  private readAlarms(): iam.PolicyStatement {
    return new iam.PolicyStatement({ sid: 'ReadAlarms', actions: ['cloudwatch:DescribeAlarms'], resources: [...this.props.alarmArns] });
  }

  private page(): iam.PolicyStatement {
    return new iam.PolicyStatement({ sid: 'Page', actions: ['sns:Publish'], resources: [this.props.topicArn] });
  }

  /** SageMaker attaches encrypted volumes through grants that whoever makes the endpoint gives it. */
  private lendKey(): iam.PolicyStatement[] {
    const { storageKey } = this.props;
    return storageKey === undefined ? [] : [new iam.PolicyStatement({
      sid: 'LendStorageKey',
      actions: ['kms:CreateGrant', 'kms:DescribeKey'],
      resources: [storageKey.keyArn],
      conditions: { StringEquals: { 'kms:ViaService': `sagemaker.${Aws.REGION}.${Aws.URL_SUFFIX}` } },
    })];
  }
}

function sagemaker(sid: string, resources: string[], ...actions: string[]): iam.PolicyStatement {
  return new iam.PolicyStatement({ sid, actions: actions.map((action) => `sagemaker:${action}`), resources });
}
