import { chartOf } from './chart';
import { Content, html, Markup } from './markup';
import { factsOf, grouped, tableOf } from './tables';
import { RehearsalResult, ReleaseResult } from '../result';
import { clock, MARKS, shareAt, shownOf, spelt } from '../timeline';

/** Everything below the head of the page, from what matters first to what is there to be looked up. */
export function sectionsOf(result: RehearsalResult, all: boolean): readonly Content[] {
  const { problems, logs, standIns, notSimulated } = result;
  return [
    problems.length === 0 ? undefined : section('What must hold and did not', html`<ul class="bad">${problems.map((problem) => html`<li>${problem}</li>`)}</ul>`),
    section('How it ended', releasesOf(result)),
    section('Requests by slot', sharesOf(result)),
    section('What happened', timelineOf(result, all)),
    section('What people asked', askedOf(result)),
    section('Who was told', pagesOf(result)),
    section('Audit records', auditOf(result)),
    section('Figures', figuresOf(result)),
    section('What stood in', tableOf('Imports and attributes that the template does not tell', [
      { head: 'Of the template', of: ([name]) => name }, { head: 'Stood in', of: ([, value]) => value },
    ], Object.entries(standIns), 'The template told everything.'), list('Alarms that were not simulated', notSimulated), list('Warnings and errors in logs', logs)),
  ];
}

function section(head: string, ...contents: readonly Content[]): Markup {
  return html`<section><h2>${head}</h2>
${contents}
</section>
`;
}

function list(head: string, lines: readonly string[]): Markup {
  return lines.length === 0 ? html`` : html`<p>${head}:</p><ul>${lines.map((line) => html`<li>${line}</li>`)}</ul>`;
}

function releasesOf({ releases }: RehearsalResult): Markup {
  return tableOf<ReleaseResult>('Releases', [
    { head: 'Release', kind: 'short', of: ({ releaseId }) => releaseId },
    { head: 'Revision', kind: 'count', of: ({ revision }) => revision },
    { head: 'Ended', kind: 'short', clear: true, of: ({ outcome, state }) => outcome ?? state },
    { head: 'After', kind: 'short', of: ({ startedMinutes, endedMinutes }) => endedMinutes === undefined ? '' : spelt(endedMinutes - startedMinutes) },
    { head: 'Because', kind: 'long', of: ({ reason, latch, verdict }) => reason ?? latch?.reason ?? verdict },
    {
      head: 'Back on stable',
      kind: 'long',
      of: ({ restoreSeconds, lockedSeconds = 0 }) => restoreSeconds === undefined ? ''
        : `${restoreSeconds} s after the decision, ${lockedSeconds} s of it locked by SageMaker`,
    },
  ], releases, 'Nothing was released.');
}

function sharesOf(result: RehearsalResult): Markup {
  const shares = (percent: Readonly<Record<string, number>>) => Object.entries(percent).map(([slot, share]) => `${slot} ${share} %`).join(', ');
  const table = tableOf('Changes of the endpoint', [
    { head: 'Time', kind: 'short', of: ({ minutes }) => clock(minutes) },
    { head: 'Status', kind: 'short', clear: true, of: ({ status }) => status },
    { head: 'Requests', clear: true, of: ({ percent }) => shares(percent) },
    { head: 'Configuration', of: ({ config }) => config },
  ], result.weights, 'The endpoint did not change.');
  return html`<figure class="wide" tabindex="0" role="region" aria-label="Chart">${chartOf(result)}</figure>
<details><summary>The same as a table</summary>
${table}
</details>`;
}

const COLOURS: Readonly<Record<string, string>> = { alarm: 'bad', fault: 'bad', page: 'unsure' };

