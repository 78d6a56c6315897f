import { Token } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { Checks } from './checks';
import { factsOf, InstanceFacts, isMisspelt } from './instance-families';
import { shown } from './invalid-props';
import { checkName } from './names';

/**
 * The kind of machine that a model runs on, and what this library has to know of it.
 *
 * The constants are a selection; each is in SageMaker's list of endpoint instance types as CDK bundles it, and each can
 * serve a model. For any other type use `of`. Costs: SageMaker bills each instance for every second that it is there, with
 * or without requests.
 */
export class MlInstanceType {
  /** `ml.m5.large`: 2 vCPUs. */
  public static readonly M5_LARGE = new MlInstanceType('ml.m5.large');
  /** `ml.m5.xlarge`: 4 vCPUs. */
  public static readonly M5_XLARGE = new MlInstanceType('ml.m5.xlarge');
  /** `ml.m5.2xlarge`: 8 vCPUs. */
  public static readonly M5_2XLARGE = new MlInstanceType('ml.m5.2xlarge');
  /** `ml.m5.4xlarge`: 16 vCPUs. */
  public static readonly M5_4XLARGE = new MlInstanceType('ml.m5.4xlarge');
  /** `ml.m6i.large`: 2 vCPUs. */
  public static readonly M6I_LARGE = new MlInstanceType('ml.m6i.large');
  /** `ml.m6i.xlarge`: 4 vCPUs. */
  public static readonly M6I_XLARGE = new MlInstanceType('ml.m6i.xlarge');
  /** `ml.m6i.2xlarge`: 8 vCPUs. */
  public static readonly M6I_2XLARGE = new MlInstanceType('ml.m6i.2xlarge');
  /** `ml.m7i.large`: 2 vCPUs. */
  public static readonly M7I_LARGE = new MlInstanceType('ml.m7i.large');
  /** `ml.m7i.xlarge`: 4 vCPUs. */
  public static readonly M7I_XLARGE = new MlInstanceType('ml.m7i.xlarge');
  /** `ml.m7i.2xlarge`: 8 vCPUs. */
  public static readonly M7I_2XLARGE = new MlInstanceType('ml.m7i.2xlarge');
  /** `ml.m8g.large`: 2 vCPUs. */
  public static readonly M8G_LARGE = new MlInstanceType('ml.m8g.large');
  /** `ml.m8g.xlarge`: 4 vCPUs. */
  public static readonly M8G_XLARGE = new MlInstanceType('ml.m8g.xlarge');
  /** `ml.c5.large`: 2 vCPUs. */
  public static readonly C5_LARGE = new MlInstanceType('ml.c5.large');
  /** `ml.c5.xlarge`: 4 vCPUs. */
  public static readonly C5_XLARGE = new MlInstanceType('ml.c5.xlarge');
  /** `ml.c5.2xlarge`: 8 vCPUs. */
  public static readonly C5_2XLARGE = new MlInstanceType('ml.c5.2xlarge');
  /** `ml.c6i.large`: 2 vCPUs. */
  public static readonly C6I_LARGE = new MlInstanceType('ml.c6i.large');
  /** `ml.c6i.xlarge`: 4 vCPUs. */
  public static readonly C6I_XLARGE = new MlInstanceType('ml.c6i.xlarge');
  /** `ml.c6i.2xlarge`: 8 vCPUs. */
  public static readonly C6I_2XLARGE = new MlInstanceType('ml.c6i.2xlarge');
  /** `ml.c7i.large`: 2 vCPUs. */
  public static readonly C7I_LARGE = new MlInstanceType('ml.c7i.large');
  /** `ml.c7i.xlarge`: 4 vCPUs. */
  public static readonly C7I_XLARGE = new MlInstanceType('ml.c7i.xlarge');
  /** `ml.c7i.2xlarge`: 8 vCPUs. */
  public static readonly C7I_2XLARGE = new MlInstanceType('ml.c7i.2xlarge');
  /** `ml.c7g.large`: 2 vCPUs. */
  public static readonly C7G_LARGE = new MlInstanceType('ml.c7g.large');
  /** `ml.c7g.xlarge`: 4 vCPUs. */
  public static readonly C7G_XLARGE = new MlInstanceType('ml.c7g.xlarge');
  /** `ml.r5.large`: 2 vCPUs. */
  public static readonly R5_LARGE = new MlInstanceType('ml.r5.large');
  /** `ml.r5.xlarge`: 4 vCPUs. */
  public static readonly R5_XLARGE = new MlInstanceType('ml.r5.xlarge');
  /** `ml.r5.2xlarge`: 8 vCPUs. */
  public static readonly R5_2XLARGE = new MlInstanceType('ml.r5.2xlarge');
  /** `ml.r6i.large`: 2 vCPUs. */
  public static readonly R6I_LARGE = new MlInstanceType('ml.r6i.large');
  /** `ml.r6i.xlarge`: 4 vCPUs. */
  public static readonly R6I_XLARGE = new MlInstanceType('ml.r6i.xlarge');
  /** `ml.r7i.large`: 2 vCPUs. */
  public static readonly R7I_LARGE = new MlInstanceType('ml.r7i.large');
  /** `ml.r7i.xlarge`: 4 vCPUs. */
  public static readonly R7I_XLARGE = new MlInstanceType('ml.r7i.xlarge');
  /** `ml.t2.medium`: 2 vCPUs, burstable: no automatic scaling. */
  public static readonly T2_MEDIUM = new MlInstanceType('ml.t2.medium');
  /** `ml.t2.large`: 2 vCPUs, burstable: no automatic scaling. */
  public static readonly T2_LARGE = new MlInstanceType('ml.t2.large');
  /** `ml.g4dn.xlarge`: 4 vCPUs, 1 GPU. */
  public static readonly G4DN_XLARGE = new MlInstanceType('ml.g4dn.xlarge');
  /** `ml.g4dn.2xlarge`: 8 vCPUs, 1 GPU. */
  public static readonly G4DN_2XLARGE = new MlInstanceType('ml.g4dn.2xlarge');
  /** `ml.g4dn.12xlarge`: 48 vCPUs, 4 GPUs. */
  public static readonly G4DN_12XLARGE = new MlInstanceType('ml.g4dn.12xlarge');
  /** `ml.g5.xlarge`: 4 vCPUs, 1 GPU. */
  public static readonly G5_XLARGE = new MlInstanceType('ml.g5.xlarge');
  /** `ml.g5.2xlarge`: 8 vCPUs, 1 GPU. */
  public static readonly G5_2XLARGE = new MlInstanceType('ml.g5.2xlarge');
  /** `ml.g5.12xlarge`: 48 vCPUs, 4 GPUs. */
  public static readonly G5_12XLARGE = new MlInstanceType('ml.g5.12xlarge');
  /** `ml.g5.48xlarge`: 192 vCPUs, 8 GPUs. */
  public static readonly G5_48XLARGE = new MlInstanceType('ml.g5.48xlarge');
  /** `ml.g6.xlarge`: 4 vCPUs, 1 GPU. */
  public static readonly G6_XLARGE = new MlInstanceType('ml.g6.xlarge');
  /** `ml.g6.2xlarge`: 8 vCPUs, 1 GPU. */
  public static readonly G6_2XLARGE = new MlInstanceType('ml.g6.2xlarge');
  /** `ml.g6.12xlarge`: 48 vCPUs, 4 GPUs. */
  public static readonly G6_12XLARGE = new MlInstanceType('ml.g6.12xlarge');
  /** `ml.g6.48xlarge`: 192 vCPUs, 8 GPUs. */
  public static readonly G6_48XLARGE = new MlInstanceType('ml.g6.48xlarge');
  /** `ml.g6e.xlarge`: 4 vCPUs, 1 GPU. */
  public static readonly G6E_XLARGE = new MlInstanceType('ml.g6e.xlarge');
  /** `ml.g6e.2xlarge`: 8 vCPUs, 1 GPU. */
  public static readonly G6E_2XLARGE = new MlInstanceType('ml.g6e.2xlarge');
  /** `ml.g6e.12xlarge`: 48 vCPUs, 4 GPUs. */
  public static readonly G6E_12XLARGE = new MlInstanceType('ml.g6e.12xlarge');
  /** `ml.g6e.48xlarge`: 192 vCPUs, 8 GPUs. */
  public static readonly G6E_48XLARGE = new MlInstanceType('ml.g6e.48xlarge');
  /** `ml.p4d.24xlarge`: 96 vCPUs, 8 GPUs. */
  public static readonly P4D_24XLARGE = new MlInstanceType('ml.p4d.24xlarge');
  /** `ml.p4de.24xlarge`: 96 vCPUs, 8 GPUs. */
  public static readonly P4DE_24XLARGE = new MlInstanceType('ml.p4de.24xlarge');
  /** `ml.p5.48xlarge`: 192 vCPUs, 8 GPUs. */
  public static readonly P5_48XLARGE = new MlInstanceType('ml.p5.48xlarge');
  /** `ml.p5e.48xlarge`: 192 vCPUs, 8 GPUs. */
  public static readonly P5E_48XLARGE = new MlInstanceType('ml.p5e.48xlarge');
  /** `ml.p5en.48xlarge`: 192 vCPUs, 8 GPUs. */
  public static readonly P5EN_48XLARGE = new MlInstanceType('ml.p5en.48xlarge');
  /** `ml.inf1.xlarge`: 4 vCPUs, 1 Inferentia chip; no deployment guardrails. */
  public static readonly INF1_XLARGE = new MlInstanceType('ml.inf1.xlarge');
  /** `ml.inf1.2xlarge`: 8 vCPUs, 1 Inferentia chip; no deployment guardrails. */
  public static readonly INF1_2XLARGE = new MlInstanceType('ml.inf1.2xlarge');
  /** `ml.inf2.xlarge`: 4 vCPUs, 1 Inferentia2 chip. */
  public static readonly INF2_XLARGE = new MlInstanceType('ml.inf2.xlarge');
  /** `ml.inf2.8xlarge`: 32 vCPUs, 1 Inferentia2 chip. */
  public static readonly INF2_8XLARGE = new MlInstanceType('ml.inf2.8xlarge');
  /** `ml.inf2.24xlarge`: 96 vCPUs, 6 Inferentia2 chips. */
  public static readonly INF2_24XLARGE = new MlInstanceType('ml.inf2.24xlarge');
  /** `ml.inf2.48xlarge`: 192 vCPUs, 12 Inferentia2 chips. */
  public static readonly INF2_48XLARGE = new MlInstanceType('ml.inf2.48xlarge');
  /** `ml.trn1.2xlarge`: 8 vCPUs, 1 Trainium chip. */
  public static readonly TRN1_2XLARGE = new MlInstanceType('ml.trn1.2xlarge');
  /** `ml.trn1.32xlarge`: 128 vCPUs, 16 Trainium chips. */
  public static readonly TRN1_32XLARGE = new MlInstanceType('ml.trn1.32xlarge');

