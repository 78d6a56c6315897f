import { Problem, PROBLEM_TYPE, problemBody, PROBLEMS } from '../problem';

/**
 * Mapping templates of replies. Of what SageMaker says only a status and three words are ever looked at; nothing is copied,
 * because its messages hold ARNs, the account and what the container wrote.
 */

/** Made by API Gateway; `$context.requestId` could be chosen by the caller. */
export const REQUEST_ID = '$context.extendedRequestId';

/** One problem, whatever the reply was. */
export function problemReply(problem: Problem): string {
  return problemBody(problem, REQUEST_ID);
}

/**
 * SageMaker's 400 is a refusal of the request, of its rate, or of the endpoint's state. Only the first is the caller's.
 * Unverified on a live account: the words of the other two.
 */
export const REFUSED_REPLY = choose("#set($reply = $input.json('$'))", [
  ["$reply.contains('ThrottlingException') || $reply.contains('Rate exceeded')", PROBLEMS.throttled],
  ["$reply.contains('not found')", PROBLEMS.unavailable],
], PROBLEMS.badRequest);

/** SageMaker's 424: the container answered with something else than 200. */
export const MODEL_ERROR_REPLY = choose("#set($original = $input.path('$.OriginalStatusCode'))", [
  ['$original && $original == 413', PROBLEMS.tooLarge],
  ['$original && $original == 415', PROBLEMS.unsupported],
  ['$original && $original == 429', PROBLEMS.throttled],
  ['$original && $original >= 400 && $original < 500', PROBLEMS.modelRefused],
], PROBLEMS.modelFailed);

/** What an asynchronous request is answered with; where the result will be stands in the header. */
export const QUEUED_REPLY = JSON.stringify({ status: 'queued', requestId: REQUEST_ID });

/** Whether an endpoint takes requests: it does during an update as well. */
export const HEALTH_REPLY = [
  "#set($status = $input.path('$.EndpointStatus'))",
  "#if($status == 'InService')",
  JSON.stringify({ status: 'up' }),
  "#elseif($status == 'Updating' || $status == 'SystemUpdating' || $status == 'RollingBack')",
  JSON.stringify({ status: 'updating' }),
  '#else',
  `#set($context.responseOverride.header.Content-Type = "${PROBLEM_TYPE}")`, // parameter mapping says JSON
  ...overridden(PROBLEMS.unavailable),
  '#end',
].join('\n');

type Case = readonly [condition: string, problem: Problem];

/** The first problem whose condition holds; the last one keeps the status that the integration response has. */
function choose(preparation: string, cases: readonly Case[], last: Problem): string {
  const branches = cases.flatMap(([condition, problem], index) =>
    [`#${index === 0 ? 'if' : 'elseif'}(${condition})`, ...overridden(problem)]);
  return [preparation, ...branches, '#else', problemReply(last), '#end'].join('\n');
}

function overridden(problem: Problem): string[] {
  return [
    `#set($context.responseOverride.status = ${problem.status})`,
    ...problem.retryAfter === undefined ? [] : [`#set($context.responseOverride.header.Retry-After = "${problem.retryAfter}")`],
    problemReply(problem),
  ];
}
