import { IConstruct } from 'constructs';
import { checkSlug } from './registry-rules';
import { DEFAULT_TENANT, Route } from './runtime/contract';
import { Checks } from '../core/checks';
import { checkName } from '../core/names';

/** The models that a grant is about. */
export class ModelScope {
  /**
   * One model.
   *
   * @param model 2 to 64 lower-case letters, digits, `-` and `_`.
   * @param tenant Whose model: 2 to 32 lower-case letters, digits and `-`. Without it: `default`.
   */
  public static model(model: string, tenant?: string): ModelScope {
    return new ModelScope(tenant ?? DEFAULT_TENANT, model ?? '');
  }

  /**
   * Every model of one tenant, also those that are registered later.
   *
   * @param tenant Without it: `default`, the tenant of those who have only one.
   */
  public static tenant(tenant?: string): ModelScope {
    return new ModelScope(tenant ?? DEFAULT_TENANT);
  }

  /** Every model of every tenant: for those who run the registry, not for those who use it. */
  public static everything(): ModelScope {
    return new ModelScope();
  }

  private readonly checks = new Checks();

  private constructor(private readonly tenantName?: string, private readonly modelName?: string) {
    if (tenantName !== undefined) {
      checkSlug(this.checks, 'Tenant', 'tenant', tenantName);
    }
    checkName(this.checks, 'modelId', 'model', modelName).settle();
  }

  /**
   * Judges, at synth, what was a token when the scope was made.
   * @internal
   */
  public _settle(scope: IConstruct): this {
    this.checks.settle(scope);
    return this;
  }

  /**
   * The path of a route as a policy names it. Nothing if the route shows more than this scope: a list of all models, say, to
   * somebody who may see one.
   * @internal
   */
  public _path({ path }: Route): string | undefined {
    const known = new Map([['tenant', this.tenantName], ['model', this.modelName]]);
    return this.modelName !== undefined && !path.includes('{model}') ? undefined
      : path.replace(/\{(\w+)\}/g, (_, parameter: string) => known.get(parameter) ?? '*');
  }

  /**
   * Where the copies of its audit records lie, as a policy names it.
   * @internal
   */
  public get _auditKeys(): string {
    return [this.tenantName, this.modelName].reduce<string>((prefix, name) =>
      name === undefined ? prefix : `${prefix}${name}/`, 'audit/').concat('*');
  }
}
