import { aws_sagemaker as sagemaker, Duration, Size } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { Checks, inSeconds } from '../../core/checks';
import { INSTANCE_TYPE } from '../../core/instance-kind';
import { MlInstanceType } from '../../core/instance-type';
import { shown } from '../../core/invalid-props';
import { DURATION, Kinds, listOf, needed, NUMBER, SIZE, structOf, TEXT, thing } from '../../core/kinds';
import { ownProps } from '../../core/own-props';
import { inGibibytes } from '../../core/sizes';

/** How SageMaker spreads requests over the instances of a variant. */
export class RoutingStrategy {
  /** To the instance with the fewest requests under way: for answers that take unequally long. */
  public static readonly LEAST_OUTSTANDING_REQUESTS = new RoutingStrategy('LEAST_OUTSTANDING_REQUESTS');
  /** To any instance. */
  public static readonly RANDOM = new RoutingStrategy('RANDOM');

  private constructor(
    /** The name as SageMaker knows it. */
    public readonly name: string,
  ) {}
}

const NAMES = [RoutingStrategy.LEAST_OUTSTANDING_REQUESTS.name, RoutingStrategy.RANDOM.name];

/** A second choice of machine, when the first cannot be had. */
export interface InstancePool {
  /** The machine. */
  readonly instanceType: MlInstanceType;
  /** 1 is tried first, 5 last. */
  readonly priority: number;
}

/** Instances that SageMaker itself adds and removes, for variants that host inference components. */
export interface ManagedInstances {
  /** Fewest instances: at least two here, because one is one zone. */
  readonly min: number;
  /** Most instances. */
  readonly max: number;
}

/** What a variant's machines are told. */
export interface VariantHostingOptions {
  /**
   * Storage of each instance: 1 to 512 GiB. Families with local disks bring their own.
   * @default - SageMaker's own
   */
  readonly volumeSize?: Size;
  /**
   * How long fetching the artifact may take: 1 minute to 1 hour.
   * @default - SageMaker's own
   */
  readonly modelDownloadTimeout?: Duration;
  /**
   * How long the container may take until it answers its health check: 1 minute to 1 hour.
   * @default - SageMaker's own
   */
  readonly startupTimeout?: Duration;
  /**
   * How long getting instances may take before the next pool is tried: 5 minutes to 1 hour.
   * @default - SageMaker's own
   */
  readonly provisionTimeout?: Duration;
  /**
   * The machine image, which decides driver and CUDA, e.g. `al2023-ami-sagemaker-inference-gpu-4-1`.
   * @default - SageMaker's own
   */
  readonly inferenceAmiVersion?: string;
  /**
   * How requests are spread.
   * @default - SageMaker's own, random
   */
  readonly routing?: RoutingStrategy;
  /**
   * The ARN of a reservation whose capacity alone is used.
   * @default - on-demand capacity
   */
  readonly capacityReservationArn?: string;
  /**
   * Machines to fall back on, one to five; the endpoint's `instanceType` is not used then.
   * @default - none
   */
  readonly instancePools?: InstancePool[];
  /**
   * Bounds within which SageMaker scales the instances itself; not together with `scaling`.
   * @default - none
   */
  readonly managedInstances?: ManagedInstances;
}

const ROUTING = thing('a RoutingStrategy, as in RoutingStrategy.RANDOM', 'name');
const KINDS: Kinds<VariantHostingOptions> = {
  volumeSize: SIZE,
  modelDownloadTimeout: DURATION,
  startupTimeout: DURATION,
  provisionTimeout: DURATION,
  inferenceAmiVersion: TEXT,
  // many things have a name
  routing: { ...ROUTING, fits: (value) => ROUTING.fits(value) && NAMES.includes((value as RoutingStrategy).name) },
  capacityReservationArn: TEXT,
  instancePools: listOf(structOf<InstancePool>({ instanceType: needed(INSTANCE_TYPE), priority: needed(NUMBER) })),
  managedInstances: structOf<ManagedInstances>({ min: needed(NUMBER), max: needed(NUMBER) }),
};

type Variant = Partial<sagemaker.CfnEndpointConfig.ProductionVariantProperty>;

const FEWEST_INSTANCES = 2;
const MOST_POOLS = 5;
const AMI = /^[a-z0-9]+(-[a-z0-9]+)*$/;
const LONGEST_AMI = 64;
const RESERVATION = /^arn:[a-z-]+:(sagemaker|ec2):[a-z0-9-]+:\d{12}:[a-z-]+\/[a-zA-Z0-9-]+$/;

/**
 * What the machines of a variant are told, beyond type and count. Everything is optional; what is left out is SageMaker's.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProductionVariant.html
 */
export class VariantHosting {
  /**
   * Judges the options and keeps them.
   *
   * @throws InvalidProps `VolumeSize`, `ModelDownloadTimeout`, `StartupTimeout`, `ProvisionTimeout`, `InferenceAmiVersion`,
   *   `CapacityReservation`, `InstancePoolCount`, `InstancePoolPriority`, `InstancePoolGuardrails`, `InstancePoolDisks`,
   *   `InstancePoolTwice`, `ManagedMinimum`, `ManagedMaximum` or `ManagedBounds`, all problems at once; before them `WrongKind`
   */
  public static of(options: VariantHostingOptions): VariantHosting {
    const own = ownProps(options);
    new Checks().kinds(own, KINDS).settle();
    return new VariantHosting(own);
  }

  private constructor(private readonly options: VariantHostingOptions) {
    this.check().settle();
  }

  /**
   * The bounds within which SageMaker scales by itself, if it does.
   * @internal
   */
  public get _managed(): ManagedInstances | undefined {
    return this.options.managedInstances;
  }

