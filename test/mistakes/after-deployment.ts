import { aws_iam as iam, CfnCondition, CfnResource, Fn, Stack } from 'aws-cdk-lib';
import { altered, bothWays, endpoint, overridden, PACKS_READ_CONSTRUCTS, without } from './baselines';
import { Claim, Mistake, nobody, refusedAtSynth, resourceAt, Topic } from './mistake';
import { inRegulatedPacks } from '../../lib/core/acknowledge';

const ENDPOINT = 'Endpoint/Resource';
const VERIFIER = 'Endpoint/Verifier/Resource/Default';
const PRUNER = 'Endpoint/Pruner/Resource/Default';
const VERIFIES = 'MlPlatformDeploymentVerifier';
const PRUNES = 'MlPlatformConfigPruner';
const HANDLER_LOGS = 'MlPlatformHandlerLogs/Resource/Resource';
const KILL_SWITCH = 'Endpoint/Rollback/KillSwitch/Resource';
const KILL_SWITCH_NAME = 'DeploymentConfig.AutoRollbackConfiguration.Alarms.4.AlarmName';

const READ_ENDPOINTS = 'PolicyDocument.Statement.2';
const DELETE_TAGGED = 'PolicyDocument.Statement.6';
const ENDPOINT_ARN = 'arn:aws:sagemaker:eu-west-1:111122223333:endpoint';
const TELLS_NOBODY = ['HIPAA.Security-CloudWatchAlarmAction', 'NIST.800.53.R5-CloudWatchAlarmAction'];

const DIFF_OF_PERMISSIONS = 'read the diff of permissions before a deployment';
const DROP = 'drop the override';

function override(title: string, path: string, property: string, value: unknown, claim: Claim): Mistake {
  return { title, make: overridden(endpoint, path, property, value), claim };
}

function resource(title: string, path: string, alter: (resource: CfnResource) => void, claim: Claim): Mistake {
  return { title, make: altered(endpoint, path, alter), claim };
}

/** One of the endpoint's own parts, taken out by who reaches around it. */
function removed(title: string, id: string, claim: Claim): Mistake {
  return {
    title,
    make: (stack) => {
      endpoint(stack).node.tryRemoveChild(id);
    },
    claim,
  };
}

/** One statement more for the function of that id. */
function permitted(title: string, id: string, Action: string, Resource: string, claim: Claim): Mistake {
  return {
    title,
    make: (stack) => {
      endpoint(stack);
      const policy = stack.node.findChild(id).node.findChild('Policy') as iam.ManagedPolicy;
      policy.addStatements(new iam.PolicyStatement({ actions: [Action], resources: [Resource] }));
    },
    claim,
  };
}

function onlyInOneRegion(stack: Stack): CfnCondition {
  return new CfnCondition(stack, 'OnlyThere', { expression: Fn.conditionEquals(Fn.ref('AWS::Region'), 'eu-west-1') });
}

