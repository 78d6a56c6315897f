import { Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { MlInstanceType } from '../../../lib/core';
import { MlNetwork } from '../../../lib/network';
import { ModelRegistry } from '../../../lib/registry';
import { ProgressiveEndpoint, ProgressiveEndpointProps } from '../../../lib/serving';
import { stores } from '../../registry/registries';

/** A registry that makes nothing, and a network. */
export function releaseSupplies(stack: Stack, environment?: string): Pick<ProgressiveEndpointProps, 'model' | 'network'> {
  const scope = new Construct(stack, 'Supplies');
  const { artifacts, images } = stores(scope);
  const registry = ModelRegistry.fromAttributes(scope, 'Registry', { apiId: 'abcdefghij', artifacts, images, environment });
  return { model: registry.model('churn'), network: new MlNetwork(scope, 'Network') };
}

/** A progressive endpoint with nothing but what is required, and what a test changes. */
export function progressiveEndpoint(
  stack: Stack, changed: Partial<ProgressiveEndpointProps> = {}, id = 'Endpoint',
): ProgressiveEndpoint {
  const made = changed.model === undefined || changed.network === undefined ? releaseSupplies(stack) : {};
  return new ProgressiveEndpoint(stack, id, {
    endpointName: 'churn', instanceType: MlInstanceType.M5_XLARGE, ...made, ...changed,
  } as ProgressiveEndpointProps);
}
