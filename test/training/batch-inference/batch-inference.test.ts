import { App, aws_iam as iam, aws_kms as kms, aws_logs as logs, aws_s3 as s3, aws_sns as sns, CfnParameter, Duration, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { definitionIn } from './local-inference';
import { batchInference, engine, INPUTS, results } from './supplies';
import { ModelArtifact } from '../../../lib/artifacts';
import { BatchInferenceProps } from '../../../lib/training';
import { ENV, openFindings } from '../../support/judged';
import { Policies, Request } from '../../support/policy-evaluator';
import { bucket, CPU_SPOT, GPU_CLUSTER, madeNetwork, trainingQueue } from '../supplies';

const MACHINE = 'AWS::StepFunctions::StateMachine';
const OUT = 'arn:<AWS::Partition>:s3:::our-results/claims/scored';
const IN = 'arn:<AWS::Partition>:s3:::our-artifacts/claims/in';

let stack: Stack;
beforeEach(() => { stack = new Stack(new App(), 'Test', { env: ENV }); });

function templateOf(changed: Partial<BatchInferenceProps> = {}): Template {
  batchInference(stack, changed);
  return Template.fromStack(stack);
}

describe('the map', () => {
  test('reads the plan, tolerates no failure and runs a hundred jobs at once unless told', () => {
    batchInference(stack);
    expect(definitionIn(stack).States.Infer).toMatchObject({
      Type: 'Map',
      Label: 'Infer',
      MaxConcurrency: 100,
      ToleratedFailurePercentage: 0,
      ItemReader: {
        Resource: 'arn:aws:states:::s3:getObject',
        ReaderConfig: { InputType: 'JSON' },
        Parameters: { 'Bucket': 'our-results', 'Key.$': '$.plan.itemsKey' },
      },
      ResultWriter: { Resource: 'arn:aws:states:::s3:putObject', Parameters: { 'Bucket': 'our-results', 'Prefix.$': '$.plan.mapPrefix' } },
      ItemProcessor: {
        ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
        States: {
          Submit: {
            Resource: 'arn:aws:states:::batch:submitJob.sync',
            ResultSelector: { 'jobId.$': '$.JobId' }, // not the whole job, with its command and environment
            Parameters: { Parameters: { 'work.$': '$.work', 'failures.$': '$.failures' }, ShareIdentifier: 'default' },
            Retry: [expect.objectContaining({ ErrorEquals: expect.not.arrayContaining(['States.TaskFailed', 'States.ALL']) })],
          },
        },
      },
      Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.problem', Next: 'Report' }],
    });
  });

  test('does as it is told', () => {
    batchInference(stack, { maxConcurrency: 7, toleratedFailurePercent: 3, inputsPerJob: 12, timeout: Duration.hours(20), outputSuffix: '' });
    const definition = definitionIn(stack) as { TimeoutSeconds?: number; States: Record<string, object> };
    expect(definition.States.Infer).toMatchObject({ MaxConcurrency: 7, ToleratedFailurePercentage: 3 });
    expect(definition.TimeoutSeconds).toBe(72_000);
    Template.fromStack(stack).hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: Match.objectLike({ INPUTS_PER_JOB: '12', TOLERATED_PERCENT: '3', OUTPUT_SUFFIX: '', PROGRAM_MODEL: '' }) },
    });
  });

  test('takes what only the deployment knows', () => {
    const number = (id: string) => new CfnParameter(stack, id, { type: 'Number' }).valueAsNumber;
    const template = templateOf({ inputsPerJob: number('PerJob'), maxConcurrency: number('AtOnce') });
    template.hasResourceProperties('AWS::Lambda::Function', { Environment: { Variables: Match.objectLike({ INPUTS_PER_JOB: { Ref: 'PerJob' } }) } });
    expect(JSON.stringify(template.findResources(MACHINE))).toContain('"MaxConcurrency\\":",{"Ref":"AtOnce"}');
  });
});

