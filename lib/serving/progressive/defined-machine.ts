import { aws_iam as iam, aws_stepfunctions as sfn, ArnFormat, Names, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { Definition } from './states';
import { acknowledge, KeptFinding } from '../../core/acknowledge';

/** What a state machine is made from. */
export interface DefinedMachineProps {
  readonly definition: Definition;
  /** What it may do beside writing logs and traces. */
  readonly statements: readonly iam.PolicyStatement[];
  /** Why statements name more than one resource each. */
  readonly kept: readonly KeptFinding[];
  readonly logGroupArn: string;
}

const LONGEST_NAME = 80;

/**
 * A standard state machine with a literal name, logs without data, traces, and a role with one managed policy. An execution goes
 * on with the definition that it began with; what is started later by it names a version, which stays.
 */
export class DefinedMachine extends Construct {
  /** Written out: a policy of a function that the machine runs could not refer to the machine. */
  public readonly arn: string;
  /** Its executions, as a policy names them. */
  public readonly executionArns: string;
  private readonly resource: sfn.CfnStateMachine;

  constructor(scope: Construct, id: string, props: DefinedMachineProps) {
    super(scope, id);
    const stateMachineName = Names.uniqueResourceName(this, { maxLength: LONGEST_NAME, separator: '-' });
    this.arn = this.arnOf('stateMachine', stateMachineName);
    this.executionArns = this.arnOf('execution', `${stateMachineName}:*`);
    const role = new iam.Role(this, 'Role', {
      description: props.definition.Comment,
      assumedBy: new iam.ServicePrincipal('states.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    });
    const policy = this.createPolicy(role, props);
    this.resource = new sfn.CfnStateMachine(this, 'Resource', {
      stateMachineName,
      stateMachineType: 'STANDARD',
      definitionString: Stack.of(this).toJsonString(props.definition),
      roleArn: role.roleArn,
      tracingConfiguration: { enabled: true },
      loggingConfiguration: {
        level: 'ALL',
        includeExecutionData: false, // names of people are in it
        destinations: [{ cloudWatchLogsLogGroup: { logGroupArn: props.logGroupArn } }],
      },
    });
    this.resource.node.addDependency(policy);
  }

  /** The machine as it is now, and stays: a new definition is a new version, and the old one is kept. */
  public publish(description: string): string {
    const version = new sfn.CfnStateMachineVersion(this, 'Version', {
      stateMachineArn: this.resource.ref, stateMachineRevisionId: this.resource.attrStateMachineRevisionId, description,
    });
    version.applyRemovalPolicy(RemovalPolicy.RETAIN);
    return version.ref;
  }

  private createPolicy(role: iam.Role, { definition, statements, kept }: DefinedMachineProps): iam.ManagedPolicy {
    const policy = new iam.ManagedPolicy(this, 'Policy', {
      description: definition.Comment,
      roles: [role],
      statements: [
        ...statements,
        // https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html#cloudwatch-iam-policy
        new iam.PolicyStatement({
          sid: 'DeliverLogs',
          actions: [
            'logs:CreateLogDelivery', 'logs:DeleteLogDelivery', 'logs:DescribeLogGroups', 'logs:DescribeResourcePolicies',
            'logs:GetLogDelivery', 'logs:ListLogDeliveries', 'logs:PutResourcePolicy', 'logs:UpdateLogDelivery',
          ],
          resources: ['*'],
        }),
        new iam.PolicyStatement({
          sid: 'WriteTraces',
          actions: ['xray:GetSamplingRules', 'xray:GetSamplingTargets', 'xray:PutTelemetryRecords', 'xray:PutTraceSegments'],
          resources: ['*'],
        }),
      ],
    });
    acknowledge(policy, {
      rules: ['AwsSolutions-IAM5[Resource::*]'],
      reason: 'The actions by which a state machine delivers its logs and traces have no resource ARN in IAM.',
    }, ...kept);
    return policy;
  }

  private arnOf(resource: string, resourceName: string): string {
    return Stack.of(this).formatArn({ service: 'states', resource, resourceName, arnFormat: ArnFormat.COLON_RESOURCE_NAME });
  }
}
