import { aws_iam as iam, aws_secretsmanager as secretsmanager, aws_ssm as ssm } from 'aws-cdk-lib';
import { InvalidProps, shown } from '../core/invalid-props';

/**
 * A secret that a container finds in its environment. The job definition holds its address only; the value is read when a
 * container starts, by a role that the container itself does not have.
 */
export class JobSecret {
  /**
   * A secret of Secrets Manager. The network needs `InterfaceEndpoint.SECRETS_MANAGER`.
   *
   * @param secret the secret
   * @param field one field of a JSON secret; without it the whole text
   * @throws InvalidProps `SecretField`
   */
  public static fromSecretsManager(secret: secretsmanager.ISecret, field?: string): JobSecret {
    if (field !== undefined && !/^[A-Za-z0-9_.-]{1,128}$/.test(field)) {
      throw new InvalidProps('SecretField', `\`field\` must be 1 to 128 letters, digits and _ . -: got ${shown(field)}`);
    }
    const from = field === undefined ? secret.secretArn : `${secret.secretArn}:${field}::`;
    return new JobSecret(from, (grantee) => { secret.grantRead(grantee); });
  }

  /** A parameter of Systems Manager, best a SecureString. The network needs `InterfaceEndpoint.SSM`. */
  public static fromParameter(parameter: ssm.IParameter): JobSecret {
    return new JobSecret(parameter.parameterArn, (grantee) => { parameter.grantRead(grantee); });
  }

  private constructor(private readonly from: string, private readonly grant: (grantee: iam.IGrantable) => void) {}

  /**
   * The address, for `ValueFrom`.
   * @internal
   */
  public get _valueFrom(): string {
    return this.from;
  }

  /** @internal */
  public _grantRead(grantee: iam.IGrantable): void {
    this.grant(grantee);
  }
}
