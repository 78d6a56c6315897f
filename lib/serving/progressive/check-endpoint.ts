import { Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { ProgressiveEndpointProps } from './progressive-endpoint-props';
import { ReleasePlan } from './release-plan';
import { Checks } from '../../core/checks';
import { elsewhere } from '../../core/elsewhere';
import { INSTANCE_TYPE } from '../../core/instance-kind';
import { FLAG, KEY, Kinds, needed, RECORD, thing, TOPIC } from '../../core/kinds';
import { checkRetention } from '../../core/log-retention';
import { checkName, checkTags } from '../../core/names';
import { NETWORK, networkElsewhere } from '../../network/network-kind';
import { checkEnvironment } from '../model-environment';
import { judgeTriggers, TriggersOfEndpoint } from '../rollback-alarms';

const FEWEST_INSTANCES = 2;

const KINDS: Kinds<ProgressiveEndpointProps> = {
  model: needed(thing('a RegisteredModel, as in registry.model(name)', 'registry', 'grantServe')),
  instanceType: needed(INSTANCE_TYPE),
  network: needed(NETWORK),
  release: thing('a ReleasePlan, as in ReleasePlan.standard()', 'stages', '_settle'),
  environment: RECORD,
  networkIsolation: FLAG,
  encryptionKey: KEY,
  notify: TOPIC,
  emergencyStop: thing('an EmergencyStop, made or brought', 'stopName', 'switchParameterName'),
  onDelete: thing('an EndpointDeletion, as in EndpointDeletion.REFUSE', '_name'),
  tags: RECORD,
};

/** How a new version takes over. */
export function planOf({ release }: ProgressiveEndpointProps): ReleasePlan {
  return release ?? ReleasePlan.standard();
}

/** What brings the version before back. */
export function triggersOf(props: ProgressiveEndpointProps): TriggersOfEndpoint {
  return { prop: 'rollbackOn', triggers: planOf(props).rollbackOn, killSwitch: false, takesBack: 'release' };
}

/** All problems of an endpoint's props at once; wrong kinds come first, because nothing more can be read of them. */
export function checkEndpoint(scope: Construct, props: ProgressiveEndpointProps): void {
  new Checks().kinds(props, KINDS).settle(scope);
  const checks = new Checks()
    .number('InstanceCount', 'instanceCount', props.instanceCount, {
      min: FEWEST_INSTANCES, whole: true, hint: 'one instance is one Availability Zone',
    })
    .report('NetworkElsewhere', networkElsewhere(scope, props.network))
    .report('RegistryElsewhere', elsewhere('model', scope, props.model.registry, 'make a ModelRegistry beside it'));
  checkEndpointName(checks, props.endpointName);
  checkEnvironment(checks, 'environment', props.environment ?? {});
  checkTags(checks, 'tags', props.tags, 1);
  checkRetention(checks, 'logRetention', props.logRetention);
  checks.adopt(planOf(props)._judge()).adopt(judgeTriggers(scope, triggersOf(props))).settle(scope);
  planOf(props)._settle(scope);
  props.instanceType._settle(scope);
}

function checkEndpointName(checks: Checks, name: string | undefined): void {
  if (name !== undefined && Token.isUnresolved(name)) {
    checks.report('EndpointNameToken', '`endpointName` must be written out, because alarms, policies and releases derive names from it: got a token');
  } else {
    checkName(checks, 'endpointName', 'endpointName', name);
  }
}
