import { aws_iam as iam, CfnResource, CustomResource, Duration, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { checkDeletesTagged, TAG_CONDITION } from './deletes-tagged';
import { DeploymentVerifier } from './deployment-verifier';
import { ENV_RUNBOOK, PRUNER_BUNDLE, PRUNER_TYPE, PrunerProperties, PRUNING_SECONDS } from './runtime/contract';
import { wildcardResource } from '../../core/acknowledge';
import { ANSWERS_CLOUDFORMATION, HandlerFunction } from '../../core/handler-function';
import { runbook } from '../../core/runbook';
import { ANSWER_SECONDS } from '../../core/runtime/contract';
import { checkKept, checkWaits } from '../rendered-resource';
import { ENDPOINT_TAG } from '../runtime/contract';

/** Whose configurations are pruned, and after what. */
export interface ConfigPrunerProps {
  /** The literal name, never the attribute of the endpoint; the tag `ENDPOINT_TAG` of its configurations and models. */
  readonly endpointName: string;
  /** What this deployment wants. Another name is another deployment, and prunes. */
  readonly endpointConfigName: string;
  /** What has to succeed before. */
  readonly after: DeploymentVerifier;
}

const ID = 'MlPlatformConfigPruner';
const DELETE_TAGGED = 'DeleteTagged';
const SERVICE_TIMEOUT = Duration.minutes(10);

/**
 * Deletes the earlier configurations and models of an endpoint after a deployment that is as wanted: the newest three stay,
 * and whatever any endpoint of the account serves or moves to, and what a rollback of this deployment would need, and what was
 * in place until a day ago. Never fails a deployment.
 *
 * Makes one resource, and with the first of a stack a function, its role and policy, and the stack's log group and key for
 * handlers.
 */
export class ConfigPruner extends Construct {
  constructor(scope: Construct, id: string, props: ConfigPrunerProps) {
    super(scope, id);
    const pruner = prunerOf(this);
    const properties: PrunerProperties = { EndpointName: props.endpointName, EndpointConfigName: props.endpointConfigName };
    const resource = new CustomResource(this, 'Resource', {
      resourceType: PRUNER_TYPE,
      serviceToken: pruner.functionArn,
      serviceTimeout: SERVICE_TIMEOUT,
      properties: { ...properties },
    });
    resource.node.addDependency(pruner, props.after);
    letDelete(pruner, props.endpointName);
    this.check(resource.node.defaultChild as CfnResource, pruner, { ...properties }, props.after);
  }

  private check(resource: CfnResource, pruner: HandlerFunction, properties: object, after: DeploymentVerifier): void {
    checkKept(resource, { ServiceToken: pruner.functionArn, ...properties }, 'it says what may go after this deployment');
    checkWaits(resource, after.resource, 'what is deleted before the deployment is verified may be what serves');
  }
}

/** The one function that prunes for the endpoints of a stack. */
function prunerOf(scope: Construct): HandlerFunction {
  const stack = Stack.of(scope);
  const configs = arn(stack, 'endpoint-config');
  const models = arn(stack, 'model');
  const endpoints = arn(stack, 'endpoint');
  return HandlerFunction.inStackOf(scope, ID, {
    bundle: PRUNER_BUNDLE,
    description: 'Deletes earlier endpoint configurations and models that nothing needs',
    timeout: Duration.seconds(PRUNING_SECONDS + ANSWER_SECONDS + 15),
    environment: { [ENV_RUNBOOK]: runbook('ConfigsNotPruned') },
    statements: [
      new iam.PolicyStatement({
        sid: 'ListAll',
        actions: ['sagemaker:ListEndpointConfigs', 'sagemaker:ListEndpoints', 'sagemaker:ListModels'],
        resources: ['*'],
      }),
      new iam.PolicyStatement({ sid: 'ReadEndpoints', actions: ['sagemaker:DescribeEndpoint'], resources: [endpoints] }),
      new iam.PolicyStatement({ sid: 'ReadConfigs', actions: ['sagemaker:DescribeEndpointConfig'], resources: [configs] }),
      new iam.PolicyStatement({ sid: 'ReadTags', actions: ['sagemaker:ListTags'], resources: [configs, models] }),
      new iam.PolicyStatement({
        sid: DELETE_TAGGED, actions: ['sagemaker:DeleteEndpointConfig', 'sagemaker:DeleteModel'], resources: [configs, models],
      }),
      new iam.PolicyStatement({ sid: 'ReadThisStack', actions: ['cloudformation:DescribeStacks'], resources: [stack.stackId] }),
    ],
    kept: ANSWERS_CLOUDFORMATION,
    keptOnPolicy: [{
      rules: [endpoints, configs, models].map((each) => wildcardResource(scope, each)),
      reason: 'CloudFormation makes the names of configurations and models, and any endpoint may use one, so names are not known '
        + `beforehand. Deleting is limited to what carries the tag ${ENDPOINT_TAG} of an endpoint of this stack; the rest only reads.`,
    }],
  });
}

/** The tag is what makes the wildcards of the statement harmless: without it the role could delete any configuration. */
function letDelete(pruner: HandlerFunction, endpointName: string): void {
  const statement = pruner.statement(DELETE_TAGGED);
  const { StringEquals: equals = {} } = statement.conditions as { StringEquals?: Record<string, string[]> };
  const others = equals[TAG_CONDITION];
  statement.addCondition('StringEquals', { [TAG_CONDITION]: [...others ?? [], endpointName] });
  if (others === undefined) { // the first of the stack
    checkDeletesTagged(pruner.node.findChild('Policy').node.defaultChild as CfnResource);
  }
}

function arn(stack: Stack, resource: string): string {
  return stack.formatArn({ service: 'sagemaker', resource, resourceName: '*' });
}
