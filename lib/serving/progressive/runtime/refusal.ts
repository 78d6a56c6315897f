import { ReleaseProblemCode } from './contract';
import { Refusal } from './release-state';

export function refusal(code: ReleaseProblemCode, detail: string): Refusal {
  return { refused: true, code, detail };
}

/** The release has gone on since whoever sent the event looked: it changes nothing. */
export function stale(kind: string, state: string | undefined): Refusal {
  return refusal('STALE_STEP', `${kind} does not fit a release that is ${state ?? 'not there'}; look again, then decide`);
}
