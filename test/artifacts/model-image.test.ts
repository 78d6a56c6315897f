import { App, Aws, aws_ecr as ecr, aws_iam as iam, CfnParameter, Lazy, Stack } from 'aws-cdk-lib';
import { ModelImage } from '../../lib/artifacts';
import { PULL_TOKEN } from '../../lib/artifacts/pull-token';
import { acknowledge } from '../../lib/core/acknowledge';
import { ENV, judged } from '../support/judged';
import { Policies } from '../support/policy-evaluator';

const HEX = 'b'.repeat(64);
const DIGEST = `sha256:${HEX}`;
const REGISTRY = '763104351884.dkr.ecr.eu-west-1.amazonaws.com';
const PULL = ['ecr:BatchCheckLayerAvailability', 'ecr:GetDownloadUrlForLayer', 'ecr:BatchGetImage'];

let stack: Stack;
let repository: ecr.IRepository;
let role: iam.Role;
beforeEach(() => {
  stack = new Stack(new App(), 'Test', { env: ENV });
  repository = ecr.Repository.fromRepositoryName(stack, 'Repository', 'team/churn');
  role = new iam.Role(stack, 'Role', { assumedBy: new iam.ServicePrincipal('sagemaker.amazonaws.com') });
});

const granted = () => Policies.in(stack, 'AWS::IAM::Policy').statements.map(({ Action, Resource }) => ({ Action, Resource }));

