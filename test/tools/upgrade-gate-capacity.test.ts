import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { MachineFamily, QueueKind } from '../../lib/training';
import { Change } from '../../tools/upgrade-gate/change';
import { changesOf, changesOfApp } from '../../tools/upgrade-gate/compare';
import { faults, parsePermitted } from '../../tools/upgrade-gate/permitted';
import { StackTemplate, TemplateResource } from '../../tools/upgrade-gate/template';
import { trainingQueue } from '../training/supplies';

function environment(maxvCpus: unknown): TemplateResource {
  return { Type: 'AWS::Batch::ComputeEnvironment', Properties: { Type: 'MANAGED', ComputeResources: { MaxvCpus: maxvCpus } } };
}

function template(limits: Record<string, unknown>): StackTemplate {
  return { Resources: Object.fromEntries(Object.entries(limits).map(([id, limit]) => [id, environment(limit)])) };
}

function changes(before: Record<string, unknown>, after: Record<string, unknown>): Change[] {
  return changesOf({ stack: 'Ml', before: template(before), after: template(after) });
}

describe('growth of a compute environment is refused', () => {
  test.each<[string, unknown, unknown]>([
    ['by one more than a quarter', 100, 126],
    ['by a fraction more than a quarter', 10, 13],
    ['a hundredfold', 100, 10_000],
    ['from nothing', 0, 1],
    ['written as text', '100', '126'],
    ['to a parameter, which nobody can read', 100, { Ref: 'MaxVcpus' }],
    ['from one parameter to another', { Ref: 'MaxVcpus' }, { Ref: 'Other' }],
    ['to no limit that could be read', 100, undefined],
  ])('%s', (_, before, after) => {
    expect(changes({ Spot: before }, { Spot: after })).toMatchObject([{ stack: 'Ml', logicalId: 'Spot', change: 'capacity-grown' }]);
  });

  test('with both numbers in the finding', () => {
    expect(changes({ Spot: 100 }, { Spot: 200 })).toEqual([
      { stack: 'Ml', logicalId: 'Spot', change: 'capacity-grown', what: ['MaxvCpus: 100 -> 200'] },
    ]);
  });

  test('also when another shrinks by as much', () => {
    expect(changes({ Spot: 100, OnDemand: 200 }, { Spot: 200, OnDemand: 100 })).toMatchObject([{ logicalId: 'Spot' }]);
  });
});

describe('growth of a stack is refused', () => {
  test('when an environment is renamed on the way', () => {
    expect(changes({ Old: 100 }, { New: 126 })).toEqual([{
      stack: 'Ml', logicalId: '*', change: 'capacity-grown', what: ['MaxvCpus of all AWS::Batch::ComputeEnvironment: 100 -> 126', 'new: New'],
    }]);
  });

  test('when a second environment comes beside the first', () => {
    expect(changes({ Spot: 100 }, { Spot: 100, OnDemand: 26 })).toMatchObject([
      { logicalId: '*', what: ['MaxvCpus of all AWS::Batch::ComputeEnvironment: 100 -> 126', 'new: OnDemand'] },
    ]);
  });

  test('when one comes whose size nobody can read', () => {
    expect(changes({ Spot: 100 }, { Spot: 100, OnDemand: { Ref: 'MaxVcpus' } })).toMatchObject([{ logicalId: '*' }]);
  });
});

describe('no permission is asked for', () => {
  test.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ['exactly a quarter', { Spot: 100 }, { Spot: 125 }],
    ['a quarter for each of two', { Spot: 100, OnDemand: 8 }, { Spot: 125, OnDemand: 10 }],
    ['no growth', { Spot: 100 }, { Spot: 100 }],
    ['a smaller limit', { Spot: 100 }, { Spot: 1 }],
    ['the same parameter', { Spot: { Ref: 'MaxVcpus' } }, { Spot: { Ref: 'MaxVcpus' } }],
    ['a rename without growth', { Old: 100 }, { New: 125 }],
    ['one that goes', { Spot: 100, OnDemand: 100 }, { Spot: 100 }],
    ['a first queue in a stack', {}, { Spot: 10_000 }],
  ])('%s', (_, before, after) => {
    expect(changes(before, after)).toEqual([]);
  });

  test('a new stack', () => {
    expect(changesOfApp(new Map(), new Map([['Ml', template({ Spot: 10_000 })]]))).toEqual([]);
  });
});

describe('a training queue', () => {
  function queueOf(maxVcpus: number): StackTemplate {
    const stack = new Stack(new App(), 'Test');
    trainingQueue(stack, { kind: QueueKind.gpuSpot({ machines: [MachineFamily.G5], maxVcpus }) });
    return Template.fromStack(stack).toJSON() as StackTemplate;
  }

  const update = (before: number, after: number) => changesOf({ stack: 'Test', before: queueOf(before), after: queueOf(after) });

  test('may grow by a quarter', () => {
    expect(update(256, 320)).toEqual([]);
  });

  test('may not grow by more, and the finding names its environment', () => {
    const [found, ...others] = update(256, 321);
    expect(others).toEqual([]);
    expect(found).toMatchObject({ change: 'capacity-grown', what: ['MaxvCpus: 256 -> 321'] });
    expect(found.logicalId).toMatch(/^QueueMachinesSpot/);
  });

  test('may grow by more with a permission that says these numbers', () => {
    const found = update(256, 512);
    const entry = (line: string) => parsePermitted(JSON.stringify([{ ...found[0], what: [line], reason: 'Two teams move in this week.' }]));
    expect(faults(found, entry('MaxvCpus: 256 -> 512'))).toEqual([]);
    expect(faults(found, entry('MaxvCpus: 256 -> 400'))).toHaveLength(2);
  });
});
