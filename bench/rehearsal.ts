import { Duration } from 'aws-cdk-lib';
import { ReleasePlanOptions, ReleaseStage } from '../lib/serving';
import { Rehearsal } from '../rehearsal/rehearsal';
import { shortTemplate } from '../test/rehearsal/rehearsed';

/** What a healthy release costs of AWS, and how long its rehearsal takes. */
const canaryOf = (hours: number): ReleasePlanOptions => ({
  stages: [
    ReleaseStage.canary({ percent: 10, bakeTime: Duration.hours(hours) }),
    ReleaseStage.full({ bakeTime: Duration.hours(1) }),
  ],
});
const PLANS: readonly [string, ReleasePlanOptions][] = [['the standard plan, 3 hours', canaryOf(2)], ['a plan of a day', canaryOf(23)]];

async function main(): Promise<void> {
  for (const [name, plan] of PLANS) {
    const rehearsal = Rehearsal.of(shortTemplate(plan));
    const before = process.cpuUsage();
    const { outcome, counts } = await rehearsal.run();
    const { user, system } = process.cpuUsage(before);
    console.log(`${name}: ${outcome}, ${counts.stateTransitions} state transitions, ${counts.lambdaInvocations} invocations, ${counts.apiCalls} API calls, `
      + `longest history ${counts.longestHistory} of 25000 events; rehearsed in ${((user + system) / 1e6).toFixed(1)} s of CPU`);
  }
}

process.env.CDK_VALIDATION = 'false';
void main();
