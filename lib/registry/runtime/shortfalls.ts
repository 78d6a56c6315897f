import { ApprovalMinimums, Evaluation } from './contract';

/** What a staging evaluation lacks, one clause each. */
export function shortfalls(evaluation?: Evaluation, minimums: ApprovalMinimums = {}): string[] {
  const { accuracy, bias, p99LatencyMs } = minimums;
  if (accuracy === undefined && bias === undefined && p99LatencyMs === undefined) {
    return [];
  }
  if (evaluation === undefined) {
    return ['it was registered without an evaluation'];
  }
  return [
    ...(accuracy !== undefined && evaluation.accuracy < accuracy ? [`accuracy ${evaluation.accuracy} is below ${accuracy}`] : []),
    ...(bias !== undefined && evaluation.bias > bias ? [`bias ${evaluation.bias} is above ${bias}`] : []),
    ...(p99LatencyMs !== undefined && evaluation.p99LatencyMs > p99LatencyMs
      ? [`p99 latency ${evaluation.p99LatencyMs} ms is above ${p99LatencyMs} ms`] : []),
  ];
}
