import { aws_ec2 as ec2, aws_iam as iam } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import * as doors from './doors';
import { byAccount, trustedImages, withinAccount } from './endpoint-policies';
import { Checks } from '../core/checks';
import { shown } from '../core/invalid-props';
import { Kinds, listOf, needed, TEXT, thing } from '../core/kinds';
import { ownProps } from '../core/own-props';

/** What may pass an interface endpoint. */
export interface InterfaceEndpointOptions {
  /**
   * The actions that may be called on resources of this account, each named in full, e.g. `states:StartExecution`.
   */
  readonly actions: string[];
  /**
   * The ARNs of the resources, which may hold wildcards. Whatever they say, only resources of this account can be reached.
   * @default - any resource of this account
   */
  readonly resources?: string[];
  /**
   * Actions that no resource goes with, e.g. `states:SendTaskSuccess`: for them AWS cannot say whose resource it is, so only
   * the caller is checked to belong to this account. Never put an action here that writes to a resource.
   * @default - none
   */
  readonly accountActions?: string[];
}

const SERVICE = needed(thing('a service of AWS, as in ec2.InterfaceVpcEndpointAwsService.SQS', 'name', 'shortName', 'port'));
const KINDS: Kinds<InterfaceEndpointOptions> = {
  actions: needed(listOf(TEXT)),
  resources: listOf(TEXT),
  accountActions: listOf(TEXT),
};

/**
 * A private door to one AWS service, with the policy that says what may pass: callers of this account, resources of this
 * account, and named actions. The policy grants nothing; a caller's own permissions still decide.
 *
 * Each is billed by the hour in each zone, and by the gigabyte.
 */
export class InterfaceEndpoint {
  /** The SageMaker API: jobs, models, endpoints, pipelines, monitoring; not notebooks, not presigned addresses. */
  public static readonly SAGEMAKER_API = new InterfaceEndpoint(doors.SAGEMAKER_API);
  /** Invoking endpoints. */
  public static readonly SAGEMAKER_RUNTIME = new InterfaceEndpoint(doors.SAGEMAKER_RUNTIME);
  /** ECR's API; pulling needs `ECR_DOCKER` too. */
  public static readonly ECR_API = new InterfaceEndpoint(doors.ECR_API);
  /** ECR's registry, for pulling. */
  public static readonly ECR_DOCKER = new InterfaceEndpoint(doors.ECR_DOCKER);
  /** Writing logs. */
  public static readonly LOGS = new InterfaceEndpoint(doors.LOGS);
  /** Writing and reading metrics, reading alarms. */
  public static readonly MONITORING = new InterfaceEndpoint(doors.MONITORING);
  /** Assuming roles of this account. */
  public static readonly STS = new InterfaceEndpoint(doors.STS);
  /** Using keys of this account; making grants does not pass. */
  public static readonly KMS = new InterfaceEndpoint(doors.KMS);
  /** Running state machines and answering their tasks. */
  public static readonly STEP_FUNCTIONS = new InterfaceEndpoint(doors.STEP_FUNCTIONS);
  /** Putting events on buses of this account. */
  public static readonly EVENTBRIDGE = new InterfaceEndpoint(doors.EVENTBRIDGE);
  /** Reading secrets. */
  public static readonly SECRETS_MANAGER = new InterfaceEndpoint(doors.SECRETS_MANAGER);
  /** Reading parameters of Systems Manager. */
  public static readonly SSM = new InterfaceEndpoint(doors.SSM);
  /** Invoking functions. */
  public static readonly LAMBDA = new InterfaceEndpoint(doors.LAMBDA);
  /** Publishing to topics. */
  public static readonly SNS = new InterfaceEndpoint(doors.SNS);
  /** Sending and receiving messages. */
  public static readonly SQS = new InterfaceEndpoint(doors.SQS);
  /** Submitting and watching Batch jobs. */
  public static readonly BATCH = new InterfaceEndpoint(doors.BATCH);
  /** The first of three that Batch instances in these subnets need; without them an instance never joins its cluster. */
  public static readonly ECS = new InterfaceEndpoint(doors.ECS);
  /** The second of three that Batch instances need. */
  public static readonly ECS_AGENT = new InterfaceEndpoint(doors.ECS_AGENT);
  /** The third of three that Batch instances need. */
  public static readonly ECS_TELEMETRY = new InterfaceEndpoint(doors.ECS_TELEMETRY);

  /** What a network has when nothing is said: SageMaker API and runtime, both of ECR, logs, metrics, STS and KMS. */
  public static defaults(): InterfaceEndpoint[] {
    return [
      InterfaceEndpoint.SAGEMAKER_API, InterfaceEndpoint.SAGEMAKER_RUNTIME,
      InterfaceEndpoint.ECR_API, InterfaceEndpoint.ECR_DOCKER,
      InterfaceEndpoint.LOGS, InterfaceEndpoint.MONITORING,
      InterfaceEndpoint.STS, InterfaceEndpoint.KMS,
    ];
  }

  /** The defaults and others. */
  public static defaultsAnd(...others: InterfaceEndpoint[]): InterfaceEndpoint[] {
    return [...InterfaceEndpoint.defaults(), ...others];
  }

  /**
   * Any other service, or a known one with other actions. The service must support endpoint policies, or the deployment
   * fails: `aws ec2 describe-vpc-endpoint-services` shows it as `VpcEndpointPolicySupported`.
   *
   * Throws `EndpointActions` when an action is not named in full or none is given; before it `WrongKind`.
   */
  public static of(service: ec2.InterfaceVpcEndpointAwsService, options: InterfaceEndpointOptions): InterfaceEndpoint {
    const own = ownProps(options);
    new Checks().kinds({ service }, { service: SERVICE }).kinds(own, KINDS).settle();
    const { actions, resources = ['*'], accountActions = [] } = own;
    return new InterfaceEndpoint({ service, actions, resources, accountActions });
  }

  /** The service behind the door, e.g. `sagemaker.api`. */
  public readonly serviceName: string;

  private readonly checks: Checks;

  private constructor(private readonly door: doors.Door) {
    this.serviceName = door.service.shortName;
    const all = [...door.actions, ...door.accountActions];
    this.checks = new Checks().that('EndpointActions', { all }, (known) => wrongActions(known.all));
    this.checks.settle();
  }

  /** @internal */
  public _settle(scope: IConstruct): void {
    this.checks.settle(scope);
  }

  /** @internal */
  public _service(): ec2.InterfaceVpcEndpointAwsService {
    return this.door.service;
  }

  /** @internal */
  public _statements(trustedImageAccounts: readonly string[]): iam.PolicyStatement[] {
    const { actions, resources, accountActions } = this.door;
    return [
      ...(actions.length > 0 ? [withinAccount('OwnResources', actions, resources)] : []),
      ...(accountActions.length > 0 ? [byAccount('OwnAccount', accountActions)] : []),
      ...(this.serviceName.startsWith('ecr.') ? trustedImages(trustedImageAccounts) : []),
    ];
  }
}

function wrongActions(actions: readonly string[]): string | undefined {
  const unnamed = actions.find((action) => !/^[a-z0-9-]+:[A-Za-z0-9]+$/.test(action));
  if (actions.length > 0 && unnamed === undefined) {
    return undefined;
  }
  const got = unnamed === undefined ? 'none' : shown(unnamed);
  return `\`actions\` must name each action in full, like 'states:StartExecution', and at least one: got ${got}`;
}
