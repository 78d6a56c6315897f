import { Command, InvalidArgumentError } from 'commander';
import { SharedOptions } from './command-session';
import { apiNameArgument, regionArgument, wholeNumber } from './options';
import { API_ADDRESS_OUTPUT, API_PARAMETER_PREFIX, DEFAULT_API_NAME } from '../../lib/api/runtime/contract';

/** Where an API is, as the command line says it. */
export interface ApiWhereabouts {
  readonly url?: string;
  readonly tokenUrl?: string;
  readonly stack?: string;
  readonly parameter?: string;
  readonly api?: string;
}

/** Which client calls it. */
export interface ClientOptions {
  readonly client?: string;
  readonly clientId?: string;
}

export interface ApiOptions extends SharedOptions, ApiWhereabouts, ClientOptions {
  readonly timeout: number;
}

/** Secrets come from the environment: what is on a command line can be read by everybody on the machine. */
export const SECRET_VARIABLE = 'MLP_CLIENT_SECRET';
export const KEY_VARIABLE = 'MLP_API_KEY';
export const TOKEN_VARIABLE = 'MLP_ACCESS_TOKEN';

const LONGEST_SECONDS = 120;
// API Gateway gives up after 29 seconds
const PATIENCE_SECONDS = 35;

export function withWhereabouts(command: Command, otherwise: string): Command {
  return command
    .optionsGroup(`Where the API is (one of these; otherwise ${otherwise}):`)
    .option('--url <url>', 'its address, such as https://abc123.execute-api.eu-west-1.amazonaws.com/v1')
    .option('--token-url <url>', 'with --url: where its tokens are asked for')
    .option('--stack <name>', `the CloudFormation stack that it is in: its output ${API_ADDRESS_OUTPUT}`)
    .option('--parameter <name>', 'the SSM parameter with its address')
    .option('--region <region>', 'its Region (default: AWS_REGION, or that of the profile)', regionArgument);
}

/** What verbs take that ask for a token. */
export function withClientOptions(command: Command): Command {
  return withWhereabouts(command, '--api')
    .option('--api <name>', `its name, with its address at ${API_PARAMETER_PREFIX}<name> (default: ${DEFAULT_API_NAME})`, apiNameArgument)
    .optionsGroup('Who calls:')
    .option('--client <name>', 'the client, as the API names it: its id, secret, key and scopes are looked up with AWS credentials', apiNameArgument)
    .option('--client-id <id>', `its id instead; its secret from ${SECRET_VARIABLE}, its key from ${KEY_VARIABLE}`, clientIdArgument)
    .option('--profile <name>', 'the profile of the AWS configuration (default: AWS_PROFILE, or other credentials of the default chain)');
}

export function withAnswerOptions(command: Command): Command {
  return command
    .optionsGroup('How it answers:')
    .option('--timeout <seconds>', 'how long to wait for an answer, 1 to 120', secondsArgument, PATIENCE_SECONDS)
    .option('--json', 'JSON instead of text; failures as one line of JSON on stderr')
    .option('--debug', 'requests and stack traces on stderr');
}

function clientIdArgument(text: string): string {
  if (!/^[\w+]{1,128}$/.test(text)) {
    throw new InvalidArgumentError('It must be 1 to 128 letters, digits, _ and +.');
  }
  return text;
}

function secondsArgument(text: string): number {
  const seconds = wholeNumber(text);
  if (seconds < 1 || seconds > LONGEST_SECONDS) {
    throw new InvalidArgumentError(`It must be 1 to ${LONGEST_SECONDS} seconds.`);
  }
  return seconds;
}
