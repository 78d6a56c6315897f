import { aws_ec2 as ec2, aws_ecr as ecr, aws_iam as iam, aws_s3 as s3, CfnResource, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { Mistake, nobody, resourceAt } from './mistake';
import { ApiClientOptions, ApiWebClientOptions, InferenceApi, InferenceApiProps } from '../../lib/api';
import { ArtifactStore, ArtifactStoreProps, IArtifactStore, ImageStore, ImageStoreProps, ModelImage } from '../../lib/artifacts';
import { MlInstanceType } from '../../lib/core';
import { BroughtVpc, IMlNetwork, MlNetwork, MlNetworkProps } from '../../lib/network';
import { ModelRegistry } from '../../lib/registry';
import {
  DataCapture, EndpointScaling, ExistingModel, GuardedEndpoint, GuardedEndpointProps, ProgressiveEndpoint,
  ProgressiveEndpointProps,
} from '../../lib/serving';
import { inferenceApi, named } from '../api/supplies';

/** The smallest sound apps: each mistake is one of these and one change. A test holds them to no finding at any gate. */

export const HEX = 'a'.repeat(64);
export const DIGEST = `sha256:${HEX}`;
export const ENV = { account: '111122223333', region: 'eu-west-1' };

const SUBNETS = ['subnet-0a1b2c3d4e5f60718', 'subnet-0a1b2c3d4e5f60719'];

export function images(scope: Construct): ecr.IRepository {
  return ecr.Repository.fromRepositoryName(scope, 'Images', 'churn');
}

export function artifacts(scope: Construct): IArtifactStore {
  return ArtifactStore.fromBucket(scope, 'Artifacts', s3.Bucket.fromBucketName(scope, 'ArtifactBucket', 'our-artifacts'));
}

/** A VPC that somebody brings: it costs a template nothing. */
export function broughtNetwork(stack: Stack, changed: Partial<BroughtVpc> = {}): IMlNetwork {
  const vpc = ec2.Vpc.fromVpcAttributes(stack, 'Vpc', {
    vpcId: 'vpc-0a1b2c3d4e5f60718',
    vpcCidrBlock: '10.0.0.0/16',
    availabilityZones: ['eu-west-1a', 'eu-west-1b'],
    isolatedSubnetIds: SUBNETS,
    isolatedSubnetRouteTableIds: ['rtb-0a1b2c3d4e5f60718', 'rtb-0a1b2c3d4e5f60719'],
  });
  return MlNetwork.fromVpc(stack, 'Network', { vpc, ...changed });
}

/** A guarded endpoint that makes its model. */
export function endpoint(stack: Stack, changed: Partial<GuardedEndpointProps> = {}): GuardedEndpoint {
  return new GuardedEndpoint(stack, 'Endpoint', {
    instanceType: MlInstanceType.M5_XLARGE,
    image: ModelImage.fromEcr(images(stack), DIGEST),
    artifact: artifacts(stack).artifact('churn', HEX),
    network: broughtNetwork(stack),
    ...changed,
  });
}

/** A guarded endpoint that scales and captures; it serves a tenth of the mistakes, because it costs more to judge. */
export function busyEndpoint(stack: Stack, changed: Partial<GuardedEndpointProps> = {}): GuardedEndpoint {
  return endpoint(stack, {
    scaling: EndpointScaling.onInvocations({ min: 2, max: 8, invocationsPerInstance: 600 }),
    dataCapture: DataCapture.to(captures(stack), { samplingPercent: 10 }),
    ...changed,
  });
}

/** A bucket of the same app, in which what is captured can expire. */
export function captures(scope: Construct): s3.IBucket {
  return new ArtifactStore(scope, 'Captures').bucket;
}

/** A guarded endpoint whose model somebody else made. */
export function endpointOfModel(stack: Stack, changed: Partial<GuardedEndpointProps> = {}): GuardedEndpoint {
  return new GuardedEndpoint(stack, 'Endpoint', {
    instanceType: MlInstanceType.M5_XLARGE, existingModel: ExistingModel.named('churn-7', modelRole(stack)), ...changed,
  });
}

export function modelRole(stack: Stack): iam.IRole {
  return iam.Role.fromRoleName(stack, 'ModelRole', 'churn-model');
}

/** A progressive endpoint, of a registry that was made elsewhere. */
export function progressiveEndpoint(stack: Stack, changed: Partial<ProgressiveEndpointProps> = {}): ProgressiveEndpoint {
  const store = artifacts(stack);
  const registry = ModelRegistry.fromAttributes(stack, 'Registry', {
    apiId: 'abcdefghij', artifacts: store, images: [ImageStore.fromRepository(stack, 'ImageStore', images(stack))],
  });
  return new ProgressiveEndpoint(stack, 'Endpoint', {
    endpointName: 'churn',
    model: registry.model('churn'),
    instanceType: MlInstanceType.M5_XLARGE,
    network: broughtNetwork(stack),
    ...changed,
  });
}

/** A network with the fewest parts. */
export function network(stack: Stack, changed: MlNetworkProps = {}): MlNetwork {
  return new MlNetwork(stack, 'Network', { interfaceEndpoints: [], ...changed });
}

export function artifactStore(stack: Stack, changed: ArtifactStoreProps = {}): ArtifactStore {
  return new ArtifactStore(stack, 'Artifacts', changed);
}

export function imageStore(stack: Stack, changed: ImageStoreProps = {}): ImageStore {
  return new ImageStore(stack, 'Images', changed);
}

type Make = Mistake['make'];

/** The smallest sound API: each mistake is this and one change. */
export function soundApi(stack: Stack, changed: InferenceApiProps = {}): InferenceApi {
  return inferenceApi(stack, { apiName: 'models', ...changed });
}

/** A sound API with a machine client and a page. */
export function soundClients(
  stack: Stack, machine: Partial<ApiClientOptions> = {}, web: Partial<ApiWebClientOptions> = {},
): InferenceApi {
  const endpoints = [named(stack, 'churn')];
  const api = soundApi(stack, { endpoints });
  api.addClient('payments', { endpoints, ...machine });
  api.addWebClient('console', { endpoints, callbackUrls: ['https://app.example.com'], ...web });
  return api;
}

export const BASELINES: Readonly<Record<string, Make>> = {
  'a guarded endpoint': endpoint,
  'a guarded endpoint that scales and captures': busyEndpoint,
  'a guarded endpoint of an existing model': endpointOfModel,
  'a progressive endpoint': progressiveEndpoint,
  'a network': network,
  'an artifact store': artifactStore,
  'an image store': imageStore,
  'an inference API': soundApi,
  'an inference API with clients': soundClients,
};

/** Makes a mistake of a change in the template of a baseline: what users of escape hatches do. */
export function overridden(baseline: Make, path: string, property: string, value: unknown): Make {
  return altered(baseline, path, (resource) => resource.addPropertyOverride(property, value));
}

/** Makes a mistake of a property that is taken out of the template of a baseline. */
export function without(baseline: Make, path: string, property: string): Make {
  return altered(baseline, path, (resource) => resource.addPropertyDeletionOverride(property));
}

/** Makes a mistake of anything else that is done to one resource of a baseline. */
export function altered(baseline: Make, path: string, alter: (resource: CfnResource) => void): Make {
  return (stack) => {
    baseline(stack);
    alter(resourceAt(stack, path));
  };
}

/**
 * The same mistake twice: as a property of the resource, which the packs read, and as an override in the template, which
 * they do not.
 */
export function bothWays(title: string, baseline: Make, path: string, change: Change, packs: readonly string[]): Mistake[] {
  const [property] = Object.keys(change);
  const value = change[property];
  const assign = (resource: CfnResource) => Object.assign(resource, camelCased(change));
  const override = value === undefined ? without(baseline, path, property) : overridden(baseline, path, property, value);
  return [
    { title, make: altered(baseline, path, assign), claim: { packs } },
    { title: `${title}, by an override`, make: override, claim: nobody(PACKS_READ_CONSTRUCTS) },
  ];
}

/** A property of a resource as the template spells it, and its new value; nothing takes it out. */
export type Change = Readonly<Record<string, unknown>>;

export const PACKS_READ_CONSTRUCTS = 'the packs judge what constructs say, not the template; judge the template';

const DOCUMENT = /Policy(Document|Text)$/; // spelt alike in both

/** A value as the L1 takes it. */
function camelCased(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(camelCased);
  }
  return typeof value === 'object' && value !== null
    ? Object.fromEntries(Object.entries(value).map(([key, inner]) =>
      [lowerFirst(key), DOCUMENT.test(key) ? inner : camelCased(inner)])) : value;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