describe('the job', () => {
  interface Job {
    readonly ContainerProperties: { readonly Command: unknown[]; readonly Environment: unknown[] };
    readonly Timeout: object;
    readonly Parameters: object;
  }
  const job = (template: Template) => Object.values(template.findResources('AWS::Batch::JobDefinition'))[0].Properties as Job;

  test('gets the addresses of its work behind its command', () => {
    const { ContainerProperties, Timeout, Parameters } = job(templateOf());
    expect(ContainerProperties.Command).toEqual(['python', 'score.py', '--work', 'Ref::work', '--failures', 'Ref::failures']);
    expect(Parameters).toEqual({ work: 'set-by-each-run', failures: 'set-by-each-run' });
    expect(Timeout).toEqual({ AttemptDurationSeconds: 21_600 });
  });

  test('finds its model, and may read it', () => {
    const model = ModelArtifact.fromBucket(bucket(stack), 'models/1/model.tar.gz', 'models/');
    const template = templateOf({ engine: engine(stack, { model }) });
    expect(job(template).ContainerProperties.Command.slice(2, 4)).toEqual(['--model', 's3://our-artifacts/models/1/model.tar.gz']);
    expect(Policies.in(stack, 'AWS::IAM::ManagedPolicy').allows({
      action: 's3:GetObject', resource: 'arn:<AWS::Partition>:s3:::our-artifacts/models/1/model.tar.gz',
    })).toBe(true);
    template.hasResource(MACHINE, { DependsOn: Match.arrayWith([Match.stringLikeRegexp('ReadModel')]) });
  });

  test('says on spot why it keeps no checkpoints, and runs on CPUs and on demand too', () => {
    expect(job(templateOf()).ContainerProperties.Environment).toEqual([
      { Name: 'CHECKPOINT_WAIVED_BECAUSE', Value: expect.stringContaining('Each output is an object of its own') },
    ]);
    const others = [CPU_SPOT(), GPU_CLUSTER()].map((kind, index) => {
      const other = new Stack(new App(), `Other${index}`, { env: ENV });
      batchInference(other, { engine: engine(other, { queue: trainingQueue(other, { kind }) }) });
      return job(Template.fromStack(other)).ContainerProperties.Environment.length;
    });
    expect(others).toEqual([1, 0]);
  });
});

describe('who may do what', () => {
  const one = new Stack(new App(), 'Test', { env: ENV });
  const { statements, policies } = policiesOf(one);

  /** The policies of one role: by what its logical id contains. */
  function allows(id: string, request: Request): boolean {
    const other = new Stack(new App(), 'One');
    Object.entries(policies).filter(([name]) => name.includes(id)).forEach(([name, { Properties }]) => {
      new iam.CfnManagedPolicy(other, name, { policyDocument: Properties.PolicyDocument });
    });
    return Policies.in(other, 'AWS::IAM::ManagedPolicy').allows(request);
  }
  const listing = (prefix: string) => ({ 's3:prefix': prefix });

  test.each<[string, string, string, string, boolean]>([
    ['the job', 'JobRolesJobPolicy', 's3:GetObject', `${IN}/a.csv`, true],
    ['the job', 'JobRolesJobPolicy', 's3:GetObject', `${OUT}/runs/r/attempts/a/work/000000.jsonl`, true],
    ['the job', 'JobRolesJobPolicy', 's3:PutObject', `${OUT}/results/r/a.csv.out`, true],
    ['the job', 'JobRolesJobPolicy', 's3:PutObject', `${OUT}/failures/r/a/000000.jsonl`, true],
    ['the job', 'JobRolesJobPolicy', 's3:PutObject', `${OUT}/runs/r/run.json`, false],
    ['the job', 'JobRolesJobPolicy', 's3:PutObject', `${IN}/a.csv`, false],
    ['the job', 'JobRolesJobPolicy', 's3:GetObject', 'arn:<AWS::Partition>:s3:::our-artifacts/claims/other', false],
    ['the job', 'JobRolesJobPolicy', 's3:DeleteObject', `${OUT}/results/r/a.csv.out`, false],
    ['the planner', 'PlannerPolicy', 's3:GetObject', `${IN}/a.csv`, false],
    ['the planner', 'PlannerPolicy', 's3:GetObject', `${OUT}/manifests/m.jsonl`, true],
    ['the planner', 'PlannerPolicy', 's3:PutObject', `${OUT}/runs/r/run.json`, true],
    ['the planner', 'PlannerPolicy', 's3:PutObject', `${OUT}/results/r/a.csv.out`, false],
    ['the reporter', 'ReporterPolicy', 's3:GetObject', `${OUT}/results/r/a.csv.out`, false],
    ['the reporter', 'ReporterPolicy', 's3:GetObject', `${OUT}/failures/r/a/000000.jsonl`, true],
    ['the reporter', 'ReporterPolicy', 's3:GetObject', `${IN}/a.csv`, false],
    ['the machine', 'MachinePolicy', 's3:GetObject', `${OUT}/runs/r/attempts/a/items.json`, true],
    ['the machine', 'MachinePolicy', 's3:PutObject', `${OUT}/runs/r/attempts/a/map/x/manifest.json`, true],
    ['the machine', 'MachinePolicy', 's3:PutObject', `${OUT}/results/r/a.csv.out`, false],
    ['the machine', 'MachinePolicy', 's3:GetObject', `${IN}/a.csv`, false],
    ['the machine', 'MachinePolicy', 'batch:SubmitJob', 'arn:<AWS::Partition>:batch:eu-west-1:111122223333:job-definition/other:1', false],
    ['the machine', 'MachinePolicy', 'iam:PassRole', '*', false],
    ['the machine', 'OwnPolicy', 'states:StartExecution', '<InferenceMachine48A68AFF>', true],
    ['the machine', 'OwnPolicy', 'states:StartExecution', 'arn:aws:states:eu-west-1:111122223333:stateMachine:other', false],
  ])('%s (%s): %s on %s is %p', (_, id, action, resource, expected) => {
    expect(allows(id, { action, resource })).toBe(expected);
  });

  test('the planner lists inputs and outputs, and no other folder', () => {
    const ask = (resource: string, prefix: string) => allows('PlannerPolicy', { action: 's3:ListBucket', resource, context: listing(prefix) });
    expect(ask('arn:<AWS::Partition>:s3:::our-artifacts', INPUTS)).toBe(true);
    expect(ask('arn:<AWS::Partition>:s3:::our-artifacts', 'claims/')).toBe(false);
    expect(ask('arn:<AWS::Partition>:s3:::our-results', 'claims/scored/results/r/')).toBe(true);
    expect(ask('arn:<AWS::Partition>:s3:::our-results', '')).toBe(false);
  });

  test('whoever was granted it starts runs of this machine and nothing else', () => {
    const caller = new iam.Role(stack, 'Caller', { assumedBy: new iam.AccountRootPrincipal() });
    batchInference(stack).grantStart(caller);
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: { Statement: [{ Action: 'states:StartExecution', Effect: 'Allow', Resource: { Ref: 'InferenceMachine48A68AFF' } }] },
    });
  });

  test('no action and no role is a wildcard, and the job and the machine have roles apart', () => {
    expect(statements.flatMap(({ Action }) => Action).filter((action) => action.includes('*'))).toEqual([]);
    const roles = Template.fromStack(one).findResources('AWS::IAM::Role', {
      Properties: { AssumeRolePolicyDocument: { Statement: [{ Principal: { Service: Match.anyValue() } }] } },
    });
    expect(Object.keys(roles).filter((id) => id.startsWith('Inference') && !id.startsWith('InferenceQueue'))).toHaveLength(5);
  });
});

