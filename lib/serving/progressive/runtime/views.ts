import { candidatePercent } from './arrangements';
import { EndpointReleaseView, ReleaseView } from './contract';
import { Head, Release } from './release-state';

/** What everybody who may read sees. */
export function endpointView(endpoint: string, head: Head, emergencyStop: EndpointReleaseView['emergencyStop']): EndpointReleaseView {
  const { rev, stable, release, failuresInARow } = head;
  return {
    endpoint,
    rev,
    ...(stable === undefined ? {} : {
      stable: { ...(stable.revision === undefined ? {} : { revision: stable.revision }), configName: stable.configName },
    }),
    ...(release === undefined ? {} : { release: releaseView(release) }),
    failuresInARow,
    emergencyStop,
  };
}

function releaseView(release: Release): ReleaseView {
  const { releaseId, kind, revision, previous, requester, startedAt, state, stage, tally } = release;
  const { verdict, latch, restoredAt, endedAt } = release;
  return {
    releaseId,
    kind,
    revision,
    ...(previous?.revision === undefined ? {} : { previousRevision: previous.revision }),
    requester,
    startedAt: iso(startedAt),
    state,
    stage,
    stages: release.profile.plan.stages,
    candidatePercent: candidatePercent(release),
    healthySeconds: tally.healthySeconds,
    ...(verdict === undefined ? {} : { verdict: { ...verdict, at: iso(verdict.at) } }),
    ...(latch === undefined ? {} : { latch: { ...latch, at: iso(latch.at) } }),
    ...(latch === undefined || restoredAt === undefined ? {} : { restoreSeconds: Math.round((restoredAt - latch.at) / 1000) }),
    ...(restoredAt === undefined || release.lockedSeconds === undefined ? {} : { lockedSeconds: release.lockedSeconds }),
    ...(endedAt === undefined ? {} : { endedAt: iso(endedAt) }),
  };
}

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
