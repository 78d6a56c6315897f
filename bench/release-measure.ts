import { App, aws_ecr as ecr, aws_s3 as s3, Duration, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { BUCKET, MODEL, REPOSITORY } from './place';
import { median } from './summary';
import { ArtifactStore, ImageStore } from '../lib/artifacts';
import { ModelRegistry } from '../lib/registry';
import { ReleasePlan, ReleaseStage } from '../lib/serving';
import { ProgressiveReleaseStack } from '../lib/stacks';
import { Counts, Rehearsal, Scenario, Scenarios } from '../rehearsal/index';

/** One release, rehearsed. */
export interface MeasuredRelease {
  readonly what: string;
  readonly outcome: string;
  readonly virtualHours: number;
  /** Median, of this machine. */
  readonly seconds: number;
  readonly counts: Counts;
}

/** A day, nearly all of it in one canary: the longest that one child execution runs. */
const ONE_DAY = ReleasePlan.of({
  stages: [
    ReleaseStage.canary({ percent: 10, bakeTime: Duration.hours(23) }), ReleaseStage.full({ bakeTime: Duration.hours(1) }),
  ],
});

export async function measureReleases(runs: number): Promise<MeasuredRelease[]> {
  const [standard, day] = [rehearsalOf(ReleasePlan.standard()), rehearsalOf(ONE_DAY)];
  return [
    await measured('the standard plan, promoted', standard, Scenarios.healthy(), runs),
    await measured('the standard plan, rolled back by an alarm', standard, Scenarios.errors(), runs),
    await measured('a plan of one day, promoted', day, Scenarios.healthy(), runs),
  ];
}

async function measured(what: string, rehearsal: Rehearsal, scenario: Scenario, runs: number): Promise<MeasuredRelease> {
  const seconds: number[] = [];
  let result = await rehearsal.run(scenario); // not counted: the first one loads the handlers
  for (let run = 0; run < runs; run++) {
    const start = performance.now();
    result = await rehearsal.run(scenario);
    seconds.push((performance.now() - start) / 1000);
  }
  return {
    what, outcome: result.outcome ?? 'no end', virtualHours: result.virtualMinutes / 60, seconds: median(seconds), counts: result.counts,
  };
}

/** The reference stack with a plan, over a registry that is elsewhere. */
function rehearsalOf(release: ReleasePlan): Rehearsal {
  const app = new App();
  const supplies = new Stack(app, 'Supplies');
  const registry = ModelRegistry.fromAttributes(supplies, 'Registry', {
    apiId: 'abcdefghij',
    artifacts: ArtifactStore.fromBucket(supplies, 'Artifacts', s3.Bucket.fromBucketName(supplies, 'Bucket', BUCKET)),
    images: [ImageStore.fromRepository(supplies, 'Images', ecr.Repository.fromRepositoryName(supplies, 'Repository', REPOSITORY))],
  });
  const stack = new ProgressiveReleaseStack(app, 'Release', { endpointName: 'fraud-detection', model: registry.model(MODEL), release });
  return Rehearsal.of(Template.fromStack(stack).toJSON());
}
