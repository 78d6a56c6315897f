import { aws_apigateway as apigateway, aws_certificatemanager as acm, aws_route53 as route53, aws_route53_targets as targets, aws_s3 as s3 } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { Checks } from '../core/checks';
import { shown } from '../core/invalid-props';
import { ownProps } from '../core/own-props';

/** The certificates that callers may come with (mutual TLS). */
export interface ClientCertificates {
  /** Where the trust store lies. It must have versions; API Gateway reads it when the domain is made or changed. */
  readonly bucket: s3.IBucket;
  /** The PEM file of the authorities that sign clients, e.g. `truststore.pem`. */
  readonly key: string;
  /**
   * The version of the file. A new version of the file takes effect when this changes, and not before.
   * @default - the one that is newest when the domain is made
   */
  readonly version?: string;
}

/** The name of an API on the internet. */
export interface ApiDomainOptions {
  /** In lower case, e.g. `inference.example.com`. */
  readonly domainName: string;
  /** For that name, in the Region of the API. */
  readonly certificate: acm.ICertificate;
  /**
   * The zone that gets an alias record.
   * @default - none: point the name at `domainTarget` yourself
   */
  readonly hostedZone?: route53.IHostedZone;
  /**
   * Asks callers for a certificate as well as a token.
   * @default - the token alone
   */
  readonly clientCertificates?: ClientCertificates;
}

/** A domain of yours in front of an API. The `execute-api` host is closed then: it would go around the client certificates. */
export class ApiDomain {
  public static of(options: ApiDomainOptions): ApiDomain {
    const own = ownProps(options);
    const checks = new Checks()
      .that('DomainName', { domainName: own.domainName }, ({ domainName }) => domainProblem(domainName))
      .that('TrustStoreKey', { key: own.clientCertificates?.key }, ({ key }) => key === undefined || /^[A-Za-z0-9._/-]{1,1024}$/.test(key)
        ? undefined : `\`clientCertificates.key\` must be the key of a PEM file: got ${shown(key)}; write truststore.pem`);
    checks.settle();
    return new ApiDomain(own, checks);
  }

  private constructor(
    /** @internal */
    public readonly _options: ApiDomainOptions,
    private readonly checks: Checks,
  ) {}

  /** @internal */
  public _bind(scope: Construct, api: apigateway.RestApi): apigateway.DomainName {
    this.checks.settle(scope);
    const { domainName, certificate, hostedZone, clientCertificates } = this._options;
    const domain = new apigateway.DomainName(scope, 'Resource', {
      domainName,
      certificate,
      endpointType: apigateway.EndpointType.REGIONAL,
      securityPolicy: apigateway.SecurityPolicy.TLS_1_2, // 1.2 and 1.3, and mutual TLS
      mtls: clientCertificates,
      mapping: api,
    });
    if (hostedZone !== undefined) {
      const target = route53.RecordTarget.fromAlias(new targets.ApiGatewayDomain(domain));
      new route53.ARecord(scope, 'Alias', { zone: hostedZone, recordName: `${domainName}.`, target });
    }
    return domain;
  }
}

function domainProblem(domainName: string): string | undefined {
  const fits = typeof domainName === 'string' && domainName.length <= 253
    && /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/.test(domainName);
  return fits ? undefined : `\`domainName\` must be a host name in lower case: got ${shown(domainName)}; write inference.example.com`;
}
