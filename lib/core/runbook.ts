const RUNBOOK = 'https://github.com/cdk-ml-platform/cdk-ml-platform/blob/main/docs/runbook.md';

/** Where the on-call engineer reads on: the article named after the alarm. */
export function runbook(alarm: string): string {
  return `Runbook: ${RUNBOOK}#${alarm.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '-').toLowerCase()}`;
}
