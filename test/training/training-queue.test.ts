import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  App, aws_batch as batch, aws_ec2 as ec2, aws_fsx as fsx, aws_kms as kms, aws_sns as sns, CfnParameter, Duration, Lazy,
  Size, Stack, Tags, Token,
} from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Construct } from 'constructs';
import { CPU_SPOT, FALLBACK, GPU_CLUSTER, GPU_SPOT, madeNetwork, network, trainingQueue } from './supplies';
import { IMlNetwork, InterfaceEndpoint, MlNetwork, MlNetworkEgress } from '../../lib/network';
import { MachineFamily, NodeCluster, QueueKind, TeamShare, TrainingQueue, TrainingQueueProps } from '../../lib/training';
import { strictReport } from '../../tools/strict-synth';
import { ENV, judged, openFindings } from '../support/judged';
import { Policies } from '../support/policy-evaluator';

const ENVIRONMENT = 'AWS::Batch::ComputeEnvironment';
const KINDS: [string, () => QueueKind][] = [
  ['gpuSpot', GPU_SPOT],
  ['gpuOnDemand', () => QueueKind.gpuOnDemand({ machines: [MachineFamily.G6], maxVcpus: 64 })],
  ['cpuSpot', CPU_SPOT],
  ['cpuOnDemand', () => QueueKind.cpuOnDemand({ machines: [MachineFamily.C7G, MachineFamily.M7G], maxVcpus: 64 })],
  ['spotWithOnDemandFallback', FALLBACK],
  ['a cluster', () => GPU_CLUSTER(true)],
];

let stack: Stack;
beforeEach(() => { stack = new Stack(new App(), 'Test', { env: ENV }); });

function templateOf(changed: Partial<TrainingQueueProps> = {}): Template {
  trainingQueue(stack, changed);
  return Template.fromStack(stack);
}

function resources(changed: object): object {
  return { ComputeResources: Match.objectLike(changed) };
}