function policiesOf(one: Stack) {
  batchInference(one);
  return {
    statements: Policies.in(one, 'AWS::IAM::ManagedPolicy').statements, policies: Template.fromStack(one).findResources('AWS::IAM::ManagedPolicy'),
  };
}

describe('data', () => {
  test('is in no log: every event is logged, none with its data; executions and logs are encrypted', () => {
    const template = templateOf();
    template.hasResourceProperties(MACHINE, {
      LoggingConfiguration: { Level: 'ALL', IncludeExecutionData: false },
      TracingConfiguration: { Enabled: true },
      EncryptionConfiguration: { Type: 'CUSTOMER_MANAGED_KMS_KEY', KmsKeyId: { 'Fn::GetAtt': [Match.stringLikeRegexp('^InferenceKey'), 'Arn'] } },
    });
    template.allResourcesProperties('AWS::Logs::LogGroup', { KmsKeyId: Match.anyValue() });
  });

  test('in encrypted buckets is read and written with their keys', () => {
    const key = new kms.Key(stack, 'BucketKey');
    batchInference(stack, { outputBucket: new s3.Bucket(stack, 'Encrypted', { encryptionKey: key }) });
    const users = Object.entries(Template.fromStack(stack).findResources('AWS::IAM::ManagedPolicy')).filter(([, { Properties }]) =>
      JSON.stringify(Properties.PolicyDocument).includes('{"Fn::GetAtt":["BucketKey')).map(([id]) => id.replace(/[0-9A-F]{8}$/, ''));
    expect(users.sort()).toEqual([
      'InferenceHandlersPlannerPolicy', 'InferenceHandlersReporterPolicy', 'InferenceJobRolesJobPolicy', 'InferenceMachinePolicy',
    ]);
  });

  test('is told to who was brought, under the key that was brought, for as long as was said', () => {
    const encryptionKey = new kms.Key(stack, 'Own');
    const notify = new sns.Topic(stack, 'Topic');
    const template = templateOf({ encryptionKey, notify, logRetention: logs.RetentionDays.ONE_WEEK });
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: Match.stringLikeRegexp('BatchInferenceSlow$'), AlarmActions: [{ Ref: Match.stringLikeRegexp('^Topic') }],
    });
    template.hasResourceProperties('AWS::Logs::LogGroup', {
      RetentionInDays: 7, LogGroupName: { 'Fn::Join': ['', Match.arrayWith([Match.stringLikeRegexp('^/aws/vendedlogs/states/ml-platform/batch-inference/')])] },
    });
    expect(Object.keys(template.findResources('AWS::KMS::Key')).filter((id) => id.startsWith('InferenceKey'))).toEqual([]);
  });
});

