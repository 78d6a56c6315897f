import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Duration, Size, Stack } from 'aws-cdk-lib';
import * as fc from 'fast-check';
import { MlInstanceType } from '../../../lib/core';
import {
  DeploymentPlan, EndpointScaling, GuardedEndpointProps, RollbackTrigger, RoutingStrategy, VariantHosting,
} from '../../../lib/serving';
import { strictReport } from '../../../tools/strict-synth';
import { ENV } from '../../support/judged';
import { guardedEndpoint } from '../../support/model-supplies';

// `npm run test:sweep` asks for many more
const RUNS = Number(process.env.SWEEP_RUNS ?? 6);

const minutes = (from: number, to: number) => fc.integer({ min: from, max: to }).map((value) => Duration.minutes(value));
const waits = fc.record({ bakeTime: minutes(7, 60), finalBakeTime: minutes(7, 60) });
const plan = fc.oneof(
  waits.map((options) => DeploymentPlan.canary(options)),
  waits.map((options) => DeploymentPlan.canary({ ...options, percent: 50 })),
  waits.map((options) => DeploymentPlan.linear({ ...options, stepPercent: 50 })),
  minutes(7, 60).map((bakeTime) => DeploymentPlan.allAtOnce({ bakeTime })),
  minutes(7, 60).map((bakeTime) => DeploymentPlan.rolling({ bakeTime, batchPercent: 50 })),
);
const percent = fc.integer({ min: 1, max: 100 });
const window = fc.integer({ min: 1, max: 5 });
const triggers = fc.record({ percent, consecutiveMinutes: window, minimumRequests: fc.integer({ min: 1, max: 10_000 }) })
  .map((options) => [RollbackTrigger.errorRateAbove(options), RollbackTrigger.modelErrorRateAbove(options)]);
const hosting = fc.record({
  volumeSize: fc.integer({ min: 1, max: 512 }).map((size) => Size.gibibytes(size)),
  startupTimeout: minutes(1, 60),
  routing: fc.constantFrom(RoutingStrategy.RANDOM, RoutingStrategy.LEAST_OUTSTANDING_REQUESTS),
}, { requiredKeys: [] }).map((options) => VariantHosting.of(options));
const scaling = fc.integer({ min: 4, max: 200 })
  .map((max) => EndpointScaling.onInvocations({ min: 2, max, invocationsPerInstance: 100 }));
const environment = fc.dictionary(fc.stringMatching(/^[A-Z]{3,12}$/), fc.stringMatching(/^[ -z]{0,40}$/), { maxKeys: 5 });

const accepted: fc.Arbitrary<Partial<GuardedEndpointProps>> = fc.record({
  endpointName: fc.stringMatching(/^[a-z][a-z0-9-]{0,61}[a-z0-9]$/),
  instanceType: fc.constantFrom('ml.m5.xlarge', 'ml.c5.2xlarge', 'ml.g5.xlarge', 'ml.inf2.xlarge').map((name) => MlInstanceType.of(name)),
  instanceCount: fc.constantFrom(2, 4), // every plan above has whole instances of these
  deployment: plan,
  rollbackOn: triggers,
  hosting,
  scaling,
  environment,
  networkIsolation: fc.boolean(),
  killSwitch: fc.boolean(),
}, { requiredKeys: [] });

test('whatever props are accepted, CDK\'s template rules and five packs find nothing', () => {
  let made = 0;
  fc.assert(fc.property(accepted, (props) => {
    let app: App;
    const report = strictReport(({ outdir, context }) => {
      app = new App({ outdir, context });
      try {
        guardedEndpoint(new Stack(app, 'Test', { env: ENV }), props);
      } catch (error) {
        expect(error).toMatchObject({ name: 'InvalidProps' }); // refused is fine; anything else is a defect
        return new App({ outdir, context });
      }
      made += 1;
      return app;
    }, mkdtempSync(join(tmpdir(), 'accepted-')));
    expect(report.open.map(({ rule, path, description }) => `${rule} at ${path}: ${description.slice(0, 120)}`)).toEqual([]);
  }), { numRuns: RUNS });
  expect(made).toBeGreaterThanOrEqual(RUNS / 2); // a library that refuses everything would pass the rest
}, 20_000 + RUNS * 10_000);
