import { AwsError, locked, validation } from './error';
import { VirtualClock } from '../clock';
import { deletion, listed, tagsOf } from './sagemaker-lists';
import { Switches } from '../switches';
import { Place } from '../template/place';

/** A variant as `DescribeEndpoint` shows it, and which model runs in it. */
export interface Slot {
  readonly name: string;
  readonly modelName: string;
  currentWeight: number;
  desiredWeight: number;
  currentCount: number;
  desiredCount: number;
}
export interface SimulatedEndpoint {
  readonly name: string;
  readonly arn: string;
  readonly createdAt: number;
  status: string;
  configName: string;
  /** The configuration that an update brings. */
  pendingConfig?: string;
  failureReason?: string;
  slots: Slot[];
  changedAt: number;
}
export interface SimulatedModel {
  readonly name: string;
  readonly image: string;
  readonly artifact: string;
  readonly input: Input;
  readonly createdAt: number;
}
interface Variant {
  readonly VariantName: string;
  readonly ModelName: string;
  readonly InitialInstanceCount?: number;
  readonly InitialVariantWeight?: number;
}
interface Desired { readonly VariantName: string; readonly DesiredWeight?: number; readonly DesiredInstanceCount?: number }
type Input = Readonly<Record<string, unknown>>;
export interface SimulatedConfig {
  readonly name: string;
  readonly variants: readonly Variant[];
  readonly input: Input;
  readonly createdAt: number;
}

/** How the next updates of an endpoint go, in seconds and kinds. */
export interface Pace {
  readonly createSeconds: number;
  readonly updateSeconds: number;
  readonly weightSeconds: number;
  readonly deleteSeconds: number;
}
export type UpdateTrouble = 'silent-rollback' | 'capacity' | 'no-model' | 'hang' | 'weights-ignored';

/** How long an update may not find a configuration that was just made: "eventually consistent", API page of CreateEndpoint. */
const CONSISTENT_AFTER_MS = 3_000;
const REASONS: Partial<Record<UpdateTrouble, string>> = {
  'capacity': 'CapacityError: Unable to provision requested ML compute capacity due to InsufficientInstanceCapacity error.',
  'no-model': 'Failed to download model data or image. Please ensure that there is an object at the address and that the role may read it.',
};
const IN_PROGRESS = ['Creating', 'Updating', 'SystemUpdating', 'RollingBack', 'Deleting'];

/**
 * SageMaker's hosting: models, configurations, endpoints. Rules from aws-facts.md sections 1 and 4 (API, "The endpoint returns to
 * InService on the old config and FailureReason may be empty"), unless another source is named.
 */
export class SageMaker {
  public readonly models = new Map<string, SimulatedModel>();
  public readonly configs = new Map<string, SimulatedConfig>();
  public readonly endpoints = new Map<string, SimulatedEndpoint>();
  constructor(
    private readonly clock: VirtualClock, private readonly place: Place,
    private readonly pace: Pace, private readonly switches: Switches,
  ) {}

  /** Called before traffic can go another way, and after. */
  public onChange: (endpoint: SimulatedEndpoint, what: string) => void = () => undefined;
  public beforeChange: () => void = () => undefined;
  /** Called after a configuration or a model is gone. */
  public onDelete: () => void = () => undefined;
  /** What goes wrong with an update that begins now; nothing if all goes well. */
  public trouble: (operation: 'CreateEndpoint' | 'UpdateEndpoint' | 'UpdateEndpointWeightsAndCapacities') => UpdateTrouble | undefined = () => undefined;
  /** The address of an image or artifact of a model that is not there any more. */
  public lost: (model: Pick<SimulatedModel, 'image' | 'artifact'>) => string | undefined = () => undefined;

  public act(operation: string, input: Input): unknown {
    const handler = this.operations()[operation];
    if (handler === undefined) {
      throw new Error(`the simulated SageMaker knows no ${operation}`);
    }
    return handler(input);
  }

