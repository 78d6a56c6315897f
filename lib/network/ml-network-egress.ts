import { aws_ec2 as ec2, Token } from 'aws-cdk-lib';
import { MOST_ZONES } from './address-plan';
import { Checks } from '../core/checks';
import { NUMBER } from '../core/kinds';
import { ownProps } from '../core/own-props';

/** How traffic leaves through NAT. */
export interface NatEgressOptions {
  /**
   * How many NAT gateways there are, from 1 to the number of zones; known at synth, because it decides what is made. With
   * fewer than one a zone, a zone without one pays for traffic between zones and loses its way out when the other fails.
   * @default - one in each zone
   */
  readonly gateways?: number;
}

/** Whether workloads may reach the internet. */
export class MlNetworkEgress {
  /** No way out: only the endpoints of AWS services can be reached. There is no internet gateway and no public subnet. */
  public static none(): MlNetworkEgress {
    return new MlNetworkEgress(false);
  }

  /**
   * Through NAT gateways in public subnets: workloads reach port 443 anywhere. That is also a way around the endpoint
   * policies, because a bucket in another region is reached through NAT and not through an endpoint. Each gateway is billed
   * by the hour and by the gigabyte, its address by the hour.
   *
   * Throws `NatGateways` for a number of gateways that no network can have, `WrongKind` for what is no number.
   */
  public static nat(options: NatEgressOptions = {}): MlNetworkEgress {
    const own = ownProps(options);
    new Checks().kinds(own, { gateways: NUMBER }).settle();
    return new MlNetworkEgress(true, own.gateways);
  }

  private constructor(private readonly open: boolean, private readonly gateways?: number) {
    const checks = new Checks();
    if (Token.isUnresolved(gateways)) {
      checks.report('NatGateways', '`gateways` must be known at synth, because it decides what is made: got a token; give a plain number');
    } else {
      checks.number('NatGateways', 'gateways', gateways, { min: 1, max: MOST_ZONES, whole: true, hint: 'use MlNetworkEgress.none() for no way out' });
    }
    checks.settle();
  }

  /** @internal */
  public _isOpen(): boolean {
    return this.open;
  }

  /** @internal */
  public _wrongFor(zones: number): string | undefined {
    return this.gateways !== undefined && this.gateways > zones
      ? `\`gateways\` must be at most one for each zone, here ${zones}: got ${this.gateways}; leave it out to have one in each` : undefined;
  }

  /**
   * Nothing means one in each zone.
   * @internal
   */
  public _gateways(): number | undefined {
    return this.open ? this.gateways : 0;
  }

  /**
   * Workloads are named alike whether there is a way out or not, so that asking for one does not replace their subnets.
   * @internal
   */
  public _subnets(): ec2.SubnetConfiguration[] {
    const { PRIVATE_ISOLATED, PRIVATE_WITH_EGRESS, PUBLIC } = ec2.SubnetType;
    const workloads = { name: 'Workload', subnetType: this.open ? PRIVATE_WITH_EGRESS : PRIVATE_ISOLATED };
    return this.open ? [workloads, { name: 'Public', subnetType: PUBLIC, mapPublicIpOnLaunch: false }] : [workloads];
  }
}
