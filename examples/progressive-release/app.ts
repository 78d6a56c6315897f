import { App, aws_iam as iam, CfnOutput, Duration, Stack } from 'aws-cdk-lib';
// in your project: from 'cdk-ml-platform'
import { artifacts, core, network, registry, serving } from '../../lib';

const app = new App();
const stack = new Stack(app, 'ChurnRelease');

const models = new registry.ModelRegistry(stack, 'Registry', {
  artifacts: new artifacts.ArtifactStore(stack, 'Artifacts'),
  images: [new artifacts.ImageStore(stack, 'Images')],
});
const churn = models.model('churn');

const endpoint = new serving.ProgressiveEndpoint(stack, 'Churn', {
  endpointName: 'churn',
  model: churn,
  instanceType: core.MlInstanceType.M5_XLARGE,
  network: new network.MlNetwork(stack, 'Network'),
  release: serving.ReleasePlan.of({
    stages: [
      serving.ReleaseStage.canary({ percent: 5, bakeTime: Duration.minutes(30) }),
      serving.ReleaseStage.canary({ percent: 10, bakeTime: Duration.hours(2) }),
      serving.ReleaseStage.full({ bakeTime: Duration.hours(1) }),
    ],
    rollbackOn: [
      serving.RollbackTrigger.errorRateAbove({ percent: 2 }),
      serving.RollbackTrigger.errorBurstAbove({ percent: 5 }),
      serving.RollbackTrigger.p99LatencyAbove({ limit: Duration.millis(400) }),
    ],
  }),
});

// Who releases, who is on call, and who answers for both: three hands.
const handOf = (name: string) => new iam.ManagedPolicy(stack, `${name}Policy`, {
  roles: [new iam.Role(stack, name, { assumedBy: new iam.AccountPrincipal(stack.account) })],
});
const releaser = handOf('Releaser');
const onCall = handOf('OnCall');
const lead = handOf('Lead');
endpoint.grantRelease(releaser);
endpoint.emergencyStop.grantStop(onCall);
endpoint.emergencyStop.grantClear(lead);
endpoint.grantAllow(lead);
[releaser, onCall, lead].forEach((hand) => {
  endpoint.grantAbort(hand);
  endpoint.grantReadReleases(hand);
  endpoint.emergencyStop.grantRead(hand);
});

new CfnOutput(stack, 'RegistryAddress', { value: models.address });
new CfnOutput(stack, 'ReleaseDeskAddress', { value: endpoint.deskAddress });
new CfnOutput(stack, 'EmergencyStopAddress', { value: endpoint.emergencyStop.address });
new CfnOutput(stack, 'NotificationTopicArn', { value: endpoint.notifications.topicRef.topicArn });

app.synth();
