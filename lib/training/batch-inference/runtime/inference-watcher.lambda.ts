import { SFNClient } from '@aws-sdk/client-sfn';
import * as z from 'zod';
import { WatchRequest } from './contract';
import { watchRuns } from './watch-runs';

const Request: z.ZodType<WatchRequest> = z.object({ stateMachineArn: z.string().min(1), name: z.string().min(1) });

const client = new SFNClient();

/** Called by a schedule. A failure is a crash on purpose: a missing measurement raises the alarm that watches for it. */
export const handler = async (event: unknown): Promise<void> => {
  process.stdout.write(await watchRuns(client, Request.parse(event), Date.now()));
};
