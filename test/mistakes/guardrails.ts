import { aws_sagemaker as sagemaker, CfnDeletionPolicy, CfnResource, Stack } from 'aws-cdk-lib';
import { altered, endpoint, overridden, without } from './baselines';
import { Claim, Mistake, nobody, refusedAtSynth, Topic } from './mistake';

const ENDPOINT = 'Endpoint/Resource';
const DEPLOYMENT = 'DeploymentConfig';
const BLUE_GREEN = `${DEPLOYMENT}.BlueGreenUpdatePolicy`;
const ROUTING = `${BLUE_GREEN}.TrafficRoutingConfiguration`;
const ALARM_NAME = `${DEPLOYMENT}.AutoRollbackConfiguration.Alarms.0.AlarmName`;
const ROLLING = { MaximumBatchSize: { Type: 'INSTANCE_COUNT', Value: 1 }, WaitIntervalInSeconds: 600 };
const AT_ONCE = { trafficRoutingConfiguration: { type: 'ALL_AT_ONCE', waitIntervalInSeconds: 0 }, terminationWaitInSeconds: 600 };

const JUDGE_RENDERED = 'judge the rendered endpoint: ';
const RETAINED = 'compare the template with the one before; a lost policy is what an upgrade gate is for';
const RULE_OF_OUR_OWN = 'use GuardedEndpoint; a rule of our own pack could ask for it';

function override(title: string, property: string, value: unknown, claim: Claim): Mistake {
  return { title, make: overridden(endpoint, ENDPOINT, property, value), claim };
}

function removal(title: string, property: string, claim: Claim): Mistake {
  return { title, make: without(endpoint, ENDPOINT, property), claim };
}

function resource(title: string, alter: (endpoint: CfnResource) => void, claim: Claim): Mistake {
  return { title, make: altered(endpoint, ENDPOINT, alter), claim };
}

/** An endpoint beside ours: nothing in it is checked by us. */
function handWritten(title: string, props: Partial<sagemaker.CfnEndpointProps>, claim: Claim): Mistake {
  const make = (stack: Stack) => {
    endpoint(stack);
    new sagemaker.CfnEndpoint(stack, 'HandWritten', { endpointConfigName: 'churn-config-7', ...props });
  };
  return { title, make, claim };
}

