import * as fc from 'fast-check';
import { ColumnRule, DataRules, Plan } from '../../../lib/training/pipeline/runtime/contract';
import { inputHashOf } from '../../../lib/training/pipeline/runtime/data-objects';
import { problemsOf, varianceOf } from '../../../lib/training/pipeline/runtime/judge-data';
import { decide } from '../../../lib/training/pipeline/runtime/lease';
import { csvFields, csvRecord, jsonRecord } from '../../../lib/training/pipeline/runtime/records';
import { numbersOf, someOf, stretchesOf, wholeLines } from '../../../lib/training/pipeline/runtime/sample-plan';
import { approval } from '../../../lib/training/pipeline/runtime/tell';
import { reasonOf, wantedMachines } from '../../../lib/training/pipeline/runtime/train';

/** What decides, without AWS. */

describe('records', () => {
  test.each<[string, string[] | undefined]>([
    ['a,b,c', ['a', 'b', 'c']],
    ['"a,b",c', ['a,b', 'c']],
    ['"say ""hello""",', ['say "hello"', '']],
    ['a"b,c', ['a"b', 'c']],
    ['', ['']],
    ['"open', undefined],
  ])('of CSV %p', (line, fields) => {
    expect(csvFields(line)).toEqual(fields);
  });

  test('of CSV come back whatever was written', () => {
    fc.assert(fc.property(fc.array(fc.string({ unit: 'binary' }).map((text) => text.replace(/[\r\n]/g, ' ')), { minLength: 1 }), (fields) => {
      const line = fields.map((field) => `"${field.replaceAll('"', '""')}"`).join(',');
      expect(csvFields(line)).toEqual(fields);
    }), { numRuns: 200 });
  });

  test('know what is missing', () => {
    expect([...csvRecord('1, ,NA,null,x', ['a', 'b', 'c', 'd', 'e']) ?? []].map(([, value]) => value)).toEqual(['1', undefined, undefined, undefined, 'x']);
    expect([...jsonRecord('{"a":1,"b":null,"c":"","d":false,"e":{"f":1}}') ?? []].map(([, value]) => value)).toEqual([1, undefined, undefined, false, '{"f":1}']);
  });

  test.each(['[1]', '7', '{"a":', 'null'])('of JSON are objects, not %p', (line) => {
    expect(jsonRecord(line)).toBeUndefined();
  });

  test('of CSV have as many fields as there are columns', () => {
    expect(csvRecord('1,2', ['a'])).toBeUndefined();
  });
});

describe('the judgement', () => {
  const number = (rule: Partial<ColumnRule> = {}): ColumnRule => ({ name: 'age', kind: 'number', maximumNulls: 0, ...rule });
  const rules = (...columns: ColumnRule[]): DataRules => ({ format: 'csv', columns, sample: 1000, minimumRecords: 1 });
  const records = (...values: (string | number | undefined)[]) => values.map((value) => new Map([['age', value]]));
  const judge = (column: ColumnRule, ...values: (string | number | undefined)[]) =>
    problemsOf({ records: records(...values), unreadable: 0 }, rules(column));

  test.each<[string, ColumnRule, (string | number | undefined)[], string[]]>([
    ['good numbers', number({ minimum: 1, maximum: 3, varianceAbove: 0 }), ['1', 2, 3], []],
    ['a number at the lower end', number({ minimum: 1 }), [1], []],
    ['a number below', number({ minimum: 1 }), [0.999, 1], ['column age: 1 of 2 values are below 1']],
    ['a number above', number({ maximum: 3 }), [3, 3.001], ['column age: 1 of 2 values are above 3']],
    ['a text among numbers', number(), ['1', 'one'], ['column age: 1 of 2 values are no numbers']],
    ['an infinity', number(), ['Infinity'], ['column age: 1 of 1 values are no numbers']],
    ['no variance', number({ varianceAbove: 0 }), [4, 4, 4], ['column age: its variance is 0, and it must be above 0']],
    ['as much variance as is not enough', number({ varianceAbove: 1 }), [1, 2, 3], ['column age: its variance is 1, and it must be above 1']],
    ['as many nulls as may be', number({ maximumNulls: 0.5 }), [1, undefined], []],
    ['more nulls', number({ maximumNulls: 0.4 }), [1, undefined], ['column age: 1 of 2 values are missing, and at most 40 % may be']],
    ['nulls alone', number({ varianceAbove: 0 }), [undefined],
      ['column age: 1 of 1 values are missing, and at most 0 % may be', 'column age: its variance is 0, and it must be above 0']],
    ['a text that is allowed', number({ kind: 'text', values: ['ch'] }), ['ch'], []],
    ['one that is not', number({ kind: 'text', values: ['ch'] }), ['ch', 'ch ', 'us'], ['column age: 2 of 3 values are none of those that are allowed']],
    ['any text', number({ kind: 'text' }), ['x'], []],
  ])('of %s', (_, column, values, problems) => {
    expect(judge(column, ...values)).toEqual(problems);
  });

  test('of a column that is not there, of lines that are no records, of too few', () => {
    expect(problemsOf({ records: [new Map([['other', 1]])], unreadable: 2 }, { ...rules(number()), minimumRecords: 5 })).toEqual([
      'there are 1 records, and at least 5 are needed', '2 of 3 lines are no records', 'column age: no record has it',
    ]);
    expect(problemsOf({ records: [], unreadable: 0 }, rules(number()))).toEqual(['there are 0 records, and at least 1 are needed']);
  });

  test('names no value of a record', () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: 1_000_000 }).map(String), { minLength: 1 }), (values) => {
      const said = judge(number({ maximum: 5, varianceAbove: 1e300 }), ...values).join();
      expect(values.filter((value) => said.replace(/variance is [^,]*,/, '').includes(value))).toEqual([]);
    }), { numRuns: 100 });
  });

  test('of variance is exact where numbers are large and lie close together', () => {
    expect(varianceOf([1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16])).toBeCloseTo(30, 6);
    expect(varianceOf([])).toBe(0);
  });
});

