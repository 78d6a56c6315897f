import { CreateTrainingJobCommandInput } from '@aws-sdk/client-sagemaker';
import { App, aws_kms as kms, aws_s3 as s3, aws_stepfunctions as sfn, aws_stepfunctions_tasks as tasks, CfnParameter, Duration, Size, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { definitionOf } from './pipeline/pipeline-bench';
import { managedSpot, WORK } from './pipeline/pipelines';
import { MlInstanceType } from '../../lib/core';
import { Checkpoint, JobData, ManagedSpotTaskProps, ManagedSpotTrainingProps } from '../../lib/training';
import { ENV, openFindings } from '../support/judged';
import { localStateMachine } from '../support/local-step-functions';
import { Policies } from '../support/policy-evaluator';

let stack: Stack;
beforeEach(() => { stack = new Stack(new App(), 'Test', { env: ENV }); });

interface Request {
  readonly [field: string]: unknown;
}

/** The state machine around one job, and what it asks of SageMaker. */
function machine(changed: Partial<ManagedSpotTrainingProps> = {}, submission: ManagedSpotTaskProps = {}) {
  const spot = managedSpot(stack, changed);
  new sfn.StateMachine(stack, 'Machine', { definitionBody: sfn.DefinitionBody.fromChainable(spot.submitTask(stack, 'Train', submission)) });
  const definition = definitionOf(stack);
  const request = (definition.States['Train: Start'] as unknown as { Parameters: Request }).Parameters;
  return { spot, definition, request };
}

describe('the request', () => {
  test('asks for spot machines, checkpoints, the network, encryption and isolation', () => {
    const { request, spot } = machine();
    expect(request).toEqual({
      'TrainingJobName.$': `States.Format('${spot.jobNamePrefix}-{}', States.Hash(States.JsonToString($$.Execution.Input), 'SHA-1'))`,
      'RoleArn': expect.stringMatching(/SpotRole.*\/Arn$/),
      'AlgorithmSpecification': { TrainingImage: expect.stringMatching(/models\/churn@sha256:d{64}$/), TrainingInputMode: 'File' },
      'HyperParameters': { epochs: '10' },
      'InputDataConfig': [{
        ChannelName: 'train',
        DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: 's3://our-datasets/datasets/churn/', S3DataDistributionType: 'FullyReplicated' } },
      }],
      'OutputDataConfig': { S3OutputPath: `s3://artifacts-111122223333/${WORK}models/`, KmsKeyId: expect.stringMatching(/SpotKey.*\/Arn$/) },
      'ResourceConfig': {
        InstanceType: 'ml.m5.xlarge', InstanceCount: 1, VolumeSizeInGB: 50, VolumeKmsKeyId: expect.stringMatching(/SpotKey.*\/Arn$/),
      },
      'EnableManagedSpotTraining': true,
      'StoppingCondition': { MaxRuntimeInSeconds: 86_400, MaxWaitTimeInSeconds: 172_800 },
      'CheckpointConfig': {
        'S3Uri.$': `States.Format('s3://artifacts-111122223333/${WORK}checkpoints/{}/', States.Hash(States.JsonToString($$.Execution.Input), 'SHA-1'))`,
        'LocalPath': '/opt/ml/checkpoints',
      },
      'RetryStrategy': { MaximumRetryAttempts: 3 },
      'VpcConfig': { Subnets: ['subnet-1', 'subnet-2'], SecurityGroupIds: [expect.stringMatching(/GroupId$/)] },
      'EnableNetworkIsolation': true,
      'EnableInterContainerTrafficEncryption': true,
      'Tags': [{ Key: 'ml-platform:job', Value: 'Test/Spot' }],
    });
  });

  test('has no field that the API does not have, nor a name longer than it takes', () => {
    const { request, spot } = machine();
    const fields = Object.keys(request).map((field) => field.replace(/\.\$$/, ''));
    // the compiler compares the list with AWS's own types of the request
    const api: readonly string[] = ['AlgorithmSpecification', 'CheckpointConfig', 'EnableInterContainerTrafficEncryption', 'EnableManagedSpotTraining', 'EnableNetworkIsolation',
      'Environment', 'HyperParameters', 'InputDataConfig', 'OutputDataConfig', 'ResourceConfig', 'RetryStrategy', 'RoleArn', 'StoppingCondition', 'Tags',
      'TrainingJobName', 'VpcConfig'] satisfies readonly (keyof CreateTrainingJobCommandInput)[];
    expect(fields.filter((field) => !api.includes(field))).toEqual([]);
    expect(spot.jobNamePrefix.length + 1 + 40).toBeLessThanOrEqual(63);
    expect(spot.jobNamePrefix).toMatch(/^[a-z0-9](-*[a-z0-9])*$/);
  });

  test('holds what CDK\'s own task cannot say', () => {
    const { request } = machine();
    const own = new tasks.SageMakerCreateTrainingJob(stack, 'Own', {
      trainingJobName: 'job',
      algorithmSpecification: { trainingImage: tasks.DockerImage.fromRegistry('image'), trainingInputMode: tasks.InputMode.FILE },
      inputDataConfig: [{ channelName: 'train', dataSource: { s3DataSource: { s3Location: tasks.S3Location.fromBucket(s3.Bucket.fromBucketName(stack, 'In', 'our-inputs'), 'k') } } }],
      outputDataConfig: { s3OutputLocation: tasks.S3Location.fromBucket(s3.Bucket.fromBucketName(stack, 'Out', 'our-outputs'), 'k') },
      enableNetworkIsolation: true,
      integrationPattern: sfn.IntegrationPattern.RUN_JOB,
    });
    const { Parameters: parameters } = own.toStateJson() as { Parameters: Request };
    const missing = Object.keys(request).map((field) => field.replace(/\.\$$/, '')).filter((field) => !(field in parameters)).sort();
    expect(missing).toEqual(expect.arrayContaining([
      'CheckpointConfig', 'EnableInterContainerTrafficEncryption', 'EnableManagedSpotTraining', 'RetryStrategy',
    ]));
    expect(parameters.StoppingCondition).not.toHaveProperty('MaxWaitTimeInSeconds');
  });

  test('has neither volume nor key for machines with local disks, and takes the key of the output\'s bucket', () => {
    const key = new kms.Key(stack, 'BucketKey');
    const bucket = s3.Bucket.fromBucketAttributes(stack, 'Encrypted', { bucketName: 'encrypted', encryptionKey: key });
    const { request } = machine({ instanceType: MlInstanceType.of('ml.g5.xlarge'), output: JobData.write(bucket, 'models/') });
    expect(request.ResourceConfig).toEqual({ InstanceType: 'ml.g5.xlarge', InstanceCount: 1 });
    expect(request.OutputDataConfig).toMatchObject({ KmsKeyId: expect.stringMatching(/BucketKey.*\/Arn$/) });
  });

  test('says what it is told', () => {
    const { request } = machine({
      instances: 2,
      volume: Size.gibibytes(120),
      timeout: Duration.hours(2),
      maximumWait: Duration.hours(3),
      attempts: 7,
      networkIsolation: false,
      environment: { MODE: 'fast' },
      tags: { team: 'churn' },
      checkpoint: Checkpoint.waived('A run takes four minutes.'),
    }, { run: sfn.JsonPath.stringAt('$.run'), parameters: { epochs: sfn.JsonPath.stringAt('$.epochs') } });
    expect(request).toMatchObject({
      'TrainingJobName.$': expect.stringMatching(/^States\.Format\('.*-\{\}', \$\.run\)$/),
      'HyperParameters': { 'epochs.$': '$.epochs' },
      'Environment': { MODE: 'fast', CHECKPOINT_WAIVED_BECAUSE: 'A run takes four minutes.' },
      'ResourceConfig': { InstanceCount: 2, VolumeSizeInGB: 120 },
      'StoppingCondition': { MaxRuntimeInSeconds: 7200, MaxWaitTimeInSeconds: 10_800 },
      'RetryStrategy': { MaximumRetryAttempts: 7 },
      'EnableNetworkIsolation': false,
      'Tags': [{ Key: 'team', Value: 'churn' }, { Key: 'ml-platform:job', Value: 'Test/Spot' }],
    });
    expect(request).not.toHaveProperty('CheckpointConfig');
  });

  test.each([[20 * 86_400, 28 * 86_400], [60, 120]])('waits at most 28 days by itself: %p seconds of work', (running, waiting) => {
    const { request } = machine({ timeout: Duration.seconds(running) });
    expect(request.StoppingCondition).toEqual({ MaxRuntimeInSeconds: running, MaxWaitTimeInSeconds: waiting });
  });

  test('passes tokens on', () => {
    const seconds = new CfnParameter(stack, 'Seconds', { type: 'Number', default: 3600 }).valueAsNumber;
    const spot = managedSpot(stack, { timeout: Duration.seconds(seconds) });
    new sfn.StateMachine(stack, 'Machine', { definitionBody: sfn.DefinitionBody.fromChainable(spot.submitTask(stack, 'Train')) });
    const template = JSON.stringify(Template.fromStack(stack).toJSON());
    expect(template).toContain('"MaxRuntimeInSeconds\\":",{"Ref":"Seconds"},",\\"MaxWaitTimeInSeconds\\":2419200');
    expect(template).toContain('\\"Type\\":\\"Wait\\",\\"Seconds\\":968');
  });
});

