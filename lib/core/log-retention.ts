import { aws_logs as logs } from 'aws-cdk-lib';
import { Checks } from './checks';

const RETENTION = { name: 'logs.RetentionDays', members: logs.RetentionDays };

/** CloudWatch Logs takes some numbers of days and no other; without a check the deployment would find out. */
export function checkRetention(checks: Checks, prop: string, days: unknown): Checks {
  return checks.member('LogRetention', prop, days, RETENTION);
}
