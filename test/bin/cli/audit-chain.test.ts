import * as fc from 'fast-check';
import { Chain, Copies, COPY_LAG_MS, Finding, verifyChain } from '../../../bin/cli/audit-chain';
import { AuditRecord, canonical, hashOf, NO_PREVIOUS_HASH } from '../../../lib/audit/audit-record';
import { AuditRow } from '../../../lib/registry/runtime/contract';

const NOW = Date.parse('2026-11-20T12:00:00.000Z');
const HOUR = 3_600_000;

/** The trail of a model as the registry writes it: one record a minute, the last an hour ago. */
function chainOf(length: number): Chain {
  const rows: AuditRow[] = [];
  let previousHash = NO_PREVIOUS_HASH;
  for (let sequence = 1; sequence <= length; sequence += 1) {
    const timestamp = new Date(NOW - HOUR - (length - sequence) * 60_000).toISOString();
    const record = recordOf({ sequence, previousHash, timestamp });
    previousHash = hashOf(record);
    rows.push({ sequence, record, hash: previousHash });
  }
  return { tenant: 'default', model: 'fraud', rows, headSequence: length, headHash: previousHash };
}

function recordOf(more: { sequence: number; previousHash: string; timestamp: string; version?: number; model?: string }): string {
  return canonical(AuditRecord.parse({
    actor: 'arn:aws:iam::111122223333:role/Trainer',
    environment: 'production',
    action: 'model.register',
    resourceType: 'ModelVersion',
    resourceName: `default/fraud/${more.sequence}`,
    tenant: 'default',
    model: 'fraud',
    version: more.sequence,
    outcome: 'SUCCEEDED',
    durationMs: 10,
    requestId: `request-${more.sequence}`,
    ...more,
  }));
}

function copiesOf({ rows }: Chain): Copies {
  return { copies: rows.map(({ sequence, record }) => ({ sequence, text: record, versions: 1 })), strayKeys: [], listedAt: NOW };
}

function kinds(findings: readonly Finding[]): string[] {
  return findings.map(({ sequence, kind }) => `${sequence} ${kind}`);
}

/** The chain from a row on, written anew: what somebody does who knows how the hashes are made. */
function rewritten({ rows, ...chain }: Chain, sequence: number): Chain {
  const anew = rows.slice(0, sequence - 1);
  for (const { record, sequence: number } of rows.slice(sequence - 1)) {
    const { timestamp } = JSON.parse(record) as { timestamp: string };
    const text = recordOf({ sequence: number, previousHash: anew.at(-1)?.hash ?? NO_PREVIOUS_HASH, timestamp, version: 99 });
    anew.push({ sequence: number, record: text, hash: hashOf(text) });
  }
  return { ...chain, rows: anew, headHash: anew.at(-1)?.hash ?? NO_PREVIOUS_HASH };
}

describe('a chain that nobody touched', () => {
  test.each([0, 1, 2, 9, 10, 11, 150])('of %i rows has no finding', (length) => {
    const chain = chainOf(length);
    expect(verifyChain(chain, copiesOf(chain), NOW)).toEqual({ findings: [], tooNew: 0 });
    expect(verifyChain(chain, undefined, NOW)).toEqual({ findings: [], tooNew: 0 });
  });
});

