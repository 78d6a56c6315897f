import * as fc from 'fast-check';
import { after, canary, happening, MINUTE, serving, START, starting, tick, V1 } from './releases';
import { finishName, installName, modelName, numberInName, releasedPrefix } from '../../../../lib/serving/progressive/runtime/names';
import { Head } from '../../../../lib/serving/progressive/runtime/release-state';
import { neededBy } from '../../../../lib/serving/progressive/runtime/retention';

const FRAUD = 'fraud';
const R = releasedPrefix(FRAUD);
/** Names of releases without what they have in common; others as they are. */
const whole = (name: string) => (/^\d/.test(name) ? `${R}${name}` : name);
const needs = (head: Head, ...names: string[]) => names.filter((name) => neededBy(head, FRAUD)(whole(name)));

/** A release that went through, and the next ones after it. */
function released(times: number, head = serving()): Head {
  return Array.from({ length: times }).reduce<Head>((now) => {
    const watching = after(canary(now), tick(5), tick(10), happening({ kind: 'confirm' }, START + 11 * MINUTE));
    return after(watching, tick(16), happening({ kind: 'confirm' }, START + 20 * MINUTE), happening({ kind: 'close' }, START + 21 * MINUTE));
  }, head);
}

describe('the number in a name', () => {
  test('is that of the release which gave the name, and of no other endpoint', () => {
    const endpoint = fc.constantFrom('fraud', '5', 'a-name-that-is-much-too-long-to-be-used-as-it-is-in-any-name-here');
    fc.assert(fc.property(endpoint, endpoint, fc.nat(1e6), fc.nat(1e6), (one, other, number, revision) => {
      for (const name of [modelName(one, number, revision), installName(one, number), finishName(one, number)]) {
        expect(name.length).toBeLessThanOrEqual(63);
        expect(numberInName(other, name)).toBe(one === other ? number : undefined);
      }
    }));
  });

  test.each(['fraud', '', '1', '1-', '1-installed', '-finish', '1-v', '1-r2-finish', 'x-finish'])('is none in %p', (rest) => {
    expect(numberInName(FRAUD, `${R}${rest}`)).toBeUndefined();
    expect(numberInName(FRAUD, `x${R}1-finish`)).toBeUndefined();
  });
});

describe('what stays', () => {
  test('is what serves and what the last release made and went back to; what is older goes', () => {
    const head = released(3);
    expect(head.stable).toMatchObject({ configName: `${R}3-finish`, modelName: `${R}3-v2` });
    const all = [1, 2, 3, 4].flatMap((number) => [`${number}-v2`, `${number}-install`, `${number}-finish`]);
    expect(all.filter((name) => !needs(head, ...all).includes(name))).toEqual(['1-v2', '1-install', '1-finish', '2-install']);
  });

  test('is what has served for long, whatever failed since', () => {
    const failed = (head: Head) => after(
      head, starting(), happening({ kind: 'begin' }), happening({ kind: 'latch', cause: 'abort', reason: 'bad' }), happening({ kind: 'restore' }),
      happening({ kind: 'tidy' }), happening({ kind: 'close' }));
    const head = failed(failed(failed(released(1))));
    expect(head.release).toMatchObject({ number: 4, outcome: 'ABORTED' });
    expect(needs(head, '1-v2', '1-install', '1-finish', '2-v2', '2-install', '3-install'))
      .toEqual(['1-v2', '1-finish']);
  });

  test('is what a halted release left the endpoint with, until a later release has ended', () => {
    const halted = after(canary(), happening({ kind: 'halt', reason: 'stuck' }));
    const next = after(halted, starting(), happening({ kind: 'begin' }));
    expect(needs(next, '1-install')).toEqual(['1-install']);
  });

  test('is all, as long as nothing was released', () => {
    expect(needs(serving(), '1-install', 'config-1', 'model-1')).toEqual(['1-install', 'config-1', 'model-1']);
  });

  test('is at any moment whatever the release of that moment, or the next, may turn to', () => {
    const event = fc.constantFrom(
      starting(), starting({ release: 'rollback', revision: 1 }), ...(['begin', 'confirm', 'restore', 'tidy', 'close'] as const).map((kind) => happening({ kind })),
      happening({ kind: 'latch', cause: 'alarm', reason: 'bad' }), happening({ kind: 'halt', reason: 'stuck' }), tick(10), tick(15), tick(20));
    fc.assert(fc.property(fc.array(event, { maxLength: 60 }), (events) => {
      const heads = events.reduce<Head[]>((all, one) => {
        try {
          return [...all, after(all[all.length - 1], one)];
        } catch {
          return all; // refused
        }
      }, [released(1)]);
      const last = heads[heads.length - 1];
      heads.forEach((before) => {
        const needed = neededBy(before, FRAUD);
        const { stable, release } = before;
        const turnsTo = [stable, release?.previous].flatMap((each) => [each?.configName, each?.modelName]);
        const intents = [release?.wanted?.to, release?.wanted?.or].flatMap((to) =>
          [to?.configName, ...to?.variants.map((one) => one.modelName) ?? []]);
        expect([...turnsTo, ...intents].filter((name) => name !== undefined && !needed(name))).toEqual([]);
      });
      // what was not needed once is never turned to again
      const given = last.release?.wanted?.to;
      const used = [given?.configName, ...given?.variants.map((one) => one.modelName) ?? []].filter((name) => name !== undefined);
      heads.forEach((before) => { expect(used.filter((name) => !neededBy(before, FRAUD)(name))).toEqual([]); });
    }), { numRuns: 300 });
  });

  test('of an endpoint that was adopted, is its own configuration too, which no release made', () => {
    expect(needs(canary(), V1.configName, V1.modelName)).toEqual(['config-1', 'model-1']);
  });
});
