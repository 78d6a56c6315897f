import {
  aws_cloudwatch as cw, aws_iam as iam, aws_kms as kms, aws_logs as logs, aws_sagemaker as sagemaker, aws_sns as sns, Names,
  RemovalPolicy, Stack,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { DeploymentPlan } from './deployment-plan';
import { createKey, keepNvmeFinding, letLogsUse, storageKey } from './endpoint-key';
import { ExistingModel } from './existing-model';
import { HostedModel } from './hosted-model';
import { checkEnvironment } from './model-environment';
import { checkRenderedDeployment } from './rendered-deployment';
import { RollbackTopic } from './rollback-topic';
import { ModelArtifact, ModelImage } from '../../artifacts';
import { Checks } from '../../core/checks';
import { MlInstanceType } from '../../core/instance-type';
import { shown } from '../../core/invalid-props';
import { checkName } from '../../core/names';
import { IMlNetwork } from '../../network';
import { EndpointSlot } from '../endpoint-slot';
import { IModelEndpoint } from '../model-endpoint';
import { ModelEndpointBase } from '../model-endpoint-base';
import { RollbackAlarms } from '../rollback-alarms';
import { RollbackTrigger } from '../rollback-trigger';

/** What a `GuardedEndpoint` is made from: `image` with `network`, or `existingModel`. */
export interface GuardedEndpointProps {
  /**
   * The name callers invoke: 2 to 63 lower-case letters, digits and inner hyphens. Changing it replaces the endpoint.
   * @default - derived from the path of the construct; it does not change between deployments
   */
  readonly endpointName?: string;
  /**
   * The container that serves, by digest.
   * @default - none; `existingModel` is required then
   */
  readonly image?: ModelImage;
  /**
   * The model it serves. Left out for an image that holds its model.
   * @default - none
   */
  readonly artifact?: ModelArtifact;
  /**
   * Environment of the container: at most 100 entries of at most 1024 characters. Everybody who may describe the model
   * reads it, so names and values that look like secrets are refused.
   * @default - none
   */
  readonly environment?: { [name: string]: string };
  /**
   * Where the model runs. Required with `image`; the network of an existing model is its maker's.
   * @default - none
   */
  readonly network?: IMlNetwork;
  /**
   * Whether the container can call out. An isolated container answers requests, nothing else.
   * @default true
   */
  readonly networkIsolation?: boolean;
  /**
   * A SageMaker model made elsewhere, in place of `image`, `artifact`, `environment`, `network` and `networkIsolation`.
   * @default - a model is made from `image`
   */
  readonly existingModel?: ExistingModel;
  /** The machine. Inf1 is refused: SageMaker's guardrails silently do not apply to it. */
  readonly instanceType: MlInstanceType;
  /**
   * How many machines: at least two, because one machine is one zone.
   * @default 2
   */
  readonly instanceCount?: number;
  /**
   * How a new version takes over.
   * @default DeploymentPlan.canary()
   */
  readonly deployment?: DeploymentPlan;
  /**
   * What ends a deployment and brings the old fleet back: one to ten triggers.
   * @default RollbackTrigger.defaults()
   */
  readonly rollbackOn?: RollbackTrigger[];
  /**
   * Who is told when a trigger fires.
   * @default - a new encrypted topic, `notifications`; subscribe to it
   */
  readonly notify?: sns.ITopicRef;
  /**
   * Encrypts the storage of the instances (where the family takes a key), the log group and the default topic. The policy
   * of an imported key has to let CloudWatch and CloudWatch Logs use it; a key of the same app is told.
   * @default - a new key with rotation
   */
  readonly encryptionKey?: kms.IKey;
  /**
   * How long the container's log lines are kept.
   * @default logs.RetentionDays.THREE_MONTHS
   */
  readonly logRetention?: logs.RetentionDays;
}

const FEWEST_INSTANCES = 2;
const LONGEST_NAME = 63;

/**
 * A SageMaker endpoint owned by CloudFormation. `cdk deploy` of a new image or artifact goes out by SageMaker's deployment
 * guardrails and rolls itself back when a trigger fires on the new fleet.
 *
 * Makes a model, an endpoint configuration, an endpoint, four alarms, and, unless given, role, security group, key, log
 * group and topic. Everything that serving needs is kept when the stack is deleted. Costs: the instances, twice while a
 * blue/green deployment runs; the alarms; a key; logs.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails.html
 */
export class GuardedEndpoint extends ModelEndpointBase {
  /** An endpoint of this account and Region that exists already, by name. */
  public static fromEndpointName(scope: Construct, id: string, endpointName: string): IModelEndpoint {
    class Import extends ModelEndpointBase {
      public readonly endpointName = endpointName;
      public readonly endpointArn = endpointArn(this, endpointName);
    }
    return new Import(scope, id, { physicalName: endpointName });
  }

  public readonly endpointName: string;
  public readonly endpointArn: string;
  /** What SageMaker hosts the model with. */
  public readonly executionRole: iam.IRole;
  /** The alarms that roll back, in the order of the triggers. */
  public readonly rollbackAlarms: cw.IAlarmRef[];
  /** Where the alarms report. */
  public readonly notifications: sns.ITopicRef;
  /** What encrypts storage, logs and the default topic. */
  public readonly encryptionKey: kms.IKey;
  /** Where the container writes. */
  public readonly logGroup: logs.ILogGroup;

  constructor(scope: Construct, id: string, props: GuardedEndpointProps) {
    super(scope, id, { physicalName: props.endpointName });
    checkProps(this, props);
    // a literal, never the attribute of the endpoint: alarms name it, and the endpoint names the alarms
    this.endpointName = props.endpointName ?? nameFromPath(this);
    this.endpointArn = endpointArn(this, this.endpointName);

    this.encryptionKey = props.encryptionKey ?? createKey(this);
    this.logGroup = this.createLogGroup(props.logRetention);
    this.notifications = props.notify ?? new RollbackTopic(this, 'Notifications', { key: this.encryptionKey }).topic;

    const model = props.existingModel ?? this.createModel(props);
    this.executionRole = model.executionRole;
    const config = this.createEndpointConfig(props, model.modelName);
    const alarms = this.createAlarms(props, config);
    this.rollbackAlarms = [...alarms.alarms];
    this.createEndpoint(props, config, alarms);
  }

  /** SageMaker would make the log group by itself, unencrypted and for ever. */
  private createLogGroup(retention: logs.RetentionDays = logs.RetentionDays.THREE_MONTHS): logs.LogGroup {
    const logGroupName = `/aws/sagemaker/Endpoints/${this.endpointName}`;
    letLogsUse(this, this.encryptionKey, logGroupName);
    return new logs.LogGroup(this, 'Logs', {
      logGroupName, retention, encryptionKey: this.encryptionKey, removalPolicy: RemovalPolicy.RETAIN,
    });
  }

  private createModel(props: GuardedEndpointProps): HostedModel {
    return new HostedModel(this, 'Model', {
      image: props.image!, // checked
      network: props.network!,
      artifact: props.artifact,
      environment: props.environment ?? {},
      isolated: props.networkIsolation ?? true,
      logGroup: this.logGroup,
      storageKey: storageKey(props.instanceType, this.encryptionKey),
    });
  }

  /** Unnamed, because every change replaces it, and kept, because it is what a rollback goes back to. */
  private createEndpointConfig(props: GuardedEndpointProps, modelName: string): sagemaker.CfnEndpointConfig {
    const config = new sagemaker.CfnEndpointConfig(this, 'Config', {
      kmsKeyId: storageKey(props.instanceType, this.encryptionKey)?.keyArn,
      productionVariants: [{
        variantName: EndpointSlot.STABLE.variantName,
        modelName,
        instanceType: props.instanceType.name,
        initialInstanceCount: instanceCount(props),
        initialVariantWeight: 1,
      }],
    });
    config.applyRemovalPolicy(RemovalPolicy.RETAIN);
    props.existingModel?._settle(config);
    keepNvmeFinding(config, props.instanceType);
    return config;
  }

  private createAlarms(props: GuardedEndpointProps, config: sagemaker.CfnEndpointConfig): RollbackAlarms {
    return new RollbackAlarms(this, 'Rollback', {
      prop: 'rollbackOn',
      triggers: props.rollbackOn ?? RollbackTrigger.defaults(),
      topic: this.notifications,
      target: {
        endpointName: this.endpointName,
        variantName: EndpointSlot.STABLE.variantName,
        endpointConfigName: config.attrEndpointConfigName, // the new fleet only: the old one must not block its own fix
      },
    });
  }

  private createEndpoint(props: GuardedEndpointProps, config: sagemaker.CfnEndpointConfig, alarms: RollbackAlarms): void {
    const plan = props.deployment ?? DeploymentPlan.canary();
    const endpoint = new sagemaker.CfnEndpoint(this, 'Resource', {
      endpointName: this.endpointName,
      endpointConfigName: config.attrEndpointConfigName,
      deploymentConfig: {
        ...plan._render(this, { instanceCount: instanceCount(props), ...alarms.detection }),
        autoRollbackConfiguration: { alarms: alarms.names.map((alarmName) => ({ alarmName })) },
      },
    });
    endpoint.applyRemovalPolicy(RemovalPolicy.RETAIN);
    endpoint.node.addDependency(this.logGroup, this.grantDescribe(alarms));
    checkRenderedDeployment(endpoint);
  }

  /**
   * SageMaker reads the alarms with the execution role. The endpoint waits for this policy and the model does not: alarms
   * name the configuration, which names the model, so a policy the model waited for would close a circle.
   */
  private grantDescribe(alarms: RollbackAlarms): iam.ManagedPolicy {
    return new iam.ManagedPolicy(this, 'ReadRollbackAlarms', {
      description: `Reads the alarms that roll ${this.node.path} back`,
      roles: [this.executionRole],
      statements: [new iam.PolicyStatement({
        sid: 'ReadRollbackAlarms', actions: ['cloudwatch:DescribeAlarms'], resources: alarms.arns,
      })],
    });
  }
}

function checkProps(scope: GuardedEndpoint, props: GuardedEndpointProps): void {
  const checks = new Checks()
    .number('InstanceCount', 'instanceCount', props.instanceCount, {
      min: FEWEST_INSTANCES, whole: true, hint: 'one instance is one Availability Zone',
    })
    .report('NoGuardrails', props.instanceType.supportsGuardrails === false
      ? `\`instanceType\` must take SageMaker's deployment guardrails: got ${shown(props.instanceType.name)}, for which SageMaker `
        + 'falls back to all at once without a bake and says nothing; choose an Inf2 type'
      : undefined);
  if (props.endpointName !== undefined) {
    checkName(checks, 'endpointName', 'endpointName', props.endpointName);
  }
  checkModelProps(checks, props);
  checks.settle(scope);
  props.image?._settle(scope);
  props.instanceType._settle(scope);
}

/** Either everything a model is made from, or a model. */
function checkModelProps(checks: Checks, props: GuardedEndpointProps): void {
  const { existingModel, image, artifact, environment, network, networkIsolation } = props;
  if (existingModel === undefined) {
    checks.report('ImageMissing', image === undefined ? '`image` must be given, or `existingModel`: got neither' : undefined);
    checks.report('NetworkMissing', network === undefined
      ? '`network` must be given with `image`: got none; make an MlNetwork, or bring your VPC with MlNetwork.fromVpc' : undefined);
    checkEnvironment(checks, 'environment', environment ?? {});
    return;
  }
  const given = Object.entries({ image, artifact, environment, network, networkIsolation })
    .filter(([, value]) => value !== undefined).map(([prop]) => `\`${prop}\``);
  checks.report('ModelGivenTwice', given.length === 0 ? undefined
    : `\`existingModel\` must stand alone, because its maker decided these already: got ${given.join(', ')} as well; drop them`);
}

function instanceCount(props: GuardedEndpointProps): number {
  return props.instanceCount ?? FEWEST_INSTANCES;
}

/** A name that is known at synth and stays: from the path, as CDK derives all of its names. */
function nameFromPath(scope: GuardedEndpoint): string {
  return Names.uniqueResourceName(scope, { maxLength: LONGEST_NAME, separator: '-' }).toLowerCase();
}

function endpointArn(scope: Construct, endpointName: string): string {
  return Stack.of(scope).formatArn({ service: 'sagemaker', resource: 'endpoint', resourceName: endpointName });
}
