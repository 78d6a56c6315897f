import { aws_iam as iam, Stack, Validations } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';

/** One decision to keep a finding, and the ids under which the packs report it. */
export interface KeptFinding {
  /** Ids as reported, e.g. `AwsSolutions-IAM5[Resource::*]`; the same control has one id in each pack that knows it. */
  readonly rules: readonly string[];
  /** Why the finding stays, in a sentence that a security reviewer would accept. */
  readonly reason: string;
}

const PACKS = ['AwsSolutions', 'HIPAA.Security', 'NIST.800.53.R5', 'PCI.DSS.321', 'Serverless'];

/**
 * Keeps findings on the construct that has them. The id is namespaced, so that the finding stays in the report as
 * suppressed, with its reason; a bare id would make it vanish.
 *
 * What is written is what `Validations.acknowledge` writes, with one entry for each decision. That function also takes a
 * stack trace for each id, and looks below the construct for warnings of that name, which a rule of a pack never is: a
 * fortieth of a synth.
 */
export function acknowledge(construct: IConstruct, ...findings: KeptFinding[]): void {
  findings.forEach(({ rules, reason }) => {
    const ids = rules.map((rule) => [`${packOf(rule)}::${rule}`, reason] as const);
    construct.node.addMetadata(Validations.ACKNOWLEDGED_RULES_METADATA_KEY, Object.fromEntries(ids));
  });
}

/**
 * The same for ids that are known only at synth: a reference into another stack gets its spelling after all constructs are
 * made. Validation runs after that and before the packs.
 */
export function acknowledgeAtSynth(construct: IConstruct, finding: () => KeptFinding): void {
  construct.node.addValidation({
    validate: () => {
      acknowledge(construct, finding());
      return [];
    },
  });
}

/** The ids of a control that HIPAA, NIST R5 and PCI report under the same name, e.g. `S3BucketReplicationEnabled`. */
export function inRegulatedPacks(control: string): string[] {
  return ['HIPAA.Security', 'NIST.800.53.R5', 'PCI.DSS.321'].map((pack) => `${pack}-${control}`);
}

/** The id under which AwsSolutions reports a policy statement on a wildcard resource: cdk-nag flattens references into text. */
export function wildcardResource(scope: IConstruct, arn: string): string {
  return `AwsSolutions-IAM5[Resource::${flattened(Stack.of(scope).resolve(arn))}]`;
}

/** The ids of every wildcard resource of one service in a policy, as it is now. */
export function wildcardsOf(policy: iam.ManagedPolicy, service: string): string[] {
  const { Statement: statements = [] } = Stack.of(policy).resolve(policy.document) as { Statement?: { Resource?: unknown }[] };
  return statements.flatMap(({ Resource: resources = [] }) => [resources].flat().map(flattened))
    .filter((arn) => arn.includes(`:${service}:`) && arn.includes('*'))
    .map((arn) => `AwsSolutions-IAM5[Resource::${arn}]`);
}

interface Intrinsic {
  readonly 'Fn::Join'?: readonly [string, readonly unknown[]];
  readonly 'Fn::GetAtt'?: readonly string[];
  readonly 'Fn::ImportValue'?: unknown;
  readonly 'Ref'?: string;
}

function flattened(value: unknown): string {
  if (typeof value === 'string') {
    return value;
  }
  const { 'Fn::Join': join, 'Fn::GetAtt': attribute, 'Fn::ImportValue': imported, Ref: reference } = value as Intrinsic;
  if (join !== undefined) {
    return join[1].map(flattened).join(join[0]);
  }
  if (imported !== undefined) {
    return flattened(imported);
  }
  const name = attribute?.join('.') ?? reference;
  return name === undefined ? JSON.stringify(value) : `<${name}>`;
}

function packOf(rule: string): string {
  const pack = PACKS.find((name) => rule.startsWith(`${name}-`));
  if (pack === undefined) {
    throw new Error(`no pack reports ${rule}`);
  }
  return pack;
}
