import { Arrangement, Issued, Wanted, WantedVariant } from './release-state';
import { DescribedEndpoint as Described, VariantFleet } from '../../runtime/described-endpoint';

/** A release judges what its variants have, not what SageMaker says that it does to them. */
export type DescribedEndpoint = Described<VariantFleet>;

/** The next thing to do, at most one. */
export type Act =
  /** The endpoint is as wanted: status, configuration, weights and counts. */
  | { readonly kind: 'none' }
  /** `moving`: SageMaker holds the endpoint locked. */
  | { readonly kind: 'wait'; readonly reason: string; readonly moving: boolean }
  | { readonly kind: 'create' | 'update' | 'weights'; readonly to: Arrangement }
  | { readonly kind: 'delete' }
  /** The way back is open, and has to be taken. */
  | { readonly kind: 'failed'; readonly reason: string }
  /** Nothing that a release may do would help. */
  | { readonly kind: 'halt'; readonly reason: string };

const MOVING: readonly string[] = ['Creating', 'Updating', 'SystemUpdating', 'RollingBack', 'Deleting'];
const UPDATES_WITHOUT_EFFECT = 2;
// SageMaker keeps weights in single precision
const SAME_SHARE = 1e-6;

/** What is described, measured by what is wanted. `undefined`: there is no such endpoint. Times are milliseconds. */
export function converge(wanted: Wanted, described: DescribedEndpoint | undefined, issued: Issued | undefined, now: number): Act {
  if (described === undefined) {
    return withoutEndpoint(wanted, now > wanted.deadline);
  }
  const stranger = strangerIn(wanted, described);
  if (stranger !== undefined) {
    return halt(foreign(stranger));
  }
  const { status = 'without a status' } = described;
  const late = now > wanted.deadline;
  if (MOVING.includes(status) || described.pendingConfigName !== undefined) {
    const state = MOVING.includes(status) ? status : 'Updating';
    return late ? halt(`the endpoint is still ${state} after the deadline, and no update can be cancelled`)
      : { kind: 'wait', reason: `the endpoint is ${state}`, moving: true };
  }
  if (status !== 'InService') {
    return broken(wanted, described, status, late);
  }
  return inService(wanted, described, issued, late);
}

/**
 * Whether somebody else changed an endpoint that nobody of us moves, and how: its configuration, its state, its weights. Counts
 * are no part of it: scaling changes them. What moves is judged by its configuration alone, until it has come to rest.
 */
export function strayed(
  wanted: Wanted & { readonly to: Arrangement }, described: DescribedEndpoint | undefined,
): string | undefined {
  if (described === undefined) {
    return 'the endpoint is gone';
  }
  const { to } = wanted;
  const { status = 'without a status', configName, pendingConfigName } = described;
  const stranger = strangerIn(wanted, described);
  if (stranger !== undefined) {
    return foreign(stranger);
  }
  if (configName !== to.configName || (pendingConfigName !== undefined && pendingConfigName !== to.configName)) {
    return `the endpoint left ${to.configName} for ${pendingConfigName ?? configName ?? 'no configuration'}: somebody else changes it`;
  }
  if (MOVING.includes(status)) {
    return undefined;
  }
  const names = status === 'InService' ? namesDiffer(to, described) : halt(`the endpoint is ${status}`);
  if (names?.kind === 'halt') {
    return names.reason;
  }
  const desiredOff = sharesDiffer(to.variants, described.variants, ({ desiredWeight }) => desiredWeight);
  const currentOff = sharesDiffer(to.variants, described.variants, ({ currentWeight }) => currentWeight);
  return desiredOff || currentOff
    ? `the endpoint has weights that this release did not set (${weightsOf(described)}): somebody else changes it` : undefined;
}

/** Of an endpoint that was as wanted before. */
export function asLeft(wanted: Wanted, described: DescribedEndpoint | undefined): Act {
  const { to } = wanted;
  const reason = to === undefined ? undefined : strayed({ ...wanted, to }, described);
  return reason === undefined ? { kind: 'none' } : halt(reason);
}

function foreign(configName: string): string {
  return `the endpoint has configuration ${configName}, which this release did not set: somebody else changes it`;
}

function weightsOf({ variants }: DescribedEndpoint): string {
  return variants.map(({ name, currentWeight, desiredWeight }) =>
    `${name} ${currentWeight}${desiredWeight === currentWeight ? '' : ` on its way to ${desiredWeight}`}`).join(', ');
}

function withoutEndpoint({ act, to, first }: Wanted, late: boolean): Act {
  if (to === undefined) {
    return { kind: 'none' };
  }
  if (act !== 'install' || !first) {
    return halt('the endpoint is gone');
  }
  return late ? failed('the endpoint was not created before the deadline') : { kind: 'create', to };
}

/** A configuration that nobody of us set, present or coming. */
function strangerIn({ known }: Wanted, { configName, pendingConfigName }: DescribedEndpoint): string | undefined {
  return [configName, pendingConfigName].find((name) => name !== undefined && !known.includes(name));
}

