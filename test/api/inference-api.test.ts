import {
  App, aws_apigateway as apigateway, aws_certificatemanager as acm, aws_kms as kms, aws_route53 as route53, aws_s3 as s3,
  aws_sns as sns, Duration, Stack,
} from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Gateway } from './gateway';
import { inferenceApi, named, resourcesOf } from './supplies';
import { fail } from './velocity';
import { ApiAlarmLimits, ApiDomain, ApiDomainOptions, InferenceApiProps } from '../../lib/api';
import { ACCESS_LOG_FIELDS } from '../../lib/api/api-logs';
import { guardedEndpoint } from '../support/model-supplies';

let stack: Stack;
beforeEach(() => { stack = new Stack(new App(), 'Test', { env: { account: '111122223333', region: 'eu-west-1' } }); });

function template(changed: InferenceApiProps = {}): Template {
  inferenceApi(stack, changed);
  return Template.fromStack(stack);
}

test('a guarded endpoint gets its two routes, and nothing else has one', () => {
  inferenceApi(stack, { endpoints: [guardedEndpoint(stack, { endpointName: 'churn' }), named(stack, 'fraud')] });
  expect(new Gateway(stack).routes.sort()).toEqual([
    'GET /models/churn/health', 'GET /models/fraud/health', 'POST /models/churn/invocations', 'POST /models/fraud/invocations',
  ]);
});

test('no function stands between a caller and SageMaker', () => {
  template().resourceCountIs('AWS::Lambda::Function', 0);
  const types = Object.values(resourcesOf(stack, 'AWS::ApiGateway::Method')).map(({ Properties }) => Properties.Integration as Record<string, unknown>);
  expect(types.every(({ Type, PassthroughBehavior }) => Type === 'AWS' && PassthroughBehavior === 'NEVER')).toBe(true);
});

describe('the gateway', () => {
  test('is regional and takes no TLS below 1.2', () => {
    template().hasResourceProperties('AWS::ApiGateway::RestApi', {
      EndpointConfiguration: { Types: ['REGIONAL'] },
      SecurityPolicy: 'SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09',
      EndpointAccessMode: 'STRICT',
      DisableExecuteApiEndpoint: false,
    });
  });

  test('throttles all callers together, and questions for the state more tightly', () => {
    template({ ratePerSecond: 50 }).hasResourceProperties('AWS::ApiGateway::Stage', {
      MethodSettings: [
        Match.objectLike({ ResourcePath: '/*', HttpMethod: '*', ThrottlingRateLimit: 50, ThrottlingBurstLimit: 100 }),
        Match.objectLike({ ResourcePath: '/~1models~1churn~1health', HttpMethod: 'GET', ThrottlingRateLimit: 2, ThrottlingBurstLimit: 5 }),
      ],
    });
  });

  test('bursts no higher than an account can', () => {
    template({ ratePerSecond: 10_000 }).hasResourceProperties('AWS::ApiGateway::Stage', {
      MethodSettings: Match.arrayWith([Match.objectLike({ HttpMethod: '*', ThrottlingBurstLimit: 5000 })]),
    });
  });

  test('logs errors without data, and traces', () => {
    const made = template();
    made.hasResourceProperties('AWS::ApiGateway::Stage', { TracingEnabled: true, StageName: 'v1' });
    const [stage] = Object.values(made.findResources('AWS::ApiGateway::Stage'));
    const settings = stage.Properties.MethodSettings as Array<Record<string, unknown>>;
    expect(settings.map(({ DataTraceEnabled, LoggingLevel, CachingEnabled }) => [DataTraceEnabled, LoggingLevel, CachingEnabled]))
      .toEqual([[false, 'ERROR', false], [false, 'ERROR', false]]);
  });

  test('has one validator, for bodies and parameters', () => {
    const made = template({ endpoints: [named(stack, 'churn'), named(stack, 'fraud')] });
    made.resourceCountIs('AWS::ApiGateway::RequestValidator', 1);
    made.hasResourceProperties('AWS::ApiGateway::RequestValidator', { ValidateRequestBody: true, ValidateRequestParameters: true });
  });
});

