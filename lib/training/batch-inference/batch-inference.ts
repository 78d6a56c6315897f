import {
  aws_cloudwatch as cw, aws_iam as iam, aws_kms as kms, aws_logs as logs, aws_sns as sns, aws_stepfunctions as sfn,
  Names, RemovalPolicy, Tokenization,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { BatchInferenceProps } from './batch-inference-props';
import { BoundEngine } from './bound-engine';
import { checkInference, JudgedInference } from './check-inference';
import { InferenceAlarms } from './inference-alarms';
import { InferenceFolders } from './inference-folders';
import { InferenceHandlers } from './inference-handlers';
import { InferenceMachine } from './inference-machine';
import { executionMetric, inferenceMetric } from './inference-metrics';
import { InferenceWatch } from './inference-watch';
import {
  ENV_IMAGE, ENV_INPUT_BUCKET, ENV_INPUT_PREFIX, ENV_INPUTS_PER_JOB, ENV_MODEL, ENV_NAME, ENV_OUTPUT_BUCKET, ENV_OUTPUT_PREFIX,
  ENV_OUTPUT_SUFFIX, ENV_RUNBOOK, ENV_SETTINGS_HASH, ENV_TOLERATED_PERCENT, INFERENCE_METRICS,
} from './runtime/contract';
import { AlarmTopic } from '../../core/alarm-topic';
import { ownProps } from '../../core/own-props';
import { runbook } from '../../core/runbook';
import { TrainingJob } from '../training-job';

const LONGEST_NAME = 100;

/**
 * A program that works on many objects in S3, one output for each: a state machine plans, a distributed map runs jobs, and a
 * report names every input that has no output, with a reason.
 *
 * Start it with `{"run": "nightly-2026-11-28"}`. Another execution with the same run works on what is missing and on nothing
 * else; the place of an output depends on run and input only, and a run keeps its program, so no attempt overwrites what is not
 * its own. The inputs can be named by a manifest: `{"run": "…", "manifest": "s3://…"}`.
 *
 * Makes a state machine, a job, two functions of its own and one for the stack, roles with managed policies, three alarms,
 * encrypted logs, and, unless given, a key and a topic. Costs: machines while jobs run; state transitions; logs of each of
 * them; alarms; four metrics; a key.
 *
 * Throws all problems at once: `FolderUnknown`, `JobPrefix`, `OutputInInput`, `OutputSuffix`, `InputsPerJob`,
 * `InferenceConcurrency`, `ToleratedFailures`, `InferenceTimeout`, `InferenceAge` or `LogRetention`; before them
 * `WrongKind`, and then those of its `TrainingJob`.
 */
export class BatchInference extends Construct {
  /** What runs it. */
  public readonly stateMachine: sfn.IStateMachine;
  /** What works on inputs. */
  public readonly job: TrainingJob;
  /** The alarms, each with an article in the runbook. */
  public readonly alarms: cw.IAlarmRef[];
  /** Where the alarms report. */
  public readonly notifications: sns.ITopicRef;
  /** What encrypts executions, logs and the default topic. */
  public readonly encryptionKey: kms.IKey;
  private readonly name: string;

  constructor(scope: Construct, id: string, given: BatchInferenceProps) {
    super(scope, id);
    const props = ownProps(given);
    const judged = checkInference(this, props);
    const { logRetention = logs.RetentionDays.THREE_MONTHS } = props;
    // from the path, as CDK derives all of its names
    this.name = Names.uniqueResourceName(this, { maxLength: LONGEST_NAME, separator: '-' });
    this.encryptionKey = props.encryptionKey ?? this.createKey();
    this.notifications = props.notify ?? new AlarmTopic(this, 'Notifications', { key: this.encryptionKey }).topic;
    const folders = new InferenceFolders(props);
    const engine = props.engine._bind(this, { data: folders.ofJobs, encryptionKey: this.encryptionKey, logRetention });
    this.job = engine.job;
    const handlers = new InferenceHandlers(this, 'Handlers', { folders, environment: this.environment(props, judged, engine) });
    const { stateMachineArn } = new InferenceMachine(this, 'Machine', {
      ...judged,
      plannerArn: handlers.planner.functionArn,
      reporterArn: handlers.reporter.functionArn,
      folders,
      outputBucketName: props.outputBucket.bucketName,
      state: engine.state,
      after: engine.policies,
      key: this.encryptionKey,
      logRetention,
    });
    this.stateMachine = sfn.StateMachine.fromStateMachineArn(this, 'StateMachine', stateMachineArn);
    new InferenceWatch(this, 'Watch', { stateMachineArn, name: this.name });
    this.alarms = new InferenceAlarms(this, 'Alarms', {
      stateMachineArn, name: this.name, limits: judged.limits, topic: this.notifications,
    }).alarms;
  }

  /**
   * Lets somebody start runs, and go on with them. What a run reads and writes is not theirs to choose: inputs below the input
   * folder, by prefix or manifest, and outputs of that run.
   */
  public grantStart(grantee: iam.IGrantable): iam.Grant {
    return this.stateMachine.grantStartExecution(grantee);
  }

  /** Inputs of runs that ended. */
  public metricInputs(options?: cw.MetricOptions): cw.Metric {
    return inferenceMetric(this.name, INFERENCE_METRICS.inputs, 'Sum', options);
  }

  /** Inputs of runs that ended which have no output. */
  public metricFailedInputs(options?: cw.MetricOptions): cw.Metric {
    return inferenceMetric(this.name, INFERENCE_METRICS.failedInputs, 'Sum', options);
  }

  /** Runs that ended with more failures than tolerated. */
  public metricOverTolerance(options?: cw.MetricOptions): cw.Metric {
    return inferenceMetric(this.name, INFERENCE_METRICS.overTolerance, 'Sum', options);
  }

  /** Since when the oldest run that has not ended runs, in seconds, measured every quarter of an hour; 0 when none does. */
  public metricRunningAge(options?: cw.MetricOptions): cw.Metric {
    return inferenceMetric(this.name, INFERENCE_METRICS.runningAge, 'Maximum', options);
  }

  /** Executions that failed, those over tolerance among them. */
  public metricFailedRuns(options?: cw.MetricOptions): cw.Metric {
    return executionMetric(this.stateMachine.stateMachineArn, 'ExecutionsFailed', options);
  }

  /** Executions that ended well, with all outputs or with few enough missing. */
  public metricSucceededRuns(options?: cw.MetricOptions): cw.Metric {
    return executionMetric(this.stateMachine.stateMachineArn, 'ExecutionsSucceeded', options);
  }

  private createKey(): kms.Key {
    return new kms.Key(this, 'Key', {
      description: `Executions, logs and notifications of ${this.node.path}`, enableKeyRotation: true, removalPolicy: RemovalPolicy.RETAIN,
    });
  }

  private environment(
    { inputBucket, inputPrefix, outputBucket, outputPrefix }: BatchInferenceProps, judged: JudgedInference, engine: BoundEngine,
  ): Record<string, string> {
    return {
      [ENV_NAME]: this.name,
      [ENV_INPUT_BUCKET]: inputBucket.bucketName,
      [ENV_INPUT_PREFIX]: inputPrefix,
      [ENV_OUTPUT_BUCKET]: outputBucket.bucketName,
      [ENV_OUTPUT_PREFIX]: outputPrefix,
      [ENV_OUTPUT_SUFFIX]: judged.outputSuffix,
      [ENV_INPUTS_PER_JOB]: Tokenization.stringifyNumber(judged.inputsPerJob),
      [ENV_TOLERATED_PERCENT]: Tokenization.stringifyNumber(judged.toleratedFailurePercent),
      [ENV_IMAGE]: engine.image,
      [ENV_MODEL]: engine.model,
      [ENV_SETTINGS_HASH]: engine.settingsHash,
      [ENV_RUNBOOK]: runbook('BatchInferenceFailed'),
    };
  }
}
