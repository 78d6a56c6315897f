import * as z from 'zod';
import { Plan, REGISTRY_UNAVAILABLE, Run } from './contract';
import { record } from './deed';
import { insist } from './lease';
import { Ledger, RunRow } from './ledger';
import { Known, PipelineWorld } from './pipeline-world';
import { publish, Published } from './publish';
import { Registration, REQUEST_KEY_HEADER } from '../../../registry/runtime/contract';
import { signedHeaders } from '../../../registry/runtime/signed-request';

export interface Registered {
  readonly verdict: 'REGISTERED' | 'REFUSED';
  readonly revision?: number;
  readonly reason: string;
}

const Answer = z.object({ revision: z.number().int().min(1) });
const Refusal = z.object({ code: z.string().optional(), detail: z.string().optional(), message: z.string().optional() });

/** API Gateway gives up after 30 seconds. */
const PATIENCE_MS = 35_000;
const PASSING = new Set([408, 429, 500, 502, 503, 504]);

/**
 * Publishes the model and registers it, with its lineage and its evaluation. The request key is the input's hash, so that a
 * registration that was done and not heard of is answered and not repeated.
 */
export async function register(execution: string, plan: Plan, run: Run, world: PipelineWorld): Promise<Registered> {
  const started = world.now();
  await insist(execution, world);
  const ledger = new Ledger(world);
  const row = await ledger.run(run.inputHash);
  if (row?.model === undefined || row.modelEtag === undefined || row.evaluation === undefined) {
    throw new Error('the record of this run has no model or no evaluation; start a new execution');
  }
  const published = await publish(row.model, row.modelEtag, plan, world);
  const answer = await ask(run, plan, registrationOf(plan, run, row, published), world);
  const { revision } = answer;
  if (revision !== undefined) {
    const { written: _written, ...known } = row;
    // not written when the table fails now: the next execution asks the registry again, which answers the same
    await ledger.putRun(run.inputHash, row, { ...known, stage: 'REGISTERED', revision });
  }
  record({
    execution,
    model: plan.model,
    tenant: plan.tenant,
    action: 'training.model.register',
    started,
    version: revision,
    outcome: revision === undefined ? 'REFUSED' : 'SUCCEEDED',
    reason: answer.reason,
    details: { inputHash: run.inputHash, artifactSha256: published.artifactSha256, job: row.job },
  }, world);
  return { verdict: revision === undefined ? 'REFUSED' : 'REGISTERED', ...answer };
}

/** Pure: what the registry is told. */
export function registrationOf({ registry, data }: Plan, run: Run, row: RunRow, published: Published): Registration {
  const { artifact, artifactSha256 } = published;
  const { featureSchemaHash, ...evaluation } = row.evaluation!;
  const commit = row.commit ?? registry.commit; // rows of before have none
  return {
    artifact,
    artifactSha256,
    image: registry.image,
    lineage: {
      // the registry's names have neither dots nor more than 63 characters
      trainingJob: /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/.test(row.job ?? '') ? row.job : run.name,
      datasets: [`s3://${data.bucket}/${data.prefix}`],
      ...(commit === undefined ? {} : { commit }),
      ...(featureSchemaHash === undefined ? {} : { featureSchemaHash }),
    },
    evaluation,
  };
}

async function ask(run: Run, plan: Plan, registration: Registration, world: PipelineWorld): Promise<Omit<Registered, 'verdict'>> {
  const { status, text } = await send(run, plan, JSON.stringify(registration), world);
  if (status === 200 || status === 201) {
    const { revision } = Answer.parse(JSON.parse(text));
    return { revision, reason: `registered as version ${revision}` };
  }
  const { code, detail, message } = Refusal.safeParse(parsed(text)).data ?? {};
  const said = `${code ?? status}: ${(detail ?? message ?? 'no reason given').slice(0, 500)}`;
  if (PASSING.has(status)) {
    throw new Known(REGISTRY_UNAVAILABLE, `the registry answered ${said}`);
  }
  return { reason: `the registry refused: ${said}` };
}

async function send(
  run: Run, { registry, tenant, model }: Plan, body: string, world: PipelineWorld,
): Promise<{ status: number; text: string }> {
  const url = new URL(`${registry.url}/tenants/${tenant}/models/${model}/versions`);
  const given = { 'content-type': 'application/json', [REQUEST_KEY_HEADER]: `training-${run.inputHash}` };
  const headers = signedHeaders({ method: 'POST', region: world.region, url, headers: given, body }, world.credentials(), new Date(world.now()));
  try {
    const response = await world.send(url.href, {
      method: 'POST',
      headers,
      body,
      redirect: 'manual', // whoever redirects would get a signed request that was meant for another
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    return { status: response.status, text: await response.text() };
  } catch (error) {
    throw new Known(REGISTRY_UNAVAILABLE, `the registry does not answer: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