describe('the access log', () => {
  test('is JSON, without bodies, tokens, keys or text of the caller', () => {
    const [stage] = Object.values(template().findResources('AWS::ApiGateway::Stage'));
    expect(JSON.parse(stage.Properties.AccessLogSetting.Format as string)).toEqual(ACCESS_LOG_FIELDS);
    const variables = Object.values(ACCESS_LOG_FIELDS).join(' ');
    expect(variables).not.toMatch(/apiKey(?!Id)|\$context\.requestId|\.path|userAgent|input|authorization|message/);
    expect(variables).toContain('$context.extendedRequestId');
  });

  test('and the others are encrypted, kept, and have an end', () => {
    const groups = Object.values(template().findResources('AWS::Logs::LogGroup'));
    expect(groups).toHaveLength(3);
    for (const { Properties, DeletionPolicy } of groups) {
      expect(Properties).toMatchObject({ KmsKeyId: expect.anything(), RetentionInDays: 365 });
      expect(DeletionPolicy).toBe('Retain');
    }
  });

  test('of the execution exists before the stage, which would make it unencrypted', () => {
    const made = template();
    const [id] = Object.entries(made.findResources('AWS::Logs::LogGroup')).find(([, { Properties }]) =>
      JSON.stringify(Properties.LogGroupName).includes('API-Gateway-Execution-Logs_'))!;
    const [stage] = Object.values(made.findResources('AWS::ApiGateway::Stage'));
    expect(stage.DependsOn).toContain(id);
  });

  test('can be written because the account has a role for it, one per stack, or none when somebody else sets it', () => {
    inferenceApi(stack, { endpoints: [named(stack, 'churn')] });
    inferenceApi(stack, { endpoints: [named(stack, 'fraud')] }, 'Second');
    Template.fromStack(stack).resourceCountIs('AWS::ApiGateway::Account', 1);
    const other = new Stack(new App(), 'Other');
    inferenceApi(other, { accountLogging: false });
    Template.fromStack(other).resourceCountIs('AWS::ApiGateway::Account', 0);
  });
});

describe('CORS', () => {
  const origin = 'https://app.example.com';

  test('is off unless an origin is given', () => {
    expect(JSON.stringify(template().toJSON())).not.toContain('Access-Control');
  });

  test('lets one page read predictions, problems, and what the gateway says', () => {
    const made = template({ corsOrigin: origin });
    for (const { Properties } of Object.values(made.findResources('AWS::ApiGateway::GatewayResponse'))) {
      expect(Properties.ResponseParameters['gatewayresponse.header.Access-Control-Allow-Origin']).toBe(`'${origin}'`);
    }
    for (const { Properties } of Object.values(made.findResources('AWS::ApiGateway::Method'))) {
      const responses = Properties.Integration.IntegrationResponses as Array<{ ResponseParameters: Record<string, string> }>;
      expect(responses.every(({ ResponseParameters }) =>
        ResponseParameters['method.response.header.Access-Control-Allow-Origin'] === `'${origin}'`)).toBe(true);
    }
  });

  describe('answers the browser before the call', () => {
    const asked = (method: string, path: string) => {
      inferenceApi(stack, { corsOrigin: origin, endpoints: [named(stack, 'churn'), named(stack, 'fraud')] });
      return new Gateway(stack).call({ method, path }, () => fail('nothing is behind the question'));
    };

    test.each(['/models/churn/invocations', '/models/churn/health', '/models/fraud/invocations', '/models/fraud/health'])(
      'by one method for all routes: %s', (path) => {
        const { status, headers } = asked('OPTIONS', path);
        expect(status).toBe(204);
        expect(headers).toMatchObject({
          'Access-Control-Allow-Origin': origin,
          'Access-Control-Allow-Methods': 'GET,POST',
          'Access-Control-Allow-Headers': expect.stringMatching(/Authorization.*X-Api-Key/),
          'Access-Control-Max-Age': '3600',
        });
        expect(new Gateway(stack).routes.filter((route) => route.startsWith('OPTIONS'))).toEqual(['OPTIONS /models/{route+}']);
      });

    test('and refuses a question with a body that is no question: it is no error of ours', () => {
      inferenceApi(stack, { corsOrigin: origin });
      const call = { method: 'OPTIONS', path: '/models/churn/invocations', headers: { 'Content-Type': 'text/csv' }, body: '1' };
      expect(new Gateway(stack).call(call, () => fail('nothing is behind the question')).status).toBe(415);
    });

    test('and answers nothing else: no other path, no other method', () => {
      expect(asked('OPTIONS', '/elsewhere').status).toBe(404);
      const gateway = new Gateway(stack);
      for (const method of ['GET', 'POST', 'PUT', 'HEAD']) {
        expect(gateway.call({ method, path: '/models/other/invocations' }, () => fail('a route of nobody')).status).toBe(404);
      }
    });

    test.each<[property: string, undo: (method: apigateway.CfnMethod) => void]>([
      ['HttpMethod', (method) => { method.httpMethod = 'ANY'; }],
      ['Integration.Type', (method) => { method.addPropertyOverride('Integration.Type', 'HTTP_PROXY'); }],
      ['Integration.PassthroughBehavior', (method) => { method.addPropertyDeletionOverride('Integration.PassthroughBehavior'); }],
    ])('and cannot be made into a way in: %s', (property, undo) => {
      const app = new App();
      const { restApi } = inferenceApi(new Stack(app, 'Test'), { corsOrigin: origin });
      undo(restApi.methods.find(({ httpMethod }) => httpMethod === 'OPTIONS')!.node.defaultChild as apigateway.CfnMethod);
      expect(() => app.synth()).toThrow(`\`${property}\` must stay as it was made`);
    });
  });

  test.each(['*', 'https://*.example.com', 'http://app.example.com', 'https://app.example.com/', 'null', '', "https://a.example.com'"])(
    'is not given to %p', (corsOrigin) => {
      expect(() => inferenceApi(stack, { corsOrigin })).toThrow(/`corsOrigin`.*got/);
    });

  test.each(['https://app.example.com', 'https://app.example.com:8443', 'http://localhost:3000'])('is given to %s', (corsOrigin) => {
    expect(() => inferenceApi(stack, { corsOrigin })).not.toThrow();
  });
});

