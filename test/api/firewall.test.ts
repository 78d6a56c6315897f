import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as fc from 'fast-check';
import { inferenceApi } from './supplies';
import { ApiAuth, ApiFirewall } from '../../lib/api';
import { numbersAbove } from '../../lib/api/firewall-rules';
import { LARGEST_BODY } from '../../lib/api/problem';

const ACL = 'arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/ours/a1b2';

function template(firewall?: ApiFirewall, auth?: ApiAuth): Template {
  const stack = new Stack(new App(), 'Test');
  inferenceApi(stack, { firewall, auth });
  return Template.fromStack(stack);
}

interface Named {
  readonly Name: string;
}
interface Block {
  readonly CustomResponse: { readonly ResponseCode: number; readonly CustomResponseBodyKey: string };
}
interface Rule {
  readonly Name: string;
  readonly Priority: number;
  readonly Statement: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly Action?: { readonly Block: Block };
}
const rulesOf = (made: Template) => Object.values(made.findResources('AWS::WAFv2::WebACL'))[0].Properties.Rules as Rule[];

test('the rules are asked in this order', () => {
  expect(rulesOf(template()).map(({ Name, Priority }) => `${Priority} ${Name}`)).toEqual([
    '0 BodyTooLarge', '1 RatePerIp', '2 RatePerClient', '3 AWSManagedRulesKnownBadInputsRuleSet', '4 AWSManagedRulesCommonRuleSet',
  ]);
});

test('the stage stands behind it', () => {
  template().hasResourceProperties('AWS::WAFv2::WebACLAssociation', {
    ResourceArn: { 'Fn::Join': ['', Match.arrayWith([':apigateway:', '::/restapis/', '/stages/'])] },
  });
});

test('a blocked request is answered with a problem', () => {
  const made = template();
  const [{ Properties }] = Object.values(made.findResources('AWS::WAFv2::WebACL'));
  const bodies = Properties.CustomResponseBodies as Record<string, { Content: string }>;
  for (const { Action } of rulesOf(made).filter(({ Action: action }) => action !== undefined)) {
    const { ResponseCode, CustomResponseBodyKey } = Action!.Block.CustomResponse;
    const body = JSON.parse(bodies[CustomResponseBodyKey].Content) as unknown;
    expect(body).toMatchObject({ status: ResponseCode, code: CustomResponseBodyKey });
  }
});

test('requests are counted by address and by key, and by address alone where there are no keys', () => {
  const rate = (rule: Rule) => rule.Statement.RateBasedStatement;
  const rates = rulesOf(template(ApiFirewall.managed({ requestsPerIp: 500, requestsPerClient: 6000 }))).map(rate).filter(Boolean);
  expect(rates).toEqual([
    expect.objectContaining({ Limit: 500, AggregateKeyType: 'IP', EvaluationWindowSec: 300 }),
    expect.objectContaining({ Limit: 6000, AggregateKeyType: 'CUSTOM_KEYS' }),
  ]);
  expect(rulesOf(template(undefined, ApiAuth.iam())).map(rate).filter(Boolean)).toHaveLength(1);
});

test('large bodies only count in the managed set, which would stop predictions above 8 KB, and so does what is named', () => {
  const overrides = rulesOf(template(ApiFirewall.managed({ countOnly: ['CrossSiteScripting_BODY', 'Log4JRCE_BODY'] }))).map(({ Name, Statement }) =>
    [Name, (Statement.ManagedRuleGroupStatement?.RuleActionOverrides as Named[] | undefined)?.map((each) => each.Name)]);
  expect(Object.fromEntries(overrides)).toMatchObject({
    AWSManagedRulesKnownBadInputsRuleSet: ['Log4JRCE_BODY'], AWSManagedRulesCommonRuleSet: ['SizeRestrictions_BODY', 'CrossSiteScripting_BODY'],
  });
});

test('64 KB of a body are read, and no log holds a token or a key', () => {
  const made = template();
  made.hasResourceProperties('AWS::WAFv2::WebACL', { AssociationConfig: { RequestBody: { API_GATEWAY: { DefaultSizeInspectionLimit: 'KB_64' } } } });
  made.hasResourceProperties('AWS::WAFv2::LoggingConfiguration', {
    RedactedFields: ['authorization', 'x-api-key', 'x-amz-security-token'].map((Name) => ({ SingleHeader: { Name } })),
  });
  expect(JSON.stringify(made.findResources('AWS::WAFv2::WebACL'))).not.toContain('"SampledRequestsEnabled":true');
});

test('an ACL that is brought takes the place of ours', () => {
  const made = template(ApiFirewall.brought(ACL));
  made.resourceCountIs('AWS::WAFv2::WebACL', 0);
  made.hasResourceProperties('AWS::WAFv2::WebACLAssociation', { WebACLArn: ACL });
});

test.each(['', 'ours', ACL.replace('regional', 'global'), ACL.replace('wafv2', 'waf')])('the ACL %p is refused', (arn) => {
  expect(() => ApiFirewall.brought(arn)).toThrow(/`webAclArn`.*got/);
});

test.each([9, 2_000_000_001, 1.5, NaN])('a rate of %p in five minutes is refused', (rate) => {
  expect(() => ApiFirewall.managed({ requestsPerIp: rate })).toThrow(/`requestsPerIp`.*got/);
  expect(() => ApiFirewall.managed({ requestsPerClient: rate })).toThrow(/`requestsPerClient`.*got/);
});

test.each(['', 'a b', 'a.b'])('the rule %p is refused', (name) => {
  expect(() => ApiFirewall.managed({ countOnly: [name] })).toThrow(/`countOnly`.*got/);
});

describe('the size that Content-Length tells', () => {
  const pattern = new RegExp(numbersAbove(LARGEST_BODY));

  test.each([
    [0, false], [LARGEST_BODY - 1, false], [LARGEST_BODY, false], [LARGEST_BODY + 1, true], [10_000_000, true], [9_999_999, true],
  ])(
    'of %p bytes is too much: %p', (size, expected) => {
      expect(pattern.test(String(size))).toBe(expected);
    });

  test('is judged like the number that it is, for every limit', () => {
    const limits = fc.integer({ min: 1, max: 20_000_000 });
    fc.assert(fc.property(limits, fc.integer({ min: 0, max: 200_000_000 }), fc.nat(3), (limit, size, zeros) => {
      const near = [size, limit - 1, limit, limit + 1];
      for (const each of near) {
        expect(new RegExp(numbersAbove(limit)).test(`${'0'.repeat(zeros)}${each}`)).toBe(each > limit);
      }
    }));
  });

  test('fits into a pattern of WAF', () => {
    expect(numbersAbove(LARGEST_BODY).length).toBeLessThanOrEqual(512);
  });
});
