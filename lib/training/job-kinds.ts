import { TrainingJobProps } from './training-job-props';
import { MODEL_IMAGE } from '../artifacts/artifact-kinds';
import { DURATION, FLAG, KEY, Kinds, listOf, needed, RECORD, recordOf, SIZE, TEXT, thing } from '../core/kinds';

/** What jobs of all kinds are made from. Names and values of an environment have checks of their own, which tell more. */
export const JOB_DATA = thing('a JobData', '_reads', '_grant', '_settle');
export const CHECKPOINT = thing('a Checkpoint', '_data', 'waivedBecause');

/** The kinds of a job's props. */
export const JOB_KINDS: Kinds<TrainingJobProps> = {
  queue: needed(thing('a TrainingQueue, made or imported', 'queueArn', 'kind', 'teams')),
  image: needed(MODEL_IMAGE),
  memory: needed(SIZE),
  sharedMemory: SIZE,
  checkpoint: CHECKPOINT,
  data: listOf(JOB_DATA),
  mounts: listOf(thing('a JobMount', '_bind', 'containerPath')),
  command: listOf(TEXT),
  parameters: RECORD,
  environment: RECORD,
  secrets: recordOf(thing('a JobSecret', '_grantRead', '_valueFrom')),
  timeout: DURATION,
  readOnlyRoot: FLAG,
  encryptionKey: KEY,
};
