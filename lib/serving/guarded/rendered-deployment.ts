import { aws_sagemaker as sagemaker, Stack } from 'aws-cdk-lib';

interface RenderedStack {
  readonly Resources: Record<string, { readonly Properties: { readonly DeploymentConfig?: Rendered } }>;
}

interface Rendered {
  readonly BlueGreenUpdatePolicy?: unknown;
  readonly RollingUpdatePolicy?: unknown;
  readonly AutoRollbackConfiguration?: { readonly Alarms?: unknown };
}

/**
 * A plan cannot say two policies, but an escape hatch can, and strict validation lets it pass. What is judged here is the
 * resource as it stands in the template, overrides and all.
 */
export function checkRenderedDeployment(endpoint: sagemaker.CfnEndpoint): void {
  endpoint.node.addValidation({
    validate: () => {
      const { Resources: resources } = Stack.of(endpoint).resolve(endpoint._toCloudFormation()) as RenderedStack;
      const [{ Properties: { DeploymentConfig: config } }] = Object.values(resources);
      return config === undefined ? ['`DeploymentConfig` must stay: without it every update goes to all callers at once'] : judge(config);
    },
  });
}

function judge({ BlueGreenUpdatePolicy, RollingUpdatePolicy, AutoRollbackConfiguration }: Rendered): string[] {
  const problems: string[] = [];
  const policies = [BlueGreenUpdatePolicy, RollingUpdatePolicy].filter((policy) => policy !== undefined).length;
  if (policies !== 1) {
    problems.push(`\`DeploymentConfig\` must hold a blue/green or a rolling policy: got ${policies === 0 ? 'neither' : 'both'}; `
      + 'choose the plan with `deployment` instead of an override');
  }
  const alarms = AutoRollbackConfiguration?.Alarms;
  if (!Array.isArray(alarms) || alarms.length < 1 || alarms.length > 10) {
    problems.push('`AutoRollbackConfiguration` must name 1 to 10 alarms: without one a bake guards nothing; use `rollbackOn`');
  }
  return problems;
}
