import { aws_dynamodb as dynamodb, aws_kms as kms, aws_sqs as sqs } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { IArtifactStore, IImageStore } from '../artifacts';
import { acknowledgeAtSynth, KeptFinding, wildcardResource } from '../core/acknowledge';
import { HandlerFunction } from '../core/handler-function';

/** What the functions of a registry share. */
export interface RegistryParts {
  readonly environment: string;
  readonly key: kms.IKey;
  readonly table: dynamodb.ITable;
  readonly auditTable: dynamodb.Table;
  readonly artifacts: IArtifactStore;
  readonly images: readonly IImageStore[];
  /** Where events go that no function could take. */
  readonly failures: sqs.IQueue;
}

/** Why a function of the registry is in no VPC. */
export const OUTSIDE_VPC = 'It calls public AWS APIs, signed and over TLS, and holds no connection to anything in a VPC; inside one it would '
  + 'need an endpoint for each of six services, and reach nothing more.';

/** Why a function of the registry has no share of the account's concurrency. */
export const NO_CONCURRENCY: KeptFinding = {
  rules: ['HIPAA.Security', 'NIST.800.53.R5'].map((pack) => `${pack}-LambdaConcurrency`),
  reason: 'What calls it is bounded already: the API by its throttle, the stream by its shards, the check by its schedule. A reservation would '
    + 'take capacity from the functions that serve, and an account with the first quota of 10 cannot make one.',
};

/** Lets a function look whether artifacts are there. */
export function letReadArtifacts(scope: IConstruct, { policy }: HandlerFunction, artifacts: IArtifactStore): void {
  artifacts.grantRead(policy);
  acknowledgeAtSynth(policy, () => ({
    rules: [wildcardResource(scope, artifacts.bucket.arnForObjects('*'))],
    reason: 'A version may have any artifact of the store, and nobody knows the hashes of tomorrow; it reads, in one bucket.',
  }));
}
