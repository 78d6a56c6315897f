import { ALARMS } from './alarms';
import { CONFIGURATION } from './configuration';
import { DEPLOYMENT } from './deployment';
import { GUARDRAILS } from './guardrails';
import { Topic } from './mistake';
import { MODEL_OVERRIDES } from './model-overrides';
import { MODEL_PROPS } from './model-props';
import { NETWORK } from './network';
import { OPERATION } from './operation';
import { PERMISSIONS } from './permissions';
import { STORES } from './stores';

/** Every mistake. A new one is one entry in the file of its topic. */
export const TOPICS: readonly Topic[] = [
  DEPLOYMENT, ALARMS, OPERATION, MODEL_PROPS, GUARDRAILS, CONFIGURATION, MODEL_OVERRIDES, PERMISSIONS, NETWORK, STORES,
];
