import { GetObjectCommand } from '@aws-sdk/client-s3';
import { Plan, Run } from './contract';
import { objectAt, placeOf } from './data-objects';
import { record } from './deed';
import { insist } from './lease';
import { EvaluationFacts, Ledger } from './ledger';
import { PipelineWorld } from './pipeline-world';

export interface Evaluation {
  readonly verdict: 'EVALUATED' | 'REFUSED';
  readonly reason: string;
}

const LARGEST_BYTES = 65_536;

/** Reads what the evaluating job wrote, and remembers it: a registration that is repeated says the same. */
export async function evaluated(execution: string, plan: Plan, run: Run, world: PipelineWorld): Promise<Evaluation> {
  const started = world.now();
  await insist(execution, world);
  const found = await factsOf(run.evaluation, world);
  if (typeof found !== 'string') {
    const ledger = new Ledger(world);
    const row = await ledger.run(run.inputHash);
    if (row === undefined || !await ledger.putRun(run.inputHash, row, { ...unwritten(row), stage: 'EVALUATED', evaluation: found })) {
      throw new Error('another execution changed the record of this run; Step Functions tries again');
    }
  }
  const reason = typeof found === 'string' ? found
    : `accuracy ${found.accuracy}, bias ${found.bias}, p99 latency ${found.p99LatencyMs} ms`;
  record({
    execution,
    model: plan.model,
    tenant: plan.tenant,
    action: 'training.model.evaluate',
    started,
    reason,
    outcome: typeof found === 'string' ? 'REFUSED' : 'SUCCEEDED',
    details: { inputHash: run.inputHash, evaluation: run.evaluation },
  }, world);
  return { verdict: typeof found === 'string' ? 'REFUSED' : 'EVALUATED', reason };
}

/** What the file says, or what is wrong with it. */
async function factsOf(uri: string, world: PipelineWorld): Promise<EvaluationFacts | string> {
  const found = await objectAt(uri, world);
  if (found === undefined) {
    return `the evaluation ended without ${uri}; the job has to write it there`;
  }
  if (found.size > LARGEST_BYTES) {
    return `${uri} has ${found.size} bytes, and an evaluation has at most ${LARGEST_BYTES}`;
  }
  const { Body: body } = await world.s3.send(new GetObjectCommand({ ...placeOf(uri), IfMatch: found.etag }));
  const text = await body?.transformToString('utf-8') ?? '';
  return judged(text, uri);
}

/** Pure. */
export function judged(text: string, uri: string): EvaluationFacts | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return `${uri} is not JSON`;
  }
  const result = EvaluationFacts.safeParse(value);
  return result.success ? result.data
    : `${uri} is no evaluation: ${result.error.issues.map(({ path, message }) => `${path.join('.') || 'the whole'}: ${message}`).join('; ')}`;
}

function unwritten<T extends { readonly written: number }>({ written: _written, ...row }: T): Omit<T, 'written'> {
  return row;
}
