import { CfnOutput, Stack, StackProps } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { ApiAuth, ApiClientOptions, ApiDomain, ApiEndpoint, InferenceApi } from '../api';
import { API_ADDRESS_OUTPUT, DEFAULT_API_NAME } from '../api/runtime/contract';
import { IModelEndpoint } from '../serving';

/** What an `InferenceApiStack` is made from. */
export interface InferenceApiStackProps extends StackProps {
  /**
   * Real-time endpoints that take and give JSON, each under its own name. Together with `routes` 1 to 25.
   * @default - only those in `routes`
   */
  readonly endpoints?: IModelEndpoint[];
  /**
   * Endpoints that are called in another way.
   * @default - only those in `endpoints`
   */
  readonly routes?: ApiEndpoint[];
  /**
   * The name in scopes, metrics and parameters: the `mlp` command finds the API by it.
   * @default 'models'
   */
  readonly apiName?: string;
  /**
   * Programs that may call, by name.
   * @default - none: `api.addClient` makes one
   */
  readonly clients?: { [name: string]: ApiClientOptions };
  /**
   * Who may call.
   * @default ApiAuth.cognito()
   */
  readonly auth?: ApiAuth;
  /**
   * A domain of yours.
   * @default - the `execute-api` host
   */
  readonly domain?: ApiDomain;
  /**
   * Whether the stack sets the role that API Gateway writes logs with. There is one for the account and Region.
   * @default true
   */
  readonly accountLogging?: boolean;
}

/** Models over HTTPS: one API in front of endpoints that are there already. */
export class InferenceApiStack extends Stack {
  public readonly api: InferenceApi;

  constructor(scope: Construct, id: string, props: InferenceApiStackProps) {
    super(scope, id, props);
    this.api = new InferenceApi(this, 'Api', {
      endpoints: props.endpoints,
      routes: props.routes,
      apiName: props.apiName ?? DEFAULT_API_NAME,
      auth: props.auth,
      domain: props.domain,
      accountLogging: props.accountLogging,
    });
    Object.entries(props.clients ?? {}).forEach(([name, options]) => this.api.addClient(name, options));
    new CfnOutput(this, API_ADDRESS_OUTPUT, { description: 'How `mlp invoke --stack` finds the API', value: this.api.address });
    new CfnOutput(this, 'NotificationTopicArn', {
      description: 'Subscribe to this: it says when callers get no answer', value: this.api.notifications.topicRef.topicArn,
    });
  }
}
