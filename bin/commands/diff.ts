import { Command } from 'commander';
import { DiffAnswer } from '../cli/answers';
import { example } from '../cli/example';
import { CommonOptions, modelArgument, revisionArgument, withCommonOptions } from '../cli/options';
import { Session } from '../cli/session';
import { World } from '../cli/world';

export function addDiff(model: Command, world: World): void {
  const command = model.command('diff').summary('what differs between two versions')
    .description('Shows what differs between two versions of a model.')
    .argument('<model>', 'the name of the model', modelArgument)
    .argument('<from>', 'the number of a version', revisionArgument)
    .argument('<to>', 'the number of another', revisionArgument)
    .action((name: string, from: number, to: number, options: CommonOptions) =>
      diff(new Session(world, options), name, from, to));
  example(withCommonOptions(command), 'mlp model diff fraud-detection 6 7');
}

async function diff(session: Session, model: string, from: number, to: number): Promise<void> {
  const answer = await session.read('diff', DiffAnswer, { model }, { from, to });
  session.show(answer, () => {
    if (answer.differences.length === 0) {
      session.terminal.say(`${model} versions ${from} and ${to} do not differ`);
    }
    // no table: two digests differ in their tails, which a cell would cut off
    for (const difference of answer.differences) {
      session.terminal.say(difference.field);
      session.terminal.facts({ [`  version ${from}`]: shown(difference.from), [`  version ${to}`]: shown(difference.to) });
    }
  });
}

function shown(side: unknown): string {
  return side === undefined ? '-' : Array.isArray(side) ? side.join(', ') : String(side);
}
