import { Validations } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';

/** A rule of a pack, spelt as the pack reports it, e.g. `AwsSolutions-IAM5[Resource::*]`. */
export interface KeptFinding {
  /** The id of the rule as reported. The pack it belongs to is its beginning. */
  readonly rule: string;
  /** Why the finding stays, in a sentence that a security reviewer would accept. */
  readonly reason: string;
}

const PACKS = ['AwsSolutions', 'HIPAA.Security', 'NIST.800.53.R5', 'PCI.DSS.321', 'Serverless'];

/**
 * Keeps findings on the construct that has them. The id is namespaced, so that the finding stays in the report as
 * suppressed, with its reason; a bare id would make it vanish.
 */
export function acknowledge(construct: IConstruct, ...findings: KeptFinding[]): void {
  Validations.of(construct).acknowledge(...findings.map(({ rule, reason }) => ({ id: `${packOf(rule)}::${rule}`, reason })));
}

function packOf(rule: string): string {
  const pack = PACKS.find((name) => rule.startsWith(`${name}-`));
  if (pack === undefined) {
    throw new Error(`no pack reports ${rule}`);
  }
  return pack;
}
