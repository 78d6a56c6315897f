import { DeskVerb, EndpointReleaseView, ReleaseHistoryPage } from './contract';
import { Refused } from './http';
import { ReleaseStore } from './release-store';
import { DeskWorld } from './release-world';
import { readStop, stopState } from './stop-switch';
import { endpointView } from './views';
import { complain, shown } from '../../../core/name-rules';

const LARGEST_PAGE = 100;
const USUAL_PAGE = 50;

/** What the routes that only read answer. */
export async function deskReads(
  verb: DeskVerb, endpoint: string, query: Readonly<Record<string, string>>, world: DeskWorld,
): Promise<EndpointReleaseView | ReleaseHistoryPage> {
  const allowed = verb === 'history' ? ['after', 'limit'] : [];
  const strange = Object.keys(query).filter((name) => !allowed.includes(name));
  if (strange.length > 0) {
    throw new Refused('BAD_REQUEST', complain('query', `must have no parameters but ${allowed.join(', ')}`, shown(strange.join())));
  }
  const store = new ReleaseStore(world);
  const { head, profile } = await store.load(endpoint);
  if (profile === undefined && head.rev === 0) {
    throw new Refused('NOT_FOUND', `no endpoint ${endpoint} is deployed here`);
  }
  if (verb === 'status') {
    return endpointView(endpoint, head, stopState(await readStop(world)));
  }
  const [after, limit] = [numberIn(query, 'after', 0, 0, Number.MAX_SAFE_INTEGER), numberIn(query, 'limit', USUAL_PAGE, 1, LARGEST_PAGE)];
  const rows = await store.audit(endpoint, after, limit);
  const last = rows[rows.length - 1]?.sequence;
  return {
    rows,
    headSequence: head.auditSequence,
    headHash: head.auditHash,
    ...(last === undefined || last >= head.auditSequence ? {} : { next: last }),
  };
}

function numberIn(query: Readonly<Record<string, string>>, name: string, absent: number, least: number, most: number): number {
  const text = query[name];
  if (text === undefined) {
    return absent;
  }
  const number = /^\d{1,16}$/.test(text) ? Number(text) : NaN;
  if (!(number >= least && number <= most)) {
    throw new Refused('BAD_REQUEST', complain(name, `must be a whole number from ${least}${most === LARGEST_PAGE ? ` to ${most}` : ''}`, shown(text)));
  }
  return number;
}
