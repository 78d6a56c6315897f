import { App } from 'aws-cdk-lib';
import { Library } from '../place';

/**
 * Something of ours whose synth is measured against the same templates as raw L1 resources. To add one: a file here, and its
 * place in `index.ts`.
 */
export interface BenchCase {
  /** For `--cases`. */
  readonly name: string;
  /** For the report: one of it. */
  readonly what: string;
  /** How many the larger app has: enough for one more to be seen. The smaller has one. */
  readonly many: number;
  /** Puts so many of it into an app. What they share, such as a network, is there once for one and for many, and not counted. */
  ours(app: App, count: number, library: Library): void;
}
