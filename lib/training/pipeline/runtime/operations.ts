import * as z from 'zod';
import { begin } from './begin';
import { Outcome, Plan, Run } from './contract';
import { evaluated } from './evaluate';
import { PipelineWorld } from './pipeline-world';
import { register } from './register';
import { abandoned, askApproval, end } from './tell';
import { trained, trainingFailed } from './train';
import { validate } from './validate';
import { watch } from './watch';

const Texts = z.record(z.string(), z.string());
const ColumnRule = z.object({
  name: z.string(),
  kind: z.enum(['number', 'text']),
  maximumNulls: z.number(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  varianceAbove: z.number().optional(),
  values: z.array(z.string()).optional(),
});
const Place = z.object({ bucket: z.string().min(1), prefix: z.string() });
const Subject = z.object({ pipeline: z.string(), model: z.string(), tenant: z.string() });
const PlanSchema: z.ZodType<Plan> = Subject.extend({
  data: Place,
  work: Place,
  identity: z.array(z.string()),
  parameters: Texts,
  leaseSeconds: z.number().int().min(1),
  trainings: z.number().int().min(1),
  rules: z.object({
    format: z.enum(['csv', 'jsonl']), columns: z.array(ColumnRule), sample: z.number().int().min(1), minimumRecords: z.number().int().min(1),
  }),
  registry: z.object({ url: z.url(), image: z.string(), commit: z.string().optional() }),
});
const RunSchema: z.ZodType<Run> = z.object({
  inputHash: z.string().regex(/^[0-9a-f]{64}$/),
  name: z.string(),
  checkpointRun: z.string(),
  training: z.number().int().min(1),
  parameters: Texts,
  data: z.string(),
  manifest: z.string(),
  output: z.string(),
  evaluation: z.string(),
  model: z.string(),
});
const OUTCOMES = [
  'REGISTERED', 'UNCHANGED', 'SKIPPED', 'BUSY', 'DATA_REFUSED', 'NO_CAPACITY', 'TRAINING_FAILED', 'EVALUATION_FAILED',
  'REGISTRATION_REFUSED', 'REGISTRY_DOWN', 'BROKEN',
] as const satisfies readonly Outcome[];

const known = { execution: z.string().startsWith('arn:'), plan: PlanSchema };
const running = { ...known, run: RunSchema };
const Failure = z.object({
  failure: z.object({ Error: z.string().optional(), Cause: z.string().optional() }).optional(),
  training: z.object({ FailureReason: z.string().optional(), SecondaryStatus: z.string().optional() }).optional(),
});

/** What the state machine and the rules ask of the handler. */
const Operation = z.discriminatedUnion('operation', [
  z.object({ operation: z.literal('begin'), ...known, input: z.unknown() }),
  z.object({ operation: z.literal('validate'), ...running }),
  z.object({ operation: z.literal('trained'), ...running, job: z.string(), model: z.string().optional() }),
  z.object({ operation: z.literal('trainingFailed'), ...running, state: Failure }),
  z.object({ operation: z.literal('evaluated'), ...running }),
  z.object({ operation: z.literal('register'), ...running }),
  z.object({ operation: z.literal('askApproval'), ...known, state: z.unknown() }),
  z.object({ operation: z.literal('end'), ...known, outcome: z.enum(OUTCOMES), state: z.unknown() }),
  z.object({ operation: z.literal('abandoned'), execution: z.string(), subject: Subject, status: z.enum(['TIMED_OUT', 'ABORTED', 'FAILED']) }),
  z.object({ operation: z.literal('watch'), subject: Subject }),
]);

/** Does what one state asks for. */
export function operations(world: PipelineWorld): (event: unknown) => Promise<unknown> {
  return async (event) => {
    const asked = Operation.parse(event);
    switch (asked.operation) {
      case 'begin':
        return begin(asked.execution, asked.plan, asked.input, world);
      case 'validate':
        return validate(asked.execution, asked.plan, asked.run, world);
      case 'trained':
        return trained(asked.execution, asked.plan, asked.run, asked, world);
      case 'trainingFailed':
        return trainingFailed(asked.execution, asked.plan, asked.run, asked.state, world);
      case 'evaluated':
        return evaluated(asked.execution, asked.plan, asked.run, world);
      case 'register':
        return register(asked.execution, asked.plan, asked.run, world);
      case 'askApproval':
        return askApproval(asked.execution, asked.plan, asked.state, world);
      case 'end':
        return end(asked.execution, asked.plan, asked.outcome, asked.state, world);
      case 'abandoned':
        return abandoned(asked.execution, asked.subject, asked.status, world);
      case 'watch':
        return watch(asked.subject, world);
    }
  };
}
