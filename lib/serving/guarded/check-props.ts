import { Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { DeployedFleet, DeploymentPlan } from './deployment-plan';
import { FEWEST_INSTANCES, fewestInstances } from './endpoint-config';
import { GuardedEndpointProps } from './guarded-endpoint-props';
import { GUARDED_KINDS } from './guarded-kinds';
import { ModelContainer } from './model-container';
import { Checks, inSeconds } from '../../core/checks';
import { inOtherRegion } from '../../core/elsewhere';
import { shown } from '../../core/invalid-props';
import { checkRetention } from '../../core/log-retention';
import { checkName } from '../../core/names';
import { networkElsewhere } from '../../network/network-kind';
import { detectionOf, judgeTriggers, TriggersOfEndpoint } from '../rollback-alarms';
import { RollbackTrigger } from '../rollback-trigger';

const FEWEST_CONTAINERS = 2;
const MOST_CONTAINERS = 15;
const METRIC_SECONDS = [10, 30, 60, 120, 180, 240, 300];

/** How a new version takes over. */
export function planOf({ deployment }: GuardedEndpointProps): DeploymentPlan {
  return deployment ?? DeploymentPlan.canary();
}

/** What brings the old fleet back. */
export function triggersOf({ rollbackOn, killSwitch }: GuardedEndpointProps): TriggersOfEndpoint {
  return { prop: 'rollbackOn', triggers: rollbackOn ?? RollbackTrigger.defaults(), killSwitch: killSwitch ?? true };
}

/** What the plan has to fit. */
export function fleetOf(props: GuardedEndpointProps): DeployedFleet {
  return { instanceCount: fewestInstances(props), ...detectionOf(triggersOf(props).triggers) };
}

/** What of the fleet is no question yet: a share of a count that is refused already would be told twice. */
function judgedFleetOf(props: GuardedEndpointProps): Partial<DeployedFleet> {
  const { instanceCount, ...detection } = fleetOf(props);
  const wrong = !Token.isUnresolved(instanceCount) && !Number.isInteger(instanceCount);
  return wrong ? detection : { instanceCount, ...detection };
}

/** All problems of an endpoint's props at once; wrong kinds come first, because nothing more can be read of them. */
export function checkProps(scope: Construct, props: GuardedEndpointProps): void {
  new Checks().kinds(props, GUARDED_KINDS).settle(scope);
  const { instanceType } = props;
  const checks = new Checks()
    .number('InstanceCount', 'instanceCount', props.instanceCount, {
      min: FEWEST_INSTANCES, whole: true, hint: 'one instance is one Availability Zone',
    })
    .report('NoGuardrails', instanceType.supportsGuardrails === false
      ? `\`instanceType\` must take SageMaker's deployment guardrails: got ${shown(instanceType.name)}, for which SageMaker `
        + 'falls back to all at once without a bake and says nothing; choose an Inf2 type'
      : undefined)
    .report('ScaledTwice', props.scaling !== undefined && props.hosting?._managed !== undefined
      ? '`scaling` and `managedInstances` of `hosting` must not both be given, because they would undo each other: got both' : undefined);
  if (props.endpointName !== undefined) {
    checkName(checks, 'endpointName', 'endpointName', props.endpointName);
  }
  checkRetention(checks, 'logRetention', props.logRetention);
  checkMetrics(checks, props);
  checkModel(checks, scope, props);
  containersOf(props).forEach(([container, path]) => { checkPlaces(checks, scope, container, path); });
  containersOf(props).forEach(([container, path]) => checks.adopt(container._judge(path)));
  checks.adopt(judgeTriggers(scope, triggersOf(props))).adopt(planOf(props)._judge(judgedFleetOf(props)));
  checks.settle(scope);
  props.instanceType._settle(scope);
  props.scaling?._settle(scope, {
    instanceCount: props.instanceCount, burstable: props.instanceType.burstable, instanceTypeName: props.instanceType.name,
  });
  containersOf(props).forEach(([container, path]) => { container._settle(scope, path); });
}

function checkMetrics(checks: Checks, { enhancedMetrics }: GuardedEndpointProps): void {
  if (enhancedMetrics !== undefined) {
    checks.that('MetricFrequency', { seconds: inSeconds('enhancedMetrics', enhancedMetrics) }, ({ seconds }) =>
      METRIC_SECONDS.includes(seconds) ? undefined
        : `\`enhancedMetrics\` must be one of ${METRIC_SECONDS.join(', ')} seconds: got ${shown(seconds)}`);
  }
}

/** Either everything a model is made from, or a model. */
function checkModel(checks: Checks, scope: Construct, props: GuardedEndpointProps): void {
  const { existingModel, image, artifact, environment, multiModel, pipeline, network, networkIsolation } = props;
  if (existingModel !== undefined) {
    const given = namesOf({ image, artifact, environment, multiModel, pipeline, network, networkIsolation });
    checks.report('ModelGivenTwice', given === '' ? undefined
      : `\`existingModel\` must stand alone, because its maker decided these already: got ${given} as well; drop them`);
    return;
  }
  checks.report('NetworkMissing', network === undefined
    ? '`network` must be given with `image`: got none; make an MlNetwork, or bring your VPC with MlNetwork.fromVpc' : undefined)
    .report('NetworkElsewhere', network && networkElsewhere(scope, network));
  if (pipeline === undefined) {
    checks.report('ImageMissing', image === undefined ? '`image` must be given, or `pipeline`, or `existingModel`: got none' : undefined);
    return;
  }
  const given = namesOf({ image, artifact, environment, multiModel });
  checks
    .report('ContainersGivenTwice', given === '' ? undefined
      : `\`pipeline\` must stand alone, because its containers say these: got ${given} as well; move them into ModelContainer.of`)
    .report('ContainerCount', pipeline.length >= FEWEST_CONTAINERS && pipeline.length <= MOST_CONTAINERS ? undefined
      : `\`pipeline\` must hold ${FEWEST_CONTAINERS} to ${MOST_CONTAINERS} containers: got ${pipeline.length}; for one use \`image\``)
    .report('MultiModelInPipeline', pipeline.some((container) => container.multiModel !== undefined)
      ? '`pipeline` must not hold a container with `multiModel`, which SageMaker takes only alone: got one' : undefined);
}

/**
 * SageMaker takes image and artifact from its own Region only.
 * https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ContainerDefinition.html (ModelDataUrl, note)
 */
function checkPlaces(checks: Checks, scope: Construct, { image, artifact }: ModelContainer, path: string): void {
  checks.report('ImageElsewhere', image._repository
    && inOtherRegion(`${path}image`, scope, image._repository, 'copy the image to an ImageStore beside it'))
    .report('ArtifactElsewhere', artifact && inOtherRegion(`${path}artifact`, scope, artifact._bucket, 'copy it to an ArtifactStore beside it'));
}

/** Every container that is made here, and how its props are called. */
function containersOf({ pipeline, image, artifact, environment, multiModel }: GuardedEndpointProps): [ModelContainer, string][] {
  const several = (pipeline ?? []).map((container, index): [ModelContainer, string] => [container, `pipeline[${index}].`]);
  return image === undefined ? several : [...several, [ModelContainer._of({ image, artifact, environment, multiModel }), '']];
}

function namesOf(given: object): string {
  return Object.entries(given).filter(([, value]) => value !== undefined).map(([prop]) => `\`${prop}\``).join(', ');
}
