import { aws_cognito as cognito } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { Checks } from '../core/checks';
import { shown } from '../core/invalid-props';
import { ownProps } from '../core/own-props';

/** How the user pool of an API is made. */
export interface CognitoOptions {
  /**
   * The first part of the host where tokens are issued, unique in the Region: 1 to 63 characters of a-z, 0-9 and -, without
   * `aws`, `amazon` or `cognito`. Changing it changes the address that every client asks for tokens.
   * @default - made from the construct's path and the stack's id
   */
  readonly domainPrefix?: string;
  /**
   * Whether Cognito watches the sign-in of people for stolen passwords and unusual places. It needs the plan Plus, which is
   * billed by the user who signs in. Machine clients sign nobody in: Cognito does not watch them.
   * @default true
   */
  readonly threatProtection?: boolean;
}

/** A user pool that exists already. */
export interface UserPoolOptions {
  /**
   * Where the pool issues tokens: `https://` and a host, without a path. It is the pool's own domain, or the custom one.
   */
  readonly loginUrl: string;
}

/** Who may call an API, and how the gateway knows. */
export class ApiAuth {
  /**
   * Access tokens of a new user pool: people need a second factor, nobody signs up by himself, and the pool cannot be deleted
   * by accident. Clients are made by `addClient` and `addWebClient`.
   */
  public static cognito(options: CognitoOptions = {}): ApiAuth {
    const { domainPrefix, threatProtection = true } = ownProps(options);
    const checks = new Checks().that('DomainPrefix', { domainPrefix }, ({ domainPrefix: prefix }) =>
      prefix === undefined ? undefined : prefixProblem(prefix));
    return new ApiAuth('cognito', checks, { domainPrefix, threatProtection });
  }

  /**
   * Access tokens of a user pool of yours. Its second factor, sign-up and plan stay as they are; the resource server and the
   * clients are made in it.
   */
  public static userPool(pool: cognito.IUserPool, options: UserPoolOptions): ApiAuth {
    const { loginUrl } = ownProps(options);
    const checks = new Checks().that('LoginUrl', { loginUrl }, ({ loginUrl: url }) => typeof url === 'string' && /^https:\/\/[a-z0-9.-]+$/.test(url) ? undefined
      : `\`loginUrl\` must be https:// and a host, without a path: got ${shown(url)}; write https://login.example.com`);
    return new ApiAuth('cognito', checks, undefined, { pool, loginUrl });
  }

  /**
   * Requests signed with AWS credentials (SigV4). Callers are roles that `grantInvoke` names; there are no clients, no keys and
   * no limits per client.
   */
  public static iam(): ApiAuth {
    return new ApiAuth('iam', new Checks());
  }

  private constructor(
    /** @internal */
    public readonly _kind: 'cognito' | 'iam',
    private readonly checks: Checks,
    /** @internal */
    public readonly _made?: Required<Pick<CognitoOptions, 'threatProtection'>> & CognitoOptions,
    /** @internal */
    public readonly _brought?: { readonly pool: cognito.IUserPool; readonly loginUrl: string },
  ) {
    checks.settle();
  }

  /** @internal */
  public _settle(scope: Construct): void {
    this.checks.settle(scope);
  }
}

/** https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-assign-domain-prefix.html */
function prefixProblem(prefix: string): string | undefined {
  const fits = typeof prefix === 'string' && /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(prefix)
    && !/aws|amazon|cognito/.test(prefix);
  return fits ? undefined : '`domainPrefix` must be 1 to 63 characters of a-z, 0-9 and inner -, without aws, amazon or cognito: '
    + `got ${shown(prefix)}; write the name of your team and of the API`;
}
