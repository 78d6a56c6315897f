import { isPassing, nameOf } from './failures';

/** What a loop of rounds needs of the world. */
export interface RoundsWorld {
  readonly now: () => number;
  readonly random: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
  readonly log: { warn(message: string, details: Readonly<Record<string, string | number>>): void };
}

/** How long somebody tries. */
export interface RoundsLimits {
  readonly attempts: number;
  readonly giveUpMs: number;
  /** Of a pause, which share is certain; the rest is chance, so that writers that met once do not meet again. */
  readonly certain: number;
}

const FIRST_PAUSE_MS = 25;
const LONGEST_PAUSE_MS = 1000;

/**
 * Reads, decides, writes: again while a round gives nothing, because somebody else wrote in between, and after errors that pass.
 * Nothing at the end: nobody knows whether it was done.
 */
export async function inRounds<T>(
  round: () => Promise<T | undefined>, { attempts, giveUpMs, certain }: RoundsLimits, world: RoundsWorld,
): Promise<T | undefined> {
  const begun = world.now();
  for (let attempt = 1; attempt <= attempts && world.now() - begun < giveUpMs; attempt++) {
    try {
      const result = await round();
      if (result !== undefined) {
        return result;
      }
    } catch (error) {
      if (!isPassing(error)) {
        throw error;
      }
      world.log.warn('a call failed and is made again', { attempt, problem: nameOf(error) });
    }
    const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt);
    await world.sleep((certain + world.random() * (1 - certain)) * pause);
  }
  return undefined;
}
