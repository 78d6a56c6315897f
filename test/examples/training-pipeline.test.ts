import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { exampleApp, EXAMPLES } from './example-app';
import { Plan } from '../../lib/training/pipeline/runtime/contract';
import { definitionOf, Ended, PipelineBench } from '../training/pipeline/pipeline-bench';
import { ARTIFACT_BUCKET } from '../training/pipeline/pipelines';

/** What a container of the example is told. */
interface Told {
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** What the program's own tests hold it to: they hand it these arguments and this environment, in an S3 of their own. */
interface Agreed {
  readonly columns: readonly string[];
  readonly rules: Plan['rules'];
  readonly train: Told;
  readonly evaluate: Told;
}

interface Pair {
  readonly Name: string;
  readonly Value: string;
}

interface Submission {
  readonly Parameters: Readonly<Record<string, string>>;
  readonly ContainerOverrides?: { readonly Environment: readonly Pair[] };
}

interface JobDefinition {
  readonly Parameters: Readonly<Record<string, string>>;
  readonly ContainerProperties: {
    readonly Command: readonly string[];
    readonly Environment: readonly { readonly Name: string; readonly Value: unknown }[];
  };
}

const AGREED = JSON.parse(readFileSync(join(EXAMPLES, 'training', 'program', 'tests', 'pipeline.json'), 'utf8')) as Agreed;
const RUN = '0'.repeat(32); // for the hash of an input, in which ids of this stack are

const app = exampleApp('training', { outdir: mkdtempSync(join(tmpdir(), 'example-')), context: {} });
const stack = app.node.findChild('DigitsTraining') as Stack;
const template = Template.fromStack(stack);
const definition = definitionOf(stack);

/** It stands in every state that calls the handler. */
function planOf(text: string): Plan {
  const { States: states } = JSON.parse(text) as { States: Record<string, { Parameters?: { plan?: Plan } }> };
  return Object.values(states).map(({ Parameters: given }) => given?.plan).find((plan) => plan !== undefined)!;
}

/** With bucket, image and the registry's address as a deployment would fill them in. */
function deployedWith(image: string): string {
  const text = JSON.stringify(definition);
  const { work, registry } = planOf(text);
  return text.replaceAll(work.bucket, ARTIFACT_BUCKET).replaceAll(registry.image, image)
    .replaceAll(registry.url, 'https://registry.execute-api.eu-west-1.amazonaws.com');
}

/** As Batch fills in a command: each `Ref::name` by what was submitted, or by the definition's own. */
function toldBy(job: string, { Parameters: submitted, ContainerOverrides: overrides }: Submission): Told {
  const [, made] = Object.entries(template.findResources('AWS::Batch::JobDefinition')).find(([id]) => id.startsWith(job))!;
  const { Parameters: own, ContainerProperties: container } = made.Properties as JobDefinition;
  const parameters: Readonly<Record<string, string>> = { ...own, ...submitted };
  const environment = [...container.Environment, ...overrides?.Environment ?? []];
  return {
    arguments: container.Command.map((word) => word.startsWith('Ref::') ? parameters[word.slice('Ref::'.length)] : word),
    environment: Object.fromEntries(environment.map(({ Name, Value }) => [Name, written(Value)])),
  };
}

/** The one reference in an address is that to the bucket. */
function written(value: unknown): string {
  const { 'Fn::Join': joined } = value as { readonly 'Fn::Join'?: readonly [string, readonly unknown[]] };
  return joined === undefined ? String(value) : joined[1].map((part) => typeof part === 'string' ? part : ARTIFACT_BUCKET).join(joined[0]);
}

function after(name: string, { arguments: words }: Told): string {
  return words[words.indexOf(name) + 1];
}

interface Played {
  readonly bench: PipelineBench;
  readonly ended: Ended;
  readonly told: Record<string, Told>;
}

/** Runs the example's pipeline; its jobs know nothing but what a container is told. */
async function played(columns: readonly string[]): Promise<Played> {
  const bench = new PipelineBench(undefined, deployedWith);
  const told: Record<string, Told> = {};
  bench.jobs.Train = (request) => {
    told.train = toldBy('Trainer', request as unknown as Submission);
    bench.s3.put(`${after('--output', told.train)}model.tar.gz`, 'a model');
    return { JobId: 'job-t' };
  };
  bench.jobs.Evaluate = (request) => {
    told.evaluate = toldBy('Evaluator', request as unknown as Submission);
    const facts = { accuracy: 0.97, bias: 0.08, p99LatencyMs: 0.01, dataset: after('--data', told.evaluate) };
    bench.s3.put(after('--evaluation', told.evaluate), JSON.stringify(facts));
    return { JobId: 'job-e' };
  };
  const { data } = planOf(deployedWith('any'));
  const lines = Array.from({ length: 1200 }, (_, row) =>
    columns.map((name, place) => name === 'label' ? row % 10 : (row * 7 + place) % 17));
  bench.s3.put(`s3://${ARTIFACT_BUCKET}/${data.prefix}digits.csv`, [columns, ...lines].join('\n'));
  return { bench, ended: await bench.start(), told };
}

test('the example goes from data to a version that waits for a person, and tells its jobs what the program was tried with', async () => {
  const { bench, ended, told } = await played(AGREED.columns);
  expect(ended).toMatchObject({ state: 'Registered', error: undefined });
  expect(bench.events.map(({ type }) => type)).toEqual(['Model Approval Wanted', 'Training Pipeline Ended']);
  const run = told.train.environment.CHECKPOINT_RUN;
  expect(run).toMatch(/^[0-9a-f]{32}$/);
  const agreed: Agreed = { columns: AGREED.columns, rules: planOf(deployedWith('any')).rules, train: told.train, evaluate: told.evaluate };
  expect(JSON.parse(JSON.stringify(agreed).replaceAll(run, RUN))).toEqual(AGREED);
});

test('data without a column that is asked for costs no machine', async () => {
  const { ended, told } = await played(AGREED.columns.filter((name) => name !== 'label'));
  expect([ended.state, told]).toEqual(['DataRefused', {}]);
});
