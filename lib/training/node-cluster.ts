import { Token } from 'aws-cdk-lib';
import { Checks } from '../core/checks';
import { unknown } from '../core/sizes';

/** How machines of a cluster lie together. */
export interface NodeClusterOptions {
  /**
   * Whether machines get an Elastic Fabric Adapter, which lets GPUs of several machines exchange gradients past the kernel.
   * All families of the queue must have it (p4d, p5 and the largest sizes of g5 and g6): EC2 refuses others. The image must
   * bring libfabric. One adapter per machine is made, on its first network card.
   * @default false
   */
  readonly efa?: boolean;
  /**
   * Which of the network's subnets the machines start in, counted from 0. A placement group lies in one Availability Zone.
   * @default 0
   */
  readonly subnet?: number;
}

/**
 * Machines that stand close together, for jobs with several nodes: a placement group in one Availability Zone, and a security
 * group whose members may talk to each other.
 *
 * If that zone has no capacity, jobs wait: this is why only queues for several nodes are made so.
 *
 * @see https://docs.aws.amazon.com/batch/latest/userguide/mnp-ce.html
 */
export class NodeCluster {
  /**
   * Machines in one placement group.
   *
   * @throws InvalidProps `ClusterSubnet` when `subnet` is not a whole number of at least 0
   */
  public static of(options: NodeClusterOptions = {}): NodeCluster {
    return new NodeCluster(options.efa ?? false, options.subnet ?? 0);
  }

  private constructor(
    /** Whether machines get an Elastic Fabric Adapter. */
    public readonly efa: boolean,
    /** Which of the network's subnets the machines start in. */
    public readonly subnet: number,
  ) {
    new Checks().report('ClusterSubnet', unknown('subnet', subnet, 'it decides where machines start'))
      .number('ClusterSubnet', 'subnet', Token.isUnresolved(subnet) ? undefined : subnet, { min: 0, max: 5, whole: true }).settle();
  }
}
