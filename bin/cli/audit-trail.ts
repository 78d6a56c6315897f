import { ModelsAnswer } from './answers';
import { Chain, Copies } from './audit-chain';
import { copiedModels, CopyPlace, listCopies, Listing, readCopies, TenantPlace } from './audit-copies';
import { lostChain, readChain } from './audit-rows';
import { Failure } from './failure';
import { CommonOptions } from './options';
import { allPages } from './pages';
import { Progress } from './progress';
import { Session } from './session';

/** A model's rows, and the copies of them. */
export interface Trail {
  readonly chain: Chain;
  readonly copies: Copies;
  readonly place: CopyPlace;
}

type Asking = Session<CommonOptions & { readonly model?: string }>;

/** The model that was asked for, or all of the tenant. */
export async function modelsOf(session: Asking): Promise<string[]> {
  const { model } = session.options;
  return model === undefined ? allPages(session, 'models', ModelsAnswer, ({ models }) => models.map((each) => each.model)) : [model];
}

/** The same, and models of which the registry knows nothing any more, while there are copies of their records. */
export async function everyModelOf(session: Asking, wayOut: string): Promise<string[]> {
  const known = await modelsOf(session);
  if (session.options.model !== undefined) {
    return known;
  }
  const copied = await copiedModels(await copiesOf(session, wayOut));
  return [...new Set([...known, ...copied])].sort();
}

/** Reads copies and rows; lists the copies first, or a record that is written meanwhile would be a copy without a row. */
export async function readTrail(session: Session, model: string, wayOut: string, progress: Progress): Promise<Trail> {
  const place = { ...await copiesOf(session, wayOut), model };
  const listed = await listCopies(place, session.world.now());
  const chain = await chainOf(session, place, listed, progress);
  return { chain, place, copies: await readCopies(place, listed, progress) };
}

/** The rows of a model; of one that is not there but has copies, that it was lost. */
async function chainOf(session: Session, { tenant, model }: CopyPlace, { keys }: Listing, progress: Progress): Promise<Chain> {
  try {
    return await readChain(session, model, progress);
  } catch (error) {
    if (error instanceof Failure && error.code === 'NOT_FOUND' && keys.size > 0) {
      return lostChain(tenant, model);
    }
    throw error;
  }
}

async function copiesOf(session: Session, wayOut: string): Promise<TenantPlace> {
  const bucket = await session.bucket('auditBucket', wayOut);
  return { client: session.aws.s3((await session.registry()).region), bucket, tenant: session.options.tenant };
}

export function counted(count: number, what: string, many = `${what}s`): string {
  return `${count} ${count === 1 ? what : many}`;
}
