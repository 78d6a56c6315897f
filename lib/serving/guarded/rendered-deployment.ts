import { aws_sagemaker as sagemaker, CfnResource, Stack } from 'aws-cdk-lib';
import { rendered } from '../rendered-resource';

interface Routing {
  readonly Type?: unknown;
  readonly CanarySize?: unknown;
  readonly LinearStepSize?: unknown;
}

interface Rendered {
  readonly BlueGreenUpdatePolicy?: { readonly TrafficRoutingConfiguration?: Routing };
  readonly RollingUpdatePolicy?: unknown;
  readonly AutoRollbackConfiguration?: { readonly Alarms?: unknown };
}

const THE_WAY = 'choose the plan with `deployment` instead of an override';
/** What each way of routing needs, and nothing else. */
const SIZES: Record<string, readonly string[]> = { ALL_AT_ONCE: [], CANARY: ['CanarySize'], LINEAR: ['LinearStepSize'] };

/**
 * A plan cannot say two policies, but an escape hatch can, and strict validation and packs let it pass. What is judged here
 * is the resource as it stands in the template, overrides and all.
 */
export function checkRenderedDeployment(endpoint: sagemaker.CfnEndpoint, alarmNames: readonly string[]): void {
  endpoint.node.addValidation({
    validate: () => {
      const { DeploymentConfig: config } = (rendered(endpoint).Properties ?? {}) as { DeploymentConfig?: Rendered };
      return config === undefined
        ? [`\`DeploymentConfig\` must stay: without it every update goes to all callers at once; drop the override, ${THE_WAY}`]
        : [...judgePolicies(config), ...judgeRouting(config), ...judgeAlarms(config, Stack.of(endpoint).resolve(alarmNames))];
    },
  });
}

/** Configuration and model: a name would collide with itself on replacement, and a rollback needs the replaced one. */
export function checkRenderedHistory(resource: CfnResource, nameProperty: string): void {
  resource.node.addValidation({
    validate: () => {
      const { Properties: properties = {}, UpdateReplacePolicy: policy } = rendered(resource);
      return [
        ...(properties[nameProperty] === undefined ? []
          : [`\`${nameProperty}\` must stay empty: every change replaces the resource, and a fixed name collides with itself; drop the override`]),
        ...(policy === 'Retain' ? []
          : ['`UpdateReplacePolicy` must stay Retain: a rollback goes back to the replaced resource; drop the override']),
      ];
    },
  });
}

function judgePolicies({ BlueGreenUpdatePolicy, RollingUpdatePolicy }: Rendered): string[] {
  const policies = [BlueGreenUpdatePolicy, RollingUpdatePolicy].filter((policy) => policy !== undefined).length;
  return policies === 1 ? []
    : [`\`DeploymentConfig\` must hold a blue/green or a rolling policy: got ${policies === 0 ? 'neither' : 'both'}; ${THE_WAY}`];
}

function judgeRouting({ BlueGreenUpdatePolicy: policy }: Rendered): string[] {
  if (policy === undefined) {
    return [];
  }
  const { Type: type, ...sizes } = policy.TrafficRoutingConfiguration ?? {};
  const needed = typeof type === 'string' ? SIZES[type] : undefined;
  if (needed === undefined) {
    return [`\`TrafficRoutingConfiguration.Type\` must be ${Object.keys(SIZES).join(', ')}: got another; ${THE_WAY}`];
  }
  const given = Object.entries(sizes).filter(([name, size]) => name !== 'WaitIntervalInSeconds' && size !== undefined).map(([name]) => name);
  return given.join() === needed.join() ? []
    : [`\`TrafficRoutingConfiguration\` must hold ${needed.join() || 'no size'} for ${String(type)}: got ${given.join() || 'none'}; ${THE_WAY}`];
}

function judgeAlarms({ AutoRollbackConfiguration: rollback }: Rendered, names: unknown[]): string[] {
  const alarms = Array.isArray(rollback?.Alarms) ? rollback.Alarms as { AlarmName?: unknown }[] : [];
  const found = new Set(alarms.map(({ AlarmName: name }) => JSON.stringify(name)));
  return names.every((name) => found.has(JSON.stringify(name))) && found.size === names.length ? []
    : ['`AutoRollbackConfiguration` must name the alarms of `rollbackOn` and the kill switch, or a bake guards nothing; use `rollbackOn`'];
}
