import { aws_cloudwatch as cw, aws_iam as iam, aws_sagemaker as sagemaker } from 'aws-cdk-lib';
import { EndpointSlot } from './endpoint-slot';

/** How a metric of one slot is read. */
export interface SlotMetricOptions extends cw.MetricOptions {
  /**
   * The slot to read.
   * @default EndpointSlot.STABLE
   */
  readonly slot?: EndpointSlot;
}

/**
 * A named SageMaker endpoint that callers invoke, whoever made it. It is an `IEndpoint` of the CDK, so it fits wherever
 * the CDK takes one (API Gateway's `SagemakerIntegration`, for example).
 *
 * Metrics are of one slot and one minute. Rates are shares from 0 to 1; latencies are microseconds; `CPUUtilization` and
 * the GPU metrics count 100 per core or GPU (80 % of four GPUs is 320), memory and disk do not.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html
 */
export interface IModelEndpoint extends sagemaker.IEndpoint {
  /** Lets somebody put requests into the queue of an asynchronous endpoint, and nothing else. */
  grantInvokeAsync(grantee: iam.IGrantable): iam.Grant;
  /** Lets somebody invoke the endpoint and read the answer as a stream, and nothing else. */
  grantInvokeStreaming(grantee: iam.IGrantable): iam.Grant;
  /** Requests, as a sum. */
  metricInvocations(options?: SlotMetricOptions): cw.Metric;
  /** Requests per instance, as a sum: what autoscaling follows. */
  metricInvocationsPerInstance(options?: SlotMetricOptions): cw.Metric;
  /** Share of requests that ended in a 5XX, from 0 to 1. */
  metricErrorRate(options?: SlotMetricOptions): cw.Metric;
  /** Share of requests that ended in a 4XX, from 0 to 1: what callers did wrong. */
  metricClientErrorRate(options?: SlotMetricOptions): cw.Metric;
  /** Share of requests the model container did not answer with a 2XX, from 0 to 1; timeouts and lost sockets count. */
  metricModelErrorRate(options?: SlotMetricOptions): cw.Metric;
  /** Time the model took, p99, in microseconds. */
  metricModelLatency(options?: SlotMetricOptions): cw.Metric;
  /** Time SageMaker added, p99, in microseconds. Percentiles of the two latencies do not add up. */
  metricOverheadLatency(options?: SlotMetricOptions): cw.Metric;
  /** CPU, average over instances; 100 per core. */
  metricCpuUtilization(options?: SlotMetricOptions): cw.Metric;
  /** Memory, average over instances, 0 to 100. */
  metricMemoryUtilization(options?: SlotMetricOptions): cw.Metric;
  /** Disk, average over instances, 0 to 100. */
  metricDiskUtilization(options?: SlotMetricOptions): cw.Metric;
  /** GPUs, average over instances; 100 per GPU. */
  metricGpuUtilization(options?: SlotMetricOptions): cw.Metric;
  /** GPU memory, average over instances; 100 per GPU. */
  metricGpuMemoryUtilization(options?: SlotMetricOptions): cw.Metric;
}
