import { aws_iam as iam, aws_kms as kms, aws_logs as logs, Aws, Fn, Names, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Construct, IConstruct } from 'constructs';

const ID = 'MlPlatformHandlerLogs';

/**
 * Where the handlers of a stack write, audit lines among it: one encrypted log group and one key, kept when the stack is
 * deleted. One per stack and not per function, because a key costs by the month and a reader looks in one place; and not a
 * key of the user's, because the functions belong to the stack and not to the one construct that could have brought it.
 */
export class HandlerLogs extends Construct {
  /** The log group of the stack that `scope` is in. */
  public static of(scope: IConstruct): logs.ILogGroup {
    const stack = Stack.of(scope);
    const existing = stack.node.tryFindChild(ID) as HandlerLogs | undefined;
    return (existing ?? new HandlerLogs(stack, ID)).logGroup;
  }

  public readonly logGroup: logs.ILogGroup;

  private constructor(scope: Construct, id: string) {
    super(scope, id);
    const logGroupName = this.nameLogGroup();
    this.logGroup = new logs.LogGroup(this, 'Resource', {
      logGroupName,
      encryptionKey: this.createKey(logGroupName),
      retention: logs.RetentionDays.ONE_YEAR,
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }

  /**
   * A name chosen here, because the key's policy names the group before it exists. It ends in what is unique to this life
   * of the stack: the group outlives the stack, and a second life could not make a group of the same name.
   */
  private nameLogGroup(): string {
    const life = Fn.select(2, Fn.split('/', Aws.STACK_ID));
    return `/ml-platform/handlers/${Names.uniqueResourceName(this, { maxLength: 200 })}/${life}`;
  }

  /** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html */
  private createKey(logGroupName: string): kms.Key {
    const key = new kms.Key(this, 'Key', {
      description: 'Encrypts what the handlers of a stack log', enableKeyRotation: true, removalPolicy: RemovalPolicy.RETAIN,
    });
    key.addToResourcePolicy(new iam.PolicyStatement({
      sid: 'EncryptHandlerLogs',
      principals: [new iam.ServicePrincipal(`logs.${Aws.REGION}.${Aws.URL_SUFFIX}`)],
      actions: [
        'kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey', 'kms:GenerateDataKeyWithoutPlaintext',
        'kms:ReEncryptFrom', 'kms:ReEncryptTo',
      ],
      resources: ['*'], // in a key's policy: this key
      conditions: {
        ArnEquals: {
          'kms:EncryptionContext:aws:logs:arn': `arn:${Aws.PARTITION}:logs:${Aws.REGION}:${Aws.ACCOUNT_ID}:log-group:${logGroupName}`,
        },
      },
    }));
    return key;
  }
}
