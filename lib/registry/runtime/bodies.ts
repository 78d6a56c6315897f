import * as z from 'zod';
import { Hold, MOST_DATASETS, Registration } from './contract';
import { NotDone } from './problem';
import { RegistrySettings } from './registry-world';
import * as rules from './rules';
import { complain, revision, s3Uri, shown, versionText } from '../../core/name-rules';

const { ruled, strict } = rules;

/** What every request that writes may say. */
const WISHES = {
  expectedRev: ruled<number>(rules.rev).optional(),
  changeTicket: ruled<string>(rules.changeTicket).optional(),
};
const Wishes = strict(WISHES);

const Approval = strict({
  ...WISHES,
  image: ruled<string>((value) => typeof value === 'string' && rules.imageNameOf(value) !== undefined ? undefined
    : 'must be the image that is approved, pinned by digest; describe the version and send what it shows'),
  artifactSha256: ruled<string>(rules.sha256),
});

const Emergency = strict({
  ...WISHES,
  changeTicket: ruled<string>((value) => value === undefined ? 'must name the incident, which those will ask for whom the alarm wakes; give its ticket'
    : rules.changeTicket(value)),
  leaveEmpty: z.boolean({ error: 'must be true or false' }).default(false),
});

const Release = { ...WISHES, release: ruled<string>(rules.name) };
const HoldBody = strict({
  ...Release,
  as: ruled<Hold['as']>((value) => value === 'shadow' || value === 'rollout' ? undefined : "must be 'shadow' or 'rollout', in lower case"),
});
const UnholdBody = strict(Release);

const Evaluation = strict({
  accuracy: ruled<number>(rules.share),
  bias: ruled<number>(rules.share),
  p99LatencyMs: ruled<number>(rules.latencyMs),
  dataset: ruled<string>(s3Uri),
});

export type Wishes = z.infer<typeof Wishes>;
export type Approval = z.infer<typeof Approval>;
export type Emergency = z.infer<typeof Emergency>;
export type HoldBody = z.infer<typeof HoldBody>;
export type UnholdBody = z.infer<typeof UnholdBody>;
export type RegisterBody = Wishes & Registration;

/** Bodies of the verbs that write, judged; all problems of a body are told at once. */
export const bodies = {
  register: (body: unknown, model: string, settings: RegistrySettings): RegisterBody => registerBody(body, model, settings),
  approve: (body: unknown): Approval => judged(Approval, body),
  emergency: (body: unknown): Emergency => judged(Emergency, body),
  hold: (body: unknown): HoldBody => judged(HoldBody, body),
  unhold: (body: unknown): UnholdBody => judged(UnholdBody, body),
  plain: (body: unknown): Wishes => judged(Wishes, body),
};

function registerBody(body: unknown, model: string, { artifactBucket, region, datasetPrefixes }: RegistrySettings): RegisterBody {
  const dataset = ruled<string>(rules.datasetBelow(datasetPrefixes));
  const registration = judged(strict({
    ...WISHES,
    label: ruled<string>(versionText).optional(),
    artifact: ruled<string>(rules.artifactOf(artifactBucket, model)),
    artifactSha256: ruled<string>(rules.sha256),
    image: ruled<string>(rules.imageIn(region)),
    lineage: strict({
      trainingJob: ruled<string>(rules.name).optional(),
      datasets: z.array(dataset, { error: 'must be a list of S3 URIs' })
        .max(MOST_DATASETS, { error: `must have at most ${MOST_DATASETS} entries; name folders in place of files` })
        .refine((each) => new Set(each).size === each.length, { error: 'must name each data set once' }).optional(),
      commit: ruled<string>(rules.commit).optional(),
      parent: ruled<number>(revision).optional(),
      featureSchemaHash: ruled<string>(rules.sha256).optional(),
    }).optional(),
    evaluation: Evaluation.optional(),
  }), body);
  if (rules.sha256InKey(registration.artifact) !== registration.artifactSha256) {
    throw new NotDone('BAD_REQUEST', complain('artifactSha256',
      'must be the hash that the key of `artifact` says; one of the two belongs to another file', shown(registration.artifactSha256)));
  }
  return registration;
}

function judged<T>(schema: z.ZodType<T>, body: unknown): T {
  return judgedAs(schema, body, 'body');
}

/** A value by its schema, or every problem that it has. */
export function judgedAs<T>(schema: z.ZodType<T>, value: unknown, whole: string): T {
  const result = schema.safeParse(value);
  if (!result.success) {
    throw new NotDone('BAD_REQUEST', rules.problemsOf(result.error, value, whole).join('\n'));
  }
  return result.data;
}
