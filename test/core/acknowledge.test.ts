import { App, Stack, Validations } from 'aws-cdk-lib';
import { Construct, IConstruct } from 'constructs';
import { acknowledge } from '../../lib/core/acknowledge';

/** Every id with its reason, as CDK and the packs read them. */
function kept({ node }: IConstruct): Record<string, string> {
  const entries = node.metadata.filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY);
  return Object.assign({}, ...entries.map(({ data }) => data as object)) as Record<string, string>;
}

const CLUSTERS = 'AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:ecs:<AWS::Region>:<AWS::AccountId>:cluster/*]';
const FINDINGS = [
  { rules: ['AwsSolutions-IAM5[Resource::*]', CLUSTERS], reason: 'One.' },
  { rules: ['HIPAA.Security-LambdaDLQ', 'NIST.800.53.R5-LambdaDLQ', 'PCI.DSS.321-LambdaInsideVPC', 'Serverless-LambdaDLQ'], reason: 'Two.' },
];

test('what is written is what CDK itself would write, id by id', () => {
  const stack = new Stack(new App(), 'Test');
  const [ours, cdks] = ['Ours', 'Cdks'].map((id) => new Construct(stack, id));
  acknowledge(ours, ...FINDINGS);
  Validations.of(cdks).acknowledge(...FINDINGS.flatMap(({ rules, reason }) =>
    rules.map((rule) => ({ id: `${rule.slice(0, rule.indexOf('-'))}::${rule}`, reason }))));
  expect(Object.keys(kept(ours))).toHaveLength(6);
  expect(kept(ours)).toEqual(kept(cdks));
});

test('a second call adds to the first', () => {
  const construct = new Construct(new Stack(new App(), 'Test'), 'Construct');
  FINDINGS.forEach((finding) => { acknowledge(construct, finding); });
  expect(Object.keys(kept(construct))).toHaveLength(6);
});

test('a rule of no pack is refused', () => {
  expect(() => { acknowledge(new Stack(new App(), 'Test'), { rules: ['Other-S1'], reason: 'None.' }); }).toThrow('no pack reports Other-S1');
});
