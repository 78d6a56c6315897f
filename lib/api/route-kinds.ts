import { aws_apigateway as apigateway, aws_s3 as s3, Duration } from 'aws-cdk-lib';

/** What a real-time route is made of. */
export interface RealTimeRoute {
  readonly kind: 'real-time';
  readonly contentTypes: readonly string[];
  readonly accept: string;
  readonly timeout: Duration;
  readonly schema?: apigateway.JsonSchema;
}

/** What an asynchronous route is made of. */
export interface AsynchronousRoute {
  readonly kind: 'asynchronous';
  readonly inputs: s3.IBucket;
  readonly inputPrefix: string;
  readonly contentType: string;
  readonly accept: string;
}
