import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { Credentials } from '../../../registry/runtime/signed-request';

/** How a request leaves: `fetch`, or a stand-in. */
export type Send = (url: string, init: {
  method: 'POST'; headers: Record<string, string>; body: string; redirect: 'manual'; signal: AbortSignal;
}) => Promise<{ readonly status: number; text(): Promise<string> }>;

/** What the pipeline's handler needs of the world. */
export interface PipelineWorld {
  readonly dynamodb: Pick<DynamoDBDocumentClient, 'send'>;
  readonly s3: Pick<S3Client, 'send'>;
  readonly executions: Pick<SFNClient, 'send'>;
  readonly events: Pick<EventBridgeClient, 'send'>;
  readonly send: Send;
  readonly credentials: () => Credentials;
  readonly region: string;
  readonly ledgerTable: string;
  readonly eventBus: string;
  readonly pipeline: string;
  /** Milliseconds. */
  readonly now: () => number;
  /** Takes an audit line, or a line of metrics. */
  readonly write: (line: string) => void;
}

/** An error that the state machine knows by its name. */
export class Known extends Error {
  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}

export function nameOf(error: unknown): string {
  const { name } = (typeof error === 'object' && error !== null ? error : {}) as { name?: unknown };
  return typeof name === 'string' ? name : '';
}
