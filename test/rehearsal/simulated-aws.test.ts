import { requestsOf } from '../../rehearsal/aws/actions';
import { CloudWatch } from '../../rehearsal/aws/cloudwatch';
import { evaluate } from '../../rehearsal/aws/math';
import { fitsPattern, inputOf } from '../../rehearsal/aws/patterns';
import { SageMaker, UpdateTrouble } from '../../rehearsal/aws/sagemaker';
import { checkMessage } from '../../rehearsal/aws/sns';
import { VirtualClock } from '../../rehearsal/clock';
import { Switches, USUAL_SWITCHES } from '../../rehearsal/switches';
import { Templates } from '../../rehearsal/template/template';

const PLACE = { account: '111122223333', region: 'eu-west-1' };
const MINUTE = 60_000;
const NAME = { EndpointName: 'e' };

async function passed(clock: VirtualClock, seconds: number): Promise<void> {
  let there = false;
  clock.after(seconds * 1000, () => { there = true; });
  while (!there) {
    await clock.step();
  }
}

/** An endpoint `e` on `c1` with both slots, and a second configuration `c2`. */
async function hosting(switches: Partial<Switches> = {}, trouble?: UpdateTrouble) {
  const clock = new VirtualClock(0);
  const pace = { createSeconds: 300, updateSeconds: 400, weightSeconds: 20, deleteSeconds: 60 };
  const sagemaker = new SageMaker(clock, PLACE, pace, { ...USUAL_SWITCHES, ...switches });
  sagemaker.act('CreateModel', { ModelName: 'm', PrimaryContainer: { Image: 'i', ModelDataUrl: 's3://a' } });
  const variant = (VariantName: string, InitialVariantWeight: number) => ({ VariantName, ModelName: 'm', InitialInstanceCount: 2, InitialVariantWeight });
  sagemaker.act('CreateEndpointConfig', { EndpointConfigName: 'c1', ProductionVariants: [variant('Stable', 100), variant('Candidate', 0)] });
  sagemaker.act('CreateEndpointConfig', { EndpointConfigName: 'c2', ProductionVariants: [variant('Stable', 1)] });
  sagemaker.act('CreateEndpoint', { ...NAME, EndpointConfigName: 'c1' });
  await passed(clock, 301);
  sagemaker.trouble = () => trouble;
  return { clock, sagemaker, look: () => sagemaker.act('DescribeEndpoint', NAME) as Record<string, unknown> };
}

const WEIGHTS = {
  ...NAME, DesiredWeightsAndCapacities: [{ VariantName: 'Stable', DesiredWeight: 90 }, { VariantName: 'Candidate', DesiredWeight: 10 }],
};

describe('SNS', () => {
  test.each<[string, object, boolean]>([
    ['a subject of 99 characters', { Subject: 'a'.repeat(99), Message: 'm' }, true],
    ['a subject of 100 characters', { Subject: 'a'.repeat(100), Message: 'm' }, false],
    ['a subject of two lines', { Subject: 'a\nb', Message: 'm' }, false],
    ['a subject that is not ASCII', { Subject: 'für', Message: 'm' }, false],
    ['a subject that begins with a space', { Subject: ' a', Message: 'm' }, false],
    ['no subject', { Message: 'für\nalle' }, true],
    ['an empty message', { Subject: 'a', Message: '' }, false],
    ['a message of 256 KiB', { Message: 'm'.repeat(262_144) }, true],
    ['a longer one', { Message: 'm'.repeat(262_145) }, false],
  ])('takes or refuses %s', (_name, message, taken) => {
    const publishing = expect(() => { checkMessage({ ...message }); });
    if (taken) {
      publishing.not.toThrow();
    } else {
      publishing.toThrow('Invalid parameter');
    }
  });
});

