import * as fc from 'fast-check';
import { RootedRule, RULES, SCHEMAS, valueOf, VECTORS } from './vectors';
import { complain, modelId, physicalName, pipelineId, saysLatest, tagCount } from '../../lib/core/name-rules';
import { VersionName, Weights } from '../../lib/core/runtime/schemas';

const rows = VECTORS.map((vector) => ({ ...vector, title: `${vector.id}: ${vector.kind}, ${vector.reason}` }));
const rule = (kind: string): RootedRule => RULES.get(kind)!;
const kinds = [...RULES.keys()];

describe('the shared vectors', () => {
  test.each(rows)('$title: $expected by the rule', (vector) => {
    const complaint = rule(vector.kind)(valueOf(vector), vector.root);
    expect({ verdict: complaint === undefined ? 'accept' : 'reject', complaint })
      .toEqual({ verdict: vector.expected, complaint: vector.expected === 'accept' ? undefined : expect.any(String) });
  });

  test.each(rows)('P6 $title: the schema says the same, in the same words', (vector) => {
    const parsed = SCHEMAS.get(vector.kind)!(vector.root).safeParse(valueOf(vector));
    const complaint = rule(vector.kind)(valueOf(vector), vector.root);
    expect(parsed.error?.issues.map(({ message }) => message)).toEqual(complaint === undefined ? undefined : [complaint]);
    expect(parsed.success).toBe(vector.expected === 'accept');
  });

  test('hold V1 to V55', () => {
    const numbers = new Set(VECTORS.map(({ id }) => /^V(\d+)/.exec(id)?.[1]));
    expect(Array.from({ length: 55 }, (_, index) => `${index + 1}`).filter((number) => !numbers.has(number))).toEqual([]);
  });

  test('accept and reject something of every kind', () => {
    const seen = (expected: string) => new Set(VECTORS.filter((vector) => vector.expected === expected).map(({ kind }) => kind));
    expect(kinds.filter((kind) => !seen('accept').has(kind) || !seen('reject').has(kind))).toEqual([]);
  });

  test('P8 no sentence breaks its line or echoes the value', () => {
    const sentences = VECTORS.map((vector) => rule(vector.kind)(valueOf(vector), vector.root) ?? '');
    expect(sentences.filter((sentence) => sentence.length > 200 || !/^[ -~]*$/.test(sentence))).toEqual([]);
  });
});

describe('every rule', () => {
  const anything = fc.oneof(
    fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withSparseArray: true }),
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom('a', 'b', '0', '-', '_', '.', '/', ':', '@', '{', '%', ' ', '\n', '\u0000', '\u2024', '\uff0e') }),
    fc.array(fc.double()),
  );

  test.each(kinds)('P3, P4 of %s answers any value, twice the same, and changes no value that it accepts', (kind) => {
    const schema = SCHEMAS.get(kind)!();
    fc.assert(fc.property(anything, (value) => {
      const complaint = rule(kind)(value);
      expect(rule(kind)(value)).toBe(complaint);
      const parsed = schema.safeParse(value);
      expect(parsed.success).toBe(complaint === undefined);
      if (parsed.success && kind !== 'weights') {
        expect(parsed.data).toBe(value);
      }
    }), { numRuns: 200 });
  });

  test.each(kinds)('P3 of %s looks at the length before it looks at the text', (kind) => {
    // a pattern or a normalization that ran on the text would call one of these
    const looks = [
      jest.spyOn(RegExp.prototype, 'exec'), jest.spyOn(RegExp.prototype, 'test'),
      jest.spyOn(String.prototype, 'normalize'), jest.spyOn(String.prototype, 'split'),
    ];
    const complaint = rule(kind)('a'.repeat(100_000));
    const looked = looks.some(({ mock }) => mock.calls.length > 0);
    jest.restoreAllMocks();
    expect({ kind, looked }).toEqual({ kind, looked: false });
    expect(complaint).toEqual(expect.any(String));
  });

  test.each(['weights', 'stagePercents', 'rollbackAlarms'])('P3 of %s does not read a list that is far too long', (kind) => {
    let reads = 0;
    const list = new Proxy(new Array<number>(100_000).fill(1), {
      get: (target, key): unknown => { reads += 1; return Reflect.get(target, key); },
    });
    expect(rule(kind)(list)).toEqual(expect.any(String));
    expect(reads).toBeLessThan(5);
  });

  test('runs no code of the value', () => {
    const ran = jest.fn(() => 'ab');
    const value = { toString: ran, valueOf: ran, toJSON: ran, [Symbol.toPrimitive]: ran };
    expect(kinds.filter((kind) => kind !== 'recordKeys' && rule(kind)(value) === undefined)).toEqual([]);
    expect(ran).not.toHaveBeenCalled();
  });
});

