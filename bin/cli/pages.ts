import * as z from 'zod';
import { Question } from './api-client';
import { ExitCode } from './exit-code';
import { Failure } from './failure';

/** As many items as a service puts into an answer: fewer requests. */
export const LARGEST_PAGE = 100;

/** What every answer in pages has: where the next one begins. */
interface Page {
  readonly next?: string | number;
}

/** Whoever asks a service. */
export interface Reader {
  read<T>(verb: Question['verb'], schema: z.ZodType<T>, params?: Question['params'], query?: Question['query']): Promise<T>;
}

/** Reads all pages of an answer. */
export async function allPages<P extends Page, T>(
  session: Reader, verb: Question['verb'], schema: z.ZodType<P>, itemsOf: (page: P) => readonly T[],
  params: Question['params'] = {}, query: Question['query'] = {},
): Promise<T[]> {
  const items: T[] = [];
  const seen = new Set<string | number>();
  for (let after: string | number | undefined; ;) {
    const page = await session.read(verb, schema, params, { ...query, limit: LARGEST_PAGE, after });
    items.push(...itemsOf(page));
    if (page.next === undefined) {
      return items;
    }
    if (seen.has(page.next)) {
      throw new Failure(ExitCode.NO_ANSWER, 'NOT_UNDERSTOOD', `the answers go in circles (${verb}); is mlp new enough for this service?`);
    }
    seen.add(page.next);
    after = page.next;
  }
}
