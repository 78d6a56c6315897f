import { App, Aws, CfnParameter, Lazy, Stack, Token } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { InterfaceEndpoint, MlNetwork, MlNetworkEgress, MlNetworkProps } from '../../lib/network';
import { ENV, judged, openFindings } from '../support/judged';

let stack: Stack;
beforeEach(() => { stack = new Stack(new App(), 'Test'); });

function templateOf(props?: MlNetworkProps): Template {
  new MlNetwork(stack, 'Network', props);
  return Template.fromStack(stack);
}

function ranges(props?: MlNetworkProps): unknown[] {
  const subnets = templateOf(props).findResources('AWS::EC2::Subnet') as Record<string, { Properties: { CidrBlock: unknown } }>;
  return Object.values(subnets).map(({ Properties }) => Properties.CidrBlock);
}

/** A stack that sees as many zones as it is told. */
function stackWithZones(count: number): Stack {
  const zones = ['a', 'b', 'c', 'd', 'e', 'f'].slice(0, count).map((letter) => `eu-west-1${letter}`);
  class Zoned extends Stack {
    public get availabilityZones(): string[] {
      return zones;
    }
  }
  return new Zoned(new App(), 'Test', { env: ENV });
}

describe('the default network', () => {
  test('has isolated subnets in two zones, and no way in or out', () => {
    const template = templateOf();
    template.resourceCountIs('AWS::EC2::Subnet', 2);
    template.allResourcesProperties('AWS::EC2::Subnet', { MapPublicIpOnLaunch: false });
    template.hasResourceProperties('AWS::EC2::Subnet', { AvailabilityZone: { 'Fn::Select': [0, { 'Fn::GetAZs': '' }] } });
    template.hasResourceProperties('AWS::EC2::Subnet', { AvailabilityZone: { 'Fn::Select': [1, { 'Fn::GetAZs': '' }] } });
    ['InternetGateway', 'NatGateway', 'EIP', 'Route', 'VPCGatewayAttachment', 'EgressOnlyInternetGateway'].forEach((way) =>
      template.resourceCountIs(`AWS::EC2::${way}`, 0));
  });

  test('hands out its isolated subnets', () => {
    const network = new MlNetwork(stack, 'Network');
    expect(network.subnets).toEqual(network.vpc.isolatedSubnets);
    expect(network.subnets).toHaveLength(2);
    expect(network.node.defaultChild).toBe(network.vpc);
  });

  test('empties the default security group', () => {
    const template = templateOf();
    template.hasResourceProperties('Custom::VpcRestrictDefaultSG', {
      DefaultSecurityGroupId: { 'Fn::GetAtt': [Match.stringLikeRegexp('^Network'), 'DefaultSecurityGroup'] },
    });
    const group = Match.arrayWith([{ 'Fn::GetAtt': [Match.stringLikeRegexp('^Network'), 'DefaultSecurityGroup'] }]);
    template.hasResourceProperties('AWS::IAM::Role', {
      Policies: [{
        PolicyDocument: {
          Statement: [{
            Effect: 'Allow',
            Action: ['Authorize', 'Revoke'].flatMap((verb) => [`ec2:${verb}SecurityGroupIngress`, `ec2:${verb}SecurityGroupEgress`]),
            Resource: [{ 'Fn::Join': ['', group] }],
          }],
        },
      }],
    });
  });

  test('passes five packs', () => {
    expect(openFindings((judgedStack) => { new MlNetwork(judgedStack, 'Network'); })).toEqual([]);
  });

  test('keeps no finding by acknowledging it', () => {
    expect(judged((judgedStack) => { new MlNetwork(judgedStack, 'Network'); }).kept).toEqual([]);
  });

  test('synthesizes to the same bytes twice', () => {
    const synthesized = () => {
      const app = new App();
      new MlNetwork(new Stack(app, 'Test'), 'Network', { egress: MlNetworkEgress.nat() });
      return JSON.stringify(app.synth().getStackByName('Test').template);
    };
    expect(synthesized()).toBe(synthesized());
  });
});