  /**
   * The type of that name, e.g. `ml.g5.xlarge`.
   *
   * A well-formed name that this library does not know is accepted, so that a new type can be used on its first day: its
   * facts are `undefined`, and CDK's template rule W3030 warns if it is not in the bundled list of endpoint types. A token
   * passes through with all facts `undefined`; if it resolves at synth, it is judged there.
   *
   * @param name `ml.family.size`
   * @throws InvalidProps when the name is not of that form, or the size of a known family is misspelt
   */
  public static of(name: string): MlInstanceType {
    return new MlInstanceType(name);
  }

  /** The name that SageMaker knows, e.g. `ml.m5.large`. */
  public readonly name: string;

  /**
   * Whether the instance stores on local NVMe disks. SageMaker encrypts those with a key in hardware and refuses an
   * endpoint configuration with a KMS key (`KmsKeyId` of AWS::SageMaker::EndpointConfig), so the key is left out.
   *
   * Counts `ml.inf2` in, as a precaution: EC2 lists it without local disks.
   * @default - unknown: a token, or a family that this library does not know
   */
  public readonly hasLocalNvme?: boolean;

  /**
   * Whether SageMaker shifts traffic in steps on this type. An endpoint on Inf1 silently falls back to all at once, with
   * no bake time (SageMaker developer guide, deployment guardrails, exclusions).
   * @default - unknown: a token
   */
  public readonly supportsGuardrails?: boolean;

