import { aws_cloudwatch as cw, aws_events as events, aws_iam as iam, aws_s3 as s3 } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { ModelScope } from './model-scope';
import { checkRevision } from './registry-rules';
import { OnTransitionOptions } from './transition';
import { IArtifactStore } from '../artifacts';
import { Checks } from '../core/checks';

/**
 * The record of model versions, their approvals and what is in production, made here or elsewhere.
 *
 * A grant gives the routes of one right, cut to a scope, and lets the grantee read the registry's address. Callers sign their
 * requests with IAM credentials of the registry's own account: an HTTP API has no resource policy that could let in another
 * account, so people of another account assume a role in this one.
 */
export interface IModelRegistry extends IConstruct {
  /** The HTTP API. */
  readonly apiId: string;
  /** Where it answers: `https://…`, no slash at the end. */
  readonly url: string;
  /** What the stack said it is, such as `production`. */
  readonly environment: string;
  /** The SSM parameter by which `mlp` finds the registry. */
  readonly addressParameterName: string;
  /** Where the copies of audit records lie. An imported registry may not know it. */
  readonly auditBucket?: s3.IBucket;
  /** Where the artifacts of its versions lie. An imported registry may not know it. */
  readonly artifacts?: IArtifactStore;
  /** Where transitions are told. */
  readonly eventBus: events.IEventBus;
  /** Names of roles whose sessions are persons by their session name. Whoever serves its models trusts the same. */
  readonly trustedSessionRoles: string[];

  /**
   * One model.
   *
   * @param name 2 to 64 lower-case letters, digits, `-` and `_`.
   * @param tenant Whose model. Without it: `default`.
   */
  model(name: string, tenant?: string): RegisteredModel;
  /**
   * One version of a model: `model(name, tenant).version(revision)`.
   *
   * @param name 2 to 64 lower-case letters, digits, `-` and `_`.
   * @param revision A whole number from 1. `latest` names whatever came last, and is refused.
   * @param tenant Whose model. Without it: `default`.
   */
  version(name: string, revision: number, tenant?: string): ModelVersion;

  /** Lets somebody register versions. Without a scope: of every model of the tenant `default`; so for all grants. */
  grantRegister(grantee: iam.IGrantable, scope?: ModelScope): iam.Grant;
  /** Lets somebody approve, reject and revoke versions that others registered. */
  grantApprove(grantee: iam.IGrantable, scope?: ModelScope): iam.Grant;
  /** Lets somebody promote approved versions, and roll back. */
  grantPromote(grantee: iam.IGrantable, scope?: ModelScope): iam.Grant;
  /**
   * Lets somebody on call revoke versions in an emergency, also the one in production: the newest one before it that may serve
   * takes its place, or none. Each use rings the alarm `EmergencyRevocation`. No other grant includes it.
   */
  grantEmergency(grantee: iam.IGrantable, scope?: ModelScope): iam.Grant;
  /** Lets somebody retire versions that nothing needs. */
  grantRetire(grantee: iam.IGrantable, scope?: ModelScope): iam.Grant;
  /** Lets a release say which versions it needs, and no longer needs. */
  grantRelease(grantee: iam.IGrantable, scope?: ModelScope): iam.Grant;
  /**
   * Lets somebody read versions, what is in production, history and audit records. With the scope of one model, the list of
   * models and the search by data set and commit are left out, since they show other models.
   */
  grantRead(grantee: iam.IGrantable, scope?: ModelScope): iam.Grant;
  /**
   * Lets somebody verify the audit trail: read the records, and their copies in the audit bucket.
   *
   * @throws if the registry is imported without its audit bucket
   */
  grantAudit(grantee: iam.IGrantable, scope?: ModelScope): iam.Grant;
  /**
   * Lets somebody verify the audit trail, and make copies that the registry has given up (`mlp audit repair`). It writes over
   * nothing. Whoever has it could put something false where a copy is still to come, which rings: give it for the occasion.
   *
   * @throws if the registry is imported without its audit bucket
   */
  grantAuditRepair(grantee: iam.IGrantable, scope?: ModelScope): iam.Grant;

  /**
   * Lets the role that hosts a model pull images of the registry's stores and read the artifacts of every version of one model:
   * which of them it runs, a release decides. It reads no registry.
   *
   * AwsSolutions reports the `*` behind the model's prefix, and the one of `ecr:GetAuthorizationToken`, which has no resource.
   *
   * @throws if the registry is imported without its stores
   */
  grantServe(grantee: iam.IGrantable, model: string): iam.Grant;

  /** A rule for what changes in the registry. */
  onTransition(id: string, options?: OnTransitionOptions): events.Rule;

