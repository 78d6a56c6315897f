import { ListExecutionsCommand, SFNClient } from '@aws-sdk/client-sfn';
import { INFERENCE_METRICS, WatchRequest } from './contract';
import { measured } from './inference-world';

const CALL_MILLISECONDS = 10_000;

/**
 * Measures since when the oldest run that has not ended runs; 0 when none does. Step Functions measures a run's time when it
 * is over, which is too late to say that it hangs.
 */
export async function watchRuns(client: Pick<SFNClient, 'send'>, { stateMachineArn, name }: WatchRequest, now: number): Promise<string> {
  let oldest = now;
  let nextToken: string | undefined;
  do {
    const command = new ListExecutionsCommand({ stateMachineArn, statusFilter: 'RUNNING', maxResults: 1000, nextToken });
    const page = await client.send(command, { abortSignal: AbortSignal.timeout(CALL_MILLISECONDS) });
    if (page.executions === undefined) {
      throw new Error('Step Functions does not tell which executions run');
    }
    oldest = page.executions.reduce((time, { startDate }) => Math.min(time, startDate?.getTime() ?? time), oldest);
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return measured(name, { [INFERENCE_METRICS.runningAge]: Math.round((now - oldest) / 1000) }, now);
}
