import { Content, html, Markup } from './markup';

/** A column of a table. */
export interface Column<Row> {
  readonly head: string;
  readonly of: (row: Row) => Content;
  /** `short`: never broken; `count`: a number; `middle`: a name; `long`: a sentence. */
  readonly kind?: 'short' | 'count' | 'middle' | 'long';
  /** Says by itself what it is, without its head before it where rows are narrow. */
  readonly clear?: boolean;
}

/** A table that scrolls by itself, or a sentence where there is no row. The first cell of a row is its head. */
export function tableOf<Row>(caption: string, columns: readonly Column<Row>[], rows: readonly Row[], none: string): Markup {
  if (rows.length === 0) {
    return html`<p class="quiet">${none}</p>`;
  }
  const style = ({ kind }: Column<Row>) => kind === undefined ? undefined : html` class="${kind}"`;
  const head = ({ head: name, clear = false }: Column<Row>) => clear ? undefined : html` data-head="${name}"`;
  const [first, ...others] = columns;
  // roles are said, because a table that is laid out as something else is none to some screen readers; who has no mouse scrolls
  // what has the focus
  return html`<div class="wide" tabindex="0" role="region" aria-label="${caption}"><table role="table"><caption>${caption}</caption>
<thead role="rowgroup"><tr role="row">${columns.map((column) => html`<th scope="col" role="columnheader"${style(column)}>${column.head}</th>`)}</tr></thead>
<tbody role="rowgroup">
${rows.map((row) => html`<tr role="row"><th scope="row" role="rowheader"${style(first)}>${first.of(row)}</th>${
  others.map((column) => html`<td role="cell"${style(column)}${head(column)}>${column.of(row)}</td>`)}</tr>
`)}</tbody></table></div>`;
}

/** Names and what they are; what is not known is left out. */
export function factsOf(facts: Readonly<Record<string, Content>>): Markup {
  const known = Object.entries(facts).filter(([, value]) => value !== undefined);
  return html`<dl>${known.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

/** 12,345: the same on every machine, whatever its language. */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ',');
}