describe('zones', () => {
  test.each([2, 3, 6])('are %p when asked for', (maxAzs) => {
    stack = stackWithZones(6);
    expect(new MlNetwork(stack, 'Network', { maxAzs }).subnets.map(({ availabilityZone }) => availabilityZone))
      .toEqual(['eu-west-1a', 'eu-west-1b', 'eu-west-1c', 'eu-west-1d', 'eu-west-1e', 'eu-west-1f'].slice(0, maxAzs));
  });

  test('stay two in a stack without an environment', () => {
    expect(new MlNetwork(stack, 'Network', { maxAzs: 3 }).subnets).toHaveLength(2);
  });

  test.each([1, 0, -1, 7, 2.5, NaN])('fail as %p', (maxAzs) => {
    expect(() => new MlNetwork(stack, 'Network', { maxAzs })).toThrow(`\`maxAzs\` must be a whole number from 2 to 6: got ${maxAzs}`);
  });

  test('fail as a token, which cannot decide what is made', () => {
    expect(() => new MlNetwork(stack, 'Network', { maxAzs: Token.asNumber({ Ref: 'Zones' }) }))
      .toThrow('`maxAzs` must be known at synth');
  });

  test('fail when the stack sees one only', () => {
    expect(() => new MlNetwork(stackWithZones(1), 'Network')).toThrow('`maxAzs` must give at least two zones, or the network is lost with one: got 1');
  });
});

describe('addresses', () => {
  test.each([
    ['10.0.0.0/16', ['10.0.0.0/19', '10.0.32.0/19']],
    ['10.1.240.0/20', ['10.1.240.0/23', '10.1.242.0/23']],
    ['192.168.252.0/22', ['192.168.252.0/25', '192.168.252.128/25']],
  ])('of %s give each zone an eighth', (cidr, expected) => {
    expect(ranges({ cidr })).toEqual(expected);
  });

  test('of a workload subnet stay when a zone and a way out are added', () => {
    const few = ranges();
    stack = stackWithZones(6);
    const many = ranges({ maxAzs: 6, egress: MlNetworkEgress.nat() });
    expect(many).toEqual(expect.arrayContaining(few));
    expect(many.slice(6)).toEqual([0, 16, 32, 48, 64, 80].map((last) => `10.0.224.${last}/28`));
  });

  test('of the smallest network have room for six zones of workloads and of NAT', () => {
    stack = stackWithZones(6);
    const all = ranges({ cidr: '10.0.0.0/22', maxAzs: 6, egress: MlNetworkEgress.nat() });
    expect(all).toHaveLength(12);
    expect(all.slice(5, 7)).toEqual(['10.0.2.128/25', '10.0.3.128/28']);
    expect(all[11]).toBe('10.0.3.208/28');
  });

  test.each([
    ['10.0.0.0', 'from /16 to /22'],
    ['10.0.0.0/15', 'no room'],
    ['10.0.0.0/23', 'no room'],
    ['10.0.0.256/16', 'at most 255'],
    ['010.0.0.0/16', 'without leading zeros'],
    ['10.0.0.0/016', 'from /16 to /22'],
    ['10.0.1.0/16', "use '10.0.0.0/16'"],
    ['10.0.0.0/16\n', 'from /16 to /22'],
    ['::/16', 'from /16 to /22'],
    ['172.17.0.0/16', 'SageMaker uses'],
    ['172.17.128.0/20', 'SageMaker uses'],
  ])('fail as %j', (cidr, message) => {
    expect(() => new MlNetwork(stack, 'Network', { cidr })).toThrow(message);
  });

  test.each(['172.16.0.0/16', '172.18.0.0/16', '10.172.16.0/20'])('next to what SageMaker uses pass: %s', (cidr) => {
    templateOf({ cidr }).hasResourceProperties('AWS::EC2::VPC', { CidrBlock: cidr });
  });

  test('from a parameter are cut by CloudFormation', () => {
    const cidr = new CfnParameter(stack, 'Range').valueAsString;
    const eighths = { 'Fn::Cidr': [{ Ref: 'Range' }, 8, '13'] };
    expect(ranges({ cidr, egress: MlNetworkEgress.nat() })).toEqual([
      { 'Fn::Select': [0, eighths] },
      { 'Fn::Select': [1, eighths] },
      { 'Fn::Select': [0, { 'Fn::Cidr': [{ 'Fn::Select': [7, eighths] }, 8, '4'] }] },
      { 'Fn::Select': [1, { 'Fn::Cidr': [{ 'Fn::Select': [7, eighths] }, 8, '4'] }] },
    ]);
  });

  test('from a parameter pass five packs', () => {
    const report = judged((judgedStack) => { new MlNetwork(judgedStack, 'Network', { cidr: new CfnParameter(judgedStack, 'Range').valueAsString }); });
    expect(report.open).toEqual([]);
    expect(new Set(report.kept.map(({ path }) => path))).toEqual(new Set(['Test/Network/Endpoints/SecurityGroup/Resource']));
  });

  test.each([['10.0.0.0/20', 'must stand for a /16'], ['10.0.0.0/8', 'from /16 to /22']])('that turn out as %s fail at synth', (cidr, message) => {
    new MlNetwork(stack, 'Network', { cidr: Lazy.string({ produce: () => cidr }) });
    expect(() => Template.fromStack(stack)).toThrow(message);
  });

  test('that turn out right pass at synth', () => {
    templateOf({ cidr: Lazy.string({ produce: () => '10.7.0.0/16' }) }).hasResourceProperties('AWS::EC2::VPC', { CidrBlock: '10.7.0.0/16' });
  });
});

