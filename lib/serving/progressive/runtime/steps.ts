import { Step } from './contract';
import { Release } from './release-state';

/** What the state machine is told. */
export function stepTo(next: Step['next'], release: Release, waitSeconds = 0): Step {
  const { profile: { endpointName: endpoint }, releaseId, stage, part, outcome } = release;
  return { next, waitSeconds, stage, part, endpoint, releaseId, ...(outcome === undefined ? {} : { outcome }) };
}

/** For an execution that has nothing to do: its release is another one now, or none. */
export function nothing(endpoint: string, releaseId: string): Step {
  return { next: 'NOTHING', waitSeconds: 0, stage: 0, part: 0, endpoint, releaseId };
}
