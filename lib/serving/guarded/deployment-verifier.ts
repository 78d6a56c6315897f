import { aws_iam as iam, CfnResource, CustomResource, Duration, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import {
  ENV_RUNBOOK, VariantProperties, VERIFICATION_SECONDS, VERIFIER_BUNDLE, VERIFIER_TYPE, VerifierProperties,
} from './runtime/contract';
import { ANSWERS_CLOUDFORMATION, HandlerFunction } from '../../core/handler-function';
import { runbook } from '../../core/runbook';
import { ANSWER_SECONDS } from '../../core/runtime/contract';
import { checkKept } from '../rendered-resource';

/** A variant as a deployment wants it. */
export interface VerifiedVariant {
  readonly variantName: string;
  /** Relative to the weights of the other variants. */
  readonly weight: number;
  readonly instanceCount: number;
  /** With `maxInstances`, in place of `instanceCount`: the variant is scaled. */
  readonly minInstances?: number;
  readonly maxInstances?: number;
}

/** What a deployment wants. */
export interface DeploymentVerifierProps {
  /** The literal name, never the attribute of the endpoint. */
  readonly endpointName: string;
  readonly endpointArn: string;
  /** Another name is another deployment, and is verified. */
  readonly endpointConfigName: string;
  readonly variants: readonly VerifiedVariant[];
  /** Weights and counts are what they were before the deployment; it has to be the endpoint's `RetainAllVariantProperties`. */
  readonly retained?: boolean;
}

const READ_ENDPOINTS = 'ReadEndpoints';
/** A crashed handler is started once more by Lambda within this time; then CloudFormation ends the deployment. */
const SERVICE_TIMEOUT = Duration.minutes(10);

/**
 * Fails a deployment after which the endpoint is not as wanted. SageMaker goes back to the old configuration and calls that
 * `InService`; CloudFormation may not notice. The caller makes it depend on the endpoint.
 *
 * Makes one resource, and with the first of a stack a function that reads, its role and policy, and the stack's log group
 * and key for handlers.
 */
export class DeploymentVerifier extends Construct {
  /** What CloudFormation asks the function by. */
  public readonly resource: CfnResource;

  constructor(scope: Construct, id: string, props: DeploymentVerifierProps) {
    super(scope, id);
    const verifier = verifierOf(this);
    verifier.statement(READ_ENDPOINTS).addResources(props.endpointArn);
    const properties: VerifierProperties = {
      EndpointName: props.endpointName,
      EndpointConfigName: props.endpointConfigName,
      Variants: props.variants.map(rendered),
      Retained: props.retained ?? false,
    };
    const resource = new CustomResource(this, 'Resource', {
      resourceType: VERIFIER_TYPE,
      serviceToken: verifier.functionArn,
      serviceTimeout: SERVICE_TIMEOUT,
      properties: { ...properties },
    });
    resource.node.addDependency(verifier);
    this.resource = resource.node.defaultChild as CfnResource;
    checkKept(this.resource, { ServiceToken: verifier.functionArn, ...properties },
      'the deployment would be judged by something else than what it wants');
  }
}

/** The one function that verifies the endpoints of a stack. */
function verifierOf(scope: Construct): HandlerFunction {
  return HandlerFunction.inStackOf(scope, 'MlPlatformDeploymentVerifier', {
    bundle: VERIFIER_BUNDLE,
    description: 'Compares endpoints with what their deployments want',
    timeout: Duration.seconds(VERIFICATION_SECONDS + ANSWER_SECONDS + 45),
    environment: { [ENV_RUNBOOK]: runbook('DeploymentNotAsWanted') },
    statements: [
      new iam.PolicyStatement({ sid: READ_ENDPOINTS, actions: ['sagemaker:DescribeEndpoint'] }),
      new iam.PolicyStatement({
        sid: 'ReadThisStack', actions: ['cloudformation:DescribeStacks'], resources: [Stack.of(scope).stackId],
      }),
    ],
    kept: ANSWERS_CLOUDFORMATION,
  });
}

function rendered(variant: VerifiedVariant): VariantProperties {
  return {
    VariantName: variant.variantName,
    Weight: variant.weight,
    InstanceCount: variant.instanceCount,
    MinInstances: variant.minInstances,
    MaxInstances: variant.maxInstances,
  };
}
