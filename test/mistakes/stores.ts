import { aws_s3 as s3, CfnDeletionPolicy, Duration, Stack } from 'aws-cdk-lib';
import { altered, artifactStore, bothWays, imageStore, overridden, without } from './baselines';
import { Claim, Mistake, nobody, refused, Topic } from './mistake';
import { ArtifactStoreProps, ImageStoreProps, ObjectLock, TrialRetention } from '../../lib/artifacts';
import { inRegulatedPacks } from '../../lib/core/acknowledge';

function artifactProps(title: string, changed: (stack: Stack) => ArtifactStoreProps, claim: Claim): Mistake {
  return { title, make: (stack) => artifactStore(stack, changed(stack)), claim };
}

function imageProps(title: string, changed: () => ImageStoreProps, claim: Claim): Mistake {
  return { title, make: (stack) => imageStore(stack, changed()), claim };
}

const BUCKET = 'Artifacts/Resource/Resource';
const BUCKET_POLICY = 'Artifacts/Resource/Policy/Resource';
const REPOSITORY = 'Images/Resource/Resource';
const JUDGE_RENDERED = 'judge the rendered bucket: ';

function bucket(title: string, property: string, value: unknown, claim: Claim): Mistake {
  return { title, make: overridden(artifactStore, BUCKET, property, value), claim };
}

function repository(title: string, property: string, value: unknown, claim: Claim): Mistake {
  return { title, make: overridden(imageStore, REPOSITORY, property, value), claim };
}

interface Statement {
  readonly Sid?: string;
  readonly Condition?: object;
}

/** A bucket policy from which some statements are missing. */
function policyWithout(title: string, isLost: (statement: Statement) => boolean, claim: Claim): Mistake {
  const make = altered(artifactStore, BUCKET_POLICY, (resource) => {
    const policy = resource as s3.CfnBucketPolicy;
    const { Statement: all, ...rest } = Stack.of(policy).resolve(policy.policyDocument) as { Statement: Statement[] };
    const kept = all.filter((statement) => !isLost(statement));
    if (kept.length === all.length) {
      throw new Error('the policy has no such statement: has the construct changed it?');
    }
    policy.policyDocument = { ...rest, Statement: kept };
  });
  return { title, make, claim };
}

