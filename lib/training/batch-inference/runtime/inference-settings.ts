import { createHash } from 'node:crypto';
import {
  ENV_IMAGE, ENV_INPUT_BUCKET, ENV_INPUT_PREFIX, ENV_INPUTS_PER_JOB, ENV_MODEL, ENV_NAME, ENV_OUTPUT_BUCKET, ENV_OUTPUT_PREFIX,
  ENV_OUTPUT_SUFFIX, ENV_RUNBOOK, ENV_SETTINGS_HASH, ENV_TOLERATED_PERCENT,
} from './contract';
import { requireEnv } from '../../../core/runtime/environment';

/** What the construct says. */
export interface InferenceSettings {
  readonly name: string;
  readonly inputBucket: string;
  readonly inputPrefix: string;
  readonly outputBucket: string;
  readonly outputPrefix: string;
  readonly outputSuffix: string;
  readonly inputsPerJob: number;
  readonly toleratedPercent: number;
  /** The image, by its digest. */
  readonly image: string;
  /** The model's artifact; empty if the image holds it. */
  readonly model: string;
  /** Changes with everything that outputs depend on besides their inputs. */
  readonly fingerprint: string;
  /** The sentence that says where to read on. */
  readonly runbook: string;
}

export function inferenceSettings(): InferenceSettings {
  const { [ENV_OUTPUT_SUFFIX]: outputSuffix = '', [ENV_MODEL]: model = '' } = process.env; // both may be empty
  const image = requireEnv(ENV_IMAGE);
  const inputPrefix = requireEnv(ENV_INPUT_PREFIX);
  return {
    name: requireEnv(ENV_NAME),
    inputBucket: requireEnv(ENV_INPUT_BUCKET),
    inputPrefix,
    outputBucket: requireEnv(ENV_OUTPUT_BUCKET),
    outputPrefix: requireEnv(ENV_OUTPUT_PREFIX),
    outputSuffix,
    inputsPerJob: Number(requireEnv(ENV_INPUTS_PER_JOB)),
    toleratedPercent: Number(requireEnv(ENV_TOLERATED_PERCENT)),
    image,
    model,
    fingerprint: createHash('sha256')
      .update(JSON.stringify([image, model, requireEnv(ENV_SETTINGS_HASH), inputPrefix, outputSuffix])).digest('hex'),
    runbook: requireEnv(ENV_RUNBOOK),
  };
}
