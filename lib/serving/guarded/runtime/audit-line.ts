import * as z from 'zod';

const LONGEST_TEXT = 1024;
// a reader's terminal acts on these or hides them
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

const Text = z.string().transform((text) => text.replace(UNPRINTABLE, ' ').slice(0, LONGEST_TEXT));
const Names = z.array(Text);

/** One record of what a handler did or saw. The audit area's schema will take its place. */
const AuditLine = z.strictObject({
  timestamp: z.iso.datetime(),
  /** Who asked: CloudFormation does not say on whose behalf; its own trail does. */
  actor: z.literal('cloudformation.amazonaws.com'),
  environment: Text,
  stack: Text,
  action: z.enum(['endpoint.deployment.verify', 'endpoint.configs.prune']),
  resourceType: z.literal('AWS::SageMaker::Endpoint'),
  resourceName: Text,
  outcome: z.enum(['AS_WANTED', 'NOT_AS_WANTED', 'NOT_AS_WANTED_IN_ROLLBACK', 'PRUNED', 'NOTHING_TO_PRUNE', 'POSTPONED', 'FAILED']),
  reason: Text,
  previousConfig: Text.optional(),
  wantedConfig: Text,
  servedConfig: Text.optional(),
  deletedConfigs: Names.optional(),
  deletedModels: Names.optional(),
  durationMs: z.number().int().min(0),
  requestId: Text,
});
export type AuditLine = z.input<typeof AuditLine>;

/** A record as one line of JSON: no value can begin a line of its own. */
export function auditLine(record: AuditLine): string {
  return `${JSON.stringify(AuditLine.parse(record))}\n`;
}
