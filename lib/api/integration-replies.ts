import { aws_apigateway as apigateway } from 'aws-cdk-lib';
import { Problem, PROBLEM_TYPE, PROBLEMS } from './problem';
import { HEALTH_REPLY, MODEL_ERROR_REPLY, problemReply, QUEUED_REPLY, REFUSED_REPLY } from './templates/reply';
import { referenceFree } from '../core/reference-free';

/**
 * What a reply of SageMaker becomes. The gateway keeps one integration response for each status, chosen by the status of
 * SageMaker's reply; the one without a pattern takes all that is left, so no unknown reply passes as it is.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html#API_runtime_InvokeEndpoint_Errors
 */
export interface Replies {
  readonly integrationResponses: apigateway.IntegrationResponse[];
  readonly methodResponses: apigateway.MethodResponse[];
}

/** Headers that parameter mapping sets: to a header of SageMaker's reply, or to a text in single quotes. */
type Headers = Readonly<Record<string, string>>;

interface Reply {
  readonly status: number;
  /** Of SageMaker's status; nothing: all others. */
  readonly pattern?: string;
  /** Nothing: the body passes as it is. */
  readonly template?: string;
  readonly headers: Headers;
}

const ERRORS: readonly Reply[] = [
  { status: 400, pattern: '400', template: REFUSED_REPLY, headers: problemHeaders() },
  of(PROBLEMS.tooLarge, '413'),
  { status: 502, pattern: '424', template: MODEL_ERROR_REPLY, headers: problemHeaders() },
  of(PROBLEMS.unavailable, '429|503'), // 429 is ModelNotReadyException: the model is still being loaded
  of(PROBLEMS.internal),
];

/** The replies of an API, which are the same for all of its routes. */
export interface ApiReplies {
  readonly predictions: Replies;
  readonly places: Replies;
  readonly states: Replies;
}

export function apiReplies(corsOrigin?: string): ApiReplies {
  return {
    predictions: shared(invocationReplies(corsOrigin)),
    places: shared(asynchronousReplies(corsOrigin)),
    states: shared(healthReplies(corsOrigin)),
  };
}

/** They are most of what a method consists of. */
function shared({ integrationResponses, methodResponses }: Replies): Replies {
  return { integrationResponses: referenceFree(integrationResponses), methodResponses };
}

/** A prediction, in the words and the type of the model. */
export function invocationReplies(corsOrigin?: string): Replies {
  return replies([
    { status: 200, pattern: '200', headers: { 'Content-Type': 'integration.response.header.Content-Type' } }, ...ERRORS,
  ], corsOrigin);
}

/** A place where the prediction will be. */
export function asynchronousReplies(corsOrigin?: string): Replies {
  return replies([{
    status: 202,
    pattern: '202',
    template: QUEUED_REPLY,
    headers: {
      'Content-Type': "'application/json'",
      'Location': 'integration.response.header.X-Amzn-SageMaker-OutputLocation',
      'X-Failure-Location': 'integration.response.header.X-Amzn-SageMaker-FailureLocation',
    },
  }, ...ERRORS], corsOrigin);
}

/** Up, updating, or not there. */
export function healthReplies(corsOrigin?: string): Replies {
  return replies([
    { status: 200, pattern: '200', template: HEALTH_REPLY, headers: { 'Content-Type': "'application/json'" } },
    of(PROBLEMS.unavailable, '400'), // DescribeEndpoint answers so when there is no endpoint, and when it is asked too often
    of(PROBLEMS.internal),
  ], corsOrigin);
}

function of(problem: Problem, pattern?: string): Reply {
  return { status: problem.status, pattern, template: problemReply(problem), headers: problemHeaders(problem) };
}

function problemHeaders(problem?: Problem): Headers {
  return {
    'Content-Type': `'${PROBLEM_TYPE}'`,
    ...problem?.retryAfter === undefined ? {} : { 'Retry-After': `'${problem.retryAfter}'` },
  };
}

function replies(all: readonly Reply[], corsOrigin?: string): Replies {
  const cors: Headers = corsOrigin === undefined ? {} : corsHeaders(corsOrigin);
  return {
    integrationResponses: all.map(({ status, pattern, template, headers }) => ({
      statusCode: String(status),
      selectionPattern: pattern,
      responseTemplates: template === undefined ? undefined : { 'application/json': template },
      responseParameters: named({ ...headers, ...cors }, (source) => source),
    })),
    methodResponses: all.map(({ status, headers }) => ({
      statusCode: String(status), responseParameters: named({ ...headers, ...cors }, () => true),
    })),
  };
}

/** What lets one page read the replies. */
export function corsHeaders(origin: string): Headers {
  return {
    'Access-Control-Allow-Origin': `'${origin}'`,
    'Access-Control-Expose-Headers': "'Location,Retry-After,X-Failure-Location,x-amz-apigw-id'",
  };
}

function named<T>(headers: Headers, value: (source: string) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(headers).map(([name, source]) => [`method.response.header.${name}`, value(source)]));
}
