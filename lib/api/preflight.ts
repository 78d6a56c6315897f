import { aws_apigateway as apigateway } from 'aws-cdk-lib';
import { checkKept } from '../serving/rendered-resource';

/** What a caller of ours sends that a browser asks about first. */
const HEADERS_OF_CALLERS = ['Authorization', 'Content-Type', 'X-Api-Key', 'X-Amz-Date', 'X-Amz-Security-Token'];
const AN_HOUR = 3600;

/**
 * What a browser asks before a page of another origin may call: one method for all routes. The gateway looks for path and
 * method together, so a route without OPTIONS leaves the question to this greedy path, which has nothing but OPTIONS. The
 * gateway answers it alone: what a caller writes after `/models/` goes nowhere.
 *
 * A question with a content type, which no browser asks, gets 415. Passed through it would be a 500, and so an alarm that
 * everybody could set off.
 */
export function addPreflight(models: apigateway.IResource, origin: string): void {
  const headers = Object.entries({
    'Access-Control-Allow-Origin': origin,
    'Access-Control-Allow-Methods': 'GET,POST',
    'Access-Control-Allow-Headers': HEADERS_OF_CALLERS.join(),
    'Access-Control-Max-Age': String(AN_HOUR),
  }).map(([name, value]) => [`method.response.header.${name}`, `'${value}'`] as const);
  const integration = new apigateway.MockIntegration({
    passthroughBehavior: apigateway.PassthroughBehavior.NEVER,
    requestTemplates: { 'application/json': '{ "statusCode": 204 }' },
    integrationResponses: [{ statusCode: '204', responseParameters: Object.fromEntries(headers) }],
  });
  const method = models.addResource('{route+}').addMethod('OPTIONS', integration, {
    methodResponses: [{ statusCode: '204', responseParameters: Object.fromEntries(headers.map(([name]) => [name, true])) }],
  });
  checkKept(method.node.defaultChild as apigateway.CfnMethod, {
    'HttpMethod': 'OPTIONS',
    'Integration.Type': apigateway.IntegrationType.MOCK,
    'Integration.PassthroughBehavior': apigateway.PassthroughBehavior.NEVER,
  }, 'nobody shows a token here, and a backend would get the path that a caller writes');
}
