import { auditLine, AuditRecord, canonical, hashOf } from '../../../lib/audit/audit-record';
import { Registration } from '../../../lib/registry/runtime/contract';
import { reduce } from '../../../lib/registry/runtime/reduce';
import { shortfalls } from '../../../lib/registry/runtime/shortfalls';
import { BOB, Memory, refusal, registration } from '../support/commands';

const EVALUATION = { accuracy: 0.9, bias: 0.05, p99LatencyMs: 40, dataset: 's3://data/test' };

describe('what a staging evaluation lacks', () => {
  test.each([
    [{ accuracy: 0.9 }, []],
    [{ accuracy: 0.91 }, ['accuracy 0.9 is below 0.91']],
    [{ bias: 0.05 }, []],
    [{ bias: 0.04 }, ['bias 0.05 is above 0.04']],
    [{ p99LatencyMs: 40 }, []],
    [{ p99LatencyMs: 39.9 }, ['p99 latency 40 ms is above 39.9 ms']],
    [{ accuracy: 1, bias: 0, p99LatencyMs: 0 }, ['accuracy 0.9 is below 1', 'bias 0.05 is above 0', 'p99 latency 40 ms is above 0 ms']],
  ])('of %j: %j', (minimums, missing) => {
    expect(shortfalls(EVALUATION, minimums)).toEqual(missing);
  });

  test.each([{ accuracy: 0 }, { bias: 1 }, { p99LatencyMs: 1e9 }])('is everything where there is none and %j is asked', (minimums) => {
    expect(shortfalls(undefined, minimums)).toEqual(['it was registered without an evaluation']);
  });

  test('is nothing where nothing is asked', () => {
    for (const evaluation of [undefined, EVALUATION]) {
      expect([shortfalls(evaluation, {}), shortfalls(evaluation)]).toEqual([[], []]);
    }
  });
});

describe('the text of a record', () => {
  const record = AuditRecord.parse({
    timestamp: '2026-11-20T12:00:00.000Z',
    actor: 'lambda.amazonaws.com',
    environment: 'test',
    action: 'model.promote',
    resourceType: 'ModelVersion',
    resourceName: 'default/fraud/1',
    outcome: 'SUCCEEDED',
    durationMs: 12,
    requestId: 'request-1',
    details: { b: ['z', 'a'], a: 1 },
  });
  const text = '{"action":"model.promote","actor":"lambda.amazonaws.com","details":{"a":1,"b":["z","a"]},"durationMs":12,"environment":"test",'
    + '"outcome":"SUCCEEDED","requestId":"request-1","resourceName":"default/fraud/1","resourceType":"ModelVersion",'
    + '"timestamp":"2026-11-20T12:00:00.000Z"}';

  test('has its keys in order, at any depth, and its lists as they are', () => {
    expect(canonical(record)).toBe(text);
  });

  test('is the same in whatever order its fields came', () => {
    expect(canonical(Object.fromEntries(Object.entries(record).reverse()) as AuditRecord)).toBe(text);
  });

  test('is a line when it is logged, and has to be a record for that', () => {
    expect(auditLine(record)).toBe(`${text}\n`);
    expect(() => auditLine({ ...record, durationMs: -1 })).toThrow('durationMs');
  });

  test('has the hash that anybody can make of it', () => {
    // printf '{"é":1}' | sha256sum
    expect(hashOf('{"é":1}')).toBe('ddcfcf4765da163969972bb20660092ca2787782d9352d1d8a38e93f70acf3bf');
  });
});

describe('a refusal says what to do', () => {
  test('about a rev that is not the present one', () => {
    const model = new Memory();
    model.register();
    expect(model.decide({ verb: 'promote', revision: 1, expectedRev: 0 })).toEqual({
      refused: true, code: 'STALE_REV', rev: 1, detail: 'the model is at rev 1, not 0: somebody changed it meanwhile; look again, then decide',
    });
  });

  test('about an evaluation that is not enough', () => {
    const model = new Memory();
    model.register();
    const { image, artifactSha256 } = registration();
    expect(refusal(model.decide({ verb: 'approve', revision: 1, image, artifactSha256, actor: BOB, minimums: { accuracy: 0.9 } })))
      .toBe('REFUSED: version 1 does not reach what its model asks for: it was registered without an evaluation');
  });

  test('about a version that is retired once more', () => {
    const model = new Memory();
    model.register();
    model.must({ verb: 'retire', revision: 1 });
    expect(refusal(model.decide({ verb: 'retire', revision: 1 })))
      .toBe('REFUSED: version 1 is Retired, and only Pending or Approved or Rejected or Revoked can become Retired');
  });
});

