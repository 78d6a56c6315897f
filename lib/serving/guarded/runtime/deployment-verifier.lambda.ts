import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { ENV_RUNBOOK } from './contract';
import { StackApi } from './stack-api';
import { verifyDeployment } from './verify-deployment';
import { customResource, sleepFor } from '../../../core/runtime/custom-resource';
import { requireEnv } from '../../../core/runtime/environment';
import { EndpointApi } from '../../runtime/sagemaker-api';

const sagemaker = new EndpointApi(new SageMakerClient());
const stacks = new StackApi(new CloudFormationClient());

const write = (line: string) => { process.stdout.write(line); };

/** Fails the deployment when the endpoint is not as wanted, and when nobody can tell. */
export const handler = customResource({
  work: (request, outOfTime) => verifyDeployment(request, outOfTime, {
    sagemaker, stacks, runbook: requireEnv(ENV_RUNBOOK), sleep: sleepFor, now: Date.now, write,
  }),
  broken: (problem) => ({ status: 'FAILED', reason: `The deployment could not be verified: ${problem}.` }),
});
