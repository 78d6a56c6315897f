/** What is known of an instance type; what is absent is unknown. */
export interface InstanceFacts {
  readonly localNvme?: boolean;
  readonly gpus?: number;
  readonly vcpus?: number;
}

interface Family {
  readonly localNvme: boolean;
  /** GPUs by size; `others` are all sizes that are not named. Absent for a family without GPUs. */
  readonly gpus?: { readonly [size: string]: number };
}

const DISKS: Family = { localNvme: true };
const EBS: Family = { localNvme: false };
const G5 = disksAndGpus({ '12xlarge': 4, '24xlarge': 4, '48xlarge': 8, 'others': 1 });
const G7 = disksAndGpus({ '12xlarge': 2, '24xlarge': 4, '48xlarge': 8, 'others': 1 });
const EIGHT = disksAndGpus({ '24xlarge': 8, '48xlarge': 8 });

/**
 * From the EC2 instance types as Karpenter's reference lists them, read in 2026-11; AWS has no list that a library could
 * read at synth. p6e-gb200 is in SageMaker's list of endpoint types and not in that one, so nothing is known of it.
 */
const FAMILIES: ReadonlyMap<string, Family> = new Map([
  ...each(EBS, 'c4', 'c5', 'c6g', 'c6gn', 'c6i', 'c6in', 'c7g', 'c7i', 'c8g', 'inf1', 'm4', 'm5', 'm6g', 'm6i', 'm7i', 'm8g',
    'r5', 'r6g', 'r6i', 'r7i', 'r8g', 't2', 't3'),
  ...each(DISKS, 'c5d', 'c6gd', 'm5d', 'm6gd', 'r5d', 'r6gd', 'r7gd', 'trn1', 'trn1n', 'trn2'),
  // EC2 lists inf2 without local disks. It is counted in because a key that SageMaker refuses fails the whole endpoint,
  // while a volume without the key is still encrypted. Unverified on a live account.
  ...each(DISKS, 'inf2'),
  // its accelerators are not GPUs of the kind that the GPU metrics count
  ...each(disksAndGpus({}), 'dl1'),
  ...each({ localNvme: false, gpus: { 'xlarge': 1, '8xlarge': 8, '16xlarge': 16 } }, 'p2'),
  ...each({ localNvme: false, gpus: { '2xlarge': 1, '8xlarge': 4, '16xlarge': 8 } }, 'p3'),
  ...each(disksAndGpus({ '12xlarge': 4, 'others': 1 }), 'g4dn'),
  ...each(G5, 'g5', 'g6', 'g6e'),
  ...each(G7, 'g7', 'g7e'),
  ...each(disksAndGpus({ '4xlarge': 1, '48xlarge': 8 }), 'p5'),
  ...each(EIGHT, 'p4d', 'p4de', 'p5e', 'p5en', 'p6-b200', 'p6-b300'),
]);

const SIZE = /^(?:(nano|micro|small|medium|large|metal)|([0-9]{0,3})xlarge)$/;
/** Sizes that break the rule of four vCPUs for each `x`. */
const ODD_VCPUS: ReadonlyMap<string, number> = new Map([
  ['c4.8xlarge', 36], ['t2.medium', 2], ['t3.medium', 2],
]);

/** The facts of a literal name `ml.family.size`. */
export function factsOf(name: string): InstanceFacts {
  const [, family, size] = name.split('.');
  const known = FAMILIES.get(family);
  if (known === undefined) {
    // EC2 puts a d behind the generation of every family that it offers with and without local disks
    return { localNvme: /^[a-z]+[0-9]+[a-z]*d/.test(family) ? true : undefined };
  }
  const gpus = known.gpus === undefined ? 0 : known.gpus[size] ?? known.gpus.others;
  return { localNvme: known.localNvme, gpus, vcpus: ODD_VCPUS.get(`${family}.${size}`) ?? vcpusOf(size) };
}

/** Whether a family that is known has a size that EC2 does not spell so: a slip of the pen. */
export function isMisspelt(name: string): boolean {
  const [, family, size] = name.split('.');
  return FAMILIES.has(family) && !SIZE.test(size);
}

function vcpusOf(size: string): number | undefined {
  const [, word, times] = SIZE.exec(size) ?? [];
  if (times !== undefined) {
    return 4 * Number(times === '' ? 1 : times);
  }
  return word === 'large' ? 2 : word === 'medium' ? 1 : undefined;
}

function each(family: Family, ...names: string[]): [string, Family][] {
  return names.map((name) => [name, family]);
}

function disksAndGpus(gpus: { readonly [size: string]: number }): Family {
  return { localNvme: true, gpus };
}
