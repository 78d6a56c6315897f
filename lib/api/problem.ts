/** What a caller is told when there is no answer. */
export interface Problem {
  /** What programs look at; it never changes its meaning. */
  readonly code: string;
  readonly status: number;
  readonly title: string;
  /** For people, without anything of ours in it. */
  readonly detail: string;
  /** Seconds after which the same request can succeed. */
  readonly retryAfter?: number;
}

/** The media type of RFC 9457. */
export const PROBLEM_TYPE = 'application/problem+json';
/** SageMaker takes no more in one request: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html */
export const LARGEST_BODY = 6_291_456;

/** Every problem that a caller can meet. */
export const PROBLEMS = {
  badRequest: problem(400, 'bad-request', 'Bad Request', 'The request does not match what this route takes.'),
  modelRefused: problem(400, 'model-refused', 'Bad Request', 'The model refused the input.'),
  unauthorized: problem(401, 'unauthorized', 'Unauthorized', 'The access token is missing, expired or not of this API.'),
  forbidden: problem(403, 'forbidden', 'Forbidden', 'The caller may not use this route.'),
  keyMissing: problem(403, 'key-missing', 'Forbidden', 'The header x-api-key is missing or not of this API.'),
  filtered: problem(403, 'filtered', 'Forbidden', 'The request was stopped by the firewall.'),
  notFound: problem(404, 'not-found', 'Not Found', 'There is no such route.'),
  tooLarge: problem(413, 'too-large', 'Content Too Large', `The body must have at most ${LARGEST_BODY} bytes.`),
  unsupported: problem(415, 'unsupported-media-type', 'Unsupported Media Type', 'The route does not take this Content-Type.'),
  throttled: problem(429, 'throttled', 'Too Many Requests', 'There are more requests than the limit allows.', 5),
  quotaExceeded: problem(429, 'quota-exceeded', 'Too Many Requests', 'The quota of today is used up.', 3600),
  internal: problem(500, 'internal', 'Internal Server Error', 'Something on our side is wrong.'),
  modelFailed: problem(502, 'model-failed', 'Bad Gateway', 'The model failed on this input.'),
  unavailable: problem(503, 'unavailable', 'Service Unavailable', 'The model does not take requests at the moment.', 10),
  timeout: problem(504, 'timeout', 'Gateway Timeout', 'The model did not answer in time.'),
} as const satisfies Record<string, Problem>;

/** A problem as JSON. `requestId` is a reference that the gateway fills in; a reply of the firewall has none. */
export function problemBody({ code, status, title, detail }: Problem, requestId?: string): string {
  return JSON.stringify({ type: 'about:blank', title, status, code, detail, requestId });
}

function problem(status: number, code: string, title: string, detail: string, retryAfter?: number): Problem {
  return { status, code, title, detail, retryAfter };
}
