/** What the alarms of an audit trail watch for. Each value is also the name of its alarm, metric and runbook article. */
export enum AuditSignal {
  /** A trail was stopped, deleted or changed, or the place where it keeps its records was. */
  TRAIL_CHANGED = 'TrailChanged',
  /** No record has arrived for hours. */
  TRAIL_SILENT = 'TrailSilent',
  /** A KMS key was disabled, or will be deleted. */
  KEY_ENDANGERED = 'KeyEndangered',
  /** Somebody who does not own them changed or deleted an endpoint. */
  ENDPOINT_CHANGED = 'EndpointChanged',
  /** An alarm was deleted or switched off, or what it counts or tells was. */
  ALARM_SILENCED = 'AlarmSilenced',
  /** Somebody used the root user. */
  ROOT_USED = 'RootUsed',
  /** Many calls in a short time were denied. */
  ACCESS_DENIED = 'AccessDenied',
}
