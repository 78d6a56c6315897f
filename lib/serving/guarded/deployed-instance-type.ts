import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { aws_sagemaker as sagemaker, Stack } from 'aws-cdk-lib';
import { shown } from '../../core/invalid-props';

/** Context: a folder with the templates that are deployed, as `<stack name>.template.json`. */
export const DEPLOYED_TEMPLATES = 'cdk-ml-platform:deployedTemplates';

interface Deployed {
  readonly Resources?: Record<string, {
    readonly Type?: string;
    readonly Properties?: { readonly ProductionVariants?: readonly { readonly InstanceType?: unknown }[] };
  } | undefined>;
}

/**
 * SageMaker refuses a new instance type on a variant that is autoscaled; CloudFormation finds out after the new fleet was
 * asked for. Nothing in a template knows what is deployed, so this compares when it is told.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-scaling.html
 */
export function checkDeployedInstanceType(config: sagemaker.CfnEndpointConfig): void {
  config.node.addValidation({ validate: () => judge(config) });
}

function judge(config: sagemaker.CfnEndpointConfig): string[] {
  const stack = Stack.of(config);
  const folder: unknown = config.node.tryGetContext(DEPLOYED_TEMPLATES);
  const file = typeof folder === 'string' ? join(folder, `${stack.stackName}.template.json`) : undefined;
  if (file === undefined || !existsSync(file)) {
    return [];
  }
  const { Resources: deployed = {} } = JSON.parse(readFileSync(file, 'utf8')) as Deployed;
  const before = deployed[String(stack.resolve(config.logicalId))]?.Properties?.ProductionVariants?.[0]?.InstanceType;
  const wasScaled = Object.values(deployed).some((resource) => resource?.Type === 'AWS::ApplicationAutoScaling::ScalableTarget');
  const [variant] = stack.resolve(config.productionVariants) as { readonly instanceType?: unknown }[];
  return !wasScaled || before === undefined || before === variant.instanceType ? []
    : [`\`instanceType\` must not change while the variant is autoscaled, because SageMaker refuses it: got ${shown(variant.instanceType)} `
      + `over ${shown(before)}; deploy without \`scaling\`, then with the new type, then with \`scaling\` again`];
}
