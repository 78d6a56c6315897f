import { aws_iam as iam, aws_lambda as lambda, aws_logs as logs, aws_sqs as sqs, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Construct, IConstruct } from 'constructs';
import { acknowledge, inRegulatedPacks, KeptFinding } from './acknowledge';
import { handlerBundle } from './handler-bundle';
import { HandlerLogs } from './handler-logs';

/** What a handler runs with. */
export interface HandlerFunctionProps {
  /** The folder of its bundle: the name of its `*.lambda.ts` file. */
  readonly bundle: string;
  readonly description: string;
  readonly timeout: Duration;
  /** By the names in its contract. */
  readonly environment: { readonly [name: string]: string };
  /** What it may do beside writing logs and traces; each with a sid. */
  readonly statements: readonly iam.PolicyStatement[];
  /** Why nobody reads a dead-letter queue of it, and why it takes no share of the account's concurrency. */
  readonly kept: readonly KeptFinding[];
  /** Why statements name more than one resource each. */
  readonly keptOnPolicy?: readonly KeptFinding[];
  /**
   * In MiB; CPU goes with it.
   * @default 256
   */
  readonly memorySize?: number;
  /**
   * Where an event goes that was sent and not waited for, when every try has failed. The function may send there.
   * @default - nowhere
   */
  readonly deadLetterQueue?: sqs.IQueue;
  /**
   * Why it runs outside of any VPC.
   * @default - it answers CloudFormation
   */
  readonly outsideVpc?: string;
}

/** The packs that ask for a dead-letter queue. */
export const DEAD_LETTER_RULES = ['Serverless-LambdaDLQ', ...inRegulatedPacks('LambdaDLQ').filter((rule) => !rule.startsWith('PCI'))];

/** Why a function that answers CloudFormation has neither a dead-letter queue nor a concurrency of its own. */
export const ANSWERS_CLOUDFORMATION: readonly KeptFinding[] = [{
  rules: DEAD_LETTER_RULES,
  reason: 'CloudFormation waits for the answer and ends the deployment with an error when none comes; an event in a queue would be '
    + 'answered by nobody.',
}, {
  rules: ['HIPAA.Security', 'NIST.800.53.R5'].map((pack) => `${pack}-LambdaConcurrency`),
  reason: 'Only CloudFormation calls it, once or twice for each deployment; a reservation would take capacity from the functions that '
    + 'serve.',
}];

const ANSWERS_FROM_OUTSIDE = 'It calls public AWS APIs over TLS and holds no connection to anything in a VPC; inside one it would need a way '
  + 'out for the answer to CloudFormation, which goes to an address in S3.';

/**
 * A function of this library: bundled code, the stack's log group, a role with one managed policy. Makes three resources and,
 * with the first function of a stack, two for the logs. Costs: what it runs, traces, and the logs.
 */
export class HandlerFunction extends Construct {
  /** The function of that id for the whole stack that `scope` is in, made by the first who asks. */
  public static inStackOf(scope: IConstruct, id: string, props: HandlerFunctionProps): HandlerFunction {
    const stack = Stack.of(scope);
    const existing = stack.node.tryFindChild(id) as HandlerFunction | undefined;
    return existing ?? new HandlerFunction(stack, id, props);
  }

  public readonly functionArn: string;
  /** For what calls it, and for its metrics. Permissions go to `policy`. */
  public readonly handler: lambda.Function;
  /** Takes grants in place of the role, so that no policy is inline. */
  public readonly policy: iam.ManagedPolicy;
  /** For further managed policies, where one would become too long. */
  public readonly role: iam.Role;
  private readonly statements: readonly iam.PolicyStatement[];

  constructor(scope: Construct, id: string, props: HandlerFunctionProps) {
    super(scope, id);
    this.statements = props.statements;
    const logGroup = HandlerLogs.of(this);
    this.role = new iam.Role(this, 'Role', {
      description: props.description, assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
    });
    this.policy = this.createPolicy(props, logGroup.logGroupArn);
    this.handler = this.createFunction(props, logGroup);
    this.functionArn = this.handler.functionArn;
    this.keepFindings(props);
  }

  /** The version that stays, of the code and settings as they are now. */
  public get versionArn(): string {
    return this.handler.currentVersion.functionArn;
  }

  /** One of the statements that it was made with, so that each who uses the function can add what is theirs. */
  public statement(sid: string): iam.PolicyStatement {
    const statement = this.statements.find((each) => each.sid === sid);
    if (statement === undefined) {
      throw new Error(`${this.node.path} has no statement ${sid}`);
    }
    return statement;
  }

  private createFunction(props: HandlerFunctionProps, logGroup: logs.ILogGroup): lambda.Function {
    const handler = new lambda.Function(this, 'Resource', {
      description: props.description,
      code: handlerBundle(props.bundle),
      handler: 'index.handler',
      runtime: lambda.Runtime.NODEJS_24_X, // the newest, which two packs ask for
      architecture: lambda.Architecture.ARM_64,
      memorySize: props.memorySize ?? 256,
      timeout: props.timeout,
      environment: { ...props.environment },
      role: this.role.withoutPolicyUpdates(), // or CDK would add tracing as an inline policy
      logGroup,
      tracing: lambda.Tracing.ACTIVE,
      deadLetterQueue: props.deadLetterQueue,
      currentVersionOptions: { removalPolicy: RemovalPolicy.RETAIN },
    });
    handler.node.addDependency(this.policy);
    return handler;
  }

  private createPolicy(props: HandlerFunctionProps, logGroupArn: string): iam.ManagedPolicy {
    const { description, statements, deadLetterQueue } = props;
    return new iam.ManagedPolicy(this, 'Policy', {
      description,
      roles: [this.role],
      statements: [
        new iam.PolicyStatement({
          sid: 'WriteLogs', actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: [logGroupArn],
        }),
        new iam.PolicyStatement({
          sid: 'WriteTraces', actions: ['xray:PutTelemetryRecords', 'xray:PutTraceSegments'], resources: ['*'],
        }),
        ...statements,
        ...deadLetterQueue === undefined ? [] : [new iam.PolicyStatement({
          sid: 'KeepFailedEvents', actions: ['sqs:SendMessage'], resources: [deadLetterQueue.queueArn],
        })],
      ],
    });
  }

  private keepFindings({ kept, keptOnPolicy = [], outsideVpc = ANSWERS_FROM_OUTSIDE }: HandlerFunctionProps): void {
    acknowledge(this.handler, { rules: inRegulatedPacks('LambdaInsideVPC'), reason: outsideVpc }, ...kept);
    acknowledge(this.policy, {
      rules: ['AwsSolutions-IAM5[Resource::*]'],
      reason: 'The X-Ray write actions, and reading metrics and the SageMaker list actions where they are granted, have no resource ARN in IAM.',
    }, ...keptOnPolicy);
  }
}
