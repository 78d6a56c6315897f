import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { aws_sagemaker as sagemaker, Stack } from 'aws-cdk-lib';
import { shown } from '../../core/invalid-props';

/** Context: a folder with the templates that are deployed, as `<stack name>.template.json`. */
export const DEPLOYED_TEMPLATES = 'cdk-ml-platform:deployedTemplates';

interface Deployed {
  readonly Resources?: Record<string, {
    readonly Type?: string;
    readonly Properties?: {
      readonly ResourceId?: unknown;
      readonly ProductionVariants?: readonly { readonly InstanceType?: unknown }[];
    };
  } | undefined>;
}

/**
 * SageMaker refuses a new instance type on a variant that is autoscaled; CloudFormation finds out after the new fleet was
 * asked for. Nothing in a template knows what is deployed, so this compares when it is told. Dropping `scaling` in the same
 * deployment does not help: CloudFormation deletes what left the template after it has updated the rest.
 *
 * @param scaled how Application Auto Scaling calls the variant
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-scaling.html
 */
export function checkDeployedInstanceType(config: sagemaker.CfnEndpointConfig, scaled: string): void {
  config.node.addValidation({ validate: () => judge(config, scaled) });
}

function judge(config: sagemaker.CfnEndpointConfig, scaled: string): string[] {
  const folder: unknown = config.node.tryGetContext(DEPLOYED_TEMPLATES);
  if (folder === undefined) {
    return [];
  }
  if (typeof folder !== 'string' || !isFolder(folder)) {
    return [`the context \`${DEPLOYED_TEMPLATES}\` must name a folder, or nothing is compared: got ${shown(folder)}; correct it or leave it out`];
  }
  const stack = Stack.of(config);
  const file = join(folder, `${stack.stackName}.template.json`);
  return existsSync(file) ? judgeType(config, scaled, JSON.parse(readFileSync(file, 'utf8')) as Deployed) : []; // a new stack
}

function judgeType(config: sagemaker.CfnEndpointConfig, scaled: string, { Resources: deployed = {} }: Deployed): string[] {
  const stack = Stack.of(config);
  const id = JSON.stringify(stack.resolve(scaled));
  const before = deployed[String(stack.resolve(config.logicalId))]?.Properties?.ProductionVariants?.[0]?.InstanceType;
  const wasScaled = Object.values(deployed).some((resource) =>
    resource?.Type === 'AWS::ApplicationAutoScaling::ScalableTarget' && JSON.stringify(resource.Properties?.ResourceId) === id);
  const [variant] = stack.resolve(config.productionVariants) as { readonly instanceType?: unknown }[];
  return !wasScaled || before === undefined || before === variant.instanceType ? []
    : [`\`instanceType\` must not change while the variant is autoscaled, because SageMaker refuses it: got ${shown(variant.instanceType)} `
      + `over ${shown(before)}; deploy without \`scaling\`, then with the new type, then with \`scaling\` again`];
}

function isFolder(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory();
}
