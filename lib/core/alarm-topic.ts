import { aws_iam as iam, aws_kms as kms, aws_sns as sns, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';

/** What a topic for alarms is made from. */
export interface AlarmTopicProps {
  readonly key: kms.IKey;
}

const CLOUDWATCH = new iam.ServicePrincipal('cloudwatch.amazonaws.com');

/**
 * An encrypted topic that the alarms of this account may publish to. A topic policy of our own replaces the default one, and
 * an encrypted topic needs CloudWatch to use its key: without either, alarms fire and nobody hears.
 *
 * @see https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
 */
export class AlarmTopic extends Construct {
  public readonly topic: sns.Topic;

  constructor(scope: Construct, id: string, { key }: AlarmTopicProps) {
    super(scope, id);
    this.topic = new sns.Topic(this, 'Resource', { masterKey: key, enforceSSL: true });
    const conditions = { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } };
    this.topic.addToResourcePolicy(new iam.PolicyStatement({
      sid: 'AlarmsMayPublish',
      principals: [CLOUDWATCH],
      actions: ['sns:Publish'],
      resources: [this.topic.topicArn],
      conditions,
    }));
    key.addToResourcePolicy(new iam.PolicyStatement({
      sid: 'AlarmsMayEncrypt',
      principals: [CLOUDWATCH],
      actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      resources: ['*'], // in a key policy: this key
      conditions,
    }));
  }
}
