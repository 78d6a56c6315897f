import { aws_ecr as ecr, aws_s3 as s3, Duration, Stack } from 'aws-cdk-lib';
import { ArtifactStore, ArtifactStoreProps, ImageStore, ImageStoreProps, ModelArtifact, ModelImage, ObjectLock, TrialRetention } from '../../lib/artifacts';
import { describeHostileProps, Fine, LEFT_OUT, Make, NOTHING, testPropsThatAreNone, TIME } from '../support/hostile-props';
import { DIGEST, SHA256 } from '../support/model-supplies';

const ARTIFACTS: Fine<ArtifactStoreProps> = {
  accessLogs: LEFT_OUT, encryptionKey: LEFT_OUT, objectLock: LEFT_OUT, replicateTo: LEFT_OUT, trialRetention: LEFT_OUT,
};
const IMAGES: Fine<ImageStoreProps> = { encryptionKey: LEFT_OUT, repositoryName: 'undefined, text, a reference as text', retention: TIME };
/** What values are made from has no name of its own: here it is called as in their messages. */
const ARTIFACT = { bucket: NOTHING, key: 'a reference as text', versions: 'a reference as text' };
const STORED = { model: 'text, a reference as text', sha256: 'a reference as text' };
const IMAGE = { repository: NOTHING, digest: 'a reference as text' };
const PULLED = { uri: 'a reference as text' };

const bucketOf = (stack: Stack) => s3.Bucket.fromBucketName(stack, 'Bucket', 'our-artifacts');

const artifacts: Make = (stack, changed) => { new ArtifactStore(stack, 'Store', changed); };
const images: Make = (stack, changed) => { new ImageStore(stack, 'Store', changed); };
const artifact: Make = (stack, changed) => {
  const { bucket, key, versions } = { bucket: bucketOf(stack), key: 'churn/7/model.tar.gz', versions: 'churn/', ...changed };
  ModelArtifact.fromBucket(bucket, key, versions);
};
const stored: Make = (stack, changed) => {
  const { model, sha256 } = { model: 'churn', sha256: SHA256, ...changed };
  ArtifactStore.fromBucket(stack, 'Store', bucketOf(stack)).artifact(model, sha256);
};
const image: Make = (stack, changed) => {
  const { repository, digest } = { repository: ecr.Repository.fromRepositoryName(stack, 'Images', 'churn'), digest: DIGEST, ...changed };
  ModelImage.fromEcr(repository, digest)._settle(stack);
};
const pulled: Make = (stack, changed) => {
  const { uri } = { uri: '', ...changed };
  ModelImage.fromUri(uri)._settle(stack);
};

testPropsThatAreNone([
  ['a store of artifacts', (props) => new ArtifactStore(new Stack(), 'Store', props)], ['a store of images', (props) => new ImageStore(new Stack(), 'Store', props)],
]);

describeHostileProps([
  ['a store of artifacts', artifacts, ARTIFACTS], ['a store of images', images, IMAGES], ['an artifact that lies elsewhere', artifact, ARTIFACT],
  ['an artifact of a store', stored, STORED], ['an image', image, IMAGE], ['an image by its address', pulled, PULLED],
]);

test.each([undefined, null, 30, 'P30D', {}])('%p is no time to keep or lock something', (wrong) => {
  const time = wrong as unknown as Duration;
  expect(() => TrialRetention.of(time)).toThrow('`age` must be a Duration');
  expect(() => ObjectLock.governance(time)).toThrow('`period` must be a Duration');
});

test.each([undefined, null, 'our-artifacts', {}])('%p is nothing that a store could be brought with', (wrong) => {
  expect(() => ArtifactStore.fromBucket(new Stack(), 'Store', wrong as never)).toThrow('`bucket` must be a bucket, made or imported');
  expect(() => ImageStore.fromRepository(new Stack(), 'Store', wrong as never)).toThrow('`repository` must be a repository of ECR');
});
