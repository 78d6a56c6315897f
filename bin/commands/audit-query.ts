import { Command, InvalidArgumentError } from 'commander';
import * as z from 'zod';
import { ROUTES } from '../../lib/registry/runtime/contract';
import { readChain } from '../cli/audit-rows';
import { modelsOf } from '../cli/audit-trail';
import { example } from '../cli/example';
import { CommonOptions, modelArgument, revisionArgument, withCommonOptions, wholeNumber } from '../cli/options';
import { Session } from '../cli/session';
import { shortArn } from '../cli/version-facts';
import { World } from '../cli/world';

interface QueryOptions extends CommonOptions {
  readonly model?: string;
  readonly since?: Moment;
  readonly until?: Moment;
  readonly action?: string;
  readonly actor?: string;
  readonly version?: number;
  readonly limit?: number;
}

/** A time, or a stretch before now. */
type Moment = { readonly at: number } | { readonly agoMs: number };

/** What the table shows of a record, and the filters look at; all of it is in `--json`. */
const Shown = z.looseObject({
  timestamp: z.string(),
  actor: z.string(),
  action: z.string(),
  outcome: z.string(),
  model: z.string(),
  version: z.number().optional(),
  previousVersion: z.number().optional(),
  changeTicket: z.string().optional(),
});
type Shown = z.output<typeof Shown>;

const ACTIONS = ROUTES.filter(({ method }) => method === 'POST').map(({ verb }) => `model.${verb}`);
const AGO_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

export function addAuditQuery(audit: Command, world: World): void {
  const command = audit.command('query').summary('who did what, and when')
    .description('Shows audit records, oldest first. A row that cannot be read is said to be so: then run `mlp audit verify`.')
    .optionsGroup('Which records:')
    .option('--model <model>', 'of this model (default: of all of the tenant)', modelArgument)
    .option('--since <time>', 'not older: ISO 8601 such as 2026-11-20T08:00:00Z, or 30m, 12h, 7d, 4w', moment)
    .option('--until <time>', 'not newer: the same; of a day (UTC) all of it', end)
    .option('--action <action>', 'such as promote', actionArgument)
    .option('--actor <text>', 'whose ARN contains this')
    .option('--version <revision>', 'about this version', revisionArgument)
    .option('--limit <count>', 'only the newest so many', wholeNumber)
    .action((options: QueryOptions) => query(new Session(world, options)));
  example(withCommonOptions(command), 'mlp audit query --model fraud-detection --since 7d --action promote');
}

async function query(session: Session<QueryOptions>): Promise<void> {
  const { limit } = session.options;
  const records: Shown[] = [];
  let unreadable = 0;
  for (const name of await modelsOf(session)) {
    const { rows } = await session.progress(`reading the audit trail of ${name}`, (progress) => readChain(session, name, progress));
    for (const { record } of rows) {
      const shown = Shown.safeParse(parsed(record)).data;
      unreadable += shown === undefined ? 1 : 0;
      records.push(...shown !== undefined && isAsked(shown, session) ? [shown] : []);
    }
  }
  records.sort((one, other) => Date.parse(one.timestamp) - Date.parse(other.timestamp));
  const newest = limit === undefined ? records : records.slice(Math.max(0, records.length - limit));
  session.show({ records: newest, unreadable }, () => print(session, newest));
  if (unreadable > 0) {
    session.terminal.note(`WARNING: ${unreadable} of the rows cannot be read as records; run mlp audit verify`);
  }
}

function isAsked({ timestamp, action, actor, version }: Shown, { options, world }: Session<QueryOptions>): boolean {
  const at = Date.parse(timestamp);
  return (options.since === undefined || at >= timeOf(options.since, world))
    && (options.until === undefined || at <= timeOf(options.until, world))
    && (options.action === undefined || action === options.action)
    && (options.actor === undefined || actor.includes(options.actor))
    && (options.version === undefined || version === options.version);
}

function print({ terminal }: Session<QueryOptions>, records: readonly Shown[]): void {
  terminal.table([
    { head: 'TIME', of: ({ timestamp }) => timestamp },
    { head: 'MODEL', of: ({ model }) => model },
    { head: 'ACTION', of: ({ action }) => action.replace(/^model\./, '') },
    { head: 'VERSION', of: ({ version }) => version, right: true },
    { head: 'BEFORE', of: ({ previousVersion }) => previousVersion, right: true },
    { head: 'ACTOR', of: ({ actor }) => shortArn(actor) },
    { head: 'TICKET', of: ({ changeTicket }) => changeTicket },
    { head: 'OUTCOME', of: ({ outcome }) => outcome },
  ], records, 'no audit record fits');
}

/** What a model's trail can hold: something else would find nothing, and look like an answer. */
function actionArgument(text: string): string {
  const action = `model.${text.replace(/^model\./, '')}`;
  if (!ACTIONS.includes(action)) {
    throw new InvalidArgumentError(`It must be one of ${ACTIONS.map((each) => each.replace(/^model\./, '')).join(', ')}.`);
  }
  return action;
}

function moment(text: string): Moment {
  const [, count, unit] = /^([0-9]{1,6})([mhdw])$/.exec(text) ?? [];
  if (count !== undefined) {
    return { agoMs: Number(count) * AGO_MS[unit] };
  }
  const at = /^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9:.]+(Z|[+-][0-9]{2}:[0-9]{2}))?$/.test(text) ? Date.parse(text) : NaN;
  if (Number.isNaN(at)) {
    throw new InvalidArgumentError('It must be a time with its zone, such as 2026-11-20T08:00:00Z, a day, or a stretch such as 30m, 12h, 7d, 4w.');
  }
  return { at };
}

/** Who asks until a day means that day too. */
function end(text: string): Moment {
  const until = moment(text);
  return 'at' in until && !text.includes('T') ? { at: until.at + AGO_MS.d - 1 } : until;
}

function timeOf(when: Moment, { now }: World): number {
  return 'at' in when ? when.at : now() - when.agoMs;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
