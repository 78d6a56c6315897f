import { z } from 'zod';
import * as rules from '../name-rules';

/** Schemas of events and records over the rules that constructs use (name-rules.ts), with the same sentences. */

export const ModelId = ruled<string>(rules.modelId);
export const VersionText = ruled<string>(rules.versionText);
export const Revision = ruled<number>(rules.revision);
/** One way to name a version, said and never guessed: 7 and '7' are not the same. */
export const VersionName = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('text'), text: VersionText }),
  z.strictObject({ kind: z.literal('revision'), revision: Revision }),
]);
export const VersionPointer = ruled<string>(rules.versionPointer);
export const EndpointName = ruled<string>(rules.endpointName);
export const FeatureName = ruled<string>(rules.featureName);
export const FeatureGroupName = ruled<string>(rules.featureGroupName);
export const PipelineId = ruled<string>(rules.pipelineId);
export const ImageUri = ruled<string>(rules.imageUri);
export const InstanceTypeName = ruled<string>(rules.instanceTypeName);
export const FreeText = freeTextUpTo();
export const TagKey = ruled<string>(rules.tagKey);
export const TagValue = ruled<string>(rules.tagValue);
export const InferenceId = ruled<string>(rules.inferenceId);
export const CustomAttributes = ruled<string>(rules.customAttributes);

/** JSON has a minus zero; it is stored as 0. */
export const Weights = ruled<number[]>(rules.weights).transform((shares) => shares.map((share) => share + 0));
export const StagePercents = ruled<number[]>(rules.stagePercents);
export const PercentThreshold = ruled<number>(rules.percentThreshold);
export const CapacityChange = ruled<number>(rules.capacityChange);
export const DurationText = ruled<string>(rules.durationText);
export const RollbackAlarms = ruled<string[]>(rules.rollbackAlarms);

/** Refuses a record whose keys would reach a prototype. Put it before the schema of the record: `CleanRecord.pipe(…)`. */
export const CleanRecord = ruled<Record<string, unknown>>(rules.recordKeys);

/** Text of at most so many characters; 1024 when nothing is said. */
export function freeTextUpTo(longest?: number) {
  return ruled<string>((value) => rules.freeText(value, longest));
}

export function localPathBelow(approvedRoot?: string) {
  return ruled<string>((value) => rules.localPath(value, approvedRoot));
}

export function s3UriBelow(approvedRoot?: string) {
  return ruled<string>((value) => rules.s3Uri(value, approvedRoot));
}

function ruled<T>(rule: rules.Rule) {
  return z.custom<T>((value) => rule(value) === undefined, { error: (issue) => rule(issue.input) });
}
