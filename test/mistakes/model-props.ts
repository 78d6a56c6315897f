import { Lazy, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { artifacts, DIGEST, endpoint, endpointOfModel, HEX, images, modelRole } from './baselines';
import { Claim, Mistake, nobody, refused, refusedAtSynth, Topic } from './mistake';
import { ModelArtifact, ModelImage } from '../../lib/artifacts';
import { ExistingModel, GuardedEndpointProps } from '../../lib/serving';

type Changed = Partial<GuardedEndpointProps>;

function props(title: string, changed: (stack: Stack) => Changed, claim: Claim): Mistake {
  return { title, make: (stack) => endpoint(stack, changed(stack)), claim };
}

function image(title: string, uri: string, claim: Claim): Mistake {
  return props(title, () => ({ image: ModelImage.fromUri(uri) }), claim);
}

function environment(title: string, value: Record<string, string>, claim: Claim): Mistake {
  return props(title, () => ({ environment: value }), claim);
}

const REPOSITORY = '111122223333.dkr.ecr.eu-west-1.amazonaws.com/churn';

export const MODEL_PROPS: Topic = {
  title: 'Model: image, artifact, environment, name',
  mistakes: [
    props('an image by its tag', (stack) => ({ image: ModelImage.fromEcr(images(other(stack)), 'v1.2.3') }),
      refused('ImageDigest', 'digest', 'take the digest; read it with `aws ecr describe-images')),
    props('a digest in upper case', (stack) => ({ image: ModelImage.fromEcr(images(other(stack)), `sha256:${'A'.repeat(64)}`) }),
      refused('ImageDigest', 'digest', 'write the letters in lower case')),
    props('a lazy digest that turns out to be a tag', (stack) => ({
      image: ModelImage.fromEcr(images(other(stack)), Lazy.string({ produce: () => 'v1.2.3' })),
    }), refusedAtSynth('digest', 'take the digest')),
    image('an image address with a tag', `${REPOSITORY}:v1.2.3`, refused('ImageUri', 'uri', 'take the digest from ECR')),
    image('an image of another registry', `docker.io/churn@${DIGEST}`,
      refused('ImageInEcr', 'uri', 'copy the image to a repository of yours')),
    props('no image', () => ({ image: undefined }), refused('ImageMissing', 'image', 'or `existingModel`')),
    props('no network', () => ({ network: undefined }), refused('NetworkMissing', 'network', 'make an MlNetwork')),
    {
      title: 'an existing model and an image',
      make: (stack) => endpointOfModel(stack, { image: ModelImage.fromEcr(images(stack), DIGEST) }),
      claim: refused('ModelGivenTwice', 'existingModel', 'drop them'),
    },
    {
      title: 'an existing model with an underscore in its name',
      make: (stack) => endpointOfModel(stack, { existingModel: ExistingModel.named('churn_7', modelRole(stack)) }),
      claim: refused('ModelName', 'modelName', 'letters, digits and inner hyphens'),
    },
    props('an artifact called latest', (stack) => ({ artifact: elsewhere(stack, 'churn/latest.tar.gz') }),
      refused('ArtifactKey', 'key', 'copy the file to a key that stays')),
    props('an artifact that is no archive', (stack) => ({ artifact: elsewhere(stack, 'churn/7/model.zip') }),
      refused('ArtifactKey', 'key', 'must end in .tar.gz')),
    props('an artifact beside its versions', (stack) => ({ artifact: elsewhere(stack, 'other/7/model.tar.gz') }),
      refused('ArtifactBelowVersions', 'versions', 'must be a prefix of `key`')),
    props('the hash of an artifact in upper case', (stack) => ({ artifact: artifacts(other(stack)).artifact('churn', HEX.toUpperCase()) }),
      refused('ArtifactSha256', 'sha256', 'write the letters in lower case')),
    props('a model called trials', (stack) => ({ artifact: artifacts(other(stack)).artifact('trials', HEX) }),
      refused('ModelIsNotTrials', 'model', 'choose another name')),
    environment('a secret by its name', { DB_PASSWORD: 'hunter2' },
      refused('EnvironmentName', 'environment', 'pack what the model needs into its artifact')),
    environment('a secret by its value', { UPSTREAM: `AKIA${'A'.repeat(16)}` },
      refused('EnvironmentValue', 'environment.UPSTREAM', 'take it out and revoke it')),
    environment('a secret that CloudFormation would fetch', { UPSTREAM: '{{resolve:secretsmanager:churn}}' },
      refused('FreeText', 'environment.UPSTREAM', 'pass the secret by its ARN')),
    environment('a variable with a dash', { 'BATCH-SIZE': '8' },
      refused('EnvironmentName', 'environment', 'letters, digits and underscores')),
    environment('a number in the environment', { WORKERS: 4 as unknown as string },
      refused('FreeText', 'environment.WORKERS', 'given as a plain string')),
    environment('a lazy value that turns out to be a secret', { UPSTREAM: Lazy.string({ produce: () => `ghp_${'a'.repeat(36)}` }) },
      refusedAtSynth('environment.UPSTREAM', 'take it out and revoke it')),
    props('an endpoint name with an underscore', () => ({ endpointName: 'churn_model' }),
      refused('EndpointName', 'endpointName', '2 to 63 characters of a-z, 0-9 and -')),
    props('an endpoint name in upper case', () => ({ endpointName: 'Churn' }),
      refused('EndpointName', 'endpointName', '2 to 63 characters of a-z, 0-9 and -')),
    props('a container that may call out', () => ({ networkIsolation: false }),
      nobody('the prop is there to be used; the network still leads to AWS services only')),
  ],
};

function elsewhere(stack: Stack, key: string): ModelArtifact {
  return ModelArtifact.fromBucket(artifacts(other(stack)).bucket, key, 'churn/');
}

/** A place for a second image or store beside the baseline's. */
function other(stack: Stack): Construct {
  return new Construct(stack, 'Other');
}
