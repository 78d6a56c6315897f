import { Duration } from 'aws-cdk-lib';
import { IModelEndpoint } from '../serving';

/** What every client of an API has. */
export interface ClientLimits {
  /** The endpoints that it may call; no other scope is given to it. */
  readonly endpoints: IModelEndpoint[];
  /**
   * Requests in a second, over a longer time: from 1 to the rate of the API. More get 429.
   * @default 10
   */
  readonly ratePerSecond?: number;
  /**
   * Requests at once: at least 1.
   * @default - twice the rate; the rate itself when that is a token
   */
  readonly burst?: number;
  /**
   * Requests in a day (UTC): at least 1. More get 429.
   * @default 100000
   */
  readonly quotaPerDay?: number;
}

/** A program that calls an API. */
export interface ApiClientOptions extends ClientLimits {
  /**
   * How long an access token is valid: 5 minutes to 24 hours. The gateway does not ask whether a token was revoked, so this is
   * also how long a stolen one works. Each token is billed.
   * @default Duration.hours(1)
   */
  readonly tokenValidity?: Duration;
}

/** A page or an app in which people call an API. */
export interface ApiWebClientOptions extends ClientLimits {
  /** Where people come back to with a code: `https://`, or `http://localhost` for development; 1 to 100. */
  readonly callbackUrls: string[];
  /**
   * Where people come back to after they signed out.
   * @default - nowhere: they stay on the page of the user pool
   */
  readonly logoutUrls?: string[];
  /**
   * How long an access token is valid: 5 minutes to 24 hours.
   * @default Duration.minutes(15)
   */
  readonly tokenValidity?: Duration;
  /**
   * How long somebody stays signed in: 1 hour to 30 days, and longer than `tokenValidity`. Signing out or revoking ends it.
   * @default Duration.hours(8)
   */
  readonly sessionValidity?: Duration;
}

/** A caller of an API: it is known by its tokens, and counted by its key. */
export interface IApiClient {
  /** The id for the token endpoint. The secret of a machine client is in the user pool, and nowhere in the template. */
  readonly clientId: string;
  /**
   * The id of the key that goes into `x-api-key`. A key counts requests against rate and quota; it is no identity, and nothing
   * ties it to the token that it comes with.
   */
  readonly apiKeyId: string;
  /** The scopes that the client can ask for. */
  readonly scopes: string[];
  /** The parameter that names all of this for tools: `/ml-platform/api/<api>/clients/<name>`. */
  readonly parameterName: string;
}
