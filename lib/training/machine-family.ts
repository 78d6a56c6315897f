import { Token } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { Checks } from '../core/checks';
import { factsOf } from '../core/instance-families';
import { shown } from '../core/invalid-props';

/** `g5`, `p6-b200`, or one size of it: `g5.2xlarge`. */
const NAME = /^([a-z]{1,3}[0-9]{1,2}[a-z0-9]*(?:-[a-z0-9]+)*)(?:\.([a-z0-9]+(?:-[a-z0-9]+)*))?$/;
/** Every EC2 family whose machines have GPUs is called g, gr or p, and a generation. */
const GPU = /^(?:g|gr|p)[0-9]/;
/** Chips for learning and inference, FPGAs and video: neither a CPU queue nor a GPU queue knows what to do with them. */
const OTHER_CHIPS = /^(?:trn|inf|dl|f|vt)[0-9]/;
/** A letter g behind the generation: Graviton. `a1` was the first of them. */
const ARM = /^(?:[a-z]+[0-9]+g|a1\b)/;
/** https://docs.aws.amazon.com/batch/latest/APIReference/API_Ec2Configuration.html: not with ECS_AL2023_NVIDIA; g4ad has AMD chips */
const NO_NVIDIA_IMAGE = /^(?:p[23]|g3|g4ad|g5g)/;

/**
 * A family of EC2 machines that a training queue starts, such as `g5`, or one size of it, such as `g5.2xlarge`.
 *
 * From several families Batch takes what is cheap and least likely to be reclaimed: on spot, name at least two.
 */
export class MachineFamily {
  /** NVIDIA T4, 1 to 4 per machine; local disks. */
  public static readonly G4DN = new MachineFamily('g4dn');
  /** NVIDIA A10G, 1 to 8 per machine; local disks. */
  public static readonly G5 = new MachineFamily('g5');
  /** NVIDIA L4, 1 to 8 per machine; local disks. */
  public static readonly G6 = new MachineFamily('g6');
  /** NVIDIA L40S, 1 to 8 per machine; local disks. */
  public static readonly G6E = new MachineFamily('g6e');
  /** NVIDIA A100 with 40 GB, 8 per machine; local disks, EFA. */
  public static readonly P4D = new MachineFamily('p4d');
  /** NVIDIA A100 with 80 GB, 8 per machine; local disks, EFA. */
  public static readonly P4DE = new MachineFamily('p4de');
  /** NVIDIA H100, 1 or 8 per machine; local disks, EFA. */
  public static readonly P5 = new MachineFamily('p5');
  /** Compute optimized, x86. */
  public static readonly C6I = new MachineFamily('c6i');
  /** Compute optimized, x86. */
  public static readonly C7I = new MachineFamily('c7i');
  /** General purpose, x86. */
  public static readonly M6I = new MachineFamily('m6i');
  /** General purpose, x86. */
  public static readonly M7I = new MachineFamily('m7i');
  /** Much memory, x86. */
  public static readonly R6I = new MachineFamily('r6i');
  /** Compute optimized, Graviton: needs images for arm64. */
  public static readonly C7G = new MachineFamily('c7g');
  /** General purpose, Graviton: needs images for arm64. */
  public static readonly M7G = new MachineFamily('m7g');

  /**
   * The family, or the single type, of that name. One that this library does not know is accepted, so that a new family can
   * be used on its first day. A token is refused: whether there are GPUs decides what is made.
   *
   * @param name an EC2 family such as `g6`, or a type such as `g6.2xlarge`; no `ml.` in front
   * @throws InvalidProps `MachineFamily` when it is not such a name, or a chip that neither queue can use
   */
  public static of(name: string): MachineFamily {
    return new MachineFamily(name);
  }

  /** The name that EC2 knows, e.g. `g5` or `g5.2xlarge`. */
  public readonly name: string;
  /** Whether its machines have GPUs: such families go into GPU queues, and no others do. */
  public readonly hasGpus: boolean;
  /** Whether its machines run code for arm64. All machines of a queue must agree. */
  public readonly isArm: boolean;
  /**
   * Whether its machines have local NVMe disks, which encrypt in hardware and are empty after every start.
   * @default - unknown: a family that this library does not know
   */
  public readonly hasLocalDisks?: boolean;
  /**
   * How many vCPUs a machine has.
   * @default - unknown: a whole family, or a size that this library does not know
   */
  public readonly vcpus?: number;

  private constructor(name: string) {
    const [family = '', size] = judge(name);
    this.name = name;
    this.hasGpus = GPU.test(family);
    this.isArm = ARM.test(family);
    const facts = factsOf(`ml.${family}.${size ?? 'xlarge'}`);
    this.hasLocalDisks = facts.localNvme;
    this.vcpus = size === undefined ? undefined : facts.vcpus;
  }

  /**
   * Whether Batch's image with NVIDIA drivers runs on it.
   * @internal
   */
  public _takesNvidiaImage(): boolean {
    return !NO_NVIDIA_IMAGE.test(this.name);
  }
}

/** Family and size. */
function judge(name: unknown, scope?: IConstruct): readonly (string | undefined)[] {
  const checks = new Checks();
  if (Token.isUnresolved(name)) {
    checks.report('MachineFamily', '`name` must be known at synth, because GPUs decide what is made: got a token; write the family itself');
  }
  const [, family, size] = typeof name === 'string' && name.length <= 64 ? NAME.exec(name) ?? [] : [];
  checks.report('MachineFamily', family !== undefined || Token.isUnresolved(name) ? undefined
    : `\`name\` must be a family or a type of EC2, such as 'g5' or 'g5.2xlarge': got ${shown(name)}; ${hintFor(name)}`);
  checks.report('MachineFamily', family === undefined || !OTHER_CHIPS.test(family) ? undefined
    : `\`name\` must be a family with GPUs or with CPUs alone: got ${shown(name)}, which has other chips; use SageMaker training jobs for them`);
  checks.settle(scope);
  return [family, size];
}

function hintFor(name: unknown): string {
  if (name === 'optimal' || (typeof name === 'string' && name.startsWith('default_'))) {
    return 'a word for families that AWS chooses would put CPU machines into GPU queues, so name the families';
  }
  return typeof name === 'string' && name.startsWith('ml.') ? 'drop the `ml.`, which is SageMaker\'s' : 'look it up in the EC2 console';
}
