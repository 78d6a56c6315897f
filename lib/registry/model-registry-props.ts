import { aws_events as events, aws_kms as kms, aws_s3 as s3, aws_sns as sns } from 'aws-cdk-lib';
import { ApprovalGate } from './approval-gate';
import { IArtifactStore, IImageStore, ObjectLock } from '../artifacts';

/** What a `ModelRegistry` is made from. */
export interface ModelRegistryProps {
  /** Where the artifacts of its versions lie. The registry reads them, to see that they are there and are what was said. */
  readonly artifacts: IArtifactStore;
  /**
   * The repositories from which a version may be: the registry looks its image up there, and gives it a `release-…` tag on
   * approval, so that no lifecycle rule takes it. A version with an image from elsewhere is refused.
   * @default - a new `ImageStore`, `images`
   */
  readonly images?: IImageStore[];
  /**
   * What the stack is, such as `production`: 2 to 32 lower-case letters, digits and `-`. It is in every audit record, and names
   * the address parameter, the alarms and the metrics, so there is one registry of an environment in an account and Region.
   * @default 'production'
   */
  readonly environment?: string;
  /**
   * For each model, what a version has to reach before anybody can approve it. It is asked of every tenant's model of that name.
   * @default - nothing is asked for
   */
  readonly approvalGates?: { [model: string]: ApprovalGate };
  /**
   * Names of roles whose session names somebody other than the caller chooses: an identity provider, for example. Sessions of
   * such a role are persons by their session name; all sessions of any other role are one person. Name a role here only if its
   * trust policy leaves its users no way to choose: else one person could approve under a second name.
   * @default - none: a role is one person, whatever its sessions are called
   */
  readonly trustedSessionRoles?: string[];
  /**
   * Below which S3 URIs the data sets lie that a version may be trained and evaluated with.
   * @default - anywhere
   */
  readonly datasetPrefixes?: string[];
  /**
   * Encrypts the tables, the audit bucket, the API's access log and the default topic. The policy of an imported key has to let
   * CloudWatch and CloudWatch Logs use it; a key of the same app is told.
   * @default - a new key, rotated each year and kept when the stack is deleted
   */
  readonly encryptionKey?: kms.IKey;
  /**
   * How long S3 itself refuses to delete a copy of an audit record, besides the bucket policy that refuses it for good. It cannot
   * be taken back. `ObjectLock.compliance` binds the root user too: choose it only if a regulator asks for it.
   * @default ObjectLock.governance(Duration.days(2555)), seven years
   */
  readonly auditLock?: ObjectLock;
  /**
   * The bucket that receives the access logs of the audit bucket, under `audit-copies/`; the same is asked of it as by an
   * `ArtifactStore`.
   * @default - a new bucket, kept when the stack is deleted
   */
  readonly accessLogs?: s3.IBucket;
  /**
   * Where transitions are told.
   * @default - the default bus of the account
   */
  readonly eventBus?: events.IEventBus;
  /**
   * Who is told when an alarm fires.
   * @default - a new encrypted topic, `notifications`; subscribe to it
   */
  readonly notifications?: sns.ITopicRef;
  /**
   * How many requests the API takes per second, 1 to 1000, and twice as many at once. More are answered with 429.
   * @default 50
   */
  readonly requestsPerSecond?: number;
}

/** What is known of a registry that was made elsewhere, in the same account and Region. */
export interface ModelRegistryAttributes {
  /** The HTTP API. */
  readonly apiId: string;
  /**
   * What its stack said it is.
   * @default 'production'
   */
  readonly environment?: string;
  /**
   * Where the copies of its audit records lie; with its KMS key, or `grantAudit` cannot say who may decrypt.
   * @default - not known: `grantAudit` fails
   */
  readonly auditBucket?: s3.IBucket;
  /**
   * Where the artifacts of its versions lie.
   * @default - not known: `grantServe` fails, which a progressive endpoint needs
   */
  readonly artifacts?: IArtifactStore;
  /**
   * The repositories from which its versions are.
   * @default - not known: `grantServe` fails, which a progressive endpoint needs
   */
  readonly images?: IImageStore[];
  /**
   * Where its transitions are told.
   * @default - the default bus of the account
   */
  readonly eventBus?: events.IEventBus;
  /**
   * The roles that it was told to trust to name persons by their sessions.
   * @default - none
   */
  readonly trustedSessionRoles?: string[];
}
