import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, aws_s3 as s3, Stack, Validations } from 'aws-cdk-lib';
import { NO_LOGS, NO_REPLICA, plantedApp, Store } from './planted-apps';
import { acknowledge } from '../../lib/core/acknowledge';
import { acknowledgements, faults, Owner, ruleExceptions } from '../../tools/acknowledgement-list';
import { acknowledgementPage } from '../../tools/acknowledgement-page';
import { CreateApp, packReport } from '../../tools/strict-synth';

function ownersIn(createApp: CreateApp): Owner[] {
  const { app, report } = packReport(createApp, mkdtempSync(join(tmpdir(), 'acknowledgements-')));
  return acknowledgements(app, report);
}

function owners(plant: (stack: Stack) => void): Owner[] {
  return ownersIn(plantedApp(plant));
}

const reasons = (count: number) => Array.from({ length: count }, (_, index) => ({
  rules: ['AwsSolutions-S1'], reason: `a planted reason with the number ${index}`,
}));

describe('the list of acknowledgements', () => {
  test('shows a decision under the construct of ours that took it, with every id and what it keeps', () => {
    expect(owners((stack) => new Store(stack, 'Store', NO_LOGS))).toEqual([{
      stack: 'Planted',
      path: 'Store',
      type: 'Store',
      decisions: [{
        reason: NO_LOGS.reason,
        at: ['Bucket'],
        ids: [
          { id: 'AwsSolutions::AwsSolutions-S1', keeps: 1 },
          { id: 'HIPAA.Security::HIPAA.Security-S3BucketLoggingEnabled', keeps: 1 },
          { id: 'NIST.800.53.R5::NIST.800.53.R5-S3BucketLoggingEnabled', keeps: 1 },
          { id: 'PCI.DSS.321::PCI.DSS.321-S3BucketLoggingEnabled', keeps: 1 },
        ],
      }],
    }]);
  });

  test('says of an id that keeps nothing that it keeps nothing', () => {
    const [{ decisions }] = owners((stack) => new Store(stack, 'Store', { rules: ['AwsSolutions-IAM4'], reason: 'no role is here' }));
    expect(decisions[0].ids).toEqual([{ id: 'AwsSolutions::AwsSolutions-IAM4', keeps: 0 }]);
  });

  test('counts one reason on two parts of a construct as one decision', () => {
    const [owner, ...others] = owners((stack) => {
      const store = new Store(stack, 'Store', NO_LOGS);
      acknowledge(new s3.Bucket(store, 'Other'), NO_LOGS);
    });
    expect(others).toEqual([]);
    expect(owner.decisions).toHaveLength(1);
    expect(owner.decisions[0].at).toEqual(['Bucket', 'Other']);
  });

  test('gives a bare CDK construct to its stack', () => {
    const [owner] = owners((stack) => acknowledge(new s3.Bucket(stack, 'Bare'), NO_LOGS));
    expect(owner).toMatchObject({ stack: 'Planted', path: '', type: 'Stack', decisions: [{ at: ['Bare'] }] });
  });

  test('is empty for an app that acknowledges nothing', () => {
    expect(owners((stack) => new s3.Bucket(stack, 'Bucket'))).toEqual([]);
  });
});

test('what the CDK says of its own rules is listed apart: it is not a decision of ours', () => {
  const { app, report } = packReport(plantedApp((stack) => [stack.availabilityZones, new Store(stack, 'Store', NO_LOGS)]),
    mkdtempSync(join(tmpdir(), 'acknowledgements-')));
  expect(acknowledgements(app, report).map(({ type }) => type)).toEqual(['Store']);
  expect(ruleExceptions(app)).toEqual([{ id: 'W3010', reason: expect.stringContaining('availabilityZones'), at: ['Planted'] }]);
});

