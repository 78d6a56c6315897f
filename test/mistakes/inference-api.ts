import { join } from 'node:path';
import { aws_apigateway as apigateway, aws_cognito as cognito, aws_s3 as s3, CfnResource, Duration, Stack } from 'aws-cdk-lib';
import { soundApi, soundClients } from './baselines';
import { Claim, Mistake, refused, refusedAtSynth, resourceAt, Topic } from './mistake';
import {
  ApiAuth, ApiClientOptions, ApiDomain, ApiEndpoint, ApiFirewall, ApiWebClientOptions, InferenceApiProps, RealTimeOptions,
} from '../../lib/api';
import { inRegulatedPacks } from '../../lib/core/acknowledge';
import { IModelEndpoint } from '../../lib/serving';
import { named } from '../api/supplies';

function props(title: string, changed: (stack: Stack) => InferenceApiProps, claim: Claim): Mistake {
  return { title, make: (stack) => soundApi(stack, changed(stack)), claim };
}

function realTime(title: string, options: RealTimeOptions, claim: Claim): Mistake {
  return props(title, (stack) => ({ routes: [ApiEndpoint.realTime(named(stack, 'churn'), options)] }), claim);
}

function client(title: string, machine: Partial<ApiClientOptions>, claim: Claim): Mistake {
  return { title, make: (stack) => { soundClients(stack, machine); }, claim };
}

function page(title: string, web: Partial<ApiWebClientOptions>, claim: Claim): Mistake {
  return { title, make: (stack) => { soundClients(stack, {}, web); }, claim };
}

function overridden(title: string, path: string, property: string, value: unknown, claim: Claim): Mistake {
  return {
    title,
    make: (stack) => {
      soundClients(stack);
      resourceAt(stack, `Api/${path}`).addPropertyOverride(property, value);
    },
    claim,
  };
}

/** A mistake of an L1 that was set, which packs see. */
function altered<T extends CfnResource>(title: string, path: string, change: (resource: T) => void, claim: Claim): Mistake {
  return {
    title,
    make: (stack) => {
      soundClients(stack);
      change(resourceAt(stack, `Api/${path}`) as T);
    },
    claim,
  };
}

const ANY_JSON = join(__dirname, '..', '..', 'package.json');
const INVOCATION = 'Resource/Default/models/churn/invocations/POST/Resource';
const PREFLIGHT = 'Resource/Default/models/{route+}/OPTIONS/Resource';
const STAGE = 'Resource/DeploymentStage.v1/Resource';
const OF_ANOTHER_API: (stack: Stack) => IModelEndpoint[] = (stack) => [named(stack, 'fraud')];

