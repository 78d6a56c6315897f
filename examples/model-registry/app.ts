import {
  App, aws_events_targets as targets, aws_iam as iam, aws_kms as kms, aws_sns as sns, CfnOutput, Duration, Stack,
} from 'aws-cdk-lib';
// in your project: from 'cdk-ml-platform'
import { artifacts, registry } from '../../lib';

const app = new App();
const stack = new Stack(app, 'ChurnRegistry');

const store = new artifacts.ArtifactStore(stack, 'Artifacts');
const images = new artifacts.ImageStore(stack, 'Images');
const models = new registry.ModelRegistry(stack, 'Registry', {
  artifacts: store,
  images: [images],
  datasetPrefixes: ['s3://example-training-data/approved/'],
  approvalGates: {
    churn: registry.ApprovalGate.of({ minimumAccuracy: 0.9, maximumBias: 0.1, maximumP99Latency: Duration.millis(300) }),
  },
});

// Three hands: whoever trains registers, somebody else approves, and the release job promotes and rolls back.
const handOf = (name: string) => new iam.ManagedPolicy(stack, `${name}Policy`, {
  roles: [new iam.Role(stack, name, { assumedBy: new iam.AccountPrincipal(stack.account) })],
});
const trainer = handOf('Trainer');
const reviewer = handOf('Reviewer');
const releaser = handOf('Releaser');

const churn = models.model('churn');
store.grantAdd(trainer, 'churn');
images.grantPush(trainer);
churn.grantRegister(trainer);
churn.grantApprove(reviewer);
churn.grantPromote(releaser);
[trainer, reviewer, releaser].forEach((hand) => churn.grantRead(hand));
models.grantAudit(reviewer);

// Tell the team what reaches production, and what leaves it.
const key = new kms.Key(stack, 'ReleasesKey', { enableKeyRotation: true });
key.grant(new iam.ServicePrincipal('events.amazonaws.com'), 'kms:Decrypt', 'kms:GenerateDataKey');
const releases = new sns.Topic(stack, 'ReleasesTopic', { masterKey: key, enforceSSL: true });
models.onTransition('Releases', {
  model: 'churn',
  verbs: [registry.Transition.PROMOTE, registry.Transition.ROLLBACK],
  target: new targets.SnsTopic(releases, { deadLetterQueue: models.failures }),
});

new CfnOutput(stack, 'RegistryAddress', { value: models.address });
new CfnOutput(stack, 'ReleasesTopicArn', { value: releases.topicArn });

app.synth();
