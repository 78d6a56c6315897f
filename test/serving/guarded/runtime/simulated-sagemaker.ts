import {
  DeleteEndpointConfigCommand, DeleteModelCommand, DescribeEndpointCommand, DescribeEndpointConfigCommand,
  ListEndpointConfigsCommand, ListEndpointsCommand, ListModelsCommand, ListTagsCommand, SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { ENDPOINT_TAG } from '../../../../lib/serving/runtime/contract';
import { PrunerApi } from '../../../../lib/serving/runtime/sagemaker-api';

interface Made { readonly createdAt: number; readonly owner?: string }
interface Config extends Made { readonly models: readonly string[]; readonly shadowModels: readonly string[] }
interface Endpoint { status: string; config: string; pending?: string }

const ARN = 'arn:aws:sagemaker:eu-west-1:111122223333';
export const HOUR = 3_600_000;

/**
 * SageMaker's endpoints, configurations and models as a state machine in memory, behind the client's own `send`. It refuses
 * no deletion: what must not be deleted is for the code under test to know.
 */
export class SimulatedSageMaker {
  public now = Date.UTC(2026, 10, 20);
  public readonly endpoints = new Map<string, Endpoint>();
  public readonly configs = new Map<string, Config>();
  public readonly models = new Map<string, Made>();
  /** The names of the calls, in their order. */
  public readonly calls: string[] = [];
  /** Runs before a call has an effect; what it throws is what the caller gets. */
  public before: (call: string) => void | Promise<void> = () => undefined;
  /** Runs after a call had its effect; the caller never hears of it if this throws. */
  public after: (call: string) => void | Promise<void> = () => undefined;

  /** What the handlers' code talks to. */
  public api(): PrunerApi {
    return new PrunerApi(this.client(), this.client());
  }

  public client(): SageMakerClient {
    return { send: (command: object) => this.send(command) } as unknown as SageMakerClient;
  }

  public model(name: string, owner?: string): this {
    this.models.set(name, { createdAt: this.now, owner });
    return this;
  }

  public config(name: string, models: readonly string[], owner?: string, shadowModels: readonly string[] = []): this {
    this.configs.set(name, { createdAt: this.now, models, shadowModels, owner });
    return this;
  }

  public create(endpoint: string, config: string): this {
    this.endpoints.set(endpoint, { status: 'InService', config });
    return this;
  }

  /** What `UpdateEndpoint` does at once. */
  public update(endpoint: string, config: string): void {
    const one = this.endpoints.get(endpoint)!;
    one.status = 'Updating';
    one.pending = config;
  }

  /** How an update ends: on its configuration, or silently on the old one. */
  public settle(endpoint: string, { rolledBack = false } = {}): void {
    const one = this.endpoints.get(endpoint)!;
    one.config = rolledBack ? one.config : one.pending ?? one.config;
    one.pending = undefined;
    one.status = 'InService';
  }

  /** What no endpoint can do without and that is gone. */
  public missing(): string[] {
    return [...this.endpoints].flatMap(([endpoint, { config, pending }]) => [config, pending ?? config].flatMap((name) =>
      this.configs.has(name) ? this.missingOf(name) : [`${endpoint} lost ${name}`]));
  }

  /** What a configuration needs and that is gone. */
  public missingOf(config: string): string[] {
    const one = this.configs.get(config);
    return one === undefined ? [`${config} is gone`] : [...one.models, ...one.shadowModels]
      .filter((model) => !this.models.has(model)).map((model) => `${config} lost ${model}`);
  }

  private async send(command: object): Promise<unknown> {
    const call = command.constructor.name.replace('Command', '');
    this.calls.push(call);
    await this.before(call);
    const answer = this.answer(command);
    await this.after(call);
    return answer;
  }

  private answer(command: object): unknown {
    if (command instanceof DescribeEndpointCommand) {
      return this.describeEndpoint(command.input.EndpointName!);
    }
    if (command instanceof DescribeEndpointConfigCommand) {
      const config = found(this.configs, command.input.EndpointConfigName!, 'endpoint configuration');
      return {
        ProductionVariants: config.models.map((ModelName) => ({ ModelName })),
        ShadowProductionVariants: config.shadowModels.map((ModelName) => ({ ModelName })),
      };
    }
    if (command instanceof ListEndpointsCommand) {
      return paged([...this.endpoints.keys()].map((EndpointName) => ({ EndpointName })), 'Endpoints', command.input);
    }
    if (command instanceof ListEndpointConfigsCommand) {
      const items = listed(this.configs, command.input.NameContains).map(([EndpointConfigName, { createdAt }]) =>
        ({ EndpointConfigName, EndpointConfigArn: `${ARN}:endpoint-config/${EndpointConfigName}`, CreationTime: new Date(createdAt) }));
      return paged(items, 'EndpointConfigs', command.input);
    }
    if (command instanceof ListModelsCommand) {
      const items = listed(this.models, command.input.NameContains).map(([ModelName, { createdAt }]) =>
        ({ ModelName, ModelArn: `${ARN}:model/${ModelName}`, CreationTime: new Date(createdAt) }));
      return paged(items, 'Models', command.input);
    }
    if (command instanceof ListTagsCommand) {
      const [kind, name] = command.input.ResourceArn!.split(':').pop()!.split('/');
      const { owner } = found<Made>(kind === 'model' ? this.models : this.configs, name, kind);
      const tags = [{ Key: 'team', Value: 'risk' }, ...owner === undefined ? [] : [{ Key: ENDPOINT_TAG, Value: owner }]];
      return paged(tags, 'Tags', { ...command.input, MaxResults: 1 });
    }
    if (command instanceof DeleteEndpointConfigCommand) {
      found(this.configs, command.input.EndpointConfigName!, 'endpoint configuration');
      return this.configs.delete(command.input.EndpointConfigName!);
    }
    if (command instanceof DeleteModelCommand) {
      found(this.models, command.input.ModelName!, 'model');
      return this.models.delete(command.input.ModelName!);
    }
    throw new Error(`SageMaker is not simulated for ${command.constructor.name}`);
  }

  private describeEndpoint(name: string): unknown {
    const { status, config, pending } = found(this.endpoints, name, 'endpoint');
    return {
      EndpointName: name,
      EndpointStatus: status,
      EndpointConfigName: config,
      PendingDeploymentSummary: pending === undefined ? undefined : { EndpointConfigName: pending },
    };
  }
}

function found<T>(all: ReadonlyMap<string, T>, name: string, kind: string): T {
  const one = all.get(name);
  if (one === undefined) {
    throw Object.assign(new Error(`Could not find ${kind} "${ARN}:${kind}/${name}".`), { name: 'ValidationException' });
  }
  return one;
}

/** Newest first, as SageMaker lists. */
function listed<T extends Made>(all: ReadonlyMap<string, T>, contains = ''): [string, T][] {
  return [...all].filter(([name]) => name.includes(contains)).sort(([, a], [, b]) => b.createdAt - a.createdAt);
}

/** Two items a page, so that every list has pages. */
function paged(items: readonly object[], field: string, { NextToken = '0', MaxResults = 2 }: { NextToken?: string; MaxResults?: number }) {
  const start = Number(NextToken);
  const end = start + Math.min(MaxResults, 2);
  return { [field]: items.slice(start, end), NextToken: end < items.length ? String(end) : undefined };
}
