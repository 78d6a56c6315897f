import { CfnResource, Stack } from 'aws-cdk-lib';

/** What one of our own checks says: the prop that it names, and the words that tell the user the way out. */
export interface Refusal {
  /** The code of the `InvalidProps`; nothing for a check that runs at synth, whose messages carry none. */
  readonly code?: string;
  /** Nothing: the message names none, which is a fault of the check. */
  readonly prop?: string;
  readonly wayOut: string;
}

/** Who notices a mistake. What is not named here must stay silent. */
export interface Claim {
  /** Our own check. One that throws in a constructor leaves nothing for the other gates to judge. */
  readonly ours?: Refusal;
  /** Words of the error that the CDK itself ends synth with, before any gate. */
  readonly cdk?: string;
  /** CDK's template rules. F and E end a strict synth; W and I are only reported. */
  readonly rules?: readonly string[];
  /** Findings of the five packs, as reported. */
  readonly packs?: readonly string[];
  /** Nobody notices: what is left to do, for a person or for a check that does not exist yet. */
  readonly nobody?: string;
}

/** One mistake in an otherwise sound stack, and who is claimed to notice it. */
export interface Mistake {
  readonly title: string;
  readonly make: (stack: Stack) => void;
  readonly claim: Claim;
}

/** Mistakes that belong together: one file, one section of the page. */
export interface Topic {
  readonly title: string;
  readonly mistakes: readonly Mistake[];
}

/** A check that throws where the value or the construct is made. */
export function refused(code: string, prop: string | undefined, wayOut: string): Claim {
  return { ours: { code, prop, wayOut } };
}

/** A check that waits for synth: lazy values, and overrides of what we rendered. */
export function refusedAtSynth(prop: string, wayOut: string, others: Omit<Claim, 'ours'> = {}): Claim {
  return { ours: { prop, wayOut }, ...others };
}

/** Nobody notices; `left` says what remains. */
export function nobody(left: string): Claim {
  return { nobody: left };
}

/** The resource at a path below a stack, for mistakes that reach around the constructs. */
export function resourceAt(stack: Stack, path: string): CfnResource {
  const node = stack.node.findAll().find((each) => each.node.path === `${stack.node.path}/${path}`);
  if (!CfnResource.isCfnResource(node)) {
    throw new Error(`no resource at ${path}: has the construct changed its ids?`);
  }
  return node;
}
