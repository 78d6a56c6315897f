import { aws_iam as iam, aws_kms as kms, aws_logs as logs, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { DefinedMachine } from './defined-machine';
import { ReleaseHandlers } from './release-handlers';
import { releaseMachine } from './release-machine';
import { stageMachine } from './stage-machine';
import { KeptFinding, wildcardResource } from '../../core/acknowledge';
import { letLogsEncrypt, logGroupNameOf } from '../../core/encrypted-logs';
import { HandlerFunction } from '../../core/handler-function';

/** What the machines are made from. */
export interface ReleaseMachinesProps {
  readonly handlers: ReleaseHandlers;
  /** Encrypts the logs of executions. */
  readonly key: kms.IKey;
}

/** The machine of a release, and the machine of a day of a stage, which the first one starts. */
export class ReleaseMachines extends Construct {
  public readonly releaseMachineArn: string;
  /** The executions of that machine, as a policy names them. */
  public readonly releaseExecutionArns: string;
  /** What executions did, without their data. */
  public readonly logGroup: logs.LogGroup;

  constructor(scope: Construct, id: string, { handlers, key }: ReleaseMachinesProps) {
    super(scope, id);
    this.logGroup = this.createLogGroup(key);
    const { clerk, judge, writer, pruner } = handlers;
    const stage = new DefinedMachine(this, 'Stage', {
      definition: stageMachine({ writer: writer.versionArn, judge: judge.versionArn }),
      statements: [run(writer, judge)],
      kept: [anyVersion(this, writer, judge)],
      logGroupArn: this.logGroup.logGroupArn,
    });
    const stageMachineVersion = stage.publish('A day of a stage, as a release that began with it goes on');
    const release = new DefinedMachine(this, 'Release', {
      definition: releaseMachine({
        clerk: clerk.versionArn, writer: writer.versionArn, pruner: pruner.versionArn, stageMachine: stageMachineVersion,
      }),
      statements: [run(clerk, writer, pruner), ...startStages(stage)],
      kept: [anyVersion(this, clerk, writer, pruner), {
        rules: [wildcardResource(this, stage.executionArns)],
        reason: 'An execution is named after a release that does not exist yet; the machine is named.',
      }],
      logGroupArn: this.logGroup.logGroupArn,
    });
    this.releaseMachineArn = release.arn;
    this.releaseExecutionArns = release.executionArns;
  }

  /** Step Functions has its own folder, whose groups do not use up the room of a resource policy. */
  private createLogGroup(key: kms.IKey): logs.LogGroup {
    const logGroupName = `/aws/vendedlogs/states${logGroupNameOf(this, 'releases')}`;
    letLogsEncrypt(key, 'EncryptExecutionLogs', logGroupName);
    return new logs.LogGroup(this, 'Logs', {
      logGroupName, encryptionKey: key, retention: logs.RetentionDays.ONE_YEAR, removalPolicy: RemovalPolicy.RETAIN,
    });
  }
}

/** Every version: a release that began before a deployment goes on with the versions that it began with. */
function run(...handlers: HandlerFunction[]): iam.PolicyStatement {
  return new iam.PolicyStatement({ sid: 'Run', actions: ['lambda:InvokeFunction'], resources: handlers.map(versionsOf) });
}

function anyVersion(scope: Construct, ...handlers: HandlerFunction[]): KeptFinding {
  return {
    rules: handlers.map((handler) => wildcardResource(scope, versionsOf(handler))),
    reason: 'A release that began before a deployment goes on with the versions of the functions that it began with; the functions are named.',
  };
}

function versionsOf({ functionArn }: HandlerFunction): string {
  return `${functionArn}:*`;
}

/** https://docs.aws.amazon.com/step-functions/latest/dg/stepfunctions-iam.html and auth-version-alias.html: IAM names no version */
function startStages(stage: DefinedMachine): iam.PolicyStatement[] {
  const stack = Stack.of(stage);
  return [
    new iam.PolicyStatement({ sid: 'StartStages', actions: ['states:StartExecution'], resources: [stage.arn] }),
    new iam.PolicyStatement({
      sid: 'FollowStages', actions: ['states:DescribeExecution', 'states:StopExecution'], resources: [stage.executionArns],
    }),
    new iam.PolicyStatement({
      sid: 'HearOfStages',
      actions: ['events:DescribeRule', 'events:PutRule', 'events:PutTargets'],
      resources: [stack.formatArn({
        service: 'events', resource: 'rule', resourceName: 'StepFunctionsGetEventsForStepFunctionsExecutionRule',
      })],
    }),
  ];
}
