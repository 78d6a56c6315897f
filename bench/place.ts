import { Stack } from 'aws-cdk-lib';
import type * as library from '../lib';

/** The package: its sources in a test, what it compiles to in a measurement. */
export type Library = typeof library;

/** Where endpoints are put. */
export interface Place {
  readonly stack: Stack;
  /** Shared by all endpoints, and the same in every app that is compared. */
  readonly network: library.network.IMlNetwork;
  readonly library: Library;
  /** Numbers of the endpoints of this stack. */
  readonly indices: readonly number[];
}

export const INSTANCE_TYPE = 'ml.m5.xlarge';
export const REPOSITORY = 'churn';
export const DIGEST = `sha256:${'a'.repeat(64)}`;
export const BUCKET = 'our-artifacts';
export const MODEL = 'churn';
export const SHA256 = 'b'.repeat(64);
