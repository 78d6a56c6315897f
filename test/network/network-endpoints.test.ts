import { App, aws_ec2 as ec2, Fn, Lazy, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { InterfaceEndpoint, MlNetwork, MlNetworkProps } from '../../lib/network';

interface Statement {
  readonly Sid: string;
  readonly Effect: string;
  readonly Principal: unknown;
  readonly Action: string | string[];
  readonly Resource: unknown;
  readonly Condition?: { readonly StringEquals?: Record<string, unknown> };
}

interface Door {
  readonly type: string;
  readonly statements: Statement[];
  readonly properties: Record<string, unknown>;
}

let stack: Stack;
beforeEach(() => { stack = new Stack(new App(), 'Test', { env: { account: '111122223333', region: 'eu-west-1' } }); });

const EVERY_KIND = InterfaceEndpoint.defaultsAnd(
  InterfaceEndpoint.STEP_FUNCTIONS, InterfaceEndpoint.EVENTBRIDGE, InterfaceEndpoint.SECRETS_MANAGER, InterfaceEndpoint.SSM,
  InterfaceEndpoint.LAMBDA, InterfaceEndpoint.SNS, InterfaceEndpoint.SQS, InterfaceEndpoint.BATCH,
  InterfaceEndpoint.ECS, InterfaceEndpoint.ECS_AGENT, InterfaceEndpoint.ECS_TELEMETRY,
);
const OURS = { Ref: 'AWS::AccountId' };

interface Rendered {
  readonly ServiceName: unknown;
  readonly VpcEndpointType: string;
  readonly PolicyDocument: { readonly Statement: Statement[] };
}

/** The endpoints of a network by the last part of their service's name, e.g. `s3` or `sagemaker.api`. */
function doors(props?: MlNetworkProps): Map<string, Door> {
  new MlNetwork(stack, 'Network', props);
  const found = Object.values(Template.fromStack(stack).findResources('AWS::EC2::VPCEndpoint')) as { Properties: Rendered }[];
  return new Map(found.map(({ Properties }) => [nameOf(Properties.ServiceName), {
    type: Properties.VpcEndpointType, statements: Properties.PolicyDocument.Statement, properties: { ...Properties },
  }]));
}

function nameOf(service: unknown): string {
  const text = typeof service === 'string' ? service : (service as { 'Fn::Join': [string, string[]] })['Fn::Join'][1].slice(-1)[0];
  return text.replace(/^(com\.amazonaws\.eu-west-1)?\./, '');
}

function list<T>(value: T | T[]): T[] {
  return Array.isArray(value) ? value : [value];
}

/** An ARN with its references written out. */
function written(arn: unknown): string {
  const parts = typeof arn === 'string' ? [arn] : (arn as { 'Fn::Join': [string, unknown[]] })['Fn::Join'][1];
  return parts.map((part) => (typeof part === 'string' ? part : `<${(part as { Ref: string }).Ref.replace('AWS::', '')}>`)).join('');
}

/** Every statement of every kind of endpoint. */
function allStatements(): [string, Statement][] {
  return [...doors({ interfaceEndpoints: EVERY_KIND, trustedImageAccounts: ['763104351884'] })]
    .flatMap(([name, { statements }]) => statements.map((statement): [string, Statement] => [name, statement]));
}

describe('every endpoint policy', () => {
  test('allows, names its actions, and applies to whoever asks', () => {
    const all = allStatements();
    expect(all.length).toBeGreaterThan(30);
    all.forEach(([, { Effect, Principal, Action }]) => {
      expect(Effect).toBe('Allow');
      expect(Principal).toBe('*');
      list(Action).forEach((action) => expect(action).toMatch(/^[a-z0-9-]+:[A-Za-z]+$/));
    });
  });

  test('lets only callers of this account pass, but for image layers', () => {
    const open = allStatements().filter(([, { Condition }]) => JSON.stringify(Condition?.StringEquals?.['aws:PrincipalAccount']) !== JSON.stringify(OURS));
    expect(open.map(([name, { Sid }]) => `${name} ${Sid}`)).toEqual(['s3 ImageLayers']);
  });

  test('lets them reach only resources of this account, but for layers, trusted images and what has no resource', () => {
    const open = allStatements().filter(([, { Condition }]) => JSON.stringify(Condition?.StringEquals?.['aws:ResourceAccount']) !== JSON.stringify(OURS));
    expect(new Set(open.map(([, { Sid }]) => Sid))).toEqual(new Set(['ImageLayers', 'OwnAccount', 'TrustedImages']));
  });

  test('says any resource only where an action has none', () => {
    const any = allStatements().filter(([, { Resource }]) => list(Resource).includes('*'));
    expect(new Set(any.map(([, { Sid }]) => Sid))).toEqual(new Set(['OwnAccount']));
  });

  test('names this account in each ARN that has one', () => {
    const foreign = allStatements().filter(([name, { Sid }]) => name !== 's3' && Sid === 'OwnResources')
      .flatMap(([, { Resource }]) => list(Resource).map(written)).filter((arn) => !arn.includes(':<AccountId>:'));
    expect(foreign).toEqual([]);
  });

  test('without a resource writes nothing but metrics and answers to tasks', () => {
    const writes = allStatements().filter(([, { Sid }]) => Sid === 'OwnAccount').flatMap(([, { Action }]) => list(Action))
      .filter((action) => !/:(Get|List|Describe|Search|Discover)/.test(action));
    expect(writes.sort()).toEqual(['cloudwatch:PutMetricData', 'states:SendTaskFailure', 'states:SendTaskHeartbeat', 'states:SendTaskSuccess']);
  });

  test('fits into what EC2 takes', () => {
    doors({ interfaceEndpoints: EVERY_KIND }).forEach(({ statements }) =>
      expect(JSON.stringify({ Version: '2012-10-17', Statement: statements }).length).toBeLessThan(20_480));
  });
});

describe('the gateway to S3', () => {
  test('is in the route tables of both workload subnets', () => {
    const { type, properties } = doors().get('s3') ?? {};
    expect(type).toBe('Gateway');
    expect(properties?.RouteTableIds).toHaveLength(2);
  });

  test('lets objects be written only from and to this account', () => {
    const writers = doors().get('s3')?.statements.filter(({ Action }) => list(Action).some((action) => /Put|Delete/.test(action))) ?? [];
    expect(writers.map(({ Sid, Condition }) => [Sid, Condition])).toEqual([
      ['OwnObjects', { StringEquals: { 'aws:PrincipalAccount': OURS, 'aws:ResourceAccount': OURS } }],
    ]);
  });

  test('lets ECR\'s layers be read, from its bucket of this region', () => {
    const layers = doors().get('s3')?.statements.find(({ Sid }) => Sid === 'ImageLayers');
    expect(layers).toMatchObject({ Action: 's3:GetObject' });
    expect(written(layers?.Resource)).toBe('arn:<Partition>:s3:::prod-<Region>-starport-layer-bucket/*');
  });

  test.each(['s3:PutBucketPolicy', 's3:PutObjectAcl', 's3:DeleteObjectVersion', 's3:PutReplicationConfiguration'])('does not let %s pass', (action) => {
    expect(doors().get('s3')?.statements.flatMap(({ Action }) => list(Action))).not.toContain(action);
  });
});

test('the gateway to DynamoDB lets items of this account\'s tables pass, and no change of a table', () => {
  const [statement, ...others] = doors().get('dynamodb')?.statements ?? [];
  expect(others).toEqual([]);
  expect(written(statement.Resource)).toBe('arn:<Partition>:dynamodb:<Region>:<AccountId>:table/*');
  expect(list(statement.Action).filter((action) => /Table/.test(action))).toEqual(['dynamodb:DescribeTable']);
});

describe('interface endpoints', () => {
  test('are eight by default, with private names, in both subnets', () => {
    const interfaces = [...doors()].filter(([, { type }]) => type === 'Interface');
    expect(interfaces.map(([name]) => name)).toEqual([
      'sagemaker.api', 'sagemaker.runtime', 'ecr.api', 'ecr.dkr', 'logs', 'monitoring', 'sts', 'kms',
    ]);
    interfaces.forEach(([, { properties }]) => {
      expect(properties.PrivateDnsEnabled).toBe(true);
      expect(properties.SubnetIds).toHaveLength(2);
    });
  });

  test('are reached with HTTPS from inside the network, through one group, and call nobody', () => {
    const groups = new Set([...doors().values()].filter(({ type }) => type === 'Interface').map(({ properties }) => JSON.stringify(properties.SecurityGroupIds)));
    expect(groups.size).toBe(1);
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::EC2::SecurityGroup', 1);
    template.resourceCountIs('AWS::EC2::SecurityGroupIngress', 0);
    template.hasResourceProperties('AWS::EC2::SecurityGroup', {
      SecurityGroupIngress: [{ CidrIp: '10.0.0.0/16', IpProtocol: 'tcp', FromPort: 443, ToPort: 443, Description: Match.anyValue() }],
      SecurityGroupEgress: [Match.objectLike({ CidrIp: '255.255.255.255/32' })],
    });
  });

  test('may be left out, which leaves the gateways', () => {
    expect([...doors({ interfaceEndpoints: [] }).keys()]).toEqual(['s3', 'dynamodb']);
    Template.fromStack(stack).resourceCountIs('AWS::EC2::SecurityGroup', 0);
  });

  test('may be more', () => {
    const interfaceEndpoints = InterfaceEndpoint.defaultsAnd(InterfaceEndpoint.STEP_FUNCTIONS, InterfaceEndpoint.SQS);
    expect([...doors({ interfaceEndpoints }).keys()].slice(-4)).toEqual(['sts', 'kms', 'states', 'sqs']);
  });

  test('of all kinds have a policy', () => {
    const all = doors({ interfaceEndpoints: EVERY_KIND });
    expect(all.size).toBe(EVERY_KIND.length + 2);
    all.forEach(({ statements }) => expect(statements).not.toEqual([]));
  });

  test('do not let notebooks, presigned addresses, grants or image pushes pass', () => {
    const actions = allStatements().flatMap(([, { Action }]) => list(Action));
    expect(actions.filter((action) => /Notebook|Presigned|Grant|PutImage|UploadLayer|PassRole/.test(action))).toEqual([]);
  });

  test('for another service carry the actions that are given', () => {
    const glue = InterfaceEndpoint.of(ec2.InterfaceVpcEndpointAwsService.GLUE, { actions: ['glue:GetTable'], accountActions: ['glue:ListJobs'] });
    const statements = doors({ interfaceEndpoints: [glue] }).get('glue')?.statements;
    expect(statements).toEqual([
      {
        Sid: 'OwnResources',
        Effect: 'Allow',
        Principal: '*',
        Action: 'glue:GetTable',
        Resource: '*',
        Condition: { StringEquals: { 'aws:PrincipalAccount': OURS, 'aws:ResourceAccount': OURS } },
      },
      {
        Sid: 'OwnAccount',
        Effect: 'Allow',
        Principal: '*',
        Action: 'glue:ListJobs',
        Resource: '*',
        Condition: { StringEquals: { 'aws:PrincipalAccount': OURS } },
      },
    ]);
  });

  test('for another service carry the resources that are given', () => {
    const one = InterfaceEndpoint.of(ec2.InterfaceVpcEndpointAwsService.SQS, { actions: ['sqs:SendMessage'], resources: ['arn:aws:sqs:eu-west-1:111122223333:jobs'] });
    expect(doors({ interfaceEndpoints: [one] }).get('sqs')?.statements).toMatchObject([{ Resource: 'arn:aws:sqs:eu-west-1:111122223333:jobs' }]);
  });

  test('has a policy of its own for every service that is named', () => {
    const constants = Object.values(InterfaceEndpoint).filter((value) => value instanceof InterfaceEndpoint);
    expect(new Set(constants)).toEqual(new Set(EVERY_KIND));
  });

  test.each([['sqs:*'], ['*'], ['SendMessage'], ['sqs:Send*'], ['sqs:SendMessage ']])('for another service fail with the action %j', (action) => {
    expect(() => InterfaceEndpoint.of(ec2.InterfaceVpcEndpointAwsService.SQS, { actions: [action] }))
      .toThrow(`\`actions\` must name each action in full, like 'states:StartExecution', and at least one: got '${action}'`);
    expect(() => InterfaceEndpoint.of(ec2.InterfaceVpcEndpointAwsService.SQS, { actions: [], accountActions: [action] })).toThrow(`got '${action}'`);
  });

  test('for another service fail without an action', () => {
    expect(() => InterfaceEndpoint.of(ec2.InterfaceVpcEndpointAwsService.SQS, { actions: [] })).toThrow('at least one: got none');
  });

  test('for another service judge an action that is known late', () => {
    const late = InterfaceEndpoint.of(ec2.InterfaceVpcEndpointAwsService.SQS, { actions: [Lazy.string({ produce: () => 'sqs:*' })] });
    new MlNetwork(stack, 'Network', { interfaceEndpoints: [late] });
    expect(() => Template.fromStack(stack)).toThrow("got 'sqs:*'");
  });

  test('fail when one service is named twice', () => {
    expect(() => new MlNetwork(stack, 'Network', { interfaceEndpoints: InterfaceEndpoint.defaultsAnd(InterfaceEndpoint.KMS) }))
      .toThrow("`interfaceEndpoints` must name each service once, because a name leads to one endpoint: got 'kms' twice");
  });
});

describe('trusted image accounts', () => {
  test('are none by default', () => {
    expect([...doors().values()].flatMap(({ statements }) => statements.map(({ Sid }) => Sid))).not.toContain('TrustedImages');
  });

  test.each(['ecr.api', 'ecr.dkr'])('may be pulled from through %s, by callers of this account', (name) => {
    const trusted = doors({ trustedImageAccounts: ['763104351884'] }).get(name)?.statements.find(({ Sid }) => Sid === 'TrustedImages');
    expect(trusted).toMatchObject({ Condition: { StringEquals: { 'aws:PrincipalAccount': OURS, 'aws:ResourceAccount': ['763104351884'] } } });
    expect(written(trusted?.Resource)).toBe('arn:<Partition>:ecr:<Region>:763104351884:repository/*');
    expect(list(trusted?.Action ?? []).filter((action) => !/^ecr:(Batch)?(Check|Describe|Get|List)/.test(action))).toEqual([]);
  });

  test('are trusted by ECR alone', () => {
    const trusting = [...doors({ trustedImageAccounts: ['763104351884'] })].filter(([, { statements }]) => statements.some(({ Sid }) => Sid === 'TrustedImages'));
    expect(trusting.map(([name]) => name)).toEqual(['ecr.api', 'ecr.dkr']);
  });

  test('may be known by the deployment alone', () => {
    const account = Fn.importValue('Trusted');
    const trusted = doors({ trustedImageAccounts: [account] }).get('ecr.api')?.statements.find(({ Sid }) => Sid === 'TrustedImages');
    expect(trusted?.Condition?.StringEquals?.['aws:ResourceAccount']).toEqual([{ 'Fn::ImportValue': 'Trusted' }]);
  });

  test.each(['76310435188', '7631043518844', '76310435188x', '*', '763104351884\n'])('fail as %j', (account) => {
    expect(() => new MlNetwork(stack, 'Network', { trustedImageAccounts: [account] })).toThrow('account ids of twelve digits');
  });
});
