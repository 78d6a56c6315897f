import { aws_kms as kms, aws_logs as logs, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { letLogsEncrypt, logGroupNameOf } from '../core/encrypted-logs';

const KEY = 'MlPlatformTrainingKey';

/** What the log group of a job is made from. */
export interface JobLogsProps {
  readonly retention: logs.RetentionDays;
  /** Nothing: one key for all training jobs of the stack. */
  readonly encryptionKey?: kms.IKey;
}

/** Where the containers of a job write: encrypted, and kept when the stack is deleted. */
export function createJobLogs(scope: Construct, id: string, { retention, encryptionKey }: JobLogsProps): logs.LogGroup {
  const key = encryptionKey ?? keyOf(scope);
  const logGroupName = logGroupNameOf(scope, 'training-jobs');
  // a key of the stack serves several groups; the sid says whose the statement is
  letLogsEncrypt(key, `EncryptLogs${scope.node.addr.slice(-12)}`, logGroupName);
  return new logs.LogGroup(scope, id, { logGroupName, retention, encryptionKey: key, removalPolicy: RemovalPolicy.RETAIN });
}

/** A key costs by the month, so a stack's jobs share one. */
function keyOf(scope: Construct): kms.IKey {
  const stack = Stack.of(scope);
  return stack.node.tryFindChild(KEY) as kms.Key | undefined ?? new kms.Key(stack, KEY, {
    description: 'Logs of the training jobs of a stack', enableKeyRotation: true, removalPolicy: RemovalPolicy.RETAIN,
  });
}
