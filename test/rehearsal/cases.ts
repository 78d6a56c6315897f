import { mutations, paged, recorded, shares } from './rehearsed';
import { Moment } from '../../rehearsal/hands';
import { Rehearsal } from '../../rehearsal/rehearsal';
import { RehearsalResult } from '../../rehearsal/result';
import { Act, Scenario } from '../../rehearsal/scenario';

/** What each case asserts; the invariants I1 to I6 are looked at after every step, and `run` throws when one breaks. */
export interface Expected {
  /** Outcome and reason of each release. */
  readonly ends: readonly string[];
  /** Share of requests of the candidate over time. */
  readonly shares: string;
  readonly calls: readonly string[];
  readonly records: string;
  readonly pages: readonly string[];
  /** What people were answered. */
  readonly answers?: readonly string[];
}
export type Case = readonly [string, Scenario, Expected];

export const START: Act = { atMinutes: 5, do: 'start' };
export const SICK = { errorPercent: [{ afterMinutes: 0, value: 0.2 }, { afterMinutes: 7, value: 8 }] };
export const inCanary = ({ candidatePercent, state, minutes }: Moment) => candidatePercent > 0 && state === 'RUNNING' && minutes > 20;
export const ended = (outcome: string) => (moment: Moment) => moment.outcome === outcome;
export const answered = (count: number, { answers, outcome }: Moment) => answers.length === count && outcome !== undefined;

export const INSTALL = ['CreateModel', 'CreateEndpointConfig', 'UpdateEndpoint'];
export const SHIFT = 'UpdateEndpointWeightsAndCapacities';
// the model is there already, which the name that a release gives it makes certain
export const FINISH = ['CreateModel (ValidationException)', 'CreateEndpointConfig', 'UpdateEndpoint'];
export const BACK = [SHIFT, 'UpdateEndpoint'];

export const BEGUN = 'start, begin, confirm x2';
export const PROMOTED: Expected = {
  ends: ['SUCCEEDED'],
  shares: '-, 0, 10, 100, -',
  calls: [...INSTALL, SHIFT, SHIFT, ...FINISH],
  records: `${BEGUN}, judge HEALTHY x4, confirm, judge HEALTHY x3, confirm, close`,
  pages: [],
};
export const back = (reason: string, records: string, more: Partial<Expected> = {}): Expected => ({
  ends: [`ROLLED_BACK: ${reason}`],
  shares: '-, 0, 10, 0, -',
  calls: [...INSTALL, SHIFT, ...BACK],
  records: `${records}, restore, tidy, close ROLLED_BACK`,
  pages: ['was rolled back'],
  ...more,
});
export const halted = (reason: string, records: string, more: Partial<Expected> = {}): Expected => ({
  ends: [`HALTED: ${reason}`],
  shares: '-, 0, 10',
  calls: [...INSTALL, SHIFT],
  records,
  pages: ['is HALTED and needs a person'],
  ...more,
});
export const untouched = (...answers: string[]): Expected => ({ ends: [], shares: '-', calls: [], records: '', pages: [], answers });


/** Plays a case and compares everything that it says. */
export async function expectCase(rehearsal: Rehearsal, [name, scenario, expected]: Case): Promise<RehearsalResult> {
  const result = await rehearsal.run({ ...scenario, name });
  expect({
    ends: endsOf(result),
    shares: shares(result),
    calls: mutations(result),
    records: recorded(result),
    pages: paged(result),
    ...(expected.answers === undefined ? {} : { answers: answersOf(result) }),
  }).toEqual(expected);
  return result;
}

/** Outcomes with the first of the reasons. Two fast alarms fire in the same minute: whose event comes first is chance. */
export function endsOf({ releases }: RehearsalResult): string[] {
  const told = (reason: string) => reason.replace(/; alarm .*/s, '').replace(/(somebody-elses)-\d+/, '$1').replace(/(data at s3:\/\/|or image\.).*/, '$1')
    .replace(/churn\/(ErrorBurst|ModelErrorRate)/, 'churn/fast');
  return releases.map(({ outcome, reason }) => `${outcome}${reason === undefined ? '' : `: ${told(reason)}`}`);
}

export function answersOf({ answers }: RehearsalResult): string[] {
  return answers.map(({ by, do: what, status, body: { code } }) => `${by} ${what} ${status}${code === undefined ? '' : ` ${String(code)}`}`);
}
