import {
  aws_iam as iam, aws_kms as kms, aws_sagemaker as sagemaker, CfnTag, RemovalPolicy,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { GuardedEndpointProps } from './guarded-endpoint-props';
import { checkRenderedHistory } from './rendered-deployment';
import { inSeconds } from '../../core/checks';
import { MlInstanceType } from '../../core/instance-type';
import { keepNvmeFinding, takesKey } from '../endpoint-key';

/** One instance is one zone. */
export const FEWEST_INSTANCES = 2;

/** What the endpoint has made before. */
export interface ConfigMaterials {
  readonly modelName: string;
  readonly variantName: string;
  readonly key: kms.IKey;
  readonly role: iam.IRole;
  readonly tags: CfnTag[];
}

/** How many instances a deployment can count on. */
export function fewestInstances({ instanceCount, scaling }: GuardedEndpointProps): number {
  return instanceCount ?? scaling?._min ?? FEWEST_INSTANCES;
}

/** The key for the instances' storage, where their family takes one. */
export function storageKeyOf(props: GuardedEndpointProps, key: kms.IKey): kms.IKey | undefined {
  return machines(props).every(takesKey) ? key : undefined;
}

/** Unnamed, because every change replaces it, and kept, because it is what a rollback goes back to. */
export function createEndpointConfig(
  scope: Construct, props: GuardedEndpointProps, materials: ConfigMaterials,
): sagemaker.CfnEndpointConfig {
  const { modelName, variantName, key, role, tags } = materials;
  const config = new sagemaker.CfnEndpointConfig(scope, 'Config', {
    kmsKeyId: storageKeyOf(props, key)?.keyArn,
    productionVariants: [{
      variantName,
      modelName,
      instanceType: props.instanceType.name,
      initialInstanceCount: fewestInstances(props),
      initialVariantWeight: 1,
      ...props.hosting?._render(scope),
    }],
    dataCaptureConfig: props.dataCapture?._bind(new Construct(scope, 'Capture'), role),
    metricsConfig: props.enhancedMetrics && {
      enableEnhancedMetrics: true, metricPublishFrequencyInSeconds: inSeconds('enhancedMetrics', props.enhancedMetrics),
    },
    tags,
  });
  config.applyRemovalPolicy(RemovalPolicy.RETAIN);
  checkRenderedHistory(config, 'EndpointConfigName');
  props.existingModel?._settle(config);
  keepNvmeFinding(config, machines(props));
  return config;
}

function machines({ hosting, instanceType }: GuardedEndpointProps): MlInstanceType[] {
  return hosting?._instanceTypes(instanceType) ?? [instanceType];
}
