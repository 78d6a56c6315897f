import { aws_iam as iam, aws_kms as kms, aws_logs as logs, aws_sagemaker as sagemaker, CfnTag, RemovalPolicy } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { ModelContainer } from './model-container';
import { checkRenderedHistory } from './rendered-deployment';
import { IMlNetwork } from '../../network';
import { ExecutionRole } from '../execution-role';

/** What a model is made from; all of it checked by the endpoint. */
export interface HostedModelProps {
  /** One, or several that each request passes through in order. */
  readonly containers: readonly ModelContainer[];
  readonly network: IMlNetwork;
  readonly isolated: boolean;
  readonly logGroup: logs.ILogGroup;
  readonly storageKey?: kms.IKey;
  readonly tags: CfnTag[];
}

/**
 * A SageMaker model with a role and a security group of its own. It has no name, because every change replaces it, and
 * CloudFormation keeps the replaced one: an old configuration without its model cannot be gone back to.
 */
export class HostedModel extends Construct {
  public readonly modelName: string;
  public readonly executionRole: iam.IRole;

  constructor(scope: Construct, id: string, props: HostedModelProps) {
    super(scope, id);
    const { network } = props;
    const securityGroup = network.workloadSecurityGroup(this, 'SecurityGroup', `Model of ${scope.node.path}`);
    securityGroup.applyRemovalPolicy(RemovalPolicy.RETAIN); // the endpoint outlives the stack, and its interfaces use it
    const { role, policy } = new ExecutionRole(this, 'ExecutionRole', {
      grantServe: (grantee) => props.containers.forEach((container) => grantServe(container, grantee)),
      artifactArns: props.containers.flatMap(({ artifact, multiModel }) =>
        artifact?._allVersionsArn ?? multiModel?._modelsArn ?? []),
      logGroup: props.logGroup,
      storageKey: props.storageKey,
      subnets: network.subnets,
      securityGroup,
    });

    const [first, ...others] = props.containers.map(definition);
    const model = new sagemaker.CfnModel(this, 'Resource', {
      executionRoleArn: role.roleArn,
      enableNetworkIsolation: props.isolated,
      vpcConfig: {
        subnets: network.subnets.map(({ subnetId }) => subnetId),
        securityGroupIds: [securityGroup.securityGroupId],
      },
      ...(others.length === 0 ? { primaryContainer: first } : { containers: [first, ...others] }),
      tags: props.tags,
    });
    model.applyRemovalPolicy(RemovalPolicy.RETAIN);
    checkRenderedHistory(model, 'ModelName');
    model.node.addDependency(policy);
    this.modelName = model.attrModelName;
    this.executionRole = role;
  }
}

function grantServe({ image, artifact, multiModel }: ModelContainer, grantee: iam.IGrantable): void {
  image.grantPull(grantee);
  artifact?.grantReadAllVersions(grantee);
  multiModel?.grantRead(grantee);
}

function definition(container: ModelContainer): sagemaker.CfnModel.ContainerDefinitionProperty {
  const { image, artifact, multiModel, environment } = container;
  return {
    image: image.uri,
    modelDataUrl: multiModel?.uri ?? artifact?.uri,
    environment: Object.keys(environment).length === 0 ? undefined : environment,
    ...(multiModel === undefined ? {} : { mode: 'MultiModel', multiModelConfig: { modelCacheSetting: multiModel._cacheSetting } }),
  };
}