describe('physical names', () => {
  const nearIds = fc.string({ unit: fc.constantFrom('a', 'b', '0', '-', '_'), minLength: 1, maxLength: 64 });
  const ids = fc.oneof(nearIds, fc.stringMatching(/^[a-z0-9][a-z0-9\-_]{0,62}[a-z0-9]$/)).filter((id) =>
    modelId(id) === undefined || pipelineId(id) === undefined);
  // the service model's patterns of model, endpoint, package group (63) and pipeline (256), read as whole strings
  const ENTITY = /^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/;
  const PIPELINE = /^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,255}$/;

  test('P1 are names to AWS whenever the id is accepted', () => {
    fc.assert(fc.property(ids, (id) => {
      expect(physicalName(id)).toMatch(ENTITY);
      expect(physicalName(id)).toMatch(PIPELINE);
      expect(physicalName(id).length).toBeLessThanOrEqual(63);
    }), { numRuns: 1000 });
  });

  test('P2 differ when the ids differ', () => {
    fc.assert(fc.property(nearIds, nearIds, (one, other) => {
      fc.pre(one !== other);
      expect(physicalName(one)).not.toBe(physicalName(other));
    }), { numRuns: 2000 });
  });

  test('P2 differ for all ids of up to five characters', () => {
    let all = [''];
    const names = new Set<string>();
    for (let length = 1; length <= 5; length++) {
      all = all.flatMap((id) => ['a', 'b', '0', '-', '_'].map((next) => id + next));
      all.forEach((id) => names.add(physicalName(id)));
    }
    expect(names.size).toBe(5 + 5 ** 2 + 5 ** 3 + 5 ** 4 + 5 ** 5);
  });

  test('V5 have no _, and a__b keeps apart from its neighbours', () => {
    const names = ['a__b', 'a--b', 'a-_b', 'a_-b'].map((id) => physicalName(id));
    expect(new Set(names).size).toBe(4);
    expect(names.join()).not.toContain('_');
    expect(names[0]).toMatch(/^a--b-[0-9a-f]{10}$/);
  });

  test('V6 fit into 63 characters for the longest id', () => {
    expect(physicalName('a'.repeat(64))).toBe(`${'a'.repeat(52)}-${physicalName('a'.repeat(64)).slice(-10)}`);
  });

  test('end the readable part with a letter or a digit', () => {
    expect(physicalName('a--')).toMatch(/^a-[0-9a-f]{10}$/);
    expect(physicalName(`${'a'.repeat(50)}__b`)).toMatch(/^a{50}-[0-9a-f]{10}$/);
  });

  test('V26 keep the pipelines a_b and a-b apart', () => {
    expect(physicalName('a_b')).not.toBe(physicalName('a-b'));
  });

  test('never change: they name what is deployed', () => {
    // the hash is the beginning of `printf %s fraud_scorer | sha256sum`
    expect(physicalName('fraud_scorer')).toBe('fraud-scorer-d1ca805361');
  });

  test('cannot be chosen by writing somebody\'s derived name as an id', () => {
    expect(physicalName(physicalName('a_b'))).not.toBe(physicalName('a_b'));
  });
});

test.each(['latest', 'LATEST ', 'prod-latest', 'a/b:latest', 'x@latest', '1.latest', 'a+latest', '\uff4c\uff41\uff54\uff45\uff53\uff54'])(
  'sees latest in %j', (value) => expect(saysLatest(value)).toBe(true));

test.each(['latests', 'prelatest', 'late-st', ''])('sees no latest in %j', (value) => expect(saysLatest(value)).toBe(false));

test('a message says prop, rule, value and way out in that order', () => {
  expect(complain('percent', 'must be above 0; write 2 for 2 %', '0')).toBe('`percent` must be above 0: got 0; write 2 for 2 %');
  expect(complain('percent', 'must be above 0', '0')).toBe('`percent` must be above 0: got 0');
});

test.each([[0, true], [50, true], [51, false], [NaN, false], [-Infinity, false], ['1', false]])('%p tags are allowed: %p', (count, allowed) => {
  expect(tagCount(count) === undefined).toBe(allowed);
});

test('weights come out of the schema without minus zero', () => {
  expect(Object.is(Weights.parse(JSON.parse('[100, -0]'))[1], 0)).toBe(true);
});

test('a version is named by text or by revision, and never guessed', () => {
  expect(VersionName.safeParse({ kind: 'revision', revision: 7 }).success).toBe(true);
  expect(VersionName.safeParse({ kind: 'text', text: '1.2.3' }).success).toBe(true);
  expect(VersionName.safeParse({ kind: 'revision', revision: '7' }).success).toBe(false);
  expect(VersionName.safeParse({ kind: 'text', text: '1.2.3', revision: 7 }).success).toBe(false);
  expect(VersionName.safeParse(7).success).toBe(false);
});