describe('SageMaker', () => {
  test('an initial weight of 0 stays 0', async () => {
    const { look } = await hosting();
    expect(look()).toMatchObject({ EndpointStatus: 'InService', ProductionVariants: [{ CurrentWeight: 100 }, { CurrentWeight: 0 }] });
  });

  test('an update brings the weights of its configuration, and meanwhile nothing else changes the endpoint', async () => {
    const { clock, sagemaker, look } = await hosting();
    sagemaker.act('UpdateEndpoint', { ...NAME, EndpointConfigName: 'c2' });
    expect(look()).toMatchObject({ EndpointStatus: 'Updating', EndpointConfigName: 'c1' });
    for (const change of ['UpdateEndpoint', 'UpdateEndpointWeightsAndCapacities', 'DeleteEndpoint']) {
      expect(() => sagemaker.act(change, { ...WEIGHTS, EndpointConfigName: 'c2' })).toThrow('in-progress endpoint');
    }
    await passed(clock, 401);
    expect(look()).toMatchObject({ EndpointStatus: 'InService', EndpointConfigName: 'c2', ProductionVariants: [{ VariantName: 'Stable', CurrentWeight: 1 }] });
  });

  test('weights are wanted at once and there later', async () => {
    const { clock, sagemaker, look } = await hosting();
    sagemaker.act('UpdateEndpointWeightsAndCapacities', WEIGHTS);
    expect(look()).toMatchObject({ EndpointStatus: 'Updating', ProductionVariants: [{ CurrentWeight: 100, DesiredWeight: 90 }, { CurrentWeight: 0, DesiredWeight: 10 }] });
    await passed(clock, 21);
    expect(look()).toMatchObject({ EndpointStatus: 'InService', ProductionVariants: [{ CurrentWeight: 90 }, { CurrentWeight: 10 }] });
  });

  test.each<[UpdateTrouble, object, boolean]>([
    ['silent-rollback', { EndpointStatus: 'InService', EndpointConfigName: 'c1' }, false],
    ['capacity', { EndpointStatus: 'InService', EndpointConfigName: 'c1' }, true],
    ['hang', { EndpointStatus: 'Updating' }, false],
  ])('%s: an update ends otherwise', async (trouble, expected, says) => {
    const { clock, sagemaker, look } = await hosting({}, trouble);
    sagemaker.act('UpdateEndpoint', { ...NAME, EndpointConfigName: 'c2' });
    await passed(clock, 4000);
    expect(look()).toMatchObject(expected);
    expect(look().FailureReason !== undefined).toBe(says);
  });

  test('what no source tells is a switch', async () => {
    const refusing = await hosting();
    expect(() => refusing.sagemaker.act('UpdateEndpoint', { ...NAME, EndpointConfigName: 'c1' })).toThrow('already uses');
    const { sagemaker, look } = await hosting({ sameConfigUpdate: 'accepted', pendingConfigShown: 'new' });
    sagemaker.act('UpdateEndpoint', { ...NAME, EndpointConfigName: 'c1' });
    expect(look()).toMatchObject({ EndpointStatus: 'Updating' });
    const showing = await hosting({ pendingConfigShown: 'new' });
    showing.sagemaker.act('UpdateEndpoint', { ...NAME, EndpointConfigName: 'c2' });
    expect(showing.look()).toMatchObject({ EndpointStatus: 'Updating', EndpointConfigName: 'c2' });
  });

  test.each<[string, string, object]>([
    ['CreateModel', 'already existing model', { ModelName: 'm' }],
    ['CreateEndpointConfig', 'already existing endpoint configuration', { EndpointConfigName: 'c1' }],
    ['CreateEndpoint', 'already existing endpoint', { ...NAME, EndpointConfigName: 'c1' }],
    ['CreateEndpointConfig', 'Could not find model', { EndpointConfigName: 'c3', ProductionVariants: [{ VariantName: 'x', ModelName: 'gone' }] }],
    ['UpdateEndpoint', 'Could not find endpoint configuration', { ...NAME, EndpointConfigName: 'gone' }],
    ['DescribeEndpoint', 'Could not find endpoint', { EndpointName: 'gone' }],
    ['UpdateEndpointWeightsAndCapacities', 'not present', { ...NAME, DesiredWeightsAndCapacities: [{ VariantName: 'gone', DesiredWeight: 1 }] }],
    ['UpdateEndpointWeightsAndCapacities', 'only one variant', {
      ...NAME, DesiredWeightsAndCapacities: ['Stable', 'Candidate'].map((VariantName) => ({ VariantName, DesiredInstanceCount: 3 })),
    }],
  ])('%s is refused: %s', async (operation, text, input) => {
    const { sagemaker } = await hosting();
    expect(() => sagemaker.act(operation, input as Record<string, unknown>)).toThrow(text);
  });
});

