import { ArnFormat, aws_dynamodb as dynamodb, aws_events as events, aws_iam as iam, aws_kms as kms, aws_s3 as s3, aws_sqs as sqs, Aws, Duration, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { ENV_LEDGER_TABLE, ENV_PIPELINE, ENV_PIPELINE_EVENT_BUS, PIPELINE_BUNDLE } from './runtime/contract';
import { TrainingPipelineProps } from './training-pipeline-props';
import { acknowledgeAtSynth, wildcardResource } from '../../core/acknowledge';
import { HandlerFunction } from '../../core/handler-function';

/** What the handler of a pipeline is made from. */
export interface PipelineHandlerProps {
  readonly pipeline: TrainingPipelineProps;
  readonly name: string;
  readonly work: string;
  readonly ledger: dynamodb.ITable;
  readonly key: kms.IKey;
  readonly eventBus: events.IEventBus;
  readonly undelivered: sqs.IQueue;
}

interface Readable {
  readonly sid: string;
  readonly bucket: s3.IBucket;
  readonly prefix: string;
}

/** The one function of a pipeline: it decides, checks and tells, and never works on data for long. */
export function createHandler(scope: Construct, id: string, props: PipelineHandlerProps): HandlerFunction {
  const { ledger, eventBus, name, pipeline: { model, artifacts } } = props;
  const handler = new HandlerFunction(scope, id, {
    bundle: PIPELINE_BUNDLE,
    description: `Decides and tells for the training pipeline ${name}`,
    timeout: Duration.minutes(15), // a model of 5 GiB is read twice
    memorySize: 1769, // one vCPU, for hashing
    environment: {
      [ENV_LEDGER_TABLE]: ledger.tableName, [ENV_PIPELINE_EVENT_BUS]: eventBus.eventBusName, [ENV_PIPELINE]: name,
    },
    statements: [...ledgerStatements(props), ...dataStatements(props), executions(scope, name), new iam.PolicyStatement({
      sid: 'TellOthers', actions: ['events:PutEvents'], resources: [eventBus.eventBusArn],
    })],
    kept: [{
      rules: ['HIPAA.Security', 'NIST.800.53.R5'].map((pack) => `${pack}-LambdaConcurrency`),
      reason: 'Executions of one model call it one after the other; a reservation would take capacity from the functions that serve.',
    }],
    outsideVpc: 'It calls public AWS APIs, signed and over TLS, and holds no connection to anything in a VPC; inside one it would need an endpoint '
      + 'for each of five services, and reach nothing more.',
    deadLetterQueue: props.undelivered,
  });
  artifacts.grantAdd(handler.policy, model.name);
  model.grantRegister(handler.policy);
  keepFindings(scope, handler, props);
  return handler;
}

function ledgerStatements({ ledger, key }: PipelineHandlerProps): iam.PolicyStatement[] {
  return [
    new iam.PolicyStatement({ sid: 'KeepLedger', actions: ['dynamodb:GetItem', 'dynamodb:PutItem'], resources: [ledger.tableArn] }),
    new iam.PolicyStatement({
      sid: 'UseKey',
      actions: ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey', 'kms:ReEncryptFrom', 'kms:ReEncryptTo'],
      resources: [key.keyArn],
      conditions: {
        StringEquals: { 'kms:ViaService': `dynamodb.${Aws.REGION}.${Aws.URL_SUFFIX}` },
      },
    }),
  ];
}

function readables({ pipeline: { data, artifacts, training }, work }: PipelineHandlerProps): Readable[] {
  const models = training._modelFolder;
  return [
    { sid: 'Data', bucket: data.bucket, prefix: data.prefix },
    { sid: 'Work', bucket: artifacts.bucket, prefix: work },
    ...models === undefined ? [] : [{ sid: 'Models', bucket: models._bucket, prefix: models._prefix }],
  ];
}

function dataStatements(props: PipelineHandlerProps): iam.PolicyStatement[] {
  const folders = readables(props);
  const keys = new Set(folders.flatMap(({ bucket }) => bucket.encryptionKey?.keyArn ?? []));
  return [
    ...folders.flatMap(({ sid, bucket, prefix }) => [
      new iam.PolicyStatement({ sid: `Read${sid}`, actions: ['s3:GetObject'], resources: [bucket.arnForObjects(`${prefix}*`)] }),
      // by its name in a list it is known whether an object is there: S3 answers 403 for what is not
      new iam.PolicyStatement({
        sid: `List${sid}`, actions: ['s3:ListBucket'], resources: [bucket.bucketArn], conditions: { StringLike: { 's3:prefix': `${prefix}*` } },
      }),
    ]),
    new iam.PolicyStatement({
      sid: 'WriteManifests', actions: ['s3:PutObject'], resources: [props.pipeline.artifacts.bucket.arnForObjects(`${props.work}*/manifest.json`)],
    }),
    ...keys.size === 0 ? [] : [new iam.PolicyStatement({ sid: 'ReadEncrypted', actions: ['kms:Decrypt', 'kms:GenerateDataKey'], resources: [...keys] })],
  ];
}

/** Whether the execution that holds the pipeline is still there. */
function executions(scope: Construct, machine: string): iam.PolicyStatement {
  return new iam.PolicyStatement({ sid: 'SeeExecutions', actions: ['states:DescribeExecution'], resources: [executionsOf(scope, machine)] });
}

function executionsOf(scope: Construct, machine: string): string {
  return Stack.of(scope).formatArn({
    service: 'states', resource: 'execution', resourceName: `${machine}:*`, arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
}

function keepFindings(scope: Construct, { policy }: HandlerFunction, props: PipelineHandlerProps): void {
  const { pipeline: { artifacts, model }, name, work } = props;
  acknowledgeAtSynth(policy, () => ({
    rules: [...new Set([
      ...readables(props).map(({ bucket, prefix }) => bucket.arnForObjects(`${prefix}*`)),
      artifacts.bucket.arnForObjects(`${work}*/manifest.json`),
      artifacts.bucket.arnForObjects(`${model.name}/*`),
      executionsOf(scope, name),
    ])].map((arn) => wildcardResource(scope, arn)),
    reason: 'Names of data files, runs, model hashes and executions are made later; the policy names the folders, the model and the state machine, '
      + 'and artifacts can be added and not changed.',
  }));
}
