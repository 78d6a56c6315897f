import { Command } from 'commander';
import { Chain, Copies, COPY_LAG_MS, Finding, verifyChain } from '../cli/audit-chain';
import { readChain } from '../cli/audit-rows';
import { counted, everyModelOf, modelsOf, readTrail } from '../cli/audit-trail';
import { example } from '../cli/example';
import { ExitCode } from '../cli/exit-code';
import { Failure } from '../cli/failure';
import { CommonOptions, modelArgument, withCommonOptions } from '../cli/options';
import { Progress } from '../cli/progress';
import { Session } from '../cli/session';
import { World } from '../cli/world';

interface VerifyOptions extends CommonOptions {
  readonly model?: string;
  readonly copy: boolean;
}

/** What was read and found of one model. Documented in bin/README.md. */
interface Verified {
  readonly model: string;
  readonly rows: number;
  readonly headSequence: number;
  /** Absent: not compared. */
  readonly copies?: number;
  readonly tooNew: number;
  readonly findings: readonly Finding[];
}

const WAY_OUT = 'give --audit-bucket, or --no-copy to do without the copies';
const LAG = `${COPY_LAG_MS / 60_000} minutes`;

export function addAuditVerify(audit: Command, world: World): void {
  const command = audit.command('verify').summary('find rows that were altered, removed, added or reordered')
    .description('Reads every audit row of a model, or of all models, and verifies the chain of hashes, the head of the model, and the copies in the '
      + `audit bucket, with your own credentials. A row needs no copy in its first ${LAG}. Something found: exit code 1.`)
    .optionsGroup('What is verified:')
    .option('--model <model>', 'only this model (default: all of the tenant)', modelArgument)
    .option('--no-copy', 'without the copies: a chain that somebody rewrote to its end is not found then')
    .action((options: VerifyOptions) => verify(new Session(world, options)));
  example(withCommonOptions(command), 'mlp audit verify --model fraud-detection');
}

async function verify(session: Session<VerifyOptions>): Promise<void> {
  const { options: { copy }, terminal } = session;
  if (!copy) {
    terminal.note('WARNING: the copies are not compared (--no-copy). A chain that somebody rewrote to its end would look whole.');
  }
  const verified: Verified[] = [];
  for (const name of copy ? await everyModelOf(session, WAY_OUT) : await modelsOf(session)) {
    verified.push(await session.progress(`verifying ${name}`, (progress) => verifyModel(session, name, progress)));
  }
  const findings = verified.flatMap(({ model: name, findings: found }) => found.map((finding) => ({ model: name, ...finding })));
  const answer = { verified: findings.length === 0, copiesCompared: copy, models: verified };
  session.show(answer, () => print(session, verified, findings));
  if (findings.length > 0) {
    throw new Failure(ExitCode.REFUSED, 'AUDIT_TRAIL_DAMAGED',
      `${counted(findings.length, 'finding')} in the audit trail; see audit-rows-changed in the runbook before anything is written again`);
  }
}

async function verifyModel(session: Session<VerifyOptions>, model: string, progress: Progress): Promise<Verified> {
  if (!session.options.copy) {
    return judged(await readChain(session, model, progress), undefined, session);
  }
  const { chain, copies } = await readTrail(session, model, WAY_OUT, progress);
  return judged(chain, copies, session);
}

function judged(chain: Chain, copies: Copies | undefined, { world }: Session<VerifyOptions>): Verified {
  const { model, rows, headSequence } = chain;
  const counts = { model, rows: rows.length, headSequence, ...(copies === undefined ? {} : { copies: copies.copies.length }) };
  return { ...counts, ...verifyChain(chain, copies, world.now()) };
}

function print(
  session: Session<VerifyOptions>, all: readonly Verified[], findings: readonly (Finding & { readonly model: string })[],
): void {
  const { terminal, options: { tenant } } = session;
  terminal.table([
    { head: 'MODEL', of: ({ model }) => model },
    { head: 'ROWS', of: ({ rows }) => rows, right: true },
    { head: 'COPIES', of: ({ copies }) => copies ?? 'not compared', right: true },
    { head: 'FINDINGS', of: (each) => each.findings.length, right: true },
  ], all, `${tenant} has no model`);
  if (findings.length > 0) {
    terminal.say('');
    terminal.table([
      { head: 'MODEL', of: ({ model }) => model },
      { head: 'ROW', of: ({ sequence }) => sequence === 0 ? '' : sequence, right: true },
      { head: 'FINDING', of: ({ kind }) => kind },
      { head: 'WHAT', of: ({ detail }) => detail },
    ], findings, '');
  }
  const tooNew = all.reduce((sum, each) => sum + each.tooNew, 0);
  if (tooNew > 0) {
    terminal.say(`${counted(tooNew, 'row')} without a copy: younger than ${LAG}; verify again then`);
  }
}
