import { App, aws_cognito as cognito, Duration, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { inferenceApi, named, resourcesOf } from './supplies';
import { ApiAuth, ApiFirewall, InferenceApi } from '../../lib/api';
import { IModelEndpoint } from '../../lib/serving';

let stack: Stack;
let endpoints: IModelEndpoint[];
let api: InferenceApi;
beforeEach(() => {
  stack = new Stack(new App(), 'Test');
  endpoints = ['churn', 'fraud'].map((name) => named(stack, name));
});

function make(auth?: ApiAuth): void {
  api = inferenceApi(stack, { endpoints, apiName: 'models', auth });
}

function made(auth?: ApiAuth): Template {
  make(auth);
  return Template.fromStack(stack);
}

describe('the user pool', () => {
  test('asks people for a second factor, lets nobody sign up, and stays', () => {
    made().hasResource('AWS::Cognito::UserPool', {
      DeletionPolicy: 'Retain',
      Properties: {
        MfaConfiguration: 'ON',
        EnabledMfas: ['SOFTWARE_TOKEN_MFA'],
        AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
        DeletionProtection: 'ACTIVE',
        AccountRecoverySetting: { RecoveryMechanisms: [{ Name: 'verified_email', Priority: 1 }] },
        Policies: { PasswordPolicy: Match.objectLike({ MinimumLength: 14, TemporaryPasswordValidityDays: 1 }) },
        UserPoolTier: 'PLUS',
        UserPoolAddOns: { AdvancedSecurityMode: 'ENFORCED' },
      },
    });
  });

  test('watches nobody when told so, and takes the plan for that', () => {
    made(ApiAuth.cognito({ threatProtection: false })).hasResourceProperties('AWS::Cognito::UserPool', {
      UserPoolTier: 'ESSENTIALS', UserPoolAddOns: Match.absent(),
    });
  });

  test('has a scope for each endpoint and verb', () => {
    made().hasResourceProperties('AWS::Cognito::UserPoolResourceServer', {
      Identifier: 'models',
      Scopes: ['churn:invoke', 'churn:health', 'fraud:invoke', 'fraud:health'].map((ScopeName) => Match.objectLike({ ScopeName })),
    });
  });

  test('that is brought stays as it is, and gets the resource server', () => {
    const pool = cognito.UserPool.fromUserPoolId(stack, 'Pool', 'eu-west-1_AbCdEfGhI');
    const template = made(ApiAuth.userPool(pool, { loginUrl: 'https://login.example.com' }));
    template.resourceCountIs('AWS::Cognito::UserPool', 0);
    template.resourceCountIs('AWS::Cognito::UserPoolDomain', 0);
    template.hasResourceProperties('AWS::Cognito::UserPoolResourceServer', { UserPoolId: 'eu-west-1_AbCdEfGhI' });
    expect(api.tokenUrl).toBe('https://login.example.com/oauth2/token');
  });

  test('has the domain that is asked for', () => {
    made(ApiAuth.cognito({ domainPrefix: 'our-models' })).hasResourceProperties('AWS::Cognito::UserPoolDomain', { Domain: 'our-models' });
  });

  test.each(['aws-models', 'my-amazon', 'cognito1', '-models', 'Models', 'a'.repeat(64), 'a_b', ''])('refuses the domain %p', (domainPrefix) => {
    expect(() => ApiAuth.cognito({ domainPrefix })).toThrow(/`domainPrefix`.*got/);
  });

  test.each(['http://login.example.com', 'https://login.example.com/', 'login.example.com', 'https://a b'])('refuses the login %p', (loginUrl) => {
    const pool = cognito.UserPool.fromUserPoolId(stack, 'Pool', 'eu-west-1_AbCdEfGhI');
    expect(() => ApiAuth.userPool(pool, { loginUrl })).toThrow(/`loginUrl`.*got/);
  });
});

test('every method wants a scope of its own, an access token and a key', () => {
  make();
  const methods = Object.values(resourcesOf(stack, 'AWS::ApiGateway::Method')).map(({ Properties }) => Properties);
  expect(methods.map(({ AuthorizationScopes }) => AuthorizationScopes)).toEqual([
    ['models/churn:invoke'], ['models/churn:health'], ['models/fraud:invoke'], ['models/fraud:health'],
  ]);
  expect(methods.every(({ AuthorizationType, ApiKeyRequired }) => AuthorizationType === 'COGNITO_USER_POOLS' && ApiKeyRequired === true)).toBe(true);
});

describe('a machine client', () => {
  test('gets tokens for its endpoints by its own secret, and in no other way', () => {
    make();
    const client = api.addClient('payments', { endpoints: [endpoints[0]] });
    expect(client.scopes).toEqual(['models/churn:invoke', 'models/churn:health']);
    Template.fromStack(stack).hasResource('AWS::Cognito::UserPoolClient', {
      DependsOn: [Match.stringLikeRegexp('Scopes')],
      Properties: {
        AllowedOAuthFlows: ['client_credentials'],
        AllowedOAuthFlowsUserPoolClient: true,
        AllowedOAuthScopes: ['models/churn:invoke', 'models/churn:health'],
        GenerateSecret: true,
        EnableTokenRevocation: true,
        PreventUserExistenceErrors: 'ENABLED',
        ExplicitAuthFlows: ['ALLOW_REFRESH_TOKEN_AUTH'],
        AccessTokenValidity: 60,
        TokenValidityUnits: { AccessToken: 'minutes' },
        CallbackURLs: Match.absent(),
      },
    });
  });

  test('is counted by a key of its own', () => {
    make();
    api.addClient('payments', { endpoints, ratePerSecond: 20, quotaPerDay: 5000 });
    api.addClient('support', { endpoints });
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::ApiGateway::UsagePlan', {
      Throttle: { RateLimit: 20, BurstLimit: 40 }, Quota: { Limit: 5000, Period: 'DAY' }, ApiStages: [Match.objectLike({ ApiId: Match.anyValue() })],
    });
    template.hasResourceProperties('AWS::ApiGateway::UsagePlan', {
      Throttle: { RateLimit: 10, BurstLimit: 20 }, Quota: { Limit: 100_000, Period: 'DAY' },
    });
    template.resourceCountIs('AWS::ApiGateway::ApiKey', 2);
    template.resourceCountIs('AWS::ApiGateway::UsagePlanKey', 2);
  });

  test('can be found by tools, and its secret is not in the template', () => {
    make();
    const { parameterName } = api.addClient('payments', { endpoints });
    expect(parameterName).toBe('/ml-platform/api/models/clients/payments');
    const parameter = Object.values(resourcesOf(stack, 'AWS::SSM::Parameter')).find(({ Properties }) => Properties.Name === parameterName);
    expect(JSON.stringify(parameter)).toMatch(/clientId.*apiKeyId.*models\/churn:invoke/);
    expect(JSON.stringify(Template.fromStack(stack).toJSON())).not.toMatch(/ClientSecret|"Value":"[A-Za-z0-9]{20,}"/);
  });

  test.each([4, 24 * 60 + 1, 5.5])('refuses tokens for %p minutes', (minutes) => {
    make();
    expect(() => api.addClient('payments', { endpoints, tokenValidity: Duration.seconds(minutes * 60) })).toThrow(/`tokenValidity`.*got/);
  });

  test.each([5, 24 * 60])('takes tokens for %p minutes', (minutes) => {
    make();
    expect(() => api.addClient('payments', { endpoints, tokenValidity: Duration.minutes(minutes) })).not.toThrow();
  });
});

