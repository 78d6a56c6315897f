import { BatchClient } from '@aws-sdk/client-batch';
import * as z from 'zod';
import { BatchApi } from './batch-api';
import { SampleRequest } from './contract';
import { embedded, read, sampleOf } from './sample-queue';

const Request: z.ZodType<SampleRequest> = z.object({
  jobQueue: z.string().min(1),
  computeEnvironments: z.array(z.string().min(1)).min(1),
});

const api = new BatchApi(new BatchClient());

/** Measures one queue. A failure is a crash on purpose: a missing sample raises the alarm that watches for it. */
export const handler = async (event: unknown): Promise<void> => {
  const request = Request.parse(event);
  const now = Date.now();
  // not console.log, which puts a time and an id in front: CloudWatch reads the line as JSON
  process.stdout.write(`${embedded(sampleOf(await read(api, request), now), request.jobQueue, now)}\n`);
};