describe('the machines of a queue', () => {
  test.each<[string, () => QueueKind, object[]]>([
    ['gpuSpot', GPU_SPOT, [{ Type: 'SPOT', AllocationStrategy: 'SPOT_PRICE_CAPACITY_OPTIMIZED', InstanceTypes: ['g5', 'g6'], MaxvCpus: 256 }]],
    ['cpuSpot', CPU_SPOT, [{ Type: 'SPOT', AllocationStrategy: 'SPOT_PRICE_CAPACITY_OPTIMIZED', InstanceTypes: ['m6i', 'c6i'], MaxvCpus: 64 }]],
    ['gpuOnDemand', GPU_CLUSTER, [{ Type: 'EC2', AllocationStrategy: 'BEST_FIT_PROGRESSIVE', InstanceTypes: ['p4d'], MaxvCpus: 384 }]],
    ['spotWithOnDemandFallback', FALLBACK, [
      { Type: 'SPOT', AllocationStrategy: 'SPOT_PRICE_CAPACITY_OPTIMIZED', MaxvCpus: 256 },
      { Type: 'EC2', AllocationStrategy: 'BEST_FIT_PROGRESSIVE', MaxvCpus: 64 },
    ]],
  ])('%s', (_, kind, expected) => {
    const template = templateOf({ kind: kind() });
    template.resourceCountIs(ENVIRONMENT, expected.length);
    expected.forEach((each) => template.hasResourceProperties(ENVIRONMENT, resources({ ...each, MinvCpus: 0 })));
  });

  test.each<[string, () => QueueKind, string]>([
    ['GPUs', GPU_SPOT, 'ECS_AL2023_NVIDIA'], ['CPUs', CPU_SPOT, 'ECS_AL2023'],
  ])('with %s run Amazon Linux 2023, and nothing that AWS would choose', (_, kind, imageType) => {
    const template = templateOf({ kind: kind() });
    template.hasResourceProperties(ENVIRONMENT, resources({
      Ec2Configuration: [{ ImageType: imageType }], UpdateToLatestImageVersion: true,
    }));
    expect(JSON.stringify(template.findResources(ENVIRONMENT)))
      .not.toMatch(/optimal"|default_|BidPercentage|SpotIamFleetRole|ServiceRole|ComputeEnvironmentName/);
  });

  test('are tried at the spot price first', () => {
    templateOf({ kind: FALLBACK() }).hasResourceProperties('AWS::Batch::JobQueue', {
      ComputeEnvironmentOrder: [
        { ComputeEnvironment: { Ref: Match.stringLikeRegexp('Spot') }, Order: 1 },
        { ComputeEnvironment: { Ref: Match.stringLikeRegexp('OnDemand') }, Order: 2 },
      ],
    });
  });

  test('start in every subnet of the network, behind a group of their own', () => {
    const template = templateOf();
    template.hasResourceProperties(ENVIRONMENT, resources({
      Subnets: ['subnet-1', 'subnet-2'], SecurityGroupIds: [{ 'Fn::GetAtt': [Match.stringLikeRegexp('^QueueSecurityGroup'), 'GroupId'] }],
    }));
    template.hasResourceProperties('AWS::EC2::SecurityGroup', {
      GroupDescription: 'Machines of a training queue',
      SecurityGroupIngress: Match.absent(),
      SecurityGroupEgress: [Match.objectLike({ FromPort: 443, ToPort: 443 })],
    });
  });

  test('wait for their permissions and their ways out', () => {
    templateOf().hasResource(ENVIRONMENT, {
      DependsOn: Match.arrayWith([Match.stringLikeRegexp('^QueueMachinesPolicy'), Match.stringLikeRegexp('^QueueSecurityGroup')]),
    });
  });

  test('are told by IMDSv2 and one hop only, on an encrypted volume', () => {
    templateOf().hasResourceProperties('AWS::EC2::LaunchTemplate', {
      LaunchTemplateData: {
        MetadataOptions: { HttpEndpoint: 'enabled', HttpTokens: 'required', HttpPutResponseHopLimit: 1, InstanceMetadataTags: 'disabled' },
        BlockDeviceMappings: [{
          DeviceName: '/dev/xvda', Ebs: { Encrypted: true, VolumeType: 'gp3', VolumeSize: 200, DeleteOnTermination: true, KmsKeyId: Match.absent() },
        }],
        Monitoring: { Enabled: true },
        NetworkInterfaces: Match.absent(),
        ImageId: Match.absent(),
        InstanceType: Match.absent(),
      },
    });
  });

  test('store on a key that is brought', () => {
    templateOf({ volumeKey: kms.Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:eu-west-1:111122223333:key/1'), rootVolume: Size.gibibytes(30) })
      .hasResourceProperties('AWS::EC2::LaunchTemplate', {
        LaunchTemplateData: { BlockDeviceMappings: [{ Ebs: { KmsKeyId: 'arn:aws:kms:eu-west-1:111122223333:key/1', VolumeSize: 30 } }] },
      });
  });

  test('are those of the newest template', () => {
    templateOf().hasResourceProperties(ENVIRONMENT, resources({
      LaunchTemplate: {
        LaunchTemplateId: { Ref: Match.stringLikeRegexp('MachineTemplate') },
        Version: { 'Fn::GetAtt': [Match.stringLikeRegexp('MachineTemplate'), 'LatestVersionNumber'] },
      },
    }));
  });

  test('may join a cluster and pull, and no more', () => {
    trainingQueue(stack);
    const policies = Policies.in(stack, 'AWS::IAM::ManagedPolicy');
    const cluster = 'arn:<AWS::Partition>:ecs:eu-west-1:111122223333:cluster/any';
    expect(policies.allows({ action: 'ecs:RegisterContainerInstance', resource: cluster })).toBe(true);
    expect(policies.allows({ action: 'ecr:BatchGetImage', resource: 'arn:<AWS::Partition>:ecr:eu-west-1:111122223333:repository/churn' })).toBe(true);
    const machine = 'arn:<AWS::Partition>:ecs:eu-west-1:111122223333:container-instance/any';
    expect(policies.allows({ action: 'ecs:TagResource', resource: machine, context: { 'ecs:CreateAction': 'RegisterContainerInstance' } })).toBe(true);
    for (const action of ['ecs:CreateCluster', 'ecs:RunTask', 's3:GetObject', 'logs:PutLogEvents', 'ecr:PutImage', 'ecs:TagResource']) {
      expect([action, policies.allows({ action, resource: machine })]).toEqual([action, false]);
    }
    expect(policies.allows({ action: 'ecr:BatchGetImage', resource: 'arn:<AWS::Partition>:ecr:eu-west-1:444455556666:repository/churn' })).toBe(false);
  });

  test('have a role of their own, without a policy of AWS', () => {
    templateOf().hasResourceProperties('AWS::IAM::Role', {
      AssumeRolePolicyDocument: { Statement: [{ Principal: { Service: 'ec2.amazonaws.com' } }] }, ManagedPolicyArns: Match.absent(),
    });
  });
});

describe('a cluster', () => {
  test('stands in a placement group in one zone', () => {
    const kind = QueueKind.gpuOnDemand({ machines: [MachineFamily.P4D], maxVcpus: 192, cluster: NodeCluster.of({ subnet: 1 }) });
    const template = templateOf({ kind });
    template.hasResourceProperties('AWS::EC2::PlacementGroup', { Strategy: 'cluster' });
    template.hasResourceProperties(ENVIRONMENT, resources({ PlacementGroup: { Ref: Match.stringLikeRegexp('PlacementGroup') }, Subnets: ['subnet-2'] }));
  });

  test('talks to itself and to nobody else', () => {
    const template = templateOf({ kind: GPU_CLUSTER() });
    const self = { 'Fn::GetAtt': [Match.stringLikeRegexp('^QueueSecurityGroup'), 'GroupId'] };
    template.hasResourceProperties('AWS::EC2::SecurityGroupIngress', { GroupId: self, SourceSecurityGroupId: self, IpProtocol: '-1' });
    template.hasResourceProperties('AWS::EC2::SecurityGroupEgress', { GroupId: self, DestinationSecurityGroupId: self, IpProtocol: '-1' });
    template.resourceCountIs('AWS::EC2::SecurityGroupIngress', 1);
  });

  test('has an EFA adapter on request, in the same group', () => {
    templateOf({ kind: GPU_CLUSTER(true) }).hasResourceProperties('AWS::EC2::LaunchTemplate', {
      LaunchTemplateData: {
        NetworkInterfaces: [{
          DeviceIndex: 0,
          InterfaceType: 'efa',
          AssociatePublicIpAddress: false,
          DeleteOnTermination: true,
          Groups: [{ 'Fn::GetAtt': [Match.stringLikeRegexp('^QueueSecurityGroup'), 'GroupId'] }],
        }],
      },
    });
  });

  test('is made for no other queue', () => {
    const template = templateOf();
    template.resourceCountIs('AWS::EC2::PlacementGroup', 0);
    template.resourceCountIs('AWS::EC2::SecurityGroupIngress', 0);
  });
});

describe('a deployment', () => {
  test('lets jobs finish for five days', () => {
    templateOf().hasResourceProperties(ENVIRONMENT, {
      ReplaceComputeEnvironment: false, UpdatePolicy: { JobExecutionTimeoutMinutes: 7200, TerminateJobsOnUpdate: false },
    });
  });

  test.each([[Duration.minutes(1), 1], [Duration.hours(36), 2160]])('or as long as it is told', (updateTimeout, minutes) => {
    templateOf({ updateTimeout }).hasResourceProperties(ENVIRONMENT, { UpdatePolicy: { JobExecutionTimeoutMinutes: minutes } });
  });

  test('keeps what it replaces, with the jobs on it, and deletes what is deleted', () => {
    const template = templateOf();
    [ENVIRONMENT, 'AWS::Batch::JobQueue'].forEach((type) =>
      template.hasResource(type, { UpdateReplacePolicy: 'Retain', DeletionPolicy: 'Delete' }));
  });

  test('can replace what tags replace, because nothing of it has a name', () => {
    Tags.of(stack).add('cost-centre', '42');
    const template = templateOf();
    template.hasResourceProperties(ENVIRONMENT, { Tags: { 'cost-centre': '42' }, ComputeEnvironmentName: Match.absent() });
    template.hasResourceProperties('AWS::Batch::JobQueue', { Tags: { 'cost-centre': '42' }, JobQueueName: Match.absent() });
  });

  test('leaves a pointer to the queue where it was', () => {
    const queue = trainingQueue(stack);
    expect(queue.queueArnParameter).toMatch(/^\/ml-platform\/training\/Test-Queue-[0-9A-F]+\/queue-arn$/);
    Template.fromStack(stack).hasResourceProperties('AWS::SSM::Parameter', {
      Name: queue.queueArnParameter, Value: { 'Fn::GetAtt': [Match.stringLikeRegexp('^Queue'), 'JobQueueArn'] },
    });
  });
});

describe('the order of jobs', () => {
  test('is fair share from the first day, because a queue without a policy can never have one', () => {
    const template = templateOf();
    template.hasResourceProperties('AWS::Batch::SchedulingPolicy', {
      FairsharePolicy: { ShareDecaySeconds: 86_400, ComputeReservation: 0, ShareDistribution: [{ ShareIdentifier: 'default', WeightFactor: 1 }] },
    });
    template.hasResourceProperties('AWS::Batch::JobQueue', {
      Priority: 1, State: 'ENABLED', SchedulingPolicyArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('FairShare'), 'Arn'] },
    });
  });

  test('gives a team of weight 4 four times as much', () => {
    templateOf({ teams: [TeamShare.of('fraud', { weight: 4 }), TeamShare.of('churn', { weight: 3 })], shareMemory: Duration.hours(2) })
      .hasResourceProperties('AWS::Batch::SchedulingPolicy', {
        FairsharePolicy: {
          ShareDecaySeconds: 7200,
          ShareDistribution: [
            { ShareIdentifier: 'fraud', WeightFactor: 0.25 }, { ShareIdentifier: 'churn', WeightFactor: 0.3333 }, { ShareIdentifier: 'default', WeightFactor: 1 },
          ],
        },
      });
  });

  test('can say what the default team gets', () => {
    templateOf({ teams: [TeamShare.of('default', { weight: 0.5 })] }).hasResourceProperties('AWS::Batch::SchedulingPolicy', {
      FairsharePolicy: { ShareDistribution: [{ ShareIdentifier: 'default', WeightFactor: 2 }] },
    });
  });

  test('counts what a team with a quota holds', () => {
    const template = templateOf({ teams: [TeamShare.of('fraud', { maxGpus: 4 }), TeamShare.of('churn')] });
    template.resourceCountIs('AWS::Batch::ConsumableResource', 1);
    template.hasResourceProperties('AWS::Batch::ConsumableResource', { ResourceType: 'REPLENISHABLE', TotalQuantity: 4 });
  });

  test.each([[undefined, 43_200], [Duration.minutes(10), 600], [Duration.hours(24), 86_400]])('cancels a job that no machine fits after %p', (runnableLimit, seconds) => {
    templateOf({ runnableLimit }).hasResourceProperties('AWS::Batch::JobQueue', {
      // Batch compares the reason with its own: another text cancels nothing
      JobStateTimeLimitActions: Object.values(batch.JobStateTimeLimitActionsReason)
        .map((Reason) => ({ Action: 'CANCEL', State: 'RUNNABLE', MaxTimeSeconds: seconds, Reason })),
    });
  });
});

test('Lustre is mounted by the machines, and reached through the groups', () => {
  const vpc = new ec2.Vpc(stack, 'Vpc');
  const lustre = new fsx.LustreFileSystem(stack, 'Lustre', {
    vpc,
    vpcSubnet: vpc.privateSubnets[0],
    storageCapacityGiB: 1200,
    lustreConfiguration: { deploymentType: fsx.LustreDeploymentType.SCRATCH_2 },
  });
  const template = templateOf({ lustre: [lustre] });
  template.hasResourceProperties('AWS::EC2::SecurityGroupIngress', { FromPort: 988, ToPort: 988 });
  template.hasResourceProperties('AWS::EC2::SecurityGroupEgress', { FromPort: 1018, ToPort: 1023 });
  expect(JSON.stringify(template.findResources('AWS::EC2::LaunchTemplate'))).toContain('mount -t lustre -o noatime,flock,nodev,nosuid');
});

describe('what is brought', () => {
  test('is used instead of a topic and a key', () => {
    const template = templateOf({
      notify: sns.Topic.fromTopicArn(stack, 'Topic', 'arn:aws:sns:eu-west-1:111122223333:ours'),
      encryptionKey: new kms.Key(stack, 'Key', { enableKeyRotation: true }),
    });
    template.resourceCountIs('AWS::SNS::Topic', 0);
    template.allResourcesProperties('AWS::CloudWatch::Alarm', { AlarmActions: ['arn:aws:sns:eu-west-1:111122223333:ours'] });
    expect(Object.keys(template.findResources('AWS::KMS::Key')).filter((id) => id.startsWith('Queue'))).toEqual([]);
  });

  test('is found by its parameter', () => {
    const queue = TrainingQueue.fromParameter(stack, 'Queue', { queueArnParameter: '/ml-platform/training/x/queue-arn', kind: GPU_SPOT() });
    expect(stack.resolve(queue.queueArn)).toEqual({ Ref: expect.stringContaining('SsmParameterValue') });
    expect([queue.teams, queue.connections]).toEqual([[], undefined]);
  });
});

describe('tokens', () => {
  test('pass where only the deployment has to know', () => {
    const parameter = (id: string) => new CfnParameter(stack, id, { type: 'Number' }).valueAsNumber;
    templateOf({
      kind: QueueKind.gpuSpot({ machines: [MachineFamily.G5], maxVcpus: parameter('Max') }),
      teams: [TeamShare.of('fraud', { maxGpus: parameter('Quota') })],
      priority: parameter('Priority'),
      rootVolume: Size.gibibytes(parameter('Volume')),
      limits: { runnableJobs: parameter('Deep') },
    }).hasResourceProperties(ENVIRONMENT, resources({ MaxvCpus: { Ref: 'Max' } }));
  });

  test.each<[string, () => Partial<TrainingQueueProps>, string]>([
    ['maxVcpus', () => ({ kind: QueueKind.gpuSpot({ machines: [MachineFamily.G5], maxVcpus: Lazy.number({ produce: () => 0 }) }) }), '`maxVcpus` must be a whole number from 1'],
    ['priority', () => ({ priority: Lazy.number({ produce: () => 1001 }) }), '`priority` must be a whole number from 0 to 1000: got 1001'],
    ['a quota', () => ({ teams: [TeamShare.of('fraud', { maxGpus: Lazy.number({ produce: () => 0 }) })] }), '`maxGpus` must be a whole number of at least 1: got 0'],
    ['shareMemory', () => ({ shareMemory: Duration.seconds(Lazy.number({ produce: () => 1 })) }), '`shareMemory` must be a whole number from 600'],
  ])('that turn out wrong fail at synth: %s', (_, changed, message) => {
    expect(() => templateOf(changed())).toThrow(message);
  });

  test.each<[string, () => Partial<TrainingQueueProps>, string]>([
    ['runnableLimit', () => ({ runnableLimit: Duration.seconds(Token.asNumber({ Ref: 'Limit' })) }), '`runnableLimit` must be known at synth'],
    ['updateTimeout', () => ({ updateTimeout: Duration.seconds(Token.asNumber({ Ref: 'Limit' })) }), '`updateTimeout` must be known at synth'],
    ['runnableLimit in hours', () => ({ runnableLimit: Duration.hours(Token.asNumber({ Ref: 'Limit' })) }), '`runnableLimit` holds a token in hours'],
    ['rootVolume in TiB', () => ({ rootVolume: Size.tebibytes(Token.asNumber({ Ref: 'Size' })) }), '`rootVolume` holds a token in another unit'],
  ])('fail where something is made of them: %s', (_, changed, message) => {
    expect(() => trainingQueue(stack, changed())).toThrow(message);
  });
});

describe.each(KINDS)('a queue of the kind %s', (_, kind) => {
  test('passes five packs, and keeps at most five decisions on a construct', () => {
    const build = (judgedStack: Stack) => { trainingQueue(judgedStack, { kind: kind(), network: madeNetwork(judgedStack) }); };
    expect(openFindings(build)).toEqual([]);
    const decisions = new Map<string, Set<string>>();
    judged(build).kept.forEach(({ path, acknowledged }) =>
      decisions.set(path, (decisions.get(path) ?? new Set()).add(acknowledged!.reason)));
    expect(Math.max(...[...decisions.values()].map(({ size }) => size))).toBeLessThanOrEqual(5);
  });

  test('passes strict validation', () => {
    const outdir = mkdtempSync(join(tmpdir(), 'training-'));
    try {
      const report = strictReport(({ outdir: out, context }) => {
        const app = new App({ outdir: out, context });
        const strict = new Stack(app, 'Test', { env: ENV });
        trainingQueue(strict, { kind: kind(), network: madeNetwork(strict), teams: [TeamShare.of('fraud', { weight: 2 })] });
        return app;
      }, outdir);
      expect([report.open, report.error]).toEqual([[], undefined]);
    } finally {
      rmSync(outdir, { recursive: true });
    }
  });
});

test('a queue synthesizes to the same bytes twice', () => {
  const synthesized = () => {
    const app = new App();
    trainingQueue(new Stack(app, 'Test', { env: ENV }), { kind: FALLBACK(), teams: [TeamShare.of('fraud', { maxGpus: 2 })] });
    return JSON.stringify(app.synth().getStackByName('Test').template);
  };
  expect(synthesized()).toBe(synthesized());
});

test('a team more, a limit more and another family move no logical id', () => {
  const ids = (changed: Partial<TrainingQueueProps>) => {
    const other = new Stack(new App(), 'Test', { env: ENV });
    trainingQueue(other, changed);
    return Object.keys((Template.fromStack(other).toJSON() as { Resources: object }).Resources);
  };
  const before = ids({});
  const after = ids({
    kind: QueueKind.gpuSpot({ machines: [MachineFamily.G6E], maxVcpus: 300 }), teams: [TeamShare.of('fraud', { maxGpus: 1 })], priority: 7,
  });
  expect(before.filter((id) => !after.includes(id))).toEqual([]);
  expect(before).toEqual(expect.arrayContaining(['Queue4A7E3555']));
});

test('two queues of a stack share the sampler and the permission to record', () => {
  trainingQueue(stack, {}, 'One');
  trainingQueue(stack, { kind: CPU_SPOT() }, 'Two');
  const template = Template.fromStack(stack);
  template.resourceCountIs('AWS::Logs::ResourcePolicy', 1);
  expect(Object.keys(template.findResources('AWS::Lambda::Function')).filter((id) => id.startsWith('MlPlatformQueueSampler'))).toHaveLength(1);
  const snapshots = Policies.in(stack, 'AWS::IAM::ManagedPolicy').statements.filter(({ Action }) => Action === 'batch:GetJobQueueSnapshot');
  expect(snapshots.map(({ Resource }) => Resource)).toEqual([[
    { 'Fn::GetAtt': [expect.stringMatching(/^One/), 'JobQueueArn'] }, { 'Fn::GetAtt': [expect.stringMatching(/^Two/), 'JobQueueArn'] },
  ]]);
});

describe('a network without the doors that machines need', () => {
  const warned = (make: (scope: Construct) => IMlNetwork) => {
    trainingQueue(stack, { network: make(stack) });
    return Annotations.fromStack(stack).findWarning('/Test/Queue', Match.stringLikeRegexp('`network` has no endpoint for')).map(({ entry }) => entry.data);
  };

  test('is warned of, by the names of those that lack', () => {
    expect(warned((scope) => new MlNetwork(scope, 'Network', { interfaceEndpoints: InterfaceEndpoint.defaultsAnd(InterfaceEndpoint.ECS) })))
      .toEqual([expect.stringContaining('no endpoint for ecs-agent, ecs-telemetry, and no way out')]);
  });

  test.each<[string, (scope: Construct) => IMlNetwork]>([
    ['that has them', madeNetwork],
    ['with a way out', (scope) => new MlNetwork(scope, 'Network', { egress: MlNetworkEgress.nat() })],
    ['whose VPC was there before', network],
  ])('%s, is not', (_, make) => { expect(warned(make)).toEqual([]); });
});
