import { INFERENCE_DIMENSION, INFERENCE_METRICS } from './contract';
import { InferenceSettings } from './inference-settings';
import { RunStores } from './planned-run';
import { embeddedMetrics } from '../../runtime/embedded-metrics';

type Measured = Partial<Record<typeof INFERENCE_METRICS[keyof typeof INFERENCE_METRICS], number>>;

/** What planner and reporter need. */
export interface InferenceWorld {
  readonly settings: InferenceSettings;
  readonly stores: RunStores;
  /** Milliseconds. */
  readonly now: () => number;
  /** Takes a line for the log. */
  readonly write: (line: string) => void;
}

/** A line from which CloudWatch makes metrics of a `BatchInference`. */
export function measured(name: string, values: Measured, now: number): string {
  return `${embeddedMetrics({ [INFERENCE_DIMENSION]: name }, values, now)}\n`;
}
