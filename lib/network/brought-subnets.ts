import { aws_ec2 as ec2, Token } from 'aws-cdk-lib';
import { BroughtVpc } from './brought-vpc';
import { Checks } from '../core/checks';
import { InvalidProps, shown } from '../core/invalid-props';

/** The subnets of a VPC that workloads run in. */
export function subnetsOf({ vpc, subnets }: BroughtVpc): ec2.ISubnet[] {
  if (subnets !== undefined) {
    return selected(vpc, subnets);
  }
  return vpc.isolatedSubnets.length > 0 ? vpc.isolatedSubnets : vpc.privateSubnets;
}

/** The CDK throws where there are none, and does not say in which prop. */
function selected(vpc: ec2.IVpc, subnets: ec2.SubnetSelection): ec2.ISubnet[] {
  try {
    return vpc.selectSubnets(subnets).subnets;
  } catch {
    throw new InvalidProps('SubnetSelection',
      '`subnets` must choose subnets that `vpc` has: got a choice that none of them fits; leave it out to take the isolated ones, or the private ones');
  }
}

/** Judges the subnets of a VPC that somebody brings, as far as they are known. */
export function checkSubnets(checks: Checks, { vpc }: BroughtVpc, subnets: readonly ec2.ISubnet[]): void {
  const ids = subnets.map(({ subnetId }) => subnetId);
  const open = vpc.publicSubnets.find(({ subnetId }) => ids.includes(subnetId));
  checks.report('PublicSubnet', open === undefined ? undefined
    : `\`subnets\` must not be public, so that nothing from the internet reaches a workload: got ${shown(open.node.path)}; choose isolated or private ones`);
  if (Token.isUnresolved(ids)) {
    return; // a list that only the deployment knows
  }
  if (ids.length < 2) {
    checks.report('TwoZones', tooFewZones('subnets', ids.length));
    return;
  }
  const zones = subnets.map(zoneOf);
  if (zones.every((zone) => zone !== undefined)) {
    checks.that('TwoZones', { zones }, (known) => {
      const count = new Set(known.zones).size;
      return count < 2 ? tooFewZones('subnets', count) : undefined;
    });
  }
}

/** The addresses of a VPC that somebody brings: who may reach the endpoints made in it. */
export function cidrOf(vpc: ec2.IVpc, checks: Checks): string {
  const made = vpc.node.defaultChild;
  if (ec2.CfnVPC.isCfnVPC(made) && made.cidrBlock !== undefined) {
    return made.cidrBlock; // the range itself and not the attribute, which packs could not judge
  }
  try {
    return vpc.vpcCidrBlock;
  } catch {
    checks.report('VpcCidrUnknown', '`vpc` must know its addresses, which decide who may reach the endpoints: got none; give `vpcCidrBlock` to `Vpc.fromVpcAttributes`');
    return '';
  }
}

/** An imported subnet throws when it is asked for a zone that nobody gave it. */
function zoneOf(subnet: ec2.ISubnet): string | undefined {
  try {
    return subnet.availabilityZone;
  } catch {
    return undefined;
  }
}

/** What to say when a network could not survive the loss of a zone. */
export function tooFewZones(prop: string, count: number): string {
  return `\`${prop}\` must give at least two zones, or the network is lost with one: got ${count}; choose subnets or a Region with more`;
}
