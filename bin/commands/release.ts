import { Command } from 'commander';
import { DESK_OUTPUT, DESK_PARAMETER_PREFIX } from '../../lib/serving/progressive/runtime/contract';
import { example } from '../cli/example';
import { ExitCode } from '../cli/exit-code';
import { Failure } from '../cli/failure';
import { endpointArgument, releaseArgument, revisionArgument } from '../cli/options';
import { allPages } from '../cli/pages';
import { EndpointReleaseAnswer, HistoryAnswer, ReleaseRecord } from '../cli/release-answers';
import { ENDS, printStatus } from '../cli/release-text';
import { RELEASE_DESK } from '../cli/service';
import { ServiceOptions, ServiceWritingOptions, withServiceOptions, withServiceWriting, Written } from '../cli/service-options';
import { ServiceSession } from '../cli/service-session';
import { Column } from '../cli/terminal';
import { shortArn } from '../cli/version-facts';
import { World } from '../cli/world';

interface WaitOptions extends ServiceOptions {
  readonly wait?: boolean;
}

const DESK: Written = { noun: RELEASE_DESK.noun, usually: `${DESK_PARAMETER_PREFIX}<endpoint>`, output: DESK_OUTPUT };
const LOOK_EVERY_MS = 15_000;
/** In a row: ten minutes. */
const MOST_UNANSWERED = 40;

const RECORD_COLUMNS: readonly Column<ReleaseRecord>[] = [
  { head: 'TIME', of: ({ timestamp }) => timestamp },
  { head: 'ACTION', of: ({ action }) => action },
  { head: 'OUTCOME', of: ({ outcome }) => outcome },
  { head: 'VERSION', of: ({ version }) => version, right: true },
  { head: 'BY', of: ({ actor }) => shortArn(actor) },
  { head: 'REASON', of: ({ reason }) => reason },
];

/** `mlp release …`: versions of a model onto a progressive endpoint, in guarded steps, and back. */
export function addRelease(program: Command, world: World): void {
  const release = program.command('release').helpCommand(false).description('Releases onto progressive endpoints');
  release.commandsGroup('Change:');
  addStart(release, world);
  addAbort(release, world);
  addRollback(release, world);
  addAllow(release, world);
  release.commandsGroup('Look:');
  addStatus(release, world);
  addHistory(release, world);
}

function addStart(release: Command, world: World): void {
  const command = verb(release, 'start', 'release an approved version, stage by stage',
    'Starts a release of an approved version. It goes through the stages of the endpoint\'s plan by itself, and back by itself when it fails.')
    .argument('<revision>', 'the number of the version', revisionArgument)
    .action((endpoint: string, revision: number, options: ServiceWritingOptions) => change(world, options, endpoint, 'start', { revision },
      (answer) => `release ${answer.release?.releaseId ?? ''} of version ${revision} is on its way; mlp release status ${endpoint} --wait`));
  example(withServiceWriting(command, DESK), 'mlp release start fraud-detection 7 --change-ticket CHG-1234');
}

function addAbort(release: Command, world: World): void {
  const command = verb(release, 'abort', 'end a release and bring all traffic back',
    'Ends the live release: all requests go back to the version before. It works in every state, and wins over whatever else is going on.')
    .argument('<release>', 'its id, so that no other is meant', releaseArgument)
    .action((endpoint: string, releaseId: string, options: ServiceWritingOptions) => change(world, options, endpoint, 'abort', { releaseId },
      () => `release ${releaseId} is being aborted; mlp release status ${endpoint} --wait`));
  example(withServiceWriting(command, DESK), 'mlp release abort fraud-detection fraud-detection.12');
}

function addRollback(release: Command, world: World): void {
  const command = verb(release, 'rollback', 'go back to the version before, straight to all requests',
    'Goes back to the version that was in production before the present one, without stages. Refused while a release is live: abort that.')
    .action((endpoint: string, options: ServiceWritingOptions) => change(world, options, endpoint, 'rollback', {},
      (answer) => `rollback ${answer.release?.releaseId ?? ''} to version ${answer.release?.revision ?? ''} is on its way; mlp release status ${endpoint} --wait`));
  example(withServiceWriting(command, DESK), 'mlp release rollback fraud-detection --change-ticket INC-77');
}

function addAllow(release: Command, world: World): void {
  const command = verb(release, 'allow', 'let one more release be tried after two failed in a row',
    'After two failed releases in a row, the next one needs this by another person than the one who starts it. It counts once, for one version, for 24 hours.')
    .argument('<revision>', 'the number of the version', revisionArgument)
    .action((endpoint: string, revision: number, options: ServiceWritingOptions) => change(world, options, endpoint, 'allow', { revision },
      () => `version ${revision} may be released once within 24 hours, by somebody else`));
  example(withServiceWriting(command, DESK), 'mlp release allow fraud-detection 8 --change-ticket CHG-1240');
}

