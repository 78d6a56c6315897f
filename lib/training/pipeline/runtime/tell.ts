import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import * as z from 'zod';
import { APPROVAL_WANTED, Outcome, PIPELINE_ENDED, PIPELINE_EVENT_SOURCE, Plan } from './contract';
import { record } from './deed';
import { leavePipeline } from './lease';
import { PipelineWorld } from './pipeline-world';
import { reasonOf } from './train';
import { DEFAULT_TENANT } from '../../../registry/runtime/contract';

/** As much of an execution's state as an end needs. Anything may be missing: an execution may break before it has it. */
const State = z.object({
  run: z.object({ inputHash: z.string() }).optional(),
  revision: z.number().optional(),
  step: z.object({ reason: z.string().optional(), revision: z.number().optional() }).optional(),
  /** The error that led to the end and nowhere else. */
  caught: z.object({ Error: z.string().optional(), Cause: z.string().optional() }).optional(),
}).catch({});

/** How an execution ended: its output, and the detail of the event. */
export interface Ending {
  readonly pipeline: string;
  readonly model: string;
  readonly tenant: string;
  readonly outcome: Outcome | 'TIMED_OUT' | 'ABORTED' | 'FAILED';
  readonly execution: string;
  readonly reason: string;
  readonly revision?: number;
  readonly inputHash?: string;
}

const AS_WANTED: readonly string[] = ['REGISTERED', 'UNCHANGED', 'SKIPPED'];
const REASONS: Partial<Record<Outcome, string>> = {
  UNCHANGED: 'the same data, images and parameters were registered before',
  SKIPPED: 'another execution waits already and will see the same data',
  BUSY: 'another execution waits already, and for something else; start again when it is through',
};

/** Asks for an approval. Who gives it is a person, in the registry: nothing here could. */
export async function askApproval(execution: string, plan: Plan, state: unknown, world: PipelineWorld): Promise<void> {
  const started = world.now();
  const { run, step } = State.parse(state);
  const detail = {
    pipeline: plan.pipeline,
    model: plan.model,
    tenant: plan.tenant,
    revision: step?.revision,
    inputHash: run?.inputHash,
    execution,
    approveWith: approval(plan, step?.revision),
  };
  await put(APPROVAL_WANTED, detail, world);
  record({
    execution, model: plan.model, tenant: plan.tenant, action: 'training.approval.ask', outcome: 'SUCCEEDED', started, version: step?.revision,
  }, world);
}

/** Pure: what approves this version. Without the address, `mlp` would ask the registry that is usual where it runs. */
export function approval({ model, tenant, registry }: Plan, revision: number | undefined): string {
  const whose = tenant === DEFAULT_TENANT ? [] : ['--tenant', tenant];
  return ['mlp model approve', model, ...(revision === undefined ? [] : [revision]), ...whose, '--url', registry.url].join(' ');
}

/** Lets the next execution in, tells everybody, and answers what the execution came to. Repeated, it tells again. */
export async function end(
  execution: string, plan: Plan, outcome: Outcome, state: unknown, world: PipelineWorld,
): Promise<Ending> {
  const started = world.now();
  const { run, revision, step, caught } = State.parse(state);
  const reason = REASONS[outcome] ?? (caught === undefined ? step?.reason ?? outcome : reasonOf({ failure: caught }));
  const ending = {
    pipeline: plan.pipeline,
    model: plan.model,
    tenant: plan.tenant,
    outcome,
    execution,
    reason,
    revision: step?.revision ?? revision,
    inputHash: run?.inputHash,
  };
  await leavePipeline(execution, world);
  await tellEnding(ending, started, world);
  return ending;
}

/** An execution that was stopped, took too long, or could not say how it ended. */
export async function abandoned(
  execution: string, plan: Pick<Plan, 'pipeline' | 'model' | 'tenant'>, status: 'TIMED_OUT' | 'ABORTED' | 'FAILED', world: PipelineWorld,
): Promise<void> {
  const started = world.now();
  const held = await leavePipeline(execution, world);
  if (status === 'FAILED' && !held) {
    return; // it told its end itself
  }
  await tellEnding({
    ...plan,
    outcome: status,
    execution,
    reason: 'the execution could not tell its end; start the pipeline again: it goes on where this one stopped',
  }, started, world);
}

async function tellEnding(ending: Ending, started: number, world: PipelineWorld): Promise<void> {
  const { execution, model, tenant, outcome, reason, revision, inputHash } = ending;
  record({
    execution,
    model,
    tenant,
    action: 'training.run.end',
    started,
    reason,
    version: revision,
    outcome: AS_WANTED.includes(outcome) ? 'SUCCEEDED' : outcome.endsWith('REFUSED') ? 'REFUSED' : 'FAILED',
    details: { end: outcome, inputHash },
  }, world);
  await put(PIPELINE_ENDED, ending, world);
}

async function put(detailType: string, detail: object, world: PipelineWorld): Promise<void> {
  const { Entries: [entry] = [] } = await world.events.send(new PutEventsCommand({
    Entries: [{
      EventBusName: world.eventBus, Source: PIPELINE_EVENT_SOURCE, DetailType: detailType, Detail: JSON.stringify(detail),
    }],
  }));
  if (entry?.ErrorCode !== undefined) {
    throw new Error(`EventBridge did not take the event ${detailType}: ${entry.ErrorCode}`);
  }
}
