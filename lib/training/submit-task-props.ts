/** How a state of a state machine submits a training job. Texts may be JSONPath, as in `JsonPath.stringAt('$.run')`. */
export interface SubmitTaskProps {
  /**
   * Values for parameters of the job's command; only those that the job declares.
   * @default - the job's defaults
   */
  readonly parameters?: { readonly [name: string]: string };
  /**
   * A name under which the job keeps its checkpoints, for a later job to go on from: letters, digits and `-_.`.
   * @default - the id of the job, so that only its own attempts go on from each other
   */
  readonly checkpointRun?: string;
  /**
   * Where the answer of Batch goes.
   * @default - it replaces the state's input
   */
  readonly resultPath?: string;
  /**
   * What of the answer is kept. An answer may be large: it holds the whole job.
   * @default - all of it
   */
  readonly resultSelector?: { readonly [name: string]: string };
  /**
   * What the state is for.
   * @default - no comment
   */
  readonly comment?: string;
}
