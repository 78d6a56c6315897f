import { aws_iam as iam, Duration, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { OUTSIDE_VPC, SHARES_CONCURRENCY, WAITED_FOR } from './handler-findings';
import { environmentOf, keepRecords, readSwitch, ReleaseParts } from './release-parts';
import {
  DESK_BUNDLE, DESK_ROUTES, DESK_SECONDS, ENV_RELEASE_MACHINE, ENV_TRUSTED_SESSION_ROLES, ENV_WRITER_FUNCTION,
} from './runtime/contract';
import { HandlerFunction } from '../../core/handler-function';
import { IamHttpApi } from '../../core/iam-http-api';

/** What the desk is made from. */
export interface ReleaseDeskProps extends ReleaseParts {
  readonly name: string;
  readonly trustedSessionRoles: readonly string[];
  readonly releaseMachineArn: string;
  readonly writer: HandlerFunction;
}

const REQUESTS_PER_SECOND = 20;

/** Where people and pipelines ask for a release, an abort, a rollback. It starts, and asks; it changes no endpoint. */
export class ReleaseDesk extends IamHttpApi {
  constructor(scope: Construct, id: string, props: ReleaseDeskProps) {
    super(scope, id, {
      name: props.name,
      description: 'Releases of models: IAM credentials on every route',
      routes: DESK_ROUTES,
      requestsPerSecond: REQUESTS_PER_SECOND,
      key: props.key,
      logFolder: 'release-desk',
      logSid: 'EncryptReleaseDeskAccessLog',
      createHandler: (api) => createHandler(api, props),
    });
  }
}

function createHandler(scope: Construct, props: ReleaseDeskProps): HandlerFunction {
  const { releaseMachineArn, writer } = props;
  return new HandlerFunction(scope, 'Handler', {
    bundle: DESK_BUNDLE,
    description: 'Takes requests for releases of models',
    timeout: Duration.seconds(DESK_SECONDS),
    memorySize: 512,
    environment: {
      ...environmentOf(props),
      [ENV_RELEASE_MACHINE]: releaseMachineArn,
      [ENV_WRITER_FUNCTION]: writer.functionArn,
      [ENV_TRUSTED_SESSION_ROLES]: Stack.of(scope).toJsonString(props.trustedSessionRoles),
    },
    statements: [
      ...keepRecords(props),
      readSwitch(scope, props),
      new iam.PolicyStatement({ sid: 'StartReleases', actions: ['states:StartExecution'], resources: [releaseMachineArn] }),
      new iam.PolicyStatement({ sid: 'AskWriter', actions: ['lambda:InvokeFunction'], resources: [writer.functionArn] }),
    ],
    kept: [SHARES_CONCURRENCY, WAITED_FOR],
    outsideVpc: OUTSIDE_VPC,
  });
}
