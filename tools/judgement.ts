import { CDK_RULES, Finding, SynthReport } from './synth-report';
import { ValidationException } from './validation-exceptions';

/** What stands between an app and a green demo. */
export interface Judgement {
  /** Findings that nobody acknowledged or listed. */
  readonly open: readonly Finding[];
  /** Findings of CDK's own rules that are listed with a reason. */
  readonly listed: readonly Finding[];
  /** Entries of the list that match no finding. */
  readonly stale: readonly ValidationException[];
}

/** Sorts findings into open and listed. A list entry speaks for CDK's own rules only, never for a pack. */
export function judge(report: SynthReport, exceptions: readonly ValidationException[]): Judgement {
  const speaksFor = (finding: Finding) => ({ rule, path }: ValidationException) =>
    finding.pack === CDK_RULES && finding.rule === rule && path.test(finding.path);
  const isListed = (finding: Finding) => exceptions.some(speaksFor(finding));
  return {
    open: report.open.filter((finding) => !isListed(finding)),
    listed: report.open.filter(isListed),
    stale: exceptions.filter((exception) => !report.open.some((finding) => speaksFor(finding)(exception))),
  };
}

export function passes({ open, stale }: Judgement): boolean {
  return open.length === 0 && stale.length === 0;
}
