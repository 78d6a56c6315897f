import { aws_ec2 as ec2, aws_iam as iam, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { dynamoDbStatements, s3Statements } from './endpoint-policies';
import { InterfaceEndpoint } from './interface-endpoint';
import { acknowledge, inRegulatedPacks } from '../core/acknowledge';
import { Checks } from '../core/checks';
import { shown } from '../core/invalid-props';

/** Which endpoints are put where. */
export interface NetworkEndpointsProps {
  readonly vpc: ec2.IVpc;
  /** Where the interface endpoints have their addresses, and whose routes lead to the gateways. */
  readonly subnets: ec2.ISubnet[];
  /** Who may reach the interface endpoints. */
  readonly cidr: string;
  readonly gateways: boolean;
  readonly interfaces: readonly InterfaceEndpoint[];
  readonly trustedImageAccounts: readonly string[];
}

/** The doors of a network, each with its policy. */
export class NetworkEndpoints extends Construct {
  constructor(scope: Construct, id: string, props: NetworkEndpointsProps) {
    super(scope, id);
    if (props.gateways) {
      const { S3, DYNAMODB } = ec2.GatewayVpcEndpointAwsService;
      this.createGateway('S3Gateway', S3, props, s3Statements());
      this.createGateway('DynamoDbGateway', DYNAMODB, props, dynamoDbStatements());
    }
    if (props.interfaces.length > 0) {
      const securityGroup = this.createSecurityGroup(props);
      props.interfaces.forEach((endpoint) => this.createInterface(endpoint, props, securityGroup));
    }
  }

  private createGateway(
    id: string, service: ec2.GatewayVpcEndpointAwsService, props: NetworkEndpointsProps, statements: iam.PolicyStatement[],
  ): void {
    const { vpc, subnets } = props;
    const gateway = new ec2.GatewayVpcEndpoint(this, id, { vpc, service, subnets: [{ subnets }] });
    statements.forEach((statement) => gateway.addToPolicy(statement));
  }

  private createSecurityGroup({ vpc, cidr }: NetworkEndpointsProps): ec2.SecurityGroup {
    const securityGroup = new ec2.SecurityGroup(this, 'SecurityGroup', {
      vpc, description: 'Endpoints of AWS services: HTTPS from inside the network', allowAllOutbound: false,
    });
    securityGroup.addIngressRule(ec2.Peer.ipv4(cidr), ec2.Port.tcp(443), 'HTTPS from inside the network');
    if (Token.isUnresolved(cidr)) {
      const reason = 'HTTPS from the addresses of this VPC and no others; only the deployment knows them, so the rule cannot tell.';
      acknowledge(securityGroup,
        { rules: ['AwsSolutions-EC23'], reason },
        { rules: inRegulatedPacks('EC2RestrictedCommonPorts'), reason },
        { rules: inRegulatedPacks('EC2RestrictedSSH'), reason });
    }
    return securityGroup;
  }

  private createInterface(endpoint: InterfaceEndpoint, props: NetworkEndpointsProps, securityGroup: ec2.SecurityGroup): void {
    const { vpc, subnets, trustedImageAccounts } = props;
    endpoint._settle(this);
    const door = new ec2.InterfaceVpcEndpoint(this, idOf(endpoint), {
      vpc,
      service: endpoint._service(),
      subnets: { subnets },
      securityGroups: [securityGroup],
      open: false, // the group above says who may reach it
      privateDnsEnabled: true,
    });
    endpoint._statements(trustedImageAccounts).forEach((statement) => door.addToPolicy(statement));
  }
}

/** Judges what a user says of endpoints. */
export function checkEndpoints(
  checks: Checks, interfaces: readonly InterfaceEndpoint[], trustedImageAccounts: readonly string[],
): void {
  checks.that('EndpointTwice', { names: interfaces.map(({ serviceName }) => serviceName) }, ({ names }) => {
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    return twice === undefined ? undefined
      : `\`interfaceEndpoints\` must name each service once, because a name leads to one endpoint: got ${shown(twice)} twice; remove one`;
  });
  trustedImageAccounts.forEach((account) => checks.that('TrustedImageAccount', { account }, (known) =>
    typeof known.account === 'string' && /^\d{12}$/.test(known.account) ? undefined
      : `\`trustedImageAccounts\` must be account ids of twelve digits, as text: got ${shown(known.account)}`));
}

/** `sagemaker.api` becomes `SagemakerApi`; the id decides the logical id, so it depends on the service alone. */
function idOf({ serviceName }: InterfaceEndpoint): string {
  return serviceName.split(/[^A-Za-z0-9]+/).map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}
