import { AFTER_DEPLOYMENT } from './after-deployment';
import { ALARMS } from './alarms';
import { CONFIGURATION } from './configuration';
import { DEPLOYMENT } from './deployment';
import { GUARDRAILS } from './guardrails';
import { CALLERS, DOOR, ROUTES } from './inference-api';
import { Topic } from './mistake';
import { MODEL_OVERRIDES } from './model-overrides';
import { MODEL_PROPS } from './model-props';
import { NETWORK } from './network';
import { OPERATION } from './operation';
import { PERMISSIONS } from './permissions';
import { RELEASES } from './releases';
import { SCALING } from './scaling';
import { STORES } from './stores';

/** Every mistake. A new one is one entry in the file of its topic. */
export const TOPICS: readonly Topic[] = [
  DEPLOYMENT, ALARMS, SCALING, OPERATION, MODEL_PROPS, GUARDRAILS, AFTER_DEPLOYMENT, CONFIGURATION, MODEL_OVERRIDES, PERMISSIONS,
  NETWORK, STORES, RELEASES, ROUTES, CALLERS, DOOR,
];
