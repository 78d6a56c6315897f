import { App, aws_ecr as ecr, aws_iam as iam, aws_kms as kms, CfnParameter, Duration, Lazy, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { ImageStore, ImageStoreProps } from '../../lib/artifacts';
import { ENV, openFindings } from '../support/judged';
import { Policies } from '../support/policy-evaluator';

const DIGEST = `sha256:${'c'.repeat(64)}`;

interface Rule {
  readonly rulePriority: number;
  readonly selection: { tagStatus: string; tagPrefixList?: string[]; countType: string; countUnit: string; countNumber: number };
  readonly action: { type: string };
}

let stack: Stack;
beforeEach(() => { stack = new Stack(new App(), 'Test', { env: ENV }); });

function rules(props?: ImageStoreProps): Rule[] {
  new ImageStore(stack, 'Images', props);
  const [{ Properties }] = Object.values(Template.fromStack(stack).findResources('AWS::ECR::Repository'));
  return (JSON.parse(Properties.LifecyclePolicy.LifecyclePolicyText) as { rules: Rule[] }).rules;
}

/** ECR's documented evaluation: the first rule that matches an image is the only one that may expire it. */
function expires(image: { tags: string[]; ageInDays: number }, lifecycle: Rule[]): boolean {
  const [rule] = [...lifecycle].sort((one, other) => one.rulePriority - other.rulePriority).filter(({ selection }) =>
    selection.tagStatus === 'untagged'
      ? image.tags.length === 0
      : selection.tagPrefixList!.every((prefix) => image.tags.some((tag) => tag.startsWith(prefix))));
  return rule !== undefined && image.ageInDays > rule.selection.countNumber;
}

describe('the repository', () => {
  test('has tags that never move, is scanned, encrypted by a rotated key, and outlives the stack with its images', () => {
    new ImageStore(stack, 'Images');
    const template = Template.fromStack(stack);
    template.hasResource('AWS::ECR::Repository', {
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      Properties: {
        ImageTagMutability: 'IMMUTABLE',
        ImageScanningConfiguration: { ScanOnPush: true },
        EncryptionConfiguration: { EncryptionType: 'KMS', KmsKey: { 'Fn::GetAtt': ['ImagesKey72752799', 'Arn'] } },
        EmptyOnDelete: false,
      },
    });
    template.hasResource('AWS::KMS::Key', { DeletionPolicy: 'Retain', Properties: { EnableKeyRotation: true } });
  });

  test('opens itself to nobody else: it has no policy', () => {
    new ImageStore(stack, 'Images');
    const [{ Properties }] = Object.values(Template.fromStack(stack).findResources('AWS::ECR::Repository'));
    expect(Properties).not.toHaveProperty('RepositoryPolicyText');
  });

  test('uses the key that is brought, and makes none', () => {
    const encryptionKey = kms.Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:eu-west-1:111122223333:key/ours');
    const images = new ImageStore(stack, 'Images', { encryptionKey });
    expect(images.encryptionKey).toBe(encryptionKey);
    Template.fromStack(stack).resourceCountIs('AWS::KMS::Key', 0);
  });

  test.each(['ab', 'team/churn', 'a1.b-c_d/e', 'a'.repeat(256)])('takes the name %p', (repositoryName) => {
    new ImageStore(stack, 'Images', { repositoryName });
    Template.fromStack(stack).hasResourceProperties('AWS::ECR::Repository', { RepositoryName: repositoryName });
  });

  test.each(['', 'a', 'A1', '-a', 'a-', 'a//b', '/a', 'a/', 'a..b', '../a', 'a b', 'ab\n', 'a:b', 'a'.repeat(257), 'a-'.repeat(50_000), 5, null])(
    'refuses the name %p', (repositoryName) => {
      expect(() => new ImageStore(stack, 'Images', { repositoryName: repositoryName as string })).toThrow('Test/Images: `repositoryName` must be');
    });

  test('passes on a name that only the deployment knows, and judges a lazy one at synth', () => {
    new ImageStore(stack, 'Images', { repositoryName: new CfnParameter(stack, 'Name').valueAsString });
    Template.fromStack(stack).hasResourceProperties('AWS::ECR::Repository', { RepositoryName: { Ref: 'Name' } });
    const app = new App();
    new ImageStore(new Stack(app, 'Lazy'), 'Images', { repositoryName: Lazy.string({ produce: () => 'A B' }) });
    expect(() => app.synth()).toThrow('`repositoryName` must be');
  });
});

describe('lifecycle', () => {
  test.each([
    ['build output', ['ci-41'], true], ['build output with two tags', ['ci-41', 'ci-main'], true], ['an untagged image', [], true],
    ['a released image', ['release-7'], false], ['a released image that still has its build tag', ['ci-41', 'release-7'], false],
    ['the same, tagged the other way round', ['release-7', 'ci-41'], false], ['an image with another tag', ['v1.2.3'], false],
  ])('of %s after ten years', (_, tags, gone) => {
    expect(expires({ tags, ageInDays: 3650 }, rules())).toBe(gone);
  });

  test.each([[['ci-41'], 30], [[], 30]])('keeps %p for 30 days by default', (tags, days) => {
    const lifecycle = rules();
    expect(expires({ tags, ageInDays: days }, lifecycle)).toBe(false);
    expect(expires({ tags, ageInDays: days + 1 }, lifecycle)).toBe(true);
  });

  test('asks the rule for released images first', () => {
    expect(rules().map(({ rulePriority, selection }) => [rulePriority, selection.tagPrefixList])).toEqual([
      [1, ['release-']], [2, ['ci-']], [3, undefined],
    ]);
  });

  test('takes another retention, for build output and untagged images only', () => {
    expect(rules({ retention: Duration.days(7) }).map(({ selection }) => selection.countNumber)).toEqual([36500, 7, 7]);
  });

  test.each([0, 0.5, 1.5, 36501])('refuses a retention of %p days', (days) => {
    expect(() => rules({ retention: Duration.minutes(days * 1440) })).toThrow(
      `Test/Images: \`retention\` must be a whole number from 1 to 36500 days: got ${days}`);
  });

  test('judges a lazy retention at synth, and asks for a token in days', () => {
    const app = new App();
    new ImageStore(new Stack(app, 'Lazy'), 'Images', { retention: Duration.days(Lazy.number({ produce: () => 0 })) });
    expect(() => app.synth()).toThrow('`retention` must be');
    expect(() => rules({ retention: Duration.hours(Lazy.number({ produce: () => 48 })) })).toThrow('give it as Duration.days(token)');
  });

  test('passes on a retention that only the deployment knows', () => {
    const days = new CfnParameter(stack, 'Days', { type: 'Number' }).valueAsNumber;
    new ImageStore(stack, 'Images', { retention: Duration.days(days) });
    const [{ Properties }] = Object.values(Template.fromStack(stack).findResources('AWS::ECR::Repository'));
    const [, parts] = Properties.LifecyclePolicy.LifecyclePolicyText['Fn::Join'] as [string, unknown[]];
    const text = parts.map((part) => typeof part === 'string' ? part : '14').join('');
    expect(parts).toContainEqual({ Ref: 'Days' });
    expect((JSON.parse(text) as { rules: Rule[] }).rules.map(({ selection }) => selection.countNumber)).toEqual([36500, 14, 14]);
  });
});

describe.each([
  ['made for you', () => new ImageStore(stack, 'Images', { repositoryName: 'churn' })],
  ['brought by you', () => ImageStore.fromRepository(stack, 'Images', ecr.Repository.fromRepositoryName(stack, 'Theirs', 'churn'))],
])('a store %s', (_, make) => {
  const actions = () => Policies.in(stack, 'AWS::IAM::Policy').statements.flatMap(({ Action }) => Action).sort();

  test('names an image by its digest, and refuses a tag', () => {
    const images = make();
    expect(JSON.stringify(stack.resolve(images.image(DIGEST).uri))).toContain(`@${DIGEST}`);
    expect(() => images.image('latest')).toThrow('imageDetails[0].imageDigest');
  });

  test('lets a role pull', () => {
    make().grantPull(new iam.Role(stack, 'Role', { assumedBy: new iam.AccountRootPrincipal() }));
    expect(actions()).toEqual(['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetAuthorizationToken', 'ecr:GetDownloadUrlForLayer']);
  });

  test('lets a role push, but delete nothing', () => {
    make().grantPush(new iam.Role(stack, 'Role', { assumedBy: new iam.AccountRootPrincipal() }));
    expect(actions()).toEqual([
      'ecr:BatchCheckLayerAvailability', 'ecr:CompleteLayerUpload', 'ecr:GetAuthorizationToken', 'ecr:InitiateLayerUpload', 'ecr:PutImage',
      'ecr:UploadLayerPart',
    ]);
  });
});

test('a brought repository is left as it is', () => {
  ImageStore.fromRepository(stack, 'Images', ecr.Repository.fromRepositoryName(stack, 'Theirs', 'churn'));
  expect(Object.keys(Template.fromStack(stack).toJSON().Resources ?? {})).toEqual([]);
});

test('a default store has no open finding in five packs', () => {
  expect(openFindings((own) => new ImageStore(own, 'Images'))).toEqual([]);
});
