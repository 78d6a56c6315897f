import { aws_ec2 as ec2 } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { BroughtVpc } from './brought-vpc';
import { MlNetworkProps } from './ml-network-props';
import { elsewhere } from '../core/elsewhere';
import { KNOWN_FLAG, Kinds, LIST, listOf, needed, NUMBER, structOf, TEXT, thing } from '../core/kinds';

/** A VPC alone does not say which of its subnets are for workloads. */
export const NETWORK = thing('an MlNetwork, made or brought with MlNetwork.fromVpc', 'subnets', 'workloadSecurityGroup', 'node');

/** What is wrong with the place of a network, or nothing. */
export function networkElsewhere(user: IConstruct, network: IConstruct): string | undefined {
  return elsewhere('network', user, network, 'make an MlNetwork beside it');
}

const INTERFACE_ENDPOINT = thing('an InterfaceEndpoint, as in InterfaceEndpoint.SQS', 'serviceName', '_statements');

/** What has to be known of the props of a network. Account ids have a check of their own, which tells more. */
export const NETWORK_KINDS: Kinds<MlNetworkProps> = {
  cidr: TEXT,
  maxAzs: NUMBER,
  egress: thing('an MlNetworkEgress, as in MlNetworkEgress.none()', '_isOpen', '_gateways'),
  interfaceEndpoints: listOf(INTERFACE_ENDPOINT),
  trustedImageAccounts: LIST,
};

/** What has to be known of a VPC that somebody brings. */
export const BROUGHT_KINDS: Kinds<BroughtVpc> = {
  vpc: needed(thing('a VPC, made or imported', 'vpcId', 'selectSubnets')),
  subnets: structOf<ec2.SubnetSelection>({
    subnetType: TEXT,
    availabilityZones: listOf(TEXT),
    subnetGroupName: TEXT,
    onePerAz: KNOWN_FLAG,
    subnetFilters: listOf(thing('a SubnetFilter, as in SubnetFilter.byIds(ids)', 'selectSubnets')),
    subnets: listOf(thing('a subnet, made or imported', 'subnetId', 'routeTable')),
  }),
  gatewayEndpoints: KNOWN_FLAG,
  interfaceEndpoints: listOf(INTERFACE_ENDPOINT),
  trustedImageAccounts: LIST,
};
