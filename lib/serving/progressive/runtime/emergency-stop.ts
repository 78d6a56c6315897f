import { PutParameterCommand } from '@aws-sdk/client-ssm';
import { STOP_ROUTES, StopSwitch, StopView, StopVerb } from './contract';
import { answer, bodyOf, callerOf, gatewayEventOf, HttpAnswer, isOurs, problemAnswer, Refused, routeOf } from './http';
import { Actor } from './release-state';
import { EmergencyWorld } from './release-world';
import { retried } from './retried';
import { readStop, StopReading } from './stop-switch';
import { auditLine } from '../../../audit/audit-record';
import { isPassing } from '../../../registry/runtime/failures';
import { strict } from '../../../registry/runtime/rules';

const NobodyKnows = { state: 'on', by: 'unknown', at: '1970-01-01T00:00:00.000Z' } as const;

interface Attempt {
  readonly requestId: string;
  readonly started: number;
  readonly verb?: StopVerb;
  readonly actor?: Actor;
}

/** The switch that takes every live release back and lets none begin. One person stops; another clears. */
export function emergencyStop(world: EmergencyWorld): (event: unknown) => Promise<HttpAnswer> {
  return async (event) => {
    let attempt: Attempt = { requestId: 'unknown', started: world.now() };
    try {
      const known = gatewayEventOf(event);
      attempt = { ...attempt, requestId: known.requestContext.requestId };
      const { verb } = routeOf(known, STOP_ROUTES, {});
      const actor = callerOf(known, world.trustedSessionRoles);
      attempt = { ...attempt, verb, actor };
      bodyOf(known, strict({}));
      return answer(200, viewOf(await done(verb, actor, attempt, world)));
    } catch (error) {
      const problem = problemOf(error, attempt, world);
      record(attempt, isOurs(problem.code) ? 'FAILED' : 'REFUSED', problem.code, world);
      return problemAnswer(problem, attempt.requestId);
    }
  };
}

async function done(verb: StopVerb, actor: Actor, attempt: Attempt, world: EmergencyWorld): Promise<StopReading> {
  const reading = await readStop(world);
  if (verb === 'look') {
    return reading;
  }
  if (verb === 'clear') {
    if (reading.read !== 'switch') {
      throw new Refused('CONFLICT', 'nobody knows who stopped; stop once more, and then somebody else can clear it');
    }
    if (reading.value.state === 'on' && reading.value.person === actor.person) {
      throw new Refused('SECOND_PERSON_NEEDED', 'the same person stopped; somebody else has to clear it');
    }
  }
  const state = verb === 'stop' ? 'on' : 'off';
  if (reading.read === 'switch' && reading.value.state === state) {
    return reading; // who was first stays the one whom four eyes compare
  }
  const value: StopSwitch = { state, by: actor.arn, person: actor.person, at: new Date(world.now()).toISOString() };
  const input = { Name: world.stopParameter, Value: JSON.stringify(value), Overwrite: true };
  await retried(() => world.ssm.send(new PutParameterCommand(input)), world);
  record(attempt, 'SUCCEEDED', undefined, world);
  return { read: 'switch', value };
}

function viewOf(reading: StopReading): StopView {
  if (reading.read !== 'switch') {
    return NobodyKnows;
  }
  const { person: _hidden, ...view } = reading.value;
  return view;
}

function problemOf(error: unknown, { requestId, verb }: Attempt, world: EmergencyWorld): Refused {
  if (error instanceof Refused) {
    return error;
  }
  world.log.error('a request failed', { requestId, verb, error, runbook: world.settings.runbook });
  return isPassing(error) ? new Refused('BUSY', 'the switch could not be set just now; send the same request again, at once')
    : new Refused('INTERNAL', `the emergency stop failed, and its log says why under request id ${requestId}; the runbook says how to stop by hand`);
}

/** In the log: the parameter's own history and the trail of the account have the rest. */
function record({ requestId, started, verb, actor }: Attempt, outcome: 'SUCCEEDED' | 'REFUSED' | 'FAILED', reason: string | undefined, world: EmergencyWorld): void {
  if (actor === undefined || verb === undefined || verb === 'look') {
    return;
  }
  const now = world.now();
  world.write(auditLine({
    timestamp: new Date(now).toISOString(),
    actor: actor.arn,
    environment: world.settings.environment,
    action: `emergency.${verb}`,
    resourceType: 'AWS::SSM::Parameter',
    resourceName: world.stopParameter,
    outcome,
    ...(reason === undefined ? {} : { reason }),
    durationMs: Math.max(0, Math.round(now - started)),
    requestId,
  }));
}
