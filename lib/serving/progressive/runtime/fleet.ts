import {
  CreateEndpointCommand, CreateEndpointConfigCommand, CreateModelCommand, DeleteEndpointCommand, DescribeEndpointCommand,
  DescribeEndpointConfigCommand, DescribeModelCommand, ProductionVariant, ProductionVariantSummary, Tag, UpdateEndpointCommand,
  UpdateEndpointWeightsAndCapacitiesCommand,
} from '@aws-sdk/client-sagemaker';
import { DescribedEndpoint } from './converge';
import { Arrangement, Release, WantedVariant } from './release-state';
import { BaseWorld, FleetWorld } from './release-world';
import { retried } from './retried';
import { ENDPOINT_TAG } from '../../runtime/contract';
import { VariantFleet } from '../../runtime/described-endpoint';

/** Something of that name is there and is not what a release would make. */
export class NameTaken extends Error {
  constructor(what: string) {
    super(`${what} exists and is not the one of this release`);
    this.name = 'NameTaken';
  }
}

export interface DescribedConfig {
  readonly variants: readonly { readonly name: string; readonly modelName?: string; readonly instanceType?: string }[];
}

/** Looks only. */
export class FleetLook {
  constructor(protected readonly world: BaseWorld & Pick<FleetWorld, 'sagemaker'>) {}

  /** Nothing: there is no endpoint of that name. */
  public async endpoint(name: string): Promise<DescribedEndpoint | undefined> {
    const command = new DescribeEndpointCommand({ EndpointName: name });
    const described = await orMissing(retried(() => this.world.sagemaker.send(command), this.world));
    return described && {
      ...(described.EndpointStatus === undefined ? {} : { status: described.EndpointStatus }),
      ...(described.EndpointConfigName === undefined ? {} : { configName: described.EndpointConfigName }),
      ...pendingOf(described.PendingDeploymentSummary?.EndpointConfigName),
      ...(described.FailureReason === undefined ? {} : { failureReason: described.FailureReason }),
      variants: (described.ProductionVariants ?? []).map(variantOf),
    };
  }

  /** Nothing: there is no configuration of that name. */
  public async config(name: string): Promise<DescribedConfig | undefined> {
    const command = new DescribeEndpointConfigCommand({ EndpointConfigName: name });
    const described = await orMissing(retried(() => this.world.sagemaker.send(command), this.world));
    return described && {
      variants: (described.ProductionVariants ?? []).map(({ VariantName = '', ModelName, InstanceType }) => ({
        name: VariantName,
        ...(ModelName === undefined ? {} : { modelName: ModelName }),
        ...(InstanceType === undefined ? {} : { instanceType: InstanceType }),
      })),
    };
  }
}

/** Before each call that changes something: throws unless this writer may still act. */
export type Proof = () => Promise<void>;

/** Acts too. A call is made once; what it led to is for the next look to tell. */
export class Fleet extends FleetLook {
  constructor(protected override readonly world: BaseWorld & FleetWorld, private readonly prove: Proof) {
    super(world);
  }

  public async create(release: Release, to: Arrangement): Promise<void> {
    await this.prepare(release, to);
    const input = { EndpointName: release.profile.endpointName, EndpointConfigName: to.configName, Tags: tagsOf(release) };
    await this.act(() => this.world.acting.send(new CreateEndpointCommand(input)));
  }

  public async update(release: Release, to: Arrangement): Promise<void> {
    await this.prepare(release, to);
    const { profile: { endpointName } } = release;
    // weights and counts as the configuration has them: those of an earlier release are no part of this one
    const input = { EndpointName: endpointName, EndpointConfigName: to.configName, RetainAllVariantProperties: false };
    await this.act(() => this.world.acting.send(new UpdateEndpointCommand(input)));
  }

  /** Weights and nothing else: counts stay what they are. */
  public async weights({ profile: { endpointName } }: Release, { variants }: Arrangement): Promise<void> {
    const input = {
      EndpointName: endpointName,
      DesiredWeightsAndCapacities: variants.map(({ slot, weight }) => ({ VariantName: slot, DesiredWeight: weight })),
    };
    await this.act(() => this.world.acting.send(new UpdateEndpointWeightsAndCapacitiesCommand(input)));
  }

  public async remove(endpointName: string): Promise<void> {
    await this.act(() => this.world.acting.send(new DeleteEndpointCommand({ EndpointName: endpointName })));
  }

  /** The model of the release and the configuration, unless they are there. What served before has both already. */
  private async prepare(release: Release, to: Arrangement): Promise<void> {
    if (to.configName === release.previous?.configName) {
      return;
    }
    await this.makeModel(release, modelOf(to));
    await this.makeConfig(release, to);
  }

