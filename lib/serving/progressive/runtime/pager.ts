import { PublishCommand } from '@aws-sdk/client-sns';
import { METRIC_HALTED, METRIC_LOCKED_SECONDS, METRIC_NOT_PRUNED, METRIC_RESTORE_SECONDS, METRIC_ROLLED_BACK, METRICS_NAMESPACE } from './contract';
import { Release } from './release-state';
import { BaseWorld, CommonSettings, PagerWorld } from './release-world';
import { retried } from './retried';

/** SNS refuses a message whose subject has more, a line break, or anything but ASCII: https://docs.aws.amazon.com/sns/latest/api/API_Publish.html */
const LONGEST_SUBJECT = 99;
const NOT_IN_SUBJECTS = /[^\x21-\x7e]+/g;

/** Tells people, in sentences of ours that may quote SageMaker and names of alarms. */
export async function page(
  release: Release, what: string, world: BaseWorld & PagerWorld & { readonly settings: CommonSettings },
): Promise<void> {
  const { profile: { topicArn, endpointName, model }, releaseId, revision, latch, reason } = release;
  const why = reason ?? latch?.reason;
  const Message = [
    `Endpoint ${endpointName}, release ${releaseId} of ${model} version ${revision}: ${what}.`,
    ...(why === undefined ? [] : [`Because: ${why}.`]),
    world.settings.runbook,
  ].join('\n');
  const Subject = `${endpointName}: ${what}`.replace(NOT_IN_SUBJECTS, ' ').slice(0, LONGEST_SUBJECT);
  await retried(() => world.sns.send(new PublishCommand({ TopicArn: topicArn, Subject, Message })), world);
}

/** What came of a release, as a log line from which CloudWatch makes metrics: the embedded metric format. */
export function endMetrics(release: Release, now: number): string {
  const { outcome, latch, restoredAt, lockedSeconds = 0, profile: { endpointName } } = release;
  const restoreSeconds = latch === undefined || restoredAt === undefined ? undefined : Math.round((restoredAt - latch.at) / 1000);
  const values: Readonly<Record<string, number>> = {
    [METRIC_HALTED]: outcome === 'HALTED' ? 1 : 0,
    [METRIC_ROLLED_BACK]: outcome === 'ROLLED_BACK' ? 1 : 0,
    ...(restoreSeconds === undefined ? {} : {
      [METRIC_RESTORE_SECONDS]: Math.max(0, restoreSeconds - lockedSeconds), [METRIC_LOCKED_SECONDS]: lockedSeconds,
    }),
  };
  return metricsLine(endpointName, values, now);
}

/** What came of pruning, likewise. */
export function pruneMetrics(endpointName: string, whole: boolean, now: number): string {
  return metricsLine(endpointName, { [METRIC_NOT_PRUNED]: whole ? 0 : 1 }, now);
}

function metricsLine(endpointName: string, values: Readonly<Record<string, number>>, now: number): string {
  const Metrics = Object.keys(values).map((Name) => ({ Name, Unit: Name.endsWith('Seconds') ? 'Seconds' : 'Count' }));
  return `${JSON.stringify({
    _aws: { Timestamp: now, CloudWatchMetrics: [{ Namespace: METRICS_NAMESPACE, Dimensions: [['EndpointName']], Metrics }] },
    EndpointName: endpointName,
    ...values,
  })}\n`;
}
