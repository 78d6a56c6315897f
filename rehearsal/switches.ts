/**
 * What no source tells of AWS. A rehearsal assumes one answer; test/rehearsal/switches.test.ts plays a release with each. The
 * number is the row of docs/evidence.md that says how to find out.
 */
export interface Switches {
  /** Whether `UpdateEndpoint` to the configuration that already serves is refused: U171. */
  readonly sameConfigUpdate: 'refused' | 'accepted';
  /** Which configuration `DescribeEndpoint` names while an update is under way: U172. */
  readonly pendingConfigShown: 'old' | 'new';
  /** Whether `DescribeEndpoint` has a `PendingDeploymentSummary` while an update without guardrails is under way: U153. */
  readonly pendingSummary: 'shown' | 'absent';
  /** How a change of an endpoint is refused that is locked by another one: U152. */
  readonly lockedError: 'ValidationException' | 'ResourceInUse';
  /** Whether an update without guardrails may bring variants of other names: U150. */
  readonly renamedVariants: 'accepted' | 'refused';
  /** Whether an update finds a configuration that was made a moment before: U183. */
  readonly newConfigFound: 'at once' | 'later';
  /** Who notices that a model's artifact or image is gone: `CreateModel`, or the update that should start it: U184. */
  readonly lostModelData: 'refused' | 'update fails';
  /** Whether an endpoint that could not be created can be deleted at once: U154. */
  readonly failedEndpointDeletion: 'accepted' | 'refused';
  /** Whether a minute without a 5XX has a value of 0 for them: U155. */
  readonly healthyMinuteErrors: 'zero' | 'missing';
  /** Whether a variant without requests has values at all: U158. */
  readonly idleVariant: 'silent' | 'zeros';
  /**
   * Whether `FILL` in an alarm makes values for a minute whose data is not published yet: an alarm on five bad minutes in a row
   * then always sees a good one: U173.
   */
  readonly fillReachesUnpublished: 'yes' | 'no';
  /** What `FILL` makes of a metric without a value in the whole time: U185. */
  readonly fillOfNothing: 'zeros' | 'nothing';
  /** The state of an alarm that takes missing data for good, while there is no data: U159. */
  readonly alarmWithoutData: 'OK' | 'INSUFFICIENT_DATA';
  /** How Step Functions names a function that ran out of time or died, as documented before or since newer runtimes: U174. */
  readonly lambdaDeath: 'Lambda.Unknown' | 'Sandbox.Timedout';
  /** Whether SageMaker deletes a configuration that an endpoint serves or moves to: U188. */
  readonly configInUse: 'refused' | 'deleted';
  /** What an input transformer makes of a text that is JSON itself, such as the input of an execution: U160. */
  readonly jsonTextInEvent: 'text' | 'object';
}

/** What each switch can be. */
export const SWITCH_POSITIONS: { readonly [Name in keyof Switches]: Readonly<Record<Switches[Name], true>> } = {
  sameConfigUpdate: { refused: true, accepted: true },
  pendingConfigShown: { old: true, new: true },
  pendingSummary: { shown: true, absent: true },
  lockedError: { ValidationException: true, ResourceInUse: true },
  renamedVariants: { accepted: true, refused: true },
  newConfigFound: { 'at once': true, 'later': true },
  lostModelData: { 'refused': true, 'update fails': true },
  failedEndpointDeletion: { accepted: true, refused: true },
  healthyMinuteErrors: { zero: true, missing: true },
  idleVariant: { silent: true, zeros: true },
  fillReachesUnpublished: { yes: true, no: true },
  fillOfNothing: { zeros: true, nothing: true },
  alarmWithoutData: { OK: true, INSUFFICIENT_DATA: true },
  lambdaDeath: { 'Lambda.Unknown': true, 'Sandbox.Timedout': true },
  configInUse: { refused: true, deleted: true },
  jsonTextInEvent: { text: true, object: true },
};

export const USUAL_SWITCHES: Switches = {
  sameConfigUpdate: 'refused',
  pendingConfigShown: 'old',
  pendingSummary: 'shown',
  lockedError: 'ValidationException',
  renamedVariants: 'accepted',
  newConfigFound: 'at once',
  lostModelData: 'refused',
  failedEndpointDeletion: 'accepted',
  healthyMinuteErrors: 'zero',
  idleVariant: 'silent',
  fillReachesUnpublished: 'no',
  fillOfNothing: 'zeros',
  alarmWithoutData: 'OK',
  lambdaDeath: 'Sandbox.Timedout',
  configInUse: 'deleted',
  jsonTextInEvent: 'text',
};
