import { html, Markup } from './markup';
import { sectionsOf } from './sections';
import { STYLE } from './style';
import { factsOf } from './tables';
import { RehearsalResult } from '../result';
import { spelt } from '../timeline';

export interface HtmlOptions {
  /** What was rehearsed: a stack, a template. @default - not said */
  readonly template?: string;
  /** Also what belongs to the machinery: executions, and changes that repeat. @default false */
  readonly all?: boolean;
}

/**
 * What happened, as one HTML page: no script, nothing from a network, the same bytes for the same result. Whatever a template
 * or a scenario says is text in it and never markup.
 *
 *     writeFileSync('rehearsal.html', htmlOf(await rehearsal.run(Scenarios.errors())));
 */
export function htmlOf(result: RehearsalResult, { template, all = false }: HtmlOptions = {}): string {
  const { endpoint, scenario } = result;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Rehearsal of ${endpoint}: ${scenario}, ${result.outcome ?? 'not ended'}</title>
${styled()}
</head>
<body>
${headOf(result, template)}
<main>
${sectionsOf(result, all)}
</main>
<footer>Played in virtual time against a simulated AWS, by the template's own state machines and handlers. The same template, scenario and seed give the same page.</footer>
</body>
</html>
`.toString();
}

/** The one thing that is put into a page as it is: ours, and no value of anybody. */
function styled(): Markup {
  return Markup._of(`<style>\n${STYLE}\n</style>`);
}

function headOf(result: RehearsalResult, template: string | undefined): Markup {
  const { endpoint, scenario, story, seed, outcome, problems, virtualMinutes } = result;
  return html`<header>
<h1>Rehearsal of ${endpoint}: ${scenario}</h1>
<p><span class="ended ${classOf(outcome, problems)}">${outcome ?? 'Not ended'}</span></p>
${story === '' ? undefined : html`<p>${story}</p>`}
${factsOf({ 'Template': template, 'Endpoint': endpoint, 'Scenario': scenario, 'Seed': String(seed), 'Virtual time': spelt(virtualMinutes) })}
</header>`;
}

function classOf(outcome: string | undefined, problems: readonly string[]): string {
  return problems.length > 0 || outcome === undefined || outcome === 'HALTED' ? 'bad' : outcome === 'SUCCEEDED' ? 'good' : 'unsure';
}
