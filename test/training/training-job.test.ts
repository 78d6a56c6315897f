import {
  App, aws_ec2 as ec2, aws_efs as efs, aws_fsx as fsx, aws_iam as iam, aws_kms as kms, aws_s3 as s3,
  aws_secretsmanager as secretsmanager, aws_ssm as ssm,
  CfnParameter, Duration, Size, Stack, Tags, Token,
} from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { bucket, CPU_SPOT, DIGEST, FALLBACK, GPU_CLUSTER, GPU_SPOT, image, madeNetwork, trainingJob, trainingQueue } from './supplies';
import { Checkpoint, JobData, JobMount, JobSecret, TeamShare, TrainingJobProps, TrainingQueue } from '../../lib/training';
import { ENV, judged, openFindings } from '../support/judged';
import { Policies } from '../support/policy-evaluator';

const JOB = 'AWS::Batch::JobDefinition';
/** On a machine that is gone, and on a program that was asked to stop. */
const RETRIES = [
  { Action: 'RETRY', OnStatusReason: 'Host EC2*' }, { Action: 'RETRY', OnExitCode: '143' }, { Action: 'EXIT', OnReason: '*' },
];

let stack: Stack;
beforeEach(() => { stack = new Stack(new App(), 'Test', { env: ENV }); });

function templateOf(changed: Partial<TrainingJobProps> = {}): Template {
  trainingJob(stack, changed);
  return Template.fromStack(stack);
}

function container(expected: object): object {
  return { ContainerProperties: Match.objectLike(expected) };
}

describe('a job', () => {
  test('runs the image that its digest names', () => {
    templateOf().hasResourceProperties(JOB, container({
      Image: { 'Fn::Join': ['', Match.arrayWith([Match.stringLikeRegexp(`/churn-trainer@${DIGEST}$`)])] },
    }));
  });

  test('is no root, has no privileges, and cannot write to its image', () => {
    templateOf().hasResourceProperties(JOB, container({
      User: '1000:1000',
      Privileged: false,
      ReadonlyRootFilesystem: true,
      LinuxParameters: Match.objectLike({
        InitProcessEnabled: true, Tmpfs: [{ ContainerPath: '/tmp', Size: 1024, MountOptions: ['rw', 'nosuid', 'nodev'] }], Devices: Match.absent(),
      }),
    }));
  });

  test.each([['4000:4000', '4000:4000'], ['1000', '1000']])('runs as the user %s', (user, rendered) => {
    templateOf({ user, readOnlyRoot: false })
      .hasResourceProperties(JOB, container({ User: rendered, ReadonlyRootFilesystem: false }));
  });

  test('gets what it asks for, as text, and a quarter of its memory to share', () => {
    templateOf({ gpus: 4, vcpus: 48, memory: Size.gibibytes(180) }).hasResourceProperties(JOB, container({
      ResourceRequirements: [{ Type: 'VCPU', Value: '48' }, { Type: 'MEMORY', Value: '184320' }, { Type: 'GPU', Value: '4' }],
      LinuxParameters: Match.objectLike({ SharedMemorySize: 46_080 }),
    }));
  });

  test.each<[string, () => TrainingJobProps['queue'], object[]]>([
    ['one GPU in a GPU queue', () => trainingQueue(stack, { kind: GPU_SPOT() }), [{ Type: 'GPU', Value: '1' }]],
    ['no GPU in a CPU queue', () => trainingQueue(stack, { kind: CPU_SPOT() }), []],
  ])('gets %s unless told', (_, queue, gpus) => {
    templateOf({ queue: queue() }).hasResourceProperties(JOB, container({
      ResourceRequirements: [{ Type: 'VCPU', Value: '4' }, { Type: 'MEMORY', Value: '16384' }, ...gpus],
    }));
  });

  test('has shared memory as large as it says', () => {
    templateOf({ sharedMemory: Size.gibibytes(16) }).hasResourceProperties(JOB, container({
      LinuxParameters: Match.objectLike({ SharedMemorySize: 16_384 }),
    }));
  });

  test.each<[string, () => TrainingJobProps['queue'], number]>([
    ['five times on spot', () => trainingQueue(stack, { kind: GPU_SPOT() }), 5], ['five times where spot comes first', () => trainingQueue(stack, { kind: FALLBACK() }), 5],
    ['twice on demand', () => trainingQueue(stack, { kind: GPU_CLUSTER() }), 2],
  ])('is started %s, again on a reclaim and on nothing else', (_, queue, attempts) => {
    templateOf({ queue: queue() }).hasResourceProperties(JOB, {
      RetryStrategy: { Attempts: attempts, EvaluateOnExit: RETRIES },
    });
  });

  test.each([[undefined, 86_400], [Duration.minutes(1), 60], [Duration.days(3), 259_200]])('ends after %p', (timeout, seconds) => {
    templateOf({ timeout, attempts: 1 }).hasResourceProperties(JOB, {
      Timeout: { AttemptDurationSeconds: seconds }, RetryStrategy: Match.objectLike({ Attempts: 1 }),
    });
  });

  test('has a priority, without which fair share takes no job', () => {
    templateOf().hasResourceProperties(JOB, { SchedulingPriority: 0, PlatformCapabilities: ['EC2'], Type: 'container' });
  });

  test('has no name and keeps its earlier revisions, so that tags and deployments break nothing that runs', () => {
    Tags.of(stack).add('cost-centre', '42');
    const template = templateOf();
    template.hasResourceProperties(JOB, {
      JobDefinitionName: Match.absent(), ResourceRetentionPolicy: { SkipDeregisterOnUpdate: true }, Tags: { 'cost-centre': '42' },
    });
    template.hasResource(JOB, { UpdateReplacePolicy: 'Retain', DependsOn: Match.arrayWith([Match.stringLikeRegexp('^JobRolesExecutionPolicy')]) });
  });

  test('is found by its parameter', () => {
    const job = trainingJob(stack);
    Template.fromStack(stack).hasResourceProperties('AWS::SSM::Parameter', {
      Name: job.jobDefinitionArnParameter, Value: { Ref: Match.stringLikeRegexp('^Job') },
    });
    expect(job.jobDefinitionArnParameter).toMatch(/^\/ml-platform\/training\/Test-Job-[0-9A-F]+\/job-definition-arn$/);
  });

  test('hands over its command, its parameters and its environment', () => {
    templateOf({ command: ['train', '--epochs', 'Ref::epochs'], parameters: { epochs: '10' }, environment: { TOKENIZERS_PARALLELISM: 'false', EOS_TOKEN: '</s>' } })
      .hasResourceProperties(JOB, {
        Parameters: { epochs: '10' },
        ContainerProperties: Match.objectLike({
          Command: ['train', '--epochs', 'Ref::epochs'],
          Environment: Match.arrayWith([{ Name: 'TOKENIZERS_PARALLELISM', Value: 'false' }, { Name: 'EOS_TOKEN', Value: '</s>' }]),
        }),
      });
  });
});

