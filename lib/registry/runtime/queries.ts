import * as z from 'zod';
import { judgedAs } from './bodies';
import { LARGEST_PAGE, USUAL_PAGE } from './contract';
import { NotDone } from './problem';
import * as rules from './rules';
import { modelId, Rule, s3Uri } from '../../core/name-rules';

const { ruled, strict } = rules;

const MODEL_AND_REVISION = /^([^/]{1,64})\/([1-9][0-9]{0,9})$/;

const Whole = ruled<string>(rules.numeral).transform(Number);
const Limit = ruled<string>((value) => rules.numeral(value) === undefined && Number(value) <= LARGEST_PAGE ? undefined
  : `must be a whole number from 1 to ${LARGEST_PAGE}`).transform(Number).default(USUAL_PAGE);
const place: Rule = (value) => typeof value === 'string' && modelId(MODEL_AND_REVISION.exec(value)?.[1]) === undefined ? undefined
  : 'must be the `next` of the page before';

const Nothing = judging(strict({}));

/** Query parameters of the verbs that read, judged; parameters that nobody knows are refused. */
export const queries = {
  models: judging(strict({ limit: Limit, after: ruled<string>(modelId).optional() })),
  list: judging(strict({ limit: Limit, after: Whole.optional() })),
  audit: judging(strict({
    limit: Limit,
    after: ruled<string>((value) => value === '0' || rules.numeral(value) === undefined ? undefined : 'must be a whole number from 0')
      .transform(Number).default(0),
  })),
  find: judging(strict({
    limit: Limit,
    commit: ruled<string>(rules.commit).optional(),
    dataset: ruled<string>(s3Uri).optional(),
    after: ruled<string>(place).optional(),
  })),
  diff: judging(strict({ from: Whole, to: Whole })),
  production: Nothing,
  history: Nothing,
  describe: Nothing,
};

function judging<T>(schema: z.ZodType<T>): (query: Readonly<Record<string, string>>) => T {
  return (query) => judgedAs(schema, query, 'query');
}

/** Where a search begins, from the place that the page before ended at. */
export function modelAndRevision(text: string): { readonly model: string; readonly revision: number } {
  const [, model, revision] = MODEL_AND_REVISION.exec(text) ?? [];
  return { model, revision: Number(revision) };
}

export function originOf({ commit, dataset }: { readonly commit?: string; readonly dataset?: string }) {
  if (commit !== undefined && dataset === undefined) {
    return { commit };
  }
  if (dataset !== undefined && commit === undefined) {
    return { dataset };
  }
  throw new NotDone('BAD_REQUEST', 'a search needs either `commit` or `dataset`; give one of them');
}
