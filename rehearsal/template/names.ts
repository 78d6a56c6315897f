import { createHash } from 'node:crypto';
import { Place } from './place';
import { Published } from './published';

type Property = (name: string) => unknown;
type Names = (attribute: string | undefined) => string | undefined;

/** The Ref (no attribute) and the attributes of a resource, as its page in the CloudFormation reference says. */
export function namesOf(
  type: string, logicalId: string, name: string, { account, region }: Place, property: Property, published: Published,
): Names {
  const arn = (service: string, rest: string) => `arn:aws:${service}:${region}:${account}:${rest}`;
  const own = (service: string, rest: string, ref = name): Names => (attribute) =>
    attribute === undefined ? ref : attribute === 'Arn' ? arn(service, rest) : undefined;
  const hash = [...logicalId].reduce((sum, character) => (sum * 33 + (character.codePointAt(0) ?? 0)) % 0xffffffffffff, 5381);
  const hex = hash.toString(16).padStart(12, '0');
  const id = `00000000-0000-4000-8000-${hex}`;
  switch (type) {
    case 'AWS::Lambda::Function': return own('lambda', `function:${name}`);
    case 'AWS::Lambda::Version': return (attribute) => {
      const owner = functionArn(String(property('FunctionName')), arn);
      // CDK gives a version of other code or settings another logical id, because CloudFormation publishes each resource once
      const number = published.number(owner, logicalId);
      return attribute === 'Version' ? String(number) : `${owner}:${number}`;
    };
    case 'AWS::Lambda::Alias': return () => `${functionArn(String(property('FunctionName')), arn)}:${name}`;
    case 'AWS::StepFunctions::StateMachine':
      return (attribute) => attribute === 'Name' ? name
        : attribute === 'StateMachineRevisionId' ? revisionOf(property) : arn('states', `stateMachine:${name}`);
    case 'AWS::StepFunctions::StateMachineVersion': return () => {
      const owner = String(property('StateMachineArn'));
      return `${owner}:${published.number(owner, String(property('StateMachineRevisionId')))}`;
    };
    case 'AWS::StepFunctions::StateMachineAlias': return () => arn('states', `stateMachine:${name}`);
    case 'AWS::DynamoDB::Table': case 'AWS::DynamoDB::GlobalTable': return (attribute) =>
      attribute === 'StreamArn' ? arn('dynamodb', `table/${name}/stream/1`) : own('dynamodb', `table/${name}`)(attribute);
    case 'AWS::IAM::Role': case 'AWS::IAM::User': return (attribute) => attribute === undefined ? name
      : attribute === 'Arn' ? `arn:aws:iam::${account}:role${pathOf(property)}${name}` : attribute === 'RoleId' ? `AROA${hex.toUpperCase()}` : undefined;
    case 'AWS::IAM::ManagedPolicy': return () => `arn:aws:iam::${account}:policy${pathOf(property)}${name}`;
    case 'AWS::IAM::Policy': return () => name;
    case 'AWS::SNS::Topic': return (attribute) => attribute === 'TopicName' ? name : arn('sns', name);
    case 'AWS::SQS::Queue': return (attribute) => attribute === 'Arn' ? arn('sqs', name)
      : attribute === 'QueueName' ? name : `https://sqs.${region}.amazonaws.com/${account}/${name}`;
    case 'AWS::KMS::Key': return own('kms', `key/${id}`, id);
    case 'AWS::KMS::Alias': return () => String(property('AliasName'));
    case 'AWS::S3::Bucket': return (attribute) => attribute === undefined ? lower(name) : attribute === 'Arn' ? `arn:aws:s3:::${lower(name)}` : undefined;
    case 'AWS::Logs::LogGroup': return (attribute) => attribute === 'Arn' ? arn('logs', `log-group:${name}:*`) : name;
    case 'AWS::SSM::Parameter': return (attribute) => attribute === 'Value' ? String(property('Value')) : attribute === 'Type' ? 'String' : name;
    case 'AWS::CloudWatch::Alarm': case 'AWS::CloudWatch::CompositeAlarm': return own('cloudwatch', `alarm:${name}`);
    case 'AWS::Events::EventBus': return own('events', `event-bus/${name}`);
    case 'AWS::Events::Rule': return own('events', `rule/${name}`);
    case 'AWS::ApiGatewayV2::Api': return (attribute) => attribute === 'ApiEndpoint'
      ? `https://${hex.slice(0, 10)}.execute-api.${region}.amazonaws.com` : hex.slice(0, 10);
    case 'AWS::ApiGatewayV2::Stage': return () => String(property('StageName'));
    case 'AWS::EC2::SecurityGroup': return () => `sg-0${hex}`;
    case 'AWS::EC2::Subnet': return (attribute) => attribute === undefined || attribute === 'SubnetId' ? `subnet-0${hex}`
      : attribute === 'AvailabilityZone' ? `${region}a` : undefined;
    case 'AWS::EC2::VPC': return (attribute) => attribute === undefined || attribute === 'VpcId' ? `vpc-0${hex}` : undefined;
    case 'AWS::ECR::Repository': return (attribute) => attribute === 'Arn' ? arn('ecr', `repository/${lower(name)}`)
      : attribute === 'RepositoryUri' ? `${account}.dkr.ecr.${region}.amazonaws.com/${lower(name)}` : lower(name);
    default:
      // the Ref of most resources is a name; what only a few have gets a stand-in
      return (attribute) => attribute === undefined ? name : undefined;
  }
}

/** Another one for each definition and role: https://docs.aws.amazon.com/step-functions/latest/dg/concepts-state-machine-version.html */
function revisionOf(property: Property): string {
  const text = JSON.stringify(['DefinitionString', 'Definition', 'DefinitionSubstitutions', 'RoleArn'].map(property));
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

function functionArn(nameOrArn: string, arn: (service: string, rest: string) => string): string {
  return nameOrArn.startsWith('arn:') ? nameOrArn : arn('lambda', `function:${nameOrArn}`);
}

function pathOf(property: Property): string {
  const path = property('Path');
  return typeof path === 'string' ? path : '/';
}

function lower(name: string): string {
  return name.toLowerCase();
}