describe('the check of acknowledgements', () => {
  const faultsIn = (plant: (stack: Stack) => void) => faults(owners(plant));

  test('finds nothing wrong with two reasons for many ids', () => {
    expect(faultsIn((stack) => new Store(stack, 'Store', NO_LOGS, NO_REPLICA))).toEqual([]);
  });

  test.each([[1, []], [5, []], [6, ['Planted/Store (Store) acknowledges for 6 reasons; at most 5: fix something']]])(
    'judges %p reasons in one construct', (count, expected) => {
      expect(faultsIn((stack) => new Store(stack, 'Store', ...reasons(count)))).toEqual(expected);
    });

  test('counts the reasons of all parts of a construct together', () => {
    expect(faultsIn((stack) => {
      const store = new Store(stack, 'Store', ...reasons(3));
      acknowledge(new s3.Bucket(store, 'Other'), ...reasons(6).slice(3));
    })).toEqual([expect.stringContaining('6 reasons')]);
  });

  test('counts a construct inside another for itself', () => {
    expect(faultsIn((stack) => new Store(new Store(stack, 'Outer', ...reasons(3)), 'Inner', ...reasons(3)))).toEqual([]);
  });

  test('fails on an id without a namespace, which leaves no trace in the report', () => {
    expect(faultsIn((stack) => Validations.of(new Store(stack, 'Store')).acknowledge({
      id: 'AwsSolutions-S1', reason: 'a planted reason without namespace',
    }))).toEqual([expect.stringContaining('names no pack and so vanishes')]);
  });

  test.each(['', '   ', 'false positive'])('fails on the reason %p', (reason) => {
    expect(faultsIn((stack) => new Store(stack, 'Store', { ...NO_LOGS, reason })))
      .toEqual([expect.stringContaining('without a reason that a reviewer could accept')]);
  });

  test('fails on an acknowledgement for a whole stack', () => {
    expect(faultsIn((stack) => acknowledge(stack, NO_LOGS))).toEqual([expect.stringContaining('for everything in a stack')]);
  });

  test('fails on an acknowledgement for a whole app', () => {
    expect(faults(ownersIn((options) => {
      const app = new App(options);
      acknowledge(app, NO_LOGS);
      new Stack(app, 'Planted');
      return app;
    }))).toEqual([expect.stringContaining('for everything in a stack')]);
  });
});

describe('the page', () => {
  const page = (plant: (stack: Stack) => void) => acknowledgementPage(owners(plant), [], []);

  test('shows constructs that decide the same once, with all their places', () => {
    const text = page((stack) => ['B', 'A'].forEach((id) => new Store(stack, id, NO_LOGS)));
    expect(text.match(/^## Store$/gm)).toHaveLength(1);
    expect(text).toContain('At `Planted/A`, `Planted/B`.');
    expect(text).toContain('2 constructs, 2 decisions.');
    expect(text).toContain('| AwsSolutions | 2 | 2 |');
  });

  test('shows a reason with its ids by pack', () => {
    expect(page((stack) => new Store(stack, 'Store', NO_REPLICA))).toContain([
      `1. ${NO_REPLICA.reason}`,
      '   - on `Bucket`',
      '   - HIPAA.Security: `HIPAA.Security-S3BucketReplicationEnabled` 1',
      '   - NIST.800.53.R5: `NIST.800.53.R5-S3BucketReplicationEnabled` 1',
      '   - PCI.DSS.321: `PCI.DSS.321-S3BucketReplicationEnabled` 1',
    ].join('\n'));
  });

  test('shows what is excepted from the CloudFormation rules', () => {
    const text = acknowledgementPage([], [{ id: 'W3010', reason: 'zones are looked up', at: ['Data'] }],
      [{ rule: 'W3030', path: /^Data$/, reason: 'the type is new' }]);
    expect(text).toContain('- W3010, by the CDK at `Data`: zones are looked up');
    expect(text).toContain('- W3030, in tools/validation-exceptions.ts for `^Data$`: the type is new');
  });

  test('is the same whichever construct was made first', () => {
    const plant = (ids: string[]) => (stack: Stack) => ids.forEach((id) => new Store(stack, id, NO_LOGS, NO_REPLICA));
    expect(page(plant(['A', 'B']))).toBe(page(plant(['B', 'A'])));
  });
});
