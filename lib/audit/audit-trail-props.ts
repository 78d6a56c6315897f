import { aws_iam as iam, aws_kms as kms, aws_logs as logs, aws_sns as sns } from 'aws-cdk-lib';
import { TrailStorage } from './trail-storage';

/** What an `AuditTrail` is made from. */
export interface AuditTrailProps {
  /**
   * How many denied calls within five minutes raise the alarm: a whole number, at least 1.
   * @default 25
   */
  readonly deniedCalls?: number;
  /**
   * Encrypts files, log group and the default topic. It must lie in the Region of the trail. The policy of an imported key
   * has to let CloudTrail, CloudWatch Logs and CloudWatch use it; a key of the same app is told.
   * @default - a new key, rotated each year and kept when the stack is deleted
   */
  readonly encryptionKey?: kms.IKey;
  /**
   * How long CloudWatch Logs keeps the records, for alarms and queries; the files in the bucket have a retention of their own.
   * @default logs.RetentionDays.ONE_YEAR
   */
  readonly logRetention?: logs.RetentionDays;
  /**
   * Who is told when an alarm fires.
   * @default - a new encrypted topic, `notifications`; subscribe to it
   */
  readonly notify?: sns.ITopicRef;
  /**
   * Roles that may change endpoints without an alarm, at most four: a role that deploys without CloudFormation, say.
   * @default - only CloudFormation, whoever deploys with it, and Application Auto Scaling
   */
  readonly owners?: iam.IRole[];
  /**
   * Whether the data events of SageMaker are recorded: streaming inference calls, Feature Store records, experiment metrics,
   * MLflow. All of them in the account, and each is billed: turn it off where a feature store is read for each prediction.
   * @default true
   */
  readonly sageMakerDataEvents?: boolean;
  /**
   * Where the files go.
   * @default TrailStorage.create(), a new bucket that keeps them for seven years
   */
  readonly storage?: TrailStorage;
}

/** How a bucket or table is watched. */
export interface WatchOptions {
  /**
   * Whether reading is recorded as well. Each event is billed: for what is read at every prediction, say no.
   * @default true
   */
  readonly reads?: boolean;
}
