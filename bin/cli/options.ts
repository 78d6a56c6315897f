import { Command, InvalidArgumentError } from 'commander';
import { SharedOptions } from './command-session';
import { DEFAULT_ENVIRONMENT, REGION, Whereabouts } from './registry-address';
import { Rule } from '../../lib/core/complaint';
import { endpointName, imageUri, modelId, s3Uri, saysLatest, versionText } from '../../lib/core/name-rules';
import { ADDRESS_OUTPUT, ADDRESS_PARAMETER_PREFIX, DEFAULT_TENANT } from '../../lib/registry/runtime/contract';

/** What every verb takes. */
export interface CommonOptions extends SharedOptions, Whereabouts {
  readonly tenant: string;
}

/** What every verb that writes takes besides. */
export interface WritingOptions extends CommonOptions {
  readonly requestKey?: string;
  readonly changeTicket?: string;
  readonly expectedRev?: number;
}

export function withCommonOptions(command: Command): Command {
  return command
    .optionsGroup('Where the registry is (one of these; otherwise --environment):')
    .option('--url <url>', 'its address')
    .option('--stack <name>', `the CloudFormation stack that it is in: its output ${ADDRESS_OUTPUT}`)
    .option('--parameter <name>', 'the SSM parameter with its address')
    .option('--environment <name>', `its environment, with its address at ${ADDRESS_PARAMETER_PREFIX}<environment> (default: ${DEFAULT_ENVIRONMENT})`, slug)
    .option('--region <region>', 'its Region (default: AWS_REGION, or that of the profile)', regionArgument)
    .option('--artifact-bucket <bucket>', 'its artifact bucket, where --url does not tell')
    .option('--audit-bucket <bucket>', 'its audit bucket, where --url does not tell')
    .optionsGroup('Who asks:')
    .option('--profile <name>', 'the profile of the AWS configuration (default: AWS_PROFILE, or other credentials of the default chain)')
    .option('--tenant <tenant>', 'whose models', slug, DEFAULT_TENANT)
    .optionsGroup('How it answers:')
    .option('--json', 'JSON instead of tables; failures as one line of JSON on stderr')
    .option('--debug', 'requests and stack traces on stderr');
}

export function withWritingOptions(command: Command): Command {
  return withCommonOptions(command
    .optionsGroup('How it is written:')
    .option('--change-ticket <ticket>', 'the change that allows this, for the audit record', ticketArgument)
    .option('--expected-rev <rev>', 'only if the model is still at this rev, as `history` shows it', wholeNumber)
    .option('--request-key <key>', 'of a failed request, to repeat it: it happens once (default: a new one)', requestKeyArgument));
}

/** The name of an environment, of a tenant, or of an emergency stop. */
export const slug = matching(/^[a-z0-9][a-z0-9-]{0,30}[a-z0-9]$/, 'must be 2 to 32 lower-case letters, digits and inner hyphens');
export const regionArgument = matching(REGION, 'must be a Region, such as eu-west-1');
/** The name of an endpoint's route, of an API or of its client. */
export const apiNameArgument = by(endpointName);
export const modelArgument = by(modelId);
export const endpointArgument = by(endpointName);
export const releaseArgument = matching(/^[a-z0-9][a-z0-9-]{0,61}[a-z0-9]\.[0-9]{1,6}$/,
  'must be the id of a release, such as fraud-detection.12; `mlp release status` shows it');
export const imageArgument = by(imageUri);
export const labelArgument = by(versionText);
export const datasetArgument = by(s3Uri);
export const ticketArgument = matching(/^[A-Za-z0-9][A-Za-z0-9_.#/-]{0,63}$/,
  'must be 1 to 64 letters, digits and _ . # / -, the first a letter or a digit');
export const requestKeyArgument = matching(/^[A-Za-z0-9_-]{1,128}$/, 'must be 1 to 128 letters, digits, - and _');
export const sha256Argument = matching(/^[0-9a-f]{64}$/, 'must be 64 lower-case hex digits');
export const commitArgument = matching(/^[0-9a-f]{40}$/, 'must be 40 lower-case hex digits: the whole id of the commit');

export function revisionArgument(text: string): number {
  if (saysLatest(text)) {
    throw new InvalidArgumentError('It must not say `latest`, which names whatever came last; name a revision.');
  }
  const revision = wholeNumber(text);
  if (revision < 1) {
    throw new InvalidArgumentError('Revisions begin with 1.');
  }
  return revision;
}

export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!/^[0-9]{1,16}$/.test(text) || !Number.isSafeInteger(value)) {
    throw new InvalidArgumentError('It must be a whole number.');
  }
  return value;
}

/** Collects an option that may be given several times. */
export function each(parse: (text: string) => string): (text: string, former?: readonly string[]) => readonly string[] {
  return (text, former = []) => [...former, parse(text)];
}

function by(rule: Rule): (text: string) => string {
  return (text) => {
    const complaint = rule(text);
    if (complaint !== undefined) {
      throw new InvalidArgumentError(`It ${complaint}.`);
    }
    return text;
  };
}

function matching(pattern: RegExp, sentence: string): (text: string) => string {
  return by((text) => typeof text === 'string' && pattern.test(text) ? undefined : sentence);
}