function timelineOf(result: RehearsalResult, all: boolean): Markup {
  const share = (minutes: number) => {
    const percent = shareAt(result, minutes);
    return percent === undefined ? '' : `${percent} %`;
  };
  return tableOf('Timeline: hours and minutes since the beginning', [
    { head: 'Time', kind: 'short', of: ({ minutes }) => clock(minutes) },
    { head: 'Candidate', kind: 'count', of: ({ minutes }) => share(minutes) },
    { head: 'Who', kind: 'short', clear: true, of: ({ kind }) => html`<span class="${COLOURS[kind] ?? 'quiet'}">${MARKS[kind]}</span>` },
    { head: 'What', kind: 'long', clear: true, of: ({ text }) => text },
  ], shownOf(result, all), 'Nothing happened.');
}

function askedOf({ answers }: RehearsalResult): Markup {
  return tableOf('Requests of people and what they were answered', [
    { head: 'Time', kind: 'short', of: ({ minutes }) => clock(minutes) },
    { head: 'Who', kind: 'short', of: ({ by }) => by },
    { head: 'Asked for', kind: 'short', of: ({ do: what }) => what },
    { head: 'Status', kind: 'count', of: ({ status }) => status },
    {
      head: 'Why not',
      kind: 'long',
      of: ({ body: { code, detail } }) => [code, detail].filter((each) => typeof each === 'string').join(': '),
    },
  ], answers, 'Nobody asked for anything.');
}

function pagesOf({ pages }: RehearsalResult): Markup {
  return tableOf('Messages to people, of alarms and of the release', [
    { head: 'Time', kind: 'short', of: ({ minutes }) => clock(minutes) },
    { head: 'From', kind: 'long', of: ({ from }) => from },
    { head: 'Subject', kind: 'long', of: ({ subject }) => subject },
    { head: 'Message', kind: 'long', clear: true, of: ({ message }) => message },
  ], pages, 'Nobody was told anything.');
}

function auditOf({ audit }: RehearsalResult): Markup {
  const told = (value: unknown) => typeof value === 'string' || typeof value === 'number' ? value : undefined;
  return tableOf('Records of the endpoint\'s chain, in order', [
    { head: 'No', kind: 'count', of: ({ sequence }) => told(sequence) },
    { head: 'Written', kind: 'short', of: ({ timestamp }) => told(timestamp) },
    { head: 'Action', kind: 'short', clear: true, of: ({ action }) => told(action) },
    { head: 'Outcome', kind: 'short', clear: true, of: ({ outcome }) => told(outcome) },
    { head: 'Actor', kind: 'middle', of: ({ actor }) => told(actor) },
    {
      head: 'Reason and details',
      kind: 'long',
      clear: true,
      of: ({ reason, details = {} }) => [
        told(reason), Object.entries(details as object).map(([name, value]) => `${name} ${String(value)}`).join(', '),
      ].filter((line) => line !== undefined && line !== '').join('\n'),
    },
  ], audit, 'There is no record.');
}

function figuresOf({ traffic, counts, models, configs }: RehearsalResult): readonly Content[] {
  const { stateTransitions, retries, executions, longestHistory } = counts;
  const { lambdaInvocations, coldStarts, apiCalls, apiCallsByService } = counts;
  return [
    tableOf('Requests of callers', [
      { head: 'Slot', of: ([slot]) => slot },
      { head: 'Requests', kind: 'count', of: ([, { requests }]) => grouped(requests) },
      { head: 'Errors', kind: 'count', of: ([, { errors }]) => grouped(errors) },
    ], Object.entries(traffic), 'Nobody sent a request.'),
    factsOf({
      'State transitions': grouped(stateTransitions),
      'Retries': grouped(retries),
      'Executions': grouped(executions),
      'Longest history': `${grouped(longestHistory)} of 25,000 events`,
      'Invocations': `${grouped(lambdaInvocations)}, ${grouped(coldStarts)} of them cold`,
      'Calls of AWS': grouped(apiCalls),
    }),
    tableOf('Calls of AWS by service', [
      { head: 'Service', of: ([service]) => service },
      { head: 'Calls', kind: 'count', of: ([, count]) => grouped(count) },
    ], Object.entries(apiCallsByService).sort(([, one], [, other]) => other - one), 'AWS was not called.'),
    list('Models that are left', models),
    list('Configurations that are left', configs),
  ];
}
