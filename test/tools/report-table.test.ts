import { judge } from '../../tools/judgement';
import { alignedTable, openList, reportTable } from '../../tools/report-table';
import { CDK_RULES, Finding, SynthReport } from '../../tools/synth-report';

function finding(change: Partial<Finding>): Finding {
  return { pack: 'AwsSolutions', rule: 'AwsSolutions-S1', severity: 'error', description: 'no logs', path: 'Data/Bucket', ...change };
}

function report(change: Partial<SynthReport>): SynthReport {
  return { stacks: [{ name: 'Data', resources: 12, bytes: 34567 }], open: [], kept: [], ...change };
}

function table(change: Partial<SynthReport>): string[] {
  const made = report(change);
  return reportTable(made, judge(made, [])).split('\n');
}

test('columns are as wide as their widest cell, names to the left, numbers to the right', () => {
  expect(alignedTable(['Stack', 'N'], [['A', '1'], ['Longer', '1000'], ['Total', '1001']]).split('\n')).toEqual([
    'Stack      N',
    '------  ----',
    'A          1',
    'Longer  1000',
    '------  ----',
    'Total   1001',
  ]);
});

test('every line of a table is equally long', () => {
  const stacks = [{ name: 'Data', resources: 1, bytes: 1 }, { name: 'AStackWithALongName', resources: 499, bytes: 987654 }];
  const lines = table({ stacks, open: [finding({})] });
  expect(new Set(lines.map((line) => line.length)).size).toBe(1);
});

test('a stack shows its resources and the size of its template', () => {
  expect(table({})[2]).toMatch(/^Data +12 +34\.6 kB /);
});

test('a finding in a nested stack counts there and not in the stack around it', () => {
  const stacks = [{ name: 'Data', resources: 1, bytes: 1 }, { name: 'Data/Nested', resources: 1, bytes: 1 }];
  const lines = table({ stacks, open: [finding({ path: 'Data/Nested/Bucket' })] });
  expect(lines[2]).toMatch(/^Data +1 +0\.0 kB +0 \/ 0 /);
  expect(lines[3]).toMatch(/^Data\/Nested +1 +0\.0 kB +1 \/ 0 /);
});

test('a stack whose name begins like another keeps its findings to itself', () => {
  const stacks = [{ name: 'Data', resources: 1, bytes: 1 }, { name: 'DataLake', resources: 1, bytes: 1 }];
  const lines = table({ stacks, open: [finding({ path: 'DataLake/Bucket' })] });
  expect(lines[2]).toMatch(/^Data .* 0 \/ 0 +0 \/ 0 +0 \/ 0 +0 \/ 0 +0 \/ 0 /);
  expect(lines[3]).toMatch(/^DataLake .* 1 \/ 0 +0 \/ 0 +0 \/ 0 +0 \/ 0 +0 \/ 0 /);
});

test('a finding outside every stack has a row of its own, and is in the total', () => {
  const lines = table({ open: [finding({ path: '' })] });
  expect(lines[3]).toMatch(/^\(no stack\) .* 1 \/ 0 /);
  expect(lines[5]).toMatch(/^Total .* 1 \/ 0 /);
});

test('a pack beyond the five has a column of its own', () => {
  expect(table({ kept: [finding({ pack: 'MlPlatform', rule: 'MlPlatform-Isolated' })] })[0]).toContain('Serverless  MlPlatform');
});

test('warnings and errors of the CDK are counted apart', () => {
  const cdk = (severity: string) => finding({ pack: CDK_RULES, rule: 'E1', severity });
  expect(table({ open: [cdk('warning'), cdk('warning'), cdk('error')] })[2]).toMatch(/ 1 +2 +0$/);
});

describe('the list of open findings', () => {
  const listed = (...open: Finding[]) => openList(judge(report({ open }), []));

  test('shows a control once for all packs that report it, with one acknowledgement for all', () => {
    const text = listed(...['HIPAA.Security', 'PCI.DSS.321'].map((pack) => finding({ pack, rule: `${pack}-Logging` })));
    expect(text.match(/no logs/g)).toHaveLength(1);
    expect(text).toContain("rules: ['HIPAA.Security-Logging', 'PCI.DSS.321-Logging']");
  });

  test('keeps apart what two constructs do wrong', () => {
    expect(listed(finding({ path: 'Data/One' }), finding({ path: 'Data/Other' })).match(/no logs/g)).toHaveLength(2);
  });

  test('keeps apart what one rule of the CDK says of two properties', () => {
    const says = (description: string) => finding({ pack: CDK_RULES, rule: 'W3030', description });
    expect(listed(says('Type: wrong'), says('Mode: wrong')).match(/wrong/g)).toHaveLength(2);
  });

  test('cuts a description that lists everything the rule knows', () => {
    expect(listed(finding({ description: 'x'.repeat(5_000) })).length).toBeLessThan(500);
  });

  test('offers a pattern that matches the path literally', () => {
    expect(listed(finding({ pack: CDK_RULES, rule: 'W1', path: 'Data/A.B' }))).toContain('path: /^Data\\/A\\.B$/');
  });
});