describe('a domain', () => {
  const domain = (changed: Partial<ApiDomainOptions> = {}) => ApiDomain.of({
    domainName: 'inference.example.com',
    certificate: acm.Certificate.fromCertificateArn(stack, 'Certificate', 'arn:aws:acm:eu-west-1:111122223333:certificate/a1'),
    ...changed,
  });

  test('closes the execute-api host, and is where the API is', () => {
    const api = inferenceApi(stack, { domain: domain() });
    expect(api.url).toBe('https://inference.example.com');
    expect(api.domainTarget).toBeDefined();
    const made = Template.fromStack(stack);
    made.hasResourceProperties('AWS::ApiGateway::RestApi', { DisableExecuteApiEndpoint: true });
    made.hasResourceProperties('AWS::ApiGateway::DomainName', { SecurityPolicy: 'TLS_1_2', EndpointConfiguration: { Types: ['REGIONAL'] } });
    made.resourceCountIs('AWS::ApiGateway::BasePathMapping', 1);
    made.resourceCountIs('AWS::Route53::RecordSet', 0);
  });

  test('asks callers for a certificate when it has a trust store', () => {
    const bucket = s3.Bucket.fromBucketName(stack, 'Trust', 'our-trust');
    template({ domain: domain({ clientCertificates: { bucket, key: 'truststore.pem', version: '7' } }) }).hasResourceProperties(
      'AWS::ApiGateway::DomainName', { MutualTlsAuthentication: { TruststoreUri: 's3://our-trust/truststore.pem', TruststoreVersion: '7' } });
  });

  test('gets an alias record in the zone', () => {
    const hostedZone = route53.HostedZone.fromHostedZoneAttributes(stack, 'Zone', { hostedZoneId: 'Z1', zoneName: 'example.com' });
    template({ domain: domain({ hostedZone }) }).hasResourceProperties('AWS::Route53::RecordSet', { Name: 'inference.example.com.', Type: 'A' });
  });

  test.each(['Inference.example.com', 'inference', 'https://inference.example.com', '*.example.com', 'a b.com', ''])('is not called %p', (domainName) => {
    expect(() => domain({ domainName })).toThrow(/`domainName`.*got/);
  });
});