describe('checkpoints', () => {
  test('are where the job is told that they are', () => {
    templateOf().hasResourceProperties(JOB, container({ Environment: [{ Name: 'CHECKPOINT_URI', Value: 's3://our-artifacts/churn/checkpoints/' }] }));
  });

  test('may be waived, and the definition says why', () => {
    templateOf({ checkpoint: Checkpoint.waived('A run takes four minutes.') }).hasResourceProperties(JOB, container({
      Environment: [{ Name: 'CHECKPOINT_WAIVED_BECAUSE', Value: 'A run takes four minutes.' }],
    }));
  });

  test('are nobody\'s duty on demand', () => {
    templateOf({ queue: trainingQueue(stack, { kind: GPU_CLUSTER() }), checkpoint: undefined })
      .hasResourceProperties(JOB, container({ Environment: [] }));
  });
});

describe('the program of a job', () => {
  const folder = (key: string) => `arn:<AWS::Partition>:s3:::our-artifacts/${key}`;

  test('reaches its folders, each as it was said, and nothing else', () => {
    const encrypted = s3.Bucket.fromBucketAttributes(stack, 'Encrypted', {
      bucketName: 'encrypted', encryptionKey: kms.Key.fromKeyArn(stack, 'BucketKey', 'arn:aws:kms:eu-west-1:111122223333:key/1'),
    });
    trainingJob(stack, {
      data: [JobData.read(bucket(stack), 'churn/data/'), JobData.write(bucket(stack), 'trials/churn/'), JobData.readWrite(encrypted, 'state/')],
    });
    const policies = Policies.in(stack, 'AWS::IAM::ManagedPolicy');
    const can = (action: string, resource: string, context?: Record<string, string>) =>
      policies.allows({ action, resource, context });
    expect(can('s3:GetObject', folder('churn/data/train.csv'))).toBe(true);
    expect(can('s3:PutObject', folder('churn/data/train.csv'))).toBe(false);
    expect(can('s3:PutObject', folder('trials/churn/model.tar.gz'))).toBe(true);
    expect(can('s3:GetObject', folder('trials/churn/model.tar.gz'))).toBe(false);
    expect(can('s3:GetObject', folder('churn/checkpoints/1'))).toBe(true);
    expect(can('s3:PutObject', folder('churn/checkpoints/1'))).toBe(true);
    expect(can('s3:GetObject', folder('churn/other/1'))).toBe(false);
    expect(can('s3:GetObject', folder('churn/checkpointsX/1'))).toBe(false);
    expect(can('s3:DeleteObject', folder('churn/checkpoints/1'))).toBe(false);
    expect(can('s3:ListBucket', 'arn:<AWS::Partition>:s3:::our-artifacts', { 's3:prefix': 'churn/data/' })).toBe(true);
    expect(can('s3:ListBucket', 'arn:<AWS::Partition>:s3:::our-artifacts', { 's3:prefix': 'other/' })).toBe(false);
    expect(can('kms:GenerateDataKey', 'arn:aws:kms:eu-west-1:111122223333:key/1')).toBe(true);
    expect(can('kms:CreateGrant', 'arn:aws:kms:eu-west-1:111122223333:key/1')).toBe(false);
  });

  test('has a role that only containers of this account take', () => {
    const template = templateOf();
    const roles = Object.entries(template.findResources('AWS::IAM::Role')).filter(([id]) => id.startsWith('JobRoles'));
    expect(roles).toHaveLength(2);
    roles.forEach(([, { Properties }]) => expect(Properties.AssumeRolePolicyDocument.Statement).toEqual([{
      Action: 'sts:AssumeRole',
      Effect: 'Allow',
      Principal: { Service: 'ecs-tasks.amazonaws.com' },
      Condition: { StringEquals: { 'aws:SourceAccount': '111122223333' } },
    }]));
  });

  test('has no policy when it may use nothing', () => {
    const template = templateOf({ checkpoint: Checkpoint.waived('A run takes four minutes.') });
    expect(Object.keys(template.findResources('AWS::IAM::ManagedPolicy')).filter((id) => id.startsWith('JobRoles'))).toEqual([
      expect.stringMatching(/^JobRolesExecutionPolicy/),
    ]);
  });

  test('writes into a log group of its own, encrypted with the key of all jobs of the stack', () => {
    trainingJob(stack, { queue: trainingQueue(stack), logRetention: 30 }, 'One');
    trainingJob(stack, { queue: trainingQueue(stack, {}, 'Second') }, 'Two');
    const template = Template.fromStack(stack);
    const groups = Object.entries(template.findResources('AWS::Logs::LogGroup')).filter(([id]) => /^(?:One|Two)Logs/.test(id));
    expect(groups.map(([, { Properties }]) => [Properties.RetentionInDays, Properties.KmsKeyId['Fn::GetAtt'][0]])).toEqual([
      [30, expect.stringMatching(/^MlPlatformTrainingKey/)], [90, expect.stringMatching(/^MlPlatformTrainingKey/)],
    ]);
    template.hasResourceProperties(JOB, container({
      LogConfiguration: {
        LogDriver: 'awslogs',
        Options: { 'awslogs-group': { Ref: Match.stringLikeRegexp('^OneLogs') }, 'awslogs-region': 'eu-west-1', 'awslogs-stream-prefix': 'job' },
      },
    }));
  });
});