export const GUARDRAILS: Topic = {
  title: 'Overrides of the endpoint',
  mistakes: [
    override('both update policies', `${DEPLOYMENT}.RollingUpdatePolicy`, ROLLING,
      refusedAtSynth('DeploymentConfig', 'choose the plan with `deployment`')),
    removal('no update policy', BLUE_GREEN, refusedAtSynth('DeploymentConfig', 'choose the plan with `deployment`')),
    removal('no deployment configuration', DEPLOYMENT, refusedAtSynth('DeploymentConfig', 'must stay')),
    removal('no rollback', `${DEPLOYMENT}.AutoRollbackConfiguration`, refusedAtSynth('AutoRollbackConfiguration', 'use `rollbackOn`')),
    override('a rollback that names no alarm', `${DEPLOYMENT}.AutoRollbackConfiguration.Alarms`, [],
      refusedAtSynth('AutoRollbackConfiguration', 'use `rollbackOn`')),
    override('a rollback alarm that exists nowhere', ALARM_NAME, 'NoSuchAlarm',
      refusedAtSynth('AutoRollbackConfiguration', 'use `rollbackOn`')),
    override('a rollback alarm by its ARN', ALARM_NAME, 'arn:aws:cloudwatch:eu-west-1:111122223333:alarm:churn',
      refusedAtSynth('AutoRollbackConfiguration', 'use `rollbackOn`')),
    override('a misspelt routing type', `${ROUTING}.Type`, 'CANARIE',
      refusedAtSynth('TrafficRoutingConfiguration.Type', 'choose the plan with `deployment`', { rules: ['W3030'] })),
    override('linear without a step', `${ROUTING}.Type`, 'LINEAR',
      refusedAtSynth('TrafficRoutingConfiguration', 'choose the plan with `deployment`')),
    removal('a canary without a size', `${ROUTING}.CanarySize`,
      refusedAtSynth('TrafficRoutingConfiguration', 'choose the plan with `deployment`')),
    override('a canary of 100 %', `${ROUTING}.CanarySize`, { Type: 'CAPACITY_PERCENT', Value: 100 },
      nobody(`${JUDGE_RENDERED}at most half of the fleet`)),
    override('a canary of no instance', `${ROUTING}.CanarySize.Value`, 0, { rules: ['F3034'] }),
    override('a misspelt kind of size', `${ROUTING}.CanarySize.Type`, 'PERCENT', { rules: ['W3030'] }),
    override('a wait of two hours', `${ROUTING}.WaitIntervalInSeconds`, 7200, { rules: ['F3034'] }),
    override('a canary that waits for nothing', `${ROUTING}.WaitIntervalInSeconds`, 0,
      nobody(`${JUDGE_RENDERED}the wait must outlast the fastest alarm`)),
    override('a termination wait of 4000 seconds', `${BLUE_GREEN}.TerminationWaitInSeconds`, 4000, { rules: ['F3034'] }),
    removal('no termination wait', `${BLUE_GREEN}.TerminationWaitInSeconds`,
      nobody(`${JUDGE_RENDERED}the wait must outlast the slowest alarm`)),
    override('a timeout of one minute', `${BLUE_GREEN}.MaximumExecutionTimeoutInSeconds`, 60, { rules: ['F3034'] }),
    override('a timeout shorter than the waits', `${BLUE_GREEN}.MaximumExecutionTimeoutInSeconds`, 900,
      nobody(`${JUDGE_RENDERED}the timeout must exceed the waits`)),
    override('a misspelt property', `${BLUE_GREEN}.TerminationWaitInSecond`, 600, { rules: ['F3002'] }),
    override('a wait as text', `${BLUE_GREEN}.TerminationWaitInSeconds`, '10 minutes', { rules: ['F3012'] }),
    override('an endpoint name with an underscore', 'EndpointName', 'churn_model',
      refusedAtSynth('EndpointName', 'drop the override', { rules: ['F3031'] })),
    override('an endpoint name that the alarms do not watch', 'EndpointName', 'churn-two', refusedAtSynth('EndpointName', 'drop the override')),
    override('a configuration by a fixed name', 'EndpointConfigName', 'churn-config-1',
      refusedAtSynth('EndpointConfigName', 'drop the override')),
    resource('an endpoint that is deleted with the stack', (made) => {
      made.cfnOptions.deletionPolicy = CfnDeletionPolicy.DELETE;
    }, nobody(RETAINED)),
    resource('a misspelt deletion policy', (made) => made.addOverride('DeletionPolicy', 'Keep'), { rules: ['F3016'] }),
    resource('an endpoint that waits for nothing', (made) => made.addDeletionOverride('DependsOn'),
      nobody(`${JUDGE_RENDERED}it must wait for the right to read its alarms`)),
    resource('an endpoint that waits for what is not there', (made) => made.addOverride('DependsOn', ['Nowhere']), { rules: ['E3005'] }),

    handWritten('a hand-written endpoint without its configuration', { endpointConfigName: undefined },
      { cdk: 'is missing required property: endpointConfigName' }),
    handWritten('a hand-written endpoint whose wait is text', {
      deploymentConfig: { blueGreenUpdatePolicy: { ...AT_ONCE, terminationWaitInSeconds: '600 s' as unknown as number } },
    }, { cdk: 'should be a number' }),
    handWritten('a hand-written endpoint without guardrails', {}, nobody(RULE_OF_OUR_OWN)),
    handWritten('a hand-written endpoint without a rollback', { deploymentConfig: { blueGreenUpdatePolicy: AT_ONCE } }, nobody(RULE_OF_OUR_OWN)),
    handWritten('a hand-written endpoint with both policies', {
      deploymentConfig: {
        blueGreenUpdatePolicy: AT_ONCE,
        rollingUpdatePolicy: { maximumBatchSize: { type: 'INSTANCE_COUNT', value: 1 }, waitIntervalInSeconds: 600 },
        autoRollbackConfiguration: { alarms: [{ alarmName: 'churn-errors' }] },
      },
    }, nobody(RULE_OF_OUR_OWN)),
  ],
};
