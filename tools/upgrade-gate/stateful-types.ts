/**
 * What holds something that a new one of the same type does not: data, history, keys, or an address that others were given.
 * Replacing or removing one loses it, or leaves it behind, outside every stack.
 */
const STATEFUL = new Set([
  'AWS::ApiGateway::RestApi', 'AWS::ApiGatewayV2::Api', // callers were given the address
  'AWS::Backup::BackupVault',
  'AWS::CloudTrail::EventDataStore', 'AWS::CloudTrail::Trail',
  'AWS::Cognito::IdentityPool', 'AWS::Cognito::UserPool', 'AWS::Cognito::UserPoolClient', 'AWS::Cognito::UserPoolDomain',
  'AWS::DynamoDB::GlobalTable', 'AWS::DynamoDB::Table',
  'AWS::EC2::EIP', 'AWS::EC2::Subnet', 'AWS::EC2::Volume', 'AWS::EC2::VPC',
  'AWS::ECR::Repository',
  'AWS::EFS::AccessPoint', 'AWS::EFS::FileSystem',
  'AWS::FSx::FileSystem',
  'AWS::Glue::Database', 'AWS::Glue::Table',
  'AWS::Kinesis::Stream', 'AWS::KinesisFirehose::DeliveryStream',
  'AWS::KMS::Key', 'AWS::KMS::ReplicaKey',
  'AWS::Logs::LogGroup',
  'AWS::OpenSearchService::Domain',
  'AWS::RDS::DBCluster', 'AWS::RDS::DBInstance',
  'AWS::S3::Bucket',
  'AWS::S3Tables::Table', 'AWS::S3Tables::TableBucket',
  'AWS::SageMaker::Domain',
  'AWS::SageMaker::Endpoint', // its configurations and models are replaced by every version
  'AWS::SageMaker::FeatureGroup', 'AWS::SageMaker::MlflowTrackingServer', 'AWS::SageMaker::ModelPackage',
  'AWS::SageMaker::ModelPackageGroup', 'AWS::SageMaker::Pipeline',
  'AWS::SecretsManager::Secret',
  'AWS::SNS::Topic', // subscriptions made by hand are lost
  'AWS::SQS::Queue',
  'AWS::SSM::Parameter',
  'AWS::StepFunctions::StateMachine', // its executions go with it
]);

/** What each version replaces on purpose and keeps by policy: the way back of a rollback. */
const VERSIONED = new Set(['AWS::SageMaker::EndpointConfig', 'AWS::SageMaker::Model']);

export function isStateful(type: string): boolean {
  return STATEFUL.has(type);
}

export function isVersioned(type: string): boolean {
  return VERSIONED.has(type);
}