describe('the sample', () => {
  const object = (key: string, size: number) => ({ key, etag: '"e"', size });

  test('reads little data as a whole', () => {
    expect(stretchesOf([object('a', 10), object('b', 20)], 'ab')).toEqual([
      { key: 'a', start: 0, end: 10, size: 10 }, { key: 'b', start: 0, end: 20, size: 20 },
    ]);
  });

  test('reads much data in places all over it, no place twice, and the same places each time', () => {
    const sizesOfFiles = fc.array(fc.integer({ min: 9_000_000, max: 500_000_000 }), { minLength: 1, maxLength: 8 });
    fc.assert(fc.property(sizesOfFiles, fc.string(), (sizes, seed) => {
      const objects = sizes.map((size, place) => object(`part-${place}`, size));
      const stretches = stretchesOf(objects, seed);
      expect(stretchesOf(objects, seed)).toEqual(stretches);
      expect(new Set(stretches.map(({ key, start }) => `${key}@${start}`)).size).toBe(stretches.length);
      expect(stretches.length).toBeGreaterThan(15);
      stretches.forEach(({ start, end, size }) => {
        expect(end).toBeLessThanOrEqual(size);
        expect(end - start).toBeGreaterThan(0);
        expect(end - start).toBeLessThanOrEqual(256 * 1024);
      });
    }), { numRuns: 50 });
  });

  const TEXT = 'one\ntwo\r\nthree\nfour';

  test.each([
    ['the beginning', 0, 11, ['one', 'two']],
    ['the middle', 2, 11, ['two']],
    ['the end', 2, TEXT.length, ['two', 'three', 'four']],
    ['all of it', 0, TEXT.length, ['one', 'two', 'three', 'four']],
  ])('takes whole lines from %s', (_, start, end, lines) => {
    expect(wholeLines(TEXT.slice(start, end), { key: 'a', start, end, size: TEXT.length })).toEqual(lines);
  });

  test('gives every record the same chance', () => {
    const counts = Array.from({ length: 20 }, () => 0);
    for (let seed = 0; seed < 2000; seed += 1) {
      someOf(counts.map((_, place) => place), 5, numbersOf(`${seed}`)).forEach((place) => { counts[place] += 1; });
    }
    // 500 each, and five standard deviations of 19.4
    counts.forEach((count) => {
      expect(count).toBeGreaterThan(403);
      expect(count).toBeLessThan(597);
    });
  });
});

describe('the command that approves', () => {
  const url = 'https://abcdef1234.execute-api.eu-west-1.amazonaws.com';
  const plan = (tenant: string) => ({ model: 'churn', tenant, registry: { url } }) as Plan;

  test.each([
    ['default', 7, `mlp model approve churn 7 --url ${url}`],
    ['bank', 7, `mlp model approve churn 7 --tenant bank --url ${url}`],
    ['default', undefined, `mlp model approve churn --url ${url}`],
  ])('names registry and tenant %s, so that it is about no other version', (tenant, revision, command) => {
    expect(approval(plan(tenant), revision)).toBe(command);
  });
});

