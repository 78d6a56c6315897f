/** A finding of CDK's own template rules that we live with. The packs' findings are acknowledged in the constructs instead. */
export interface ValidationException {
  /** The rule as CDK reports it, e.g. `W3030`. */
  readonly rule: string;
  /** Which constructs, by path from the app. */
  readonly path: RegExp;
  /** Why the template is right and the rule is not. */
  readonly reason: string;
}

/** Empty is the aim. An entry that matches no finding fails the demo: it would hide the next mistake. */
export const VALIDATION_EXCEPTIONS: readonly ValidationException[] = [];
