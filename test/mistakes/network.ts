import { aws_ec2 as ec2, CfnResource, Stack } from 'aws-cdk-lib';
import { bothWays, broughtNetwork, network, overridden, without } from './baselines';
import { Claim, Mistake, nobody, refused, Topic } from './mistake';
import { inRegulatedPacks } from '../../lib/core/acknowledge';
import { InterfaceEndpoint, MlNetworkEgress, MlNetworkProps } from '../../lib/network';

function props(title: string, changed: () => MlNetworkProps, claim: Claim): Mistake {
  return { title, make: (stack) => network(stack, changed()), claim };
}

function override(title: string, path: string, property: string, value: unknown, claim: Claim): Mistake {
  return { title, make: overridden(network, path, property, value), claim };
}

function removal(title: string, path: string, property: string, claim: Claim): Mistake {
  return { title, make: without(network, path, property), claim };
}

/** A part of the network that is not made at all. */
function missing(title: string, parent: string, child: string, claim: Claim): Mistake {
  const make = (stack: Stack) => {
    network(stack);
    const owner = stack.node.findAll().find(({ node }) => node.path === `${stack.node.path}/${parent}`);
    if (owner?.node.tryRemoveChild(child) !== true) {
      throw new Error(`no ${child} in ${parent}: has the construct changed its ids?`);
    }
  };
  return { title, make, claim };
}

/** Something hand-written in the network. */
function beside(title: string, write: (vpc: ec2.IVpc, stack: Stack) => CfnResource, claim: Claim): Mistake {
  return { title, make: (stack) => write(network(stack).vpc, stack), claim };
}

const LOG = 'Network/FlowLogs/Resource';
const LOG_GROUP = 'Network/FlowLogs/LogGroup/Resource';
const SUBNET = 'Network/Resource/WorkloadSubnet1/Subnet';

