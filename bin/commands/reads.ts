import { Command } from 'commander';
import { FoundAnswer, HeadAnswer, ModelsAnswer, ProductionAnswer, ServingAnswer, VersionAnswer, VersionsAnswer } from '../cli/answers';
import { example } from '../cli/example';
import { usage } from '../cli/failure';
import { commitArgument, CommonOptions, datasetArgument, modelArgument, revisionArgument, withCommonOptions } from '../cli/options';
import { allPages } from '../cli/pages';
import { Session } from '../cli/session';
import { Column } from '../cli/terminal';
import { shortArn, shortImage, versionFacts } from '../cli/version-facts';
import { World } from '../cli/world';

interface FindOptions extends CommonOptions {
  readonly dataset?: string;
  readonly commit?: string;
}

const VERSION_COLUMNS: readonly Column<VersionAnswer>[] = [
  { head: 'REVISION', of: ({ revision }) => revision, right: true },
  { head: 'LABEL', of: ({ label }) => label },
  { head: 'STATE', of: ({ state }) => state },
  { head: 'USED AS', of: ({ usedAs = [] }) => usedAs.join(', ') },
  { head: 'ARTIFACT', of: ({ artifactSha256 }) => artifactSha256.slice(0, 12) },
  { head: 'IMAGE', of: ({ image }) => shortImage(image) },
  { head: 'REGISTERED', of: ({ registeredAt }) => registeredAt },
  { head: 'BY', of: ({ registrant }) => shortArn(registrant) },
];

const SERVING_COLUMNS: readonly Column<ServingAnswer & { readonly place: string }>[] = [
  { head: 'PLACE', of: ({ place }) => place },
  { head: 'REVISION', of: ({ revision }) => revision, right: true },
  { head: 'LABEL', of: ({ label }) => label },
  { head: 'ARTIFACT', of: ({ artifactSha256 }) => artifactSha256.slice(0, 12) },
  { head: 'IMAGE', of: ({ image }) => shortImage(image) },
];

/** What changes nothing. */
export function addReads(model: Command, world: World): void {
  verb(model, 'models', 'which models there are', 'mlp model models')
    .action((options: CommonOptions) => models(new Session(world, options)));
  verb(model, 'list', 'the versions of a model, newest first', 'mlp model list fraud-detection')
    .argument('<model>', 'the name of the model', modelArgument)
    .action((name: string, options: CommonOptions) => list(new Session(world, options), name));
  verb(model, 'production', 'the version in production', 'mlp model production fraud-detection --json')
    .argument('<model>', 'the name of the model', modelArgument)
    .action((name: string, options: CommonOptions) => production(new Session(world, options), name));
  verb(model, 'history', 'what is in production and what was, and the rev of the model', 'mlp model history fraud-detection')
    .argument('<model>', 'the name of the model', modelArgument)
    .action((name: string, options: CommonOptions) => history(new Session(world, options), name));
  verb(model, 'describe', 'everything about a version', 'mlp model describe fraud-detection 7')
    .argument('<model>', 'the name of the model', modelArgument)
    .argument('<revision>', 'the number of the version', revisionArgument)
    .action((name: string, revision: number, options: CommonOptions) => describe(new Session(world, options), name, revision));
  verb(model, 'find', 'the versions that came from a data set or a commit', 'mlp model find --dataset s3://features/2026-11/')
    .optionsGroup('What they came from (one of these):')
    .option('--dataset <s3 uri>', 'as it was registered', datasetArgument)
    .option('--commit <sha>', '40 hex digits', commitArgument)
    .action((options: FindOptions) => find(new Session(world, options)));
}

function verb(model: Command, name: string, summary: string, usedAs: string): Command {
  return example(withCommonOptions(model.command(name).summary(summary).description(`Shows ${summary}.`)), usedAs);
}

async function models(session: Session): Promise<void> {
  const all = await allPages(session, 'models', ModelsAnswer, ({ models: page }) => page);
  session.show({ models: all }, () => session.terminal.table(
    [{ head: 'MODEL', of: (each) => each.model }, { head: 'SINCE', of: ({ since }) => since }], all,
    'there is no model yet; `mlp model register` makes one'));
}

async function list(session: Session, model: string): Promise<void> {
  const versions = await allPages(session, 'list', VersionsAnswer, (page) => page.versions, { model });
  session.show({ model, versions }, () => session.terminal.table(VERSION_COLUMNS, versions, `${model} has no version`));
}

async function production(session: Session, model: string): Promise<void> {
  const serving = await session.read('production', ProductionAnswer, { model });
  session.show(serving, () => {
    const { revision, label, image, artifact, artifactSha256, rev } = serving;
    session.terminal.facts({ model, revision, label, image, artifact, 'artifact SHA-256': artifactSha256, rev });
  });
}

async function history(session: Session, model: string): Promise<void> {
  const head = await session.read('history', HeadAnswer, { model });
  session.show(head, () => {
    const { production: present, history: before, holds } = head;
    const rows = [
      ...(present === undefined ? [] : [{ ...present, place: 'production' }]),
      ...before.map((serving, place) => ({ ...serving, place: `${place + 1} before` })),
    ];
    session.terminal.table(SERVING_COLUMNS, rows, `nothing of ${model} is in production`);
    for (const { revision, release, as } of holds) {
      session.terminal.say(`release ${release} uses version ${revision} as ${as}`);
    }
    session.terminal.say(`${head.model} is at rev ${head.rev}`);
  });
}

async function describe(session: Session, model: string, revision: number): Promise<void> {
  const version = await session.read('describe', VersionAnswer, { model, revision });
  session.show(version, () => session.terminal.facts({ model, ...versionFacts(version) }));
}

async function find(session: Session<FindOptions>): Promise<void> {
  const { dataset, commit } = session.options;
  if ((dataset === undefined) === (commit === undefined)) {
    throw usage('`find` needs --dataset or --commit, one of them');
  }
  const versions = await allPages(session, 'find', FoundAnswer, (page) => page.versions, {}, { dataset, commit });
  session.show({ versions }, () => session.terminal.table([
    { head: 'MODEL', of: ({ model }) => model }, { head: 'REVISION', of: ({ revision }) => revision, right: true },
  ], versions, `no version says that it came from ${dataset ?? commit}`));
}
