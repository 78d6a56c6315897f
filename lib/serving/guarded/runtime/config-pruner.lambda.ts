import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { ENV_RUNBOOK } from './contract';
import { pruneAfterDeployment } from './prune-after-deployment';
import { StackApi } from './stack-api';
import { customResource } from '../../../core/runtime/custom-resource';
import { requireEnv } from '../../../core/runtime/environment';
import { PrunerApi } from '../../runtime/sagemaker-api';

const sagemaker = new PrunerApi(new SageMakerClient(), new SageMakerClient({ maxAttempts: 1 }));
const stacks = new StackApi(new CloudFormationClient());

const write = (line: string) => { process.stdout.write(line); };

/** Leftovers are no reason to undo a deployment that serves: this never fails one. */
export const handler = customResource({
  work: (request, outOfTime) => pruneAfterDeployment(request, outOfTime, {
    sagemaker, stacks, runbook: requireEnv(ENV_RUNBOOK), now: Date.now, write,
  }),
  broken: (problem) => ({ status: 'SUCCESS', reason: `Earlier configurations could not be pruned: ${problem}.` }),
});
