import { aws_iam as iam, aws_kms as kms, aws_s3 as s3 } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { acknowledge, wildcardResource } from '../core/acknowledge';
import { InvalidProps } from '../core/invalid-props';

/** The bucket that receives a copy of each object, and the key that encrypts the copies there. */
interface Destination {
  readonly bucket: s3.IBucket;
  readonly key: kms.IKey;
}

/** Copies what is stored to a second bucket. The role exists before the source bucket, its policy after it. */
export class Replica extends Construct {
  private readonly destination: Destination;
  private readonly role: iam.Role;

  constructor(scope: Construct, id: string, bucket: s3.IBucket) {
    super(scope, id);
    this.destination = { bucket, key: this.keyOf(bucket) };
    this.role = new iam.Role(this, 'Role', {
      assumedBy: new iam.ServicePrincipal('s3.amazonaws.com'),
      description: 'Lets S3 copy model artifacts to their replica bucket',
    });
  }

  /** How the source bucket is told to replicate. Deletes are not replicated: a replica outlives a mistake. */
  public configuration(): Pick<s3.BucketProps, 'replicationRole' | 'replicationRules'> {
    const { bucket, key } = this.destination;
    return {
      replicationRole: this.role,
      replicationRules: [{ destination: bucket, kmsKey: key, sseKmsEncryptedObjects: true, deleteMarkerReplication: false }],
    };
  }

  /** https://docs.aws.amazon.com/AmazonS3/latest/userguide/setting-repl-config-perm-overview.html */
  public permit(source: s3.IBucket, sourceKey: kms.IKey, locked: boolean): void {
    const { bucket, key } = this.destination;
    const objects = [source.arnForObjects('*'), bucket.arnForObjects('*')];
    const policy = new iam.ManagedPolicy(this, 'Policy', {
      description: 'Read from the artifact store, write to its replica',
      roles: [this.role],
      statements: [
        allow(['s3:GetReplicationConfiguration', 's3:ListBucket'], source.bucketArn),
        allow([
          's3:GetObjectVersionForReplication', 's3:GetObjectVersionAcl', 's3:GetObjectVersionTagging',
          ...locked ? ['s3:GetObjectRetention', 's3:GetObjectLegalHold'] : [],
        ], objects[0]),
        allow(['s3:ReplicateObject', 's3:ReplicateTags'], objects[1]),
        allow(['kms:Decrypt'], sourceKey.keyArn),
        allow(['kms:Encrypt', 'kms:GenerateDataKey'], key.keyArn),
      ],
    });
    acknowledge(policy, {
      rules: objects.map((arn) => wildcardResource(this, arn)),
      reason: 'Replication copies every object of one bucket to one other bucket; S3 gives it no narrower resource than their objects',
    });
  }

  private keyOf(bucket: s3.IBucket): kms.IKey {
    if (bucket.encryptionKey === undefined) {
      throw new InvalidProps('ReplicaWithoutKey',
        '`replicateTo` must know the KMS key of the bucket, since S3 encrypts each copy with a key that it is told: got a bucket '
        + 'without one; give it an `encryptionKey` (an imported one by Bucket.fromBucketAttributes)', this);
    }
    return bucket.encryptionKey;
  }
}

function allow(actions: string[], resource: string): iam.PolicyStatement {
  return new iam.PolicyStatement({ actions, resources: [resource] });
}
