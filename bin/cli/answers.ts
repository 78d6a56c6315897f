import * as z from 'zod';

/**
 * What the registry answers, as far as the command shows it. A registry that is newer than the command may say more: what
 * is not known here stays in `--json`.
 */
const Revision = z.number().int().min(1);
const Text = z.string();

export const ProblemAnswer = z.looseObject({
  status: z.number(), code: Text, detail: Text, requestId: Text, rev: z.number().int().optional(),
});

export const TransitionAnswer = z.looseObject({
  model: Text,
  revision: Revision,
  state: Text.optional(),
  rev: z.number().int(),
  production: Revision.optional(),
  previous: Revision.optional(),
  auditSequence: z.number().int(),
});
export type TransitionAnswer = z.output<typeof TransitionAnswer>;

const Evaluation = z.looseObject({ accuracy: z.number(), bias: z.number(), p99LatencyMs: z.number(), dataset: Text });
const Lineage = z.looseObject({
  trainingJob: Text.optional(),
  datasets: z.array(Text).optional(),
  commit: Text.optional(),
  parent: Revision.optional(),
  featureSchemaHash: Text.optional(),
});

export const VersionAnswer = z.looseObject({
  revision: Revision,
  state: Text,
  label: Text.optional(),
  artifact: Text,
  artifactSha256: Text,
  image: Text,
  registrant: Text,
  registeredAt: Text,
  decidedBy: Text.optional(),
  decidedAt: Text.optional(),
  approved: z.looseObject({ image: Text, artifactSha256: Text }).optional(),
  usedAs: z.array(Text).optional(),
  lineage: Lineage.optional(),
  evaluation: Evaluation.optional(),
});
export type VersionAnswer = z.output<typeof VersionAnswer>;

const Serving = { revision: Revision, image: Text, artifact: Text, artifactSha256: Text, label: Text.optional() };
export const ServingAnswer = z.looseObject(Serving);
export type ServingAnswer = z.output<typeof ServingAnswer>;

export const ProductionAnswer = z.looseObject({ ...Serving, model: Text, rev: z.number().int() });

export const HeadAnswer = z.looseObject({
  model: Text,
  rev: z.number().int(),
  production: ServingAnswer.optional(),
  history: z.array(ServingAnswer),
  holds: z.array(z.looseObject({ revision: Revision, release: Text, as: Text })),
});

export const AuditAnswer = z.looseObject({
  rows: z.array(z.looseObject({ sequence: z.number().int(), record: Text, hash: Text })),
  headSequence: z.number().int().min(0),
  headHash: Text,
  next: z.number().int().optional(),
});

/** Answers in pages: `next` is the `after` of the following one. */
const NEXT = { next: z.union([Text, z.number()]).optional() };

export const ModelsAnswer = z.looseObject({ models: z.array(z.looseObject({ model: Text, since: Text })), ...NEXT });
export const VersionsAnswer = z.looseObject({ versions: z.array(VersionAnswer), ...NEXT });
export const FoundAnswer = z.looseObject({ versions: z.array(z.looseObject({ model: Text, revision: Revision })), ...NEXT });

const Side = z.union([Text, z.number(), z.array(Text)]).optional();

export const DiffAnswer = z.looseObject({
  model: Text, from: Revision, to: Revision, differences: z.array(z.looseObject({ field: Text, from: Side, to: Side })),
});
