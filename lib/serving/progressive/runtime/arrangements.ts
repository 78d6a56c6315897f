import { CANDIDATE_SLOT, STABLE_SLOT, StageDefinition } from './contract';
import { finishName, installName, modelName } from './names';
import { Arrangement, Release, Serving, Wanted, WantedAct } from './release-state';

/** What an endpoint looks like in each phase of a release. */

const ALL = 100;

/** Where the model of a release is installed: beside stable and without requests, or alone. */
export function installed(release: Release, percent = 0): Arrangement {
  const { kind, number, previous, profile: { endpointName } } = release;
  const configName = installName(endpointName, number);
  const candidate = { ...ofRelease(release), slot: kind === 'rollback' ? STABLE_SLOT : CANDIDATE_SLOT };
  if (previous === undefined || kind === 'rollback') {
    return { configName, variants: [{ ...candidate, weight: ALL }] };
  }
  const { modelName: stableModel, instanceCount, instanceType } = previous;
  return {
    configName,
    variants: [
      { slot: STABLE_SLOT, modelName: stableModel, weight: ALL - percent, instanceCount, instanceType },
      { ...candidate, weight: percent },
    ],
  };
}

/** What the endpoint serves when the release is over and went well. */
export function finished(release: Release): Arrangement {
  const { kind, number, profile: { endpointName } } = release;
  return kind === 'rollback' ? installed(release)
    : { configName: finishName(endpointName, number), variants: [{ ...ofRelease(release), slot: STABLE_SLOT, weight: ALL }] };
}

export function servingOf(release: Release): Serving {
  const { revision, image, artifactSha256 } = release;
  const { configName, variants: [{ slot, modelName: model, instanceCount, instanceType }] } = finished(release);
  return { revision, image, artifactSha256, modelName: model, configName, variant: slot, instanceCount, instanceType };
}

/** What served before, alone. */
export function resting({ configName, variant, modelName: model, instanceCount, instanceType }: Serving): Arrangement {
  return { configName, variants: [{ slot: variant, modelName: model, weight: ALL, instanceCount, instanceType }] };
}

/** The intent for a phase, from a moment on. */
export function wanted(act: WantedAct, release: Release, at: number, stage?: StageDefinition): Wanted {
  const { profile: { plan: { updateDeadlineSeconds } } } = release;
  return {
    act,
    ...goals(act, release, stage),
    known: knownConfigs(release),
    first: release.previous === undefined,
    since: at,
    deadline: at + updateDeadlineSeconds * 1000,
  };
}

function goals(act: WantedAct, release: Release, stage?: StageDefinition): Pick<Wanted, 'to' | 'or'> {
  const { previous, kind } = release;
  switch (act) {
    case 'install':
      return { to: installed(release) };
    case 'shift':
      return { to: installed(release, stage?.percent ?? ALL) };
    case 'finish':
      return { to: finished(release) };
    case 'restore':
      // where both slots are, weights alone bring stable back; elsewhere its configuration has to come again
      return previous === undefined ? {}
        : { to: resting(previous), ...(kind === 'rollback' ? {} : { or: installed(release, 0) }) };
    case 'tidy':
      return previous === undefined ? {} : { to: resting(previous) };
  }
}

/** Every configuration that this release sets, or that earlier ones may have left. */
function knownConfigs(release: Release): string[] {
  const { previous, leftovers } = release;
  const own = [installed(release).configName, finished(release).configName];
  return [...new Set([...(previous === undefined ? [] : [previous.configName]), ...own, ...leftovers])];
}

function ofRelease({ number, revision, profile: { endpointName, instanceCount, instanceType } }: Release) {
  return { modelName: modelName(endpointName, number, revision), instanceCount, instanceType };
}

/** Share of requests that the candidate should have by an intent. */
export function candidatePercent({ wanted: intent, kind, outcome }: Pick<Release, 'wanted' | 'kind' | 'outcome'>): number {
  if (outcome === 'SUCCEEDED') {
    return ALL;
  }
  if (intent === undefined || intent.act === 'restore' || intent.act === 'tidy') {
    return 0;
  }
  if (intent.act === 'finish' || kind === 'rollback') {
    return ALL;
  }
  return intent.to?.variants.find(({ slot }) => slot === CANDIDATE_SLOT)?.weight ?? 0;
}
