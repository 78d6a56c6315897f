import { Command } from 'commander';
import { TransitionAnswer } from '../cli/answers';
import { example } from '../cli/example';
import { usage } from '../cli/failure';
import { modelArgument, revisionArgument, withWritingOptions, WritingOptions } from '../cli/options';
import { Session } from '../cli/session';
import { World } from '../cli/world';

interface RevokeOptions extends WritingOptions {
  readonly emergency?: boolean;
  readonly leaveEmpty?: boolean;
}

export function addRevoke(model: Command, world: World): void {
  const command = model.command('revoke').summary('withdraw an approval for good')
    .description('Withdraws the approval of a version. That is final. What is in production or part of a release is refused: roll back, or end the release, '
      + 'first. If there is no time for that, --emergency does both at once: the newest version before it that may serve takes its place. That has a grant of its '
      + 'own and rings an alarm. It changes what should serve; deploy it.')
    .argument('<model>', 'the name of the model', modelArgument)
    .argument('<revision>', 'the number of the version', revisionArgument)
    .optionsGroup('When it cannot wait:')
    .option('--emergency', 'also if it is in production or part of a release; needs --change-ticket')
    .option('--leave-empty', 'with --emergency: put nothing in its place, so that nothing is in production')
    .action((name: string, revision: number, options: RevokeOptions) => revoke(new Session(world, options), name, revision));
  example(withWritingOptions(command),
    'mlp model revoke fraud-detection 7 --change-ticket CHG-1234',
    'mlp model revoke fraud-detection 7 --emergency --change-ticket INC-77');
}

async function revoke(session: Session<RevokeOptions>, model: string, revision: number): Promise<void> {
  const { emergency = false, leaveEmpty = false, changeTicket } = session.options;
  if (!emergency) {
    if (leaveEmpty) {
      throw usage('--leave-empty is about production, which only --emergency changes; give both or none');
    }
    await session.write('revoke', { model, revision }, {}, revoked);
    return;
  }
  if (changeTicket === undefined) {
    throw usage('--emergency needs --change-ticket with the incident; those whom its alarm wakes will ask for it');
  }
  await session.write('emergency-revoke', { model, revision }, { leaveEmpty }, (answer) => `${revoked(answer)}; ${nowServes(answer)}`);
}

function revoked({ model, revision }: TransitionAnswer): string {
  return `${model} version ${revision} is revoked`;
}

function nowServes({ revision, production, previous }: TransitionAnswer): string {
  const serving = production === undefined ? 'nothing is in production' : `version ${production} is in production`;
  return previous === revision ? `${serving} now` : `it was not in production (${serving})`;
}
