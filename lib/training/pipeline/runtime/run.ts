import { EVALUATION_FILE, MANIFEST_FILE, MODEL_FILE, Plan, Run } from './contract';
import { RunRow } from './ledger';

/**
 * Pure: what jobs are told of a run. Each training has a folder of its own, so that nothing of one that failed is taken for the
 * result of the next; checkpoints are the input's.
 */
export function runOf(
  { data, work }: Plan, inputHash: string, row: Pick<RunRow, 'training' | 'model'> | undefined, parameters: Run['parameters'],
): Run {
  const training = row?.training ?? 1;
  const folder = `s3://${work.bucket}/${work.prefix}${inputHash.slice(0, 32)}/`;
  const output = `${folder}${training}/`;
  return {
    inputHash,
    name: `${inputHash.slice(0, 20)}-${training}`,
    checkpointRun: inputHash.slice(0, 32),
    training,
    parameters,
    data: `s3://${data.bucket}/${data.prefix}`,
    manifest: `${folder}${MANIFEST_FILE}`,
    output,
    evaluation: `${output}${EVALUATION_FILE}`,
    model: row?.model ?? `${output}${MODEL_FILE}`,
  };
}
