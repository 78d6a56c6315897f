import * as z from 'zod';

/** What the release desk and the emergency stop answer, as far as the command shows it; the rest stays in `--json`. */
const Text = z.string();
const Count = z.number().int().min(0);

const Stage = z.looseObject({ kind: Text, percent: z.number(), bakeSeconds: z.number() });
export type StageAnswer = z.output<typeof Stage>;

const Release = z.looseObject({
  releaseId: Text,
  kind: Text,
  revision: z.number().int(),
  previousRevision: z.number().int().optional(),
  requester: Text,
  startedAt: Text,
  state: Text,
  stage: Count,
  stages: z.array(Stage),
  candidatePercent: z.number(),
  healthySeconds: z.number(),
  verdict: z.looseObject({ verdict: Text, reason: Text, at: Text }).optional(),
  latch: z.looseObject({ cause: Text, reason: Text, at: Text }).optional(),
  restoreSeconds: z.number().optional(),
  lockedSeconds: z.number().optional(),
  endedAt: Text.optional(),
});
export type ReleaseAnswer = z.output<typeof Release>;

export const EndpointReleaseAnswer = z.looseObject({
  endpoint: Text,
  rev: Count,
  stable: z.looseObject({ revision: z.number().int().optional(), configName: Text }).optional(),
  release: Release.optional(),
  failuresInARow: Count,
  emergencyStop: Text,
});
export type EndpointReleaseAnswer = z.output<typeof EndpointReleaseAnswer>;

/** A page of audit records, as text byte for byte what its hash is of. */
export const HistoryAnswer = z.looseObject({
  rows: z.array(z.looseObject({ sequence: Count, record: Text })),
  next: Count.optional(),
});

/** What the table shows of a record; all of it is in `--json`. */
export const ReleaseRecord = z.looseObject({
  timestamp: Text,
  actor: Text,
  action: Text,
  outcome: Text,
  version: z.number().optional(),
  reason: Text.optional(),
});
export type ReleaseRecord = z.output<typeof ReleaseRecord>;

/** `state` is `unreadable` where the switch holds something else, which counts as on. */
export const StopAnswer = z.looseObject({ state: Text, by: Text.optional(), at: Text.optional() });
export type StopAnswer = z.output<typeof StopAnswer>;
