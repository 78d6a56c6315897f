import {
  aws_applicationautoscaling as scaling, aws_cloudwatch as cw, aws_iam as iam, aws_kms as kms, aws_s3 as s3, Stack,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { addEndpoint, L1Endpoint } from '../l1-endpoint';
import { addHandlers, afterDeployment } from '../l1-handlers';
import { allow, policyDocument, RUNBOOK } from '../l1-words';
import { Place } from '../place';

/** What a hand-written endpoint needs beside l1-endpoint.ts to do what lines/ours.ts does; test/bench compares the two. */
// begin
interface Extras {
  readonly network: Place['network'];
  readonly bucket: s3.CfnBucket;
  readonly key: kms.CfnKey;
}

const MIN = 2;
const MAX = 8;

export function addChurn(stack: Stack, { network, bucket, key }: Extras): void {
  const scope = new Construct(stack, 'Endpoint');
  const endpointName = `${stack.node.id}-endpoint`.toLowerCase();
  const made = addEndpoint(scope, endpointName, network);
  made.endpoint.retainAllVariantProperties = true;
  const target = autoscale(scope, made);
  capture(scope, made, bucket, key);
  afterDeployment(scope, addHandlers(stack, [endpointName]), { ...made, scaled: { target, min: MIN, max: MAX } });
}

function autoscale(scope: Construct, { endpointName, endpoint }: L1Endpoint): scaling.CfnScalableTarget {
  const target = new scaling.CfnScalableTarget(scope, 'Target', {
    serviceNamespace: 'sagemaker',
    scalableDimension: 'sagemaker:variant:DesiredInstanceCount',
    resourceId: `endpoint/${endpointName}/variant/Stable`,
    minCapacity: MIN,
    maxCapacity: MAX,
  });
  target.addResourceDependency(endpoint);
  const policy = (id: string, percent: number) => new scaling.CfnScalingPolicy(scope, id, {
    policyName: `${scope.node.addr}-${id}`,
    policyType: 'StepScaling',
    scalingTargetId: target.ref,
    stepScalingPolicyConfiguration: {
      adjustmentType: 'PercentChangeInCapacity',
      minAdjustmentMagnitude: 1,
      cooldown: 300,
      metricAggregationType: 'Average',
      stepAdjustments: [{
        [percent > 0 ? 'metricIntervalLowerBound' : 'metricIntervalUpperBound']: 0,
        scalingAdjustment: percent,
      }],
    },
  });
  const load = {
    namespace: 'AWS/SageMaker',
    metricName: 'InvocationsPerInstance',
    dimensions: [{ name: 'EndpointName', value: endpointName }, { name: 'VariantName', value: 'Stable' }],
  };
  new cw.CfnAlarm(scope, 'ScaleOut', {
    ...load,
    alarmName: `${endpointName}/ScaleOut`,
    alarmDescription: `Adds a quarter of the instances, or one. Runbook: ${RUNBOOK}#scale-out`,
    alarmActions: [policy('Out', 25).ref],
    statistic: 'Sum',
    period: 60,
    comparisonOperator: 'GreaterThanThreshold',
    threshold: 600,
    evaluationPeriods: 3,
    datapointsToAlarm: 3,
    treatMissingData: 'notBreaching',
  });
  new cw.CfnAlarm(scope, 'ScaleIn', {
    alarmName: `${endpointName}/ScaleIn`,
    alarmDescription: `Removes a quarter of the instances, or one. Runbook: ${RUNBOOK}#scale-in`,
    alarmActions: [policy('In', -25).ref],
    metrics: [
      { id: 'expr_1', expression: 'observed / 0.6', label: 'InvocationsPerInstance on a smaller fleet', returnData: true },
      { id: 'observed', returnData: false, metricStat: { stat: 'Sum', period: 60, metric: load } },
    ],
    comparisonOperator: 'LessThanThreshold',
    threshold: 600,
    evaluationPeriods: 15,
    datapointsToAlarm: 15,
    treatMissingData: 'breaching',
  });
  return target;
}

function capture(scope: Construct, { config, role }: L1Endpoint, bucket: s3.CfnBucket, key: kms.CfnKey): void {
  bucket.lifecycleConfiguration = {
    rules: [{
      id: `Capture-${scope.node.addr}`,
      status: 'Enabled',
      prefix: 'capture/',
      expirationInDays: 30,
      noncurrentVersionExpiration: { noncurrentDays: 1 },
    }],
  };
  new iam.CfnManagedPolicy(scope, 'WriteCapture', {
    description: `Writes what ${scope.node.path}/Capture captures`,
    path: '/',
    roles: [role.ref],
    policyDocument: policyDocument(
      allow('WriteCapture', 's3:PutObject', `${bucket.attrArn}/capture/*`),
      allow('EncryptCapture', ['kms:Decrypt', 'kms:GenerateDataKey'], key.attrArn),
    ),
  });
  config.dataCaptureConfig = {
    enableCapture: true,
    initialSamplingPercentage: 10,
    destinationS3Uri: `s3://${bucket.ref}/capture`,
    kmsKeyId: key.attrArn,
    captureOptions: [{ captureMode: 'Input' }, { captureMode: 'Output' }],
    captureContentTypeHeader: { jsonContentTypes: ['application/json'], csvContentTypes: ['text/csv'] },
  };
}
// end
