import { aws_logs as logs } from 'aws-cdk-lib';
import { InterfaceEndpoint } from './interface-endpoint';
import { MlNetworkEgress } from './ml-network-egress';

/** What an `MlNetwork` is made from. */
export interface MlNetworkProps {
  /**
   * The network's IPv4 addresses, a range from /16 to /22. Each zone's workloads get an eighth of it, whatever the number of
   * zones; SageMaker wants two addresses for each instance, and each endpoint takes one in each zone. A token must stand
   * for a /16. A change replaces the network.
   * @default '10.0.0.0/16'
   */
  readonly cidr?: string;
  /**
   * How many zones there are, from 2 to 6; known at synth, because it decides what is made. A stack without a literal
   * account and region sees two zones and gets no more; a region with fewer gives what it has.
   * @default 2
   */
  readonly maxAzs?: number;
  /**
   * Whether workloads may reach the internet.
   * @default MlNetworkEgress.none()
   */
  readonly egress?: MlNetworkEgress;
  /**
   * The AWS services that workloads reach, besides S3 and DynamoDB, which are always there. Each is billed by the hour in
   * each zone: with the defaults that is eight in two zones. To add one:
   * `InterfaceEndpoint.defaultsAnd(InterfaceEndpoint.STEP_FUNCTIONS)`.
   * @default InterfaceEndpoint.defaults()
   */
  readonly interfaceEndpoints?: InterfaceEndpoint[];
  /**
   * Accounts, besides this one, whose images may be pulled through the network, as twelve digits: a registry of your own,
   * or AWS's for its deep-learning containers. SageMaker pulls the images of endpoints and jobs by itself and does not ask
   * the network; Batch and your own instances do.
   * @default - none, images come from this account
   */
  readonly trustedImageAccounts?: string[];
  /**
   * How long flow logs are kept. They are billed by the gigabyte taken in and kept.
   * @default RetentionDays.ONE_YEAR
   */
  readonly flowLogRetention?: logs.RetentionDays;
}
