import { readFile, stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { Command, InvalidArgumentError } from 'commander';
import { LARGEST_BODY } from '../../lib/api/problem';
import { invocationsPath, invokeScope } from '../../lib/api/runtime/contract';
import { ApiAnswer } from '../cli/api-answer';
import { ApiOptions, KEY_VARIABLE, SECRET_VARIABLE, TOKEN_VARIABLE, withAnswerOptions, withClientOptions } from '../cli/api-options';
import { ApiSession } from '../cli/api-session';
import { unreadable } from '../cli/artifact-file';
import { example } from '../cli/example';
import { ExitCode } from '../cli/exit-code';
import { Failure, usage } from '../cli/failure';
import { known } from '../cli/known';
import { apiNameArgument } from '../cli/options';
import { World } from '../cli/world';

interface InvokeOptions extends ApiOptions {
  readonly input: string;
  readonly contentType?: string;
}

/** What files are, by the end of their names. */
const TYPES: Readonly<Record<string, string>> = {
  '.json': 'application/json',
  '.jsonl': 'application/jsonlines',
  '.ndjson': 'application/x-ndjson',
  '.csv': 'text/csv',
  '.txt': 'text/plain',
  '.xml': 'application/xml',
};

export function addInvoke(program: Command, world: World): void {
  const command = program.command('invoke').summary('ask a model over HTTPS, through an inference API')
    .description('Sends a file to a model and prints what it answers; how long that took and the request id go to stderr. An asynchronous model answers '
      + 'with the place of the answer to come. The request is sent once, and never tried again. '
      + `Secrets come from AWS, or from ${SECRET_VARIABLE}, ${KEY_VARIABLE} and ${TOKEN_VARIABLE} (a token of before: each one is billed).`)
    .argument('<endpoint>', 'the model, as its route is called', apiNameArgument)
    .optionsGroup('What is sent:')
    .requiredOption('--input <file>', 'the body of the request; - is stdin')
    .option('--content-type <type>', 'what it is (default: by the end of its name, otherwise application/json)', typeArgument)
    .action((endpoint: string, options: InvokeOptions) => invoke(new ApiSession(world, options), endpoint));
  example(withAnswerOptions(withClientOptions(command)), 'mlp invoke churn --input customer.json --client payments');
}

async function invoke(session: ApiSession<InvokeOptions>, endpoint: string): Promise<void> {
  const { input, contentType = TYPES[extname(input).toLowerCase()] ?? 'application/json' } = session.options;
  const body = await bodyOf(input, session.world);
  const { address, url } = await session.api();
  if (address !== undefined && !address.routes.includes(endpoint)) {
    throw new Failure(ExitCode.NOT_FOUND, 'NO_ROUTE', `${url} has no model ${endpoint}; it has ${address.routes.join(', ')}`);
  }
  const answer = await session.call({
    method: 'POST',
    path: invocationsPath(endpoint),
    scope: invokeScope(endpoint),
    headers: { 'accept': '*/*', 'content-type': contentType },
    body,
  }, `waiting for ${endpoint}`);
  show(session, answer);
}

function show({ terminal, options }: ApiSession<InvokeOptions>, answer: ApiAnswer & { readonly latencyMs: number }): void {
  const { status, latencyMs, requestId, contentType, body, location, failureLocation } = answer;
  if (options.json === true) {
    terminal.json(known({ status, latencyMs, requestId, contentType, location, failureLocation, answer: valueOf(answer) }));
    return;
  }
  if (status === 202) {
    terminal.facts({ 'answer will be at': location, 'failure will be at': failureLocation });
  } else {
    terminal.answer(body);
  }
  terminal.note(`${status} in ${latencyMs} ms${requestId === undefined ? '' : `, request ${requestId}`}`);
}

/** JSON as a value, everything else as text. */
function valueOf({ contentType, body }: ApiAnswer): unknown {
  try {
    return /^application\/([a-z0-9.-]+\+)?json\b/.test(contentType) ? JSON.parse(body) : body;
  } catch {
    return body;
  }
}

async function bodyOf(input: string, { stdin }: World): Promise<Uint8Array> {
  if (input === '-') {
    const body = await buffer(stdin);
    checkSize(body.byteLength, 'stdin');
    return body;
  }
  try {
    // before it is read: it may be large
    checkSize((await stat(input)).size, input);
    return await readFile(input);
  } catch (error) {
    throw error instanceof Failure ? error : unreadable(input, error);
  }
}

function checkSize(size: number, from: string): void {
  if (size > LARGEST_BODY) {
    throw usage(`${from} has ${size} bytes, and SageMaker takes at most ${LARGEST_BODY}; use an asynchronous model, which reads its input from S3`);
  }
}

function typeArgument(text: string): string {
  if (!/^[a-z]+\/[a-z0-9.+-]{1,100}$/.test(text)) {
    throw new InvalidArgumentError('It must be a media type in lower case, without parameters.');
  }
  return text;
}
