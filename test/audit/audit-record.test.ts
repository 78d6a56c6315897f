import * as fc from 'fast-check';
import * as z from 'zod';
import { anyRecord, anyText, chained, PROMOTION } from './records';
import { AUDIT_ACTIONS, auditLine, AuditRecord, AuditRecordInput, canonical, hashOf, NO_PREVIOUS_HASH } from '../../lib/audit/audit-record';

/** Whatever a terminal or a log reader takes as more than a character of a line. */
const BREAKS_A_LINE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;
const parsedLine = (record: AuditRecordInput) => JSON.parse(auditLine(record)) as AuditRecord;

describe('a line', () => {
  test('is the record, ends the line, and breaks none, whatever is written down', () => {
    fc.assert(fc.property(anyRecord, (record) => {
      const line = auditLine(record);
      expect(line.endsWith('\n')).toBe(true);
      expect(line.slice(0, -1)).not.toMatch(BREAKS_A_LINE);
      expect(JSON.parse(line)).toEqual(JSON.parse(JSON.stringify(AuditRecord.parse(record))));
    }), { numRuns: 500 });
  });

  test('says in no text field what a fixed field says', () => {
    fc.assert(fc.property(anyRecord, anyText, (record, hostile) => {
      const read = parsedLine({ ...record, resourceName: hostile, requestId: hostile, reason: hostile, model: hostile });
      expect({ action: read.action, outcome: read.outcome, actor: read.actor, version: read.version })
        .toEqual({ action: record.action, outcome: record.outcome, actor: record.actor, version: record.version });
    }));
  });

  test('has a bounded length', () => {
    const long = 'x'.repeat(1_000_000);
    const line = auditLine({ ...PROMOTION, reason: long, resourceName: long, details: { names: Array<string>(5000).fill('config') } });
    expect(line.length).toBeLessThan(5000);
  });

  test('is read back as the record that it was made of', () => {
    fc.assert(fc.property(anyRecord, (record) => {
      const once = AuditRecord.parse(record);
      expect(canonical(AuditRecord.parse(JSON.parse(canonical(once))))).toBe(canonical(once));
    }));
  });
});

describe('what does not fit', () => {
  test.each([
    ['a sentence in a name', { model: 'for ana, born 1980' }, 'model', 'for_ana,_born_1980'],
    ['markup in a name', { resourceName: '<b>"x"</b>' }, 'resourceName', '_b__x__/b_'],
    ['a line break in a name', { requestId: 'a\nb' }, 'requestId', 'a_b'],
    ['a line break in the reason', { reason: 'one\ntwo\u2028three' }, 'reason', 'one two three'],
    ['a right-to-left override in the reason', { reason: 'a\u202Eb' }, 'reason', 'a b'],
  ])('is replaced: %s', (_, changed, field, expected) => {
    expect(parsedLine({ ...PROMOTION, ...changed })).toHaveProperty(field, expected);
  });

  test('half a character at the end of a reason that was cut is replaced too', () => {
    const { reason } = parsedLine({ ...PROMOTION, reason: `${'x'.repeat(1023)}😀` });
    expect(reason).toBe(`${'x'.repeat(1023)} `);
  });

  test('what names have is kept: ARNs, S3 URIs, request ids, SageMaker names', () => {
    const names = ['arn:aws:s3:::bucket/a+b=c,d.e', 's3://b/churn/0a1b/model.tar.gz', 'JKJaXmPLvHcESHA=', 'AWS::SageMaker::Endpoint', 'a_b-c.d~*#;@'];
    for (const name of names) {
      expect(parsedLine({ ...PROMOTION, resourceName: name }).resourceName).toBe(name);
    }
  });

  test.each([
    [100, 100, 'n99'], [101, 100, 'and-2-more'], [1000, 100, 'and-901-more'],
  ])('a list of %p names becomes one of %p that ends in %s', (length, kept, last) => {
    const { details } = parsedLine({ ...PROMOTION, details: { names: Array.from({ length }, (_, place) => `n${place}`) } });
    const names = details?.names as string[];
    expect(names).toHaveLength(kept);
    expect(names[names.length - 1]).toBe(last);
  });

  test('what is undefined is left out', () => {
    const text = auditLine({ ...PROMOTION, changeTicket: undefined, details: { servedConfig: undefined, wantedConfig: 'cfg' } });
    expect(text).not.toMatch(/changeTicket|servedConfig|undefined|null/);
    expect(text).toContain('"details":{"wantedConfig":"cfg"}');
  });
});