  /** Requests, per minute. */
  metricRequests(options?: cw.MetricOptions): cw.Metric;
  /** Requests that failed on our side. */
  metricServerErrors(options?: cw.MetricOptions): cw.Metric;
  /** Requests that the registry's rules refused. */
  metricRefused(options?: cw.MetricOptions): cw.Metric;
  /** Versions that somebody revoked in an emergency. */
  metricEmergencies(options?: cw.MetricOptions): cw.Metric;
  /** Audit rows that somebody changed, removed or forged. */
  metricAuditRowsChanged(options?: cw.MetricOptions): cw.Metric;
  /** Audit records whose copy says something else. */
  metricAuditCopiesDiffer(options?: cw.MetricOptions): cw.Metric;
  /** Versions that must stay redeployable and lack their artifact or image, per check. */
  metricRetainedMissing(options?: cw.MetricOptions): cw.Metric;
  /** Versions that a check looked at; a check that looked at none writes 0. */
  metricRetainedChecked(options?: cw.MetricOptions): cw.Metric;
}

/**
 * A model as a registry knows it: a name, not a resource. Naming it registers nothing.
 *
 * Two ways to get one: `registry.model(name)`, and `registry.version(name, revision).model`.
 */
export class RegisteredModel {
  /** @internal */
  public static _of(registry: IModelRegistry, name: string, tenant: string): RegisteredModel {
    return new RegisteredModel(registry, name, tenant);
  }

  /** For the grants of the registry: this model and no other. */
  public readonly scope: ModelScope;
  /** Where the API has it: `<url>/tenants/<tenant>/models/<name>`, and below it `/production`, `/versions`, `/history`. */
  public readonly url: string;

  private constructor(
    /** Who knows it. */
    public readonly registry: IModelRegistry,
    /** The registry's name of it. */
    public readonly name: string,
    /** Whose it is. */
    public readonly tenant: string,
  ) {
    this.scope = ModelScope.model(name, tenant);
    this.url = `${registry.url}/tenants/${tenant}/models/${name}`;
  }

  /**
   * One version of it, by number.
   *
   * @param revision A whole number from 1. `latest` names whatever came last, and is refused.
   */
  public version(revision: number): ModelVersion {
    checkRevision(new Checks(), revision).settle();
    return ModelVersion._of(this, revision);
  }

  /** Lets somebody register versions of it. */
  public grantRegister(grantee: iam.IGrantable): iam.Grant {
    return this.registry.grantRegister(grantee, this.scope);
  }

  /** Lets somebody approve, reject and revoke versions of it that others registered. */
  public grantApprove(grantee: iam.IGrantable): iam.Grant {
    return this.registry.grantApprove(grantee, this.scope);
  }

  /** Lets somebody promote approved versions of it, and roll back. */
  public grantPromote(grantee: iam.IGrantable): iam.Grant {
    return this.registry.grantPromote(grantee, this.scope);
  }

  /** Lets somebody on call revoke versions of it in an emergency, also the one in production. */
  public grantEmergency(grantee: iam.IGrantable): iam.Grant {
    return this.registry.grantEmergency(grantee, this.scope);
  }

  /** Lets somebody retire versions of it that nothing needs. */
  public grantRetire(grantee: iam.IGrantable): iam.Grant {
    return this.registry.grantRetire(grantee, this.scope);
  }

  /** Lets a release say which versions of it it needs, and no longer needs. */
  public grantRelease(grantee: iam.IGrantable): iam.Grant {
    return this.registry.grantRelease(grantee, this.scope);
  }

  /** Lets somebody read its versions, what is in production, its history and its audit records. */
  public grantRead(grantee: iam.IGrantable): iam.Grant {
    return this.registry.grantRead(grantee, this.scope);
  }

  /**
   * Lets the role that hosts it pull images and read the artifacts of its versions.
   *
   * @throws if the registry is imported without its stores
   */
  public grantServe(grantee: iam.IGrantable): iam.Grant {
    return this.registry.grantServe(grantee, this.name);
  }

  /** Lets somebody verify its audit trail. */
  public grantAudit(grantee: iam.IGrantable): iam.Grant {
    return this.registry.grantAudit(grantee, this.scope);
  }

  /** Lets somebody verify its audit trail, and make copies of it that were given up. */
  public grantAuditRepair(grantee: iam.IGrantable): iam.Grant {
    return this.registry.grantAuditRepair(grantee, this.scope);
  }
}

/** One version of a model: what it was registered with never changes. Whether it exists, only the registry knows. */
export class ModelVersion {
  /** @internal */
  public static _of(model: RegisteredModel, revision: number): ModelVersion {
    return new ModelVersion(model, revision);
  }

  /** Where the registry's API describes it. */
  public readonly url: string;

  private constructor(
    /** The model that it is a version of. */
    public readonly model: RegisteredModel,
    /** Its number. */
    public readonly revision: number,
  ) {
    this.url = `${model.url}/versions/${revision}`;
  }
}
