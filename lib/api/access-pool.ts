import { createHash } from 'node:crypto';
import { aws_cognito as cognito, Aws, Duration, Fn, RemovalPolicy } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { ApiAuth } from './api-auth';

/** What a pool is asked for. */
export interface AccessPoolProps {
  readonly auth: ApiAuth;
  /** What scopes begin with. */
  readonly serverId: string;
  /** One for each route and verb. */
  readonly scopes: ReadonlyArray<{ readonly name: string; readonly description: string }>;
}

/**
 * Who issues the tokens of an API: a user pool, its host, and the resource server that has the scopes. Costs: people who sign
 * in each month (more with threat protection), tokens that machine clients ask for.
 */
export class AccessPool extends Construct {
  public readonly pool: cognito.IUserPool;
  /** Where tokens are asked for. */
  public readonly tokenUrl: string;
  /** What a client has to wait for: Cognito refuses scopes that it does not know. */
  public readonly resourceServer: cognito.CfnUserPoolResourceServer;

  constructor(scope: Construct, id: string, { auth, serverId, scopes }: AccessPoolProps) {
    super(scope, id);
    this.pool = auth._brought?.pool ?? this.createPool(auth._made!.threatProtection); // one of both
    const loginUrl = auth._brought?.loginUrl ?? this.createDomain(auth._made!.domainPrefix).baseUrl();
    this.tokenUrl = `${loginUrl}/oauth2/token`;
    // the L1, because the order of scopes is ours and its ids are not made from their names
    this.resourceServer = new cognito.CfnUserPoolResourceServer(this, 'Scopes', {
      userPoolId: this.pool.userPoolId,
      identifier: serverId,
      name: serverId,
      scopes: scopes.map(({ name, description }) => ({ scopeName: name, scopeDescription: description })),
    });
  }

  private createPool(threatProtection: boolean): cognito.UserPool {
    return new cognito.UserPool(this, 'Resource', {
      selfSignUpEnabled: false,
      signInAliases: { email: true },
      signInCaseSensitive: false,
      autoVerify: { email: true },
      accountRecovery: cognito.AccountRecovery.EMAIL_ONLY,
      mfa: cognito.Mfa.REQUIRED,
      mfaSecondFactor: { otp: true, sms: false }, // text messages can be redirected
      passwordPolicy: {
        minLength: 14,
        requireDigits: true,
        requireLowercase: true,
        requireUppercase: true,
        requireSymbols: true,
        tempPasswordValidity: Duration.days(1),
      },
      keepOriginal: { email: true },
      featurePlan: threatProtection ? cognito.FeaturePlan.PLUS : cognito.FeaturePlan.ESSENTIALS,
      standardThreatProtectionMode: threatProtection ? cognito.StandardThreatProtectionMode.FULL_FUNCTION : undefined,
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }

  /** A prefix is unique in a Region, so it holds a part of the stack's id; hex digits cannot spell a forbidden word. */
  private createDomain(prefix: string | undefined): cognito.UserPoolDomain {
    const ofPath = createHash('sha256').update(this.node.path).digest('hex').slice(0, 8);
    const ofStack = Fn.select(0, Fn.split('-', Fn.select(2, Fn.split('/', Aws.STACK_ID))));
    return new cognito.UserPoolDomain(this, 'Domain', {
      userPool: this.pool, cognitoDomain: { domainPrefix: prefix ?? `ml-${ofPath}-${ofStack}` },
    });
  }
}