describe('what is no record is refused', () => {
  test.each<[string, object, string]>([
    ['an unknown field', { comment: 'hello' }, 'comment'],
    ['an action that nobody lists', { action: 'model.delete' }, 'action'],
    ['an outcome that nobody lists', { outcome: 'MAYBE' }, 'outcome'],
    ['a time without milliseconds, which would not sort', { timestamp: '2026-11-20T19:20:00Z' }, 'timestamp'],
    ['a time of another zone', { timestamp: '2026-11-20T19:20:00.000+01:00' }, 'timestamp'],
    ['an actor that IAM does not know', { actor: 'ana@example.com' }, 'actor'],
    ['an actor with a second line', { actor: 'arn:aws:iam::111122223333:user/ana\nroot' }, 'actor'],
    ['a service that only looks like one', { actor: 'amazonaws.com.example.org' }, 'actor'],
    ['a ticket that is a sentence', { changeTicket: 'because ana said so' }, 'changeTicket'],
    ['a version as text', { version: '7' }, 'version'],
    ['version 0', { version: 0 }, 'version'],
    ['a negative duration', { durationMs: -1 }, 'durationMs'],
    ['a duration that is no number', { durationMs: Number.NaN }, 'durationMs'],
    ['a sequence without the hash before it', { sequence: 1 }, 'sequence'],
    ['a hash without a sequence', { previousHash: NO_PREVIOUS_HASH }, 'sequence'],
    ['a hash in capitals', { sequence: 1, previousHash: 'A'.repeat(64) }, 'previousHash'],
    ['a detail that is an object', { details: { inner: { text: 'x' } } }, 'details'],
    ['a detail whose name is no name', { details: { 'two words': 'x' } }, 'details'],
    ['a detail that reaches a prototype', { details: { constructor: 'x' } }, 'details'],
    ['a detail that is not finite', { details: { count: Number.POSITIVE_INFINITY } }, 'details'],
  ])('%s', (_, changed, path) => {
    const record = { ...PROMOTION, ...changed } as AuditRecordInput;
    expect(AuditRecord.safeParse(PROMOTION).success).toBe(true);
    const { error } = AuditRecord.safeParse(record);
    expect(JSON.stringify(error?.issues)).toContain(`"${path}"`);
    expect(() => auditLine(record)).toThrow();
  });
});

