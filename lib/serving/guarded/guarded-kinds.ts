import { CONTAINER_KINDS } from './container-kinds';
import { GuardedEndpointProps } from './guarded-endpoint-props';
import { INSTANCE_TYPE } from '../../core/instance-kind';
import { DURATION, FLAG, KEY, Kinds, KNOWN_FLAG, listOf, needed, thing, TOPIC } from '../../core/kinds';
import { NETWORK } from '../../network/network-kind';
import { ROLLBACK_TRIGGER } from '../serving-kinds';

/** What has to be known of the props of a guarded endpoint before anything of them is read. */
export const GUARDED_KINDS: Kinds<GuardedEndpointProps> = {
  ...CONTAINER_KINDS,
  pipeline: listOf(thing('a ModelContainer, as in ModelContainer.of({ image })', 'image', '_judge', '_settle')),
  network: NETWORK,
  networkIsolation: FLAG,
  existingModel: thing('an ExistingModel, as in ExistingModel.named(name, role)', 'executionRole', 'modelName'),
  instanceType: needed(INSTANCE_TYPE),
  scaling: thing('an EndpointScaling, as in EndpointScaling.onInvocations(options)', '_range', '_bind'),
  hosting: thing('a VariantHosting, as in VariantHosting.of(options)', '_instanceTypes', '_render'),
  deployment: thing('a DeploymentPlan, as in DeploymentPlan.canary()', '_judge', 'waits'),
  rollbackOn: listOf(ROLLBACK_TRIGGER),
  killSwitch: KNOWN_FLAG,
  dataCapture: thing('a DataCapture, as in DataCapture.to(bucket, options)', 'bucket', '_bind'),
  enhancedMetrics: DURATION,
  notify: TOPIC,
  encryptionKey: KEY,
};
