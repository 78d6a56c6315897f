import { createHash } from 'node:crypto';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { FakeDataS3 } from './fake-data-s3';
import { ARTIFACT_BUCKET, DATA_BUCKET, SERVING_DIGEST, trainingPipeline } from './pipelines';
import { TrainingPipelineProps } from '../../../lib/training';
import { operations } from '../../../lib/training/pipeline/runtime/operations';
import { PipelineWorld } from '../../../lib/training/pipeline/runtime/pipeline-world';
import { FakeDynamoDb } from '../../../rehearsal/aws/dynamodb/fake-dynamodb';
import { session } from '../../registry/support/callers';
import { RegistryBench } from '../../registry/support/registry-bench';
import { ENV } from '../../support/judged';
import { LocalOptions, localStateMachine } from '../../support/local-step-functions';

const LEDGER = 'ledger';
const HANDLER = 'arn:aws:lambda:eu-west-1:111122223333:function:handler';

interface Definition {
  readonly TimeoutSeconds: number;
  readonly States: Readonly<Record<string, { readonly Type: string; readonly Resource?: string; readonly Retry?: unknown }>>;
}

/** What an integration of Step Functions is asked. */
export type Job = (request: Record<string, never>) => unknown;

/** How an execution ended. */
export interface Ended {
  /** The last state: one of the ends. */
  readonly state: string;
  readonly error?: string;
  readonly output?: Record<string, unknown>;
  readonly arn: string;
}

/** The template's own state machine, references filled in as a deployment would. */
export function definitionOf(stack: Stack): Definition {
  const template = Template.fromStack(stack);
  const [{ Properties }] = Object.values(template.findResources('AWS::StepFunctions::StateMachine'));
  return JSON.parse(deployed(Properties.DefinitionString)) as Definition;
}

function deployed(value: unknown): string {
  if (typeof value === 'string') {
    return value;
  }
  const { 'Fn::Join': join, 'Fn::GetAtt': attribute, 'Ref': reference } = value as Record<string, never>;
  if (join !== undefined) {
    return (join as [string, unknown[]])[1].map(deployed).join((join as [string])[0]);
  }
  if (attribute !== undefined) {
    return /Handler/.test((attribute as string[])[0]) ? HANDLER : `arn:aws:thing:eu-west-1:111122223333:${(attribute as string[]).join('/')}`;
  }
  const pseudo: Record<string, string> = { 'AWS::Partition': 'aws', 'AWS::URLSuffix': 'amazonaws.com', 'AWS::Region': ENV.region, 'AWS::AccountId': ENV.account };
  return pseudo[reference] ?? `arn:aws:thing:eu-west-1:111122223333:${reference as string}`;
}

type Changed = (stack: Stack) => Partial<TrainingPipelineProps>;
const texts = new Map<Changed | undefined, string>();

/** One synth for each way to make a pipeline. */
function definitionText(changed?: Changed): string {
  const text = texts.get(changed) ?? (() => {
    const stack = new Stack(new App(), 'Test', { env: ENV });
    trainingPipeline(stack, changed?.(stack));
    return JSON.stringify(definitionOf(stack));
  })();
  texts.set(changed, text);
  return text;
}

/** What Lambda does with an error: its name stays, its text becomes a description. */
function asLambda(error: unknown): Error {
  const { name, message } = error as Error;
  return Object.assign(new Error(JSON.stringify({ errorType: name, errorMessage: message })), { name });
}

/** Batch or SageMaker fails a job. */
export function failedJob(statusReason: string, attempts: readonly string[] = []): Error {
  return Object.assign(new Error(JSON.stringify({
    JobId: 'job-1', Status: 'FAILED', StatusReason: statusReason, Attempts: attempts.map((reason) => ({ StatusReason: reason })),
  })), { name: 'States.TaskFailed' });
}

/**
 * A pipeline in this process: the template's state machine, run by aws-local-stepfunctions, the real handler, the real registry
 * behind it, and stand-ins for S3, DynamoDB, EventBridge, Batch and SageMaker. Time passes when somebody waits for it.
 */