describe('a web client', () => {
  const urls = { callbackUrls: ['https://app.example.com/signed-in'] };

  test('lets people sign in by a code, without a secret and without their password', () => {
    make();
    api.addWebClient('console', { endpoints: [endpoints[1]], ...urls, logoutUrls: ['https://app.example.com/'] });
    Template.fromStack(stack).hasResourceProperties('AWS::Cognito::UserPoolClient', {
      AllowedOAuthFlows: ['code'],
      AllowedOAuthScopes: ['models/fraud:invoke', 'models/fraud:health'],
      GenerateSecret: false,
      SupportedIdentityProviders: ['COGNITO'],
      CallbackURLs: urls.callbackUrls,
      LogoutURLs: ['https://app.example.com/'],
      ExplicitAuthFlows: ['ALLOW_REFRESH_TOKEN_AUTH'],
      EnableTokenRevocation: true,
      PreventUserExistenceErrors: 'ENABLED',
      AccessTokenValidity: 15,
      IdTokenValidity: 15,
      RefreshTokenValidity: 480,
    });
  });

  test.each(['https://app.example.com', 'https://app.example.com/a?b=c', 'http://localhost', 'http://localhost:3000/back'])('sends people to %s', (url) => {
    make();
    expect(() => api.addWebClient('console', { endpoints, callbackUrls: [url] })).not.toThrow();
  });

  test.each([
    'http://app.example.com', 'https://*.example.com', 'https://app.example.com/#x', 'http://localhost.evil.com', 'https://', 'javascript:alert(1)',
    'https://user@app.example.com', 'app.example.com', 'https://a b/',
  ])('does not send people to %s', (url) => {
    make();
    expect(() => api.addWebClient('console', { endpoints, callbackUrls: [url] })).toThrow(/`callbackUrls`.*got/);
    expect(() => api.addWebClient('other', { endpoints, ...urls, logoutUrls: [url] })).toThrow(/`logoutUrls`.*got/);
  });

  test('wants an address to come back to', () => {
    make();
    expect(() => api.addWebClient('console', { endpoints, callbackUrls: [] })).toThrow(/1 to 100/);
  });

  test('keeps people signed in for longer than a token', () => {
    make();
    expect(() => api.addWebClient('console', { endpoints, ...urls, tokenValidity: Duration.hours(2), sessionValidity: Duration.hours(2) }))
      .toThrow(/`sessionValidity` must be longer/);
  });
});

