import { KeptFinding } from '../../core/acknowledge';
import { DEAD_LETTER_RULES } from '../../core/handler-function';

/** Why a function of releases is in no VPC. */
export const OUTSIDE_VPC = 'It calls public AWS APIs, signed and over TLS, and holds no connection to anything in a VPC; inside one it would '
  + 'need an endpoint for each service that brings an endpoint back, and fail with any of them.';

/** Why a function of releases has no share of the account's concurrency. */
export const SHARES_CONCURRENCY: KeptFinding = {
  rules: ['HIPAA.Security', 'NIST.800.53.R5'].map((pack) => `${pack}-LambdaConcurrency`),
  reason: 'A release runs one task at a time, alarms are few, and the throttle of the API bounds the rest. A reservation would also be a limit, '
    + 'and what brings traffic back must not meet one.',
};

/** Why nobody reads a dead-letter queue of a function whose caller waits. */
export const WAITED_FOR: KeptFinding = {
  rules: DEAD_LETTER_RULES,
  reason: 'Its caller, a person or the state machine of the release, waits for the answer and acts on each error; an event in a queue would be '
    + 'done later, when it is wrong.',
};
