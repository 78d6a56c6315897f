import { IConstruct } from 'constructs';
import { MachineFamily } from './machine-family';
import { NodeCluster } from './node-cluster';
import { onDemand, QueueEnvironment, spot } from './queue-environment';
import { Checks } from '../core/checks';
import { shown } from '../core/invalid-props';
import { Kinds, listOf, thing } from '../core/kinds';

/** Machines of one price, and how many of them. */
export interface QueueCapacity {
  /** The families that Batch chooses from. On spot name several: the more, the fewer reclaims. */
  readonly machines: MachineFamily[];
  /**
   * The most vCPUs that run at once, from 1. This is the limit of the bill. Batch may pass it by one machine. Raise it by a
   * quarter at most in one deployment: this library's upgrade gate refuses more for its own stacks.
   */
  readonly maxVcpus: number;
}

/** Machines at the full price. */
export interface OnDemandCapacity extends QueueCapacity {
  /**
   * Put machines close together, for jobs with several nodes.
   * @default - machines lie apart, in every zone of the network: jobs with one node only
   */
  readonly cluster?: NodeCluster;
}

/** Spot machines, and what to fall back to. */
export interface FallbackCapacity {
  /** The families that Batch chooses from, for both prices: all with GPUs, or all without. */
  readonly machines: MachineFamily[];
  /** The most vCPUs that run at once at the spot price, from 1. */
  readonly maxSpotVcpus: number;
  /** The most vCPUs that run at once at the full price, from 1, used when spot has no capacity. */
  readonly maxOnDemandVcpus: number;
}

const KINDS: Kinds<Wanted> = {
  machines: listOf(thing('a MachineFamily, as in MachineFamily.of(\'m6i\')', 'hasGpus', '_takesNvidiaImage')),
  cluster: thing('a NodeCluster, as in NodeCluster.of()', 'subnet'),
};

interface Wanted {
  readonly name: string;
  /** Nothing: as the machines are. */
  readonly gpus?: boolean;
  readonly machines: readonly MachineFamily[];
  readonly environments: readonly QueueEnvironment[];
  readonly cluster?: NodeCluster;
}

/**
 * What a training queue is made of: with GPUs or without, at the spot price or the full one.
 *
 * Spot machines cost a fraction and may be taken back at two minutes' notice; a job on them must keep checkpoints. Throws
 * `Machines`, `MaxVcpus` or `Architecture`, all problems at once.
 */
export class QueueKind {
  /** GPU machines at the spot price. */
  public static gpuSpot(capacity: QueueCapacity): QueueKind {
    return new QueueKind({ name: 'gpuSpot', gpus: true, machines: capacity.machines, environments: [spot(capacity.maxVcpus)] });
  }

  /** GPU machines at the full price, also for jobs with several nodes. */
  public static gpuOnDemand(capacity: OnDemandCapacity): QueueKind {
    const { machines, maxVcpus, cluster } = capacity;
    return new QueueKind({ name: 'gpuOnDemand', gpus: true, machines, environments: [onDemand(maxVcpus)], cluster });
  }

  /** CPU machines at the spot price. */
  public static cpuSpot(capacity: QueueCapacity): QueueKind {
    return new QueueKind({ name: 'cpuSpot', gpus: false, machines: capacity.machines, environments: [spot(capacity.maxVcpus)] });
  }

  /** CPU machines at the full price, also for jobs with several nodes. */
  public static cpuOnDemand(capacity: OnDemandCapacity): QueueKind {
    const { machines, maxVcpus, cluster } = capacity;
    return new QueueKind({ name: 'cpuOnDemand', gpus: false, machines, environments: [onDemand(maxVcpus)], cluster });
  }

  /** Machines at the spot price, and at the full price when spot has none. GPU or CPU, as the machines are. */
  public static spotWithOnDemandFallback(capacity: FallbackCapacity): QueueKind {
    return new QueueKind({
      name: 'spotWithOnDemandFallback',
      machines: capacity.machines,
      environments: [spot(capacity.maxSpotVcpus, 'maxSpotVcpus'), onDemand(capacity.maxOnDemandVcpus, 'maxOnDemandVcpus')],
    });
  }