describe('somebody who touched the table', () => {
  const chain = chainOf(5);
  const replaced = (place: number, row: Partial<AuditRow>): Chain =>
    ({ ...chain, rows: chain.rows.map((each, index) => index === place ? { ...each, ...row } : each) });
  const found = (touched: Chain) => kinds(verifyChain(touched, undefined, NOW).findings);

  test('and altered a record is found there, once', () => {
    const record = chain.rows[2].record.replace('Trainer', 'Tralner');
    expect(found(replaced(2, { record }))).toEqual(['3 ALTERED']);
  });

  test('and altered a hash is found there, once', () => {
    expect(found(replaced(2, { hash: 'f'.repeat(64) }))).toEqual(['3 ALTERED']);
  });

  test('and altered a record with its hash is found where the next one continues another', () => {
    const record = chain.rows[2].record.replace('Trainer', 'Tralner');
    expect(found(replaced(2, { record, hash: hashOf(record) }))).toEqual(['4 CHAIN_BROKEN']);
  });

  test('and altered the last record with its hash is found at the head', () => {
    const record = chain.rows[4].record.replace('Trainer', 'Tralner');
    expect(found(replaced(4, { record, hash: hashOf(record) }))).toEqual(['5 HEAD_DIFFERS']);
  });

  test('and took rows away is found', () => {
    expect(found({ ...chain, rows: chain.rows.filter((_row, place) => place !== 2) })).toEqual(['3 MISSING']);
    const { findings } = verifyChain({ ...chain, rows: [chain.rows[0], chain.rows[4]] }, undefined, NOW);
    expect(findings).toEqual([{ sequence: 2, kind: 'MISSING', detail: 'rows 2 to 4 are not there' }]);
  });

  test('and cut the end off is found', () => {
    expect(found({ ...chain, rows: chain.rows.slice(0, 3) })).toEqual(['4 TRUNCATED']);
    expect(found({ ...chain, rows: [] })).toEqual(['1 TRUNCATED']);
  });

  test('and cut the end off with the head is found by the copies', () => {
    const cut = { ...chain, rows: chain.rows.slice(0, 3), headSequence: 3, headHash: chain.rows[2].hash };
    expect(found(cut)).toEqual([]);
    expect(kinds(verifyChain(cut, copiesOf(chain), NOW).findings)).toEqual(['4 COPY_WITHOUT_ROW', '5 COPY_WITHOUT_ROW']);
  });

  test('and swapped the contents of two rows is found', () => {
    const [one, two] = [chain.rows[1], chain.rows[2]];
    const [head, , , ...tail] = chain.rows;
    const rows = [head, { ...two, sequence: 2 }, { ...one, sequence: 3 }, ...tail];
    expect(found({ ...chain, rows })).toEqual(expect.arrayContaining(['2 REORDERED', '3 REORDERED']));
  });

  test('and put in a row of another model is found', () => {
    const record = recordOf({ sequence: 3, previousHash: chain.rows[1].hash, timestamp: '2026-11-20T10:57:00.000Z', model: 'churn' });
    expect(found(replaced(2, { record, hash: hashOf(record) }))).toEqual(expect.arrayContaining(['3 FOREIGN']));
  });

  test('and wrote something that is no record is found', () => {
    expect(found(replaced(2, { record: '}{', hash: hashOf('}{') }))).toEqual(['3 UNREADABLE', '4 CHAIN_BROKEN']);
  });

  test('and let time go back is found', () => {
    const record = recordOf({ sequence: 5, previousHash: chain.rows[3].hash, timestamp: '2026-11-20T08:00:00.000Z' });
    const touched = { ...replaced(4, { record, hash: hashOf(record) }), headHash: hashOf(record) };
    expect(found(touched)).toEqual(['5 TIME_GOES_BACK']);
  });

  test('and wrote the chain anew from a row on is found by the copies alone', () => {
    const anew = rewritten(chain, 3);
    expect(verifyChain(anew, undefined, NOW).findings).toEqual([]);
    expect(kinds(verifyChain(anew, copiesOf(chain), NOW).findings)).toEqual(['3 COPY_DIFFERS', '4 COPY_DIFFERS', '5 COPY_DIFFERS']);
  });
});

describe('copies', () => {
  const chain = chainOf(3);
  const [first, second, third] = copiesOf(chain).copies;
  const found = (copies: Partial<Copies>) =>
    kinds(verifyChain(chain, { copies: [first, second, third], strayKeys: [], listedAt: NOW, ...copies }, NOW).findings);

  test('that are not there are findings', () => {
    expect(found({ copies: [first, third] })).toEqual(['2 COPY_MISSING']);
  });

  test('that something was written over are findings, though the first is right', () => {
    expect(found({ copies: [first, { ...second, versions: 2 }, third] })).toEqual(['2 COPY_OVERWRITTEN']);
  });

  test('without a row are findings', () => {
    expect(found({ copies: [first, second, third, { sequence: 4, text: '{}', versions: 1 }] })).toEqual(['4 COPY_WITHOUT_ROW']);
  });

  test('that are none are findings', () => {
    expect(found({ strayKeys: ['audit/default/fraud/notes.txt'] })).toEqual(['0 STRAY_COPY']);
  });

  describe('of a row that was just written', () => {
    const at = (age: number): Chain => {
      const record = recordOf({ sequence: 1, previousHash: NO_PREVIOUS_HASH, timestamp: new Date(NOW - age).toISOString() });
      return { ...chain, rows: [{ sequence: 1, record, hash: hashOf(record) }], headSequence: 1, headHash: hashOf(record) };
    };
    const none = { copies: [], strayKeys: [], listedAt: NOW };

    test.each([0, 1_000, COPY_LAG_MS])('may be missing %i ms later', (age) => {
      expect(verifyChain(at(age), none, NOW)).toEqual({ findings: [], tooNew: 1 });
    });

    test('may not be missing later', () => {
      expect(kinds(verifyChain(at(COPY_LAG_MS + 1), none, NOW).findings)).toEqual(['1 COPY_MISSING']);
    });

    test('may not be missing because the row says that it is of the future', () => {
      expect(kinds(verifyChain(at(-HOUR), none, NOW).findings)).toEqual(['1 COPY_MISSING']);
    });

    test('may be missing however long the reading took, if it was written after the copies were listed', () => {
      const listedAt = NOW - HOUR;
      expect(verifyChain(at(HOUR - 60_000), { ...none, listedAt }, NOW)).toEqual({ findings: [], tooNew: 1 });
      expect(kinds(verifyChain(at(HOUR + COPY_LAG_MS + 1), { ...none, listedAt }, NOW).findings)).toEqual(['1 COPY_MISSING']);
    });

    test('must be right if it is there', () => {
      const wrong = { ...none, copies: [{ sequence: 1, text: '{}', versions: 1 }] };
      expect(kinds(verifyChain(at(0), wrong, NOW).findings)).toEqual(['1 COPY_DIFFERS']);
    });
  });
});

