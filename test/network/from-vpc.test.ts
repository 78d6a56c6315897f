import { App, aws_ec2 as ec2, Fn, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { BroughtVpc, InterfaceEndpoint, MlNetwork } from '../../lib/network';
import { ENV, judged, openFindings } from '../support/judged';

let stack: Stack;
beforeEach(() => { stack = new Stack(new App(), 'Test', { env: ENV }); });

function imported(attributes: Partial<ec2.VpcAttributes> = {}): ec2.IVpc {
  return ec2.Vpc.fromVpcAttributes(stack, 'Vpc', {
    vpcId: 'vpc-1', availabilityZones: ['eu-west-1a', 'eu-west-1b'], ...attributes,
  });
}

const ISOLATED = { isolatedSubnetIds: ['subnet-1', 'subnet-2'], isolatedSubnetRouteTableIds: ['rtb-1', 'rtb-2'] };

function bring(brought: BroughtVpc) {
  return MlNetwork.fromVpc(stack, 'Network', brought);
}

test('makes nothing in a VPC that is brought', () => {
  const vpc = imported(ISOLATED);
  const network = bring({ vpc });
  expect(network.vpc).toBe(vpc);
  expect(network.subnets.map(({ subnetId }) => subnetId)).toEqual(['subnet-1', 'subnet-2']);
  expect(Template.fromStack(stack).toJSON()).not.toHaveProperty('Resources');
});

test('uses isolated subnets before private ones', () => {
  const { subnets } = bring({ vpc: imported({ ...ISOLATED, privateSubnetIds: ['subnet-3', 'subnet-4'] }) });
  expect(subnets.map(({ subnetId }) => subnetId)).toEqual(['subnet-1', 'subnet-2']);
});

test('uses private subnets where none is isolated', () => {
  const { subnets } = bring({ vpc: imported({ privateSubnetIds: ['subnet-3', 'subnet-4'] }) });
  expect(subnets.map(({ subnetId }) => subnetId)).toEqual(['subnet-3', 'subnet-4']);
});

test('uses the subnets that are named', () => {
  const { subnets } = bring({
    vpc: imported({ ...ISOLATED, privateSubnetIds: ['subnet-3', 'subnet-4'] }),
    subnets: { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS },
  });
  expect(subnets.map(({ subnetId }) => subnetId)).toEqual(['subnet-3', 'subnet-4']);
});

test('makes a security group in a VPC that is brought', () => {
  bring({ vpc: imported(ISOLATED) }).workloadSecurityGroup(stack, 'Group', 'The fraud model');
  Template.fromStack(stack).hasResourceProperties('AWS::EC2::SecurityGroup', { VpcId: 'vpc-1', GroupDescription: 'The fraud model' });
});

describe('zones of a VPC that is brought', () => {
  test('fail when there is no subnet that is not public', () => {
    expect(() => bring({ vpc: imported({ publicSubnetIds: ['subnet-5', 'subnet-6'] }) })).toThrow('at least two zones, or the network is lost with one: got 0');
  });

  test('fail when there is one subnet', () => {
    expect(() => bring({ vpc: imported({ availabilityZones: ['eu-west-1a'], isolatedSubnetIds: ['subnet-1'] }) })).toThrow('got 1');
  });

  test('fail when two subnets lie in one', () => {
    const subnets = ['subnet-1', 'subnet-2'].map((subnetId) =>
      ec2.Subnet.fromSubnetAttributes(stack, subnetId, { subnetId, availabilityZone: 'eu-west-1a' }));
    expect(() => bring({ vpc: imported(ISOLATED), subnets: { subnets } })).toThrow('Test/Network: `subnets` must give at least two zones');
  });

  test('are not asked of subnets that do not know them', () => {
    const subnets = ['subnet-1', 'subnet-2'].map((subnetId) => ec2.Subnet.fromSubnetId(stack, subnetId, subnetId));
    expect(bring({ vpc: imported(ISOLATED), subnets: { subnets } }).subnets).toEqual(subnets);
  });

  test('are not asked of a list that only the deployment knows', () => {
    const vpc = imported({ availabilityZones: Fn.getAzs(), privateSubnetIds: Fn.split(',', Fn.importValue('Subnets')) });
    const { subnets } = bring({ vpc });
    expect(stack.resolve(subnets.map(({ subnetId }) => subnetId))).toEqual({ 'Fn::Split': [',', { 'Fn::ImportValue': 'Subnets' }] });
  });

  test('are not asked of a VPC in a stack without an environment', () => {
    stack = new Stack(new App(), 'Test');
    expect(bring({ vpc: new ec2.Vpc(stack, 'Vpc', { maxAzs: 2 }) }).subnets).toHaveLength(2);
  });
});

test.each([{ subnetType: ec2.SubnetType.PUBLIC }, { subnetGroupName: 'Public' }])('refuses public subnets chosen by %j', (subnets) => {
  const vpc = imported({ ...ISOLATED, publicSubnetIds: ['subnet-5', 'subnet-6'] });
  expect(() => bring({ vpc, subnets })).toThrow("`subnets` must not be public, so that nothing from the internet reaches a workload: got 'Test/Vpc/PublicSubnet1'");
});

describe('endpoints in a VPC that is brought', () => {
  test('are made when asked, with their policies', () => {
    bring({
      vpc: imported({ ...ISOLATED, vpcCidrBlock: '10.9.0.0/16' }),
      gatewayEndpoints: true,
      interfaceEndpoints: InterfaceEndpoint.defaults(),
      trustedImageAccounts: ['763104351884'],
    });
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::EC2::VPCEndpoint', 10);
    template.allResourcesProperties('AWS::EC2::VPCEndpoint', { VpcId: 'vpc-1', PolicyDocument: { Statement: Match.anyValue() } });
    template.hasResourceProperties('AWS::EC2::VPCEndpoint', { RouteTableIds: ['rtb-1', 'rtb-2'] });
    template.hasResourceProperties('AWS::EC2::SecurityGroup', { SecurityGroupIngress: [Match.objectLike({ CidrIp: '10.9.0.0/16', FromPort: 443 })] });
  });

  test('may be gateways alone, which need no addresses', () => {
    bring({ vpc: imported(ISOLATED), gatewayEndpoints: true });
    Template.fromStack(stack).resourceCountIs('AWS::EC2::VPCEndpoint', 2);
  });

  test('fail when the VPC does not know its addresses', () => {
    expect(() => bring({ vpc: imported(ISOLATED), interfaceEndpoints: [InterfaceEndpoint.KMS] })).toThrow('give `vpcCidrBlock`');
  });

  test('fail for the same reasons as in a network made here', () => {
    const interfaceEndpoints = [InterfaceEndpoint.KMS, InterfaceEndpoint.KMS];
    expect(() => bring({ vpc: imported({ ...ISOLATED, vpcCidrBlock: '10.9.0.0/16' }), interfaceEndpoints, trustedImageAccounts: ['x'] }))
      .toThrow(/'kms' twice[^]*twelve digits/);
  });

  test('pass five packs', () => {
    expect(openFindings((judgedStack) => {
      const vpc = ec2.Vpc.fromVpcAttributes(judgedStack, 'Vpc', {
        vpcId: 'vpc-1', availabilityZones: ['eu-west-1a', 'eu-west-1b'], ...ISOLATED, vpcCidrBlock: '10.9.0.0/16',
      });
      const network = MlNetwork.fromVpc(judgedStack, 'Network', { vpc, gatewayEndpoints: true, interfaceEndpoints: InterfaceEndpoint.defaults() });
      network.workloadSecurityGroup(judgedStack, 'Group', 'The fraud model');
    })).toEqual([]);
  });

  test('pass five packs in a VPC of the same app, without an acknowledgement', () => {
    const report = judged((judgedStack) => {
      const { vpc } = new MlNetwork(judgedStack, 'Vpc', { interfaceEndpoints: [] });
      MlNetwork.fromVpc(judgedStack, 'Network', { vpc, interfaceEndpoints: InterfaceEndpoint.defaults() });
    });
    expect(report.open).toEqual([]);
    expect(report.kept).toEqual([]);
  });
});