describe('a way out', () => {
  test('has a NAT gateway in each zone, in public subnets that give out no addresses', () => {
    const template = templateOf({ egress: MlNetworkEgress.nat() });
    template.resourceCountIs('AWS::EC2::NatGateway', 2);
    template.resourceCountIs('AWS::EC2::Subnet', 4);
    template.allResourcesProperties('AWS::EC2::Subnet', { MapPublicIpOnLaunch: false });
  });

  test('leads workloads through NAT and never to the internet gateway', () => {
    const network = new MlNetwork(stack, 'Network', { egress: MlNetworkEgress.nat() });
    expect(network.subnets).toEqual(network.vpc.privateSubnets);
    const routes = Object.values(Template.fromStack(stack).findResources('AWS::EC2::Route')) as { Properties: Record<string, { Ref: string }> }[];
    const ofWorkloads = routes.filter(({ Properties }) => Properties.RouteTableId.Ref.includes('Workload'));
    expect(ofWorkloads).toHaveLength(2);
    ofWorkloads.forEach(({ Properties }) => expect(Object.keys(Properties)).toEqual(['DestinationCidrBlock', 'NatGatewayId', 'RouteTableId']));
  });

  test('does not rename the subnets of workloads', () => {
    const ids = (props: MlNetworkProps) => Object.keys(templateOf(props).findResources('AWS::EC2::Subnet')).filter((id) => id.includes('Workload'));
    const before = ids({});
    stack = new Stack(new App(), 'Test');
    expect(ids({ egress: MlNetworkEgress.nat() })).toEqual(before);
  });

  test('may share one gateway', () => {
    templateOf({ egress: MlNetworkEgress.nat({ gateways: 1 }) }).resourceCountIs('AWS::EC2::NatGateway', 1);
  });

  test.each([0, 7, 1.5])('fails with %p gateways', (gateways) => {
    expect(() => MlNetworkEgress.nat({ gateways })).toThrow(`\`gateways\` must be a whole number from 1 to 6: got ${gateways}`);
  });

  test('fails with a token for the gateways', () => {
    expect(() => MlNetworkEgress.nat({ gateways: Token.asNumber({ Ref: 'Gateways' }) })).toThrow('`gateways` must be known at synth');
  });

  test('has no more gateways than there are zones in a stack that sees fewer than asked', () => {
    templateOf({ maxAzs: 3, egress: MlNetworkEgress.nat({ gateways: 3 }) }).resourceCountIs('AWS::EC2::NatGateway', 2);
  });

  test('waits with its judgement of gateways until the zones are looked up', () => {
    stack = new Stack(new App(), 'Test', { env: ENV });
    expect(() => new MlNetwork(stack, 'Network', { maxAzs: 6, egress: MlNetworkEgress.nat({ gateways: 6 }) })).not.toThrow();
  });

  test('fails with more gateways than zones', () => {
    expect(() => new MlNetwork(stack, 'Network', { egress: MlNetworkEgress.nat({ gateways: 3 }) }))
      .toThrow('`gateways` must be at most one for each zone, here 2: got 3');
  });

  test('passes five packs, and keeps only the routes of its public subnets', () => {
    const report = judged((judgedStack) => { new MlNetwork(judgedStack, 'Network', { egress: MlNetworkEgress.nat() }); });
    expect(report.open).toEqual([]);
    expect(new Set(report.kept.map(({ rule }) => rule.replace(/^.*-/, '')))).toEqual(new Set(['VPCNoUnrestrictedRouteToIGW']));
    report.kept.forEach(({ path }) => expect(path).toMatch(/Public.*DefaultRoute$/));
  });
});

