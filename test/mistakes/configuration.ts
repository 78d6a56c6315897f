import { aws_sagemaker as sagemaker, CfnDeletionPolicy, Stack } from 'aws-cdk-lib';
import { altered, bothWays, endpoint, overridden, without } from './baselines';
import { Claim, Mistake, nobody, refusedAtSynth, Topic } from './mistake';
import { inRegulatedPacks } from '../../lib/core/acknowledge';

const CONFIG = 'Endpoint/Config';
const VARIANT = 'ProductionVariants.0';
const CAPTURE = { InitialSamplingPercentage: 100, DestinationS3Uri: 's3://our-captures/churn', CaptureOptions: [{ CaptureMode: 'Input' }] };
const NO_KEY = inRegulatedPacks('SageMakerEndpointConfigurationKMSKeyConfigured');

const JUDGE_RENDERED = 'judge the rendered configuration: ';

function override(title: string, property: string, value: unknown, claim: Claim): Mistake {
  return { title, make: overridden(endpoint, CONFIG, property, value), claim };
}

export const CONFIGURATION: Topic = {
  title: 'Overrides of the endpoint configuration',
  mistakes: [
    ...bothWays('no storage key', endpoint, CONFIG, { KmsKeyId: undefined }, NO_KEY),
    override('a configuration with a name of its own', 'EndpointConfigName', 'churn-config',
      refusedAtSynth('EndpointConfigName', 'drop the override')),
    override('an instance type that does not exist', `${VARIANT}.InstanceType`, 'ml.m5.xlagre', { rules: ['W3030'] }),
    override('Inf1, for which SageMaker drops the guardrails', `${VARIANT}.InstanceType`, 'ml.inf1.xlarge',
      nobody(`${JUDGE_RENDERED}no Inf1`)),
    override('one instance', `${VARIANT}.InitialInstanceCount`, 1, nobody(`${JUDGE_RENDERED}at least two instances, as many as the plan was made for`)),
    override('no instance', `${VARIANT}.InitialInstanceCount`, 0, { rules: ['F3034'] }),
    override('a weight below zero', `${VARIANT}.InitialVariantWeight`, -1, { rules: ['F3034'] }),
    override('a variant under a new name', `${VARIANT}.VariantName`, 'Stable2', nobody(`${JUDGE_RENDERED}the alarms watch \`Stable\``)),
    override('a second variant that the alarms do not watch', 'ProductionVariants.1', {
      VariantName: 'Other', ModelName: 'churn-7', InstanceType: 'ml.m5.xlarge', InitialInstanceCount: 2, InitialVariantWeight: 1,
    }, nobody(`${JUDGE_RENDERED}one variant`)),
    { title: 'no variant', make: without(endpoint, CONFIG, 'ProductionVariants'), claim: { rules: ['F3003'] } },
    override('data capture without a key', 'DataCaptureConfig', CAPTURE, nobody('a capture holds what callers send: set `KmsKeyId`')),
    override('data capture of 200 %', 'DataCaptureConfig', { ...CAPTURE, InitialSamplingPercentage: 200, KmsKeyId: 'alias/captures' },
      { rules: ['F3034'] }),
    {
      title: 'a configuration that is deleted when it is replaced',
      make: altered(endpoint, CONFIG, (config) => {
        config.cfnOptions.updateReplacePolicy = CfnDeletionPolicy.DELETE;
      }),
      claim: refusedAtSynth('UpdateReplacePolicy', 'drop the override'),
    },
    {
      title: 'a hand-written configuration without a key',
      make: (stack: Stack) => {
        endpoint(stack);
        new sagemaker.CfnEndpointConfig(stack, 'HandWritten', {
          productionVariants: [{
            variantName: 'All', modelName: 'churn-7', instanceType: 'ml.m5.large', initialInstanceCount: 2, initialVariantWeight: 1,
          }],
        });
      },
      claim: { packs: NO_KEY },
    },
  ],
};
