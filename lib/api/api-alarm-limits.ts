import { Duration } from 'aws-cdk-lib';

/** When somebody is told. */
export interface ApiAlarmLimits {
  /**
   * Share of requests that callers got wrong (4xx), in percent, three periods of five minutes in a row.
   * @default 20
   */
  readonly clientErrorPercent?: number;
  /**
   * Share of requests that we got wrong (5xx), in percent, two periods of five minutes in a row.
   * @default 2
   */
  readonly serverErrorPercent?: number;
  /**
   * What 99 of 100 requests stay below, gateway included: up to 29 seconds. Three periods of five minutes in a row.
   * @default Duration.seconds(5)
   */
  readonly p99Latency?: Duration;
  /**
   * Requests refused with 429 by the gateway in five minutes.
   * @default 100
   */
  readonly throttledRequests?: number;
  /**
   * Requests refused in five minutes because of their token or key.
   * @default 50
   */
  readonly refusedCallers?: number;
}
