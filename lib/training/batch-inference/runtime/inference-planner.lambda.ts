import { S3Client } from '@aws-sdk/client-s3';
import * as z from 'zod';
import { Plan, PlanEvent } from './contract';
import { inferenceSettings } from './inference-settings';
import { planRun } from './plan-run';
import { S3Folder } from './s3-folder';

const Event: z.ZodType<PlanEvent> = z.object({
  request: z.unknown(), execution: z.string().min(1), executionArn: z.string().min(1),
});

const settings = inferenceSettings();
const client = new S3Client();
const stores = { input: new S3Folder(client, settings.inputBucket), output: new S3Folder(client, settings.outputBucket) };

/** Called by the state machine at the beginning. */
export const handler = async (event: unknown): Promise<Plan> =>
  planRun(Event.parse(event), { settings, stores, now: Date.now, write: (line) => { process.stdout.write(line); } });
