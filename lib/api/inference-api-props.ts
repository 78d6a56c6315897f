import { aws_kms as kms, aws_logs as logs, aws_sns as sns } from 'aws-cdk-lib';
import { ApiAlarmLimits } from './api-alarm-limits';
import { ApiAuth } from './api-auth';
import { ApiDomain } from './api-domain';
import { ApiEndpoint } from './api-endpoint';
import { ApiFirewall } from './api-firewall';
import { IModelEndpoint } from '../serving';

/** What an `InferenceApi` is made from. */
export interface InferenceApiProps {
  /**
   * Real-time endpoints that take and give JSON, each under its own name. Together with `routes` 1 to 25.
   * @default - only those in `routes`
   */
  readonly endpoints?: IModelEndpoint[];
  /**
   * Endpoints that are called in another way: another content type, a schema, another name, asynchronously.
   * @default - only those in `endpoints`
   */
  readonly routes?: ApiEndpoint[];
  /**
   * The name in metrics, scopes, parameters and clients: 2 to 63 characters of a-z, 0-9 and -. Changing it changes the
   * scopes that clients ask for. Two APIs of one name would share their alarms.
   * @default - made from the construct's path
   */
  readonly apiName?: string;
  /**
   * Who may call.
   * @default ApiAuth.cognito()
   */
  readonly auth?: ApiAuth;
  /**
   * What stops requests before the gateway looks at them.
   * @default ApiFirewall.managed()
   */
  readonly firewall?: ApiFirewall;
  /**
   * A domain of yours. The `execute-api` host is closed then.
   * @default - the `execute-api` host
   */
  readonly domain?: ApiDomain;
  /**
   * The one origin whose pages may call from a browser: `https://` and a host, or `http://localhost`.
   * @default - none: no page of another origin may read a reply
   */
  readonly corsOrigin?: string;
  /**
   * Requests in a second for all callers together, over a longer time: 1 to 10,000. More get 429.
   * @default 100
   */
  readonly ratePerSecond?: number;
  /**
   * Requests at once for all callers together: 1 to 5,000.
   * @default - twice the rate, at most 5000; the rate itself when that is a token
   */
  readonly burst?: number;
  /**
   * When somebody is told.
   * @default - the defaults of `ApiAlarmLimits`
   */
  readonly alarms?: ApiAlarmLimits;
  /**
   * Who is told.
   * @default - a new encrypted topic: subscribe to `notifications`
   */
  readonly notify?: sns.ITopicRef;
  /**
   * The KMS key of the logs and of the topic. Its policy gets statements for both.
   * @default - a new key, rotated each year and kept when the stack is deleted
   */
  readonly encryptionKey?: kms.IKey;
  /**
   * How long access, execution and firewall logs are kept.
   * @default logs.RetentionDays.ONE_YEAR
   */
  readonly logRetention?: logs.RetentionDays;
  /**
   * Whether the stack sets the role that API Gateway writes logs with. There is one for the account and Region, shared by all
   * APIs. Say `false` where somebody else sets it; without one the stage cannot be made.
   * @default true
   */
  readonly accountLogging?: boolean;
}
