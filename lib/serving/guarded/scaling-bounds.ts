import { Checks } from '../../core/checks';
import { shown } from '../../core/invalid-props';

/** Bounds of a fleet, and where in the options they stand: nothing, or `schedules[0].`. */
export interface CapacityBounds {
  readonly path: string;
  readonly min: number;
  readonly max: number;
}

const FEWEST = 2;
/** Percent of the fleet that one action may add or remove, or one instance. */
export const QUARTER = 25;

/** How many instances one action may add to a fleet, or remove from one that is larger by as many. */
export function largestStep(from: number): number {
  return Math.max(1, Math.floor(from * QUARTER / 100));
}

/** Whether bounds are bounds. */
export function checkBounds(checks: Checks, { path, min, max }: CapacityBounds): void {
  checks
    .number('ScalingMinimum', `${path}min`, min, { min: FEWEST, whole: true, hint: 'one instance is one Availability Zone' })
    .number('ScalingMaximum', `${path}max`, max, { min: FEWEST, whole: true })
    .that('ScalingBounds', { min, max }, (known) => known.min <= known.max ? undefined
      : `\`${path}max\` must not be below \`${path}min\`: got ${shown(known.max)} below ${shown(known.min)}`);
}

/** A bound that jumps moves the fleet in one action. */
export function checkSteps(checks: Checks, prop: 'min' | 'max', bounds: readonly CapacityBounds[]): void {
  checks.that('ScheduleStep', { bounds: bounds.map((each) => each[prop]) }, ({ bounds: known }) => {
    const ladder = [...new Set(known)].sort((left, right) => left - right);
    const jump = ladder.findIndex((bound, index) => index > 0 && bound - ladder[index - 1] > largestStep(ladder[index - 1]));
    return jump === -1 ? undefined
      : `\`schedules\` must move \`${prop}\` by at most a quarter, or one instance, per action: got ${ladder.join(' -> ')}; `
        + `after ${ladder[jump - 1]} the next may be ${ladder[jump - 1] + largestStep(ladder[jump - 1])}; put actions in between`;
  });
}
