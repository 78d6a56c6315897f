import { aws_wafv2 as wafv2 } from 'aws-cdk-lib';
import { LARGEST_BODY, Problem, problemBody, PROBLEMS } from './problem';

/** What the rules of a firewall need to know. */
export interface FirewallRulesProps {
  readonly requestsPerIp: number;
  /** Nothing: callers have no key. */
  readonly requestsPerClient?: number;
  /** Rules of the managed groups that only count. */
  readonly countOnly: readonly string[];
}

/** What a rate is counted over. */
export const WINDOW_SECONDS = 300;
const MANAGED = ['AWSManagedRulesKnownBadInputsRuleSet', 'AWSManagedRulesCommonRuleSet'] as const;
/** Names are unique over both groups, so one list serves them. */
const OF_KNOWN_BAD_INPUTS = /^(?:JavaDeserializationRCE|Host_localhost|PROPFIND|ExploitablePaths|Log4JRCE|ReactJSRCE)/;

/** The rules, in the order in which they are asked. */
export function firewallRules(props: FirewallRulesProps): wafv2.CfnWebACL.RuleProperty[] {
  return [
    rule('BodyTooLarge', { regexMatchStatement: contentLengthAbove(LARGEST_BODY) }, blocked(PROBLEMS.tooLarge)),
    rule('RatePerIp', {
      rateBasedStatement: { limit: props.requestsPerIp, evaluationWindowSec: WINDOW_SECONDS, aggregateKeyType: 'IP' },
    }, blocked(PROBLEMS.throttled)),
    ...props.requestsPerClient === undefined ? [] : [ratePerClient(props.requestsPerClient)],
    ...MANAGED.map((name) => managed(name, props.countOnly)),
  ].map((each, priority) => ({ ...each, priority }));
}

/** What a blocked request is answered with. WAF names the type itself, and knows no request id. */
export function firewallBodies(): Record<string, wafv2.CfnWebACL.CustomResponseBodyProperty> {
  return Object.fromEntries([PROBLEMS.tooLarge, PROBLEMS.throttled].map((problem) =>
    [problem.code, { contentType: 'APPLICATION_JSON', content: problemBody(problem) }]));
}

/**
 * A pattern for decimal numbers above a limit, since WAF compares the size of a header and not its value. A body without the
 * header gets past it; the gateway stops at 10 MB, and SageMaker at its own limit.
 */
export function numbersAbove(limit: number): string {
  const digits = String(limit);
  const larger = [...digits].flatMap((digit, index) => {
    const rest = digits.length - index - 1;
    const next = Number(digit) + 1;
    return next > 9 ? [] : [`${digits.slice(0, index)}${next === 9 ? '9' : `[${next}-9]`}${rest === 0 ? '' : `[0-9]{${rest}}`}`];
  });
  return `^0*(?:[1-9][0-9]{${digits.length},}|${larger.join('|')})$`;
}

function contentLengthAbove(limit: number): wafv2.CfnWebACL.RegexMatchStatementProperty {
  return {
    regexString: numbersAbove(limit),
    fieldToMatch: { singleHeader: { Name: 'content-length' } },
    textTransformations: [{ priority: 0, type: 'NONE' }],
  };
}

/** A key counts, it does not identify: whoever invents keys is stopped by the gateway, and by the rate of his address. */
function ratePerClient(limit: number): Rule {
  return rule('RatePerClient', {
    rateBasedStatement: {
      limit,
      evaluationWindowSec: WINDOW_SECONDS,
      aggregateKeyType: 'CUSTOM_KEYS',
      customKeys: [{ header: { name: 'x-api-key', textTransformations: [{ priority: 0, type: 'NONE' }] } }],
    },
  }, blocked(PROBLEMS.throttled));
}

function managed(name: typeof MANAGED[number], countOnly: readonly string[]): Rule {
  const ofThis = countOnly.filter((each) => OF_KNOWN_BAD_INPUTS.test(each) === (name === MANAGED[0]));
  return {
    name,
    statement: {
      managedRuleGroupStatement: {
        vendorName: 'AWS',
        name,
        ruleActionOverrides: ofThis.length === 0 ? undefined : ofThis.map((each) => ({ name: each, actionToUse: { count: {} } })),
      },
    },
    overrideAction: { none: {} },
    visibilityConfig: visible(name),
  };
}

type Rule = Omit<wafv2.CfnWebACL.RuleProperty, 'priority'>;

function rule(name: string, statement: wafv2.CfnWebACL.StatementProperty, action: wafv2.CfnWebACL.RuleActionProperty): Rule {
  return { name, statement, action, visibilityConfig: visible(name) };
}

function blocked({ code, status, retryAfter }: Problem): wafv2.CfnWebACL.RuleActionProperty {
  return {
    block: {
      customResponse: {
        responseCode: status,
        customResponseBodyKey: code,
        responseHeaders: retryAfter === undefined ? undefined : [{ name: 'Retry-After', value: String(retryAfter) }],
      },
    },
  };
}

function visible(metricName: string): wafv2.CfnWebACL.VisibilityConfigProperty {
  return { cloudWatchMetricsEnabled: true, metricName, sampledRequestsEnabled: false }; // a sample would hold tokens
}