export const AFTER_DEPLOYMENT: Topic = {
  title: 'Verifier, pruner and kill switch',
  mistakes: [
    resource('a verifier that waits for nothing', VERIFIER, (made) => made.addDeletionOverride('DependsOn'),
      refusedAtSynth('DependsOn', 'before the update is over there is nothing to verify')),
    override('a verifier of another endpoint', VERIFIER, 'EndpointName', 'chrun', refusedAtSynth('EndpointName', DROP)),
    override('a verifier of a fixed configuration', VERIFIER, 'EndpointConfigName', 'churn-config-1', refusedAtSynth('EndpointConfigName', DROP)),
    override('a verifier that wants fewer instances', VERIFIER, 'Variants.0.InstanceCount', 1, refusedAtSynth('Variants', DROP)),
    override('a verifier that lets any count pass', VERIFIER, 'Retained', true, refusedAtSynth('Retained', DROP)),
    override('a verifier by another function', VERIFIER, 'ServiceToken', 'arn:aws:lambda:eu-west-1:111122223333:function:other',
      refusedAtSynth('ServiceToken', DROP)),
    override('a verifier for which CloudFormation waits two hours', VERIFIER, 'ServiceTimeout', '7200',
      nobody('CloudFormation should refuse more than an hour in the deployment; untried')),
    removed('an endpoint that leaves the stack while its verifier stays', 'Resource', { rules: ['E3005'] }),
    removed('an endpoint without its verifier', 'Verifier', { rules: ['E3005'] }),
    {
      title: 'an endpoint under a condition, and its verifier under none',
      make: (stack) => {
        endpoint(stack);
        resourceAt(stack, ENDPOINT).cfnOptions.condition = onlyInOneRegion(stack);
      },
      claim: { rules: ['E3005', 'W2502'] },
    },
    permitted('a verifier that may do everything in SageMaker', VERIFIES, 'sagemaker:*', '*', {
      packs: ['AwsSolutions-IAM5[Action::sagemaker:*]', ...inRegulatedPacks('IAMPolicyNoStatementsWithFullAccess')],
    }),
    override('a verifier that may do everything in SageMaker, by an override', `${VERIFIES}/Policy/Resource`, READ_ENDPOINTS,
      { Effect: 'Allow', Action: 'sagemaker:*', Resource: '*' }, nobody(PACKS_READ_CONSTRUCTS)),
    permitted('a verifier that may read every endpoint', VERIFIES, 'sagemaker:DescribeEndpoint', `${ENDPOINT_ARN}/*`,
      { packs: [`AwsSolutions-IAM5[Resource::${ENDPOINT_ARN}/*]`] }),
    permitted('a verifier that may read every endpoint, written as a star', VERIFIES, 'sagemaker:DescribeEndpoint', '*',
      nobody(`the acknowledged star of the X-Ray actions hides a second one in the same policy; ${DIFF_OF_PERMISSIONS}`)),
    permitted('a verifier that may update endpoints', VERIFIES, 'sagemaker:UpdateEndpoint', `${ENDPOINT_ARN}/churn`, nobody(DIFF_OF_PERMISSIONS)),
    override('a verifier that may not read its endpoint', `${VERIFIES}/Policy/Resource`, `${READ_ENDPOINTS}.Effect`, 'Deny',
      nobody('the next deployment fails, and the log of the function says why; untried')),
    override('a verifier that has ten seconds to look', `${VERIFIES}/Resource/Resource`, 'Timeout', 10,
      nobody('judge the rendered function: five minutes to look and time to answer')),
    override('a verifier that has longer than Lambda gives', `${VERIFIES}/Resource/Resource`, 'Timeout', 1000, { rules: ['E3717'] }),
    resource('a verifier on an old runtime', `${VERIFIES}/Resource/Resource`, (made) => Object.assign(made, { runtime: 'nodejs18.x' }),
      { rules: ['W2531'], packs: ['AwsSolutions-L1', 'Serverless-LambdaLatestVersion'] }),
    override('a verifier on an old runtime, by an override', `${VERIFIES}/Resource/Resource`, 'Runtime', 'nodejs18.x', { rules: ['W2531'] }),

    resource('a pruner that does not wait for the verifier', PRUNER, (made) => made.addDeletionOverride('DependsOn'),
      refusedAtSynth('DependsOn', 'may be what serves')),
    override('a pruner of another endpoint', PRUNER, 'EndpointName', 'chrun', refusedAtSynth('EndpointName', DROP)),
    override('a pruner that wants a fixed configuration', PRUNER, 'EndpointConfigName', 'churn-config-1', refusedAtSynth('EndpointConfigName', DROP)),
    {
      title: 'a pruner that may delete every configuration, by an override',
      make: without(endpoint, `${PRUNES}/Policy/Resource`, `${DELETE_TAGGED}.Condition`),
      claim: refusedAtSynth('Condition', 'it may delete what others made'),
    },
    permitted('a pruner that may delete endpoints', PRUNES, 'sagemaker:DeleteEndpoint', `${ENDPOINT_ARN}/churn`,
      refusedAtSynth('Condition', 'it may delete what others made')),
    permitted('a pruner that may delete by a wildcard', PRUNES, 'sagemaker:Delete*', `${ENDPOINT_ARN}/churn`,
      refusedAtSynth('Condition', 'it may delete what others made', { packs: ['AwsSolutions-IAM5[Action::sagemaker:Delete*]'] })),
    permitted('a pruner that may update endpoints', PRUNES, 'sagemaker:UpdateEndpoint', `${ENDPOINT_ARN}/churn`, nobody(DIFF_OF_PERMISSIONS)),
    removed('an endpoint without its pruner', 'Pruner', nobody('configurations and models pile up, up to the quota of the account')),
    {
      title: 'a configuration without the tag that the pruner goes by',
      make: without(endpoint, 'Endpoint/Config', 'Tags'),
      claim: nobody('judge the rendered configuration: its tag; without it nothing is deleted that should stay, but too much stays'),
    },

    ...bothWays('logs of verifier and pruner without a key', endpoint, HANDLER_LOGS, { KmsKeyId: undefined },
      inRegulatedPacks('CloudWatchLogGroupEncrypted')),

    override('a kill switch that rolls nothing back', ENDPOINT, KILL_SWITCH_NAME, 'NoSuchAlarm',
      refusedAtSynth('AutoRollbackConfiguration', 'use `rollbackOn`')),
    override('a kill switch to which silence is a press', KILL_SWITCH, 'TreatMissingData', 'breaching', refusedAtSynth('TreatMissingData', DROP)),
    {
      title: 'a kill switch that has to be pressed ten times, by an override',
      make: without(endpoint, KILL_SWITCH, 'DatapointsToAlarm'),
      claim: refusedAtSynth('DatapointsToAlarm', DROP),
    },
    override('a kill switch that hears after an hour', KILL_SWITCH, 'Period', 3600, refusedAtSynth('Period', DROP)),
    override('a kill switch on a metric that nobody publishes', KILL_SWITCH, 'MetricName', 'Stopp', refusedAtSynth('MetricName', DROP)),
    override('a kill switch of another endpoint', KILL_SWITCH, 'Dimensions.0.Value', 'chrun', refusedAtSynth('Dimensions', DROP)),
    override('a kill switch the wrong way round', KILL_SWITCH, 'ComparisonOperator', 'LessThanThreshold',
      refusedAtSynth('ComparisonOperator', DROP)),
    override('a kill switch with a misspelt comparison', KILL_SWITCH, 'ComparisonOperator', 'GreaterThenThreshold',
      refusedAtSynth('ComparisonOperator', DROP, { rules: ['W3030'] })),
    ...bothWays('a kill switch that tells nobody', endpoint, KILL_SWITCH, { AlarmActions: undefined }, TELLS_NOBODY),
    override('a kill switch that the endpoint may not read', 'Endpoint/ReadRollbackAlarms/Resource', 'PolicyDocument.Statement.0.Resource',
      'arn:aws:cloudwatch:eu-west-1:111122223333:alarm:other', nobody(DIFF_OF_PERMISSIONS)),
  ],
};
