import { aws_kms as kms, aws_logs as logs, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Construct, IConstruct } from 'constructs';
import { letLogsEncrypt, logGroupNameOf } from './encrypted-logs';

const ID = 'MlPlatformHandlerLogs';

/**
 * Where the handlers of a stack write, audit lines among it: one encrypted log group and one key, kept when the stack is
 * deleted. One per stack and not per function, because a key costs by the month and a reader looks in one place; and not a
 * key of the user's, because the functions belong to the stack and not to the one construct that could have brought it.
 */
export class HandlerLogs extends Construct {
  /** The log group of the stack that `scope` is in. */
  public static of(scope: IConstruct): logs.ILogGroup {
    return HandlerLogs.tryOf(scope) ?? new HandlerLogs(Stack.of(scope), ID).logGroup;
  }

  /** The same, or nothing in a stack without handlers. */
  public static tryOf(scope: IConstruct): logs.ILogGroup | undefined {
    return (Stack.of(scope).node.tryFindChild(ID) as HandlerLogs | undefined)?.logGroup;
  }

  public readonly logGroup: logs.ILogGroup;

  private constructor(scope: Construct, id: string) {
    super(scope, id);
    const logGroupName = logGroupNameOf(this, 'handlers');
    this.logGroup = new logs.LogGroup(this, 'Resource', {
      logGroupName,
      encryptionKey: this.createKey(logGroupName),
      retention: logs.RetentionDays.ONE_YEAR,
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }

  private createKey(logGroupName: string): kms.Key {
    const key = new kms.Key(this, 'Key', {
      description: 'Encrypts what the handlers of a stack log', enableKeyRotation: true, removalPolicy: RemovalPolicy.RETAIN,
    });
    letLogsEncrypt(key, 'EncryptHandlerLogs', logGroupName);
    return key;
  }
}
