import { Duration, Stack, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { BatchInferenceProps } from './batch-inference-props';
import { InferenceLimits } from './inference-limits';
import { Checks, inSeconds } from '../../core/checks';
import { shown } from '../../core/invalid-props';
import { BUCKET, DURATION, KEY, Kinds, needed, structOf, TEXT, thing, TOPIC } from '../../core/kinds';
import { checkRetention } from '../../core/log-retention';
import { checkPrefix } from '../job-prefix';

/** Step Functions' limit for child executions of one map. */
const MOST_AT_ONCE = 10_000;
const MOST_INPUTS_PER_JOB = 10_000;
const LONGEST = Duration.days(365).toSeconds();
/** A measurement of running executions comes every quarter of an hour. */
const SHORTEST_AGE = Duration.minutes(15).toSeconds();
const SUFFIX = /^[A-Za-z0-9._-]{0,32}$/;

const KINDS: Kinds<BatchInferenceProps> = {
  engine: needed(thing('an InferenceEngine', '_bind')),
  inputBucket: needed(BUCKET),
  inputPrefix: needed(TEXT),
  outputBucket: needed(BUCKET),
  outputPrefix: needed(TEXT),
  outputSuffix: TEXT,
  timeout: DURATION,
  limits: structOf<InferenceLimits>({ runningAge: DURATION }),
  notify: TOPIC,
  encryptionKey: KEY,
};

/** What was said, defaults and all. */
export interface JudgedInference {
  readonly outputSuffix: string;
  readonly inputsPerJob: number;
  readonly maxConcurrency: number;
  readonly toleratedFailurePercent: number;
  readonly timeout: Duration;
  readonly limits: Required<InferenceLimits>;
}

/** All problems at once; those that are of another kind come first, because nothing more can be read of them. */
export function checkInference(scope: Construct, props: BatchInferenceProps): JudgedInference {
  new Checks().kinds(props, KINDS).settle(scope);
  const judged: JudgedInference = {
    outputSuffix: props.outputSuffix ?? '.out',
    inputsPerJob: props.inputsPerJob ?? 100,
    maxConcurrency: props.maxConcurrency ?? 100,
    toleratedFailurePercent: props.toleratedFailurePercent ?? 0,
    timeout: props.timeout ?? Duration.days(7),
    limits: { runningAge: props.limits?.runningAge ?? Duration.hours(12) },
  };
  const checks = new Checks()
    .number('InputsPerJob', 'inputsPerJob', judged.inputsPerJob, { min: 1, max: MOST_INPUTS_PER_JOB, whole: true, unit: 'inputs' })
    .number('InferenceConcurrency', 'maxConcurrency', judged.maxConcurrency, {
      min: 1, max: MOST_AT_ONCE, whole: true, unit: 'jobs', hint: '0 would mean no limit',
    })
    .number('ToleratedFailures', 'toleratedFailurePercent', judged.toleratedFailurePercent, {
      min: 0, max: 99, whole: true, unit: 'percent', hint: 'at 100 a run could not fail',
    });
  checkTimes(checks, judged);
  checkFolders(checks, props);
  checkRetention(checks, 'logRetention', props.logRetention);
  checks.that('OutputSuffix', { suffix: judged.outputSuffix }, ({ suffix }) => SUFFIX.test(suffix) ? undefined
    : `\`outputSuffix\` must be at most 32 letters, digits, . _ and -: got ${shown(suffix)}`);
  checks.settle(scope);
  return judged;
}

function checkTimes(checks: Checks, { timeout, limits }: JudgedInference): void {
  const [ends, tells] = [inSeconds('timeout', timeout), inSeconds('limits.runningAge', limits.runningAge)];
  checks.number('InferenceTimeout', 'timeout', ends, { min: 300, max: LONGEST, whole: true, unit: 'seconds', hint: 'Step Functions ends every execution after a year' })
    .number('InferenceAge', 'limits.runningAge', tells, { min: SHORTEST_AGE, max: LONGEST, whole: true, unit: 'seconds' })
    .that('InferenceAge', { ends, tells }, (known) => known.tells < known.ends ? undefined
      : `\`limits.runningAge\` must be shorter than \`timeout\`, or an execution ends before anybody is told: got ${known.tells} of ${known.ends} seconds`);
}

function checkFolders(checks: Checks, { inputBucket, inputPrefix, outputBucket, outputPrefix }: BatchInferenceProps): void {
  for (const [prop, prefix] of [['inputPrefix', inputPrefix], ['outputPrefix', outputPrefix]]) {
    checks.report('FolderUnknown', Token.isUnresolved(prefix)
      ? `\`${prop}\` must be known at synth, because policies and keys are made of it: got a token; write the folder itself` : undefined);
    checkPrefix(checks, prefix, prop);
  }
  const sameBucket = inputBucket === outputBucket
    || Stack.of(inputBucket).resolve(inputBucket.bucketName) === Stack.of(outputBucket).resolve(outputBucket.bucketName);
  const within = typeof inputPrefix === 'string' && typeof outputPrefix === 'string'
    && (inputPrefix.startsWith(outputPrefix) || outputPrefix.startsWith(inputPrefix));
  checks.report('OutputInInput', sameBucket && within
    ? `\`outputPrefix\` and \`inputPrefix\` must not lie within each other, or outputs become inputs: got ${shown(outputPrefix)} and ${shown(inputPrefix)}` : undefined);
}
