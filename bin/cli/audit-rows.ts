import { AuditAnswer } from './answers';
import { Chain } from './audit-chain';
import { ExitCode } from './exit-code';
import { Failure } from './failure';
import { LARGEST_PAGE } from './pages';
import { Progress } from './progress';
import { Session } from './session';
import { NO_PREVIOUS_HASH } from '../../lib/audit/audit-record';
import { AuditRow } from '../../lib/registry/runtime/contract';

// head and rows are read one after the other: while somebody writes, they differ for a moment
const LOOKS_AT_THE_END = 4;

/** The chain of a model that the registry knows no more. */
export function lostChain(tenant: string, model: string): Chain {
  return { tenant, model, rows: [], headSequence: 0, headHash: NO_PREVIOUS_HASH, lost: true };
}

/** Reads all audit rows of a model, page by page, until they reach what the head says, or will not. */
export async function readChain(session: Session, model: string, progress: Progress): Promise<Chain> {
  const { tenant } = session.options;
  const rows: AuditRow[] = [];
  let after: number | undefined;
  let looks = 0;
  for (;;) {
    const page = await session.read('audit', AuditAnswer, { model }, { limit: LARGEST_PAGE, after });
    rows.push(...page.rows);
    progress.update(`${rows.length} of ${page.headSequence} rows of ${model}`);
    const { next, headSequence, headHash } = page;
    if (next !== undefined && next <= (after ?? 0)) {
      throw new Failure(ExitCode.NO_ANSWER, 'NOT_UNDERSTOOD', `the registry names page ${next} as the one after ${after ?? 0}; is mlp new enough for it?`);
    }
    const last = rows.at(-1)?.sequence ?? 0;
    if (next === undefined && (last === headSequence || (looks += 1) === LOOKS_AT_THE_END)) {
      return { tenant, model, rows, headSequence, headHash };
    }
    if (next === undefined) {
      await session.world.sleep(200);
    }
    after = next ?? last;
  }
}