export class PipelineBench {
  public readonly s3 = new FakeDataS3();
  public readonly dynamodb = new FakeDynamoDb(LEDGER);
  public readonly registry = new RegistryBench({ artifactBucket: ARTIFACT_BUCKET });
  public readonly events: { readonly type: string; readonly detail: Record<string, unknown> }[] = [];
  public readonly lines: string[] = [];
  /** What each state was asked, in order: `[state, parameters]`. */
  public readonly asked: [string, Record<string, never>][] = [];
  public readonly statuses = new Map<string, string>();
  public definition: Definition;
  /** Stand-ins for jobs by the name of their state; a test replaces them to fail. */
  public readonly jobs: Record<string, Job>;
  public registryDown = false;
  /** What stands for the registry's next answers. */
  public readonly gateway: { readonly status: number; readonly text: string }[] = [];
  public eventsDown = false;
  public now = Date.UTC(2026, 10, 28, 3);
  private count = 0;
  private readonly handle = operations(this.world());

  /** `definitionWith`: the state machine of another app, with an image that the registry's ECR has. */
  constructor(changed?: Changed, definitionWith?: (image: string) => string) {
    const image = this.registry.ecr.push('models/churn', 'one');
    // the serving image is one that the registry's ECR has
    this.definition = JSON.parse(definitionWith?.(image) ?? definitionText(changed).replaceAll(SERVING_DIGEST, image.split('@')[1]));
    this.s3.onPut = (bucket, key, bytes) => {
      this.registry.s3.objects.set(`${bucket}/${key}`, {
        body: bytes.toString(), checksumSha256: createHash('sha256').update(bytes).digest('base64'), checksumType: 'FULL_OBJECT',
      });
    };
    this.jobs = { Train: (request) => this.train(request), Evaluate: (request) => this.evaluate(request) };
    this.putData(800);
  }

  /** Another definition from now on. */
  public redeploy(change: (definition: string) => string): void {
    this.definition = JSON.parse(change(JSON.stringify(this.definition)));
  }

  /** A file of CSV that is as it should be. */
  public putData(records: number, name = 'part-0.csv', line = (place: number) => `${20 + place % 60},${place * 1.5},ch`): void {
    const lines = Array.from({ length: records }, (_, place) => line(place));
    this.s3.put(`s3://${DATA_BUCKET}/datasets/churn/${name}`, ['age,spend,country', ...lines].join('\n'));
  }

  /** Starts an execution and waits for its end. `crashAt`: a state before which somebody stops it. */
  public async start(input: unknown = {}, { crashAt }: { readonly crashAt?: string } = {}): Promise<Ended> {
    this.count += 1;
    const arn = `arn:aws:states:eu-west-1:111122223333:execution:pipeline:run-${this.count}`;
    this.statuses.set(arn, 'RUNNING');
    const machine = localStateMachine(this.definition);
    const states: string[] = [];
    const execution = machine.run(input, {
      context: { Execution: { Id: arn, Input: input, StartTime: new Date(this.now).toISOString() } },
      noThrowOnAbort: true,
      overrides: {
        taskResourceLocalHandlers: this.handlers(arn, (state) => {
          states.push(state);
          if (state === crashAt) {
            execution.abort();
            throw new Error('aborted');
          }
        }),
        // not 0, for which no timer would be set and nobody else would get a turn
        waitTimeOverrides: Object.fromEntries(Object.keys(this.definition.States).map((state) => [state, 5])),
        retryIntervalOverrides: Object.fromEntries(Object.keys(this.definition.States).map((state) => [state, 0])),
      },
    });
    const entered = (async () => {
      let last = '';
      for await (const event of execution.eventLogs) {
        last = event.state?.name ?? last;
      }
      return last;
    })();
    let output: Record<string, unknown> | undefined;
    let error: string | undefined;
    try {
      output = await execution.result as Record<string, unknown>;
    } catch (problem) {
      error = (problem as Error).message;
    }
    this.statuses.set(arn, crashAt !== undefined ? 'ABORTED' : error === undefined ? 'SUCCEEDED' : 'FAILED');
    return { state: crashAt !== undefined ? `crashed before ${crashAt}` : await entered, error, output, arn };
  }

