import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SNSClient } from '@aws-sdk/client-sns';
import { SSMClient } from '@aws-sdk/client-ssm';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { RegistryCaller } from '../../../registry/runtime/registry-caller';

/** What the construct decided, for all handlers. */
export interface CommonSettings {
  readonly environment: string;
  /** The sentence that says where to read on. */
  readonly runbook: string;
}

export interface StoreSettings extends CommonSettings {
  readonly releasesTable: string;
  readonly auditTable: string;
  readonly eventBus: string;
}

/** For whoever looks after the releases; callers never see it. */
export interface ReleaseLog {
  info(message: string, details: Readonly<Record<string, unknown>>): void;
  warn(message: string, details: Readonly<Record<string, unknown>>): void;
  error(message: string, details: Readonly<Record<string, unknown>>): void;
}

/** What every handler needs of the world. */
export interface BaseWorld {
  /** Milliseconds, of the function's own clock: for leases, and for how long something took. Never for how long a stage lasts. */
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** At least 0, below 1. */
  readonly random: () => number;
  /** Takes an audit line, or a line with metrics. */
  readonly write: (line: string) => void;
  readonly log: ReleaseLog;
}

/** What the state of releases is read and written with. */
export interface TableWorld extends BaseWorld {
  readonly dynamodb: Pick<DynamoDBDocumentClient, 'send'>;
  readonly settings: StoreSettings;
}

/** What reading and changing the state of releases needs. */
export interface StoreWorld extends TableWorld {
  readonly events: Pick<EventBridgeClient, 'send'>;
}

/** What the emergency stop is read with. */
export interface StopWorld {
  readonly ssm: Pick<SSMClient, 'send'>;
  readonly stopParameter: string;
}

export interface PagerWorld {
  readonly sns: Pick<SNSClient, 'send'>;
}

export interface MetricsWorld {
  readonly cloudwatch: Pick<CloudWatchClient, 'send'>;
}

export interface RegistryWorld {
  readonly registry: RegistryCaller;
}

/** Two clients: what changes or deletes must not be sent again by the client, long after the proof or look that allowed it. */
export interface FleetWorld {
  readonly sagemaker: Pick<SageMakerClient, 'send'>;
  readonly acting: Pick<SageMakerClient, 'send'>;
}

/** The state machine that runs releases. */
export interface MachineWorld {
  readonly sfn: Pick<SFNClient, 'send'>;
  readonly releaseMachine: string;
}

export interface DeskWorld extends StoreWorld, StopWorld, MetricsWorld, RegistryWorld, MachineWorld {
  readonly lambda: Pick<LambdaClient, 'send'>;
  readonly writerFunction: string;
  readonly trustedSessionRoles: readonly string[];
}

export interface ClerkWorld extends StoreWorld, StopWorld, MetricsWorld, RegistryWorld, PagerWorld {
  readonly sagemaker: Pick<SageMakerClient, 'send'>;
}

export interface JudgeWorld extends StoreWorld, StopWorld, MetricsWorld, PagerWorld {
  readonly sagemaker: Pick<SageMakerClient, 'send'>;
}

export interface WriterWorld extends StoreWorld, StopWorld, PagerWorld, FleetWorld {}

export interface PrunerWorld extends TableWorld, FleetWorld {}

/** It writes nothing: what it starts does. */
export interface WatchWorld extends TableWorld, MachineWorld {}

export interface LifecycleWorld extends StoreWorld, FleetWorld {}

export interface EmergencyWorld extends BaseWorld, StopWorld {
  readonly settings: CommonSettings;
  readonly trustedSessionRoles: readonly string[];
}