  private operations(): Readonly<Record<string, (input: Input) => unknown>> {
    return {
      CreateModel: (input) => this.createModel(input),
      DescribeModel: ({ ModelName }) => {
        const model = this.model(String(ModelName));
        return { ...model.input, ModelArn: this.arn('model', model.name), CreationTime: new Date(model.createdAt) };
      },
      DeleteModel: ({ ModelName }) => this.gone(this.models, this.model(String(ModelName)).name),
      ListModels: (input) => listed('Model', this.models, input, (name) => this.arn('model', name)),
      CreateEndpointConfig: (input) => this.createConfig(input),
      DescribeEndpointConfig: ({ EndpointConfigName }) => {
        const config = this.config(String(EndpointConfigName));
        return { ...config.input, EndpointConfigArn: this.arn('endpoint-config', config.name), CreationTime: new Date(config.createdAt) };
      },
      DeleteEndpointConfig: ({ EndpointConfigName }) => {
        const { name } = this.config(String(EndpointConfigName));
        deletion(name, this.endpoints.values(), this.switches);
        return this.gone(this.configs, name);
      },
      ListEndpointConfigs: (input) => listed('EndpointConfig', this.configs, input, (name) => this.arn('endpoint-config', name)),
      ListEndpoints: (input) => listed('Endpoint', this.endpoints, input, (name) => this.arn('endpoint', name)),
      CreateEndpoint: (input) => this.createEndpoint(input),
      DescribeEndpoint: ({ EndpointName }) => this.describe(this.endpoint(String(EndpointName))),
      UpdateEndpoint: (input) => this.updateEndpoint(input),
      UpdateEndpointWeightsAndCapacities: (input) => this.updateWeights(input),
      DeleteEndpoint: ({ EndpointName }) => this.deleteEndpoint(String(EndpointName)),
      AddTags: () => ({ Tags: [] }),
      ListTags: ({ ResourceArn }) => tagsOf(String(ResourceArn), this.configs, this.models),
    };
  }

  /** Locks an endpoint for a time, as maintenance does. */
  public lock(name: string, seconds: number): void {
    const endpoint = this.endpoints.get(name);
    if (endpoint?.status === 'InService') {
      this.change(endpoint, 'SystemUpdating', () => { endpoint.status = 'SystemUpdating'; });
      this.clock.after(seconds * 1000, () => { this.change(endpoint, 'InService', () => { endpoint.status = 'InService'; }); });
    }
  }

  private createModel(input: Input): unknown {
    const name = String(input.ModelName);
    if (this.models.has(name)) {
      throw validation(`Cannot create already existing model "${this.arn('model', name)}".`);
    }
    const [first] = (input.Containers ?? [{}]) as readonly Input[];
    const container = (input.PrimaryContainer ?? first) as Input;
    const source = container.ModelDataSource as { readonly S3DataSource?: { readonly S3Uri?: string } } | undefined;
    const [image, artifact] = [String(container.Image), String(container.ModelDataUrl ?? source?.S3DataSource?.S3Uri ?? '')];
    const lost = this.lost({ image, artifact });
    if (lost !== undefined && this.switches.lostModelData === 'refused') {
      throw validation(`Could not access model data at ${lost}. Please ensure that the object exists and that the role may read it.`);
    }
    this.models.set(name, { name, image, artifact, input, createdAt: this.clock.now });
    return { ModelArn: this.arn('model', name) };
  }

  private createConfig(input: Input): unknown {
    const name = String(input.EndpointConfigName);
    if (this.configs.has(name)) {
      throw validation(`Cannot create already existing endpoint configuration "${this.arn('endpoint-config', name)}".`);
    }
    const variants = (input.ProductionVariants ?? []) as readonly Variant[];
    if (variants.length === 0 || variants.length > 10) {
      throw validation(`1 to 10 production variants are needed, and there are ${variants.length}`);
    }
    variants.forEach(({ ModelName }) => this.model(ModelName));
    this.configs.set(name, { name, variants, input, createdAt: this.clock.now });
    return { EndpointConfigArn: this.arn('endpoint-config', name) };
  }

  private createEndpoint(input: Input): unknown {
    const [name, configName] = [String(input.EndpointName), String(input.EndpointConfigName)];
    if (this.endpoints.has(name)) {
      throw validation(`Cannot create already existing endpoint "${this.arn('endpoint', name)}".`);
    }
    const config = this.newConfig(configName);
    const endpoint: SimulatedEndpoint = {
      name, arn: this.arn('endpoint', name), createdAt: this.clock.now, changedAt: this.clock.now, status: 'Creating', configName, slots: [],
    };
    this.endpoints.set(name, endpoint);
    const trouble = this.trouble('CreateEndpoint') ?? this.troubleOf(config);
    this.onChange(endpoint, `is created with ${configName}`);
    if (trouble !== 'hang') {
      this.clock.after(this.pace.createSeconds * 1000, () => {
        this.change(endpoint, trouble === undefined ? 'InService' : 'Failed', () => {
          endpoint.status = trouble === undefined ? 'InService' : 'Failed';
          endpoint.slots = trouble === undefined ? slotsOf(config) : [];
          endpoint.failureReason = trouble === undefined ? undefined : REASONS[trouble];
        });
      });
    }
    return { EndpointArn: endpoint.arn };
  }