describe('an alarm', () => {
  const metric = (MetricName: string, Stat: string) => ({ Metric: { Namespace: 'n', MetricName }, Period: 60, Stat });
  const properties = {
    Metrics: [
      { Id: 'rate', Expression: 'IF(FILL(requests, 0) >= 10, 100 * errors, 0)', ReturnData: true },
      { Id: 'errors', MetricStat: metric('Errors', 'Average'), ReturnData: false },
      { Id: 'requests', MetricStat: metric('Requests', 'Sum'), ReturnData: false },
    ],
    Threshold: 2,
    ComparisonOperator: 'GreaterThanThreshold',
    EvaluationPeriods: 3,
    DatapointsToAlarm: 3,
    TreatMissingData: 'notBreaching',
  };
  /** Plays minutes of so many errors of a hundred requests, visible 75 seconds later; `-` is a minute without requests. */
  async function played(minutes: readonly (number | '-')[], switches: Partial<Switches> = {}, changed: object = {}): Promise<string[]> {
    const clock = new VirtualClock(1000 * MINUTE);
    const cloudwatch = new CloudWatch(clock, () => 75_000, { ...USUAL_SWITCHES, ...switches });
    cloudwatch.add({ properties: { ...properties, ...changed } }, 'a', 'arn');
    const states: string[] = [];
    for (const errors of minutes) {
      const start = clock.now;
      await passed(clock, 60);
      if (errors !== '-') {
        const put = (metricName: string, sum: number) => {
          cloudwatch.metrics.put({ namespace: 'n', metric: metricName, dimensions: {} }, start, { sum, count: 100, minimum: 0, maximum: 1 }, start + MINUTE + 75_000);
        };
        put('Errors', errors);
        put('Requests', 100);
      }
      cloudwatch.evaluateAlarms();
      states.push(cloudwatch.alarms.get('a')?.state.charAt(0) ?? '');
    }
    return states;
  }

  test('goes off after so many bad minutes in a row, as late as the data', async () => {
    expect((await played([0, 9, 9, 9, 9, 9, 0, 0, 0])).join('')).toBe('OOOOOAAAO');
  });

  test('a minute at the limit is no bad one', async () => {
    expect(await played([2, 2, 2, 2, 2, 2])).not.toContain('A');
  });

  test('a good minute between bad ones ends the row', async () => {
    expect(await played([9, 9, 0, 9, 9, 0, 9, 9, 0])).not.toContain('A');
  });

  test('never goes off when FILL reaches minutes that are not published yet', async () => {
    expect(await played([9, 9, 9, 9, 9, 9, 9], { fillReachesUnpublished: 'yes' })).not.toContain('A');
    expect(await played([9, 9, 9, 9, 9, 9, 9])).toContain('A');
  });

  test.each([['breaching', 'A'], ['notBreaching', 'O'], ['missing', 'I']])('without data: %s', async (TreatMissingData, state) => {
    const { Metrics: _metrics, ...rule } = properties;
    const changed = { ...rule, Metrics: undefined, Namespace: 'n', MetricName: 'Errors', Statistic: 'Sum', Period: 60, TreatMissingData };
    expect((await played(['-', '-', '-', '-'], {}, changed)).at(-1)).toBe(state);
  });

  test.each(['RATE(errors)', 'errors[0]', 'IF(errors, 1)', 'ANOMALY_DETECTION_BAND(errors)'])('refuses %s', async (Expression) => {
    const [, ...metrics] = properties.Metrics;
    await expect(played([1], {}, { Metrics: [{ Id: 'x', Expression, ReturnData: true }, ...metrics] })).rejects.toThrow('does not know');
  });

  test('computes as metric math does', () => {
    const series = { a: new Map([[0, 6], [1, 2]]), b: new Map([[0, 3]]) };
    const values = (text: string) => [0, 1].map((at) => evaluate(text, series, [0, 1]).get(at));
    expect(values('a + 2 * b')).toEqual([12, undefined]);
    expect(values('(a - FILL(b, 1)) / 2')).toEqual([1.5, 0.5]);
    expect(values('SUM([a, b])')).toEqual([9, 2]);
    expect(values('IF(a > 3 && b == 3, 1, 0)')).toEqual([1, undefined]);
    expect(values('a / (a - a)')).toEqual([undefined, undefined]);
  });
});

