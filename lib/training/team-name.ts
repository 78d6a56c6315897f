import { shown } from '../core/invalid-props';

/** The share that a job gets when nobody says whose it is. */
export const DEFAULT_TEAM = 'default';

/**
 * Says what is wrong with the name of a team, or nothing. It becomes part of logical ids, so it cannot be a token: a token
 * fails the pattern.
 */
export function wrongTeam(prop: string, team: unknown): string | undefined {
  return typeof team === 'string' && /^[a-zA-Z0-9]{1,64}$/.test(team) ? undefined
    : `\`${prop}\` must be 1 to 64 letters and digits, known at synth, because Batch takes nothing else for a share: got ${shown(team)}`;
}
