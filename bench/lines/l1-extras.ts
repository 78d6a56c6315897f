import {
  aws_applicationautoscaling as scaling, aws_cloudwatch as cw, aws_iam as iam, aws_kms as kms, aws_s3 as s3,
  aws_sagemaker as sagemaker,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';

/** What a hand-written endpoint needs beside l1-endpoint.ts to do what lines/ours.ts does. */
// begin
interface Extras {
  readonly endpointName: string;
  readonly endpoint: sagemaker.CfnEndpoint;
  readonly config: sagemaker.CfnEndpointConfig;
  readonly role: iam.CfnRole;
  readonly bucket: s3.CfnBucket;
  readonly key: kms.CfnKey;
}

export function addExtras(scope: Construct, extras: Extras): void {
  autoscale(scope, extras);
  capture(scope, extras);
  extras.endpoint.retainAllVariantProperties = true;
}

function autoscale(scope: Construct, { endpointName, endpoint }: Extras): void {
  const target = new scaling.CfnScalableTarget(scope, 'Target', {
    serviceNamespace: 'sagemaker',
    scalableDimension: 'sagemaker:variant:DesiredInstanceCount',
    resourceId: `endpoint/${endpointName}/variant/Stable`,
    minCapacity: 2,
    maxCapacity: 8,
  });
  target.addResourceDependency(endpoint);
  const policy = (id: string, percent: number) => new scaling.CfnScalingPolicy(scope, id, {
    policyName: `${endpointName}-${id}`,
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
    alarmActions: [policy('In', -25).ref],
    metrics: [
      { id: 'margin', expression: 'observed / 0.6', returnData: true },
      { id: 'observed', returnData: false, metricStat: { stat: 'Sum', period: 60, metric: load } },
    ],
    comparisonOperator: 'LessThanThreshold',
    threshold: 600,
    evaluationPeriods: 15,
    datapointsToAlarm: 15,
    treatMissingData: 'breaching',
  });
}

function capture(scope: Construct, { config, role, bucket, key }: Extras): void {
  bucket.lifecycleConfiguration = {
    rules: [{
      status: 'Enabled', prefix: 'capture/', expirationInDays: 30, noncurrentVersionExpiration: { noncurrentDays: 1 },
    }],
  };
  new iam.CfnManagedPolicy(scope, 'WriteCapture', {
    roles: [role.ref],
    policyDocument: {
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Action: 's3:PutObject', Resource: `${bucket.attrArn}/capture/*` },
        { Effect: 'Allow', Action: ['kms:Decrypt', 'kms:GenerateDataKey'], Resource: key.attrArn },
      ],
    },
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
