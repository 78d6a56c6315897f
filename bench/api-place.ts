import type { Stack } from 'aws-cdk-lib';
import type * as library from '../lib';

/** The package: its sources in a test, what it compiles to in a measurement. */
export type Library = typeof library;

/** One API of some endpoints that are there already. */
export interface ApiPlace {
  readonly stack: Stack;
  /** An account and Region has one API of a name. */
  readonly apiName: string;
  readonly endpoints: readonly string[];
  readonly library: Library;
}

/** An API takes no more. */
export const MOST_ENDPOINTS = 25;
