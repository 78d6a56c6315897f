import { Command } from 'commander';
import { SharedOptions } from './command-session';
import { regionArgument, requestKeyArgument, ticketArgument } from './options';

/** What every verb takes that asks a service other than the registry. */
export interface ServiceOptions extends SharedOptions {
  readonly url?: string;
  readonly stack?: string;
  readonly parameter?: string;
}

/** What every verb that writes takes besides. */
export interface ServiceWritingOptions extends ServiceOptions {
  readonly requestKey?: string;
  readonly changeTicket?: string;
}

/** Where the address of a service is written down. */
export interface Written {
  readonly noun: string;
  /** The SSM parameter when nothing is said, such as `/ml-platform/releases/<endpoint>`. */
  readonly usually: string;
  /** The key of a stack's output. */
  readonly output: string;
}

export function withServiceOptions(command: Command, { noun, usually, output }: Written): Command {
  return command
    .optionsGroup(`Where the ${noun} is (one of these; otherwise the SSM parameter ${usually}):`)
    .option('--url <url>', 'its address')
    .option('--stack <name>', `the CloudFormation stack that it is in: its output ${output}`)
    .option('--parameter <name>', 'another SSM parameter with its address')
    .option('--region <region>', 'its Region (default: AWS_REGION, or that of the profile)', regionArgument)
    .optionsGroup('Who asks:')
    .option('--profile <name>', 'the profile of the AWS configuration (default: AWS_PROFILE, or other credentials of the default chain)')
    .optionsGroup('How it answers:')
    .option('--json', 'JSON instead of tables; failures as one line of JSON on stderr')
    .option('--debug', 'requests and stack traces on stderr');
}

export function withServiceWriting(command: Command, written: Written): Command {
  return withServiceOptions(command
    .optionsGroup('How it is written:')
    .option('--change-ticket <ticket>', 'the change that allows this, for the audit record', ticketArgument)
    .option('--request-key <key>', 'of a failed request, to repeat it: it happens once (default: a new one)', requestKeyArgument),
  written);
}