  private updateEndpoint(input: Input): unknown {
    const endpoint = this.changeable(String(input.EndpointName));
    const config = this.newConfig(String(input.EndpointConfigName));
    this.checkNames(endpoint, config);
    if (config.name === endpoint.configName && this.switches.sameConfigUpdate === 'refused') {
      throw validation(`Endpoint ${endpoint.name} already uses the endpoint configuration ${config.name}`);
    }
    if (input.RetainAllVariantProperties === true) {
      throw new Error('the simulated SageMaker retains no variant properties');
    }
    const trouble = this.trouble('UpdateEndpoint') ?? this.troubleOf(config);
    this.change(endpoint, `is updated to ${config.name}`, () => {
      Object.assign(endpoint, { status: 'Updating', pendingConfig: config.name, failureReason: undefined });
    });
    if (trouble !== 'hang') {
      this.clock.after(this.pace.updateSeconds * 1000, () => { this.endUpdate(endpoint, config, trouble); });
    }
    return { EndpointArn: endpoint.arn };
  }

  private endUpdate(endpoint: SimulatedEndpoint, config: SimulatedConfig, trouble: UpdateTrouble | undefined): void {
    const rolledBack = trouble === 'silent-rollback' || trouble === 'capacity' || trouble === 'no-model';
    this.change(endpoint, rolledBack ? `is back InService on ${endpoint.configName}` : `is InService with ${config.name}`, () => {
      Object.assign(endpoint, { status: 'InService', pendingConfig: undefined });
      if (!rolledBack) {
        // counts and weights are those of the new configuration: aws-facts.md section 1, "Updates reset counts and weights"
        Object.assign(endpoint, { configName: config.name, slots: slotsOf(config) });
      } else {
        endpoint.failureReason = REASONS[trouble]; // none, if it is silent: aws-facts.md section 1
      }
    });
  }

  private updateWeights(input: Input): unknown {
    const endpoint = this.changeable(String(input.EndpointName));
    const wanted = (input.DesiredWeightsAndCapacities ?? []) as readonly Desired[];
    const unknown = wanted.find(({ VariantName }) => !endpoint.slots.some(({ name }) => name === VariantName));
    if (unknown !== undefined) {
      throw validation(`The variant name(s) "${unknown.VariantName}" is/are not present within endpoint configuration "${endpoint.configName}".`);
    }
    if (wanted.filter(({ DesiredInstanceCount }) => DesiredInstanceCount !== undefined).length > 1) {
      throw validation('The capacity of only one variant can be changed at a time'); // aws-facts.md section 4
    }
    if (wanted.some(({ DesiredWeight }) => DesiredWeight !== undefined && !(DesiredWeight >= 0))) {
      throw validation('DesiredWeight must be at least 0');
    }
    const trouble = this.trouble('UpdateEndpointWeightsAndCapacities');
    this.change(endpoint, `gets weights ${wanted.map(({ VariantName, DesiredWeight, DesiredInstanceCount }) => `${VariantName} ${DesiredWeight ?? `${DesiredInstanceCount} instances`}`).join(', ')}`, () => {
      endpoint.status = 'Updating';
      endpoint.slots.forEach((slot) => {
        const its = wanted.find(({ VariantName }) => VariantName === slot.name);
        slot.desiredWeight = its?.DesiredWeight ?? slot.desiredWeight;
        slot.desiredCount = its?.DesiredInstanceCount ?? slot.desiredCount;
      });
    });
    if (trouble !== 'hang') {
      this.clock.after(this.pace.weightSeconds * 1000, () => {
        this.change(endpoint, 'is InService with its weights', () => {
          endpoint.status = 'InService';
          endpoint.slots.forEach((slot) => {
            Object.assign(slot, trouble === undefined ? { currentWeight: slot.desiredWeight, currentCount: slot.desiredCount }
              : { desiredWeight: slot.currentWeight, desiredCount: slot.currentCount });
          });
        });
      });
    }
    return { EndpointArn: endpoint.arn };
  }

  private deleteEndpoint(name: string): unknown {
    const endpoint = this.endpoint(name);
    if (['Updating', 'Creating', 'SystemUpdating', 'RollingBack'].includes(endpoint.status)) {
      throw locked(`Cannot delete in-progress endpoint "${endpoint.arn}".`, this.switches);
    }
    if (endpoint.status === 'Failed' && this.switches.failedEndpointDeletion === 'refused') {
      throw validation(`Cannot delete the endpoint "${endpoint.arn}" in this state.`);
    }
    this.change(endpoint, 'is deleted', () => { endpoint.status = 'Deleting'; });
    this.clock.after(this.pace.deleteSeconds * 1000, () => {
      this.change(endpoint, 'is gone', () => { this.endpoints.delete(name); endpoint.slots = []; });
    });
    return {};
  }

