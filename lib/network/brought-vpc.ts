import { aws_ec2 as ec2 } from 'aws-cdk-lib';
import { InterfaceEndpoint } from './interface-endpoint';

/** A VPC that you have. */
export interface BroughtVpc {
  /** The VPC; its routes, flow logs and default security group stay yours. */
  readonly vpc: ec2.IVpc;
  /**
   * The subnets that workloads run in: none public, at least two zones where the zones are known.
   * @default - all isolated subnets, or, if there are none, all private ones
   */
  readonly subnets?: ec2.SubnetSelection;
  /**
   * Whether to make gateways to S3 and DynamoDB, with their policies. A route table can hold one gateway to each.
   * @default false
   */
  readonly gatewayEndpoints?: boolean;
  /**
   * The interface endpoints to make, with their policies. A VPC can hold one with private names for each service.
   * @default - none
   */
  readonly interfaceEndpoints?: InterfaceEndpoint[];
  /**
   * Accounts, besides this one, whose images may be pulled through an endpoint made here, as twelve digits.
   * @default - none, images come from this account
   */
  readonly trustedImageAccounts?: string[];
}