describe('the security group of a workload', () => {
  test('lets nobody in and only HTTPS out', () => {
    const network = new MlNetwork(stack, 'Network', { interfaceEndpoints: [] });
    const group = network.workloadSecurityGroup(stack, 'Group', 'The fraud model');
    expect(group.node.path).toBe('Test/Group');
    Template.fromStack(stack).hasResourceProperties('AWS::EC2::SecurityGroup', {
      GroupDescription: 'The fraud model',
      SecurityGroupEgress: [{ CidrIp: '0.0.0.0/0', IpProtocol: 'tcp', FromPort: 443, ToPort: 443, Description: Match.anyValue() }],
      SecurityGroupIngress: Match.absent(),
    });
  });

  test('passes five packs', () => {
    expect(openFindings((judgedStack) => {
      new MlNetwork(judgedStack, 'Network').workloadSecurityGroup(judgedStack, 'Group', 'The fraud model');
    })).toEqual([]);
  });

  test('is made after the endpoints and after the way out, and deleted before them', () => {
    const network = new MlNetwork(stack, 'Network', { egress: MlNetworkEgress.nat(), interfaceEndpoints: [InterfaceEndpoint.KMS] });
    network.workloadSecurityGroup(stack, 'Group', 'The fraud model');
    const template = Template.fromStack(stack);
    const before = ['AWS::EC2::VPCEndpoint', 'AWS::EC2::Route'].flatMap((type) => Object.keys(template.findResources(type)))
      .filter((id) => !id.includes('Public'));
    expect(before).toHaveLength(5);
    const [group] = Object.values(template.findResources('AWS::EC2::SecurityGroup', { Properties: { GroupDescription: 'The fraud model' } }));
    expect((group as { DependsOn: string[] }).DependsOn).toEqual(expect.arrayContaining(before));
  });

  test('may be made in another stack than the network', () => {
    const app = new App();
    const [place, other] = [new Stack(app, 'Place'), new Stack(app, 'Other')];
    new MlNetwork(place, 'Network').workloadSecurityGroup(other, 'Group', 'The fraud model');
    app.synth();
    expect(other.dependencies).toEqual([place]);
  });

  test.each(['', 'x', 'a'.repeat(256), 'it\'s', 'two\nlines', 'größe'])('fails with the description %j', (description) => {
    const network = new MlNetwork(stack, 'Network');
    expect(() => network.workloadSecurityGroup(stack, 'Group', description)).toThrow('`description` must be 2 to 255 characters');
  });

  test.each(['ab', 'a'.repeat(255), 'A-z 0.9_:/()#,@[]+=&;{}!$*'])('takes the description %j', (description) => {
    new MlNetwork(stack, 'Network').workloadSecurityGroup(stack, 'Group', description);
    Template.fromStack(stack).hasResourceProperties('AWS::EC2::SecurityGroup', { GroupDescription: description });
  });

  test('takes a token as description', () => {
    new MlNetwork(stack, 'Network').workloadSecurityGroup(stack, 'Group', Aws.STACK_NAME);
    Template.fromStack(stack).hasResourceProperties('AWS::EC2::SecurityGroup', { GroupDescription: { Ref: 'AWS::StackName' } });
  });
});

test('names all problems at once, under the path of the network', () => {
  const problems = (id: string) => () => new MlNetwork(stack, id, {
    cidr: 'x', maxAzs: 1, trustedImageAccounts: ['1'], interfaceEndpoints: [InterfaceEndpoint.STS, InterfaceEndpoint.STS],
  });
  expect(problems('One')).toThrow(/^Test\/One: [^]*cidr[^]*maxAzs[^]*sts[^]*trustedImageAccounts/);
  expect(problems('Two')).toThrow(expect.objectContaining({ code: 'CidrRange' }));
});

describe('a workload', () => {
  const groupIn = (env: object | undefined) => () =>
    new MlNetwork(new Stack(new App(), 'Here', { env: ENV }), 'Network').workloadSecurityGroup(new Stack(new App(), 'There', { env }), 'Group', 'A model');

  test.each([
    ['Region', { ...ENV, region: 'us-east-1' }], ['account', { ...ENV, account: '444455556666' }],
  ])('in another %s is refused', (_, env) => {
    expect(groupIn(env)).toThrow("`network` must lie in the account and Region of what uses it: got 'Here/Network' in "
      + `'${ENV.account}/${ENV.region}'; make an MlNetwork beside it`);
  });

  test.each([['beside it', ENV], ['in a place that nobody knows', undefined]])('%s is taken', (_, env) => {
    expect(groupIn(env)).not.toThrow();
  });
});