describe('a version that nobody uses', () => {
  /** Version 1 is held as shadow; version 2 is approved, and nothing more. */
  function held(): Memory {
    const model = new Memory();
    for (const revision of [1, 2]) {
      model.register();
      model.approve(revision);
    }
    model.must({ verb: 'hold', revision: 1, release: 'blue', as: 'shadow' });
    return model;
  }

  test.each(['revoke', 'retire'] as const)('can be gone from while a release holds another: %s', (verb) => {
    expect(held().must({ verb, revision: 2 }).refused).toBe(false);
    expect(refusal(held().decide({ verb, revision: 1 }))).toMatch(/^REFUSED: .*blue/);
  });
});

describe('rows that contradict each other move nothing:', () => {
  test('a history without production', () => {
    const model = new Memory().serve(2);
    const { production: _production, ...head } = model.head;
    model.head = head;
    expect(refusal(model.decide({ verb: 'rollback' }))).toBe('REFUSED: nothing is in production that could be rolled back; promote a version');
  });

  test('an approved version that names no approval', () => {
    const model = new Memory();
    model.register();
    model.approve(1);
    const { approved: _approved, ...version } = model.versions.get(1)!;
    model.versions.set(1, version);
    expect(refusal(model.decide({ verb: 'promote', revision: 1 }))).toBe('REFUSED: version 1 was approved with another image or artifact than it has now');
  });
});

describe('a change holds nothing but', () => {
  const labelled: Registration = { ...registration(), label: '1.0.0' };

  test('a new version and its answer', () => {
    const { version, answer, ...change } = new Memory().register();
    expect(Object.keys(change).sort()).toEqual(['head', 'record', 'refused']);
    expect(version).toStrictEqual({ after: expect.objectContaining({ revision: 1, state: 'Pending' }) });
    expect(answer).toStrictEqual({ model: 'fraud', revision: 1, state: 'Pending', rev: 1, auditSequence: 1 });
  });

  test('a decision, without an approval that there never was', () => {
    const model = new Memory();
    model.register();
    const { version, answer } = model.must({ verb: 'reject', revision: 1 });
    expect(Object.keys(version?.after ?? {})).not.toContain('approved');
    expect(answer).toStrictEqual({ model: 'fraud', revision: 1, state: 'Rejected', rev: 2, auditSequence: 2 });
  });

  test('what serves, and on which version that relies', () => {
    const model = new Memory();
    model.must({ verb: 'register', registration: labelled });
    model.register();
    [1, 2].forEach((revision) => model.approve(revision));
    const { answer, relied, head, record, refused, ...more } = model.must({ verb: 'promote', revision: 1 });
    expect(more).toStrictEqual({});
    expect([refused, relied]).toEqual([false, model.versions.get(1)]);
    expect(head.production).toStrictEqual({ revision: 1, ...labelled });
    expect(answer).toStrictEqual({ model: 'fraud', revision: 1, rev: 5, production: 1, auditSequence: 5 });
    expect(JSON.parse(record)).toMatchObject({ resourceType: 'ModelVersion', resourceName: 'default/fraud/1' });
    const second = model.must({ verb: 'promote', revision: 2 });
    expect(Object.keys(second.head.production ?? {})).not.toContain('label');
    expect(second.answer).toStrictEqual({ model: 'fraud', revision: 2, rev: 6, production: 2, previous: 1, auditSequence: 6 });
  });
});

test('what is not there is not decided on', () => {
  expect(reduce({ head: new Memory().head, versions: new Map() }, {
    verb: 'reject', revision: 1, tenant: 'default', model: 'fraud', actor: BOB, at: '2026-11-20T12:00:00.000Z', environment: 'test', requestId: 'r', durationMs: 1,
  })).toEqual({ refused: true, code: 'NOT_FOUND', detail: 'fraud has no version 1' });
});