describe('machines of one job', () => {
  const rules = (instances?: number) => {
    managedSpot(stack, { instances });
    return ['Ingress', 'Egress'].map((direction) => Object.values(Template.fromStack(stack).findResources(`AWS::EC2::SecurityGroup${direction}`))
      .map(({ Properties: { IpProtocol: protocol, FromPort: from, ToPort: to } }) => `${protocol}:${from}-${to}`).sort());
  };

  test('may talk to each other, and agree on the keys by which they encrypt what they say', () => {
    const all = ['50:50-50', 'tcp:0-65535', 'udp:500-500']; // 50 is IPsec's payload: without it and the exchange of keys all of them wait
    expect(rules(2)).toEqual([all, all]);
  });

  test('one alone talks to nobody', () => expect(rules()).toEqual([[], []]));
});

describe('its permissions', () => {
  const training = (name: string) => `arn:<AWS::Partition>:sagemaker:eu-west-1:111122223333:training-job/${name}`;

  test('let the state machine run jobs of this name, with this role, and nothing more', () => {
    const { spot } = machine();
    const policies = Policies.in(stack, 'AWS::IAM::Policy');
    const name = training(`${spot.jobNamePrefix}-0123`);
    for (const action of ['CreateTrainingJob', 'DescribeTrainingJob', 'StopTrainingJob', 'AddTags', 'ListTags']) {
      expect(policies.allows({ action: `sagemaker:${action}`, resource: name })).toBe(true);
      expect(policies.allows({ action: `sagemaker:${action}`, resource: training('other-0123') })).toBe(false);
    }
    const passing = { action: 'iam:PassRole', resource: '<SpotRole5C55C1F4.Arn>' };
    const roles = policies.statements.filter(({ Action: action }) => action === passing.action);
    expect(roles).toHaveLength(1);
    expect(policies.allows({ ...passing, context: { 'iam:PassedToService': 'ec2.amazonaws.com' } })).toBe(false);
  });

  test('let the job reach its folders and no others', () => {
    managedSpot(stack);
    const policies = Policies.in(stack, 'AWS::IAM::ManagedPolicy');
    const on = (action: string, path: string) => policies.allows({ action, resource: `arn:<AWS::Partition>:s3:::${path}` });
    expect(on('s3:GetObject', 'our-datasets/datasets/churn/part-0.csv')).toBe(true);
    expect(on('s3:PutObject', 'our-datasets/datasets/churn/part-0.csv')).toBe(false);
    expect(on('s3:GetObject', 'our-datasets/datasets/other/part-0.csv')).toBe(false);
    expect(on('s3:PutObject', `artifacts-111122223333/${WORK}models/job/output/model.tar.gz`)).toBe(true);
    expect(on('s3:GetObject', `artifacts-111122223333/${WORK}models/job/output/model.tar.gz`)).toBe(false);
    expect(on('s3:PutObject', `artifacts-111122223333/${WORK}checkpoints/run/1`)).toBe(true);
    expect(on('s3:PutObject', 'artifacts-111122223333/churn/model.tar.gz')).toBe(false);
    expect(policies.statements.flatMap(({ Action: action }) => action).filter((action) => action.includes('*'))).toEqual([]);
  });

  test('leave no pack anything to say', () => {
    expect(openFindings((judgedStack) => {
      managedSpot(judgedStack);
      managedSpot(judgedStack, { instances: 2, instanceType: MlInstanceType.of('ml.g5.xlarge') }, 'Several');
    })).toEqual([]);
  });
});

