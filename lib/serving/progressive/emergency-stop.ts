import { aws_iam as iam, aws_kms as kms, aws_logs as logs, aws_ssm as ssm, CfnResource, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Construct, IConstruct } from 'constructs';
import { OUTSIDE_VPC, SHARES_CONCURRENCY, WAITED_FOR } from './handler-findings';
import {
  DeskAddress, ENV_ENVIRONMENT, ENV_RUNBOOK, ENV_STOP_PARAMETER, ENV_TRUSTED_SESSION_ROLES, STOP_ADDRESS_PREFIX, STOP_BUNDLE,
  STOP_ROUTES, StopRight, SWITCH_OFF,
} from './runtime/contract';
import { Checks } from '../../core/checks';
import { HandlerFunction } from '../../core/handler-function';
import { API_HANDLER_TIMEOUT, grantRoutes, IamHttpApi, routeArns, urlOfApi } from '../../core/iam-http-api';
import { KEY, Kinds, LIST, TEXT } from '../../core/kinds';
import { refuseNamesakes } from '../../core/namesakes';
import { ownProps } from '../../core/own-props';
import { runbook } from '../../core/runbook';
import { checkRoles, checkSlug } from '../../registry/registry-rules';
import { checkKept } from '../rendered-resource';

/** One switch that stops every release of the endpoints which read it, and blocks new ones. */
export interface IEmergencyStop extends IConstruct {
  /** The name by which `mlp stop` finds it. */
  readonly stopName: string;
  /** The SSM parameter that is the switch. Nobody but the stop's own function may write it. */
  readonly switchParameterName: string;
  /** The HTTP API. */
  readonly apiId: string;
  /** Where it answers: `https://…`, no slash at the end. */
  readonly url: string;
  /** The SSM parameter by which `mlp` finds it. */
  readonly addressParameterName: string;
  /** How `mlp` finds it, as JSON: the value of the address parameter. Give it to an output `EmergencyStopAddress`. */
  readonly address: string;

  /** Lets somebody stop. Give it to everybody who is on call. */
  grantStop(grantee: iam.IGrantable): iam.Grant;
  /** Lets somebody clear a stop that another person began. */
  grantClear(grantee: iam.IGrantable): iam.Grant;
  /** Lets somebody look whether it is on. */
  grantRead(grantee: iam.IGrantable): iam.Grant;
}

/** What an `EmergencyStop` is made from. */
export interface EmergencyStopProps {
  /**
   * The name by which `mlp stop` finds it: 2 to 32 lower-case letters, digits and `-`, once in an account and Region. Stacks
   * whose releases stop together share one construct.
   * @default - `environment`
   */
  readonly stopName?: string;
  /**
   * What the stack is, such as `production`: it is in every record.
   * @default 'production'
   */
  readonly environment?: string;
  /**
   * Names of roles whose session names somebody other than the caller chooses. As with a `ModelRegistry`: without them two
   * sessions of one role are one person, and one person cannot clear what they stopped.
   * @default - none
   */
  readonly trustedSessionRoles?: string[];
  /**
   * Encrypts the access log. The policy of an imported key has to let CloudWatch Logs use it.
   * @default - a new key, rotated each year and kept when the stack is deleted
   */
  readonly encryptionKey?: kms.IKey;
}

const KINDS: Kinds<EmergencyStopProps> = { stopName: TEXT, environment: TEXT, trustedSessionRoles: LIST, encryptionKey: KEY };
const REQUESTS_PER_SECOND = 10;
const SWITCHES = '/ml-platform/switches/';

abstract class EmergencyStopBase extends Construct implements IEmergencyStop {
  public abstract readonly stopName: string;
  public abstract readonly apiId: string;
  public abstract readonly address: string;

  public get url(): string {
    return urlOfApi(this, this.apiId);
  }

  public get switchParameterName(): string {
    return `${SWITCHES}${this.stopName}`;
  }

  public get addressParameterName(): string {
    return `${STOP_ADDRESS_PREFIX}${this.stopName}`;
  }

  public grantStop(grantee: iam.IGrantable): iam.Grant {
    return this.grantRight(grantee, 'stop');
  }

  public grantClear(grantee: iam.IGrantable): iam.Grant {
    return this.grantRight(grantee, 'clear');
  }

  public grantRead(grantee: iam.IGrantable): iam.Grant {
    return this.grantRight(grantee, 'read');
  }

  private grantRight(grantee: iam.IGrantable, right: StopRight): iam.Grant {
    const arns = routeArns(this, this.apiId, STOP_ROUTES.filter((route) => route.right === right));
    return grantRoutes(this, grantee, arns, this.addressParameterName);
  }
}