describe('alarms', () => {
  test('tell of errors, latency, throttles and refused callers, with a place to read on', () => {
    const made = template();
    const alarms = Object.values(made.findResources('AWS::CloudWatch::Alarm')).map(({ Properties }) => Properties);
    expect(alarms.map(({ AlarmName }) => String(AlarmName).split('/').pop())).toEqual([
      'ApiClientErrors', 'ApiServerErrors', 'ApiP99Latency', 'ApiThrottles', 'ApiRefusedCallers',
    ]);
    expect(alarms.map(({ Threshold }) => Threshold as number)).toEqual([20, 2, 5000, 100, 50]);
    for (const { AlarmDescription, AlarmActions, TreatMissingData } of alarms) {
      expect(AlarmDescription).toMatch(/Runbook: https:\S+#api-[a-z0-9-]+$/);
      expect(AlarmActions).toHaveLength(1);
      expect(TreatMissingData).toBe('notBreaching');
    }
  });

  test('take limits', () => {
    const limits = {
      clientErrorPercent: 0, serverErrorPercent: 1, p99Latency: Duration.millis(300), throttledRequests: 7, refusedCallers: 8,
    };
    const alarms = Object.values(template({ alarms: limits }).findResources('AWS::CloudWatch::Alarm'));
    expect(alarms.map(({ Properties }) => Properties.Threshold as number)).toEqual([0, 1, 300, 7, 8]);
  });

  test('count throttles and refusals in the access log', () => {
    const made = template();
    const [group] = Object.entries(made.findResources('AWS::Logs::LogGroup')).find(([, { Properties }]) =>
      JSON.stringify(Properties.LogGroupName).includes('api-access'))!;
    made.hasResourceProperties('AWS::Logs::MetricFilter', {
      LogGroupName: { Ref: group },
      FilterPattern: '{ ($.errorType = "THROTTLED") || ($.errorType = "QUOTA_EXCEEDED") }',
      MetricTransformations: [{ MetricNamespace: 'MlPlatform/Api', MetricName: 'Throttles', MetricValue: '1', Dimensions: [{ Key: 'ApiId', Value: '$.apiId' }] }],
    });
    expect(Object.keys(ACCESS_LOG_FIELDS)).toEqual(expect.arrayContaining(['errorType', 'apiId']));
  });

  test('go to the topic that is brought', () => {
    const topic = sns.Topic.fromTopicArn(stack, 'Topic', 'arn:aws:sns:eu-west-1:111122223333:ours');
    const made = template({ notify: topic });
    made.resourceCountIs('AWS::SNS::Topic', 0);
    made.allResourcesProperties('AWS::CloudWatch::Alarm', { AlarmActions: [topic.topicArn] });
  });

  test.each<ApiAlarmLimits>([
    { clientErrorPercent: -1 }, { clientErrorPercent: 101 }, { serverErrorPercent: NaN }, { p99Latency: Duration.seconds(30) },
    { p99Latency: Duration.millis(0) }, { throttledRequests: 0 }, { refusedCallers: 1.5 },
  ])('refuse the limit %p', (alarms) => {
    expect(() => inferenceApi(stack, { alarms })).toThrow(/`alarms\.\w+`.*got/);
  });
});

test('a key that is brought encrypts logs and topic', () => {
  const encryptionKey = new kms.Key(stack, 'Ours');
  const made = template({ encryptionKey });
  made.resourceCountIs('AWS::KMS::Key', 1);
  made.allResourcesProperties('AWS::Logs::LogGroup', { KmsKeyId: stack.resolve(encryptionKey.keyArn) });
});

test('tools find the address and the routes in a parameter', () => {
  const api = inferenceApi(stack, { apiName: 'models' });
  expect(api.parameterName).toBe('/ml-platform/api/models');
  const [parameter] = Object.values(resourcesOf(stack, 'AWS::SSM::Parameter'));
  const value = JSON.stringify(parameter.Properties.Value);
  for (const key of ['name', 'url', 'auth', 'region', 'apiId', 'stage', 'userPoolId', 'tokenUrl', 'routes']) {
    expect(value).toContain(`\\"${key}\\":`);
  }
});
