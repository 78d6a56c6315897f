import { basename } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { htmlOf, Rehearsal, RehearsalFailed, RehearsalResult, Scenarios, timelineOf } from '../../rehearsal/index';
import { stacksIn, templateIn } from '../cli/cloud-assembly';
import { example } from '../cli/example';
import { ExitCode } from '../cli/exit-code';
import { Failure, usage } from '../cli/failure';
import { known } from '../cli/known';
import { endpointArgument, wholeNumber } from '../cli/options';
import { withProgress } from '../cli/progress';
import { Terminal } from '../cli/terminal';
import { checkWritable, writeWhole } from '../cli/whole-file';
import { World } from '../cli/world';

interface RehearseOptions {
  readonly stack?: string;
  readonly template?: string;
  readonly app: string;
  readonly scenario: string;
  readonly endpoint?: string;
  readonly seed?: number;
  readonly value?: Readonly<Record<string, string>>;
  readonly all?: boolean;
  readonly json?: boolean;
  readonly html?: string;
}

/** How a scenario ends when the machinery does what it is for. */
const ENDS_WELL: Readonly<Record<string, string>> = {
  'healthy': 'SUCCEEDED', 'errors': 'ROLLED_BACK', 'silent-rollback': 'ROLLED_BACK', 'emergency-stop': 'ABORTED',
};

/** `mlp rehearse`: a stack's own release machinery, on this machine, in virtual time. It talks to no AWS. */
export function addRehearse(program: Command, world: World): void {
  const scenarios = Scenarios.named();
  const command = program.command('rehearse')
    .summary('run a stack\'s release machinery on this machine, before it is deployed')
    .description('Runs the state machines and handlers of a synthesized stack against a simulated AWS, in virtual time, and shows what happened. It needs no AWS account and talks to none. It ends with 1 when the scenario did not end as it should.')
    .optionsGroup('What is rehearsed (--stack or --template):')
    .option('--stack <name>', 'a stack with a progressive endpoint, as `cdk list` shows it')
    .option('--template <file>', 'a template with one, as JSON')
    .option('--app <folder>', 'the cloud assembly that the stack is in, as `cdk synth` leaves it', 'cdk.out')
    .option('--endpoint <endpoint>', 'the endpoint, where the stack has several', endpointArgument)
    .option('--value <name=value>', 'a parameter or an import that the templates do not tell; may be given several times', nameAndValue)
    .optionsGroup('What happens:')
    .addOption(new Option('--scenario <name>', 'what goes well or wrong').choices(Object.keys(scenarios)).default('healthy'))
    .option('--seed <number>', 'chance is the same for the same seed', wholeNumber)
    .optionsGroup('How it answers:')
    .option('--all', 'executions and changes that repeat, too')
    .option('--json', 'the whole result as JSON')
    .option('--html <file>', 'also a page for people, in one file that needs nothing else')
    .addHelpText('after', `\nScenarios:\n${Object.entries(scenarios).map(([name, { story = '' }]) => `  ${name.padEnd(16)} ${story}`).join('\n')}`)
    .action((options: RehearseOptions) => rehearse(world, options));
  example(command, 'cdk synth && mlp rehearse --stack MlRelease --scenario errors');
}

async function rehearse(world: World, options: RehearseOptions): Promise<void> {
  const terminal = new Terminal(world);
  const { scenario, seed, endpoint, all } = options;
  const rehearsal = rehearsalOf(options);
  if (options.html !== undefined) {
    await checkWritable(options.html);
  }
  const result = await withProgress(world, `rehearsing ${scenario}`,
    () => played(() => rehearsal.run({ ...Scenarios.named()[scenario], ...known({ seed, endpoint }) })));
  if (options.json === true) {
    terminal.json(result);
  } else {
    timelineOf(result, known({ all })).forEach((line) => terminal.say(line));
  }
  // one that went wrong is the one that people want to look at
  if (options.html !== undefined) {
    await writeWhole(options.html, htmlOf(result, known({ template: options.stack ?? basename(options.template ?? ''), all })));
    terminal.note(`The page is in ${options.html}.`);
  }
  if (result.problems.length > 0) {
    throw new Failure(ExitCode.REFUSED, 'REHEARSAL_FAILED', `what must hold did not: ${result.problems.join('; ')}`);
  }
  if (result.outcome !== ENDS_WELL[scenario]) {
    throw new Failure(ExitCode.REFUSED, 'OUTCOME', `${scenario} should end ${ENDS_WELL[scenario]}, and ended ${result.outcome ?? 'not at all'}`);
  }
}

function rehearsalOf({ stack, template, app, value }: RehearseOptions): Rehearsal {
  if ((stack === undefined) === (template === undefined)) {
    throw usage('rehearse needs --stack or --template, one of them');
  }
  if (template !== undefined) {
    const read = templateIn(template);
    return made(basename(template), () => Rehearsal.of(read, known({ values: value })));
  }
  const stacks = stacksIn(app);
  const found = stacks.find(({ name }) => name === stack);
  if (found === undefined) {
    throw new Failure(ExitCode.NOT_FOUND, 'NO_STACK', `there is no stack ${stack} in ${app}; there ${stacks.length === 0 ? 'is none'
      : `are ${stacks.map(({ name }) => name).join(', ')}`}`);
  }
  const alongside = stacks.filter((other) => other !== found).map((other) => other.template);
  return made(found.name, () => Rehearsal.of(found.template, known({ alongside, assembly: app, values: value })));
}

/** What a template lacks is the caller's to mend, and no defect of mlp. */
function made(name: string, make: () => Rehearsal): Rehearsal {
  try {
    return make();
  } catch (error) {
    throw new Failure(ExitCode.REFUSED, 'NOT_REHEARSABLE', `${name} cannot be rehearsed: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

async function played(play: () => Promise<RehearsalResult>): Promise<RehearsalResult> {
  try {
    return await play();
  } catch (error) {
    if (error instanceof RehearsalFailed) {
      return error.result;
    }
    throw error;
  }
}

function nameAndValue(text: string, former: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined) {
    throw new InvalidArgumentError('It must be a name and a value, such as VpcId=vpc-0123.');
  }
  return { ...former, [name]: value };
}
