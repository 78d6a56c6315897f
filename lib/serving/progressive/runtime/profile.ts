import * as z from 'zod';
import { PlanDefinition, ServingProfile, StageDefinition } from './contract';

const Count = z.number().int().min(0);
const Stage: z.ZodType<StageDefinition> = z.object({
  kind: z.enum(['canary', 'full']), percent: z.number().gt(0).max(100), bakeSeconds: z.number().min(0),
});

export const Plan: z.ZodType<PlanDefinition> = z.object({
  stages: z.array(Stage).min(1),
  errorRates: z.array(z.object({
    id: z.string().min(1), percent: z.number().min(0), consecutiveMinutes: z.number().int().min(1), minimumRequests: Count,
  })),
  alarms: z.array(z.string().min(1)),
  tickSeconds: z.number().int().min(1),
  minimumSamples: Count,
  inconclusiveLimit: z.number().int().min(1),
  consecutiveErrorLimit: Count,
  maxHoldSeconds: z.number().min(1),
  updateDeadlineSeconds: z.number().min(1),
});

/** How an endpoint runs, as its construct renders it. */
export const Profile: z.ZodType<ServingProfile> = z.object({
  endpointName: z.string().min(1).max(63),
  registryUrl: z.url({ protocol: /^https?$/ }),
  tenant: z.string().min(1),
  model: z.string().min(1),
  executionRoleArn: z.string().min(1),
  instanceType: z.string().min(1),
  instanceCount: z.number().int().min(1),
  subnets: z.array(z.string()),
  securityGroupIds: z.array(z.string()),
  networkIsolation: z.boolean(),
  environment: z.record(z.string(), z.string()),
  kmsKeyId: z.string().optional(),
  tags: z.record(z.string(), z.string()),
  topicArn: z.string().min(1),
  plan: Plan,
});
