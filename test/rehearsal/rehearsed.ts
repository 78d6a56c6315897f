import { App, Duration, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { EmergencyStop, ReleasePlan, ReleasePlanOptions, ReleaseStage } from '../../lib/serving';
import { Rehearsal, RehearsalOptions } from '../../rehearsal/rehearsal';
import { RehearsalResult } from '../../rehearsal/result';
import { progressiveEndpoint, releaseSupplies } from '../serving/progressive/progressive-supplies';

const SHORT: ReleasePlanOptions = {
  stages: [
    ReleaseStage.canary({ percent: 10, bakeTime: Duration.minutes(20) }),
    ReleaseStage.full({ bakeTime: Duration.minutes(15) }),
  ],
  maximumHold: Duration.hours(2),
};

/** The template of a stack with one progressive endpoint, `churn`: a canary of 20 minutes, all for 15, a tick of 5. */
export function shortTemplate(plan: Partial<ReleasePlanOptions> = {}, environment?: string, stopName = 'production'): object {
  const stack = new Stack(new App(), 'Releases');
  const emergencyStop = new EmergencyStop(stack, 'Stop', { stopName });
  const release = ReleasePlan.of({ ...SHORT, ...plan });
  progressiveEndpoint(stack, { ...releaseSupplies(stack, environment), emergencyStop, release });
  return Template.fromStack(stack).toJSON();
}

/** A template with something of its plan or profile changed, which is JSON in a text. */
export function changed(template: object, ...changes: readonly (readonly [from: string, to: string])[]): object {
  const inText = (json: string) => JSON.stringify(json).slice(1, -1);
  return JSON.parse(changes.reduce((text, [from, to]) => {
    expect(text).toContain(inText(from));
    return text.replaceAll(inText(from), inText(to));
  }, JSON.stringify(template))) as object;
}

export function rehearsalOf(template: object = shortTemplate(), options: RehearsalOptions = {}): Rehearsal {
  return Rehearsal.of(template, options);
}

/** Changes that a release makes to SageMaker, in order; what AWS answered where it refused. */
export function mutations({ calls }: RehearsalResult): string[] {
  return calls.filter(({ service, operation }) => service === 'sagemaker' && !/^(Describe|List)/.test(operation))
    .map(({ operation, error }) => `${operation}${error === undefined ? '' : ` (${error})`}`);
}

/** Share of requests of the candidate, each time it changes; `-` where there is no such slot. */
export function shares({ weights }: RehearsalResult): string {
  return joined(weights.map(({ percent }) => String(percent.Candidate ?? '-')));
}

/** What the records say, without each step of the way. */
export function recorded({ audit }: RehearsalResult): string {
  const texts = audit.map(({ action, outcome }) => `${String(action).replace(/^endpoint\.(release\.)?/, '')}${outcome === 'SUCCEEDED' ? '' : ` ${String(outcome)}`}`);
  return joined(texts.filter((text) => !['issue', 'see', 'profile.store', 'adopt'].includes(text)));
}

/** Subjects of the messages that releases send; alarms tell of themselves. */
export function paged({ pages }: RehearsalResult): string[] {
  return pages.filter(({ from }) => from.startsWith('release-')).map(({ subject }) => subject.replace(/^[^:]*: /, ''));
}

function joined(texts: readonly string[]): string {
  return texts.reduce<{ text: string; times: number }[]>((all, text) => {
    const last = all.at(-1);
    return last?.text === text ? [...all.slice(0, -1), { text, times: last.times + 1 }] : [...all, { text, times: 1 }];
  }, []).map(({ text, times }) => times === 1 || /^(\d|-)/.test(text) ? text : `${text} x${times}`).join(', ');
}
