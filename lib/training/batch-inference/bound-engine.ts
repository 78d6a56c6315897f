import { aws_iam as iam, aws_kms as kms, aws_logs as logs, aws_stepfunctions as sfn } from 'aws-cdk-lib';
import { JobData } from '../job-data';
import { TrainingJob } from '../training-job';

/** What a construct gives to the engine that works for it. */
export interface EngineFolders {
  readonly data: JobData[];
  readonly encryptionKey: kms.IKey;
  readonly logRetention?: logs.RetentionDays;
}

/** What an engine gives back. */
export interface BoundEngine {
  /** One item of the map. */
  readonly state: sfn.TaskStateBase;
  readonly job: TrainingJob;
  readonly image: string;
  readonly model: string;
  /** Changes with command and environment. */
  readonly settingsHash: string;
  /** What jobs have to wait for. */
  readonly policies: iam.ManagedPolicy[];
}
