import { Arn, ArnFormat, aws_iam as iam, aws_sagemaker as sagemaker, Fn, Token } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { Checks } from '../../core/checks';
import { shown } from '../../core/invalid-props';
import { needed, ROLE, TEXT, thing } from '../../core/kinds';

// Every SageMaker name: letters, digits, inner hyphens
const MODEL_NAME = /^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/;
const LONGEST_NAME = 63;
const MODEL = needed(thing('a model of SageMaker, made or imported', 'modelRef', 'node'));

/**
 * A SageMaker model that somebody else made: in another stack, by the alpha L2, by hand. Its image, artifact, environment,
 * network and isolation are its maker's.
 *
 * The execution role has to come along: SageMaker reads the rollback alarms with it, and a bake that may not read its
 * alarms guards nothing.
 */
export class ExistingModel {
  /**
   * A model by its name.
   *
   * @throws InvalidProps `ModelName`; before it `WrongKind`
   */
  public static named(modelName: string, executionRole: iam.IRole): ExistingModel {
    new Checks().kinds({ modelName, executionRole }, { modelName: needed(TEXT), executionRole: needed(ROLE) }).settle();
    const checks = new Checks().that('ModelName', { modelName }, ({ modelName: name }) =>
      typeof name === 'string' && name.length <= LONGEST_NAME && MODEL_NAME.test(name) ? undefined
        : `\`modelName\` must be letters, digits and inner hyphens, at most ${LONGEST_NAME}: got ${shown(name)}`);
    return new ExistingModel(checks, modelName, executionRole);
  }

  /**
   * A model by reference: a `CfnModel`, or a `Model` of `@aws-cdk/aws-sagemaker-alpha`.
   *
   * @throws InvalidProps `WrongKind`
   */
  public static of(model: sagemaker.IModelRef, executionRole: iam.IRole): ExistingModel {
    new Checks().kinds({ model, executionRole }, { model: MODEL, executionRole: needed(ROLE) }).settle();
    return new ExistingModel(new Checks(), nameOf(model.modelRef.modelArn), executionRole, model);
  }

  private constructor(
    private readonly checks: Checks,
    /** The name as SageMaker knows it. */
    public readonly modelName: string,
    /** What SageMaker runs the model with. */
    public readonly executionRole: iam.IRole,
    private readonly model?: IConstruct,
  ) {
    checks.settle();
  }

  /**
   * Leaves the questions about tokens with the construct, and makes it wait for the model.
   * @internal
   */
  public _settle(scope: IConstruct): void {
    this.checks.settle(scope);
    if (this.model !== undefined) {
      scope.node.addDependency(this.model);
    }
  }
}

/** A reference carries only the ARN, and the name is its last part. */
function nameOf(modelArn: string): string {
  return Token.isUnresolved(modelArn)
    ? Fn.select(1, Fn.split('/', modelArn))
    : Arn.split(modelArn, ArnFormat.SLASH_RESOURCE_NAME).resourceName!;
}