  /** Blocks while another change is under way: aws-facts.md sections 1 ("no API cancels") and 4 ("refused while Updating"). */
  private changeable(name: string): SimulatedEndpoint {
    const endpoint = this.endpoint(name);
    if (IN_PROGRESS.includes(endpoint.status)) {
      throw locked(`Cannot update in-progress endpoint "${endpoint.arn}".`, this.switches);
    }
    return endpoint;
  }

  private describe(endpoint: SimulatedEndpoint): unknown {
    const { name, arn, status, configName, pendingConfig, failureReason, slots, createdAt, changedAt } = endpoint;
    const shown = this.switches.pendingConfigShown === 'new' ? pendingConfig ?? configName : configName;
    return {
      EndpointName: name,
      EndpointArn: arn,
      EndpointConfigName: shown,
      EndpointStatus: status,
      ...(failureReason === undefined ? {} : { FailureReason: failureReason }),
      CreationTime: new Date(createdAt),
      LastModifiedTime: new Date(changedAt),
      ProductionVariants: slots.map((slot) => ({
        VariantName: slot.name,
        CurrentWeight: slot.currentWeight,
        DesiredWeight: slot.desiredWeight,
        CurrentInstanceCount: slot.currentCount,
        DesiredInstanceCount: slot.desiredCount,
        DeployedImages: [{ SpecifiedImage: this.models.get(slot.modelName)?.image }],
      })),
      ...(pendingConfig === undefined || this.switches.pendingSummary === 'absent' ? {} : { PendingDeploymentSummary: { EndpointConfigName: pendingConfig } }),
    };
  }

  private change(endpoint: SimulatedEndpoint, what: string, change: () => void): void {
    this.beforeChange();
    change();
    endpoint.changedAt = this.clock.now;
    this.onChange(endpoint, what);
  }

  private gone(all: Map<string, unknown>, name: string): unknown {
    all.delete(name);
    this.onDelete();
    return {};
  }

  private model(name: string): SimulatedModel {
    return there(this.models.get(name), 'model', this.arn('model', name));
  }

  private config(name: string): SimulatedConfig {
    return there(this.configs.get(name), 'endpoint configuration', this.arn('endpoint-config', name));
  }

  /** As an endpoint that is made or updated finds it. */
  private newConfig(name: string): SimulatedConfig {
    const config = this.config(name);
    if (this.switches.newConfigFound === 'later' && this.clock.now - config.createdAt < CONSISTENT_AFTER_MS) {
      throw new AwsError('ValidationException', `Could not find endpoint configuration "${this.arn('endpoint-config', name)}".`);
    }
    return config;
  }

  /** "Variant names must be equal in old and new config", of updates with guardrails: aws-facts.md section 2. Of others: U150. */
  private checkNames({ slots, configName }: SimulatedEndpoint, { name: next, variants }: SimulatedConfig): void {
    const [old, fresh] = [slots.map(({ name }) => name), variants.map(({ VariantName }) => VariantName)]
      .map((names) => names.sort().join());
    if (this.switches.renamedVariants === 'refused' && old !== fresh) {
      throw validation(`The variants of ${next} must have the names of those of ${configName}`);
    }
  }

  /** A configuration that was there long before. */
  public plantConfig(input: Input): void {
    this.createConfig(input);
    const name = String(input.EndpointConfigName);
    this.configs.set(name, { ...this.config(name), createdAt: -Infinity });
  }

  /** A model whose artifact or image is gone does not start. */
  private troubleOf({ variants }: SimulatedConfig): UpdateTrouble | undefined {
    return variants.some(({ ModelName }) => this.lost(this.model(ModelName)) !== undefined) ? 'no-model' : undefined;
  }

  private endpoint(name: string): SimulatedEndpoint {
    return there(this.endpoints.get(name), 'endpoint', this.arn('endpoint', name));
  }

  /** SageMaker's ARNs are in lower case. */
  private arn(kind: string, name: string): string {
    return `arn:aws:sagemaker:${this.place.region}:${this.place.account}:${kind}/${name.toLowerCase()}`;
  }
}

function there<T>(found: T | undefined, kind: string, arn: string): T {
  if (found === undefined) {
    throw new AwsError('ValidationException', `Could not find ${kind} "${arn}".`);
  }
  return found;
}

function slotsOf({ variants }: SimulatedConfig): Slot[] {
  return variants.map(({ VariantName: name, ModelName: modelName, InitialInstanceCount = 1, InitialVariantWeight = 1 }) => ({
    name,
    modelName,
    currentWeight: InitialVariantWeight,
    desiredWeight: InitialVariantWeight,
    currentCount: InitialInstanceCount,
    desiredCount: InitialInstanceCount,
  }));
}