describe('EventBridge', () => {
  const event = { 'source': 'aws.ssm', 'detail-type': 'Parameter Store Change', 'detail': { name: '/stop', n: 5, operation: 'Update' } };

  test.each<[object, boolean]>([
    [{ source: ['aws.ssm'] }, true],
    [{ source: ['aws.s3', 'aws.ssm'] }, true],
    [{ source: ['aws.s3'] }, false],
    [{ detail: { name: ['/stop'], operation: ['Update'] } }, true],
    [{ detail: { name: [{ prefix: '/st' }], other: [{ exists: false }] } }, true],
    [{ detail: { name: [{ 'anything-but': ['/stop'] }] } }, false],
    [{ detail: { n: [{ numeric: ['>', 4, '<=', 5] }] } }, true],
    [{ detail: { n: [{ numeric: ['>', 5] }] } }, false],
    [{ $or: [{ source: ['aws.s3'] }, { detail: { n: [5] } }] }, true],
  ])('%j fits: %p', (pattern, fits) => {
    expect(fitsPattern(pattern, event)).toBe(fits);
  });

  test('refuses a pattern that it does not know', () => {
    expect(() => fitsPattern({ source: [{ cidr: '10.0.0.0/8' }] }, event)).toThrow('does not know the pattern');
  });

  test('fills an input transformer, text as text and values as values', () => {
    const InputPathsMap = { name: '$.detail.name', n: '$.detail.n' };
    expect(inputOf({ InputTransformer: { InputPathsMap, InputTemplate: '{"recover":{"name":<name>,"n":<n>}}' } }, event, USUAL_SWITCHES))
      .toEqual({ recover: { name: '/stop', n: 5 } });
    expect(() => inputOf({ InputTransformer: { InputTemplate: '{"x":<gone>}' } }, event, USUAL_SWITCHES)).toThrow('no path for <gone>');
  });
});

