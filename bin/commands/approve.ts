import { Command } from 'commander';
import { VersionAnswer } from '../cli/answers';
import { example } from '../cli/example';
import { ExitCode } from '../cli/exit-code';
import { Failure, usage } from '../cli/failure';
import { imageArgument, modelArgument, revisionArgument, sha256Argument, withWritingOptions, WritingOptions } from '../cli/options';
import { Session } from '../cli/session';
import { versionFacts } from '../cli/version-facts';
import { World } from '../cli/world';

interface ApproveOptions extends WritingOptions {
  readonly image?: string;
  readonly sha256?: string;
  readonly yes?: boolean;
}

export function addApprove(model: Command, world: World): void {
  const command = model.command('approve').summary('allow a pending version to serve')
    .description('Shows a pending version and, when you agree, approves exactly that image and that artifact. Whoever registered it cannot approve it. '
      + 'Approval starts no release.')
    .argument('<model>', 'the name of the model', modelArgument)
    .argument('<revision>', 'the number of the version', revisionArgument)
    .optionsGroup('What you approve:')
    .option('--image <uri>', 'the image that you have reviewed; another one is not approved', imageArgument)
    .option('--sha256 <digest>', 'the artifact that you have reviewed; another one is not approved', sha256Argument)
    .option('-y, --yes', 'do not ask')
    .action((name: string, revision: number, options: ApproveOptions) => approve(new Session(world, options), name, revision));
  example(withWritingOptions(command), 'mlp model approve fraud-detection 7 --change-ticket CHG-1234');
}

async function approve(session: Session<ApproveOptions>, model: string, revision: number): Promise<void> {
  if (session.options.json === true && session.options.yes !== true) {
    throw usage('with --json nobody sees what is approved; add --yes, with --image and --sha256 of what was reviewed');
  }
  const version = await session.read('describe', VersionAnswer, { model, revision });
  const { image, artifactSha256 } = version;
  const { options, terminal } = session;
  if ((options.image ?? image) !== image || (options.sha256 ?? artifactSha256) !== artifactSha256) {
    throw new Failure(ExitCode.CONFLICT, 'NOT_WHAT_YOU_REVIEWED',
      `${model} version ${revision} has image ${image} and artifact ${artifactSha256}, which is not what you gave; nothing was approved`);
  }
  if (options.json !== true) {
    terminal.facts({ model, ...versionFacts(version) });
  }
  if (options.yes !== true) {
    const answer = await session.question(`Approve ${model} version ${revision} with this image and this artifact? [y/N] `,
      'an approval has to be confirmed, and nobody can be asked; add --yes, with --image and --sha256 of what was reviewed');
    if (!/^y(es)?$/i.test(answer.trim())) {
      throw new Failure(ExitCode.REFUSED, 'NOT_CONFIRMED', 'nothing was approved');
    }
  }
  await session.write('approve', { model, revision }, { image, artifactSha256 }, () => `${model} version ${revision} is approved`);
}