describe('a client', () => {
  test('cannot be faster than the API or the firewall', () => {
    make();
    expect(() => api.addClient('payments', { endpoints, ratePerSecond: 101 })).toThrow(/not be above that of the API.*got 101 with 100/);
    const other = inferenceApi(stack, { endpoints, ratePerSecond: 500, firewall: ApiFirewall.managed({ requestsPerClient: 3000 }) }, 'Other');
    expect(() => other.addClient('payments', { endpoints, ratePerSecond: 11 })).toThrow(/the firewall lets pass.*got 11 with 10/);
    expect(() => other.addClient('support', { endpoints, ratePerSecond: 10 })).not.toThrow();
  });

  test('has a name of its own', () => {
    make();
    api.addClient('payments', { endpoints });
    expect(() => api.addClient('payments', { endpoints })).toThrow(/got 'payments' again/);
  });

  test.each(['', 'p', 'Payments', 'a/b', '__proto__', 'a b'])('is not called %p', (name) => {
    make();
    expect(() => api.addClient(name, { endpoints })).toThrow(/`name`.*got/);
  });

  test('may call what has a route, and is asked which', () => {
    make();
    expect(() => api.addClient('payments', { endpoints: [] })).toThrow(/`endpoints` must name/);
    expect(() => api.addClient('payments', { endpoints: [named(stack, 'other')] })).toThrow(/must have a route in this API: got 'other'/);
  });

  test('is nothing that callers with AWS credentials have', () => {
    make(ApiAuth.iam());
    expect(() => api.addClient('payments', { endpoints })).toThrow(/needs tokens.*use grantInvoke/);
    expect(api.userPool).toBeUndefined();
    expect(api.tokenUrl).toBeUndefined();
  });
});

test('a role is granted nothing where tokens are asked for', () => {
  make();
  expect(() => api.grantInvoke({ grantPrincipal: undefined as never }, endpoints[0])).toThrow(/use addClient/);
});
