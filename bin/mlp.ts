import { ExitCode } from './cli/exit-code';
import { createProgram, report, runProgram } from './cli/program';
import { processWorld, World } from './cli/world';
import { addApi } from './commands/api';
import { addAudit } from './commands/audit';
import { addInvoke } from './commands/invoke';
import { addModel } from './commands/model';
import { addRehearse } from './commands/rehearse';
import { addRelease } from './commands/release';
import { addStop } from './commands/stop';

/** The `mlp` command: runs a command line in a world, and returns the exit code. */
export async function mlp(args: readonly string[], world: World): Promise<ExitCode> {
  const program = createProgram(args, world);
  addModel(program, world);
  addRelease(program, world);
  addStop(program, world);
  addAudit(program, world);
  addRehearse(program, world);
  addInvoke(program, world);
  addApi(program, world);
  return runProgram(program, args, world);
}

/** Whoever stops a write has to hear with which key it is the same one again. */
const STOPPED_BY = [['SIGINT', ExitCode.INTERRUPTED], ['SIGTERM', ExitCode.TERMINATED]] as const;

async function main(args: readonly string[]): Promise<void> {
  const world = processWorld();
  // the SDK is inside: which Node its next version wants is our business, not the caller's
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
  for (const [signal, code] of STOPPED_BY) {
    process.on(signal, () => {
      world.err.write(`\n${world.underway.note ?? 'interrupted'}\n`);
      process.exit(code);
    });
  }
  process.on('uncaughtException', (error) => process.exit(report(error, args, world)));
  process.on('exit', (code) => {
    // a full disk, say: what was asked for is done, and whoever asked does not know what came of it
    if (world.unwritten.reason !== undefined && code === ExitCode.DONE.valueOf()) {
      world.err.write(`mlp: it is done, but what came of it could not be written: ${world.unwritten.reason}\n`);
      process.exitCode = ExitCode.NO_ANSWER;
    }
  });
  // not process.exit: what is on its way to a pipe has to arrive
  process.exitCode = await mlp(args, world);
}

if (require.main === module) {
  void main(process.argv.slice(2));
}
