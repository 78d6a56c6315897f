/** What no source tells of AWS. A rehearsal assumes one answer; a test of what depends on it tries both. */
export interface Switches {
  /** Whether `UpdateEndpoint` to the configuration that already serves is refused. */
  readonly sameConfigUpdate: 'refused' | 'accepted';
  /** Which configuration `DescribeEndpoint` names while an update is under way. */
  readonly pendingConfigShown: 'old' | 'new';
  /**
   * Whether `FILL` in an alarm makes values for a minute whose data is not published yet: an alarm on five bad minutes in a row
   * then always sees a good one.
   */
  readonly fillReachesUnpublished: 'yes' | 'no';
  /** How Step Functions names a function that ran out of time or died: as documented before, or since newer runtimes. */
  readonly lambdaDeath: 'Lambda.Unknown' | 'Sandbox.Timedout';
  /** Whether SageMaker deletes a configuration that an endpoint serves or moves to. */
  readonly configInUse: 'refused' | 'deleted';
}

export const USUAL_SWITCHES: Switches = {
  sameConfigUpdate: 'refused',
  pendingConfigShown: 'old',
  fillReachesUnpublished: 'no',
  lambdaDeath: 'Sandbox.Timedout',
  configInUse: 'deleted',
};
