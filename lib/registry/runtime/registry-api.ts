import { REPLAYED_HEADER } from './contract';
import { isPassing } from './failures';
import { GatewayEvent, gatewayEventOf } from './gateway';
import { answer, HttpAnswer } from './http-answer';
import { NotDone, problemAnswer } from './problem';
import { RegistryReads } from './reads';
import { Attempt, recordRefusal } from './refusals';
import { addressOf, bodyOf, callerOf, requestKeyOf } from './registry-request';
import { RegistryWorld } from './registry-world';
import { transact } from './transact';
import { transitionOf } from './transitions';

export type RegistryApi = (event: unknown) => Promise<HttpAnswer>;

/** Answers every request, whatever is wrong with it; what went wrong inside is in the log and nowhere else. */
export function registryApi(world: RegistryWorld): RegistryApi {
  return async (event) => {
    let attempt: Attempt = { requestId: 'unknown', started: world.now() };
    try {
      const known = gatewayEventOf(event);
      attempt = { ...attempt, requestId: known.requestContext.requestId };
      const address = addressOf(known);
      attempt = { ...attempt, address };
      const actor = callerOf(known, world.settings);
      attempt = { ...attempt, actor };
      return address.route.method === 'POST'
        ? await write(known, { ...address, actor, requestId: attempt.requestId }, world)
        : answer(200, await new RegistryReads(world).answer({ ...address, query: known.queryStringParameters }));
    } catch (error) {
      const problem = problemOf(error, attempt, world);
      recordRefusal(problem, attempt, world);
      return problemAnswer(problem, attempt.requestId);
    }
  };
}

async function write(
  event: GatewayEvent, known: Omit<Parameters<typeof transitionOf>[0], 'requestKey' | 'body'>, world: RegistryWorld,
): Promise<HttpAnswer> {
  if (Object.keys(event.queryStringParameters).length > 0) {
    throw new NotDone('BAD_REQUEST', 'a request that writes takes no query parameters; say it in the body');
  }
  const requestKey = requestKeyOf(event);
  const { view, replayed } = await transact(transitionOf({ ...known, requestKey, body: bodyOf(event) }, world), world);
  return answer(known.route.verb === 'register' ? 201 : 200, view, replayed ? { [REPLAYED_HEADER]: 'true' } : {});
}

/** What the caller hears. An error that nobody planned for says nothing: its text may name tables, roles and keys. */
function problemOf(error: unknown, { requestId, address }: Attempt, world: RegistryWorld): NotDone {
  const planned = error instanceof NotDone;
  if (!planned || error.code === 'INTERNAL') {
    world.log.error('a request failed', { requestId, verb: address?.route.verb, error, runbook: world.settings.runbook });
  }
  if (planned) {
    return error;
  }
  return isPassing(error)
    ? new NotDone('BUSY', 'the registry could not be read just now; send the same request again')
    : new NotDone('INTERNAL', `the registry failed, and its log says why under request id ${requestId}; if you retry, use the same request key`);
}
