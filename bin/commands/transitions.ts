import { Command } from 'commander';
import { TransitionAnswer } from '../cli/answers';
import { example } from '../cli/example';
import { modelArgument, revisionArgument, withWritingOptions, WritingOptions } from '../cli/options';
import { Session } from '../cli/session';
import { World } from '../cli/world';

/** A change that says nothing but which version it is about. */
interface Transition {
  readonly verb: 'reject' | 'promote' | 'retire';
  readonly summary: string;
  readonly description: string;
  readonly came: (answer: TransitionAnswer) => string;
}

const before = ({ previous }: TransitionAnswer) => previous === undefined ? 'nothing was before' : `before: version ${previous}`;

const TRANSITIONS: readonly Transition[] = [
  {
    verb: 'reject',
    summary: 'refuse a pending version for good',
    description: 'Refuses a pending version. That is final: register a better one as a new version.',
    came: ({ model, revision }) => `${model} version ${revision} is rejected`,
  },
  {
    verb: 'promote',
    summary: 'make an approved version the one in production',
    description: 'Makes an approved version the one in production, and keeps the three before it for a rollback. The registry records what is in production; it starts no release.',
    came: (answer) => `${answer.model} version ${answer.revision} is in production (${before(answer)})`,
  },
  {
    verb: 'retire',
    summary: 'give up a version that nothing uses',
    description: 'Gives up a version. Refused while it is in production, among the three before production, or used by a release.',
    came: ({ model, revision }) => `${model} version ${revision} is retired`,
  },
];

export function addTransitions(model: Command, world: World): void {
  for (const { verb, summary, description, came } of TRANSITIONS) {
    const command = model.command(verb).summary(summary).description(description)
      .argument('<model>', 'the name of the model', modelArgument)
      .argument('<revision>', 'the number of the version', revisionArgument)
      .action((name: string, revision: number, options: WritingOptions) =>
        new Session(world, options).write(verb, { model: name, revision }, {}, came));
    example(withWritingOptions(command), `mlp model ${verb} fraud-detection 7 --change-ticket CHG-1234`);
  }
  const rollback = model.command('rollback').summary('put the version before the present one back into production')
    .description('Puts the version before the present one back into production, and keeps the other: a second rollback returns to it. It needs no new approval.')
    .argument('<model>', 'the name of the model', modelArgument)
    .action((name: string, options: WritingOptions) => new Session(world, options).write('rollback', { model: name }, {},
      (answer) => `${answer.model} is back at version ${answer.revision} (${before(answer)})`));
  example(withWritingOptions(rollback), 'mlp model rollback fraud-detection --change-ticket INC-77');
}
