import { ModelsAnswer } from './answers';
import { Chain, Copies } from './audit-chain';
import { CopyPlace, listCopies, readCopies } from './audit-copies';
import { readChain } from './audit-rows';
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

/** The model that was asked for, or all of the tenant. */
export async function modelsOf(session: Session<CommonOptions & { readonly model?: string }>): Promise<string[]> {
  const { model } = session.options;
  return model === undefined ? allPages(session, 'models', ModelsAnswer, ({ models }) => models.map((each) => each.model)) : [model];
}

/** Reads copies and rows; lists the copies first, or a record that is written meanwhile would be a copy without a row. */
export async function readTrail(session: Session, model: string, wayOut: string, progress: Progress): Promise<Trail> {
  const { tenant } = session.options;
  const bucket = await session.bucket('auditBucket', wayOut);
  const place = { client: session.aws.s3((await session.registry()).region), bucket, tenant, model };
  const listed = await listCopies(place, session.world.now());
  const chain = await readChain(session, model, progress);
  return { chain, place, copies: await readCopies(place, listed, progress) };
}

export function counted(count: number, what: string, many = `${what}s`): string {
  return `${count} ${count === 1 ? what : many}`;
}
