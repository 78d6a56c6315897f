import { CfnParameter, Lazy, Stack, Token } from 'aws-cdk-lib';
import { MachineFamily, NodeCluster, QueueKind, TeamShare } from '../../lib/training';

describe('a machine family', () => {
  test.each([
    ['g5', true, false, true], ['g6e', true, false, true], ['g4dn', true, false, true], ['p4d', true, false, true], ['p6-b200', true, false, true],
    ['gr6', true, false, undefined], ['g8', true, false, undefined], ['m6i', false, false, false], ['c7g', false, true, false],
    ['m6gd', false, true, true], ['c5d', false, false, true], ['a1', false, true, undefined], ['x2idn', false, false, true], ['g5g', true, true, undefined],
  ])('%s: GPUs %p, arm64 %p, local disks %p', (name, gpus, arm, disks) => {
    const family = MachineFamily.of(name);
    expect([family.hasGpus, family.isArm, family.hasLocalDisks]).toEqual([gpus, arm, disks]);
  });

  test.each([['g5.2xlarge', 8], ['p4d.24xlarge', 96], ['m6i.large', 2], ['g5', undefined], ['x9z.4xlarge', undefined]])('%s has %p vCPUs', (name, vcpus) => {
    expect(MachineFamily.of(name).vcpus).toBe(vcpus);
  });

  test.each(['', 'G5', 'g5.', 'g5 ', 'g5\n', 'default_x86_64', '../g5', 'x'.repeat(100_000), 5, null, undefined])('fails as %p', (name) => {
    expect(() => MachineFamily.of(name as string)).toThrow('`name` must be a family or a type of EC2');
  });

  test('fails as a token, because GPUs decide what is made', () => {
    expect(() => MachineFamily.of(Token.asString({ Ref: 'Family' }))).toThrow('`name` must be known at synth');
  });
});

describe('a queue kind', () => {
  const machines = [MachineFamily.G5];

  test.each<[QueueKind, string, boolean, boolean, string[]]>([
    [QueueKind.gpuSpot({ machines, maxVcpus: 8 }), 'gpuSpot', true, true, ['Spot']],
    [QueueKind.gpuOnDemand({ machines, maxVcpus: 8 }), 'gpuOnDemand', true, false, ['OnDemand']],
    [QueueKind.cpuSpot({ machines: [MachineFamily.M6I], maxVcpus: 8 }), 'cpuSpot', false, true, ['Spot']],
    [QueueKind.cpuOnDemand({ machines: [MachineFamily.C7G], maxVcpus: 8 }), 'cpuOnDemand', false, false, ['OnDemand']],
    [QueueKind.spotWithOnDemandFallback({ machines, maxSpotVcpus: 8, maxOnDemandVcpus: 4 }), 'spotWithOnDemandFallback', true, true, ['Spot', 'OnDemand']],
    [QueueKind.spotWithOnDemandFallback({ machines: [MachineFamily.M6I], maxSpotVcpus: 8, maxOnDemandVcpus: 4 }),
      'spotWithOnDemandFallback', false, true, ['Spot', 'OnDemand']],
  ])('says what it is: %#', (kind, name, gpus, spot, environments) => {
    expect([kind.name, kind.hasGpus, kind.usesSpot, kind._environments.map(({ id }) => id)])
      .toEqual([name, gpus, spot, environments]);
  });

  test.each([1, 1_000_000])('takes %p vCPUs', (maxVcpus) => {
    expect(QueueKind.gpuSpot({ machines, maxVcpus })._environments[0].maxVcpus).toBe(maxVcpus);
  });

  test.each([-1, 0.5, 1_000_001, NaN, Infinity, '8', undefined])('fails with %p vCPUs', (maxVcpus) => {
    expect(() => QueueKind.gpuSpot({ machines, maxVcpus: maxVcpus as number })).toThrow('`maxVcpus` must be a whole number from 1 to 1000000');
  });

  test('passes a token for the limit on, by identity', () => {
    const maxVcpus = new CfnParameter(new Stack(), 'Max', { type: 'Number' }).valueAsNumber;
    expect(QueueKind.gpuSpot({ machines, maxVcpus })._environments[0].maxVcpus).toBe(maxVcpus);
  });

  test('names all problems at once', () => {
    expect(() => QueueKind.gpuSpot({ machines: [MachineFamily.M6I, MachineFamily.C7G], maxVcpus: 0 }))
      .toThrow(/got 'm6i'[^]*got 'c7g'[^]*one architecture[^]*got 0/);
  });

  test('does not change with the list that it was made from', () => {
    const list = [MachineFamily.G5];
    const kind = QueueKind.gpuSpot({ machines: list, maxVcpus: 8 });
    list.push(MachineFamily.M6I);
    expect(kind.machines).toEqual([MachineFamily.G5]);
  });
});

describe('a team share', () => {
  test('has weight 1 and no quota unless told', () => {
    expect(TeamShare.of('fraud')).toMatchObject({ team: 'fraud', weight: 1, maxGpus: undefined, maxVcpus: undefined });
  });

  test.each([0.01, 1000])('takes a weight of %p', (weight) => {
    expect(TeamShare.of('fraud', { weight }).weight).toBe(weight);
  });

  test.each([0, 0.009, 1000.1, NaN])('fails with a weight of %p', (weight) => {
    expect(() => TeamShare.of('fraud', { weight })).toThrow(`\`weight\` must be a number from 0.01 to 1000: got ${weight}`);
  });

  test('fails with a token for the weight, which would be divided by', () => {
    expect(() => TeamShare.of('fraud', { weight: Lazy.number({ produce: () => 2 }) })).toThrow('`weight` must be known at synth');
  });

  test.each(['', 'a'.repeat(65), 'fraud team', 'fraud*', 'frau\u00e4', 12, undefined])('fails for the team %p', (team) => {
    expect(() => TeamShare.of(team as string)).toThrow('`team` must be 1 to 64 letters and digits');
  });
});

test.each([-1, 6, 0.5])('a cluster fails in subnet %p', (subnet) => {
  expect(() => NodeCluster.of({ subnet })).toThrow(`\`subnet\` must be a whole number from 0 to 5: got ${subnet}`);
});