describe('secrets', () => {
  test('stand in the definition as addresses, and the program\'s role cannot read them', () => {
    const secret = secretsmanager.Secret.fromSecretCompleteArn(stack, 'Secret', 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:wandb-abcdef');
    const parameter = ssm.StringParameter.fromSecureStringParameterAttributes(stack, 'Parameter', { parameterName: '/hf/token' });
    const job = trainingJob(stack, {
      secrets: { WANDB_KEY: JobSecret.fromSecretsManager(secret), WANDB_USER: JobSecret.fromSecretsManager(secret, 'user'), HF_TOKEN: JobSecret.fromParameter(parameter) },
    });
    const template = Template.fromStack(stack);
    template.hasResourceProperties(JOB, container({
      Secrets: [
        { Name: 'WANDB_KEY', ValueFrom: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:wandb-abcdef' },
        { Name: 'WANDB_USER', ValueFrom: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:wandb-abcdef:user::' },
        { Name: 'HF_TOKEN', ValueFrom: { 'Fn::Join': ['', Match.arrayWith([Match.stringLikeRegexp('parameter/hf/token')])] } },
      ],
    }));
    const readers = Object.values(template.findResources('AWS::IAM::ManagedPolicy'))
      .filter(({ Properties }) => JSON.stringify(Properties).includes('secretsmanager:GetSecretValue'));
    expect(readers.map(({ Properties }) => Properties.Roles)).toEqual([[stack.resolve(job.executionRole.roleName)]]);
  });

  test.each(['', 'a b', 'x:y', '*'])('fail for the field %j', (field) => {
    const secret = secretsmanager.Secret.fromSecretNameV2(stack, 'Secret', 'wandb');
    expect(() => JobSecret.fromSecretsManager(secret, field)).toThrow('`field` must be 1 to 128 letters, digits');
  });
});

describe('mounts', () => {
  function fileSystem(): efs.FileSystem {
    return new efs.FileSystem(stack, 'Files', { vpc: new ec2.Vpc(stack, 'Vpc') });
  }

  test.each([[false, ['elasticfilesystem:ClientMount', 'elasticfilesystem:ClientWrite']], [true, 'elasticfilesystem:ClientMount']])(
    'of EFS go through an access point, with the job\'s role and encrypted; read-only: %p', (readOnly, Action) => {
      const files = fileSystem();
      const accessPoint = files.addAccessPoint('Churn', { path: '/churn', posixUser: { uid: '1000', gid: '1000' } });
      const template = templateOf({ mounts: [JobMount.efs(accessPoint, '/data', { readOnly })] });
      template.hasResourceProperties(JOB, container({
        Volumes: [{
          Name: 'mount0',
          EfsVolumeConfiguration: {
            FileSystemId: { Ref: Match.stringLikeRegexp('^Files') },
            TransitEncryption: 'ENABLED',
            AuthorizationConfig: { AccessPointId: { Ref: Match.stringLikeRegexp('^FilesChurn') }, Iam: 'ENABLED' },
          },
        }],
        MountPoints: [{ SourceVolume: 'mount0', ContainerPath: '/data', ReadOnly: readOnly }],
      }));
      const { statements } = Policies.in(stack, 'AWS::IAM::ManagedPolicy');
      const mounting = statements.filter((statement) => JSON.stringify(statement.Action).includes('elasticfilesystem'));
      expect(mounting).toEqual([{
        Effect: 'Allow',
        Action,
        Resource: stack.resolve(files.fileSystemArn),
        Condition: { StringEquals: { 'elasticfilesystem:AccessPointArn': stack.resolve(accessPoint.accessPointArn) } },
      }]);
      template.hasResourceProperties('AWS::EC2::SecurityGroupIngress', { FromPort: 2049, ToPort: 2049 });
    });

  test('of Lustre show what the machines mounted', () => {
    const vpc = new ec2.Vpc(stack, 'Vpc');
    const lustre = new fsx.LustreFileSystem(stack, 'Lustre', {
      vpc,
      vpcSubnet: vpc.privateSubnets[0],
      storageCapacityGiB: 1200,
      lustreConfiguration: { deploymentType: fsx.LustreDeploymentType.SCRATCH_2 },
    });
    const queue = trainingQueue(stack, {}, 'Other');
    expect(() => trainingJob(stack, { queue, mounts: [JobMount.lustre(lustre, '/fsx')] }, 'Without'))
      .toThrow('`mounts` must name a Lustre file system that the machines of the queue mount: got \'Test/Lustre\'; add it to `lustre` of the queue');
    templateOf({ queue: trainingQueue(stack, { lustre: [lustre] }), mounts: [JobMount.lustre(lustre, '/fsx')] })
      .hasResourceProperties(JOB, container({ Volumes: [{ Name: 'mount0', Host: { SourcePath: '/mnt/lustre/0' } }] }));
  });

  test('of scratch show the local disks', () => {
    templateOf({ mounts: [JobMount.scratch('/scratch')] }).hasResourceProperties(JOB, container({
      Volumes: [{ Name: 'mount0', Host: { SourcePath: '/mnt/scratch' } }],
      MountPoints: [{ SourceVolume: 'mount0', ContainerPath: '/scratch', ReadOnly: false }],
    }));
  });
});

describe('several nodes', () => {
  function cluster(efa: boolean): Template {
    return templateOf({ queue: trainingQueue(stack, { kind: GPU_CLUSTER(efa), teams: [TeamShare.of('fraud', { maxGpus: 32 })] }), team: 'fraud', gpus: 8, nodes: 4 });
  }

  test('run the same container, of which the first is the main one', () => {
    cluster(false).hasResourceProperties(JOB, {
      Type: 'multinode',
      ContainerProperties: Match.absent(),
      ConsumableResourceProperties: Match.absent(),
      NodeProperties: {
        MainNode: 0,
        NumNodes: 4,
        NodeRangeProperties: [{
          TargetNodes: '0:',
          Container: Match.objectLike({ User: '1000:1000', Privileged: false, LinuxParameters: Match.objectLike({ Devices: Match.absent() }) }),
          ConsumableResourceProperties: { ConsumableResourceList: [Match.objectLike({ Quantity: 8 })] },
        }],
      },
      RetryStrategy: Match.objectLike({ Attempts: 2 }),
    });
  });

  test('reach their EFA adapters', () => {
    cluster(true).hasResourceProperties(JOB, {
      NodeProperties: {
        NodeRangeProperties: [Match.objectLike({
          Container: Match.objectLike({
            LinuxParameters: Match.objectLike({ Devices: [Match.objectLike({ HostPath: '/dev/infiniband/uverbs0', ContainerPath: '/dev/infiniband/uverbs0' })] }),
            Ulimits: Match.arrayWith([{ Name: 'memlock', SoftLimit: -1, HardLimit: -1 }]),
          }),
        })],
      },
    });
  });
});

describe('a team', () => {
  test('with a quota counts its GPUs against it', () => {
    const queue = trainingQueue(stack, { teams: [TeamShare.of('fraud', { maxGpus: 8 }), TeamShare.of('churn')] });
    trainingJob(stack, { queue, team: 'fraud', gpus: 4 }, 'Fraud');
    trainingJob(stack, { queue, team: 'churn' }, 'Churn');
    const [fraud, churn] = Object.values(Template.fromStack(stack).findResources(JOB)).map(({ Properties }) => Properties);
    expect(fraud.ConsumableResourceProperties.ConsumableResourceList).toEqual([
      { ConsumableResource: { 'Fn::GetAtt': [expect.stringMatching(/Quotafraud/), 'ConsumableResourceArn'] }, Quantity: 4 },
    ]);
    expect(churn).not.toHaveProperty('ConsumableResourceProperties');
  });

  test('with a quota in a CPU queue counts its vCPUs', () => {
    const queue = trainingQueue(stack, { kind: CPU_SPOT(), teams: [TeamShare.of('fraud', { maxVcpus: 32 })] });
    templateOf({ queue, team: 'fraud', vcpus: 16 }).hasResourceProperties(JOB, {
      ConsumableResourceProperties: { ConsumableResourceList: [Match.objectLike({ Quantity: 16 })] },
    });
  });
});

describe('grantSubmit', () => {
  test('is limited by definition, queue and team', () => {
    const queue = trainingQueue(stack, { teams: [TeamShare.of('fraud')] });
    const user = new iam.User(stack, 'User');
    trainingJob(stack, { queue, team: 'fraud' }).grantSubmit(user);
    const { statements } = Policies.in(stack, 'AWS::IAM::Policy');
    expect(statements).toEqual([{
      Effect: 'Allow',
      Action: 'batch:SubmitJob',
      Condition: { StringEquals: { 'batch:ShareIdentifier': 'fraud' } },
      Resource: [
        {
          'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':batch:eu-west-1:111122223333:',
            { 'Fn::Select': [5, { 'Fn::Split': [':', { Ref: expect.stringMatching(/^Job/) }] }] }, ':*']],
        },
        stack.resolve(queue.queueArn),
      ],
    }]);
  });
});

describe('tokens', () => {
  test('pass where only the deployment has to know', () => {
    const number = (id: string) => new CfnParameter(stack, id, { type: 'Number' }).valueAsNumber;
    const text = (id: string) => new CfnParameter(stack, id).valueAsString;
    templateOf({
      vcpus: number('Vcpus'),
      memory: Size.mebibytes(number('Memory')),
      gpus: number('Gpus'),
      user: text('User'),
      timeout: Duration.seconds(number('Seconds')),
      environment: { MODE: text('Mode') },
      parameters: { epochs: text('Epochs') },
      attempts: number('Attempts'),
      schedulingPriority: number('Priority'),
      data: [JobData.read(bucket(stack), 'churn/data/')],
    }).hasResourceProperties(JOB, {
      Timeout: { AttemptDurationSeconds: { Ref: 'Seconds' } },
      Parameters: { epochs: { Ref: 'Epochs' } },
      RetryStrategy: Match.objectLike({ Attempts: { Ref: 'Attempts' } }),
      SchedulingPriority: { Ref: 'Priority' },
      ContainerProperties: Match.objectLike({
        User: { Ref: 'User' },
        Environment: Match.arrayWith([{ Name: 'MODE', Value: { Ref: 'Mode' } }]),
        ResourceRequirements: [{ Type: 'VCPU', Value: { Ref: 'Vcpus' } }, { Type: 'MEMORY', Value: { Ref: 'Memory' } }, { Type: 'GPU', Value: { Ref: 'Gpus' } }],
      }),
    });
  });

  test('fail where something is made of them', () => {
    expect(() => trainingJob(stack, { nodes: Token.asNumber({ Ref: 'Nodes' }) })).toThrow('`nodes` must be known at synth');
    expect(() => trainingJob(stack, { memory: Size.gibibytes(Token.asNumber({ Ref: 'Memory' })) }, 'Other'))
      .toThrow('`memory` holds a token in another unit, which cannot be converted: give it as Size.mebibytes(token)');
  });
});

test('a job in a queue of another stack finds it by its parameter', () => {
  const queue = TrainingQueue.fromParameter(stack, 'Queue', {
    queueArnParameter: '/ml-platform/training/x/queue-arn', kind: GPU_SPOT(), teams: [TeamShare.of('fraud', { maxGpus: 2 })],
  });
  const user = new iam.User(stack, 'User');
  trainingJob(stack, { queue, team: 'fraud' }).grantSubmit(user);
  const template = Template.fromStack(stack);
  template.hasParameter('*', { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/ml-platform/training/x/queue-arn' });
  template.hasResourceProperties(JOB, { ConsumableResourceProperties: Match.absent() });
});

describe('packs and determinism', () => {
  const build = (judgedStack: Stack) => {
    const queue = trainingQueue(judgedStack, { network: madeNetwork(judgedStack) });
    trainingJob(judgedStack, { queue, data: [JobData.read(bucket(judgedStack), 'churn/data/'), JobData.write(bucket(judgedStack), 'trials/churn/')] });
  };

  test('five packs find nothing open', () => {
    expect(openFindings(build)).toEqual([]);
  });

  test('and at most five decisions on a construct keep what stays', () => {
    const kept = judged(build).kept.filter(({ path }) => path.startsWith('Test/Job/'));
    expect([...new Set(kept.map(({ path, rule }) => `${rule} at ${path}`))].sort()).toEqual([
      'AwsSolutions-IAM5[Resource::*] at Test/Job/Roles/ExecutionPolicy/Resource',
      'AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:s3:::our-artifacts/churn/checkpoints/*] at Test/Job/Roles/JobPolicy/Resource',
      'AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:s3:::our-artifacts/churn/data/*] at Test/Job/Roles/JobPolicy/Resource',
      'AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:s3:::our-artifacts/trials/churn/*] at Test/Job/Roles/JobPolicy/Resource',
    ]);
  });

  test('the same bytes twice', () => {
    const synthesized = () => {
      const app = new App();
      build(new Stack(app, 'Test', { env: ENV }));
      return JSON.stringify(app.synth().getStackByName('Test').template);
    };
    expect(synthesized()).toBe(synthesized());
  });

  test('another image moves no logical id', () => {
    const ids = (changed: Partial<TrainingJobProps>) => {
      const other = new Stack(new App(), 'Test', { env: ENV });
      trainingJob(other, { image: image(other), ...changed });
      return Object.keys((Template.fromStack(other).toJSON() as { Resources: object }).Resources);
    };
    expect(ids({ vcpus: 8, command: ['other'], attempts: 3 })).toEqual(ids({}));
  });
});
