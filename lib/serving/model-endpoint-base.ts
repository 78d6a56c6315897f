import { aws_cloudwatch as cw, aws_iam as iam, aws_sagemaker as sagemaker, Resource } from 'aws-cdk-lib';
import { endpointMetric, INSTANCE_METRICS, INVOCATION_METRICS, Statistic } from './endpoint-metrics';
import { EndpointSlot } from './endpoint-slot';
import { IModelEndpoint, SlotMetricOptions } from './model-endpoint';

/**
 * Grants and metrics: what an endpoint needs no template of its own for.
 * @internal
 */
export abstract class ModelEndpointBase extends Resource implements IModelEndpoint {
  public abstract readonly endpointName: string;
  public abstract readonly endpointArn: string;

  public get endpointRef(): sagemaker.EndpointReference {
    return { endpointArn: this.endpointArn };
  }

  public grantInvoke(grantee: iam.IGrantable): iam.Grant {
    return this.grant(grantee, 'sagemaker:InvokeEndpoint');
  }

  public grantInvokeAsync(grantee: iam.IGrantable): iam.Grant {
    return this.grant(grantee, 'sagemaker:InvokeEndpointAsync');
  }

  public grantInvokeStreaming(grantee: iam.IGrantable): iam.Grant {
    return this.grant(grantee, 'sagemaker:InvokeEndpointWithResponseStream');
  }

  public metricInvocations(options?: SlotMetricOptions): cw.Metric {
    return this.invocationMetric('Invocations', 'Sum', options);
  }

  public metricInvocationsPerInstance(options?: SlotMetricOptions): cw.Metric {
    return this.invocationMetric('InvocationsPerInstance', 'Sum', options);
  }

  public metricErrorRate(options?: SlotMetricOptions): cw.Metric {
    return this.invocationMetric('Invocation5XXErrors', 'Average', options);
  }

  public metricClientErrorRate(options?: SlotMetricOptions): cw.Metric {
    return this.invocationMetric('Invocation4XXErrors', 'Average', options);
  }

  public metricModelErrorRate(options?: SlotMetricOptions): cw.Metric {
    return this.invocationMetric('InvocationModelErrors', 'Average', options);
  }

  public metricModelLatency(options?: SlotMetricOptions): cw.Metric {
    return this.invocationMetric('ModelLatency', 'p99', options);
  }

  public metricOverheadLatency(options?: SlotMetricOptions): cw.Metric {
    return this.invocationMetric('OverheadLatency', 'p99', options);
  }

  public metricCpuUtilization(options?: SlotMetricOptions): cw.Metric {
    return this.instanceMetric('CPUUtilization', options);
  }

  public metricMemoryUtilization(options?: SlotMetricOptions): cw.Metric {
    return this.instanceMetric('MemoryUtilization', options);
  }

  public metricDiskUtilization(options?: SlotMetricOptions): cw.Metric {
    return this.instanceMetric('DiskUtilization', options);
  }

  public metricGpuUtilization(options?: SlotMetricOptions): cw.Metric {
    return this.instanceMetric('GPUUtilization', options);
  }

  public metricGpuMemoryUtilization(options?: SlotMetricOptions): cw.Metric {
    return this.instanceMetric('GPUMemoryUtilization', options);
  }

  private grant(grantee: iam.IGrantable, action: string): iam.Grant {
    return iam.Grant.addToPrincipal({ grantee, actions: [action], resourceArns: [this.endpointArn] });
  }

  private invocationMetric(name: string, statistic: Statistic, options: SlotMetricOptions = {}): cw.Metric {
    return this.metric(INVOCATION_METRICS, name, statistic, options);
  }

  private instanceMetric(name: string, options: SlotMetricOptions = {}): cw.Metric {
    return this.metric(INSTANCE_METRICS, name, 'Average', options);
  }

  private metric(namespace: string, name: string, statistic: Statistic, options: SlotMetricOptions): cw.Metric {
    const { slot = EndpointSlot.STABLE, ...metricOptions } = options;
    const target = { endpointName: this.endpointName, variantName: slot.variantName };
    return endpointMetric(namespace, name, target, statistic, metricOptions);
  }
}
