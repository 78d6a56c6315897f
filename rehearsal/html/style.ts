/** Colours by name, light and dark. What is read is on what it stands on with a contrast of 4.5 at least; a test measures it. */
export const COLOURS = {
  page: ['#ffffff', '#15191e'],
  panel: ['#f3f5f7', '#1f252c'],
  line: ['#c9d1d9', '#3b444e'],
  text: ['#1b2026', '#e4e8ec'],
  quiet: ['#56616c', '#a3aeb9'],
  good: ['#0a5c2b', '#8fe0ab'],
  bad: ['#a3150f', '#ffb1a8'],
  unsure: ['#7a4a00', '#f0c274'],
  stable: ['#b9c9da', '#44586d'],
  candidate: ['#1f6fb2', '#62aef0'],
} as const satisfies Readonly<Record<string, readonly [light: string, dark: string]>>;

/** Which colour is read on which. */
export const READ_ON = {
  text: ['page', 'panel'], quiet: ['page', 'panel'], good: ['page', 'panel'], bad: ['page', 'panel'], unsure: ['page', 'panel'],
} as const satisfies Readonly<Partial<Record<keyof typeof COLOURS, readonly (keyof typeof COLOURS)[]>>>;

function variables(theme: 0 | 1): string {
  return Object.entries(COLOURS).map(([name, colours]) => `--${name}:${colours[theme]}`).join(';');
}

/** No font, picture or script from anywhere. Tables and the chart scroll by themselves where the screen is narrow. */
export const STYLE = `
:root{color-scheme:light dark;${variables(0)}}
@media (prefers-color-scheme:dark){:root{${variables(1)}}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--text);font:16px/1.5 system-ui,sans-serif}
main,header,footer{max-width:64rem;margin:0 auto;padding:0 1rem}
header{padding-top:1.5rem}
h1{font-size:1.5rem;line-height:1.25;margin:0 0 .5rem;overflow-wrap:anywhere}
h2{font-size:1.15rem;margin:2rem 0 .5rem}
p{margin:.5rem 0;overflow-wrap:anywhere}
.ended{display:inline-block;border:2px solid currentcolor;border-radius:.4rem;padding:.1rem .6rem;font-weight:700}
.good{color:var(--good)}.bad{color:var(--bad)}.unsure{color:var(--unsure)}.quiet{color:var(--quiet)}
dl{display:grid;grid-template-columns:repeat(auto-fit,minmax(9rem,1fr));gap:.75rem;margin:1rem 0;padding:.75rem;background:var(--panel);border-radius:.4rem}
dt{color:var(--quiet);font-size:.85rem}dd{margin:0;overflow-wrap:anywhere;font-variant-numeric:tabular-nums}
.wide{overflow-x:auto;border:1px solid var(--line);border-radius:.4rem}
.wide:focus-visible,summary:focus-visible{outline:3px solid var(--candidate);outline-offset:2px}
table{border-collapse:collapse;width:100%;font-size:.9rem}
caption{text-align:left;color:var(--quiet);padding:.5rem .6rem 0}
th,td{text-align:left;vertical-align:top;padding:.35rem .6rem;border-top:1px solid var(--line)}
thead th{border-top:0;background:var(--panel);white-space:nowrap}
td{white-space:pre-line;overflow-wrap:anywhere;min-width:6rem}
td.short,th.short{white-space:nowrap;min-width:0;width:1%}
td.long{min-width:11rem}td.middle{min-width:8rem}
td.count,th.count{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
summary{cursor:pointer;padding:.4rem 0}
figure{margin:0}
svg{display:block;width:100%;min-width:40rem;height:auto;font:12px system-ui,sans-serif}
svg text{fill:var(--text)}svg .quiet{fill:var(--quiet)}
footer{padding-top:1rem;padding-bottom:2rem;color:var(--quiet);font-size:.85rem}
@media (max-width:40rem){
thead{position:absolute;clip-path:inset(50%);height:1px;overflow:hidden}
table,caption,tbody{display:block}
tr{display:flex;flex-wrap:wrap;gap:0 .75rem;padding:.35rem .6rem;border-top:1px solid var(--line)}
tbody th,th.short,th.count,td,td.short,td.count{border:0;padding:0;min-width:0;width:auto;text-align:left}
td.long{flex:1 0 100%}td:empty{display:none}
td[data-head]::before{content:attr(data-head) ": ";color:var(--quiet)}
}
@media print{.wide{overflow:visible}svg{min-width:0}}
`.trim();
