import { APIGatewayClient, GetApiKeyCommand } from '@aws-sdk/client-api-gateway';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { CognitoIdentityProviderClient, DescribeUserPoolClientCommand } from '@aws-sdk/client-cognito-identity-provider';
import { S3Client } from '@aws-sdk/client-s3';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { fromNodeProviderChain } from '@aws-sdk/credential-providers';
import { Suspicion, toFailure } from './aws-trouble';
import { usage } from './failure';
import { known } from './known';

/** What the command line says about the caller. */
export interface Given {
  readonly region?: string;
  readonly profile?: string;
}

/** What a request is signed with. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

// the SDK's own warnings are for programmers; what goes wrong comes as an error
const say = () => undefined;
const QUIET = { trace: say, debug: say, info: say, warn: say, error: say };

/** What the AWS SDK does here: credentials from its default chain, and a few services. */
export class AwsAccess {
  private provider?: () => Promise<Credentials>;

  constructor(public readonly given: Given, private readonly askMfaCode: (serial: string) => Promise<string>) {}

  /** Of the default chain: environment, `--profile` or AWS_PROFILE, SSO, web identity, container, instance. */
  public async credentials(): Promise<Credentials> {
    try {
      this.provider ??= fromNodeProviderChain({ ...known({ profile: this.given.profile }), mfaCodeProvider: this.askMfaCode });
      return await this.provider();
    } catch (error) {
      const { profile } = this.given;
      const whose = profile === undefined ? '' : ` as the profile ${profile}`;
      throw toFailure(error, `to sign the request${whose}`, Suspicion.CREDENTIALS);
    }
  }

  /** That of `--region`, else as the SDK finds it: AWS_REGION, or the profile. */
  public async region(): Promise<string> {
    if (this.given.region !== undefined) {
      return this.given.region;
    }
    try {
      return await new SSMClient({ ...this.given }).config.region();
    } catch {
      const { profile } = this.given;
      const why = profile === undefined ? '' : `: there is no profile ${profile}, or it names none`;
      throw usage(`no AWS Region is known${why}; give --region, or set AWS_REGION`);
    }
  }

  /** The value of an SSM parameter, or nothing if there is none. */
  public async parameter(name: string): Promise<string | undefined> {
    const client = new SSMClient(await this.settings());
    try {
      const { Parameter } = await client.send(new GetParameterCommand({ Name: name }));
      return Parameter?.Value;
    } catch (error) {
      if (error instanceof Error && error.name === 'ParameterNotFound') {
        return undefined;
      }
      throw toFailure(error, `to read the SSM parameter ${name} in ${await this.region()}`);
    }
  }

  /** The outputs of a stack, or nothing if there is none. */
  public async outputs(stack: string): Promise<ReadonlyMap<string, string> | undefined> {
    const client = new CloudFormationClient(await this.settings());
    try {
      const { Stacks: [found] = [] } = await client.send(new DescribeStacksCommand({ StackName: stack }));
      return new Map((found?.Outputs ?? []).map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]));
    } catch (error) {
      if (error instanceof Error && error.name === 'ValidationError' && /does not exist/.test(error.message)) {
        return undefined;
      }
      throw toFailure(error, `to describe the stack ${stack} in ${await this.region()}`);
    }
  }

  /** The secret of a client of a user pool; nothing if the client has none. Whoever may ask this may be that client. */
  public async clientSecret(region: string, userPoolId: string, clientId: string): Promise<string | undefined> {
    const client = new CognitoIdentityProviderClient({ ...await this.settings(), region });
    try {
      const asked = new DescribeUserPoolClientCommand({ UserPoolId: userPoolId, ClientId: clientId });
      return (await client.send(asked)).UserPoolClient?.ClientSecret;
    } catch (error) {
      throw toFailure(error, `to ask the user pool ${userPoolId} for the secret of the client ${clientId}`);
    }
  }

  /** The value of a key of API Gateway. */
  public async apiKey(region: string, id: string): Promise<string | undefined> {
    const client = new APIGatewayClient({ ...await this.settings(), region });
    try {
      return (await client.send(new GetApiKeyCommand({ apiKey: id, includeValue: true }))).value;
    } catch (error) {
      throw toFailure(error, `to ask API Gateway for the value of the key ${id}`);
    }
  }

  /** S3 in the Region of the registry. */
  public s3(region: string): S3Client {
    return new S3Client({
      region,
      logger: QUIET,
      credentials: () => this.credentials(),
      // tests have a server of their own, which knows no name for each bucket
      forcePathStyle: process.env.AWS_ENDPOINT_URL_S3 !== undefined,
    });
  }

  private async settings() {
    return { region: await this.region(), logger: QUIET, credentials: () => this.credentials() };
  }
}
