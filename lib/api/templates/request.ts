/**
 * Mapping templates of requests. They set headers to constants and pass the body as it is; what a caller sends is never part
 * of an expression, so a body that looks like Velocity stays a body.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
 */

/**
 * What may name an input: letters, digits, `_` and `-`, in segments that are separated by single dots and slashes. So there
 * is no `..`, no empty segment and nothing that a header or a URL would read differently.
 */
export const INPUT_KEY = '^[A-Za-z0-9](?:[A-Za-z0-9_-]|[./](?=[A-Za-z0-9_-]))*$';
export const LONGEST_INPUT_KEY = 512;

/**
 * The body as it came; `$input.body` also keeps numbers such as 10.00, which `$input.json` would not. The content type is
 * the one that chose the template, not the caller's text.
 */
export function invocationRequest(contentType: string): string {
  return `#set($context.requestOverride.header.Content-Type = "${contentType}")$input.body`;
}

/**
 * An asynchronous request names an input below one prefix of one bucket, and nothing else. The request model has judged the
 * key already; a key that came around it leaves the header unset, which SageMaker refuses.
 */
export function asynchronousRequest(prefixUri: string): string {
  return [
    "#set($key = $input.path('$.input'))",
    `#if($key.matches('${INPUT_KEY}') && $key.length() <= ${LONGEST_INPUT_KEY})`,
    `#set($context.requestOverride.header.X-Amzn-SageMaker-InputLocation = "${prefixUri}\${key}")`,
    '#end',
  ].join('');
}

/** What DescribeEndpoint is asked. */
export function healthRequest(endpointName: string): string {
  return JSON.stringify({ EndpointName: endpointName });
}