  /** What Lambda would be asked by one of the rules. */
  public async ask(event: object): Promise<unknown> {
    return this.handle(event);
  }

  public get ended(): Record<string, unknown>[] {
    return this.events.filter(({ type }) => type === 'Training Pipeline Ended').map(({ detail }) => detail);
  }

  public times(state: string): number {
    return this.asked.filter(([name]) => name === state).length;
  }

  public row(pk: string): Record<string, unknown> | undefined {
    return this.dynamodb.items(LEDGER).find((item) => item.pk === pk);
  }

  private handlers(
    arn: string, enter: (state: string) => void,
  ): LocalOptions['overrides']['taskResourceLocalHandlers'] {
    const tasks = Object.entries(this.definition.States).filter(([, { Type: type }]) => type === 'Task');
    return Object.fromEntries(tasks.map(([state, { Resource: resource }]) => [state, async (given) => {
      const input = given as Record<string, never>;
      enter(state);
      this.asked.push([state, input]);
      if (resource !== HANDLER) {
        return this.jobs[state](input);
      }
      try {
        expect(input.execution).toBe(arn);
        return await this.handle(input);
      } catch (error) {
        throw asLambda(error);
      }
    }]));
  }

  /** What a training program on Batch does. */
  private train({ Parameters: { output } }: Record<string, Record<string, string>>): unknown {
    this.s3.put(`${output}model.tar.gz`, `model of ${output}`);
    return { JobId: `job-${this.asked.length}`, Status: 'SUCCEEDED' };
  }

  private evaluate({ Parameters: { evaluation } }: Record<string, Record<string, string>>): unknown {
    this.s3.put(evaluation, JSON.stringify({ accuracy: 0.93, bias: 0.02, p99LatencyMs: 120, dataset: 's3://our-datasets/test/churn/' }));
    return { JobId: 'job-e', Status: 'SUCCEEDED' };
  }

  private world(): PipelineWorld {
    const caller = session('PipelineHandler', 'handler');
    return {
      dynamodb: this.dynamodb.client(),
      s3: this.s3.client(),
      executions: {
        send: async ({ input: { executionArn } }: { input: { executionArn: string } }) => {
          const status = this.statuses.get(executionArn);
          if (status === undefined) {
            throw Object.assign(new Error('no such execution'), { name: 'ExecutionDoesNotExist' });
          }
          return { status };
        },
      } as never,
      events: {
        send: async ({ input: { Entries: [entry] } }: { input: { Entries: { DetailType: string; Detail: string }[] } }) => {
          if (this.eventsDown) {
            return { FailedEntryCount: 1, Entries: [{ ErrorCode: 'InternalException' }] };
          }
          this.events.push({ type: entry.DetailType, detail: JSON.parse(entry.Detail) });
          return { FailedEntryCount: 0, Entries: [{ EventId: '1' }] };
        },
      } as never,
      send: async (url, { headers, body }) => {
        if (this.registryDown) {
          throw new Error('connect ECONNREFUSED');
        }
        const instead = this.gateway.shift();
        if (instead !== undefined) {
          return { status: instead.status, text: async () => instead.text };
        }
        const answer = await this.registry.as(caller).send({ method: 'POST', target: new URL(url).pathname, headers, body });
        return { status: answer.status, text: async () => JSON.stringify(answer.body) };
      },
      credentials: () => ({ accessKeyId: 'ASIAEXAMPLE', secretAccessKey: 'secret', sessionToken: 'token' }),
      region: ENV.region,
      ledgerTable: LEDGER,
      eventBus: 'default',
      pipeline: 'Test-Pipeline',
      now: () => this.now,
      write: (line) => { this.lines.push(line); },
    };
  }
}
