import { aws_ec2 as ec2, aws_logs as logs, Stack, Token } from 'aws-cdk-lib';
import { Construct, IConstruct, IDependable } from 'constructs';
import { AddressPlan, MOST_ZONES, wrongPlannedRange, wrongRange } from './address-plan';
import { checkSubnets, cidrOf, subnetsOf, tooFewZones } from './brought-subnets';
import { BroughtVpc } from './brought-vpc';
import { FlowLogs } from './flow-logs';
import { InterfaceEndpoint } from './interface-endpoint';
import { MlNetworkEgress } from './ml-network-egress';
import { MlNetworkProps } from './ml-network-props';
import { checkEndpoints, NetworkEndpoints } from './network-endpoints';
import { BROUGHT_KINDS, NETWORK_KINDS, networkElsewhere } from './network-kind';
import { acknowledge, inRegulatedPacks } from '../core/acknowledge';
import { Checks } from '../core/checks';
import { shown } from '../core/invalid-props';
import { checkRetention } from '../core/log-retention';
import { ownProps } from '../core/own-props';

/** A place for ML workloads to run in, made here or brought by you. */
export interface IMlNetwork extends IConstruct {
  /** The VPC, for everything this interface does not say. */
  readonly vpc: ec2.IVpc;
  /** Where workloads run, in at least two zones. */
  readonly subnets: ec2.ISubnet[];
  /**
   * Makes a security group for one workload: nobody may call it, and it may call out with HTTPS only. Where that leads is
   * decided by the subnets' routes: without NAT, to the endpoints and nowhere else. What uses the group is made after the
   * network's endpoints and deleted before them.
   *
   * Throws `SecurityGroupDescription` for a description that EC2 refuses, `NetworkElsewhere` when `scope` is in another account
   * or Region.
   *
   * @param scope the construct that the group belongs to
   * @param id the group's id in that construct
   * @param description what the group is for, in at most 255 characters; a change replaces the group
   */
  workloadSecurityGroup(scope: Construct, id: string, description: string): ec2.ISecurityGroup;
}

abstract class MlNetworkBase extends Construct implements IMlNetwork {
  public abstract readonly vpc: ec2.IVpc;
  public abstract readonly subnets: ec2.ISubnet[];
  /** @internal */
  public readonly _waysOut: IDependable[] = [];

  public workloadSecurityGroup(scope: Construct, id: string, description: string): ec2.ISecurityGroup {
    const checks = new Checks().that('SecurityGroupDescription', { description }, (known) => wrongDescription(known.description))
      .report('NetworkElsewhere', networkElsewhere(scope, this));
    checks.settle(scope);
    const group = new ec2.SecurityGroup(scope, id, { vpc: this.vpc, description, allowAllOutbound: false });
    // the gateways' addresses are known only by a lookup; the subnets' routes decide how far this goes
    group.addEgressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(443), 'HTTPS, to wherever the routes lead');
    // so that a workload starts after the doors that it needs to start, and is gone before they go
    group.node.addDependency(...this._waysOut);
    return group;
  }
}

/**
 * A VPC over two or more zones whose workloads reach AWS services and nothing else. It makes the VPC, isolated subnets,
 * gateways to S3 and DynamoDB, interface endpoints, encrypted flow logs, and a function that empties the default security
 * group. Every endpoint lets only this account's callers act on this account's resources.
 *
 * Costs: interface endpoints by the hour and zone, their traffic and the flow logs by the gigabyte, one KMS key; NAT if asked.
 *
 * Throws `CidrRange`, `MaxAzs`, `NatGateways`, `EndpointTwice`, `TrustedImageAccount`, `TwoZones` or `LogRetention`, all problems
 * at once; before them `WrongKind`.
 */
export class MlNetwork extends MlNetworkBase {
  /**
   * Uses a VPC that you have, and makes nothing in it unless asked.
   *
   * Throws `PublicSubnet`, `TwoZones`, `EndpointTwice`, `TrustedImageAccount` or `VpcCidrUnknown`, all problems at once; before
   * them `WrongKind` or `SubnetSelection`.
   */
  public static fromVpc(scope: Construct, id: string, given: BroughtVpc): IMlNetwork {
    const brought = ownProps(given);
    new Checks().kinds(brought, BROUGHT_KINDS).settle();
    class Brought extends MlNetworkBase {
      public readonly vpc = brought.vpc;
      public readonly subnets = subnetsOf(brought);
    }
    const network = new Brought(scope, id);
    const { vpc, gatewayEndpoints: gateways = false, interfaceEndpoints: interfaces = [], trustedImageAccounts = [] } = brought;
    const checks = new Checks();
    checkSubnets(checks, brought, network.subnets);
    checkEndpoints(checks, interfaces, trustedImageAccounts);
    const cidr = interfaces.length > 0 ? cidrOf(vpc, checks) : '';
    checks.settle(network);
    if (gateways || interfaces.length > 0) {
      const { subnets } = network;
      const endpoints = new NetworkEndpoints(network, 'Endpoints', { vpc, subnets, cidr, gateways, interfaces, trustedImageAccounts });
      network._waysOut.push(endpoints);
    }
    return network;
  }

