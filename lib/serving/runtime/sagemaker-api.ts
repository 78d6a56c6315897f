import {
  DeleteEndpointConfigCommand, DeleteModelCommand, DescribeEndpointCommand, DescribeEndpointConfigCommand,
  ListEndpointConfigsCommand, ListEndpointsCommand, ListModelsCommand, ListTagsCommand, ProductionVariantSummary, SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { DescribedEndpoint, DescribedVariant } from './described-endpoint';

/** A configuration or a model, as a list shows it. */
export interface Listed {
  readonly name: string;
  readonly arn: string;
  /** Milliseconds. */
  readonly createdAt: number;
}

const CALL_MILLISECONDS = 10_000; // the client's own retries included
const PAGE = 100;

/** What a handler that only looks asks of SageMaker. */
export class EndpointApi {
  constructor(protected readonly client: Pick<SageMakerClient, 'send'>) {}

  /** Nothing: there is no endpoint of that name. */
  public async describeEndpoint(name: string): Promise<DescribedEndpoint | undefined> {
    const described = await orMissing(this.client.send(new DescribeEndpointCommand({ EndpointName: name }), inTime()));
    return described && {
      status: described.EndpointStatus,
      configName: described.EndpointConfigName,
      pendingConfigName: described.PendingDeploymentSummary?.EndpointConfigName,
      failureReason: described.FailureReason,
      variants: (described.ProductionVariants ?? []).map(variantOf),
    };
  }
}

/** What the pruner asks of SageMaker. Each method that is not about a list is one call. */
export class PrunerApi extends EndpointApi {
  /** `deleting` must not retry: a second try would come long after the look that allowed the first. */
  constructor(client: Pick<SageMakerClient, 'send'>, private readonly deleting: Pick<SageMakerClient, 'send'>) {
    super(client);
  }

  /** The names of all endpoints of the account in this Region. */
  public endpoints(): Promise<string[]> {
    return allPages(async (NextToken) => {
      const page = await this.client.send(new ListEndpointsCommand({ NextToken, MaxResults: PAGE }), inTime());
      return { items: (page.Endpoints ?? []).map(({ EndpointName }) => known(EndpointName)), next: page.NextToken };
    });
  }

  /** All configurations whose name contains a text, or simply all. */
  public configs(contains?: string): Promise<Listed[]> {
    return allPages(async (NextToken) => {
      const input = { NextToken, MaxResults: PAGE, NameContains: contains };
      const page = await this.client.send(new ListEndpointConfigsCommand(input), inTime());
      const items = (page.EndpointConfigs ?? []).map((config) =>
        listed(config.EndpointConfigName, config.EndpointConfigArn, config.CreationTime));
      return { items, next: page.NextToken };
    });
  }

  /** All models whose name contains a text. */
  public models(contains: string): Promise<Listed[]> {
    return allPages(async (NextToken) => {
      const input = { NextToken, MaxResults: PAGE, NameContains: contains };
      const page = await this.client.send(new ListModelsCommand(input), inTime());
      const items = (page.Models ?? []).map((model) => listed(model.ModelName, model.ModelArn, model.CreationTime));
      return { items, next: page.NextToken };
    });
  }

  /** The models that a configuration names, shadow variants included. Nothing: there is no such configuration. */
  public async modelsOf(config: string): Promise<string[] | undefined> {
    const command = new DescribeEndpointConfigCommand({ EndpointConfigName: config });
    const described = await orMissing(this.client.send(command, inTime()));
    return described && [...described.ProductionVariants ?? [], ...described.ShadowProductionVariants ?? []]
      .flatMap(({ ModelName }) => ModelName ?? []);
  }

  /** The value of a tag. Nothing: no such tag, or no such resource. */
  public async tag(arn: string, key: string): Promise<string | undefined> {
    const tags = await allPages(async (NextToken) => {
      const command = new ListTagsCommand({ ResourceArn: arn, NextToken, MaxResults: PAGE });
      const page = await orMissing(this.client.send(command, inTime()));
      return { items: page?.Tags ?? [], next: page?.NextToken };
    });
    return tags.find(({ Key }) => Key === key)?.Value;
  }

  /** Deleting what is gone is no error. */
  public async deleteConfig(name: string): Promise<void> {
    await orMissing(this.deleting.send(new DeleteEndpointConfigCommand({ EndpointConfigName: name }), inTime()));
  }

  /** Deleting what is gone is no error. */
  public async deleteModel(name: string): Promise<void> {
    await orMissing(this.deleting.send(new DeleteModelCommand({ ModelName: name }), inTime()));
  }
}

function variantOf(variant: ProductionVariantSummary): DescribedVariant {
  return {
    name: known(variant.VariantName),
    currentWeight: variant.CurrentWeight,
    desiredWeight: variant.DesiredWeight,
    currentInstances: variant.CurrentInstanceCount,
    desiredInstances: variant.DesiredInstanceCount,
    statuses: (variant.VariantStatus ?? []).map(({ Status }) => known(Status)),
  };
}

function listed(name: string | undefined, arn: string | undefined, created: Date | undefined): Listed {
  return { name: known(name), arn: known(arn), createdAt: known(created).getTime() };
}

/** SageMaker always sends these; what is judged without them would be judged wrong. */
function known<T>(value: T | undefined): T {
  if (value === undefined) {
    throw new Error('SageMaker answered without a field that it always sends');
  }
  return value;
}

/** SageMaker has no error of its own for what does not exist: it is a validation error with a sentence. */
async function orMissing<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    const missing = error instanceof Error && (error.name === 'ResourceNotFound'
      || (error.name === 'ValidationException' && /could not find|does not exist/i.test(error.message)));
    if (missing) {
      return undefined;
    }
    throw error;
  }
}

async function allPages<T>(read: (token?: string) => Promise<{ items: T[]; next?: string }>): Promise<T[]> {
  const all: T[] = [];
  let token: string | undefined;
  do {
    const { items, next } = await read(token);
    all.push(...items);
    token = next;
  } while (token !== undefined && token !== '');
  return all;
}

function inTime(): { abortSignal: AbortSignal } {
  return { abortSignal: AbortSignal.timeout(CALL_MILLISECONDS) };
}