  /**
   * Whether the type works on CPU credits (T2, T3, T4). Application Auto Scaling refuses to register such a variant.
   * @default - unknown: a token
   */
  public readonly burstable?: boolean;

  /**
   * How many GPUs the instance has; 0 for CPU, Inferentia and Trainium types. `GPUUtilization` and `GPUMemoryUtilization`
   * run from 0 to 100 times this number.
   * @default - unknown: a token, or a type that this library does not know
   */
  public readonly gpus?: number;

  /**
   * How many vCPUs the instance has. `CPUUtilization` runs from 0 to 100 times this number.
   * @default - unknown: a token, or a type that this library does not know
   */
  public readonly vcpus?: number;

  private readonly checks = new Checks();

  private constructor(name: string) {
    checkName(this.checks, 'instanceTypeName', 'name', name ?? null)
      .that('InstanceTypeName', { name }, (known) => misspelling(known.name));
    this.checks.settle();
    this.name = name;
    const known = !Token.isUnresolved(name);
    const facts: InstanceFacts = known ? factsOf(name) : {};
    this.hasLocalNvme = facts.localNvme;
    this.gpus = facts.gpus;
    this.vcpus = facts.vcpus;
    this.supportsGuardrails = known ? !name.startsWith('ml.inf1.') : undefined;
    this.burstable = known ? /^ml\.t[0-9]/.test(name) : undefined;
  }

  /**
   * Leaves the questions about a token with the construct that uses this type.
   * @internal
   */
  public _settle(scope: IConstruct): void {
    this.checks.settle(scope);
  }
}

function misspelling(name: unknown): string | undefined {
  return typeof name === 'string' && isMisspelt(name)
    ? `\`name\` must end in a size such as large or 2xlarge: got ${shown(name)}; look up the sizes of the family` : undefined;
}
