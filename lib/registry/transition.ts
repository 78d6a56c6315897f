import { aws_events as events } from 'aws-cdk-lib';

/** What the registry tells EventBridge: everything that changes a model, after it is written. */
export enum Transition {
  /** A version was registered; it is pending. */
  REGISTER = 'register',
  /** Somebody other than the registrant approved a version. */
  APPROVE = 'approve',
  /** A pending version was rejected, for good. */
  REJECT = 'reject',
  /** An approved version may no longer serve. */
  REVOKE = 'revoke',
  /** Somebody revoked a version whatever used it. If it served, `details.production` does now, or nothing. */
  EMERGENCY_REVOKE = 'emergency-revoke',
  /** A version is in production now. */
  PROMOTE = 'promote',
  /** The version before is in production again. */
  ROLLBACK = 'rollback',
  /** A version is no longer kept. */
  RETIRE = 'retire',
  /** A release needs a version to stay. */
  HOLD = 'hold',
  /** A release no longer does. */
  UNHOLD = 'unhold',
}

/** Which transitions a rule is about, and what it starts. */
export interface OnTransitionOptions {
  /**
   * What is started. It gets the audit record as `detail`, at least once: use `requestId`, or `model` and `sequence`, to see a
   * repetition. Give it a dead-letter queue, or an event that nobody could take is lost.
   * @default - nothing; add targets to the rule
   */
  readonly target?: events.IRuleTarget;
  /**
   * What the rule is for.
   * @default - none
   */
  readonly description?: string;
  /**
   * Which transitions.
   * @default - all of them
   */
  readonly verbs?: Transition[];
  /**
   * The one model.
   * @default - every model
   */
  readonly model?: string;
  /**
   * The one tenant.
   * @default - every tenant
   */
  readonly tenant?: string;
}
