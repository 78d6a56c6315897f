import { Annotations } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { IMlNetwork, InterfaceEndpoint, MlNetwork } from '../network';

const { ECS, ECS_AGENT, ECS_TELEMETRY } = InterfaceEndpoint;

/**
 * Warns of a network in which no machine ever joins its cluster. Only of one that was made here: what a brought VPC has, nobody
 * knows at synth. A warning, because an endpoint may be made beside the network.
 */
export function warnOfMissingDoors(scope: Construct, network: IMlNetwork): void {
  const lacking = network instanceof MlNetwork ? network._lacks([ECS, ECS_AGENT, ECS_TELEMETRY]) : [];
  if (lacking.length > 0) {
    Annotations.of(scope).addWarningV2('cdk-ml-platform:queueEndpoints',
      `\`network\` has no endpoint for ${lacking.map(({ serviceName }) => serviceName).join(', ')}, and no way out: machines of this queue start, are billed, and never join `
      + 'their cluster; add InterfaceEndpoint.ECS, ECS_AGENT and ECS_TELEMETRY to its `interfaceEndpoints`');
  }
}