function withOther(text: string, at: number): string {
  return `${text.slice(0, at)}${text[at] === '0' ? '1' : '0'}${text.slice(at + 1)}`;
}

describe('any single change of any chain is found', () => {
  const RUNS = { numRuns: 300 };
  const length = fc.integer({ min: 1, max: 12 });
  const touched = (touch: (chain: Chain, place: number, more: number) => Chain | undefined) =>
    fc.assert(fc.property(length, fc.nat(), fc.nat(), (count, one, other) => {
      const chain = chainOf(count);
      const after = touch(chain, one % count, other);
      fc.pre(after !== undefined);
      expect(verifyChain(after!, undefined, NOW).findings).not.toEqual([]);
      expect(verifyChain(after!, copiesOf(chain), NOW).findings).not.toEqual([]);
    }), RUNS);
  const withRows = (chain: Chain, rows: readonly AuditRow[]): Chain => ({ ...chain, rows });

  test('an altered character of a record', () => touched((chain, place, more) => withRows(chain, chain.rows.map((row, index) => {
    const at = more % row.record.length;
    return index === place ? { ...row, record: withOther(row.record, at) } : row;
  }))));

  test('an altered character, with a new hash', () => touched((chain, place, more) => withRows(chain, chain.rows.map((row, index) => {
    const at = more % row.record.length;
    const record = withOther(row.record, at);
    return index === place ? { ...row, record, hash: hashOf(record) } : row;
  }))));

  test('an altered hash', () => touched((chain, place, more) => withRows(chain, chain.rows.map((row, index) => {
    const at = more % 64;
    return index === place ? { ...row, hash: withOther(row.hash, at) } : row;
  }))));

  test('an altered number', () => touched((chain, place, more) => withRows(chain, chain.rows.map((row, index) =>
    index === place ? { ...row, sequence: row.sequence + 1 + more % 5 } : row))));

  test('a row taken away', () => touched((chain, place) => withRows(chain, chain.rows.filter((_row, index) => index !== place))));

  test('two rows swapped', () => touched((chain, place, more) => {
    const other = more % chain.rows.length;
    return other === place ? undefined : withRows(chain, chain.rows.map((row, index) =>
      index === place ? chain.rows[other] : index === other ? chain.rows[place] : row));
  }));

  test('two rows swapped, each with the number of its new place', () => touched((chain, place, more) => {
    const other = more % chain.rows.length;
    return other === place ? undefined : withRows(chain, chain.rows.map((row, index) => ({
      ...(index === place ? chain.rows[other] : index === other ? chain.rows[place] : row), sequence: row.sequence,
    })));
  }));

  test('a row put in', () => touched((chain, place, more) => {
    const from = chain.rows[more % chain.rows.length];
    const { sequence } = chain.rows[place];
    return withRows(chain, [...chain.rows.slice(0, place), { ...from, sequence }, ...chain.rows.slice(place)]);
  }));

  test('a row added at the end', () => touched((chain) => {
    const sequence = chain.rows.length + 1;
    const record = recordOf({ sequence, previousHash: chain.headHash, timestamp: new Date(NOW - HOUR).toISOString() });
    return withRows(chain, [...chain.rows, { sequence, record, hash: hashOf(record) }]);
  }));

  test('another head', () => touched((chain, _place, more) => ({ ...chain, headSequence: chain.headSequence + (more % 2 === 0 ? 1 : -1) })));
});