  private async makeModel({ image, artifact, profile, ...release }: Release, name: string): Promise<void> {
    const { subnets, securityGroupIds } = profile;
    const input = {
      ModelName: name,
      ExecutionRoleArn: profile.executionRoleArn,
      PrimaryContainer: { Image: image, ModelDataUrl: artifact, Environment: { ...profile.environment } },
      EnableNetworkIsolation: profile.networkIsolation,
      ...(subnets.length === 0 ? {} : { VpcConfig: { Subnets: [...subnets], SecurityGroupIds: [...securityGroupIds] } }),
      Tags: tagsOf({ ...release, image, artifact, profile }),
    };
    try {
      await this.act(() => this.world.acting.send(new CreateModelCommand(input)));
    } catch (error) {
      if (!isThere(error)) {
        throw error;
      }
      const described = await retried(() => this.world.sagemaker.send(new DescribeModelCommand({ ModelName: name })), this.world);
      const { Image, ModelDataUrl } = described.PrimaryContainer ?? {};
      if (Image !== image || ModelDataUrl !== artifact) {
        throw new NameTaken(`model ${name}`);
      }
    }
  }

  private async makeConfig(release: Release, { configName, variants }: Arrangement): Promise<void> {
    const { kmsKeyId } = release.profile;
    const input = {
      EndpointConfigName: configName,
      ProductionVariants: variants.map(productionVariant),
      ...(kmsKeyId === undefined ? {} : { KmsKeyId: kmsKeyId }),
      Tags: tagsOf(release),
    };
    try {
      await this.act(() => this.world.acting.send(new CreateEndpointConfigCommand(input)));
    } catch (error) {
      if (!isThere(error)) {
        throw error;
      }
      const there = (await this.config(configName))?.variants.map(({ name, modelName, instanceType }) => `${name} ${modelName} ${instanceType}`);
      const wanted = variants.map(({ slot, modelName, instanceType }) => `${slot} ${modelName} ${instanceType}`);
      if (there?.sort().join() !== wanted.sort().join()) {
        throw new NameTaken(`configuration ${configName}`);
      }
    }
  }

  private async act<T>(call: () => Promise<T>): Promise<T> {
    await this.prove();
    return call();
  }
}

/** SageMaker takes no update while another runs. */
export function isBusy(error: unknown): boolean {
  return textOf(error, 'ValidationException') !== undefined && /in-progress|updating|being (updated|created|deleted)/i.test(textOf(error, 'ValidationException') ?? '')
    || textOf(error, 'ResourceInUse') !== undefined || textOf(error, 'ConflictException') !== undefined;
}

/** What no retry would change: limits, and requests that SageMaker finds wrong. */
export function isRefused(error: unknown): boolean {
  return error instanceof NameTaken || textOf(error, 'ResourceLimitExceeded') !== undefined || textOf(error, 'ValidationException') !== undefined;
}

/** What was made a moment before may not be found yet: "eventually consistent", API page of CreateEndpoint. */
export function isNotSeenYet(error: unknown): boolean {
  return /could not find (model|endpoint configuration)/i.test(textOf(error, 'ValidationException') ?? '');
}

function isThere(error: unknown): boolean {
  return /already exist/i.test(textOf(error, 'ValidationException') ?? '');
}

/** SageMaker has no error of its own for what does not exist: it is a validation error with a sentence. */
async function orMissing<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    const missing = textOf(error, 'ResourceNotFound') !== undefined || /could not find|does not exist/i.test(textOf(error, 'ValidationException') ?? '');
    if (missing) {
      return undefined;
    }
    throw error;
  }
}

function textOf(error: unknown, name: string): string | undefined {
  return error instanceof Error && error.name === name ? error.message : undefined;
}

/** Both slots name the model of before too, which is there; the one of the release is the last. */
function modelOf({ variants }: Arrangement): string {
  return variants[variants.length - 1].modelName;
}

function productionVariant({ slot, modelName, instanceCount, instanceType, weight }: WantedVariant): ProductionVariant {
  return {
    VariantName: slot,
    ModelName: modelName,
    InitialInstanceCount: instanceCount,
    InstanceType: instanceType as ProductionVariant['InstanceType'],
    InitialVariantWeight: weight,
  };
}

function tagsOf({ profile: { tags, endpointName } }: Release): Tag[] {
  return Object.entries({ ...tags, [ENDPOINT_TAG]: endpointName }).map(([Key, Value]) => ({ Key, Value }));
}

function variantOf(variant: ProductionVariantSummary): VariantFleet {
  return {
    name: variant.VariantName ?? '',
    currentWeight: variant.CurrentWeight,
    desiredWeight: variant.DesiredWeight,
    currentInstances: variant.CurrentInstanceCount,
    desiredInstances: variant.DesiredInstanceCount,
  };
}

function pendingOf(configName: string | undefined): Pick<DescribedEndpoint, 'pendingConfigName'> {
  return configName === undefined ? {} : { pendingConfigName: configName };
}
