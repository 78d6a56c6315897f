import { App, aws_logs as logs, CfnParameter, Lazy, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { AuditTrail } from '../../lib/audit';
import { MlNetwork } from '../../lib/network';
import { inferenceApi, named } from '../api/supplies';
import { progressiveEndpoint } from '../serving/progressive/progressive-supplies';
import { ENV } from '../support/judged';
import { guardedEndpoint } from '../support/model-supplies';
import { batchInference } from '../training/batch-inference/supplies';
import { trainingPipeline } from '../training/pipeline/pipelines';
import { trainingJob, trainingQueue } from '../training/supplies';

let app: App;
let stack: Stack;
beforeEach(() => {
  app = new App();
  stack = new Stack(app, 'Test', { env: ENV });
});

type Make = (days: logs.RetentionDays) => unknown;
const KEEPERS: readonly [string, string, Make][] = [
  ['an API', 'logRetention', (logRetention) => inferenceApi(stack, { endpoints: [named(stack, 'churn')], logRetention })],
  ['an audit trail', 'logRetention', (logRetention) => new AuditTrail(stack, 'Trail', { logRetention })],
  ['a network', 'flowLogRetention', (flowLogRetention) => new MlNetwork(stack, 'Network', { flowLogRetention })],
  ['a guarded endpoint', 'logRetention', (logRetention) => guardedEndpoint(stack, { logRetention })],
  ['a progressive endpoint', 'logRetention', (logRetention) => progressiveEndpoint(stack, { logRetention })],
  ['a queue', 'eventRetention', (eventRetention) => trainingQueue(stack, { eventRetention })],
  ['a job', 'logRetention', (logRetention) => trainingJob(stack, { logRetention })],
  ['batch inference', 'logRetention', (logRetention) => batchInference(stack, { logRetention })],
  ['a pipeline', 'logRetention', (logRetention) => trainingPipeline(stack, { logRetention })],
];

describe.each(KEEPERS)('%s', (_, prop, make) => {
  test('keeps logs no 17 days: CloudWatch Logs has no such choice', () => {
    expect(() => make(17 as number as logs.RetentionDays)).toThrow(new RegExp(`^Test/\\w+: \`${prop}\` must be one of logs.RetentionDays \\(1, 3, 5, 7, 14, 30, `));
  });

  test('keeps logs as long as one of them says', () => {
    make(logs.RetentionDays.FIVE_MONTHS);
    expect(JSON.stringify(Template.fromStack(stack).toJSON())).toContain('"RetentionInDays":150');
  });
});

test.each([0, -1, 1.5, NaN, Infinity, '30', 'ONE_MONTH'])('%p is no retention, and the message says what was given', (days) => {
  expect(() => new AuditTrail(stack, 'Trail', { logRetention: days as logs.RetentionDays }))
    .toThrow(new RegExp(`^Test/Trail: \`logRetention\`.*, 9999\\): got ${typeof days === 'string' ? `'${days}'` : days}$`));
});

test('null is no retention either', () => {
  expect(() => new AuditTrail(stack, 'Trail', { logRetention: null as unknown as logs.RetentionDays }))
    .toThrow('Test/Trail: `logRetention` must be a value or left out: got null');
});

test('a retention that only the deployment knows passes', () => {
  const days = new CfnParameter(stack, 'Days', { type: 'Number' }).valueAsNumber;
  new AuditTrail(stack, 'Fine', { logRetention: days });
  expect(JSON.stringify(Template.fromStack(stack).toJSON())).toContain('"RetentionInDays":{"Ref":"Days"}');
});

test('a retention that is known at synth is judged there', () => {
  new AuditTrail(stack, 'Wrong', { logRetention: Lazy.number({ produce: () => 17 }) });
  expect(() => app.synth()).toThrow(/\[Test\/Wrong\] `logRetention` must be one of .*got 17/);
});
