import { thing } from '../core/kinds';

/** How the things of this area are told by others: by their members. */
export const MODEL_ENDPOINT = thing('an endpoint, made or brought by its name', 'endpointName', 'endpointArn', 'grantInvoke');
export const ROLLBACK_TRIGGER = thing('a RollbackTrigger, as in RollbackTrigger.alarm(alarm)', '_wanted', '_settle');
