import { ECRClient } from '@aws-sdk/client-ecr';
import { S3Client } from '@aws-sdk/client-s3';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { ApprovalMinimums } from './contract';

/** What the construct decided. */
export interface RegistrySettings {
  readonly registryTable: string;
  readonly auditTable: string;
  readonly artifactBucket: string;
  /** Where images lie: SageMaker pulls from its own Region only. */
  readonly region: string;
  readonly environment: string;
  readonly trustedSessionRoles: readonly string[];
  /** Empty: training data may lie anywhere. */
  readonly datasetPrefixes: readonly string[];
  readonly approvalMinimums: ReadonlyMap<string, ApprovalMinimums>;
  /** The sentence that says where to read on. */
  readonly runbook: string;
}

/** For whoever looks after the registry; callers never see it. */
export interface RegistryLog {
  warn(message: string, details: Readonly<Record<string, unknown>>): void;
  error(message: string, details: Readonly<Record<string, unknown>>): void;
}

/** What the registry needs of the world. */
export interface RegistryWorld {
  readonly dynamodb: Pick<DynamoDBDocumentClient, 'send'>;
  readonly s3: Pick<S3Client, 'send'>;
  readonly ecr: Pick<ECRClient, 'send'>;
  readonly settings: RegistrySettings;
  /** Milliseconds. */
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** At least 0, below 1. */
  readonly random: () => number;
  /** Takes an audit line. */
  readonly write: (line: string) => void;
  readonly log: RegistryLog;
  /** Adds one to a metric. */
  readonly count: (metric: string) => void;
}