  public readonly vpc: ec2.IVpc;
  public readonly subnets: ec2.ISubnet[];
  private readonly doors: readonly InterfaceEndpoint[];
  private readonly isOpen: boolean;

  constructor(scope: Construct, id: string, given: MlNetworkProps = {}) {
    super(scope, id);
    const props = ownProps(given);
    new Checks().kinds(props, NETWORK_KINDS).settle(this);
    const { cidr = '10.0.0.0/16', maxAzs = 2, egress = MlNetworkEgress.none(), trustedImageAccounts = [] } = props;
    const interfaces = props.interfaceEndpoints ?? InterfaceEndpoint.defaults();
    this.checkProps({ cidr, maxAzs, egress, interfaces, trustedImageAccounts, flowLogRetention: props.flowLogRetention });
    this.doors = [...interfaces];
    this.isOpen = egress._isOpen();
    const vpc = this.createVpc(cidr, maxAzs, egress);
    this.vpc = vpc;
    this.subnets = this.isOpen ? vpc.privateSubnets : vpc.isolatedSubnets;
    const { subnets } = this;
    const endpoints = new NetworkEndpoints(this, 'Endpoints', { vpc, subnets, cidr, gateways: true, interfaces, trustedImageAccounts });
    this._waysOut.push(endpoints, ...subnets.map(({ internetConnectivityEstablished }) => internetConnectivityEstablished));
    new FlowLogs(this, 'FlowLogs', { vpc, retention: props.flowLogRetention ?? logs.RetentionDays.ONE_YEAR });
  }

  /**
   * Those of `wanted` whose service nothing in this network leads to.
   * @internal
   */
  public _lacks(wanted: readonly InterfaceEndpoint[]): InterfaceEndpoint[] {
    const there = this.doors.map(({ serviceName }) => serviceName);
    return this.isOpen ? [] : wanted.filter(({ serviceName }) => !there.includes(serviceName));
  }

  private checkProps({ cidr, maxAzs, egress, interfaces, trustedImageAccounts, flowLogRetention }: Judged): void {
    const checks = new Checks().that('CidrRange', { cidr }, (known) => wrongRange(known.cidr));
    if (Token.isUnresolved(cidr)) {
      checks.that('CidrRange', { cidr }, (known) => wrongPlannedRange(known.cidr));
    }
    if (Token.isUnresolved(maxAzs)) {
      checks.report('MaxAzs', '`maxAzs` must be known at synth, because it decides what is made: got a token; give a plain number');
    } else {
      const seen = Stack.of(this).availabilityZones.length;
      const range = { min: 2, max: MOST_ZONES, whole: true, hint: 'endpoints and workloads must survive the loss of a zone' };
      checks.number('MaxAzs', 'maxAzs', maxAzs, range)
        .report('TwoZones', seen < 2 ? tooFewZones('maxAzs', seen) : undefined)
        // not against the zones seen: before the first look-up a stack sees three stand-ins
        .report('NatGateways', egress._wrongFor(maxAzs));
    }
    checkEndpoints(checks, interfaces, trustedImageAccounts);
    checkRetention(checks, 'flowLogRetention', flowLogRetention).settle(this);
  }

  private createVpc(cidr: string, maxAzs: number, egress: MlNetworkEgress): ec2.Vpc {
    const vpc = new ec2.Vpc(this, 'Resource', {
      ipAddresses: new AddressPlan(cidr),
      maxAzs,
      subnetConfiguration: egress._subnets(),
      natGateways: egress._gateways(),
      // CloudFormation cannot remove the rules that EC2 puts into a default security group: this is CDK's function for it
      restrictDefaultSecurityGroup: true,
    });
    vpc.publicSubnets.forEach((subnet) => acknowledge(subnet.node.findChild('DefaultRoute'), {
      rules: inRegulatedPacks('VPCNoUnrestrictedRouteToIGW'),
      reason: 'NAT was asked for: this subnet holds a NAT gateway and nothing else, gives out no public addresses, and lets nothing in.',
    }));
    return vpc;
  }
}

/** What a network is judged by. */
interface Judged {
  readonly cidr: string;
  readonly maxAzs: number;
  readonly egress: MlNetworkEgress;
  readonly interfaces: readonly InterfaceEndpoint[];
  readonly trustedImageAccounts: readonly string[];
  readonly flowLogRetention?: logs.RetentionDays;
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html (GroupDescription) */
function wrongDescription(description: unknown): string | undefined {
  return typeof description === 'string' && /^[a-zA-Z0-9. _\-:/()#,@[\]+=&;{}!$*]{2,255}$/.test(description) ? undefined
    : `\`description\` must be 2 to 255 characters out of letters, digits, spaces and ._-:/()#,@[]+=&;{}!$*: got ${shown(description)}`;
}
