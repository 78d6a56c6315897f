import { aws_s3 as s3 } from 'aws-cdk-lib';
import { JobData } from './job-data';
import { InvalidProps, shown } from '../core/invalid-props';

const SHORTEST_REASON = 20;

/**
 * Where a training job keeps what it needs to go on after its machine was taken away.
 *
 * The job finds the folder in `CHECKPOINT_URI`, and keeps its own below `<CHECKPOINT_URI><run>/`, where the run is
 * `CHECKPOINT_RUN` if somebody set that at submission, and else `AWS_BATCH_JOB_ID`, which is the same for every attempt of a
 * job. On SIGTERM there are at most 90 seconds left; a program that saves only then loses work if they are too short.
 */
export class Checkpoint {
  /**
   * A folder that the job reads and writes. What it overwrites is gone unless the bucket keeps versions.
   *
   * @param bucket where the folder lies; not below the registered models of an `ArtifactStore`, which are written once: its
   *   `trials/` can be overwritten, and expires
   * @param prefix the folder's prefix, ending in `/`
   * @throws InvalidProps `JobPrefix`
   */
  public static at(bucket: s3.IBucket, prefix: string): Checkpoint {
    return new Checkpoint(JobData.readWrite(bucket, prefix));
  }

  /**
   * No checkpoints, although a machine may be taken away: a job then begins anew.
   *
   * @param reason why that is fine, in a sentence of at least 20 characters: it stands in the job definition
   * @throws InvalidProps `CheckpointWaiver`
   */
  public static waived(reason: string): Checkpoint {
    if (typeof reason !== 'string' || reason.trim().length < SHORTEST_REASON || reason.length > 256) {
      throw new InvalidProps('CheckpointWaiver',
        `\`reason\` must say in a sentence of ${SHORTEST_REASON} to 256 characters why starting anew is fine: got ${shown(reason)}`);
    }
    return new Checkpoint(undefined, reason);
  }

  /**
   * Where the checkpoints are.
   * @default - there are none
   */
  public readonly uri?: string;

  private constructor(
    private readonly data?: JobData,
    /**
     * Why there are none.
     * @default - there are
     */
    public readonly waivedBecause?: string,
  ) {
    this.uri = data?.uri;
  }

  /** @internal */
  public get _data(): JobData | undefined {
    return this.data;
  }
}
