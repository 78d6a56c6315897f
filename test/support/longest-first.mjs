import { readFileSync } from 'node:fs';
import Sequencer from '@jest/test-sequencer';

/** Files that take long for their size: without times of an earlier run jest goes by size, and would end with one of them on one core. */
const LONG = JSON.parse(readFileSync(new URL('long-tests.json', import.meta.url), 'utf8'));

export default class LongestFirst extends Sequencer {
  sort(tests) {
    const place = ({ path }) => LONG.findIndex((file) => path.endsWith(`/test/${file}`));
    const sorted = super.sort(tests);
    const long = sorted.filter((test) => place(test) >= 0).sort((one, other) => place(one) - place(other));
    return [...long, ...sorted.filter((test) => place(test) < 0)];
  }
}