describe('canonical text', () => {
  const shuffled = (value: unknown, order: (keys: string[]) => string[]): unknown => {
    if (Array.isArray(value)) {
      return value.map((inner) => shuffled(inner, order));
    }
    if (typeof value !== 'object' || value === null) {
      return value;
    }
    const record = value as Record<string, unknown>;
    return Object.fromEntries(order(Object.keys(record)).map((key) => [key, shuffled(record[key], order)]));
  };

  test('does not depend on the order of keys, at any depth', () => {
    fc.assert(fc.property(anyRecord, fc.infiniteStream(fc.nat()), (record, numbers) => {
      const parsed = AuditRecord.parse(record);
      const weight = new Map<string, number>();
      const drawn = (key: string) => weight.get(key) ?? weight.set(key, numbers.next().value as number).get(key)!;
      const other = shuffled(parsed, (keys) => [...keys].sort((one, two) => drawn(one) - drawn(two))) as AuditRecord;
      expect(canonical(other)).toBe(canonical(parsed));
    }));
  });

  test('is what it was when the first chain was written', () => {
    expect(canonical(AuditRecord.parse({ ...PROMOTION, sequence: 1, previousHash: NO_PREVIOUS_HASH }))).toBe(
      '{"action":"model.promote","actor":"arn:aws:iam::111122223333:user/ana","changeTicket":"CHG-12","durationMs":42,"environment":"production",'
      + `"model":"churn","outcome":"SUCCEEDED","previousHash":"${NO_PREVIOUS_HASH}","previousVersion":6,"requestId":"JKJaXmPLvHcESHA=",`
      + '"resourceName":"default/churn/7","resourceType":"ModelVersion","rollbackTarget":6,"sequence":1,"tenant":"default",'
      + '"timestamp":"2026-11-20T19:20:00.000Z","version":7}');
  });

  test('has the SHA-256 that other tools compute', () => {
    expect(hashOf('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect(hashOf('ä')).toBe('33e6d73fee82904c8d7afb78de1154d1e8dc2a0edb08120e63df5b9385c2d9cc'); // of its UTF-8
  });
});

describe('a chain', () => {
  /** How many records, from the first, vouch for each other. */
  function vouchedFor(texts: readonly string[]): number {
    const broken = texts.findIndex((text, place) => {
      const { sequence, previousHash } = JSON.parse(text) as AuditRecord;
      return sequence !== place + 1 || previousHash !== (place === 0 ? NO_PREVIOUS_HASH : hashOf(texts[place - 1]));
    });
    return broken === -1 ? texts.length : broken;
  }

  test('of any records holds', () => {
    fc.assert(fc.property(fc.array(anyRecord, { maxLength: 6 }), (records) => {
      expect(vouchedFor(chained(records))).toBe(records.length);
    }));
  });

  test('breaks behind a record of which any byte changed', () => {
    const chain = fc.array(anyRecord, { minLength: 2, maxLength: 4 }).map(chained);
    fc.assert(fc.property(chain, fc.nat(), fc.nat(), fc.integer({ min: 1, max: 255 }), (texts, record, position, more) => {
      const place = record % (texts.length - 1);
      const bytes = Buffer.from(texts[place]);
      bytes[position % bytes.length] = (bytes[position % bytes.length] + more) % 256;
      const { previousHash } = JSON.parse(texts[place + 1]) as AuditRecord;
      expect(hashOf(texts[place])).toBe(previousHash);
      expect(hashOf(bytes.toString())).not.toBe(previousHash);
    }), { numRuns: 500 });
  });

  test.each<[string, (texts: string[]) => string[], number]>([
    ['a record is missing', ([one, , ...others]) => [one, ...others], 1],
    ['two records are in the wrong order', ([one, two, three, ...others]) => [one, three, two, ...others], 1],
    ['a record is there twice', ([one, ...others]) => [one, one, ...others], 1],
    ['the first is missing', ([, ...others]) => others, 0],
    ['a record says something else', ([one, two, ...others]) => [one, two.replace('churn', 'fraud'), ...others], 2],
  ])('breaks where %s', (_, change, place) => {
    const texts = chained(Array<typeof PROMOTION>(5).fill(PROMOTION));
    expect(vouchedFor(texts)).toBe(5);
    expect(vouchedFor(change(texts))).toBe(place);
  });
});

describe('no field takes text of a caller, by construction', () => {
  const FREE_TEXT = ['reason'];
  const HOSTILE = 'Ana Example, ana@example.com, call +44 20\nto ask';

  /** What a leaf of the schema makes of a sentence with personal data in it. */
  function made(schema: z.ZodType): string | undefined {
    const { data } = schema.safeParse(HOSTILE);
    return typeof data === 'string' ? data : undefined;
  }

  const { shape } = AuditRecord;
  const fields = Object.entries(shape).filter(([name]) => name !== 'details') as [string, z.ZodType][];

  test.each(fields)('%s', (name, schema) => {
    if (FREE_TEXT.includes(name)) {
      expect(made(schema)).toContain('Ana Example');
    } else {
      expect(made(schema) ?? 'one-word').toMatch(/^[\x21-\x7e]+$/);
    }
  });

  test('the details hold names, numbers and lists of names, and nothing deeper', () => {
    const { details } = shape;
    expect(details.parse({ text: HOSTILE, list: [HOSTILE] })).toEqual({
      text: expect.stringMatching(/^[\x21-\x7e]+$/), list: [expect.stringMatching(/^[\x21-\x7e]+$/)],
    });
    for (const deeper of [{ a: { b: 1 } }, { a: [[HOSTILE]] }, { a: [{ b: HOSTILE }] }, { a: true }, { a: null }]) {
      expect(details.safeParse(deeper).success).toBe(false);
    }
  });

  test('there is one field for a sentence, and it is ours', () => {
    expect(fields.filter(([, schema]) => made(schema)?.includes(' ')).map(([name]) => name)).toEqual(FREE_TEXT);
  });

  test('a new field is noticed here', () => {
    expect(Object.keys(shape).sort()).toEqual([
      'action', 'actor', 'changeTicket', 'details', 'durationMs', 'environment', 'model', 'outcome', 'previousHash', 'previousVersion', 'reason',
      'requestId', 'resourceName', 'resourceType', 'rollbackTarget', 'sequence', 'tenant', 'timestamp', 'version',
    ]);
    expect(AUDIT_ACTIONS.every((action) => /^[a-z]+([.-][a-z]+)+$/.test(action))).toBe(true);
  });
});
