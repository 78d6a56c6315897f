import { Request } from './policies';
import { unqualified } from '../states/arn';

export interface Here { readonly account: string; readonly region: string }
type Input = Readonly<Record<string, unknown>>;

/** Services by the name of their SDK client, and the prefix that IAM knows them by. */
export const PREFIX: Readonly<Record<string, string>> = { sfn: 'states', eventbridge: 'events' };

/**
 * What IAM is asked for one call. Resources by https://docs.aws.amazon.com/service-authorization/latest/reference; keys and
 * encryption are not asked for.
 */
export function requestsOf(service: string, operation: string, input: Input, here: Here): Request[] {
  const arn = (own: string, rest: string) => `arn:aws:${own}:${here.region}:${here.account}:${rest}`;
  const action = `${PREFIX[service] ?? service}:${operation}`;
  switch (service) {
    case 'dynamodb': return dynamodb(operation, input, (table) => arn('dynamodb', `table/${table}`));
    case 'sagemaker': return sagemaker(operation, input, (kind, name) => arn('sagemaker', `${kind}/${String(name).toLowerCase()}`));
    case 'cloudwatch': return cloudwatch(operation, input, (name) => arn('cloudwatch', `alarm:${name}`));
    case 'ssm': return [{ action, resource: arn('ssm', `parameter/${String(input.Name).replace(/^\//, '')}`) }];
    case 'sns': return [{ action, resource: String(input.TopicArn) }];
    case 'eventbridge': return [...new Set((input.Entries as readonly { EventBusName?: string }[]).map(({ EventBusName = 'default' }) => EventBusName))]
      .map((bus) => ({ action, resource: bus.startsWith('arn:') ? bus : arn('events', `event-bus/${bus}`) }));
    case 'sfn': return [{ action, resource: unqualified(String(input.stateMachineArn ?? input.executionArn)) }];
    case 'lambda': return [{ action: 'lambda:InvokeFunction', resource: String(input.FunctionName).startsWith('arn:') ? String(input.FunctionName) : arn('lambda', `function:${String(input.FunctionName)}`) }];
    case 's3': return [{ action: `s3:${operation === 'HeadObject' ? 'GetObject' : operation}`, resource: `arn:aws:s3:::${String(input.Bucket)}/${String(input.Key)}` }];
    case 'ecr': return [{ action, resource: arn('ecr', `repository/${String(input.repositoryName)}`) }];
    default: throw new Error(`the rehearsal does not know what IAM is asked for ${service} ${operation}`);
  }
}

/** To hear of composite alarms, a permission has to be scoped to `*`: API page of DescribeAlarms. */
function cloudwatch(operation: string, { AlarmName, AlarmNames, AlarmTypes }: Input, alarm: (name: string) => string): Request[] {
  const action = `cloudwatch:${operation}`;
  if (operation === 'DescribeAlarms' && Array.isArray(AlarmNames)) {
    const composite = Array.isArray(AlarmTypes) && AlarmTypes.includes('CompositeAlarm');
    return [...AlarmNames.map((name) => ({ action, resource: alarm(String(name)) })), ...composite ? [{ action, resource: '*' }] : []];
  }
  return [{ action, resource: operation === 'SetAlarmState' ? alarm(String(AlarmName)) : '*' }];
}

function dynamodb(operation: string, input: Input, table: (name: unknown) => string): Request[] {
  if (operation === 'BatchGetItem') {
    return Object.keys(input.RequestItems as object).map((name) => ({ action: 'dynamodb:BatchGetItem', resource: table(name) }));
  }
  if (operation !== 'TransactWriteItems') {
    return [{ action: `dynamodb:${operation}`, resource: table(input.TableName) }];
  }
  const kinds: Readonly<Record<string, string>> = { Put: 'PutItem', Update: 'UpdateItem', Delete: 'DeleteItem', ConditionCheck: 'ConditionCheckItem' };
  // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
  const context = { 'dynamodb:EnclosingOperation': 'TransactWriteItems' };
  const items = input.TransactItems as readonly Readonly<Record<string, { TableName: string }>>[];
  return items.flatMap((item) => Object.entries(item))
    .map(([kind, { TableName }]) => ({ action: `dynamodb:${kinds[kind]}`, resource: table(TableName), context }));
}

function sagemaker(operation: string, input: Input, arn: (kind: string, name: unknown) => string): Request[] {
  const action = `sagemaker:${operation}`;
  const tags = Object.fromEntries(((input.Tags ?? []) as readonly { Key: string; Value: string }[]).map(({ Key, Value }) => [`aws:RequestTag/${Key}`, Value]));
  const tagged = (resource: string): Request[] => [{ action, resource, context: tags }, ...Object.keys(tags).length === 0 ? [] : [{ action: 'sagemaker:AddTags', resource, context: tags }]];
  const config = () => arn('endpoint-config', input.EndpointConfigName);
  const endpoint = () => arn('endpoint', input.EndpointName);
  switch (operation) {
    case 'CreateModel': return [...tagged(arn('model', input.ModelName)), {
      action: 'iam:PassRole', resource: String(input.ExecutionRoleArn), context: { 'iam:PassedToService': 'sagemaker.amazonaws.com' },
    }];
    case 'DescribeModel': case 'DeleteModel': return [{ action, resource: arn('model', input.ModelName) }];
    case 'CreateEndpointConfig': return tagged(config());
    case 'DescribeEndpointConfig': case 'DeleteEndpointConfig': return [{ action, resource: config() }];
    case 'CreateEndpoint': return [...tagged(endpoint()), { action, resource: config(), context: tags }];
    case 'UpdateEndpoint': return [{ action, resource: endpoint() }, { action, resource: config() }];
    case 'AddTags': case 'ListTags': return [{ action, resource: String(input.ResourceArn) }];
    default: return [{ action, resource: operation.startsWith('List') ? '*' : endpoint() }];
  }
}
