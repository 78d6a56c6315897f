import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Stack, Stage, Validations } from 'aws-cdk-lib';
import {
  AwsSolutionsChecks, HIPAASecurityChecks, NIST80053R5Checks, PCIDSS321Checks, ServerlessChecks,
} from 'cdk-nag';
import { IConstruct } from 'constructs';
import { z } from 'zod';

/** The context that turns CDK's own template rules from warnings into errors. */
export const STRICT = { '@aws-cdk/core:validateAgainstDefaultRules': true };
/** What CDK calls its own template rules in the report. */
export const CDK_RULES = 'CloudFormation Validate';
/** What a pack that did not finish counts as. */
export const PACK_FAILED = 'PackFailed';
export const FIVE_PACKS = ['AwsSolutions', 'HIPAA.Security', 'NIST.800.53.R5', 'PCI.DSS.321', 'Serverless'];

/** One rule that one construct breaks. */
export interface Finding {
  readonly pack: string;
  readonly rule: string;
  readonly severity: string;
  readonly description: string;
  /** The construct that breaks the rule. */
  readonly path: string;
  /** Set when somebody keeps the finding: where it is said, and why. */
  readonly acknowledged?: { readonly id: string; readonly at: string; readonly reason: string };
}

export interface StackReport {
  readonly name: string;
  readonly resources: number;
  readonly bytes: number;
}

/** What a synth says of an app: its stacks, and every finding of five packs and of CDK's own rules. */
export interface SynthReport {
  readonly stacks: readonly StackReport[];
  /** Every finding nobody acknowledged, warnings too. */
  readonly open: readonly Finding[];
  /** Every finding that an acknowledgement keeps. */
  readonly kept: readonly Finding[];
  /** The error that synth ended with: findings are read from the report all the same. */
  readonly error?: Error;
}

const Violation = z.object({
  ruleName: z.string(),
  description: z.string(),
  severity: z.string().default('error'),
  violatingConstructs: z.array(z.object({ constructPath: z.string().optional() })).default([]),
  acknowledgedId: z.string().optional(),
  acknowledgedAt: z.string().optional(),
  reason: z.string().optional(),
});
const Report = z.object({
  pluginReports: z.array(z.object({
    pluginName: z.string(),
    metadata: z.object({ error: z.string().optional() }).default({}),
    violations: z.array(Violation).default([]),
    suppressedViolations: z.array(Violation).default([]),
  })),
});

/** Lets the five packs judge an app at synth. */
export function addFivePacks(app: App): void {
  Validations.of(app).addPlugins(
    new AwsSolutionsChecks(app), new HIPAASecurityChecks(app), new NIST80053R5Checks(app), new PCIDSS321Checks(app),
    new ServerlessChecks(app),
  );
}

/** Synthesizes an app that has its packs and says what they found. A synth that fails before any judgement throws. */
export function synthReport(app: App): SynthReport {
  const file = join(app.outdir, 'validation-report.json');
  let error: Error | undefined;
  try {
    app.synth();
  } catch (thrown) {
    error = thrown as Error;
    const judged = error.name === 'ValidationFailed' || /^Validation failed/.test(error.message);
    if (!judged || !existsSync(file)) {
      throw error; // a construct refused its props, or synth broke: nobody judged anything
    }
  }
  const { pluginReports } = Report.parse(JSON.parse(readFileSync(file, 'utf8')));
  const findings = (kind: 'violations' | 'suppressedViolations') => pluginReports.flatMap((report) =>
    report[kind].flatMap((violation) => flatten(report.pluginName, violation)));
  const open = [...pluginReports.flatMap(failureOf), ...findings('violations')];
  return { stacks: stacksOf(app), open, kept: findings('suppressedViolations'), error };
}

/** A pack that crashed found nothing, which must not read as approval. */
function failureOf({ pluginName, metadata }: z.infer<typeof Report>['pluginReports'][number]): Finding[] {
  return metadata.error === undefined ? []
    : [{ pack: pluginName, rule: PACK_FAILED, severity: 'error', description: metadata.error, path: '' }];
}

function flatten(pack: string, violation: z.infer<typeof Violation>): Finding[] {
  const { ruleName: rule, severity, description, acknowledgedId: id, acknowledgedAt: at = '', reason = '' } = violation;
  const acknowledged = id === undefined ? undefined : { id, at, reason };
  const paths = violation.violatingConstructs.map(({ constructPath }) => constructPath ?? '');
  return (paths.length > 0 ? paths : ['']).map((path) => ({ pack, rule, severity, description, path, acknowledged }));
}

function stacksOf(app: App): StackReport[] {
  return app.node.findAll().filter((node: IConstruct): node is Stack => Stack.isStack(node)).map((stack) => {
    const text = readFileSync(join(Stage.of(stack)?.outdir ?? app.outdir, stack.templateFile), 'utf8');
    const { Resources = {} } = JSON.parse(text) as { Resources?: object };
    return { name: stack.node.path, resources: Object.keys(Resources).length, bytes: Buffer.byteLength(text) };
  });
}