describe('IAM is asked', () => {
  const asked = (service: string, operation: string, input: object) =>
    requestsOf(service, operation, input as Record<string, unknown>, PLACE).map(({ action, resource, context = {} }) => [action, resource, ...Object.entries(context).map((entry) => entry.join('='))].join(' '));

  test('for each part of a transaction, with what encloses it', () => {
    expect(asked('dynamodb', 'TransactWriteItems', { TransactItems: [{ Put: { TableName: 't' } }, { ConditionCheck: { TableName: 'u' } }] })).toEqual([
      'dynamodb:PutItem arn:aws:dynamodb:eu-west-1:111122223333:table/t dynamodb:EnclosingOperation=TransactWriteItems',
      'dynamodb:ConditionCheckItem arn:aws:dynamodb:eu-west-1:111122223333:table/u dynamodb:EnclosingOperation=TransactWriteItems',
    ]);
  });

  test('for the role that a model gets, and for its tags', () => {
    expect(asked('sagemaker', 'CreateModel', { ModelName: 'M', ExecutionRoleArn: 'role', Tags: [{ Key: 'k', Value: 'v' }] })).toEqual([
      'sagemaker:CreateModel arn:aws:sagemaker:eu-west-1:111122223333:model/m aws:RequestTag/k=v',
      'sagemaker:AddTags arn:aws:sagemaker:eu-west-1:111122223333:model/m aws:RequestTag/k=v',
      'iam:PassRole role iam:PassedToService=sagemaker.amazonaws.com',
    ]);
  });

  test('for the machine, whichever version is started; for everything, to hear of composite alarms', () => {
    expect(asked('sfn', 'StartExecution', { stateMachineArn: 'arn:aws:states:eu-west-1:111122223333:stateMachine:m:7' }))
      .toEqual(['states:StartExecution arn:aws:states:eu-west-1:111122223333:stateMachine:m']);
    expect(asked('cloudwatch', 'DescribeAlarms', { AlarmNames: ['a'], AlarmTypes: ['MetricAlarm', 'CompositeAlarm'] }).at(-1)).toBe('cloudwatch:DescribeAlarms *');
  });
});

describe('a template', () => {
  const of = (Resources: object, more: object = {}) => new Templates([{ Resources, ...more } as never], PLACE);
  const value = (given: unknown, more: object = {}) => {
    const templates = of({ Table: { Type: 'AWS::DynamoDB::Table' }, X: { Type: 'X', Properties: { given } } }, more);
    return { templates, value: templates.of('X')[0].properties.given };
  };

  test.each<[unknown, unknown]>([
    [{ 'Fn::Join': ['-', ['a', { Ref: 'Table' }]] }, 'a-Table'],
    [{ 'Fn::GetAtt': ['Table', 'Arn'] }, 'arn:aws:dynamodb:eu-west-1:111122223333:table/Table'],
    [{ 'Fn::Sub': '${AWS::Region}/${Table.Arn}/${!kept}' }, 'eu-west-1/arn:aws:dynamodb:eu-west-1:111122223333:table/Table/${kept}'],
    [{ 'Fn::Select': [1, { 'Fn::Split': ['/', 'a/b'] }] }, 'b'],
    [{ 'Fn::If': ['No', 1, { Ref: 'AWS::NoValue' }] }, undefined],
  ])('%j is %j', (given, expected) => {
    expect(value(given, { Conditions: { No: { 'Fn::Equals': ['a', 'b'] } } }).value).toEqual(expected);
  });

  test('says what stood in for what it does not tell, the same each time', () => {
    const { templates, value: list } = value([{ 'Fn::ImportValue': 'Net:Subnet' }, { 'Fn::ImportValue': 'Net:Subnet' }]);
    const [one, other] = list as string[];
    expect([one, one.startsWith('subnet-')]).toEqual([other, true]);
    expect([...templates.standIns]).toEqual([['the import Net:Subnet', one]]);
  });

  test('finds imports in the templates beside it, and tells equal logical ids apart', () => {
    const beside = {
      Resources: { X: { Type: 'X', Properties: { given: 2 } } }, Outputs: { O: { Value: 'exported', Export: { Name: 'Net:Subnet' } } },
    };
    const templates = new Templates([{ Resources: { X: { Type: 'X', Properties: { given: { 'Fn::ImportValue': 'Net:Subnet' } } } } }, beside], PLACE);
    expect(templates.of('X').map(({ own, properties }) => [own, properties.given])).toEqual([[true, 'exported'], [false, 2]]);
  });

  test.each([{ 'Fn::Transform': {} }, { Ref: 'Gone' }, { 'Fn::GetAtt': ['Gone', 'Arn'] }])('refuses %j', (given) => {
    expect(() => value(given)).toThrow(/does not know|not in it/);
  });
});