describe('a run keeps its program:', () => {
  const hash = (changed: Parameters<typeof engine>[1]) => {
    const one = new Stack(new App(), 'One', { env: ENV });
    batchInference(one, { engine: engine(one, changed) });
    const [, { Properties }] = Object.entries(Template.fromStack(one).findResources('AWS::Lambda::Function')).find(([id]) => id.includes('Planner'))!;
    return (Properties.Environment as { Variables: Record<string, string> }).Variables.PROGRAM_SETTINGS_HASH;
  };

  test('command and environment change its fingerprint; resources, which a rescue may change, do not', () => {
    const first = hash({});
    expect(first).toMatch(/^[0-9a-f]{64}$/);
    expect([hash({ command: ['python', 'other.py'] }), hash({ environment: { THRESHOLD: '2' } })].filter((other) => other === first)).toEqual([]);
    expect([hash({ vcpus: 8 }), hash({ attempts: 3 }), hash({ timeout: Duration.hours(9) })]).toEqual([first, first, first]);
  });
});

describe('the alarms', () => {
  test.each<[string, object]>([
    ['BatchInferenceFailed', { Threshold: 0, TreatMissingData: 'notBreaching', EvaluationPeriods: 1 }],
    ['BatchInferenceOverTolerance', { MetricName: 'InferenceOverTolerance', Namespace: 'MlPlatform/Training', Statistic: 'Sum', Threshold: 0 }],
    ['BatchInferenceSlow', {
      MetricName: 'InferenceRunningAge', Statistic: 'Maximum', Period: 900, Threshold: 7200, EvaluationPeriods: 2, TreatMissingData: 'breaching',
    }],
  ])('%s', (name, expected) => {
    templateOf({ limits: { runningAge: Duration.hours(2) } }).hasResourceProperties('AWS::CloudWatch::Alarm', {
      ...expected, AlarmName: Match.stringLikeRegexp(`^Test-Inference-[0-9A-F]+/${name}$`), ComparisonOperator: 'GreaterThanThreshold',
    });
  });

  test('look at metrics under the name that the handlers use', () => {
    const template = templateOf();
    const alarm = Object.values(template.findResources('AWS::CloudWatch::Alarm', { Properties: { MetricName: 'InferenceOverTolerance' } }))[0];
    const [{ Value: name }] = alarm.Properties.Dimensions as { Value: string }[];
    template.resourcePropertiesCountIs('AWS::Lambda::Function', { Environment: { Variables: Match.objectLike({ INFERENCE_NAME: name }) } }, 2);
    template.hasResourceProperties('AWS::Events::Rule', {
      ScheduleExpression: 'rate(15 minutes)', Targets: [Match.objectLike({ Input: { 'Fn::Join': ['', Match.arrayWith([Match.stringLikeRegexp(`"name":"${name}"`)])] } })],
    });
  });

  test('and dashboards have metrics', () => {
    const inference = batchInference(stack);
    expect([
      inference.metricInputs(), inference.metricFailedInputs(), inference.metricOverTolerance(), inference.metricRunningAge(),
      inference.metricFailedRuns(), inference.metricSucceededRuns(),
    ].map(({ namespace, metricName, statistic }) => `${namespace} ${metricName} ${statistic}`)).toEqual([
      'MlPlatform/Training InferenceInputs Sum', 'MlPlatform/Training InferenceFailedInputs Sum', 'MlPlatform/Training InferenceOverTolerance Sum',
      'MlPlatform/Training InferenceRunningAge Maximum', 'AWS/States ExecutionsFailed Sum', 'AWS/States ExecutionsSucceeded Sum',
    ]);
  });
});

test('two in a stack share the watcher and nothing else', () => {
  const shared = engine(stack);
  batchInference(stack, { engine: shared });
  batchInference(stack, { engine: shared, outputPrefix: 'other/' }, 'Second');
  const template = Template.fromStack(stack);
  template.resourceCountIs(MACHINE, 2);
  expect(Object.keys(template.findResources('AWS::Lambda::Function')).filter((id) => id.includes('Watcher'))).toHaveLength(1);
});

test('has no open finding in five packs', () => {
  expect(openFindings((judgedStack) => {
    const network = madeNetwork(judgedStack);
    const queue = trainingQueue(judgedStack, { network, kind: CPU_SPOT() });
    const model = ModelArtifact.fromBucket(bucket(judgedStack), 'models/1/model.tar.gz', 'models/');
    batchInference(judgedStack, { engine: engine(judgedStack, { queue, model }), outputBucket: results(judgedStack) });
  })).toEqual([]);
});
