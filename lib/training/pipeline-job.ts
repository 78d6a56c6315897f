import { JobData } from './job-data';

/** What a pipeline has to know of a job that it runs. */
export interface PipelineJob {
  /** The parameters that a submission may change. */
  readonly declared: readonly string[];
  readonly keepsCheckpoints: boolean;
  /** The folders that it may use, besides its checkpoints. */
  readonly data: readonly JobData[];
  /** What decides how its result turns out, besides data and parameters: a change of these is another input. */
  readonly identity: readonly string[];
}

/** A record as texts that keep names and values apart. */
export function pairs(record: Readonly<Record<string, string>>): string[] {
  return Object.entries(record).map(([name, value]) => `${name}=${value}`);
}
