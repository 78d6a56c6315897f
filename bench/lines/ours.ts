import { aws_ecr as ecr, aws_s3 as s3, Stack, StackProps } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { artifacts, core, network, serving } from '../../lib';

/** What was there before. */
interface ChurnProps extends StackProps {
  readonly network: network.IMlNetwork;
  readonly repository: ecr.IRepository;
  readonly digest: string;
  readonly store: artifacts.IArtifactStore;
  readonly sha256: string;
  /** A bucket with a key, for what is captured. */
  readonly captured: s3.IBucket;
}

/**
 * Canary, automatic rollback, retained variant properties, retained configurations, alarms on the new fleet, autoscaling,
 * data capture, a KMS key and network isolation: everything that is counted.
 */
// begin
export class Churn extends Stack {
  constructor(scope: Construct, id: string, props: ChurnProps) {
    super(scope, id, props);
    new serving.GuardedEndpoint(this, 'Endpoint', {
      image: artifacts.ModelImage.fromEcr(props.repository, props.digest),
      artifact: props.store.artifact('churn', props.sha256),
      network: props.network,
      instanceType: core.MlInstanceType.M5_XLARGE,
      scaling: serving.EndpointScaling.onInvocations({ min: 2, max: 8, invocationsPerInstance: 600 }),
      dataCapture: serving.DataCapture.to(props.captured, { samplingPercent: 10 }),
    });
  }
}
// end