/** An endpoint that does not serve. One that a first release has made goes; any other is for a person to mend. */
function broken({ act, to, first }: Wanted, { failureReason }: DescribedEndpoint, status: string, late: boolean): Act {
  const said = failureReason === undefined || failureReason === '' ? '' : `: ${failureReason}`;
  if (status === 'Failed' && first && to === undefined && !late) {
    return { kind: 'delete' };
  }
  return status === 'Failed' && act === 'install' && first ? failed(`the endpoint could not be created${said}`)
    : halt(`the endpoint is ${status}${said}`);
}

function inService(wanted: Wanted, described: DescribedEndpoint, issued: Issued | undefined, late: boolean): Act {
  const { to, or, act } = wanted;
  if (to === undefined) { // of a first release only
    return late ? halt('the endpoint is still there after the deadline') : { kind: 'delete' };
  }
  const back = act === 'restore';
  // the way back is tried once however late it begins: after a Region that was lost for hours, too
  const over = late && !(back && issued === undefined);
  const arrangement = [to, or].find((each) => each?.configName === described.configName);
  if (arrangement === undefined) {
    return elsewhere(to, described, issued, over);
  }
  return namesDiffer(arrangement, described) ?? weightsDiffer(arrangement, described, back ? undefined : issued, over)
    ?? countsDiffer(arrangement, described, act, late) ?? { kind: 'none' };
}

/** It rests on another configuration of ours: not gone to yet, or SageMaker went back to it and says nothing. */
function elsewhere(to: Arrangement, { configName, failureReason = '' }: DescribedEndpoint, issued: Issued | undefined, late: boolean): Act {
  const tried = issued?.mutation === 'update' && issued.configName === to.configName ? issued : undefined;
  if (tried !== undefined && (tried.seen || tried.count >= UPDATES_WITHOUT_EFFECT)) {
    return failed(`SageMaker went back to ${configName ?? 'no configuration'} and not to ${to.configName}`
      + (failureReason === '' ? ', and gives no reason' : `: ${failureReason}`));
  }
  return late ? failed(`the endpoint did not come to ${to.configName} before the deadline`) : { kind: 'update', to };
}

function namesDiffer({ configName, variants }: Arrangement, described: DescribedEndpoint): Act | undefined {
  const want = variants.map(({ slot }) => slot).sort().join(', ');
  const are = described.variants.map(({ name }) => name).sort().join(', ');
  return want === are ? undefined : halt(`configuration ${configName} has the variants ${are}, wanted ${want}`);
}

/** On the way back they are asked for again and again; on the way forward, weights that do not stay are a step that failed. */
function weightsDiffer(
  arrangement: Arrangement, described: DescribedEndpoint, issued: Issued | undefined, late: boolean,
): Act | undefined {
  const desiredOff = sharesDiffer(arrangement.variants, described.variants, ({ desiredWeight }) => desiredWeight);
  const currentOff = sharesDiffer(arrangement.variants, described.variants, ({ currentWeight }) => currentWeight);
  if (!desiredOff && !currentOff) {
    return undefined;
  }
  if (late) {
    return failed('the weights are not as wanted after the deadline');
  }
  if (desiredOff && issued?.mutation === 'weights' && issued.count >= UPDATES_WITHOUT_EFFECT) {
    return failed(`SageMaker took the weights ${issued.count} times, and has others`);
  }
  return desiredOff ? { kind: 'weights', to: arrangement } : { kind: 'wait', reason: 'the weights are on their way', moving: false };
}

/** Weights are relative: what counts is the share. One that is not shown differs from any. */
function sharesDiffer(
  wanted: readonly WantedVariant[], are: readonly VariantFleet[], weightOf: (variant: VariantFleet) => number | undefined,
): boolean {
  const sum = (weights: readonly number[]) => weights.reduce((total, weight) => total + weight, 0);
  const wantedSum = sum(wanted.map(({ weight }) => weight));
  const presentSum = sum(are.map((variant) => weightOf(variant) ?? NaN));
  return wanted.some(({ slot, weight }) => {
    const share = are.filter(({ name }) => name === slot).map((variant) => (weightOf(variant) ?? NaN) / presentSum)[0];
    return !(Math.abs(share - weight / wantedSum) <= SAME_SHARE);
  });
}

/**
 * Counts are set by configurations. Where a release only moves weights, and on the way back, somebody may have scaled a slot
 * meanwhile, and that is no reason to doubt that it serves.
 */
function countsDiffer({ variants }: Arrangement, described: DescribedEndpoint, act: Wanted['act'], late: boolean): Act | undefined {
  const wrong = variants.filter(({ slot, instanceCount, weight }) => {
    const { currentInstances = 0, desiredInstances = 0 } = described.variants.find(({ name }) => name === slot) ?? {};
    switch (act) {
      case 'restore':
        return weight > 0 && currentInstances === 0;
      case 'shift':
        return currentInstances === 0 || currentInstances !== desiredInstances;
      default:
        return currentInstances !== instanceCount || desiredInstances !== instanceCount;
    }
  }).map(({ slot }) => slot).join(', ');
  if (wrong === '') {
    return undefined;
  }
  const reason = `the instances of ${wrong} are not as many as wanted`;
  return late ? failed(`${reason} after the deadline`) : { kind: 'wait', reason, moving: false };
}

function failed(reason: string): Act {
  return { kind: 'failed', reason };
}

function halt(reason: string): Act {
  return { kind: 'halt', reason };
}