export const STORES: Topic = {
  title: 'Stores of artifacts and images',
  mistakes: [
    artifactProps('trials kept for half a day', () => ({ trialRetention: TrialRetention.of(Duration.hours(12)) }),
      refused('RetentionInWholeDays', 'age', 'from 1 to 36500 days')),
    artifactProps('a lock of no days', () => ({ objectLock: ObjectLock.governance(Duration.days(0)) }),
      refused('LockInWholeDays', 'period', 'from 1 to 36500 days')),
    artifactProps('a replica without a key', (stack) => ({ replicateTo: s3.Bucket.fromBucketName(stack, 'Replica', 'our-replica') }),
      refused('ReplicaWithoutKey', 'replicateTo', 'give it an `encryptionKey`')),
    artifactProps('an imported bucket for access logs, whose policy nobody here can see', (stack) => ({
      accessLogs: s3.Bucket.fromBucketName(stack, 'Logs', 'our-logs'),
    }), { packs: ['Annotation::cdk-ml-platform:accessLogsPolicy'] }),
    imageProps('a repository in upper case', () => ({ repositoryName: 'Churn' }),
      refused('RepositoryName', 'repositoryName', 'lower-case letters and digits')),
    imageProps('build output kept for an hour', () => ({ retention: Duration.hours(1) }),
      refused('RetentionInWholeDays', 'retention', 'from 1 to 36500 days')),

    ...bothWays('artifacts without a key', artifactStore, BUCKET, { BucketEncryption: undefined }, inRegulatedPacks('S3DefaultEncryptionKMS')),
    ...bothWays('artifacts open to the public', artifactStore, BUCKET, { PublicAccessBlockConfiguration: undefined },
      [...inRegulatedPacks('S3BucketPublicReadProhibited'), ...inRegulatedPacks('S3BucketPublicWriteProhibited')]),
    ...bothWays('artifacts without versions', artifactStore, BUCKET, { VersioningConfiguration: undefined },
      inRegulatedPacks('S3BucketVersioningEnabled')),
    ...bothWays('artifacts without access logs', artifactStore, BUCKET, { LoggingConfiguration: undefined },
      ['AwsSolutions-S1', ...inRegulatedPacks('S3BucketLoggingEnabled')]),
    bucket('a public list of grants', 'AccessControl', 'PublicRead', { rules: ['W3045'] }),
    bucket('a misspelt state of versions', 'VersioningConfiguration.Status', 'Enable', { rules: ['W3030'] }),
    bucket('artifacts without events', 'NotificationConfiguration.EventBridgeConfiguration.EventBridgeEnabled', false,
      nobody(`${JUDGE_RENDERED}what waits for new artifacts waits for ever`)),
    bucket('a lifecycle that deletes registered artifacts', 'LifecycleConfiguration.Rules.1.Prefix', '',
      nobody(`${JUDGE_RENDERED}only trials expire`)),
    bucket('a lifecycle of no days', 'LifecycleConfiguration.Rules.1.ExpirationInDays', 0, nobody('S3 should refuse it in the deployment; untried')),
    bucket('a bucket name in upper case', 'BucketName', 'Our-Artifacts', { rules: ['F3031'] }),
    policyWithout('artifacts over plain HTTP', (statement) => 'Bool' in (statement.Condition ?? {}) && statement.Sid === undefined,
      { packs: ['AwsSolutions-S10', ...inRegulatedPacks('S3BucketSSLRequestsOnly')] }),
    policyWithout('artifacts that can be overwritten', ({ Sid }) => Sid === 'WrittenOnce', nobody(`${JUDGE_RENDERED}its policy holds \`WrittenOnce\``)),
    policyWithout('artifacts that can be deleted', ({ Sid }) => Sid === 'KeptForGood', nobody(`${JUDGE_RENDERED}its policy holds \`KeptForGood\``)),
    {
      title: 'artifacts that go with the stack',
      make: altered(artifactStore, BUCKET, (made) => {
        made.cfnOptions.deletionPolicy = CfnDeletionPolicy.DELETE;
      }),
      claim: nobody('compare the template with the one before; a lost policy is what an upgrade gate is for'),
    },
    ...bothWays('a key of artifacts that never rotates', artifactStore, 'Artifacts/Key/Resource', { EnableKeyRotation: false },
      ['AwsSolutions-KMS5', 'NIST.800.53.R5-KMSBackingKeyRotationEnabled', 'PCI.DSS.321-KMSBackingKeyRotationEnabled']),

    repository('tags that can be moved', 'ImageTagMutability', 'MUTABLE', nobody('endpoints take digests only; a rule of our own pack could ask for it')),
    repository('a misspelt mutability', 'ImageTagMutability', 'IMUTABLE', { rules: ['W3030'] }),
    repository('images that are not scanned', 'ImageScanningConfiguration.ScanOnPush', false, nobody('a rule of our own pack could ask for it')),
    ...bothWays('images open to everybody', imageStore, REPOSITORY, {
      RepositoryPolicyText: {
        Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: '*', Action: 'ecr:BatchGetImage' }],
      },
    }, ['AwsSolutions-ECR1']),
    { title: 'images without a key', make: without(imageStore, REPOSITORY, 'EncryptionConfiguration'), claim: nobody('a rule of our own pack could ask for it') },
    repository('a lifecycle policy that is no JSON', 'LifecyclePolicy.LifecyclePolicyText', '{ rules: [] }'.repeat(10),
      nobody('ECR should refuse it in the deployment; untried')),
  ],
};
