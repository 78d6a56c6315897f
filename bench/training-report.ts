import { median } from './summary';
import { isMet, Target } from './targets';
import type { TrainingVariant } from './training-app';
import type { TrainingCost } from './training-contract';

/** One app: medians over the runs. */
export interface TrainingRow {
  readonly variant: TrainingVariant;
  /** Milliseconds for a queue with its job, one more. */
  readonly milliseconds: number;
  /** The same as a multiple of the L2 with the same around it, run by run. */
  readonly timesTheSame: number;
  /** The same as a multiple of the bare L2, run by run. */
  readonly timesBare: number;
  /** Resources of a queue with its job, one more. */
  readonly resources: number;
}

export interface TrainingSummary {
  readonly few: number;
  readonly many: number;
  readonly runs: number;
  readonly rows: readonly TrainingRow[];
}

/** For each app and run: the cost of few and of many queues. */
export type TrainingCosts = ReadonlyMap<TrainingVariant, readonly (readonly TrainingCost[])[]>;

const NAMES: Readonly<Record<TrainingVariant, string>> = {
  'ours': '`TrainingQueue` and `TrainingJob`, default props',
  'l2-with-the-rest': 'the Batch L2 with the same around it, by hand',
  'l2': 'the Batch L2 alone',
};

export function summarizeTraining(few: number, many: number, costs: TrainingCosts): TrainingSummary {
  const marginal = (variant: TrainingVariant) => costs.get(variant)!
    .map(([first, last]) => (last.milliseconds - first.milliseconds) / (many - few));
  const [same, bare] = [marginal('l2-with-the-rest'), marginal('l2')];
  return {
    few,
    many,
    runs: bare.length,
    rows: [...costs.keys()].map((variant) => {
      const [[first, last]] = costs.get(variant)!;
      const own = marginal(variant);
      return {
        variant,
        milliseconds: median(own),
        timesTheSame: median(own.map((milliseconds, run) => milliseconds / same[run])),
        timesBare: median(own.map((milliseconds, run) => milliseconds / bare[run])),
        resources: (last.resources - first.resources) / (many - few),
      };
    }),
  };
}

export function trainingTargets({ rows }: TrainingSummary): Target[] {
  const { timesTheSame, timesBare } = rows.find(({ variant }) => variant === 'ours')!;
  return [
    { what: 'a queue with its job, against the Batch L2 with the same around it', limit: 1.1, measured: timesTheSame, unit: 'x', portable: true },
    { what: 'a queue with its job, against the Batch L2 alone', limit: 1.1, measured: timesBare, unit: 'x', portable: true },
  ];
}

export function trainingReport(summary: TrainingSummary): string {
  const { few, many, runs, rows } = summary;
  return [
    `Processor time of a synth, validation off, median of ${runs}, each in a process of its own: what one queue with its job more costs, between ${few} and ${many}.`,
    '',
    '| App | one more | against the same | against the L2 alone | resources |',
    '| --- | --- | --- | --- | --- |',
    ...rows.map(({ variant, milliseconds, timesTheSame, timesBare, resources }) =>
      `| ${NAMES[variant]} | ${milliseconds.toFixed(1)} ms | ${timesTheSame.toFixed(2)}x | ${timesBare.toFixed(2)}x | ${resources.toFixed(1)} |`),
    '',
    ...trainingTargets(summary).map((target) =>
      `${isMet(target) ? 'met   ' : 'MISSED'} ${target.what}: ${target.measured.toFixed(2)}${target.unit}, at most ${target.limit}${target.unit}`),
  ].join('\n');
}