describe('a run', () => {
  test.each([
    [Duration.minutes(1), 60], [Duration.minutes(1250), 60], [Duration.days(1), 70], [Duration.days(28), 968],
  ])('looks so often that its events suffice until the job of another execution must have ended: %p', (timeout, seconds) => {
    expect(machine({ timeout }).definition.States['Train: Wait']).toMatchObject({ Seconds: seconds });
  });

  interface Sagemaker {
    readonly start: () => unknown;
    /** One answer for each look. */
    readonly looks?: readonly unknown[];
  }

  async function run({ start, looks = [] }: Sagemaker) {
    const { definition } = machine({}, { run: 'input-1' });
    const asked: string[] = [];
    const answers = [...looks];
    const execution = localStateMachine(definition).run({}, {
      overrides: {
        taskResourceLocalHandlers: {
          'Train: Start': async () => {
            asked.push('start');
            return start();
          },
          'Train: Describe': async () => {
            asked.push('look');
            const answer = answers.shift();
            if (answer === undefined) {
              throw Object.assign(new Error('Requested resource not found.'), { name: 'SageMaker.SageMakerException' });
            }
            return answer;
          },
        },
        waitTimeOverrides: { 'Train: Wait': 1 },
        retryIntervalOverrides: { 'Train: Start': 0, 'Train: Describe': 0 },
      },
    });
    try {
      const { training } = await execution.result as { training: { TrainingJobStatus: string } };
      return { asked, status: training.TrainingJobStatus };
    } catch (error) {
      return { asked, failed: (error as Error).message };
    }
  }

  const done = { TrainingJobStatus: 'Completed', ModelArtifacts: { S3ModelArtifacts: 's3://a/model.tar.gz' } };
  const going = { TrainingJobStatus: 'InProgress' };
  const failing = (name: string, message: string) => () => { throw Object.assign(new Error(message), { name }); };
  // under which name Step Functions reports this is written nowhere
  const taken = ['SageMaker.AmazonSageMakerException', 'SageMaker.ResourceInUseException', 'States.TaskFailed']
    .map((name) => failing(name, 'Training job names must be unique within an AWS account and region'));

  test('starts a job and waits for its end', async () => {
    expect(await run({ start: () => done })).toEqual({ asked: ['start'], status: 'Completed' });
  });

  test.each(taken)('waits for the job that is there (%#)', async (start) => {
    expect(await run({ start, looks: [going, going, done] })).toEqual({
      asked: ['start', 'start', 'start', 'look', 'look', 'look'], status: 'Completed',
    });
  });

  test('takes the job that ended while nobody looked', async () => {
    expect(await run({ start: taken[0], looks: [done] })).toMatchObject({ status: 'Completed' });
  });

  test.each([{ TrainingJobStatus: 'Failed' }, { TrainingJobStatus: 'Stopped' }])('fails when the job did: %p', async (look) => {
    const { failed } = await run({ start: taken[0], looks: [going, look] });
    expect(failed).toMatch(/names must be unique/);
  });

  test('fails with what the start failed with when there is no such job', async () => {
    const { asked, failed } = await run({ start: failing('SageMaker.AmazonSageMakerException', 'Could not assume role') });
    expect(failed).toMatch(/Could not assume role/);
    expect(asked.filter((each) => each === 'start')).toHaveLength(3);
  });
});
