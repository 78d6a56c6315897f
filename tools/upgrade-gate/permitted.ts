import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { Change, ChangeKind, CHANGES } from './change';

/** The one file that says which changes since the last release are meant, and why. */
export const PERMITTED_CHANGES = 'docs/permitted-changes.json';
const FILE = join(__dirname, '..', '..', PERMITTED_CHANGES);
const SHORTEST_REASON = 20;

const KINDS = Object.keys(CHANGES) as [ChangeKind, ...ChangeKind[]];
const Permission = z.strictObject({
  stack: z.string().min(1),
  logicalId: z.string().min(1),
  change: z.enum(KINDS),
  what: z.array(z.string()).min(1),
  reason: z.string().trim().min(SHORTEST_REASON),
});
const Permissions = z.array(Permission);

/** A change that somebody means, and why: it fits one change in every line. */
export type PermittedChange = z.infer<typeof Permission>;

export function parsePermitted(text: string): PermittedChange[] {
  return Permissions.parse(JSON.parse(text));
}

export function readPermitted(): PermittedChange[] {
  return parsePermitted(readFileSync(FILE, 'utf8'));
}

/** A new release starts with nothing permitted. */
export function clearPermitted(): void {
  writeFileSync(FILE, '[]\n');
}

/** What is wrong between the changes and the permissions: a change without, and a permission without a change. */
export function faults(changes: readonly Change[], permitted: readonly PermittedChange[]): string[] {
  const open = changes.filter((change) => !permitted.some((permission) => sameChange(permission, change)));
  const stale = permitted.filter((permission) => !changes.some((change) => sameChange(permission, change)));
  return [...open.map(explain), ...stale.map(({ stack, logicalId, change }) =>
    `${stack}/${logicalId}: ${PERMITTED_CHANGES} permits ${change}, but the app does not do that, or no longer in these lines; `
    + 'take the entry out, or what stands there hides the next change')];
}

function sameChange(one: Change, other: Change): boolean {
  const key = ({ stack, logicalId, change, what }: Change) => JSON.stringify([stack, logicalId, change, [...what].sort()]);
  return key(one) === key(other);
}

function explain({ stack, logicalId, change, what }: Change): string {
  const entry = JSON.stringify({ stack, logicalId, change, what, reason: '' });
  return `${stack}/${logicalId}: ${change}: ${CHANGES[change]}\n${what.map((line) => `    ${line}`).join('\n')}\n`
    + `  if this is meant, add to ${PERMITTED_CHANGES}, with the reason in a sentence:\n    ${entry}`;
}
