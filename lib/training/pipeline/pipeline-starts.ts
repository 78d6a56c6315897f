import { aws_events as events, aws_iam as iam, aws_scheduler as scheduler, aws_sqs as sqs, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { PipelineStart } from './pipeline-start';
import { TrainingData } from './training-data';

/** What starts a pipeline by itself. */
export interface PipelineStartsProps {
  readonly starts: readonly PipelineStart[];
  readonly machineArn: string;
  readonly name: string;
  readonly data: TrainingData;
  /** Where a start goes that could not be made. */
  readonly undelivered: sqs.IQueue;
}

/** Schedules and rules that start an execution, and the one role with which they do. */
export class PipelineStarts extends Construct {
  constructor(scope: Construct, id: string, private readonly props: PipelineStartsProps) {
    super(scope, id);
    if (props.starts.length === 0) {
      return;
    }
    const role = this.createRole();
    props.starts.forEach((start, place) => {
      if (start.schedule === undefined) {
        this.createRule(`Arrival${place}`, start.suffix, role);
      } else {
        this.createSchedule(`Schedule${place}`, start.schedule, role);
      }
    });
  }

  private createRole(): iam.Role {
    const { machineArn, undelivered, name } = this.props;
    const conditions = { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } };
    const role = new iam.Role(this, 'Role', {
      description: `Starts the training pipeline ${name}`,
      assumedBy: new iam.CompositePrincipal(
        new iam.ServicePrincipal('events.amazonaws.com', { conditions }), new iam.ServicePrincipal('scheduler.amazonaws.com', { conditions }),
      ),
    });
    new iam.ManagedPolicy(this, 'Policy', {
      description: `Starts the training pipeline ${name}`,
      roles: [role],
      statements: [
        new iam.PolicyStatement({ sid: 'Start', actions: ['states:StartExecution'], resources: [machineArn] }),
        new iam.PolicyStatement({ sid: 'KeepLostStarts', actions: ['sqs:SendMessage'], resources: [undelivered.queueArn] }),
      ],
    });
    return role;
  }

  private createSchedule(id: string, { expressionString, timeZone }: scheduler.ScheduleExpression, role: iam.Role): void {
    new scheduler.CfnSchedule(this, id, {
      description: `Starts the training pipeline ${this.props.name}`,
      scheduleExpression: expressionString,
      scheduleExpressionTimezone: timeZone?.timezoneName,
      flexibleTimeWindow: { mode: 'OFF' },
      target: {
        arn: this.props.machineArn,
        roleArn: role.roleArn,
        input: JSON.stringify({ startedBy: 'schedule' }),
        deadLetterConfig: { arn: this.props.undelivered.queueArn },
      },
    });
  }

  private createRule(id: string, suffix: string | undefined, role: iam.Role): void {
    const { data: { bucket, prefix }, machineArn, name, undelivered } = this.props;
    const rule = new events.Rule(this, id, {
      description: `Starts the training pipeline ${name} when data arrives`,
      eventPattern: {
        source: ['aws.s3'],
        detailType: ['Object Created'],
        detail: {
          bucket: { name: [bucket.bucketName] },
          object: { key: [suffix === undefined ? { prefix } : { wildcard: `${prefix}*${suffix}` }] },
        },
      },
    });
    rule.addTarget({
      bind: () => ({
        arn: machineArn,
        role,
        input: events.RuleTargetInput.fromObject({ startedBy: 'arrival' }),
        deadLetterConfig: { arn: undelivered.queueArn },
      }),
    });
  }
}