describe('the hash of an input', () => {
  const data = [{ key: 'a', etag: '"1"', size: 3 }];
  const hash = inputHashOf(data, ['image', 'train'], { a: '1', b: '2' }, undefined);

  test('does not depend on the order in which parameters are written', () => {
    expect(inputHashOf(data, ['image', 'train'], { b: '2', a: '1' }, undefined)).toBe(hash);
  });

  test.each<[string, string]>([
    ['content', inputHashOf([{ ...data[0], etag: '"2"' }], ['image', 'train'], { a: '1', b: '2' }, undefined)],
    ['name', inputHashOf([{ ...data[0], key: 'b' }], ['image', 'train'], { a: '1', b: '2' }, undefined)],
    ['image', inputHashOf(data, ['other', 'train'], { a: '1', b: '2' }, undefined)],
    ['split of two texts', inputHashOf(data, ['imag', 'etrain'], { a: '1', b: '2' }, undefined)],
    ['parameter', inputHashOf(data, ['image', 'train'], { a: '1', b: '3' }, undefined)],
    ['wish', inputHashOf(data, ['image', 'train'], { a: '1', b: '2' }, 'again')],
  ])('changes with the %s', (_, other) => {
    expect(other).not.toBe(hash);
  });
});

describe('whose turn it is', () => {
  const claim = { execution: 'me', wish: 'w', leaseSeconds: 100 };
  const NOW = 1_000_000_000;
  const old = NOW - 61_000;
  const held = { holder: 'other', since: old, until: NOW + 1000 };
  const waiting = { ...held, waiter: 'third', waiterSince: old, waiterWish: 'w' };

  test.each<[string, Parameters<typeof decide>[0], string[], string]>([
    ['nobody has it', {}, [], 'TAKEN'],
    ['I have it', { ...held, holder: 'me' }, [], 'TAKEN'],
    ['its time is over', { ...held, until: NOW }, [], 'TAKEN'],
    ['who has it is over', held, ['other'], 'TAKEN'],
    ['who has it may only not be seen yet', { ...held, since: NOW - 60_000 }, ['other'], 'WAIT'],
    ['another has it', held, [], 'WAIT'],
    ['I wait', { ...waiting, waiter: 'me' }, [], 'WAIT'],
    ['who waits is over', waiting, ['third'], 'WAIT'],
    ['somebody waits for the same', waiting, [], 'SKIPPED'],
    ['somebody waits for something else', { ...waiting, waiterWish: 'x' }, [], 'BUSY'],
  ])('when %s', (_, row, over, turn) => {
    expect(decide(row, claim, NOW, (execution) => over.includes(execution)).turn).toBe(turn);
  });

  test('leaves who waits where he is when another takes it, and forgets him who waited when he does', () => {
    expect(decide({ ...waiting, until: NOW }, claim, NOW, () => false).after).toMatchObject({ holder: 'me', since: NOW, until: NOW + 100_000, waiter: 'third' });
    expect(decide({ ...waiting, waiter: 'me', until: NOW }, claim, NOW, () => false).after).not.toHaveProperty('waiter');
  });
});

describe('why a training failed', () => {
  test.each<[string, boolean]>([
    ['{"StatusReason":"Host EC2 (instance i-1) terminated."}', true],
    ['{"StatusReason":"Essential container in task exited","Attempts":[{"StatusReason":"Host EC2 (instance i-1) terminated."}]}', false],
    ['{"StatusReason":"It was first in the queue for too long and no machine fitted it"}', true],
    ['{"FailureReason":"CapacityError: Unable to provision requested ML compute capacity."}', true],
    ['{"FailureReason":"AlgorithmError: the program spoke of Host EC2"}', false],
    ['Account-level service limit exceeded (ResourceLimitExceeded)', true],
    ['not JSON', false],
  ])('%s', (cause, machines) => {
    expect(wantedMachines({ failure: { Error: 'States.TaskFailed', Cause: cause } })).toBe(machines);
  });

  test('is told in one line that is not too long', () => {
    expect(reasonOf({ failure: { Error: 'E', Cause: JSON.stringify({ StatusReason: 'x'.repeat(1000) }) } })).toHaveLength(500);
    expect(reasonOf({})).toBe('no error: ');
  });
});
