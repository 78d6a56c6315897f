import { aws_iam as iam } from 'aws-cdk-lib';
import { bothWays, endpoint, overridden, PACKS_READ_CONSTRUCTS, without } from './baselines';
import { Claim, Mistake, nobody, Topic } from './mistake';
import { inRegulatedPacks } from '../../lib/core/acknowledge';

const ROLE = 'Endpoint/Model/ExecutionRole/Resource/Resource';
const POLICY = 'Endpoint/Model/ExecutionRole/Policy/Resource';
const KEY = 'Endpoint/Key/Resource';
const LOGS = 'Endpoint/Logs/Resource';
const TOPIC = 'Endpoint/Notifications/Resource/Resource';
const TOPIC_POLICY = 'Endpoint/Notifications/Resource/Policy/Resource';
const OBJECT = 'arn:aws:s3:::our-artifacts/churn/7.tar.gz';

const FOR_EVER = [...inRegulatedPacks('CloudWatchLogGroupRetentionPeriod'), 'Serverless-CloudWatchLogGroupRetentionPeriod'];

const SPELLING = 'no gate knows the actions of AWS; look at the denied calls after the first deployment';
const NOBODY_JUDGES_STATEMENTS = 'read the diff of permissions before a deployment';

/** A policy of a hand-written role beside the endpoint, sound but for the statement. */
function statement(title: string, Action: string | string[], Resource: string, claim: Claim): Mistake {
  return {
    title,
    make: (stack) => {
      const { executionRole } = endpoint(stack);
      new iam.CfnManagedPolicy(stack, 'HandWritten', {
        roles: [executionRole.roleName],
        policyDocument: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource }] },
      });
    },
    claim,
  };
}

function override(title: string, path: string, property: string, value: unknown, claim: Claim): Mistake {
  return { title, make: overridden(endpoint, path, property, value), claim };
}

export const PERMISSIONS: Topic = {
  title: 'Permissions, keys, logs and notifications',
  mistakes: [
    statement('a wildcard action', 's3:*', OBJECT, { packs: ['AwsSolutions-IAM5[Action::s3:*]'] }),
    statement('a wildcard resource', 's3:GetObject', '*', { packs: ['AwsSolutions-IAM5[Resource::*]'] }),
    statement('every action on everything', '*', '*', { packs: ['AwsSolutions-IAM5[Action::*]', 'AwsSolutions-IAM5[Resource::*]'] }),
    statement('every role may be passed', 'iam:PassRole', '*', { packs: ['AwsSolutions-IAM5[Resource::*]'] }),
    statement('a misspelt action', 's3:GetObjekt', OBJECT, nobody(SPELLING)),
    statement('a misspelt service', 'sagemker:DescribeEndpoint', 'arn:aws:sagemaker:eu-west-1:111122223333:endpoint/churn',
      nobody(SPELLING)),
    statement('a grant of the storage key to anybody', 'kms:CreateGrant', 'arn:aws:kms:eu-west-1:111122223333:key/1',
      nobody(NOBODY_JUDGES_STATEMENTS)),
    override('a wildcard action, by an override', POLICY, 'PolicyDocument.Statement.0', { Effect: 'Allow', Action: 's3:*', Resource: OBJECT },
      nobody(PACKS_READ_CONSTRUCTS)),
    ...bothWays('an inline policy', endpoint, ROLE, {
      Policies: [{ PolicyName: 'More', PolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: OBJECT }] } }],
    }, inRegulatedPacks('IAMNoInlinePolicy')),
    ...bothWays('a managed policy of AWS', endpoint, ROLE, { ManagedPolicyArns: ['arn:aws:iam::aws:policy/AmazonSageMakerFullAccess'] },
      ['AwsSolutions-IAM4[Policy::arn:aws:iam::aws:policy/AmazonSageMakerFullAccess]']),
    override('a role that anybody may take', ROLE, 'AssumeRolePolicyDocument.Statement.0', {
      Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { AWS: '*' },
    }, nobody(NOBODY_JUDGES_STATEMENTS)),
    override('a role that SageMaker of any account may take', ROLE, 'AssumeRolePolicyDocument.Statement.0', {
      Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'sagemaker.amazonaws.com' },
    }, nobody(NOBODY_JUDGES_STATEMENTS)),
    {
      title: 'a caller who is let in by an inline policy',
      make: (stack) => {
        endpoint(stack).grantInvoke(new iam.Role(stack, 'Caller', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') }));
      },
      claim: { packs: inRegulatedPacks('IAMNoInlinePolicy') },
    },

    ...bothWays('logs without a key', endpoint, LOGS, { KmsKeyId: undefined }, inRegulatedPacks('CloudWatchLogGroupEncrypted')),
    ...bothWays('logs for ever', endpoint, LOGS, { RetentionInDays: undefined }, FOR_EVER),
    override('a retention that CloudWatch Logs does not have', LOGS, 'RetentionInDays', 100, { rules: ['W3030'] }),
    ...bothWays('a key that never rotates', endpoint, KEY, { EnableKeyRotation: false },
      ['AwsSolutions-KMS5', 'NIST.800.53.R5-KMSBackingKeyRotationEnabled', 'PCI.DSS.321-KMSBackingKeyRotationEnabled']),
    { title: 'a key without a policy', make: without(endpoint, KEY, 'KeyPolicy'), claim: nobody('judge the rendered key: alarms and logs may use it') },
    override('a key for everybody', KEY, 'KeyPolicy.Statement.0.Principal', { AWS: '*' }, nobody(NOBODY_JUDGES_STATEMENTS)),
    override('a key that waits one day before it is gone', KEY, 'PendingWindowInDays', 1, { rules: ['F3034'] }),
    ...bothWays('notifications without a key', endpoint, TOPIC, { KmsMasterKeyId: undefined }, inRegulatedPacks('SNSEncryptedKMS')),
    {
      title: 'notifications over plain HTTP',
      make: overridden(endpoint, TOPIC_POLICY, 'PolicyDocument.Statement.0.Effect', 'Allow'),
      claim: nobody(PACKS_READ_CONSTRUCTS),
    },
    override('a misspelt effect', TOPIC_POLICY, 'PolicyDocument.Statement.0.Effect', 'Permit', nobody('judge policies by the grammar of IAM')),
    override('notifications that CloudWatch may not send', TOPIC_POLICY, 'PolicyDocument.Statement.1.Effect', 'Deny',
      nobody(NOBODY_JUDGES_STATEMENTS)),
  ],
};
