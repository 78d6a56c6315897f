import { aws_batch as batch, aws_efs as efs, aws_fsx as fsx, aws_iam as iam } from 'aws-cdk-lib';
import { lustreOnHost, SCRATCH_ON_HOST } from './machine-setup';
import { ITrainingQueue, TrainingQueue } from './training-queue';
import { InvalidProps, shown } from '../core/invalid-props';

/** How a file system appears in a container. */
export interface JobMountOptions {
  /**
   * Whether the container can only read.
   * @default false
   */
  readonly readOnly?: boolean;
}

/** What a job's mount needs of its surroundings. */
interface Bound {
  readonly volume: batch.CfnJobDefinition.VolumesProperty;
  /** Nothing: the machine does all. */
  readonly grant?: (grantee: iam.IGrantable) => void;
}

/** A file system in a container. */
export class JobMount {
  /**
   * An EFS file system, by one of its access points, with encryption on the way and the job's own role. The access point
   * decides whose files they are and where they lie, so its user must be the one that the job runs as.
   *
   * @param accessPoint the access point; its file system must lie in the queue's network
   * @param containerPath where it appears, an absolute path
   */
  public static efs(accessPoint: efs.IAccessPoint, containerPath: string, options: JobMountOptions = {}): JobMount {
    const readOnly = options.readOnly ?? false;
    const { fileSystem, accessPointId, accessPointArn } = accessPoint;
    const actions = ['elasticfilesystem:ClientMount', ...(readOnly ? [] : ['elasticfilesystem:ClientWrite'])];
    return new JobMount(containerPath, readOnly, (queue) => {
      if (queue.connections !== undefined) {
        fileSystem.connections.allowDefaultPortFrom(queue.connections, 'Training jobs');
      }
      return {
        volume: {
          efsVolumeConfiguration: {
            fileSystemId: fileSystem.fileSystemId,
            transitEncryption: 'ENABLED',
            authorizationConfig: { accessPointId, iam: 'ENABLED' },
          },
        },
        grant: (grantee) => {
          iam.Grant.addToPrincipal({
            grantee,
            actions,
            resourceArns: [fileSystem.fileSystemArn],
            conditions: { StringEquals: { 'elasticfilesystem:AccessPointArn': accessPointArn } },
          });
        },
      };
    });
  }

  /** A file system of FSx for Lustre that the queue's machines mount (`lustre` of the queue). */
  public static lustre(fileSystem: fsx.LustreFileSystem, containerPath: string, options: JobMountOptions = {}): JobMount {
    return new JobMount(containerPath, options.readOnly ?? false, (queue) => {
      const index = queue instanceof TrainingQueue ? queue.lustre.indexOf(fileSystem) : -1;
      if (index < 0) {
        throw new InvalidProps('MountNotOnMachines',
          `\`mounts\` must name a Lustre file system that the machines of the queue mount: got ${shown(fileSystem.node.path)}; add it to \`lustre\` of the queue`);
      }
      return { volume: { host: { sourcePath: lustreOnHost(index) } } };
    });
  }

  /**
   * The local disks of the machine, or a folder of its root volume where it has none. Fast, empty when a machine starts, gone
   * when it goes, and shared with every other job on the machine: nothing that other teams must not see.
   */
  public static scratch(containerPath: string): JobMount {
    return new JobMount(containerPath, false, () => ({ volume: { host: { sourcePath: SCRATCH_ON_HOST } } }));
  }

  private constructor(
    /** Where it appears in the container. */
    public readonly containerPath: string,
    /** Whether the container can only read. */
    public readonly readOnly: boolean,
    private readonly bind: (queue: ITrainingQueue) => Bound,
  ) {
    if (typeof containerPath !== 'string' || !/^(?:\/[A-Za-z0-9_.-]+)+$/.test(containerPath) || /\/\.{1,2}(?:\/|$)/.test(containerPath)) {
      throw new InvalidProps('MountPath', `\`containerPath\` must be an absolute path such as '/data': got ${shown(containerPath)}`);
    }
  }

  /** @internal */
  public _bind(queue: ITrainingQueue): Bound {
    return this.bind(queue);
  }
}
