import { Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { InferenceApiProps } from './inference-api-props';
import { Route } from './route';
import { Checks } from '../core/checks';
import { elsewhere } from '../core/elsewhere';
import { shown } from '../core/invalid-props';
import { FLAG, KEY, Kinds, listOf, RECORD, thing, TOPIC } from '../core/kinds';
import { checkRetention } from '../core/log-retention';
import { checkName } from '../core/names';
import { MODEL_ENDPOINT } from '../serving/serving-kinds';

/**
 * A client has at most 50 scopes, of which a route has two; and the policy of the gateway's role is full at about as many.
 * https://docs.aws.amazon.com/cognito/latest/developerguide/quotas.html
 */
const MOST_ROUTES = 25;

const KINDS: Kinds<InferenceApiProps> = {
  endpoints: listOf(MODEL_ENDPOINT),
  routes: listOf(thing('an ApiEndpoint, as in ApiEndpoint.realTime(endpoint)', 'routeName', '_route')),
  auth: thing('an ApiAuth, as in ApiAuth.cognito()', '_kind', '_settle'),
  firewall: thing('an ApiFirewall, as in ApiFirewall.managed()', '_guard'),
  domain: thing('an ApiDomain, as in ApiDomain.of(options)', '_options', '_bind'),
  alarms: RECORD,
  notify: TOPIC,
  encryptionKey: KEY,
  accountLogging: FLAG,
};

/** What has to be known of the props before anything of them is read. */
export function checkKinds(scope: Construct, props: InferenceApiProps): void {
  new Checks().kinds(props, KINDS).settle(scope);
}

/** Whether the gateway can take the props of an API. */
export function checkApi(scope: Construct, props: InferenceApiProps, routes: readonly Route[], apiName: string): void {
  const { ratePerSecond, burst, corsOrigin } = props;
  const checks = new Checks().report('RouteCount', routes.length >= 1 && routes.length <= MOST_ROUTES ? undefined
    : `\`endpoints\` and \`routes\` must hold 1 to ${MOST_ROUTES} endpoints together: got ${routes.length}`
      + (routes.length === 0 ? '; name an endpoint' : '; make a second API'));
  for (const name of repeated(routes.map((route) => route.name))) {
    checks.report('RouteTwice', `\`endpoints\` and \`routes\` must name each route once: got ${shown(name)} more than once; `
      + 'give one of them another `routeName`');
  }
  for (const { endpoint } of routes) {
    checks.report('EndpointElsewhere', elsewhere('endpoints', scope, endpoint, 'make an API beside it, because the gateway calls SageMaker there'));
  }
  checkName(checks, 'endpointName', 'apiName', apiName);
  checkRetention(checks, 'logRetention', props.logRetention);
  checks.report('ApiNameNeedsText', Token.isUnresolved(apiName)
    ? '`apiName` must be literal, because scopes and parameters are made from it: got a token; write a name for the API' : undefined);
  checks
    .number('ApiRate', 'ratePerSecond', ratePerSecond, { min: 1, max: 10_000, unit: 'requests in a second' })
    .number('ApiBurst', 'burst', burst, { min: 1, max: 5000, whole: true, unit: 'requests' })
    .that('CorsOrigin', { corsOrigin }, ({ corsOrigin: origin }) => origin === undefined || isOrigin(origin) ? undefined
      : `\`corsOrigin\` must be one origin, https:// and a host, or http://localhost: got ${shown(origin)}; write https://app.example.com, `
        + 'and an API for each further origin')
    .settle(scope);
}

function isOrigin(origin: unknown): boolean {
  return typeof origin === 'string' && origin.length <= 260
    && /^(?:https:\/\/[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?|http:\/\/localhost(?::\d{1,5})?)$/.test(origin);
}

function repeated(names: readonly string[]): string[] {
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
}
