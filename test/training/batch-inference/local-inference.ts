import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { MapState, named, runMap } from './distributed-map';
import { LocalMachine, localMachine, ran, Task } from './local-stepfunctions';
import { batchInference, INPUTS, OUTPUTS } from './supplies';
import { PlanEvent, Report, ReportEvent } from '../../../lib/training/batch-inference/runtime/contract';
import { InferenceSettings } from '../../../lib/training/batch-inference/runtime/inference-settings';
import { InferenceWorld } from '../../../lib/training/batch-inference/runtime/inference-world';
import { planRun } from '../../../lib/training/batch-inference/runtime/plan-run';
import { reportRun } from '../../../lib/training/batch-inference/runtime/report-run';
import { S3Folder } from '../../../lib/training/batch-inference/runtime/s3-folder';
import { FakeS3 } from '../../registry/support/fake-s3';
import { ENV } from '../../support/judged';

/** What an execution came to. */
export interface Ended {
  readonly status: 'SUCCEEDED' | 'FAILED';
  readonly report?: Report;
  readonly error?: string;
  readonly cause?: string;
}

/** What a program does with one input: an output, nothing, a word why not, or the end of its job. */
export type Program = (input: string) => {
  readonly output?: string;
  readonly failure?: string;
  readonly exit?: number;
  readonly status?: string;
};

interface Changed {
  readonly inputsPerJob?: number;
  readonly maxConcurrency?: number;
  readonly toleratedPercent?: number;
}

const IN = 'our-artifacts';
const OUT = 'our-results';
const ID = 'arn:aws:states:eu-west-1:111122223333:execution:machine';

/**
 * The synthesized state machine of a `BatchInference` in this process: its definition by the local Step Functions, its handlers
 * unmodified, S3 a fake, Batch a function, and the distributed map a stand-in (distributed-map.ts).
 */
export class LocalInference {
  public readonly s3 = new FakeS3();
  /** What handlers wrote to their log. */
  public readonly lines: Record<string, unknown>[] = [];
  /** The inputs that jobs worked on, by execution. */
  public readonly worked: Record<string, string[]> = {};
  public program: Program = scored;
  public settings: InferenceSettings;
  /** What Batch says to a submission. */
  public submitTrouble?: Error;
  /** What the map ends with before it begins. */
  public mapTrouble?: Error;
  private readonly machines = machines();
  private clock = Date.parse('2026-11-28T22:00:00Z');

  constructor(private readonly changed: Changed = {}) {
    this.settings = {
      name: 'claims',
      inputBucket: IN,
      inputPrefix: INPUTS,
      outputBucket: OUT,
      outputPrefix: OUTPUTS,
      outputSuffix: '.out',
      inputsPerJob: changed.inputsPerJob ?? 100,
      toleratedPercent: changed.toleratedPercent ?? 0,
      image: 'image@sha256:1',
      model: '',
      fingerprint: 'first',
      runbook: 'Runbook: article',
    };
  }

  public put(...names: string[]): void {
    names.forEach((name) => { this.s3.objects.set(`${IN}/${INPUTS}${name}`, { body: `content of ${name}` }); });
  }

  /** The names of the outputs of a run, in order, and what they say. */
  public outputs(run: string): Record<string, string> {
    const prefix = `${OUT}/${OUTPUTS}results/${run}/`;
    const outputs = [...this.s3.objects].filter(([key]) => key.startsWith(prefix));
    return Object.fromEntries(outputs.map(([key, { body }]) => [key.slice(prefix.length), body]).sort());
  }

