import { aws_iam as iam, aws_scheduler as scheduler, Duration, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { letReadArtifacts, NO_CONCURRENCY, OUTSIDE_VPC, RegistryParts } from './registry-parts';
import { ENV_ENVIRONMENT, ENV_REGISTRY_TABLE, ENV_RUNBOOK, RETENTION_BUNDLE } from './runtime/contract';
import { HandlerFunction } from '../core/handler-function';
import { runbook } from '../core/runbook';
import { onTable, useTableKey } from '../core/table-access';

/** How often it is looked whether what must stay is there. */
export const CHECK_INTERVAL = Duration.hours(6);

/** Looks whether the artifact and the image of every version that must stay redeployable are still there. */
export class RegistryRetention extends Construct {
  public readonly handler: HandlerFunction;

  constructor(scope: Construct, id: string, props: RegistryParts) {
    super(scope, id);
    this.handler = this.createHandler(props);
    this.createSchedule(props);
  }

  private createHandler({ environment, key, table, artifacts, images, failures }: RegistryParts): HandlerFunction {
    const handler = new HandlerFunction(this, 'Handler', {
      bundle: RETENTION_BUNDLE,
      description: `Looks whether the versions that the model registry ${environment} keeps are there`,
      timeout: Duration.minutes(15),
      environment: {
        [ENV_REGISTRY_TABLE]: table.tableName, [ENV_ENVIRONMENT]: environment, [ENV_RUNBOOK]: runbook('RetainedVersionMissing'),
      },
      statements: [
        onTable('ReadRegistry', ['GetItem', 'Scan'], table.tableArn),
        useTableKey(key),
        new iam.PolicyStatement({
          sid: 'LookAtImages', actions: ['ecr:DescribeImages'], resources: images.map(({ repository }) => repository.repositoryArn),
        }),
      ],
      kept: [NO_CONCURRENCY],
      deadLetterQueue: failures,
      outsideVpc: OUTSIDE_VPC,
    });
    letReadArtifacts(this, handler, artifacts);
    return handler;
  }

  /** Without a start, a rate begins at once: https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html */
  private createSchedule({ environment, failures }: RegistryParts): void {
    const role = new iam.Role(this, 'SchedulerRole', {
      description: 'Starts the check of retained versions',
      assumedBy: new iam.ServicePrincipal('scheduler.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    });
    const policy = new iam.ManagedPolicy(this, 'SchedulerPolicy', {
      description: 'Starts the check of retained versions',
      roles: [role],
      statements: [
        new iam.PolicyStatement({ sid: 'Start', actions: ['lambda:InvokeFunction'], resources: [this.handler.functionArn] }),
        new iam.PolicyStatement({ sid: 'KeepFailedStarts', actions: ['sqs:SendMessage'], resources: [failures.queueArn] }),
      ],
    });
    new scheduler.CfnSchedule(this, 'Schedule', {
      description: `Starts the check of retained versions of the model registry ${environment}`,
      flexibleTimeWindow: { mode: 'OFF' },
      scheduleExpression: `rate(${CHECK_INTERVAL.toHours()} hours)`,
      target: { arn: this.handler.functionArn, roleArn: role.roleArn, deadLetterConfig: { arn: failures.queueArn } },
    }).node.addDependency(policy);
  }
}
