import { thing } from '../core/kinds';

/** A VPC alone does not say which of its subnets are for workloads. */
export const NETWORK = thing('an MlNetwork, made or brought with MlNetwork.fromVpc', 'subnets', 'workloadSecurityGroup');
