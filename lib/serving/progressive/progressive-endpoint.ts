import {
  aws_cloudwatch as cw, aws_ec2 as ec2, aws_iam as iam, aws_kms as kms, aws_logs as logs, aws_sns as sns, aws_ssm as ssm,
  Duration, ITaggableV2, Names, RemovalPolicy, Stack, TagManager, TagType,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { checkAlarm } from './check-alarms';
import { checkEndpoint, triggersOf } from './check-endpoint';
import { IEmergencyStop } from './emergency-stop';
import { EndpointDeletion } from './endpoint-deletion';
import { EndpointLifecycle } from './endpoint-lifecycle';
import { ProgressiveEndpointProps } from './progressive-endpoint-props';
import { createEndpointAlarms } from './release-alarms';
import { ReleaseController } from './release-controller';
import {
  DESK_PARAMETER_PREFIX, DESK_ROUTES, DeskAddress, DeskRight, LIFECYCLE_TYPE, METRIC_HALTED, METRIC_NOT_PRUNED,
  METRIC_RESTORE_SECONDS, METRIC_ROLLED_BACK, METRICS_NAMESPACE,
} from './runtime/contract';
import { madeByReleases } from './served-endpoint';
import { profileOf } from './serving-profile';
import { letLogsEncrypt } from '../../core/encrypted-logs';
import { grantRoutes, routeArns } from '../../core/iam-http-api';
import { refuseNamesakes } from '../../core/namesakes';
import { ownProps } from '../../core/own-props';
import { createKey, takesKey } from '../endpoint-key';
import { EndpointSlot } from '../endpoint-slot';
import { ExecutionRole } from '../execution-role';
import { IModelEndpoint } from '../model-endpoint';
import { ModelEndpointBase } from '../model-endpoint-base';
import { RollbackAlarms } from '../rollback-alarms';

const LONGEST_NAME = 63;

/**
 * An endpoint whose versions go out by releases, not by deployments: a share of requests first, watched, and taken back by
 * itself. `cdk deploy` makes what a release needs, and never changes what is served. The endpoint itself is made by its first
 * release, or is one that exists already under that name.
 *
 * Makes an execution role, a security group, a log group, alarms on the candidate, and, unless given, a key; with the first of a
 * stack also what releases run on: two tables, two state machines, eight functions, two HTTP APIs, an emergency stop, a topic, a
 * queue, keys. Everything that serving needs is kept when the stack is deleted. Costs: the instances, twice during a release; the
 * alarms; keys; tables, functions and state transitions by use.
 */
export class ProgressiveEndpoint extends ModelEndpointBase implements ITaggableV2 {
  /** An endpoint of this account and Region that exists already, by name: to invoke it and to read its metrics. */
  public static fromEndpointName(scope: Construct, id: string, endpointName: string): IModelEndpoint {
    class Import extends ModelEndpointBase {
      public readonly endpointName = endpointName;
      public readonly endpointArn = arnOf(this, endpointName);
    }
    return new Import(scope, id, { physicalName: endpointName });
  }

  public readonly endpointName: string;
  public readonly endpointArn: string;
  /** What SageMaker hosts the models with. */
  public readonly executionRole: iam.IRole;
  /** The alarms that take a release back, in the order of the triggers. */
  public readonly rollbackAlarms: cw.IAlarmRef[];
  /** Alarms about releases that take none back: one was halted, traffic came back too slowly. */
  public readonly releaseAlarms: cw.IAlarmRef[];
  /** Where people are told. */
  public readonly notifications: sns.ITopicRef;
  /** What encrypts storage and logs. */
  public readonly encryptionKey: kms.IKey;
  /** Where the container writes. */
  public readonly logGroup: logs.ILogGroup;
  /** What stops its releases. */
  public readonly emergencyStop: IEmergencyStop;
  /** How `mlp` finds the desk, as JSON. Give it to an output `ReleaseDeskAddress`. */
  public readonly deskAddress: string;
  /** Tags that whatever releases make gets, besides those of the stack. */
  public readonly cdkTagManager: TagManager;

  private readonly controller: ReleaseController;

  constructor(scope: Construct, id: string, given: ProgressiveEndpointProps) {
    super(scope, id, { physicalName: given.endpointName });
    const props = ownProps(given);
    checkEndpoint(this, props);
    this.endpointName = props.endpointName ?? nameFromPath(this);
    this.endpointArn = arnOf(this, this.endpointName);
    this.cdkTagManager = new TagManager(TagType.MAP, LIFECYCLE_TYPE, props.tags ?? {});
    this.controller = ReleaseController.of(this, { registry: props.model.registry, stop: props.emergencyStop });
    this.emergencyStop = this.controller.stop;
    this.notifications = props.notify ?? this.controller.notifications;
    this.encryptionKey = props.encryptionKey ?? createKey(this);
    this.logGroup = this.createLogGroup(props.logRetention);

    const securityGroup = this.createSecurityGroup(props);
    const role = this.createRole(props, securityGroup);
    this.executionRole = role.role;
    const alarms = this.createAlarms(props);
    this.rollbackAlarms = [...alarms.alarms];
    const rights = this.createRights(props, alarms);
    this.deskAddress = this.createAddress(props);
    this.releaseAlarms = this.createReleaseAlarms();
    this.createLifecycle(props, securityGroup, alarms, [role, rights]);
    refuseNamesakes(this, { prop: 'endpointName', name: this.endpointName });
  }

  /** Lets somebody start releases of this endpoint, and roll it back. */
  public grantRelease(grantee: iam.IGrantable): iam.Grant {
    return this.grantRight(grantee, 'release');
  }

  /** Lets somebody abort a release of this endpoint. Give it to everybody who is on call. */
  public grantAbort(grantee: iam.IGrantable): iam.Grant {
    return this.grantRight(grantee, 'abort');
  }

  /** Lets somebody allow another person's release after two that failed. */
  public grantAllow(grantee: iam.IGrantable): iam.Grant {
    return this.grantRight(grantee, 'allow');
  }

  /** Lets somebody see the live release of this endpoint, and the history. */
  public grantReadReleases(grantee: iam.IGrantable): iam.Grant {
    return this.grantRight(grantee, 'read');
  }

  /** Releases that were rolled back, by a verdict or an alarm. */
  public metricReleasesRolledBack(options?: cw.MetricOptions): cw.Metric {
    return this.releaseMetric(METRIC_ROLLED_BACK, { statistic: cw.Stats.SUM, ...options });
  }

  /** Releases that stand still until a person looks. */
  public metricReleasesHalted(options?: cw.MetricOptions): cw.Metric {
    return this.releaseMetric(METRIC_HALTED, { statistic: cw.Stats.SUM, ...options });
  }

  /** Ends of releases after which configurations or models stayed that nothing needs; the next end tries again. */
  public metricReleasesNotPruned(options?: cw.MetricOptions): cw.Metric {
    return this.releaseMetric(METRIC_NOT_PRUNED, { statistic: cw.Stats.SUM, ...options });
  }

  /** Seconds from detection to traffic that is back, without the time in which SageMaker held the endpoint locked. */
  public metricRestoreSeconds(options?: cw.MetricOptions): cw.Metric {
    return this.releaseMetric(METRIC_RESTORE_SECONDS, { statistic: cw.Stats.MAXIMUM, ...options });
  }

  /** SageMaker would make the log group by itself, unencrypted and for ever. */
  private createLogGroup(retention: logs.RetentionDays = logs.RetentionDays.THREE_MONTHS): logs.LogGroup {
    const logGroupName = `/aws/sagemaker/Endpoints/${this.endpointName}`;
    letLogsEncrypt(this.encryptionKey, 'EncryptEndpointLogs', logGroupName);
    return new logs.LogGroup(this, 'Logs', {
      logGroupName, retention, encryptionKey: this.encryptionKey, removalPolicy: RemovalPolicy.RETAIN,
    });
  }

  private createSecurityGroup({ network }: ProgressiveEndpointProps): ec2.ISecurityGroup {
    const securityGroup = network.workloadSecurityGroup(this, 'SecurityGroup', `Models of ${this.node.path}`);
    securityGroup.applyRemovalPolicy(RemovalPolicy.RETAIN); // the endpoint outlives the stack, and its interfaces use it
    return securityGroup;
  }

  private createRole(props: ProgressiveEndpointProps, securityGroup: ec2.ISecurityGroup): ExecutionRole {
    const { model, network, instanceType } = props;
    const { artifacts } = model.registry;
    return new ExecutionRole(this, 'ExecutionRole', {
      grantServe: (policy) => model.grantServe(policy),
      artifactArns: artifacts === undefined ? [] : [artifacts.bucket.arnForObjects(`${model.name}/*`)],
      logGroup: this.logGroup,
      storageKey: takesKey(instanceType) ? this.encryptionKey : undefined,
      subnets: network.subnets,
      securityGroup,
    });
  }

  /** On the candidate alone: a sick version before must not block its own fix. */
  private createAlarms(props: ProgressiveEndpointProps): RollbackAlarms {
    const alarms = new RollbackAlarms(this, 'Rollback', {
      ...triggersOf(props),
      topic: this.notifications,
      target: { endpointName: this.endpointName, variantName: EndpointSlot.CANDIDATE.variantName },
    });
    alarms.alarms.forEach(checkAlarm);
    return alarms;
  }

  private createRights({ model, instanceType }: ProgressiveEndpointProps, alarms: RollbackAlarms): Construct {
    return this.controller.serve(this, {
      endpointName: this.endpointName,
      endpointArn: this.endpointArn,
      model,
      executionRole: this.executionRole,
      storageKey: takesKey(instanceType) ? this.encryptionKey : undefined,
      topicArn: this.notifications.topicRef.topicArn,
      alarmArns: alarms.arns,
      made: madeByReleases(this, this.endpointName),
    });
  }

  private createAddress({ model }: ProgressiveEndpointProps): string {
    const stack = Stack.of(this);
    const address: DeskAddress = { url: this.controller.desk.url, region: stack.region, environment: model.registry.environment };
    const value = stack.toJsonString(address);
    new ssm.CfnParameter(this, 'Desk', {
      name: this.deskParameterName, type: 'String', description: 'How the mlp command finds the releases of an endpoint', value,
    });
    return value;
  }

  private createReleaseAlarms(): cw.Alarm[] {
    return createEndpointAlarms(this, this.endpointName, this.notifications, {
      halted: this.metricReleasesHalted(), restoreSeconds: this.metricRestoreSeconds(),
    });
  }

  private createLifecycle(
    props: ProgressiveEndpointProps, securityGroup: ec2.ISecurityGroup, alarms: RollbackAlarms, rights: Construct[],
  ): void {
    new EndpointLifecycle(this, 'Lifecycle', {
      handler: this.controller.lifecycle,
      endpointName: this.endpointName,
      profile: profileOf(this, props, {
        endpointName: this.endpointName,
        executionRole: this.executionRole,
        securityGroup,
        storageKey: takesKey(props.instanceType) ? this.encryptionKey : undefined,
        topic: this.notifications,
        alarms: alarms.names,
        tags: this.cdkTagManager,
      }),
      onDelete: props.onDelete ?? EndpointDeletion.REFUSE,
      after: [...rights, securityGroup, alarms, this.logGroup, this.encryptionKey, this.controller],
    });
  }

  private get deskParameterName(): string {
    return `${DESK_PARAMETER_PREFIX}${this.endpointName}`;
  }

  private grantRight(grantee: iam.IGrantable, right: DeskRight): iam.Grant {
    const routes = DESK_ROUTES.filter((route) => route.right === right)
      .map(({ method, path }) => ({ method, path: path.replace('{endpoint}', this.endpointName) }));
    return grantRoutes(this, grantee, routeArns(this, this.controller.desk.apiId, routes), this.deskParameterName);
  }

  private releaseMetric(metricName: string, options: cw.MetricOptions): cw.Metric {
    const dimensionsMap = { EndpointName: this.endpointName };
    return new cw.Metric({ namespace: METRICS_NAMESPACE, metricName, dimensionsMap, period: Duration.minutes(5), ...options });
  }
}

/** A name that is known at synth and stays: from the path, as CDK derives all of its names. */
function nameFromPath(scope: ProgressiveEndpoint): string {
  return Names.uniqueResourceName(scope, { maxLength: LONGEST_NAME, separator: '-' }).toLowerCase();
}

function arnOf(scope: Construct, endpointName: string): string {
  return Stack.of(scope).formatArn({ service: 'sagemaker', resource: 'endpoint', resourceName: endpointName });
}