export const NETWORK: Topic = {
  title: 'Network',
  mistakes: [
    props('one zone', () => ({ maxAzs: 1 }), refused('MaxAzs', 'maxAzs', 'from 2 to 6')),
    props('a range with no room', () => ({ cidr: '10.0.0.0/28' }), refused('CidrRange', 'cidr', 'from /16 to /22')),
    props('a range that begins in its middle', () => ({ cidr: '10.0.3.0/20' }), refused('CidrRange', 'cidr', "use '10.0.0.0/20'")),
    props('a range that SageMaker uses itself', () => ({ cidr: '172.17.0.0/16' }), refused('CidrRange', 'cidr', 'must not lie in 172.17.0.0/16')),
    props('one door twice', () => ({ interfaceEndpoints: [InterfaceEndpoint.KMS, InterfaceEndpoint.KMS] }),
      refused('EndpointTwice', 'interfaceEndpoints', 'remove one')),
    props('more NAT gateways than zones', () => ({ egress: MlNetworkEgress.nat({ gateways: 3 }) }),
      refused('NatGateways', 'gateways', 'leave it out to have one in each')),
    props('an image account of eleven digits', () => ({ trustedImageAccounts: ['11112222333'] }),
      refused('TrustedImageAccount', 'trustedImageAccounts', 'account ids of twelve digits')),
    props('a door for every action', () => ({
      interfaceEndpoints: [InterfaceEndpoint.of(ec2.InterfaceVpcEndpointAwsService.STEP_FUNCTIONS, { actions: ['states:*'] })],
    }), refused('EndpointActions', 'actions', "like 'states:StartExecution'")),
    {
      title: 'a brought network in public subnets',
      make: (stack) => broughtNetwork(stack, {
        vpc: ec2.Vpc.fromVpcAttributes(stack, 'Open', {
          vpcId: 'vpc-0a1b2c3d4e5f60718',
          availabilityZones: ['eu-west-1a', 'eu-west-1b'],
          publicSubnetIds: ['subnet-0a1b2c3d4e5f60718', 'subnet-0a1b2c3d4e5f60719'],
        }),
        subnets: { subnetType: ec2.SubnetType.PUBLIC },
      }),
      claim: refused('PublicSubnet', 'subnets', 'choose isolated or private ones'),
    },
    {
      title: 'a brought network in one zone',
      make: (stack) => broughtNetwork(stack, {
        vpc: ec2.Vpc.fromVpcAttributes(stack, 'Small', {
          vpcId: 'vpc-0a1b2c3d4e5f60718', availabilityZones: ['eu-west-1a'], isolatedSubnetIds: ['subnet-0a1b2c3d4e5f60718'],
        }),
      }),
      claim: refused('TwoZones', 'subnets', 'choose subnets or a Region with more'),
    },

    missing('an open default security group', 'Network/Resource', 'RestrictDefaultSecurityGroupCustomResource',
      { packs: inRegulatedPacks('VPCDefaultSecurityGroupClosed') }),
    missing('no flow log', 'Network/FlowLogs', 'Resource', { packs: ['AwsSolutions-VPC7', ...inRegulatedPacks('VPCFlowLogsEnabled')] }),
    missing('no gateway to S3', 'Network/Endpoints', 'S3Gateway', nobody('the model cannot fetch its artifact, which shows when it first starts; untried')),
    override('a flow log of refusals only', LOG, 'TrafficType', 'REJECT', nobody('judge the rendered flow log: all traffic')),
    override('a misspelt kind of traffic', LOG, 'TrafficType', 'EVERYTHING', { rules: ['W3030'] }),
    ...bothWays('flow logs without a key', network, LOG_GROUP, { KmsKeyId: undefined }, inRegulatedPacks('CloudWatchLogGroupEncrypted')),
    ...bothWays('flow logs for ever', network, LOG_GROUP, { RetentionInDays: undefined },
      [...inRegulatedPacks('CloudWatchLogGroupRetentionPeriod'), 'Serverless-CloudWatchLogGroupRetentionPeriod']),
    removal('a gateway to S3 that lets every action through', 'Network/Endpoints/S3Gateway/Resource', 'PolicyDocument',
      nobody('a rule of our own pack could ask for a policy on every door')),
    ...bothWays('addresses from the internet', network, SUBNET, { MapPublicIpOnLaunch: true }, inRegulatedPacks('VPCSubnetAutoAssignPublicIpDisabled')),
    override('a zone of another Region', SUBNET, 'AvailabilityZone', 'us-east-1a', nobody('EC2 should refuse it in the deployment; untried')),
    override('two subnets in one zone', SUBNET, 'AvailabilityZone', { 'Fn::Select': [1, { 'Fn::GetAZs': '' }] },
      nobody('judge the rendered subnets: two zones')),
    override('two subnets with the same addresses', SUBNET, 'CidrBlock', '10.0.32.0/19', { rules: ['E3060'] }),
    override('a subnet outside the network', SUBNET, 'CidrBlock', '192.168.0.0/24', { rules: ['E3059'] }),
    beside('a route to the internet', (vpc, stack) => new ec2.CfnRoute(stack, 'Route', {
      routeTableId: vpc.isolatedSubnets[0].routeTable.routeTableId, destinationCidrBlock: '0.0.0.0/0', gatewayId: 'igw-0a1b2c3d4e5f60718',
    }), { packs: inRegulatedPacks('VPCNoUnrestrictedRouteToIGW') }),
    beside('a group that lets SSH in from everywhere', (vpc, stack) => new ec2.CfnSecurityGroup(stack, 'Group', {
      vpcId: vpc.vpcId,
      groupDescription: 'SSH',
      securityGroupIngress: [{ ipProtocol: 'tcp', fromPort: 22, toPort: 22, cidrIp: '0.0.0.0/0', description: 'SSH' }],
      securityGroupEgress: [{ ipProtocol: 'tcp', fromPort: 443, toPort: 443, cidrIp: '0.0.0.0/0', description: 'HTTPS' }],
    }), { rules: ['W2508'], packs: ['AwsSolutions-EC23', ...inRegulatedPacks('EC2RestrictedSSH')] }),
    beside('a door without a policy', (vpc, stack) => new ec2.CfnVPCEndpoint(stack, 'Door', {
      vpcId: vpc.vpcId,
      serviceName: 'com.amazonaws.eu-west-1.kms',
      vpcEndpointType: 'Interface',
      subnetIds: vpc.isolatedSubnets.map(({ subnetId }) => subnetId),
      privateDnsEnabled: true,
    }), nobody('a rule of our own pack could ask for a policy on every door')),
  ],
};
