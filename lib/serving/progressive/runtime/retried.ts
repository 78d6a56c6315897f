import { BaseWorld } from './release-world';
import { isPassing } from '../../../registry/runtime/failures';

const ATTEMPTS = 4;
const FIRST_PAUSE_MS = 150;

/** Makes a call again after errors that pass, with growing pauses that two callers do not share. */
export async function retried<T>(call: () => Promise<T>, { sleep, random }: Pick<BaseWorld, 'sleep' | 'random'>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      if (attempt === ATTEMPTS || !isPassing(error)) {
        throw error;
      }
      await sleep((0.5 + random() / 2) * FIRST_PAUSE_MS * 2 ** attempt);
    }
  }
}
