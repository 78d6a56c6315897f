import { Command } from 'commander';
import { CallerOptions } from './aws-session';
import { requestKeyArgument, ticketArgument } from './options';
import { Service } from './service';
import { Whereabouts } from './service-address';

/** What every verb takes that asks a service other than the registry. */
export interface ServiceOptions extends CallerOptions, Whereabouts {}

/** What every verb that writes takes besides. */
export interface ServiceWritingOptions extends ServiceOptions {
  readonly requestKey?: string;
  readonly changeTicket?: string;
}

/** @param usually Where the address is when nothing is said, such as `/ml-platform/releases/<endpoint>`. */
export function withServiceOptions(command: Command, service: Service, usually: string): Command {
  return command
    .optionsGroup(`Where ${service.the} is (one of these; otherwise the SSM parameter ${usually}):`)
    .option('--url <url>', 'its address')
    .option('--stack <name>', `the CloudFormation stack that it is in: its output ${service.output}`)
    .option('--parameter <name>', 'another SSM parameter with its address')
    .option('--region <region>', 'its Region (default: AWS_REGION, or that of the profile)')
    .optionsGroup('Who asks:')
    .option('--profile <name>', 'the profile of the AWS configuration (default: AWS_PROFILE, or other credentials of the default chain)')
    .optionsGroup('How it answers:')
    .option('--json', 'JSON instead of tables; failures as one line of JSON on stderr')
    .option('--debug', 'requests and stack traces on stderr');
}

export function withServiceWriting(command: Command, service: Service, usually: string): Command {
  return withServiceOptions(command
    .optionsGroup('How it is written:')
    .option('--change-ticket <ticket>', 'the change that allows this, for the audit record', ticketArgument)
    .option('--request-key <key>', 'of a failed request, to repeat it: it happens once (default: a new one)', requestKeyArgument),
  service, usually);
}
