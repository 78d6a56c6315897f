import { S3Client } from '@aws-sdk/client-s3';
import * as z from 'zod';
import { Report, ReportEvent } from './contract';
import { inferenceSettings } from './inference-settings';
import { reportRun } from './report-run';
import { S3Folder } from './s3-folder';

const Event: z.ZodType<ReportEvent> = z.object({
  state: z.object({
    plan: z.object({
      run: z.string(),
      attempt: z.string(),
      inputs: z.number(),
      pending: z.number(),
      jobs: z.number(),
      itemsKey: z.string(),
      mapPrefix: z.string(),
      started: z.number(),
    }),
  }),
  executionArn: z.string().min(1),
});

const settings = inferenceSettings();
const client = new S3Client();
const stores = { input: new S3Folder(client, settings.inputBucket), output: new S3Folder(client, settings.outputBucket) };

/** Called by the state machine at the end, however the map ended. */
export const handler = async (event: unknown): Promise<Report> =>
  reportRun(Event.parse(event), { settings, stores, now: Date.now, write: (line) => { process.stdout.write(line); } });