export const ROUTES: Topic = {
  title: 'Routes of an inference API',
  mistakes: [
    props('an API without endpoints', () => ({ endpoints: [] }), refused('RouteCount', 'endpoints', 'name an endpoint')),
    props('two routes of one name', (stack) => {
      const churn = named(stack, 'churn');
      return { endpoints: [churn, churn] };
    }, refused('RouteTwice', 'endpoints', 'another `routeName`')),
    realTime('a path that callers fill in', { routeName: '{proxy+}' }, refused('EndpointName', 'routeName', 'a-z, 0-9 and -')),
    realTime('pictures through the gateway', { contentTypes: ['image/png'] }, refused('TextType', 'contentTypes', 'base64 in JSON')),
    realTime('a schema beside a type that it does not judge', {
      schema: { type: apigateway.JsonSchemaType.OBJECT }, contentTypes: ['application/json', 'text/csv'],
    }, refused('SchemaCoversJson', 'schema', 'a route of its own')),
    realTime('a schema of draft 7', { schema: { schema: apigateway.JsonSchemaVersion.DRAFT7 } },
      refused('SchemaDraft4', 'schema.schema', 'must be DRAFT4')),
    realTime('a keyword of a later draft', { schema: { contains: {} } }, refused('SchemaDraft4', 'schema', 'leave it to the model')),
    realTime('a minute to wait', { timeout: Duration.minutes(1) }, refused('IntegrationTimeout', 'timeout', 'ApiEndpoint.asynchronous')),
    props('inputs in a folder above', (stack) => ({
      routes: [ApiEndpoint.asynchronous(named(stack, 'churn'), {
        inputs: s3.Bucket.fromBucketName(stack, 'Inputs', 'our-inputs'), inputPrefix: '../',
      })],
    }), refused('InputPrefix', 'inputPrefix', 'write requests/')),
    props('bodies judged by the schema of another version', (stack) => ({
      routes: [ApiEndpoint.realTime(named(stack, 'churn'), { schema: ApiEndpoint.featureSchema(ANY_JSON, '0'.repeat(64)) })],
    }), refused('FeatureSchemaHash', 'sha256', 'take the schema of the version that serves')),
    overridden('bodies that no schema judges', INVOCATION, 'RequestValidatorId', undefined,
      refusedAtSynth('RequestValidatorId', 'drop the override')),
    {
      title: 'a schema that was taken from its route',
      make: (stack) => {
        soundApi(stack, { routes: [ApiEndpoint.realTime(named(stack, 'churn'), { schema: { type: apigateway.JsonSchemaType.OBJECT } })] });
        resourceAt(stack, `Api/${INVOCATION}`).addPropertyOverride('RequestModels', undefined);
      },
      claim: refusedAtSynth('RequestModels', 'drop the override'),
    },
    overridden('a body that passes without a template', INVOCATION, 'Integration.PassthroughBehavior', 'WHEN_NO_MATCH',
      refusedAtSynth('Integration.PassthroughBehavior', 'drop the override')),
    overridden('headers of callers to SageMaker', INVOCATION, 'Integration.Type', 'AWS_PROXY',
      refusedAtSynth('Integration.Type', 'drop the override')),
    overridden('an asynchronous call without a right to it', INVOCATION, 'Integration.Uri',
      'arn:aws:apigateway:eu-west-1:runtime.sagemaker:path/endpoints/fraud/invocations',
      refusedAtSynth('Integration.Uri', 'drop the override')),
    overridden('a variant that callers choose', INVOCATION, 'Integration.RequestParameters', {
      'integration.request.header.X-Amzn-SageMaker-Target-Variant': 'method.request.header.X-Variant',
    }, refusedAtSynth('Integration.RequestParameters', 'drop the override')),
    {
      title: 'a preflight that hands the path of a caller on',
      make: (stack) => {
        soundApi(stack, { corsOrigin: 'https://app.example.com' });
        resourceAt(stack, `Api/${PREFLIGHT}`).addPropertyOverride('Integration', { Type: 'HTTP_PROXY', Uri: 'https://example.com/{route}' });
      },
      claim: refusedAtSynth('Integration.Type', 'drop the override'),
    },
  ],
};

