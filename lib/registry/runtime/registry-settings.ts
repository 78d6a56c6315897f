import * as z from 'zod';
import {
  ApprovalMinimums, ENV_APPROVAL_MINIMUMS, ENV_ARTIFACT_BUCKET, ENV_AUDIT_TABLE, ENV_DATASET_PREFIXES, ENV_ENVIRONMENT,
  ENV_REGISTRY_TABLE, ENV_RUNBOOK, ENV_TRUSTED_SESSION_ROLES,
} from './contract';
import { RegistrySettings } from './registry-world';
import { requireEnv } from '../../core/runtime/environment';

const Texts = z.array(z.string());
const Minimums: z.ZodType<Record<string, ApprovalMinimums>> = z.record(z.string(), z.strictObject({
  accuracy: z.number().optional(), bias: z.number().optional(), p99LatencyMs: z.number().optional(),
}));

/** What the construct put into the environment of the handler. */
export function registrySettings(): RegistrySettings {
  return {
    registryTable: requireEnv(ENV_REGISTRY_TABLE),
    auditTable: requireEnv(ENV_AUDIT_TABLE),
    artifactBucket: requireEnv(ENV_ARTIFACT_BUCKET),
    region: requireEnv('AWS_REGION'), // set by Lambda
    environment: requireEnv(ENV_ENVIRONMENT),
    trustedSessionRoles: jsonIn(ENV_TRUSTED_SESSION_ROLES, '[]', Texts),
    datasetPrefixes: jsonIn(ENV_DATASET_PREFIXES, '[]', Texts),
    // a map, because `constructor` is a legal model id
    approvalMinimums: new Map(Object.entries(jsonIn(ENV_APPROVAL_MINIMUMS, '{}', Minimums))),
    runbook: requireEnv(ENV_RUNBOOK),
  };
}

function jsonIn<T>(name: string, absent: string, schema: z.ZodType<T>): T {
  try {
    return schema.parse(JSON.parse(process.env[name] ?? absent));
  } catch (error) {
    throw new Error(`the environment variable ${name} is not what its construct writes`, { cause: error });
  }
}