  /** How it was made, e.g. `gpuSpot`. */
  public readonly name: string;
  /** Whether its machines have GPUs. */
  public readonly hasGpus: boolean;
  /** Whether a machine may be taken back while a job runs. */
  public readonly usesSpot: boolean;
  /** Whether its machines run code for arm64. */
  public readonly isArm: boolean;
  /** The families that Batch chooses from. */
  public readonly machines: MachineFamily[];
  /**
   * How its machines lie together, for jobs with several nodes.
   * @default - they lie apart
   */
  public readonly cluster?: NodeCluster;
  /** @internal */
  public readonly _environments: readonly QueueEnvironment[];
  private readonly checks: Checks;

  private constructor(wanted: Wanted) {
    new Checks().kinds(wanted, KINDS).settle();
    const machines = [...wanted.machines ?? []];
    this.name = wanted.name;
    this.machines = machines;
    this.hasGpus = wanted.gpus ?? machines.some(({ hasGpus }) => hasGpus);
    this.isArm = machines.some(({ isArm }) => isArm);
    this.usesSpot = wanted.environments.some((environment) => environment.spot);
    this.cluster = wanted.cluster;
    this._environments = wanted.environments;
    this.checks = this.judge();
    this.checks.settle();
  }

  /**
   * Leaves the questions about tokens with the queue.
   * @internal
   */
  public _settle(scope: IConstruct): void {
    this.checks.settle(scope);
  }

  private judge(): Checks {
    const checks = new Checks().report('Machines', this.machines.length > 0 ? undefined
      : '`machines` must name at least one family, or no machine ever starts: got none; try MachineFamily.G5 or MachineFamily.M6I');
    const names = this.machines.map(({ name }) => name);
    const twice = names.find((name, place) => names.indexOf(name) !== place);
    checks.report('Machines', twice === undefined ? undefined : `\`machines\` must name each family once: got ${shown(twice)} more than once; leave one out`);
    for (const { name } of this.machines.filter(({ hasGpus }) => hasGpus !== this.hasGpus)) {
      checks.report('Machines', this.hasGpus
        ? `\`machines\` of a GPU queue must all have GPUs, or jobs wait for ever: got ${shown(name)}; put it into a CPU queue`
        : `\`machines\` of a CPU queue must have no GPUs, which nobody would use: got ${shown(name)}; put it into a GPU queue`);
    }
    for (const { name } of this.machines.filter((machine) => machine.hasGpus && !machine._takesNvidiaImage())) {
      checks.report('Machines', `\`machines\` must run Batch's Amazon Linux 2023 image for NVIDIA: got ${shown(name)}, which does not; take a newer family`);
    }
    checks.report('Architecture', new Set(this.machines.map(({ isArm }) => isArm)).size < 2 ? undefined
      : `\`machines\` must share one architecture, as a job queue does: got ${this.machines.map(({ name }) => name).join(', ')}; make a queue for each`);
    this._environments.forEach(({ prop, maxVcpus }) => this.judgeSize(checks, prop, maxVcpus));
    return checks;
  }

  private judgeSize(checks: Checks, prop: string, maxVcpus: number): void {
    const hint = 'it limits the bill, and 0 would let no job start';
    const sizes = this.machines.map(({ vcpus }) => vcpus);
    const smallest = sizes.every((size) => size !== undefined) && sizes.length > 0 ? Math.min(...sizes) : 1;
    checks.number('MaxVcpus', prop, maxVcpus ?? Number.NaN, { min: 1, max: 1_000_000, whole: true, unit: 'vCPUs', hint });
    checks.that('MaxVcpus', { maxVcpus }, (known) => known.maxVcpus >= 1 && known.maxVcpus < smallest
      ? `\`${prop}\` must let one machine start: got ${known.maxVcpus} vCPUs, and the smallest has ${smallest}` : undefined);
  }
}