describe('fromEcr', () => {
  test('names the image by its digest', () => {
    expect(stack.resolve(ModelImage.fromEcr(repository, DIGEST).uri)).toEqual({
      'Fn::Join': ['', [`${ENV.account}.dkr.ecr.${ENV.region}.`, { Ref: 'AWS::URLSuffix' }, `/team/churn@${DIGEST}`]],
    });
  });

  test.each([
    ['latest', 'imageDetails[0].imageDigest'], ['v1.2.3', 'imageDetails[0].imageDigest'], ['', 'imageDetails[0].imageDigest'],
    [`repo@${DIGEST}`, 'imageDetails[0].imageDigest'], [HEX, "put 'sha256:' in front"],
    [`sha256:${HEX.toUpperCase()}`, 'write the letters in lower case'], [`SHA256:${HEX}`, 'write the letters in lower case'],
    [`sha512:${HEX}`, 'must be'], [`${DIGEST}\n`, 'must be'], [`${DIGEST}:`, 'must be'], ['sha256:', 'must be'], [`sha256:${HEX}0`, 'must be'],
    ['sha256:' + 'b'.repeat(100_000), 'must be'], [undefined, 'must be'], [null, 'must be'], [5, 'must be'], [Symbol('x'), 'must be'],
    [new String(DIGEST), 'must be'],
  ])('refuses the digest %p and says how to get one', (digest, hint) => {
    const image = () => ModelImage.fromEcr(repository, digest as string);
    expect(image).toThrow("Test/Repository: `digest` must be 'sha256:' and 64 lower-case hex digits: got");
    expect(image).toThrow(hint);
  });

  test.each([
    (text: string) => ModelImage.fromEcr(repository, text), (text: string) => ModelImage.fromUri(text),
  ])('refuses what only looks like a token (%#)', (make) => {
    expect(() => make('${Token[TOKEN.999999]}')).toThrow('looks like a token');
  });

  test('passes on a digest that only the deployment knows, and judges a lazy one at synth', () => {
    const digest = new CfnParameter(stack, 'Digest').valueAsString;
    expect(JSON.stringify(stack.resolve(ModelImage.fromEcr(repository, digest).uri))).toContain('{"Ref":"Digest"}');
    const app = new App();
    const theirs = ecr.Repository.fromRepositoryName(new Stack(app, 'Lazy'), 'Repository', 'churn');
    ModelImage.fromEcr(theirs, Lazy.string({ produce: () => 'latest' }));
    expect(() => app.synth()).toThrow('`digest` must be');
  });

  test('lets a role pull from this repository, by three actions', () => {
    ModelImage.fromEcr(repository, DIGEST).grantPull(role);
    const arn = { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:ecr:${ENV.region}:${ENV.account}:repository/team/churn`]] };
    expect(granted()).toEqual([{ Action: PULL, Resource: arn }, { Action: 'ecr:GetAuthorizationToken', Resource: '*' }]);
  });
});

describe('fromUri', () => {
  test.each([
    `${REGISTRY}/pytorch-inference@${DIGEST}`, `${REGISTRY}/pytorch-inference:2.6-cpu-py312@${DIGEST}`, `${REGISTRY}/a/b_c/d.e@${DIGEST}`,
    `${REGISTRY}/pytorch-inference:latest@${DIGEST}`, `763104351884.dkr.ecr-fips.us-east-1.amazonaws.com/pytorch-inference@${DIGEST}`,
    `763104351884.dkr.ecr.cn-north-1.amazonaws.com.cn/pytorch-inference@${DIGEST}`,
  ])('takes %s as it is', (uri) => {
    expect(ModelImage.fromUri(uri).uri).toBe(uri);
  });

  test.each(['pytorch-inference', 'pytorch-inference:2.6-cpu-py312'])('lets a role pull %s from the repository that the address names', (name) => {
    ModelImage.fromUri(`${REGISTRY}/${name}@${DIGEST}`).grantPull(role);
    const arn = { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':ecr:eu-west-1:763104351884:repository/pytorch-inference']] };
    expect(granted()).toEqual([{ Action: PULL, Resource: arn }, { Action: 'ecr:GetAuthorizationToken', Resource: '*' }]);
  });

  test.each([
    `${REGISTRY}/pytorch-inference:2.6`, `${REGISTRY}/pytorch-inference:latest`, `${REGISTRY}/pytorch-inference`,
    `${REGISTRY}/pytorch-inference@sha256:${HEX.slice(1)}`, `${REGISTRY}/pytorch-inference@${DIGEST}\n`, `${REGISTRY}/a b@${DIGEST}`, '',
    `${REGISTRY}/${'a'.repeat(200)}@${DIGEST}`, `${REGISTRY}/*@${DIGEST}`,
  ])('refuses %p and says how to get a digest', (uri) => {
    expect(() => ModelImage.fromUri(uri)).toThrow(/^`uri` must/);
    expect(() => ModelImage.fromUri(uri)).toThrow("--query 'imageDetails[0].imageDigest'");
  });

  test('refuses a digest in upper case with a hint', () => {
    expect(() => ModelImage.fromUri(`${REGISTRY}/x1@sha256:${'B'.repeat(64)}`)).toThrow('lower case');
  });

  test.each([
    `nginx@${DIGEST}`, `docker.io/library/nginx@${DIGEST}`, `public.ecr.aws/a/b@${DIGEST}`, `12345.dkr.ecr.eu-west-1.amazonaws.com/x@${DIGEST}`,
  ])('refuses %s, which is not in a private registry of ECR', (uri) => {
    expect(() => ModelImage.fromUri(uri)).toThrow('`uri` must be an image in Amazon ECR');
  });

  test.each([undefined, null, 5, Symbol('uri'), new String(`${REGISTRY}/x1@${DIGEST}`)])('refuses %p', (uri) => {
    expect(() => ModelImage.fromUri(uri as string)).toThrow('`uri` must be text');
  });

  test('reads account and Region out of an address in which they are tokens', () => {
    ModelImage.fromUri(`${Aws.ACCOUNT_ID}.dkr.ecr.${Aws.REGION}.${Aws.URL_SUFFIX}/team/churn@${DIGEST}`).grantPull(role);
    expect(granted()[0].Resource).toEqual({
      'Fn::Join': ['', [
        'arn:', { Ref: 'AWS::Partition' }, ':ecr:', { Ref: 'AWS::Region' }, ':', { Ref: 'AWS::AccountId' }, ':repository/team/churn',
      ]],
    });
  });

  test('takes an address that is one token, but cannot let anybody pull from it', () => {
    const uri = new CfnParameter(stack, 'Image').valueAsString;
    const image = ModelImage.fromUri(uri);
    expect(image.uri).toBe(uri);
    expect(() => image.grantPull(role)).toThrow('use ModelImage.fromEcr');
  });

  test.each(['v1', 'latest', 'x/y@sha256:abc'])('judges a lazy address at synth, in the construct that settles it: %s', (uri) => {
    const app = new App();
    const own = new Stack(app, 'Lazy');
    ModelImage.fromUri(Lazy.string({ produce: () => uri }))._settle(own);
    expect(() => app.synth()).toThrow('`uri` must');
  });
});

test('a role that may pull has no open finding in AwsSolutions once the token is acknowledged, and one before', () => {
  const findings = (kept: boolean) => judged((own) => {
    const puller = new iam.Role(own, 'Role', { assumedBy: new iam.ServicePrincipal('sagemaker.amazonaws.com') });
    ModelImage.fromUri(`${REGISTRY}/pytorch-inference@${DIGEST}`).grantPull(puller);
    if (kept) {
      acknowledge(puller, PULL_TOKEN);
    }
  }).open.filter(({ pack }) => pack === 'AwsSolutions').map(({ rule }) => rule);
  expect(findings(true)).toEqual([]);
  expect(findings(false)).toEqual(['AwsSolutions-IAM5[Resource::*]']);
});
