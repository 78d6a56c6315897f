import { aws_iam as iam, Aws, Duration, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { OUTSIDE_VPC, SHARES_CONCURRENCY, WAITED_FOR } from './handler-findings';
import { environmentOf, keepRecords, keepWildcards, readReleases, readSwitch, ReleaseParts } from './release-parts';
import {
  CLERK_BUNDLE, CLERK_SECONDS, JUDGE_BUNDLE, JUDGE_SECONDS, LAST_CALL_SECONDS, LIFECYCLE_BUNDLE, LIFECYCLE_SECONDS,
  PRUNER_SECONDS, RELEASE_PRUNER_BUNDLE, WRITER_BUNDLE, WRITER_SECONDS,
} from './runtime/contract';
import { ANSWERS_CLOUDFORMATION, HandlerFunction } from '../../core/handler-function';
import { ANSWER_SECONDS } from '../../core/runtime/contract';

const LOOKS_AT_ALL = 'Before something is deleted, every endpoint and configuration of the account is looked at, whoever made it; what may be deleted is '
  + 'named in policies of each endpoint.';
const READS_CONFIGS = 'The configuration of an endpoint that exists already may have any name; it is only read.';

/**
 * The functions behind the state machines, and the one that answers CloudFormation. What they may do to an endpoint is in
 * policies of that endpoint.
 */
export class ReleaseHandlers extends Construct {
  /** Begins and ends releases; speaks with the registry. Changes no endpoint. */
  public readonly clerk: HandlerFunction;
  /** Reads, decides, and tells people what they have to hear of at once. */
  public readonly judge: HandlerFunction;
  /** The only one that changes an endpoint. */
  public readonly writer: HandlerFunction;
  /** The only one that deletes configurations and models while the endpoint lives. Changes no endpoint. */
  public readonly pruner: HandlerFunction;
  /** Existence, and not movement. */
  public readonly lifecycle: HandlerFunction;

  constructor(scope: Construct, id: string, private readonly parts: ReleaseParts) {
    super(scope, id);
    this.clerk = this.createClerk();
    this.judge = this.createJudge();
    this.writer = this.createWriter();
    this.pruner = this.createPruner();
    this.lifecycle = this.createLifecycle();
  }

  private createClerk(): HandlerFunction {
    const clerk = new HandlerFunction(this, 'Clerk', {
      bundle: CLERK_BUNDLE,
      description: 'Begins and ends releases of models',
      timeout: Duration.seconds(CLERK_SECONDS),
      memorySize: 512,
      environment: environmentOf(this.parts),
      statements: [
        ...keepRecords(this.parts),
        readSwitch(this, this.parts),
        this.readConfigs(),
        this.encryptPages(),
      ],
      kept: [SHARES_CONCURRENCY, WAITED_FOR],
      outsideVpc: OUTSIDE_VPC,
    });
    keepWildcards(clerk.policy, 'sagemaker', READS_CONFIGS);
    return clerk;
  }

  private createJudge(): HandlerFunction {
    return new HandlerFunction(this, 'Judge', {
      bundle: JUDGE_BUNDLE,
      description: 'Judges whether the candidate of a release is healthy',
      timeout: Duration.seconds(JUDGE_SECONDS),
      memorySize: 512,
      environment: environmentOf(this.parts),
      statements: [
        ...keepRecords(this.parts),
        readSwitch(this, this.parts),
        new iam.PolicyStatement({ sid: 'ReadMetrics', actions: ['cloudwatch:GetMetricData'], resources: ['*'] }), // IAM has no resource for it
        this.encryptPages(),
      ],
      kept: [SHARES_CONCURRENCY, WAITED_FOR],
      outsideVpc: OUTSIDE_VPC,
    });
  }

  private createWriter(): HandlerFunction {
    const configs = this.anyConfig();
    const writer = new HandlerFunction(this, 'Writer', {
      bundle: WRITER_BUNDLE,
      description: 'Changes endpoints as their releases want it; nothing else does',
      timeout: Duration.seconds(WRITER_SECONDS),
      memorySize: 512,
      environment: environmentOf(this.parts),
      statements: [
        ...keepRecords(this.parts),
        readSwitch(this, this.parts),
        // an endpoint is changed to a configuration, and the one that an adopted endpoint had may have any name
        new iam.PolicyStatement({
          sid: 'UseConfigs',
          actions: ['sagemaker:CreateEndpoint', 'sagemaker:DescribeEndpointConfig', 'sagemaker:UpdateEndpoint'],
          resources: [configs],
        }),
        this.encryptPages(),
      ],
      kept: [SHARES_CONCURRENCY],
      deadLetterQueue: this.parts.failures,
      outsideVpc: OUTSIDE_VPC,
    });
    keepWildcards(writer.policy, 'sagemaker', 'A release goes back to the configuration that an endpoint had before its first release, which may have any '
      + 'name; the endpoints are named in policies of their own, and this function deletes no configuration.');
    return writer;
  }

  private createPruner(): HandlerFunction {
    const pruner = new HandlerFunction(this, 'Pruner', {
      bundle: RELEASE_PRUNER_BUNDLE,
      description: 'Deletes what releases made and nothing needs any more',
      timeout: Duration.seconds(PRUNER_SECONDS + LAST_CALL_SECONDS),
      environment: environmentOf(this.parts, 'ConfigsNotPruned'),
      statements: [...readReleases(this.parts), this.listAll(), this.readEndpoints(), this.readConfigs()],
      kept: [SHARES_CONCURRENCY, WAITED_FOR],
      outsideVpc: OUTSIDE_VPC,
    });
    keepWildcards(pruner.policy, 'sagemaker', LOOKS_AT_ALL);
    return pruner;
  }

  private createLifecycle(): HandlerFunction {
    const lifecycle = new HandlerFunction(this, 'Lifecycle', {
      bundle: LIFECYCLE_BUNDLE,
      description: 'Stores how endpoints run, adopts those that exist, and deletes one only if its stack says so',
      timeout: Duration.seconds(LIFECYCLE_SECONDS + ANSWER_SECONDS + 45),
      environment: environmentOf(this.parts),
      statements: [...keepRecords(this.parts), this.listAll(), this.readEndpoints(), this.readConfigs()],
      kept: ANSWERS_CLOUDFORMATION,
      outsideVpc: OUTSIDE_VPC,
    });
    keepWildcards(lifecycle.policy, 'sagemaker', LOOKS_AT_ALL);
    return lifecycle;
  }

  /** The default topic is encrypted with the key of the controller. */
  private encryptPages(): iam.PolicyStatement {
    return new iam.PolicyStatement({
      sid: 'EncryptPages',
      actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      resources: [this.parts.key.keyArn],
      conditions: { StringEquals: { 'kms:ViaService': `sns.${Aws.REGION}.${Aws.URL_SUFFIX}` } },
    });
  }

  private readConfigs(): iam.PolicyStatement {
    return new iam.PolicyStatement({
      sid: 'ReadConfigs', actions: ['sagemaker:DescribeEndpointConfig'], resources: [this.anyConfig()],
    });
  }

  /** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html: lists have no resource */
  private listAll(): iam.PolicyStatement {
    return new iam.PolicyStatement({
      sid: 'ListAll',
      actions: ['sagemaker:ListEndpointConfigs', 'sagemaker:ListEndpoints', 'sagemaker:ListModels'],
      resources: ['*'],
    });
  }

  private readEndpoints(): iam.PolicyStatement {
    return new iam.PolicyStatement({ sid: 'ReadEndpoints', actions: ['sagemaker:DescribeEndpoint'], resources: [this.any('endpoint')] });
  }

  private anyConfig(): string {
    return this.any('endpoint-config');
  }

  private any(resource: string): string {
    return Stack.of(this).formatArn({ service: 'sagemaker', resource, resourceName: '*' });
  }
}
