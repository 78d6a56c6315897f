import { aws_apigateway as apigateway } from 'aws-cdk-lib';
import { corsHeaders } from './integration-replies';
import { Problem, PROBLEM_TYPE, problemBody, PROBLEMS } from './problem';
import { REQUEST_ID } from './templates/reply';

const { ResponseType: Type } = apigateway;

/**
 * What the gateway says when a request does not reach SageMaker. A template here only fills in variables, so each kind has
 * a response of its own.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
 */
const REPLIES: ReadonlyArray<readonly [type: apigateway.ResponseType, problem: Problem]> = [
  [Type.ACCESS_DENIED, PROBLEMS.forbidden],
  [Type.API_CONFIGURATION_ERROR, PROBLEMS.internal],
  [Type.AUTHORIZER_CONFIGURATION_ERROR, PROBLEMS.internal],
  [Type.AUTHORIZER_FAILURE, PROBLEMS.internal],
  [Type.BAD_REQUEST_BODY, PROBLEMS.badRequest],
  [Type.BAD_REQUEST_PARAMETERS, PROBLEMS.badRequest],
  [Type.EXPIRED_TOKEN, PROBLEMS.unauthorized],
  [Type.INTEGRATION_FAILURE, PROBLEMS.timeout],
  [Type.INTEGRATION_TIMEOUT, PROBLEMS.timeout],
  [Type.INVALID_API_KEY, PROBLEMS.keyMissing],
  [Type.INVALID_SIGNATURE, PROBLEMS.unauthorized],
  [Type.QUOTA_EXCEEDED, PROBLEMS.quotaExceeded],
  [Type.REQUEST_TOO_LARGE, PROBLEMS.tooLarge],
  [Type.RESOURCE_NOT_FOUND, PROBLEMS.notFound],
  [Type.THROTTLED, PROBLEMS.throttled],
  [Type.UNAUTHORIZED, PROBLEMS.unauthorized],
  [Type.UNSUPPORTED_MEDIA_TYPE, PROBLEMS.unsupported],
  [Type.WAF_FILTERED, PROBLEMS.filtered],
  [Type.DEFAULT_4XX, PROBLEMS.badRequest],
  [Type.DEFAULT_5XX, PROBLEMS.internal],
];

/** Gives every reply of the gateway itself the shape of a problem. */
export function addGatewayReplies(api: apigateway.RestApi, auth: 'cognito' | 'iam', corsOrigin?: string): void {
  for (const [type, problem] of [...REPLIES, unknownRoute(auth)]) {
    api.addGatewayResponse(idOf(type), {
      type,
      statusCode: String(problem.status),
      responseHeaders: {
        'Content-Type': `'${PROBLEM_TYPE}'`,
        ...problem.retryAfter === undefined ? {} : { 'Retry-After': `'${problem.retryAfter}'` },
        ...corsOrigin === undefined ? {} : corsHeaders(corsOrigin),
      },
      // the gateway looks for the key that fits the caller's Accept, and takes this one when none does
      templates: { 'application/json': problemBody(problem, REQUEST_ID) },
    });
  }
}

/** The gateway calls an unknown path a missing token. With IAM a missing signature is called the same. */
function unknownRoute(auth: 'cognito' | 'iam'): readonly [apigateway.ResponseType, Problem] {
  return [Type.MISSING_AUTHENTICATION_TOKEN, auth === 'iam' ? PROBLEMS.forbidden : PROBLEMS.notFound];
}

function idOf({ responseType }: apigateway.ResponseType): string {
  return responseType.toLowerCase().replace(/(?:^|_)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