function addStatus(release: Command, world: World): void {
  const command = verb(release, 'status', 'what serves, and how far a release is',
    'Shows what serves, and how far a release is. With --wait it stays until the release is over, and ends with 1 unless that succeeded.')
    .option('--wait', 'until the release is over')
    .action((endpoint: string, options: WaitOptions) => status(world, options, endpoint));
  example(withServiceOptions(command, DESK), 'mlp release status fraud-detection --wait');
}

function addHistory(release: Command, world: World): void {
  const command = verb(release, 'history', 'what happened to an endpoint, from its audit records',
    'Shows the audit records of an endpoint\'s releases, oldest first.')
    .action((endpoint: string, options: ServiceOptions) => history(sessionOf(world, options, endpoint), endpoint));
  example(withServiceOptions(command, DESK), 'mlp release history fraud-detection');
}

function verb(release: Command, name: string, summary: string, description: string): Command {
  return release.command(name).summary(summary).description(description)
    .argument('<endpoint>', 'the name of the endpoint', endpointArgument);
}

async function change(
  world: World, options: ServiceWritingOptions, endpoint: string, name: string, body: object,
  sentence: (answer: EndpointReleaseAnswer) => string,
): Promise<void> {
  const session = sessionOf(world, options, endpoint);
  const { answer, requestKey } = await session.write(name, EndpointReleaseAnswer, { endpoint }, body);
  session.show({ ...answer, requestKey }, () => session.terminal.say(sentence(answer)));
}

async function status(world: World, options: WaitOptions, endpoint: string): Promise<void> {
  const session = sessionOf(world, options, endpoint);
  const first = await session.read('status', EndpointReleaseAnswer, { endpoint });
  const answer = options.wait === true && isLive(first) ? await atItsEnd(session, endpoint, first) : first;
  session.show(answer, () => printStatus(session.terminal, answer));
  if (options.wait === true && answer.release !== undefined && answer.release.state !== 'SUCCEEDED') {
    throw new Failure(ExitCode.REFUSED, answer.release.state,
      `release ${answer.release.releaseId} ended ${answer.release.state}; mlp release history ${endpoint} says why`);
  }
}

/** Looks until the release is over. A release takes days, and a network or a desk that is away for a while says nothing of it. */
async function atItsEnd(
  session: ServiceSession<WaitOptions>, endpoint: string, first: EndpointReleaseAnswer,
): Promise<EndpointReleaseAnswer> {
  const releaseId = first.release?.releaseId ?? '';
  return session.progress(`release ${releaseId}`, async (progress) => {
    let unanswered = 0;
    for (let latest = first; ;) {
      if (latest.release?.releaseId !== releaseId) {
        throw new Failure(ExitCode.CONFLICT, 'ANOTHER_RELEASE',
          `release ${releaseId} is over and ${latest.release?.releaseId ?? 'none'} came after it; mlp release history ${endpoint} says how it ended`);
      }
      if (!isLive(latest)) {
        return latest;
      }
      progress.update(`${latest.release.state}, ${latest.release.candidatePercent} % of requests`);
      await session.world.sleep(LOOK_EVERY_MS);
      try {
        latest = await session.read('status', EndpointReleaseAnswer, { endpoint });
        unanswered = 0;
      } catch (error) {
        unanswered += 1;
        if (!(error instanceof Failure && error.exitCode === ExitCode.NO_ANSWER) || unanswered > MOST_UNANSWERED) {
          throw error;
        }
      }
    }
  });
}

async function history(session: ServiceSession, endpoint: string): Promise<void> {
  const texts = await allPages(session, 'history', HistoryAnswer, ({ rows }) => rows.map(({ record }) => record), { endpoint });
  const records = texts.flatMap((text) => recordIn(text) ?? []);
  const unreadable = texts.length - records.length;
  session.show({ endpoint, records, unreadable }, () => session.terminal.table(RECORD_COLUMNS, records, `nothing was released to ${endpoint} yet`));
  if (unreadable > 0) {
    session.terminal.note(`WARNING: ${unreadable} of the rows cannot be read as records: somebody changed them`);
  }
}

function recordIn(text: string): ReleaseRecord | undefined {
  try {
    return ReleaseRecord.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

function isLive({ release }: EndpointReleaseAnswer): boolean {
  return release !== undefined && !ENDS.includes(release.state);
}

function sessionOf<Options extends ServiceOptions>(world: World, options: Options, endpoint: string): ServiceSession<Options> {
  return new ServiceSession(world, options, {
    service: RELEASE_DESK, parameter: `${DESK_PARAMETER_PREFIX}${endpoint}`, output: DESK_OUTPUT, alsoCheck: 'and the name of the endpoint',
  });
}