/**
 * One switch that stops every release of the endpoints which read it: live releases are taken back, no new one begins, and only a
 * second person can clear it. It fails closed: a switch that cannot be read lets nothing go forward.
 *
 * Makes an SSM parameter, an HTTP API with IAM credentials on every route, a function, and, unless given, a key. Costs: requests;
 * the key.
 *
 * Throws `StopName`, `Environment`, `TrustedSessionRole` or `TrustedSessionRoleTwice`, all problems at once; before them
 * `WrongKind`.
 */
export class EmergencyStop extends EmergencyStopBase {
  public readonly stopName: string;
  public readonly apiId: string;
  /** Who called the API, and with what outcome. */
  public readonly accessLog: logs.ILogGroup;
  public readonly address: string;

  constructor(scope: Construct, id: string, given: EmergencyStopProps = {}) {
    super(scope, id);
    const props = ownProps(given);
    new Checks().kinds(props, KINDS).settle(this);
    const { environment = 'production', trustedSessionRoles = [] } = props;
    this.stopName = props.stopName ?? environment;
    this.check(environment, trustedSessionRoles);
    this.createSwitch();
    const api = new IamHttpApi(this, 'Api', {
      name: `emergency-stop-${this.stopName}`,
      description: 'Stops all releases, and lets a second person clear the stop',
      routes: STOP_ROUTES,
      requestsPerSecond: REQUESTS_PER_SECOND,
      key: props.encryptionKey ?? this.createKey(),
      logFolder: 'emergency-stop',
      logSid: 'EncryptEmergencyStopAccessLog',
      createHandler: (own) => this.createHandler(own, environment, trustedSessionRoles),
    });
    this.apiId = api.apiId;
    this.accessLog = api.accessLog;
    this.address = this.addressOf(environment);
    this.createAddress();
  }

  private check(environment: string, trustedSessionRoles: readonly string[]): void {
    const checks = checkSlug(new Checks(), 'StopName', 'stopName', this.stopName);
    checkSlug(checks, 'Environment', 'environment', environment);
    checkRoles(checks, 'trustedSessionRoles', trustedSessionRoles).settle(this);
    refuseNamesakes(this, { prop: 'stopName', name: this.stopName, hint: 'give one EmergencyStop to the endpoints of both stacks, or another name' });
  }

  private createKey(): kms.Key {
    return new kms.Key(this, 'Key', {
      description: `Who used the emergency stop ${this.node.path}`, enableKeyRotation: true, removalPolicy: RemovalPolicy.RETAIN,
    });
  }

  /**
   * Off at first. Whatever would make CloudFormation update the resource would also set the switch back to off, so nothing of it
   * ever changes: no tags, a description without figures.
   */
  private createSwitch(): void {
    const value = JSON.stringify(SWITCH_OFF);
    const parameter = new ssm.CfnParameter(this, 'Switch', {
      name: this.switchParameterName, type: 'String', description: 'Stops all releases; only the emergency stop writes it', value,
    });
    parameter.addPropertyDeletionOverride('Tags');
    checkKept(parameter as CfnResource, { Name: this.switchParameterName, Type: 'String', Value: value, Tags: undefined },
      'an update of the parameter sets the switch back to off');
  }

  private createHandler(scope: Construct, environment: string, trustedSessionRoles: readonly string[]): HandlerFunction {
    const stack = Stack.of(this);
    return new HandlerFunction(scope, 'Handler', {
      bundle: STOP_BUNDLE,
      description: 'Stops all releases, and lets a second person clear the stop',
      timeout: API_HANDLER_TIMEOUT,
      environment: {
        [ENV_STOP_PARAMETER]: this.switchParameterName,
        [ENV_ENVIRONMENT]: environment,
        [ENV_TRUSTED_SESSION_ROLES]: stack.toJsonString(trustedSessionRoles),
        [ENV_RUNBOOK]: runbook('ReleaseHalted'),
      },
      statements: [new iam.PolicyStatement({
        sid: 'UseSwitch',
        actions: ['ssm:GetParameter', 'ssm:PutParameter'],
        resources: [stack.formatArn({ service: 'ssm', resource: 'parameter', resourceName: this.switchParameterName.slice(1) })],
      })],
      kept: [SHARES_CONCURRENCY, WAITED_FOR],
      outsideVpc: OUTSIDE_VPC,
    });
  }

  private addressOf(environment: string): string {
    const stack = Stack.of(this);
    const address: DeskAddress = { url: this.url, region: stack.region, environment };
    return stack.toJsonString(address);
  }

  private createAddress(): void {
    new ssm.CfnParameter(this, 'Address', {
      name: this.addressParameterName, type: 'String', description: 'How the mlp command finds the emergency stop', value: this.address,
    });
  }
}
