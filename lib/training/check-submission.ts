import { aws_stepfunctions as sfn } from 'aws-cdk-lib';
import { checkText } from './job-environment';
import { Checks } from '../core/checks';
import { shown } from '../core/invalid-props';

const CHECKPOINT_RUN = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/;

/** What every submission of a job may say. */
export interface Submission {
  readonly parameters?: { readonly [name: string]: string };
  readonly checkpointRun?: string;
}

/** What a job takes of it. */
export interface TakingJob {
  readonly declared: readonly string[];
  readonly keepsCheckpoints: boolean;
}

/** Judges what a submission says to a job; what the execution will know is not known now. */
export function checkSubmission(checks: Checks, { parameters = {}, checkpointRun }: Submission, job: TakingJob): Checks {
  Object.keys(parameters).filter((name) => !job.declared.includes(name)).forEach((name) => {
    checks.report('SubmittedParameter',
      `\`parameters\` must be declared by the job, which is all that a submission may change: got ${shown(name)}; declare it in \`parameters\` of the job`);
  });
  Object.entries(parameters).filter(([, value]) => !sfn.JsonPath.isEncodedJsonPath(value)).forEach(([name, value]) => {
    checkText(checks, `parameters.${name}`, value);
  });
  checks.report('CheckpointRun', checkpointRun === undefined || job.keepsCheckpoints ? undefined
    : '`checkpointRun` must be left out for a job without checkpoints: got a run; give the job a `checkpoint`');
  return checkRun(checks, 'CheckpointRun', 'checkpointRun', checkpointRun, CHECKPOINT_RUN, '1 to 128 letters, digits, _ . and -');
}

/** Judges the name of a run. */
export function checkRun(
  checks: Checks, code: string, prop: string, value: string | undefined, rule: RegExp, says: string,
): Checks {
  return value === undefined || sfn.JsonPath.isEncodedJsonPath(value) ? checks
    : checks.that(code, { value }, (known) => typeof known.value === 'string' && rule.test(known.value) ? undefined
      : `\`${prop}\` must be ${says}: got ${shown(known.value)}`);
}
