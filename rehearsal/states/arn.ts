/**
 * IAM is asked for the state machine, whichever version or alias of it is started.
 * https://docs.aws.amazon.com/step-functions/latest/dg/auth-version-alias.html
 */
export function unqualified(arn: string): string {
  return arn.replace(/^(arn:[^:]*:states:[^:]*:[^:]*:stateMachine:[^:]+):.*$/, '$1');
}
