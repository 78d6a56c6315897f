import { Change, WHOLE_STACK } from './change';
import { resourcesOf, StackTemplate, TemplateResource, Update } from './template';

const ENVIRONMENT = 'AWS::Batch::ComputeEnvironment';
/** What one deployment may add. More, and one slip of the pen is a bill, or a quota that others run into. */
const MOST_GROWTH_PERCENT = 25;

/** What a compute environment may grow to; nothing where only the deployment knows. */
interface Limit {
  readonly logicalId: string;
  readonly maxVcpus: unknown;
}

/**
 * Capacity that grows by more than a quarter: each compute environment by itself, and all of a stack together, so that a
 * renamed or an added one cannot carry the rest. A stack that had none starts with what it likes.
 */
export function grownCapacity(update: Update): Change[] {
  const [before, after] = [update.before, update.after].map(limitsOf);
  if (before.length === 0) {
    return [];
  }
  const grown = after.flatMap(({ logicalId, maxVcpus }): Change[] => {
    const old = before.find((limit) => limit.logicalId === logicalId);
    return old === undefined || !grows(old.maxVcpus, maxVcpus) ? [] : [change(update, logicalId, `MaxvCpus: ${spelt(old.maxVcpus)} -> ${spelt(maxVcpus)}`)];
  });
  return grown.length > 0 ? grown : grownTogether(update, before, after);
}

function grownTogether(update: Update, before: readonly Limit[], after: readonly Limit[]): Change[] {
  const added = after.filter(({ logicalId }) => !before.some((limit) => limit.logicalId === logicalId));
  const [old, now] = [total(before), total(after)];
  return added.length === 0 || !grows(old, now) ? [] : [change(update, WHOLE_STACK,
    `MaxvCpus of all ${ENVIRONMENT}: ${spelt(old)} -> ${spelt(now)}`, ...added.map(({ logicalId }) => `new: ${logicalId}`).sort())];
}

function change({ stack }: Update, logicalId: string, ...what: string[]): Change {
  return { stack, logicalId, change: 'capacity-grown', what };
}

function limitsOf(template: StackTemplate): Limit[] {
  return [...resourcesOf(template)].filter(([, { Type: type }]) => type === ENVIRONMENT)
    .map(([logicalId, resource]) => ({ logicalId, maxVcpus: maxVcpusOf(resource) }));
}

function maxVcpusOf({ Properties: properties }: TemplateResource): unknown {
  const resources = properties?.ComputeResources;
  return typeof resources === 'object' && resources !== null ? (resources as { readonly MaxvCpus?: unknown }).MaxvCpus : undefined;
}

/** What cannot be compared has grown unless it is the same: an unread number must not read as a small one. */
function grows(before: unknown, after: unknown): boolean {
  const [old, now] = [before, after].map(numberOf);
  return old === undefined || now === undefined ? spelt(before) !== spelt(after) : now * 100 > old * (100 + MOST_GROWTH_PERCENT);
}

/** Nothing if one of them cannot be read. */
function total(limits: readonly Limit[]): number | undefined {
  const numbers = limits.map(({ maxVcpus }) => numberOf(maxVcpus));
  return numbers.reduce<number | undefined>((sum, each) => sum === undefined || each === undefined ? undefined : sum + each, 0);
}

/** CloudFormation takes a number as text as well. */
function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

function spelt(value: unknown): string {
  return value === undefined ? 'unknown' : JSON.stringify(value);
}
