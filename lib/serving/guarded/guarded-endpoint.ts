import {
  aws_cloudwatch as cw, aws_iam as iam, aws_kms as kms, aws_logs as logs, aws_sagemaker as sagemaker, aws_sns as sns, CfnResource,
  Names, RemovalPolicy, Stack,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { checkProps, fleetOf, planOf, triggersOf } from './check-props';
import { ConfigPruner } from './config-pruner';
import { checkDeployedInstanceType } from './deployed-instance-type';
import { DeploymentVerifier } from './deployment-verifier';
import { createEndpointConfig, fewestInstances, storageKeyOf } from './endpoint-config';
import { GuardedEndpointProps } from './guarded-endpoint-props';
import { HostedModel } from './hosted-model';
import { ModelContainer } from './model-container';
import { checkRenderedDeployment } from './rendered-deployment';
import { createKey } from '../endpoint-key';
import { scaledResource } from './scaling-policy';
import { AlarmTopic } from '../../core/alarm-topic';
import { letLogsEncrypt } from '../../core/encrypted-logs';
import { refuseNamesakes } from '../../core/namesakes';
import { EndpointSlot } from '../endpoint-slot';
import { IModelEndpoint } from '../model-endpoint';
import { ModelEndpointBase } from '../model-endpoint-base';
import { checkKept, checkWaits } from '../rendered-resource';
import { RollbackAlarms } from '../rollback-alarms';
import { ENDPOINT_TAG } from '../runtime/contract';

const LONGEST_NAME = 63;
const SLOT = EndpointSlot.STABLE.variantName;

/**
 * A SageMaker endpoint owned by CloudFormation. `cdk deploy` of a new image or artifact goes out by SageMaker's deployment
 * guardrails and rolls itself back when a trigger fires on the new fleet. A deployment that SageMaker rolled back without a
 * word is noticed and fails, and earlier versions stay to go back to.
 *
 * Makes a model, an endpoint configuration, an endpoint, five alarms, two checks after the deployment, and, unless given,
 * role, security group, key, log group and topic. Everything that serving needs is kept when the stack is deleted. Costs:
 * the instances, twice while a blue/green deployment runs; the alarms; a key; logs.
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
  /** The alarms that roll back, in the order of the triggers, and the kill switch. */
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
    this.notifications = props.notify ?? new AlarmTopic(this, 'Notifications', { key: this.encryptionKey }).topic;

    const model = props.existingModel ?? this.createModel(props);
    this.executionRole = model.executionRole;
    const config = this.createConfig(props, model.modelName);
    const alarms = this.createAlarms(props, config);
    this.rollbackAlarms = [...alarms.alarms];
    const endpoint = this.createEndpoint(props, config, alarms);
    this.verify(props, config, this.scale(props, endpoint, config));
    refuseNamesakes(this, { prop: 'endpointName', name: this.endpointName });
  }

  /** SageMaker would make the log group by itself, unencrypted and for ever. */
  private createLogGroup(retention: logs.RetentionDays = logs.RetentionDays.THREE_MONTHS): logs.LogGroup {
    const logGroupName = `/aws/sagemaker/Endpoints/${this.endpointName}`;
    letLogsEncrypt(this.encryptionKey, 'EncryptEndpointLogs', logGroupName);
    return new logs.LogGroup(this, 'Logs', {
      logGroupName, retention, encryptionKey: this.encryptionKey, removalPolicy: RemovalPolicy.RETAIN,
    });
  }

  private createModel(props: GuardedEndpointProps): HostedModel {
    const { image, artifact, environment, multiModel } = props;
    return new HostedModel(this, 'Model', {
      containers: props.pipeline ?? [ModelContainer._of({ image: image!, artifact, environment, multiModel })], // checked
      network: props.network!, // checked
      isolated: props.networkIsolation ?? true,
      logGroup: this.logGroup,
      storageKey: storageKeyOf(props, this.encryptionKey),
      tags: this.endpointTag(),
    });
  }

  private createConfig(props: GuardedEndpointProps, modelName: string): sagemaker.CfnEndpointConfig {
    return createEndpointConfig(this, props, {
      modelName, variantName: SLOT, key: this.encryptionKey, role: this.executionRole, tags: this.endpointTag(),
    });
  }

  /** By this tag the pruner knows whose a configuration and a model are. */
  private endpointTag() {
    return [{ key: ENDPOINT_TAG, value: this.endpointName }];
  }

  private createAlarms(props: GuardedEndpointProps, config: sagemaker.CfnEndpointConfig): RollbackAlarms {
    return new RollbackAlarms(this, 'Rollback', {
      ...triggersOf(props),
      topic: this.notifications,
      target: {
        endpointName: this.endpointName,
        variantName: SLOT,
        endpointConfigName: config.attrEndpointConfigName, // the new fleet only: the old one must not block its own fix
      },
    });
  }

  private createEndpoint(
    props: GuardedEndpointProps, config: sagemaker.CfnEndpointConfig, alarms: RollbackAlarms,
  ): sagemaker.CfnEndpoint {
    const endpoint = new sagemaker.CfnEndpoint(this, 'Resource', {
      endpointName: this.endpointName,
      endpointConfigName: config.attrEndpointConfigName,
      deploymentConfig: {
        ...planOf(props)._render(this, fleetOf(props)),
        autoRollbackConfiguration: { alarms: alarms.names.map((alarmName) => ({ alarmName })) },
      },
      retainAllVariantProperties: this.keepsCounts(props) ? true : undefined,
    });
    endpoint.applyRemovalPolicy(RemovalPolicy.RETAIN);
    endpoint.node.addDependency(this.logGroup, this.grantDescribe(alarms));
    checkRenderedDeployment(endpoint, alarms.names);
    checkKept(endpoint, { EndpointName: this.endpointName, EndpointConfigName: config.attrEndpointConfigName },
      'alarms, scaling and the checks after the deployment go by it');
    if (this.keepsCounts(props)) {
      checkKept(endpoint, { RetainAllVariantProperties: true }, 'an update would set a scaled fleet back to its first count');
    }
    return endpoint;
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

  /** What the checks have to wait for: the endpoint, and what scales it. */
  private scale(props: GuardedEndpointProps, endpoint: sagemaker.CfnEndpoint, config: sagemaker.CfnEndpointConfig): CfnResource {
    const variant = { endpointName: this.endpointName, variantName: SLOT };
    checkDeployedInstanceType(config, scaledResource(variant)); // also when `scaling` is dropped now
    if (props.scaling === undefined) {
      return endpoint;
    }
    const target = props.scaling._bind(new Construct(this, 'Scaling'), variant);
    target.node.addDependency(endpoint);
    checkWaits(target, endpoint, 'what does not exist yet cannot be scaled');
    return target;
  }

  private keepsCounts({ scaling, hosting }: GuardedEndpointProps): boolean {
    return scaling !== undefined || hosting?._managed !== undefined;
  }

  /** SageMaker rolls back without a word; and what is kept for a rollback must not pile up for ever. */
  private verify(props: GuardedEndpointProps, config: sagemaker.CfnEndpointConfig, deployed: CfnResource): void {
    const { endpointName } = this;
    const endpointConfigName = config.attrEndpointConfigName;
    const range = props.scaling?._range ?? props.hosting?._managed;
    const verifier = new DeploymentVerifier(this, 'Verifier', {
      endpointName,
      endpointArn: this.endpointArn,
      endpointConfigName,
      variants: [{
        variantName: SLOT,
        weight: 1,
        instanceCount: fewestInstances(props),
        minInstances: range?.min,
        maxInstances: range?.max,
      }],
      retained: this.keepsCounts(props),
    });
    verifier.node.addDependency(deployed);
    checkWaits(verifier.resource, deployed, 'before the update is over there is nothing to verify');
    new ConfigPruner(this, 'Pruner', { endpointName, endpointConfigName, after: verifier });
  }
}

/** A name that is known at synth and stays: from the path, as CDK derives all of its names. */
function nameFromPath(scope: GuardedEndpoint): string {
  return Names.uniqueResourceName(scope, { maxLength: LONGEST_NAME, separator: '-' }).toLowerCase();
}

function endpointArn(scope: Construct, endpointName: string): string {
  return Stack.of(scope).formatArn({ service: 'sagemaker', resource: 'endpoint', resourceName: endpointName });
}
