import { recordDeed } from './audit-fields';
import {
  INFERENCE_METRICS, OUTCOME_DONE, OUTCOME_OVER_TOLERANCE, OUTCOME_TOLERATED, Report, ReportEvent,
} from './contract';
import { FailedInput, failedInputs } from './failed-inputs';
import { InferenceWorld, measured } from './inference-world';
import { RunFolder } from './run-folder';
import { linesOf } from './s3-folder';

/** How many different reasons an audit record names. */
const MOST_REASONS = 20;

/**
 * Says what an execution came to: by the outputs that are there, and not by how the map ended. Writes the manifest of failed
 * inputs, which a later run takes as its manifest; doing it again writes the same.
 */
export async function reportRun({ state: { plan }, executionArn }: ReportEvent, world: InferenceWorld): Promise<Report> {
  const { settings, stores: { output }, now, write } = world;
  const folder = new RunFolder(settings, plan.run, plan.attempt);
  const failed = await failedInputs(plan, folder, world);
  if (failed.length > 0) {
    await output.write(folder.failed, linesOf(failed));
  }
  const report = reportOf(failed, plan.run, plan.inputs, folder, world);
  await output.write(folder.report, JSON.stringify({ ...report, reasons: counted(failed) }));
  write(measured(settings.name, {
    [INFERENCE_METRICS.inputs]: report.inputs,
    [INFERENCE_METRICS.failedInputs]: report.failed,
    [INFERENCE_METRICS.overTolerance]: report.outcome === OUTCOME_OVER_TOLERANCE ? 1 : 0,
  }, now()));
  recordDeed({
    action: 'inference.run.end',
    outcome: report.outcome === OUTCOME_OVER_TOLERANCE ? 'FAILED' : 'SUCCEEDED',
    reason: report.outcome === OUTCOME_OVER_TOLERANCE ? `${report.sentence} ${settings.runbook}` : report.sentence,
    executionArn,
    started: plan.started,
    details: {
      run: plan.run,
      inputs: report.inputs,
      failed: report.failed,
      jobs: plan.jobs,
      results: report.results,
      reasons: Object.entries(counted(failed)).slice(0, MOST_REASONS).map(([reason, count]) => `${reason}:${count}`),
    },
  }, world);
  return report;
}

function reportOf(
  failed: readonly FailedInput[], run: string, inputs: number, folder: RunFolder, { settings }: InferenceWorld,
): Report {
  const tolerated = 100 * failed.length <= settings.toleratedPercent * inputs;
  return {
    outcome: failed.length === 0 ? OUTCOME_DONE : tolerated ? OUTCOME_TOLERATED : OUTCOME_OVER_TOLERANCE,
    run,
    inputs,
    done: inputs - failed.length,
    failed: failed.length,
    results: folder.uri(folder.results),
    failedManifest: failed.length === 0 ? '' : folder.uri(folder.failed),
    sentence: failed.length === 0 ? `All ${inputs} inputs have an output.`
      : `${failed.length} of ${inputs} inputs have no output, and ${settings.toleratedPercent} % are tolerated; see ${folder.uri(folder.failed)}.`,
  };
}

/** How often each reason is given, the most frequent first. */
function counted(failed: readonly FailedInput[]): Record<string, number> {
  const counts = new Map<string, number>();
  failed.forEach(({ reason }) => { counts.set(reason, (counts.get(reason) ?? 0) + 1); });
  return Object.fromEntries([...counts].sort(([one, first], [other, second]) => second - first || (one < other ? -1 : 1)));
}
