import { aws_ec2 as ec2, Fn, Token } from 'aws-cdk-lib';
import { shown } from '../core/invalid-props';

/** The largest and the smallest network, as prefix lengths; EC2 takes nothing larger than /16. */
const LARGEST = 16;
const SMALLEST = 22;
/** The network is cut into eighths: six for workloads, one a zone, a spare one, and the last for public subnets. */
const PARTS = 8;
const PARTS_BITS = 3;
const PUBLIC_PART = 7;
/** The most zones a region has, and what the plan has room for. */
export const MOST_ZONES = 6;
/** EC2's smallest subnet is a /28; a public subnet holds one NAT gateway and nothing else. */
const PUBLIC_HOST_BITS = 4;

/**
 * Gives each subnet a range that depends on its zone's place and on nothing else: a further zone or a NAT gateway never
 * moves a subnet that exists, which would replace it and everything in it.
 */
export class AddressPlan implements ec2.IIpAddresses {
  constructor(private readonly cidr: string) {}

  public allocateVpcCidr(): ec2.VpcIpamOptions {
    return { cidrBlock: this.cidr };
  }

  public allocateSubnetsCidr({ requestedSubnets }: ec2.AllocateCidrRequest): ec2.SubnetIpamOptions {
    const zonesSeen = new Map<string, number>();
    return {
      allocatedSubnets: requestedSubnets.map(({ configuration: { name, subnetType } }) => {
        const zone = zonesSeen.get(name) ?? 0;
        zonesSeen.set(name, zone + 1);
        return { cidr: subnetType === ec2.SubnetType.PUBLIC ? this.publicRange(zone) : this.part(zone) };
      }),
    };
  }

  private part(index: number): string {
    // what only the deployment knows is taken for a /16
    const hostBits = 32 - this.prefix() - PARTS_BITS;
    return this.cut(this.cidr, PARTS, hostBits, index);
  }

  private publicRange(zone: number): string {
    return this.cut(this.part(PUBLIC_PART), PARTS, PUBLIC_HOST_BITS, zone);
  }

  private prefix(): number {
    return Token.isUnresolved(this.cidr) ? LARGEST : Number(this.cidr.split('/')[1]);
  }

  private cut(range: string, count: number, hostBits: number, index: number): string {
    if (Token.isUnresolved(range)) {
      return Fn.select(index, Fn.cidr(range, count, String(hostBits)));
    }
    return `${dotted(numeric(range.split('/')[0]) + index * 2 ** hostBits)}/${32 - hostBits}`;
  }
}

/** Says what is wrong with a network's range, or nothing. */
export function wrongRange(cidr: unknown): string | undefined {
  const rule = `\`cidr\` must be an IPv4 range from /${LARGEST} to /${SMALLEST}, e.g. '10.0.0.0/16'`;
  if (typeof cidr !== 'string' || !/^(\d{1,3}\.){3}\d{1,3}\/\d{1,2}$/.test(cidr)) {
    return `${rule}: got ${shown(cidr)}`;
  }
  const [address, prefix] = cidr.split('/');
  const parts = [...address.split('.'), prefix];
  if (parts.some((part) => String(Number(part)) !== part) || address.split('.').some((octet) => Number(octet) > 255)) {
    return `${rule}, numbers without leading zeros, each part of the address at most 255: got ${shown(cidr)}`;
  }
  if (Number(prefix) < LARGEST || Number(prefix) > SMALLEST) {
    return `${rule}; a smaller one has no room for six zones of endpoints and instances: got ${shown(cidr)}`;
  }
  const first = numeric(address) - (numeric(address) % 2 ** (32 - Number(prefix)));
  if (first !== numeric(address)) {
    return `\`cidr\` must begin at the first address of its range: got ${shown(cidr)}; use '${dotted(first)}/${prefix}'`;
  }
  // https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html: Docker's bridge uses it, SageMaker with it
  if (address.startsWith('172.17.')) {
    return `\`cidr\` must not lie in 172.17.0.0/16, which SageMaker uses inside its instances: got ${shown(cidr)}`;
  }
  return undefined;
}

/** Says what is wrong with a range that was a token while the subnets were planned, or nothing. */
export function wrongPlannedRange(cidr: string): string | undefined {
  return cidr.endsWith(`/${LARGEST}`) ? undefined
    : `\`cidr\` as a token must stand for a /${LARGEST}, because its subnets are planned before it is known: got ${shown(cidr)}; give it as plain text`;
}

function numeric(address: string): number {
  return address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
}

function dotted(address: number): string {
  return [24, 16, 8, 0].map((bits) => Math.floor(address / 2 ** bits) % 256).join('.');
}
