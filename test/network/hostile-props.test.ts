import { aws_ec2 as ec2, Stack } from 'aws-cdk-lib';
import {
  BroughtVpc, InterfaceEndpoint, InterfaceEndpointOptions, MlNetwork, MlNetworkEgress, MlNetworkProps, NatEgressOptions,
} from '../../lib/network';
import { describeHostileProps, Fine, LEFT_OUT, Make, NOTHING, NUMBER, OPTIONS, testPropsThatAreNone } from '../support/hostile-props';

const MADE: Fine<MlNetworkProps> = {
  cidr: 'undefined, a reference as text',
  maxAzs: LEFT_OUT,
  egress: LEFT_OUT,
  interfaceEndpoints: 'undefined, an empty list',
  trustedImageAccounts: 'undefined, an empty list',
  flowLogRetention: NUMBER,
};
const NAT: Fine<NatEgressOptions> = { gateways: LEFT_OUT };
const BROUGHT: Fine<BroughtVpc> = {
  vpc: NOTHING,
  subnets: OPTIONS,
  gatewayEndpoints: 'undefined, true',
  interfaceEndpoints: 'undefined, an empty list',
  trustedImageAccounts: 'undefined, an empty list',
};
const DOOR: Fine<InterfaceEndpointOptions> = { actions: NOTHING, resources: 'undefined, an empty list', accountActions: 'undefined, an empty list' };

const SQS = ec2.InterfaceVpcEndpointAwsService.SQS;
const vpcOf = (stack: Stack) => ec2.Vpc.fromVpcAttributes(stack, 'Vpc', {
  vpcId: 'vpc-0123456789abcdef0',
  vpcCidrBlock: '10.0.0.0/16',
  availabilityZones: ['eu-west-1a', 'eu-west-1b'],
  isolatedSubnetIds: ['subnet-1', 'subnet-2'],
  isolatedSubnetRouteTableIds: ['rtb-1', 'rtb-2'],
});

const made: Make = (stack, changed) => { new MlNetwork(stack, 'Network', changed); };
const open: Make = (stack, changed) => { new MlNetwork(stack, 'Network', { egress: MlNetworkEgress.nat(changed) }); };
const brought: Make = (stack, changed) => { MlNetwork.fromVpc(stack, 'Network', { vpc: vpcOf(stack), ...changed }); };
const door: Make = (stack, changed) => {
  const interfaceEndpoints = [InterfaceEndpoint.of(SQS, { actions: ['sqs:SendMessage'], ...changed })];
  MlNetwork.fromVpc(stack, 'Network', { vpc: vpcOf(stack), interfaceEndpoints });
};

testPropsThatAreNone([
  ['a network', (props) => new MlNetwork(new Stack(), 'Network', props)], ['a way out', (props) => MlNetworkEgress.nat(props)],
  ['a VPC', (props) => MlNetwork.fromVpc(new Stack(), 'Network', props)], ['an endpoint', (props) => InterfaceEndpoint.of(SQS, props)],
]);

describeHostileProps([['a network', made, MADE], ['a way out', open, NAT], ['a VPC', brought, BROUGHT], ['an endpoint', door, DOOR]]);

test.each([undefined, null, 'sqs', {}])('%p is no service of AWS', (service) => {
  expect(() => InterfaceEndpoint.of(service as never, { actions: ['sqs:SendMessage'] })).toThrow('`service` must be a service of AWS');
});

test.each<[ec2.SubnetSelection, string]>([
  [{ subnetGroupName: 'Nobody' }, '`subnets` must choose subnets that `vpc` has'],
  [{ subnetType: 5 as never }, '`subnets.subnetType` must be text: got 5'],
  [{ subnets: [{ subnetId: 'subnet-1' } as never] }, '`subnets.subnets[0]` must be a subnet, made or imported: got an object'],
  [{ onePerAz: 'yes' as never }, '`subnets.onePerAz` must be true or false, known at synth: got \'yes\''],
])('a selection of %p chooses no subnets', (subnets, message) => {
  expect(() => brought(new Stack(), { subnets })).toThrow(message);
});