  /** The lines of the manifest of failed inputs. */
  public failed({ failedManifest }: Report): Record<string, string>[] {
    const text = this.s3.objects.get(failedManifest.slice('s3://'.length))?.body ?? '';
    return text.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Record<string, string>);
  }

  /** Starts an execution and waits for its end. */
  public async start(input: object, name: string): Promise<Ended> {
    this.worked[name] = [];
    const { machine } = this.machines;
    const handlers: Record<string, Task> = {
      Plan: async (call) => ({ Payload: await planRun(payload<PlanEvent>(call), this.world()) }),
      Infer: async (state) => this.map(state, name),
      Report: async (call) => ({ Payload: await reportRun(payload<ReportEvent>(call), this.world()) }),
    };
    const { output, error, cause } = await ran(machine, input, handlers, {
      Execution: { Name: name, Id: `${ID}:${name}`, Input: input, StartTime: '2026-11-28T22:00:00Z' },
    });
    return error === undefined ? { status: 'SUCCEEDED', report: output as Report } : { status: 'FAILED', error, cause };
  }

  public world(): InferenceWorld {
    const client = whoMayListFolders(this.s3);
    return {
      settings: this.settings,
      stores: { input: new S3Folder(client, IN), output: new S3Folder(client, OUT) },
      now: () => { this.clock += 1000; return this.clock; },
      write: (line) => { this.lines.push(JSON.parse(line) as Record<string, unknown>); },
    };
  }

  private async map(state: unknown, execution: string): Promise<unknown> {
    if (this.mapTrouble !== undefined) {
      throw this.mapTrouble;
    }
    const { map, processor } = this.machines;
    const { toleratedPercent: ToleratedFailurePercentage } = this.settings;
    const { maxConcurrency: MaxConcurrency = map.MaxConcurrency } = this.changed;
    return runMap({ ...map, ToleratedFailurePercentage, MaxConcurrency }, processor, state, this.s3, {
      Submit: async (job) => this.work(job, execution),
    });
  }

  /** A job of Batch: works through its list and says what it could not do. */
  private async work(submission: unknown, execution: string): Promise<unknown> {
    if (this.submitTrouble !== undefined) {
      throw this.submitTrouble;
    }
    const { Parameters: { work, failures } } = submission as { Parameters: { work: string; failures: string } };
    const lines = this.s3.objects.get(work.slice('s3://'.length))!.body.split('\n').filter((line) => line !== '')
      .map((line) => JSON.parse(line) as { input: string; output: string });
    const said: string[] = [];
    for (const { input, output } of lines) {
      this.worked[execution].push(input.split('/').pop()!);
      const done = this.program(input);
      if (done.exit !== undefined) {
        throw named('States.TaskFailed', JSON.stringify({
          JobId: 'job-1',
          JobName: 'claims',
          Status: 'FAILED',
          StatusReason: done.status ?? 'Essential container in task exited',
          Container: { ExitCode: done.exit, Command: ['python', 'score.py', 'A SECRET PLACE'], LogStreamName: 'job/1' },
        }));
      }
      if (done.output !== undefined) {
        this.s3.objects.set(output.slice('s3://'.length), { body: done.output });
      } else if (done.failure !== undefined) {
        said.push(JSON.stringify({ input, reason: done.failure }));
      }
    }
    if (said.length > 0) {
      this.s3.objects.set(failures.slice('s3://'.length), { body: said.join('\n') });
    }
    return Promise.resolve({ JobId: 'job-1', Status: 'SUCCEEDED' });
  }
}

interface Machines {
  /** With a task in place of the map. */
  readonly machine: LocalMachine;
  readonly map: MapState;
  readonly processor: LocalMachine;
}

/** S3 as it answers those who may list some folders only: what is missing is forbidden. */
function whoMayListFolders(s3: FakeS3): ReturnType<FakeS3['client']> {
  const client = s3.client();
  const send = async (command: never): Promise<unknown> => {
    try {
      return await (client.send as (given: never) => Promise<unknown>)(command);
    } catch (error) {
      throw ['NoSuchKey', 'NotFound'].includes((error as Error).name) ? named('AccessDenied', 'Access Denied') : error;
    }
  };
  return { send } as unknown as ReturnType<FakeS3['client']>;
}

function scored(input: string): ReturnType<Program> {
  return { output: `scored ${input}` };
}

let made: Machines | undefined;

/** One synth and one validation for all tests: that props get into the template is a claim of batch-inference.test.ts. */
function machines(): Machines {
  made ??= makeMachines();
  return made;
}

function makeMachines(): Machines {
  const stack = new Stack(new App(), 'Test', { env: ENV });
  batchInference(stack);
  const definition = definitionIn(stack);
  const { Infer: map, ...states } = definition.States as { Infer: MapState & Record<string, unknown> };
  const { Next, ResultPath, Catch, ItemProcessor } = map;
  const { StartAt, States } = ItemProcessor as Record<string, unknown>;
  const Infer = { Type: 'Task', Resource: 'arn:aws:lambda:eu-west-1:111122223333:function:map', ResultPath, Catch, Next };
  return {
    machine: localMachine({ ...definition, States: { ...states, Infer } }), map, processor: localMachine({ StartAt, States }),
  };
}

/** The definition in a template, references spelt as something that looks like what they become. */
export function definitionIn(stack: Stack): { readonly States: Record<string, object> } {
  const [{ Properties }] = Object.values(Template.fromStack(stack).findResources('AWS::StepFunctions::StateMachine'));
  const [, parts] = Properties.DefinitionString['Fn::Join'] as [string, (string | Record<string, unknown>)[]];
  const texts = parts.map((part) => typeof part === 'string' ? part : part.Ref === 'AWS::Partition' ? 'aws' : 'reference');
  return JSON.parse(texts.join('')) as { States: Record<string, object> };
}

function payload<T>(call: unknown): T {
  return (call as { Payload: T }).Payload;
}
