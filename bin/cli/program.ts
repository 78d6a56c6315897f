import { Command, CommanderError } from 'commander';
import { EXIT_CODES, ExitCode } from './exit-code';
import { Failure, usage } from './failure';
import { printable, printableJson, printableLines } from './printable';
import { World } from './world';
import { version } from '../../package.json';

const WIDTH = 110;
const EXAMPLES = [
  'mlp model register fraud-detection --artifact model.tar.gz --image …@sha256:…',
  'mlp model approve fraud-detection 7        (somebody else)',
  'mlp release start fraud-detection 7',
  'mlp audit verify',
  'mlp invoke churn --input customer.json --client payments',
];

/** The bare command; verbs are added to it. Nothing here ends the process. */
export function createProgram(args: readonly string[], world: World): Command {
  const program = new Command('mlp')
    .description('Registers, approves and releases versions of machine-learning models, goes back, rehearses it, verifies the audit trail of it, and calls models over HTTPS.')
    .version(version, '-V, --version', 'the version of mlp')
    .helpOption('-h, --help', 'this help')
    .helpCommand(false)
    .usage('<group> <verb> …, or mlp invoke …')
    // otherwise `--version` of a verb would be that of mlp
    .enablePositionalOptions()
    .showHelpAfterError('(mlp --help shows the verbs, and --help after a verb what it takes)')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => world.out.write(text),
      // commander repeats what the caller typed
      writeErr: (text) => { world.err.write(wantsJson(args) ? '' : printableLines(text)); },
      outputError: (text, write) => write(text.replace(/^error: /, 'mlp: ')),
      getOutHelpWidth: () => WIDTH,
      getErrHelpWidth: () => WIDTH,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    });
  return program.addHelpText('after', () => `
${program.commands.map(verbsOf).join('\n\n')}

Examples:
${EXAMPLES.map((line) => `  ${line}`).join('\n')}

Exit codes:
${[...EXIT_CODES].map(([code, meaning]) => `  ${String(code).padStart(3)}  ${meaning}`).join('\n')}`);
}

/** Runs a command line, says what went wrong, and returns the exit code. */
export async function runProgram(program: Command, args: readonly string[], world: World): Promise<ExitCode> {
  try {
    await program.parseAsync(args, { from: 'user' });
    return ExitCode.DONE;
  } catch (error) {
    return report(error, args, world);
  }
}

/** The verbs of a group, with what each is for; a verb may also stand alone. */
function verbsOf(group: Command): string {
  const line = (name: string, verb: Command) => `  ${name.padEnd(22)} ${verb.summary()}`;
  return group.commands.length === 0 ? line(`mlp ${group.name()}`, group)
    : [`${group.description()}:`, ...group.commands.map((verb) => line(`mlp ${group.name()} ${verb.name()}`, verb))].join('\n');
}

/** Says what went wrong, and which exit code that is. */
export function report(error: unknown, args: readonly string[], world: World): ExitCode {
  if (error instanceof CommanderError && (error.exitCode === 0 || !wantsJson(args))) {
    // help and version were asked for; all else commander has explained
    return error.exitCode === 0 ? ExitCode.DONE : ExitCode.USAGE;
  }
  const failure = asFailure(error);
  world.err.write(wantsJson(args) ? `${printableJson(asJson(failure))}\n` : printableLines(asText(failure)));
  if (args.includes('--debug')) {
    world.err.write(printableLines(`     ${indented(stackOf(failure))}\n`));
  }
  return failure.exitCode;
}

function asFailure(error: unknown): Failure {
  if (error instanceof Failure) {
    return error;
  }
  const message = error instanceof Error ? error.message : String(error);
  return error instanceof CommanderError ? usage(message.replace(/^error: /, '')) : new Failure(ExitCode.DEFECT, 'DEFECT',
    `mlp failed: ${message}; this is a defect, please report it with the output of --debug`, { cause: error });
}

function asText({ code, message, facts: { requestKey, requestId, rev } }: Failure): string {
  const facts = [code, ...(rev === undefined ? [] : [`present rev ${rev}`]), ...(requestId === undefined ? [] : [`request ${requestId}`])];
  const again = requestKey === undefined ? '' : `     to repeat the same request: --request-key ${requestKey}\n`;
  return `mlp: ${indented(message)}\n     ${printable(facts.join(', '))}\n${again}`;
}

/** Several lines as one entry: no line of somebody else's text begins where ours do. */
function indented(text: string): string {
  return text.replaceAll('\n', '\n     ');
}

/** Documented in bin/README.md. */
function asJson({ code, message, exitCode, facts: { requestKey, requestId, rev, retryAfterSeconds } }: Failure): object {
  return { error: { code, message, exitCode, requestKey, requestId, rev, retryAfterSeconds } };
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) {
    return String(error);
  }
  return [error.stack ?? error.message, ...(error.cause === undefined ? [] : [`caused by ${stackOf(error.cause)}`])].join('\n');
}

function wantsJson(args: readonly string[]): boolean {
  return args.includes('--json');
}
