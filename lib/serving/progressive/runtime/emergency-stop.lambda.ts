import { Logger } from '@aws-lambda-powertools/logger';
import { Tracer } from '@aws-lambda-powertools/tracer';
import { SSMClient } from '@aws-sdk/client-ssm';
import { ENV_STOP_PARAMETER, STOP_BUNDLE } from './contract';
import { emergencyStop } from './emergency-stop';
import { HttpAnswer } from './http';
import { commonSettings, lambdaWorld, patience, trustedSessionRoles } from './release-settings';
import { requireEnv } from '../../../core/runtime/environment';

const tracer = new Tracer({ serviceName: STOP_BUNDLE });

const stop = emergencyStop({
  ...lambdaWorld(new Logger({ serviceName: STOP_BUNDLE })),
  settings: commonSettings(),
  ssm: tracer.captureAWSv3Client(new SSMClient(patience(3000))),
  stopParameter: requireEnv(ENV_STOP_PARAMETER),
  trustedSessionRoles: trustedSessionRoles(),
});

export const handler = (event: unknown): Promise<HttpAnswer> => stop(event);