  /**
   * The machines that are really used.
   * @internal
   */
  public _instanceTypes(otherwise: MlInstanceType): MlInstanceType[] {
    return this.options.instancePools?.map(({ instanceType }) => instanceType) ?? [otherwise];
  }

  /**
   * What to add to the variant.
   * @internal
   */
  public _render(scope: IConstruct): Variant {
    this.check().settle(scope);
    const { routing, capacityReservationArn, instancePools, managedInstances, volumeSize, inferenceAmiVersion } = this.options;
    instancePools?.forEach(({ instanceType }) => instanceType._settle(scope));
    return {
      volumeSizeInGb: volumeSize && inGibibytes('volumeSize', volumeSize),
      ...this.seconds(),
      inferenceAmiVersion,
      routingConfig: routing && { routingStrategy: routing.name },
      capacityReservationConfig: capacityReservationArn === undefined ? undefined
        : { capacityReservationPreference: 'capacity-reservations-only', mlReservationArn: capacityReservationArn },
      managedInstanceScaling: managedInstances
        && { status: 'ENABLED', minInstanceCount: managedInstances.min, maxInstanceCount: managedInstances.max },
      ...(instancePools === undefined ? {} : {
        instanceType: undefined,
        instancePools: instancePools.map(({ instanceType, priority }) => ({ instanceType: instanceType.name, priority })),
      }),
    };
  }

  private seconds() {
    const { modelDownloadTimeout, startupTimeout, provisionTimeout } = this.options;
    return {
      modelDataDownloadTimeoutInSeconds: modelDownloadTimeout && inSeconds('modelDownloadTimeout', modelDownloadTimeout),
      containerStartupHealthCheckTimeoutInSeconds: startupTimeout && inSeconds('startupTimeout', startupTimeout),
      variantInstanceProvisionTimeoutInSeconds: provisionTimeout && inSeconds('provisionTimeout', provisionTimeout),
    };
  }

  private check(): Checks {
    const { volumeSize, inferenceAmiVersion, capacityReservationArn, instancePools, managedInstances } = this.options;
    const seconds = this.seconds();
    const upToAnHour = { max: 3600, whole: true, unit: 'seconds' };
    const checks = new Checks()
      .number('VolumeSize', 'volumeSize', volumeSize && inGibibytes('volumeSize', volumeSize), { min: 1, max: 512, whole: true, unit: 'GiB' })
      .number('ModelDownloadTimeout', 'modelDownloadTimeout', seconds.modelDataDownloadTimeoutInSeconds, { min: 60, ...upToAnHour })
      .number('StartupTimeout', 'startupTimeout', seconds.containerStartupHealthCheckTimeoutInSeconds, { min: 60, ...upToAnHour })
      .number('ProvisionTimeout', 'provisionTimeout', seconds.variantInstanceProvisionTimeoutInSeconds, { min: 300, ...upToAnHour })
      .that('InferenceAmiVersion', { ami: inferenceAmiVersion ?? 'none' }, ({ ami }) => ami.length <= LONGEST_AMI && AMI.test(ami) ? undefined
        : `\`inferenceAmiVersion\` must be a name such as al2023-ami-sagemaker-inference-gpu-4-1: got ${shown(ami)}`)
      .that('CapacityReservation', { arn: capacityReservationArn }, ({ arn }) => arn === undefined || RESERVATION.test(arn) ? undefined
        : `\`capacityReservationArn\` must be the ARN of a reservation: got ${shown(arn)}`);
    checkPools(checks, instancePools);
    checkManaged(checks, managedInstances);
    return checks;
  }
}

function checkPools(checks: Checks, pools: InstancePool[] | undefined): void {
  if (pools === undefined) {
    return;
  }
  checks.report('InstancePoolCount', pools.length >= 1 && pools.length <= MOST_POOLS ? undefined
    : `\`instancePools\` must name 1 to ${MOST_POOLS} machines: got ${pools.length}`);
  pools.forEach(({ priority, instanceType }, index) => {
    checks.number('InstancePoolPriority', `instancePools[${index}].priority`, priority, { min: 1, max: MOST_POOLS, whole: true });
    checks.report('InstancePoolGuardrails', instanceType.supportsGuardrails === false
      ? `\`instancePools[${index}].instanceType\` must take SageMaker's deployment guardrails: got ${shown(instanceType.name)}; choose an Inf2 type`
      : undefined);
  });
  checks.report('InstancePoolDisks', new Set(pools.map(({ instanceType }) => instanceType.hasLocalNvme === true)).size <= 1 ? undefined
    : '`instancePools` must agree on local disks, because SageMaker takes one key for all and none for local NVMe: got both kinds');
  const names = pools.map(({ instanceType }) => instanceType.name);
  checks.report('InstancePoolTwice', new Set(names).size === names.length ? undefined
    : `\`instancePools\` must name each machine once: got ${shown(names.find((name, index) => names.indexOf(name) !== index))} twice`);
}

function checkManaged(checks: Checks, managed: ManagedInstances | undefined): void {
  if (managed === undefined) {
    return;
  }
  checks
    .number('ManagedMinimum', 'managedInstances.min', managed.min,
      { min: FEWEST_INSTANCES, whole: true, hint: 'one instance is one Availability Zone' })
    .number('ManagedMaximum', 'managedInstances.max', managed.max, { min: FEWEST_INSTANCES, whole: true })
    .that('ManagedBounds', { min: managed.min, max: managed.max }, ({ min, max }) => min <= max ? undefined
      : `\`managedInstances.max\` must not be below its \`min\`: got ${max} below ${min}`);
}
