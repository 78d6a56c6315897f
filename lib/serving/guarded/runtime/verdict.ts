import { DescribedEndpoint, DescribedVariant } from '../../runtime/described-endpoint';

export interface WantedEndpoint {
  readonly configName: string;
  readonly variants: readonly WantedVariant[];
  /** Weights and counts are what they were before the deployment. */
  readonly retained: boolean;
}

export interface WantedVariant {
  readonly name: string;
  /** Relative to the weights of the other variants. */
  readonly weight: number;
  readonly instances: number;
  /** In place of `instances`: the variant is scaled. */
  readonly range?: { readonly min: number; readonly max: number };
}

/** What an endpoint is, measured by what was wanted. */
export type Verdict =
  | { readonly kind: 'AsWanted' }
  /** It may still become so. `scaling`: the deployment is over, and only the number of instances moves. */
  | { readonly kind: 'NotYet'; readonly reason: string; readonly scaling?: boolean }
  | { readonly kind: 'Wrong'; readonly reason: string };

const MOVING = new Set(['Creating', 'Updating', 'SystemUpdating', 'RollingBack']);
// SageMaker keeps weights in single precision
const SAME_SHARE = 1e-6;

/** Pure: what is described, measured by what was wanted. `undefined`: there is no such endpoint. */
export function judge(wanted: WantedEndpoint, described: DescribedEndpoint | undefined): Verdict {
  if (described === undefined) {
    return wrong('there is no such endpoint');
  }
  const { status = 'without a status', pendingConfigName } = described;
  if (MOVING.has(status)) {
    return { kind: 'NotYet', reason: `it is still ${status}`, scaling: onlyScales(wanted, described) };
  }
  if (status !== 'InService') {
    return wrong(`it is ${status}${afterwards(status)}`);
  }
  if (pendingConfigName !== undefined) {
    return notYet(`a deployment of configuration ${pendingConfigName} runs`);
  }
  return judgeConfig(wanted, described) ?? judgeNames(wanted, described)
    ?? judgeEach(wanted, described) ?? { kind: 'AsWanted' };
}

/** The deployment is over, and the fleet grows or shrinks by a rule of its own: waiting longer would say nothing. */
function onlyScales(wanted: WantedEndpoint, described: DescribedEndpoint): boolean {
  return described.status === 'Updating' && described.pendingConfigName === undefined
    && wanted.variants.every(({ range }) => range !== undefined)
    && judgeConfig(wanted, described) === undefined && judgeNames(wanted, described) === undefined
    && pairs(wanted, described).every(([want, is]) => judgeWeight(wanted, described, want, is) === undefined);
}

function judgeConfig({ configName }: WantedEndpoint, described: DescribedEndpoint): Verdict | undefined {
  const { configName: served = 'none' } = described;
  return served === configName ? undefined
    : wrong(`it serves configuration ${served}${inCase(served, configName)} and not ${configName}, the one of this deployment: `
      + 'SageMaker has gone back to it');
}

function judgeNames(wanted: WantedEndpoint, described: DescribedEndpoint): Verdict | undefined {
  const are = described.variants.map(({ name }) => name);
  const missing = wanted.variants.map(({ name }) => name).filter((name) => !are.includes(name));
  const extra = are.filter((name) => !wanted.variants.some((variant) => variant.name === name));
  if (missing.length > 0) {
    return wrong(`it has no variant ${missing.join(', ')}; it has ${are.length === 0 ? 'none' : are.join(', ')}`
      + inCase(are.join(), missing.join()));
  }
  return extra.length > 0 ? wrong(`it has a variant that nobody wanted: ${extra.join(', ')}`)
    : are.length !== wanted.variants.length ? wrong(`it names a variant twice: ${are.join(', ')}`) : undefined;
}

/** The first variant that is wrong counts more than one that is on its way. */
function judgeEach(wanted: WantedEndpoint, described: DescribedEndpoint): Verdict | undefined {
  const verdicts = pairs(wanted, described).flatMap(([want, is]) => [
    is.statuses.length > 0 ? notYet(`variant ${is.name} is ${is.statuses.join(', ')}`) : undefined,
    judgeWeight(wanted, described, want, is),
    judgeInstances(wanted, want, is),
  ]).filter((verdict) => verdict !== undefined);
  return verdicts.find(({ kind }) => kind === 'Wrong') ?? verdicts[0];
}

function judgeWeight(
  wanted: WantedEndpoint, { variants }: DescribedEndpoint, want: WantedVariant, is: DescribedVariant,
): Verdict | undefined {
  const { name, currentWeight: current, desiredWeight: desired } = is;
  if (current === undefined || desired === undefined) {
    return notYet(`variant ${name} shows no weight`);
  }
  const share = shareIn(desired, variants.map(({ desiredWeight }) => desiredWeight ?? 0));
  const wantedShare = shareIn(want.weight, wanted.variants.map(({ weight }) => weight));
  if (!Number.isFinite(share)) {
    return wrong('no variant takes requests: all weights are zero');
  }
  if (!wanted.retained && Math.abs(share - wantedShare) > SAME_SHARE) {
    return wrong(`variant ${name} is to take ${percent(share)} of the requests, wanted ${percent(wantedShare)}`);
  }
  return current === desired ? undefined : notYet(`the weight of variant ${name} is ${current} on its way to ${desired}`);
}

function judgeInstances({ retained }: WantedEndpoint, want: WantedVariant, is: DescribedVariant): Verdict | undefined {
  const { name, currentInstances: current, desiredInstances: desired } = is;
  if (current === undefined || desired === undefined) {
    return notYet(`variant ${name} shows no instance count`);
  }
  const { min, max } = want.range ?? (retained ? { min: 1, max: Infinity } : { min: want.instances, max: want.instances });
  if (desired < min || desired > max) {
    const bounds = min === max ? `${min}` : max === Infinity ? `at least ${min}` : `${min} to ${max}`;
    const reason = `variant ${name} is to have ${desired} instances, wanted ${bounds}`;
    return want.range === undefined ? wrong(reason) : notYet(reason); // new bounds move a fleet a moment later
  }
  return current === desired ? undefined : notYet(`variant ${name} has ${current} of ${desired} instances`);
}

/** Both have the same names. */
function pairs(wanted: WantedEndpoint, { variants }: DescribedEndpoint): [WantedVariant, DescribedVariant][] {
  return wanted.variants.flatMap((want) => variants.filter(({ name }) => name === want.name)
    .map((is): [WantedVariant, DescribedVariant] => [want, is]));
}

function shareIn(weight: number, weights: readonly number[]): number {
  return weight / weights.reduce((sum, each) => sum + each, 0);
}

function percent(share: number): string {
  return `${Math.round(share * 10_000) / 100} %`;
}

function afterwards(status: string): string {
  return status === 'UpdateRollbackFailed' ? ': a mixed fleet of the old and the new version serves' : '';
}

function inCase(is: string, want: string): string {
  return is !== want && is.toLowerCase() === want.toLowerCase() ? ' (the names differ in case only)' : '';
}

function wrong(reason: string): Verdict {
  return { kind: 'Wrong', reason };
}

function notYet(reason: string): Verdict {
  return { kind: 'NotYet', reason };
}
