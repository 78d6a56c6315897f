import { aws_logs as logs, aws_wafv2 as wafv2, Stack, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { firewallBodies, firewallRules, WINDOW_SECONDS } from './firewall-rules';
import { Checks } from '../core/checks';
import { shown } from '../core/invalid-props';
import { ownProps } from '../core/own-props';

/** What the firewall of an API lets through. */
export interface ManagedFirewallOptions {
  /**
   * Requests from one address in five minutes, from 10 to 2,000,000,000; more get 429. All programs behind one NAT gateway have
   * one address.
   * @default 10000
   */
  readonly requestsPerIp?: number;
  /**
   * Requests with one API key in five minutes, from 10; more get 429. Not asked when callers sign with AWS credentials.
   * @default 30000
   */
  readonly requestsPerClient?: number;
  /**
   * Rules of AWS's managed sets that only count, because they mistake your input for an attack, e.g. `CrossSiteScripting_BODY`
   * for a model that reads HTML. `SizeRestrictions_BODY`, which stops bodies above 8 KB, always only counts.
   * @default - all other rules stop what they find
   */
  readonly countOnly?: string[];
}

/** Where the firewall of an API stands. */
interface Guarded {
  readonly stageArn: string;
  readonly logs: logs.ILogGroup;
  /** Whether callers send a key. */
  readonly keys: boolean;
}

const MOST_REQUESTS = 2_000_000_000;
/** The most that WAF can be asked to read of a body here; of what lies behind, no rule knows. */
const INSPECTED_BODY = 'KB_64';

/** What stops requests before the gateway looks at them. */
export class ApiFirewall {
  /**
   * Rates by address and by key, the size that `Content-Length` tells, and AWS's managed sets for common attacks and known
   * bad inputs. WAF reads the first 64 KB of a body. Costs: the ACL, five rules, requests, and again those above 16 KB.
   */
  public static managed(options: ManagedFirewallOptions = {}): ApiFirewall {
    const { requestsPerIp = 10_000, requestsPerClient = 30_000, countOnly = [] } = ownProps(options);
    const range = { min: 10, max: MOST_REQUESTS, whole: true, unit: 'requests in five minutes' };
    const checks = new Checks()
      .number('RequestsPerIp', 'requestsPerIp', requestsPerIp, range)
      .number('RequestsPerClient', 'requestsPerClient', requestsPerClient, range);
    for (const name of countOnly) {
      checks.report('CountOnlyRule', typeof name === 'string' && /^[A-Za-z0-9_]{1,128}$/.test(name) ? undefined
        : `\`countOnly\` must name rules of the managed sets: got ${shown(name)}; write CrossSiteScripting_BODY`);
    }
    checks.settle();
    return new ApiFirewall({ requestsPerIp, requestsPerClient, countOnly: ['SizeRestrictions_BODY', ...countOnly] }, undefined, checks);
  }

  /**
   * A regional web ACL of yours; its rules and logs stay yours. The managed common rules stop bodies above 8 KB unless
   * `SizeRestrictions_BODY` only counts.
   */
  public static brought(webAclArn: string): ApiFirewall {
    const checks = new Checks().that('WebAclArn', { webAclArn }, ({ webAclArn: arn }) =>
      typeof arn === 'string' && /^arn:[a-z-]+:wafv2:[a-z0-9-]+:[0-9]{12}:regional\/webacl\/[^/]+\/[^/]+$/.test(arn) ? undefined
        : `\`webAclArn\` must be the ARN of a regional web ACL: got ${shown(arn)}; an ACL of CloudFront cannot guard this API`);
    checks.settle();
    return new ApiFirewall(undefined, webAclArn, checks);
  }

  private constructor(
    private readonly rules: Required<ManagedFirewallOptions> | undefined,
    private readonly webAclArn: string | undefined,
    private readonly checks: Checks,
  ) {}

  /**
   * Requests in a second that pass with one key, over five minutes; nothing when somebody else's rules say so.
   * @internal
   */
  public get _ratePerKey(): number | undefined {
    const limit = this.rules?.requestsPerClient;
    return limit === undefined || Token.isUnresolved(limit) ? undefined : limit / WINDOW_SECONDS;
  }

  /** @internal */
  public _guard(scope: Construct, guarded: Guarded): void {
    this.checks.settle(scope);
    new wafv2.CfnWebACLAssociation(scope, 'Association', {
      resourceArn: guarded.stageArn, webAclArn: this.webAclArn ?? this.createAcl(scope, guarded),
    });
  }

  private createAcl(scope: Construct, { logs: logGroup, keys }: Guarded): string {
    const { requestsPerIp, requestsPerClient, countOnly } = this.rules!; // made by `managed`
    const acl = new wafv2.CfnWebACL(scope, 'Resource', {
      scope: 'REGIONAL',
      description: 'Guards an inference API',
      defaultAction: { allow: {} },
      visibilityConfig: { cloudWatchMetricsEnabled: true, metricName: 'InferenceApi', sampledRequestsEnabled: false },
      associationConfig: { requestBody: { API_GATEWAY: { defaultSizeInspectionLimit: INSPECTED_BODY } } },
      customResponseBodies: firewallBodies(),
      rules: firewallRules({ requestsPerIp, requestsPerClient: keys ? requestsPerClient : undefined, countOnly }),
    });
    new wafv2.CfnLoggingConfiguration(scope, 'Logs', {
      resourceArn: acl.attrArn,
      logDestinationConfigs: [destinationArn(scope, logGroup)],
      redactedFields: ['authorization', 'x-api-key', 'x-amz-security-token'].map((name) => ({ singleHeader: { Name: name } })),
    });
    return acl.attrArn;
  }
}

/** WAF wants the ARN of the group without the `:*` that CloudFormation puts at its end. */
function destinationArn(scope: Construct, { logGroupName }: logs.ILogGroup): string {
  const { partition, region, account } = Stack.of(scope);
  return `arn:${partition}:logs:${region}:${account}:log-group:${logGroupName}`;
}