export const CALLERS: Topic = {
  title: 'Callers of an inference API',
  mistakes: [
    props('a login without TLS', (stack) => ({
      auth: ApiAuth.userPool(cognito.UserPool.fromUserPoolId(stack, 'Pool', 'eu-west-1_AbCdEfGhI'), { loginUrl: 'http://login.example.com' }),
    }), refused('LoginUrl', 'loginUrl', 'write https://login.example.com')),
    props('a host that Cognito keeps for itself', () => ({ auth: ApiAuth.cognito({ domainPrefix: 'aws-models' }) }),
      refused('DomainPrefix', 'domainPrefix', 'your team')),
    client('a client of nothing', { endpoints: [] }, refused('ClientEndpoints', 'endpoints', 'name an endpoint')),
    {
      title: 'a client of another API',
      make: (stack) => { soundApi(stack).addClient('payments', { endpoints: OF_ANOTHER_API(stack) }); },
      claim: refused('EndpointWithoutRoute', 'endpoints', 'add it to `endpoints`'),
    },
    client('a client faster than the API', { ratePerSecond: 200 }, refused('ClientRateAboveApi', 'ratePerSecond', 'of the API')),
    client('no requests in a day', { quotaPerDay: 0 }, refused('ClientQuota', 'quotaPerDay', 'at least 1')),
    client('a token for a week', { tokenValidity: Duration.days(7) }, refused('TokenValidity', 'tokenValidity', 'from 5 to 1440')),
    page('a code sent without TLS', { callbackUrls: ['http://app.example.com'] },
      refused('ReturnAddress', 'callbackUrls', 'can be read on the way')),
    page('a code sent to any host', { callbackUrls: ['https://*.example.com'] }, refused('ReturnAddress', 'callbackUrls', 'without * and #')),
    page('a session that ends before its token', { sessionValidity: Duration.hours(1), tokenValidity: Duration.hours(1) },
      refused('SessionOutlivesToken', 'sessionValidity', 'lengthen the session')),
    {
      title: 'a key for callers with AWS credentials',
      make: (stack) => { soundApi(stack, { auth: ApiAuth.iam() }).addClient('payments', { endpoints: OF_ANOTHER_API(stack) }); },
      claim: refused('ClientNeedsTokens', 'addClient', 'use grantInvoke'),
    },
    overridden('a method for every token of the pool', INVOCATION, 'AuthorizationScopes', [],
      refusedAtSynth('AuthorizationScopes', 'drop the override')),
    overridden('a method for everybody', INVOCATION, 'AuthorizationType', 'NONE',
      refusedAtSynth('AuthorizationType', 'drop the override')),
    altered<cognito.CfnUserPool>('people without a second factor', 'Access/Resource/Resource',
      (pool) => { pool.mfaConfiguration = 'OFF'; }, { packs: ['AwsSolutions-COG2'] }),
    overridden('a client that takes passwords', 'Clients/console/Resource', 'ExplicitAuthFlows', ['ALLOW_USER_PASSWORD_AUTH'],
      refusedAtSynth('ExplicitAuthFlows', 'drop the override')),
    overridden('a client that says who has an account', 'Clients/console/Resource', 'PreventUserExistenceErrors', 'LEGACY',
      refusedAtSynth('PreventUserExistenceErrors', 'drop the override')),
    overridden('a session that nobody can end', 'Clients/console/Resource', 'EnableTokenRevocation', false,
      refusedAtSynth('EnableTokenRevocation', 'drop the override')),
    overridden('a method without a key', INVOCATION, 'ApiKeyRequired', false, refusedAtSynth('ApiKeyRequired', 'drop the override')),
  ],
};

export const DOOR: Topic = {
  title: 'The door of an inference API',
  mistakes: [
    props('pages of every origin', () => ({ corsOrigin: '*' }), refused('CorsOrigin', 'corsOrigin', 'write https://app.example.com')),
    props('more than an account can burst', () => ({ burst: 10_000 }), refused('ApiBurst', 'burst', 'from 1 to 5000')),
    props('a firewall that stops the first caller', () => ({ firewall: ApiFirewall.managed({ requestsPerIp: 1 }) }),
      refused('RequestsPerIp', 'requestsPerIp', 'from 10 to')),
    props('an ACL of CloudFront', () => ({
      firewall: ApiFirewall.brought('arn:aws:wafv2:us-east-1:111122223333:global/webacl/ours/a1'),
    }), refused('WebAclArn', 'webAclArn', 'cannot guard this API')),
    {
      title: 'a domain that is an address',
      make: (stack) => { soundApi(stack, { domain: ApiDomain.of({ domainName: 'https://a.example.com', certificate: undefined as never }) }); },
      claim: refused('DomainName', 'domainName', 'write inference.example.com'),
    },
    props('an alarm that the gateway is too quick for', () => ({ alarms: { p99Latency: Duration.minutes(1) } }),
      refused('AlarmLimit', 'alarms.p99Latency', 'gives up after 29 seconds')),
    altered<apigateway.CfnStage>('a stage without access logs', STAGE, (stage) => { stage.accessLogSetting = undefined; },
      { packs: ['AwsSolutions-APIG1', 'Serverless-APIGWAccessLogging'] }),
    altered<apigateway.CfnStage>('a stage without a trace', STAGE, (stage) => { stage.tracingEnabled = false; },
      { packs: ['HIPAA.Security-APIGWXrayEnabled', 'Serverless-APIGWXrayEnabled'] }),
    altered<apigateway.CfnStage>('a stage without a throttle', STAGE, (stage) => { stage.methodSettings = undefined; },
      refusedAtSynth('MethodSettings.0.DataTraceEnabled', 'drop the override', {
        packs: ['AwsSolutions-APIG6', ...inRegulatedPacks('APIGWExecutionLoggingEnabled'), 'Serverless-APIGWDefaultThrottling'],
      })),
    overridden('bodies in the execution log', STAGE, 'MethodSettings.0.DataTraceEnabled', true,
      refusedAtSynth('MethodSettings.0.DataTraceEnabled', 'drop the override')),
  ],
};
