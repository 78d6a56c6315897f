import { Logger } from '@aws-lambda-powertools/logger';
import * as z from 'zod';
import {
  ENV_AUDIT_TABLE, ENV_ENVIRONMENT, ENV_EVENT_BUS, ENV_RELEASES_TABLE, ENV_RUNBOOK, ENV_TRUSTED_SESSION_ROLES,
} from './contract';
import { BaseWorld, CommonSettings, StoreSettings } from './release-world';
import { requireEnv } from '../../../core/runtime/environment';

const Texts = z.array(z.string());

/** What the construct put into the environment of every handler. */
export function commonSettings(): CommonSettings {
  return { environment: requireEnv(ENV_ENVIRONMENT), runbook: requireEnv(ENV_RUNBOOK) };
}

export function storeSettings(): StoreSettings {
  return {
    ...commonSettings(),
    releasesTable: requireEnv(ENV_RELEASES_TABLE),
    auditTable: requireEnv(ENV_AUDIT_TABLE),
    eventBus: requireEnv(ENV_EVENT_BUS),
  };
}

export function trustedSessionRoles(): readonly string[] {
  try {
    return Texts.parse(JSON.parse(process.env[ENV_TRUSTED_SESSION_ROLES] ?? '[]'));
  } catch (error) {
    throw new Error(`the environment variable ${ENV_TRUSTED_SESSION_ROLES} is not what its construct writes`, { cause: error });
  }
}

/** Clock, log and the like, as Lambda has them. All is looked up when it is used: a rehearsal brings its own. */
export function lambdaWorld(logger: Logger): BaseWorld {
  return {
    now: () => Date.now(),
    sleep: (milliseconds) => new Promise((resolve) => { setTimeout(resolve, milliseconds); }),
    random: () => Math.random(),
    write: (line) => { process.stdout.write(line); },
    log: {
      info: (message, details) => { logger.info(message, details); },
      warn: (message, details) => { logger.warn(message, details); },
      error: (message, details) => { logger.error(message, details); },
    },
  };
}

/** A call that hangs must leave time for another. */
export function patience(requestTimeout: number, maxAttempts = 3) {
  return { maxAttempts, requestHandler: { connectionTimeout: 1000, requestTimeout, throwOnRequestTimeout: true } };
}
