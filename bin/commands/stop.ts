import { Command } from 'commander';
import { example } from '../cli/example';
import { slug } from '../cli/options';
import { StopAnswer } from '../cli/release-answers';
import { EMERGENCY_STOP } from '../cli/service';
import { ServiceOptions, ServiceWritingOptions, withServiceOptions, withServiceWriting } from '../cli/service-options';
import { ServiceSession } from '../cli/service-session';
import { shortArn } from '../cli/version-facts';
import { World } from '../cli/world';

interface Named {
  readonly name: string;
}

const DEFAULT_NAME = 'production';
const USUALLY = `${EMERGENCY_STOP.parameterPrefix}<name>`;

/** `mlp stop …`: the switch that halts every release, and takes candidates to zero traffic. */
export function addStop(program: Command, world: World): void {
  const stop = program.command('stop').helpCommand(false).description('The emergency stop');
  const on = stop.command('on').summary('halt every release and take candidates to zero traffic')
    .description('Halts every release that heeds this stop: within a minute, all requests are back on the versions before. Nothing starts until somebody else switches it off.')
    .action((options: ServiceWritingOptions & Named) => change(world, options, 'stop'));
  example(withServiceWriting(named(on), EMERGENCY_STOP, USUALLY), 'mlp stop on --change-ticket INC-78');
  const off = stop.command('off').summary('let releases start again; by another person than who stopped')
    .description('Switches the stop off. It takes another person than the one who switched it on, and starts nothing by itself.')
    .action((options: ServiceWritingOptions & Named) => change(world, options, 'clear'));
  example(withServiceWriting(named(off), EMERGENCY_STOP, USUALLY), 'mlp stop off --change-ticket INC-78');
  const status = stop.command('status').summary('whether it is on, and who switched it').description('Shows whether the stop is on, and who switched it.')
    .action(async (options: ServiceOptions & Named) => {
      const session = new ServiceSession(world, options, EMERGENCY_STOP, options.name);
      show(session, await session.read('look', StopAnswer));
    });
  example(withServiceOptions(named(status), EMERGENCY_STOP, USUALLY), 'mlp stop status');
}

function named(command: Command): Command {
  return command.option('--name <name>', 'which emergency stop', slug, DEFAULT_NAME);
}

async function change(world: World, options: ServiceWritingOptions & Named, verb: 'stop' | 'clear'): Promise<void> {
  const session = new ServiceSession(world, options, EMERGENCY_STOP, options.name);
  const { answer, requestKey } = await session.write(verb, StopAnswer, {});
  show(session, { ...answer, requestKey });
}

function show(session: ServiceSession, answer: StopAnswer): void {
  const { state, by, at } = answer;
  session.show(answer, () => session.terminal.say(`the emergency stop is ${state === 'off' ? 'off' : `${state.toUpperCase()}: nothing goes forward`}`
    + `${by === undefined ? '' : `; ${shortArn(by)} switched it${at === undefined ? '' : ` at ${at}`}`}`));
}
