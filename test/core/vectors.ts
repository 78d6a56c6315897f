import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import * as rules from '../../lib/core/name-rules';
import * as schemas from '../../lib/core/runtime/schemas';

/** One row of vectors.json, the list that handlers in other languages would read too. */
export interface Vector {
  readonly id: string;
  readonly kind: string;
  /** The value, unless JSON cannot hold it. */
  readonly input?: unknown;
  /** The name of a value that JSON cannot hold. */
  readonly build?: string;
  /** The approved root of a path. */
  readonly root?: string;
  readonly expected: 'accept' | 'reject';
  readonly reason: string;
}

export const VECTORS = JSON.parse(readFileSync(join(__dirname, 'vectors.json'), 'utf8')) as readonly Vector[];

/** What JSON cannot hold. A value that answers differently each time is built anew for each question. */
const BUILDERS: ReadonlyMap<string, () => unknown> = new Map<string, () => unknown>([
  ['100,000 times a', () => 'a'.repeat(100_000)],
  ['a symbol', () => Symbol('ab')],
  ['a String object', () => new String('ab')],
  ['an object with toString', () => ({ toString: () => 'ab' })],
  ['a getter that changes its answer', () => twoFaced().modelId],
  ['a proxy that throws', () => hostileProxy()],
  ['a cycle', () => cycle()],
  ['a lone surrogate', () => 'a\ud800'],
  ['Infinity', () => Infinity],
  ['NaN', () => NaN],
  ['a weight that is NaN', () => [50, NaN]],
  ['a weight of minus zero', () => [100, -0]],
  ['a list with a hole', () => { const list = [50, 50, 0]; delete list[2]; return list; }],
  ['a record with an own __proto__', () => JSON.parse('{"__proto__": {"admin": true}}') as unknown],
  ['a deep-frozen record', () => Object.freeze({ modelId: 'ab', tags: Object.freeze({ a: 'b' }) })],
]);

export function valueOf({ build, input }: Vector): unknown {
  if (build === undefined) {
    return input;
  }
  const builder = BUILDERS.get(build);
  if (builder === undefined) {
    throw new Error(`nobody builds ${build}`);
  }
  return builder();
}

/** Says `ab` when it is first read, and something else afterwards. */
export function twoFaced(): { readonly modelId: string } {
  let reads = 0;
  return { get modelId() { return reads++ === 0 ? 'ab' : '../x'; } };
}

export function hostileProxy(): object {
  const refuse = () => { throw new Error('do not look at me'); };
  return new Proxy({}, { get: refuse, has: refuse, ownKeys: refuse, getPrototypeOf: refuse, getOwnPropertyDescriptor: refuse });
}

export function cycle(): object {
  const self: Record<string, unknown> = {};
  self.self = self;
  return self;
}

export type RootedRule = (value: unknown, root?: string) => rules.Complaint;

/** The rule of each kind. */
export const RULES = new Map<string, RootedRule>([
  ['modelId', rules.modelId], ['versionText', rules.versionText], ['revision', rules.revision],
  ['versionPointer', rules.versionPointer], ['alias', rules.alias], ['endpointName', rules.endpointName],
  ['featureName', rules.featureName], ['featureGroupName', rules.featureGroupName], ['pipelineId', rules.pipelineId],
  ['imageUri', rules.imageUri], ['instanceTypeName', rules.instanceTypeName], ['freeText', (value) => rules.freeText(value)],
  ['tagKey', rules.tagKey], ['tagValue', rules.tagValue], ['inferenceId', rules.inferenceId],
  ['customAttributes', rules.customAttributes], ['localPath', rules.localPath], ['s3Uri', rules.s3Uri],
  ['weights', rules.weights], ['stagePercents', rules.stagePercents], ['duration', rules.durationText],
  ['threshold', rules.percentThreshold], ['capacityChange', rules.capacityChange], ['rollbackAlarms', rules.rollbackAlarms],
  ['recordKeys', rules.recordKeys],
]);

/** The schema of each kind, as handlers use it. */
export const SCHEMAS = new Map<string, (root?: string) => z.ZodType>([
  ['modelId', () => schemas.ModelId], ['versionText', () => schemas.VersionText], ['revision', () => schemas.Revision],
  ['versionPointer', () => schemas.VersionPointer], ['alias', () => schemas.VersionPointer],
  ['endpointName', () => schemas.EndpointName], ['featureName', () => schemas.FeatureName],
  ['featureGroupName', () => schemas.FeatureGroupName], ['pipelineId', () => schemas.PipelineId],
  ['imageUri', () => schemas.ImageUri], ['instanceTypeName', () => schemas.InstanceTypeName], ['freeText', () => schemas.FreeText],
  ['tagKey', () => schemas.TagKey], ['tagValue', () => schemas.TagValue], ['inferenceId', () => schemas.InferenceId],
  ['customAttributes', () => schemas.CustomAttributes], ['localPath', (root) => schemas.localPathBelow(root)],
  ['s3Uri', (root) => schemas.s3UriBelow(root)], ['weights', () => schemas.Weights],
  ['stagePercents', () => schemas.StagePercents], ['duration', () => schemas.DurationText],
  ['threshold', () => schemas.PercentThreshold], ['capacityChange', () => schemas.CapacityChange],
  ['rollbackAlarms', () => schemas.RollbackAlarms], ['recordKeys', () => schemas.CleanRecord],
]);
