import { aws_cloudwatch as cw, aws_events as events, aws_iam as iam, aws_s3 as s3, Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { grantMakeCopies, grantReadCopies } from './grant-copies';
import { ModelScope } from './model-scope';
import { IModelRegistry, ModelVersion, RegisteredModel } from './registered-model';
import { checkSlug } from './registry-rules';
import {
  ADDRESS_PARAMETER_PREFIX, DEFAULT_TENANT, EVENT_DETAIL_TYPE, EVENT_SOURCE, METRIC_AUDIT_COPIES_DIFFER,
  METRIC_AUDIT_ROWS_CHANGED, METRIC_EMERGENCIES, METRIC_REFUSED, METRIC_RETAINED_CHECKED, METRIC_RETAINED_MISSING,
  METRICS_NAMESPACE, Right, Route, ROUTES,
} from './runtime/contract';
import { OnTransitionOptions, Transition } from './transition';
import { IArtifactStore, IImageStore } from '../artifacts';
import { Checks } from '../core/checks';
import { grantRoutes, routeArns, urlOfApi } from '../core/iam-http-api';
import { InvalidProps } from '../core/invalid-props';
import { checkName } from '../core/names';

/**
 * What a registry can do, whoever made it.
 * @internal
 */
export abstract class ModelRegistryBase extends Construct implements IModelRegistry {
  public abstract readonly apiId: string;
  public abstract readonly environment: string;
  public abstract readonly auditBucket?: s3.IBucket;
  public abstract readonly artifacts?: IArtifactStore;
  public abstract readonly eventBus: events.IEventBus;
  public abstract readonly trustedSessionRoles: string[];
  /** @internal */
  protected abstract readonly _images?: readonly IImageStore[];

  public get url(): string {
    return urlOfApi(this, this.apiId);
  }

  public get addressParameterName(): string {
    return `${ADDRESS_PARAMETER_PREFIX}${this.environment}`;
  }

  public model(name: string, tenant?: string): RegisteredModel {
    return RegisteredModel._of(this, name, tenant ?? DEFAULT_TENANT);
  }

  public version(name: string, revision: number, tenant?: string): ModelVersion {
    return this.model(name, tenant).version(revision);
  }

  public grantRegister(grantee: iam.IGrantable, scope?: ModelScope): iam.Grant {
    return this.grantRight(grantee, 'register', scope);
  }

  public grantApprove(grantee: iam.IGrantable, scope?: ModelScope): iam.Grant {
    return this.grantRight(grantee, 'approve', scope);
  }

  public grantPromote(grantee: iam.IGrantable, scope?: ModelScope): iam.Grant {
    return this.grantRight(grantee, 'promote', scope);
  }

  public grantEmergency(grantee: iam.IGrantable, scope?: ModelScope): iam.Grant {
    return this.grantRight(grantee, 'emergency', scope);
  }

  public grantRetire(grantee: iam.IGrantable, scope?: ModelScope): iam.Grant {
    return this.grantRight(grantee, 'retire', scope);
  }

  public grantRelease(grantee: iam.IGrantable, scope?: ModelScope): iam.Grant {
    return this.grantRight(grantee, 'release', scope);
  }

  public grantRead(grantee: iam.IGrantable, scope?: ModelScope): iam.Grant {
    return this.grantRight(grantee, 'read', scope);
  }

  public grantAudit(grantee: iam.IGrantable, scope: ModelScope = ModelScope.tenant()): iam.Grant {
    return this.grantRoutes(grantee, ROUTES.filter(({ verb }) => verb === 'audit'), scope)
      .combine(grantReadCopies(grantee, this.knownAuditBucket(), scope._auditKeys));
  }

  public grantAuditRepair(grantee: iam.IGrantable, scope: ModelScope = ModelScope.tenant()): iam.Grant {
    return this.grantAudit(grantee, scope).combine(grantMakeCopies(grantee, this.knownAuditBucket(), scope._auditKeys));
  }

  public grantServe(grantee: iam.IGrantable, model: string): iam.Grant {
    const { artifacts, _images: images } = this;
    if (artifacts === undefined || images === undefined) {
      throw new InvalidProps('StoresUnknown', '`artifacts` and `images` must be known before a role can be let host a model: got none; give '
        + 'them to ModelRegistry.fromAttributes', this);
    }
    checkName(new Checks(), 'modelId', 'model', model).settle(this);
    const { bucket } = artifacts;
    const read = iam.Grant.addToPrincipalOrResource({
      grantee, actions: ['s3:GetObject'], resourceArns: [bucket.arnForObjects(`${model}/*`)], resource: bucket,
    });
    return [
      ...bucket.encryptionKey === undefined ? [] : [bucket.encryptionKey.grant(grantee, 'kms:Decrypt')],
      ...images.map((store) => store.grantPull(grantee)),
    ].reduce((all, grant) => all.combine(grant), read);
  }

  public onTransition(id: string, options: OnTransitionOptions = {}): events.Rule {
    const { target, description, verbs, model, tenant } = options;
    const checks = checkName(new Checks(), 'modelId', 'model', model);
    if (tenant !== undefined) {
      checkSlug(checks, 'Tenant', 'tenant', tenant);
    }
    checks.report('NoTransition', verbs?.length === 0
      ? '`verbs` must name at least one: got an empty list, which no event matches; leave it out for all of them' : undefined);
    verbs?.forEach((verb) => { checks.member('UnknownTransition', 'verbs', verb, { name: 'Transition', members: Transition }); });
    checks.settle(this);
    const detail = {
      environment: [this.environment],
      ...verbs === undefined ? {} : { action: verbs.map((verb) => `model.${verb}`) },
      ...model === undefined ? {} : { model: [model] },
      ...tenant === undefined ? {} : { tenant: [tenant] },
    };
    return new events.Rule(this, id, {
      description,
      eventBus: this.eventBus,
      eventPattern: { source: [EVENT_SOURCE], detailType: [EVENT_DETAIL_TYPE], detail },
      targets: target === undefined ? undefined : [target],
    });
  }

  public metricRequests(options?: cw.MetricOptions): cw.Metric {
    return this.metricOfApi('Count', options);
  }

  public metricServerErrors(options?: cw.MetricOptions): cw.Metric {
    return this.metricOfApi('5xx', options);
  }

  public metricRefused(options?: cw.MetricOptions): cw.Metric {
    return this.metric(METRIC_REFUSED, options);
  }

  public metricEmergencies(options?: cw.MetricOptions): cw.Metric {
    return this.metric(METRIC_EMERGENCIES, options);
  }

  public metricAuditRowsChanged(options?: cw.MetricOptions): cw.Metric {
    return this.metric(METRIC_AUDIT_ROWS_CHANGED, options);
  }

  public metricAuditCopiesDiffer(options?: cw.MetricOptions): cw.Metric {
    return this.metric(METRIC_AUDIT_COPIES_DIFFER, options);
  }

  public metricRetainedMissing(options?: cw.MetricOptions): cw.Metric {
    return this.metric(METRIC_RETAINED_MISSING, options);
  }

  public metricRetainedChecked(options?: cw.MetricOptions): cw.Metric {
    return this.metric(METRIC_RETAINED_CHECKED, options);
  }

  private knownAuditBucket(): s3.IBucket {
    if (this.auditBucket === undefined) {
      throw new InvalidProps('AuditBucketUnknown', '`auditBucket` must be known before somebody can be let read or make copies in it: got none; '
        + 'give it to ModelRegistry.fromAttributes', this);
    }
    return this.auditBucket;
  }

  private grantRight(grantee: iam.IGrantable, right: Right, scope: ModelScope = ModelScope.tenant()): iam.Grant {
    return this.grantRoutes(grantee, ROUTES.filter((route) => route.right === right), scope);
  }

  private grantRoutes(grantee: iam.IGrantable, routes: readonly Route[], scope: ModelScope): iam.Grant {
    scope._settle(this);
    const cut = routes.flatMap((route) => {
      const path = scope._path(route);
      return path === undefined ? [] : [{ method: route.method, path }];
    });
    return grantRoutes(this, grantee, routeArns(this, this.apiId, cut), this.addressParameterName);
  }

  private metric(metricName: string, options?: cw.MetricOptions): cw.Metric {
    const dimensionsMap = { Registry: this.environment };
    return new cw.Metric({ namespace: METRICS_NAMESPACE, metricName, dimensionsMap, statistic: cw.Stats.SUM, ...options });
  }

  /** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html */
  private metricOfApi(metricName: string, options?: cw.MetricOptions): cw.Metric {
    return new cw.Metric({
      namespace: 'AWS/ApiGateway',
      metricName,
      dimensionsMap: { ApiId: this.apiId },
      statistic: cw.Stats.SUM,
      period: Duration.minutes(1),
      ...options,
    });
  }
}
