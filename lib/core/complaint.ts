/** What is wrong with a value: the rule and, after a semicolon, the way out. Nothing when the value is fine. */
export type Complaint = string | undefined;

/** Takes any value, runs none of its code, answers always. */
export type Rule = (value: unknown) => Complaint;

/** Puts prop, rule, value and way out in the order in which our messages say them. `echo` must be safe to print. */
export function complain(prop: string, sentence: string, echo: string): string {
  const [rule, ...wayOut] = sentence.split('; ');
  return [`\`${prop}\` ${rule}: got ${echo}`, ...wayOut].join('; ');
}
