import type { Figure, Report, Table } from '../../../core/report/document'
import { isRight, momentText, shown } from './format'
import { chartOf, escaped } from './svg'

/** Rows of one table on the page; CSV and JSON have all. A browser takes seconds for more. */
const ROWS_SHOWN = 2_000

const STYLE = `
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #59636e; --line: #d8dee4; --paper: #ffffff; --gain: #1a7f5a; --loss: #b3404a; --area: #1a7f5a22; --under: #b3404a22; --first: #3b6ea8; --second: #c77d1e; --warn: #8a4600; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e8eb; --soft: #9aa4af; --line: #343b43; --paper: #14171b; --gain: #4cc38a; --loss: #f0727c; --area: #4cc38a26; --under: #f0727c26; --first: #79a9e0; --second: #e3a85a; --warn: #f0a35e; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 70rem; padding: 1rem; font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); }
h1 { font-size: 1.5rem; margin: .5rem 0 0; } h2 { font-size: 1.05rem; margin: 2rem 0 .5rem; }
.span, figcaption, dt, .more { color: var(--soft); }
dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(11rem, 1fr)); gap: .75rem 1.25rem; margin: 1.25rem 0; }
dt { font-size: .85rem; line-height: 1.3; } dd { margin: 0; font-size: 1.1rem; font-variant-numeric: tabular-nums; }
figure { margin: 1.5rem 0; } figcaption { margin-bottom: .5rem; }
svg text { fill: var(--ink); font-size: 12px; font-variant-numeric: tabular-nums; } svg .end { text-anchor: end; }
svg .gain { fill: var(--gain); } svg .loss { fill: var(--loss); } svg .axis { stroke: var(--line); }
svg .area { fill: var(--area); } svg .line { fill: none; stroke: var(--gain); stroke-width: 1.5; vector-effect: non-scaling-stroke; }
svg .below .area { fill: var(--under); } svg .below .line { stroke: var(--loss); } svg .zero { stroke: var(--soft); stroke-dasharray: 2 3; }
svg .first { fill: var(--first); } svg .second { fill: var(--second); }
.wide { overflow-x: auto; } table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; }
th, td { padding: .3rem .8rem .3rem 0; border-bottom: 1px solid var(--line); text-align: left; white-space: nowrap; vertical-align: top; }
th { color: var(--soft); font-weight: 500; } .right { text-align: right; } .minus { color: var(--loss); }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(20rem, 100%), 1fr)); gap: 0 2.5rem; }
.violations { color: var(--warn); font-weight: 600; }
`.trim()

/** One file that asks nobody for anything: charts are drawn into it, and the page may load nothing at all. */
export const htmlOf = ({ title, span, madeAtMs, figures, charts, tables, notes, violations }: Report): string =>
  [
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    `<title>${escaped(title)} · Crossbook</title><style>${STYLE}</style></head><body>`,
    `<h1>${escaped(title)}</h1>`,
    `<p class="span">From ${momentText(span.fromMs)} to ${momentText(span.toMs)}, made at ${momentText(madeAtMs)}.</p>`,
    list('violations', 'Does not tie out', violations),
    `<dl>${figures.map(figureOf).join('')}</dl>`,
    `<div class="charts">${charts.map(chartOf).join('')}</div>`,
    ...tables.map(tableOf),
    list('notes', 'What this does not say', notes),
    '</body></html>',
    '',
  ].join('\n')

const list = (name: string, heading: string, sentences: readonly string[]): string =>
  sentences.length === 0
    ? ''
    : `<section class="${name}"><h2>${heading}</h2><ul>${sentences.map((sentence) => `<li>${escaped(sentence)}</li>`).join('')}</ul></section>`

const signOf = (value: unknown): string => (typeof value === 'number' && value < 0 ? ' class="minus"' : '')

const figureOf = ({ label, unit, value }: Figure): string =>
  `<div><dt>${escaped(label)}</dt><dd${signOf(value)}>${escaped(shown(unit, value))}</dd></div>`

function tableOf({ title, columns, rows }: Table): string {
  if (rows.length === 0) return ''
  const side = (at: number): string => (isRight(columns[at]?.unit ?? 'text') ? 'right' : '')
  const head = columns.map(({ heading }, at) => `<th class="${side(at)}">${escaped(heading)}</th>`).join('')
  const body = rows.slice(0, ROWS_SHOWN).map((row) => {
    const cells = columns.map(({ unit }, at) => {
      const value = row[at] ?? null
      const minus = typeof value === 'number' && value < 0 ? ' minus' : ''
      return `<td class="${side(at)}${minus}">${escaped(shown(unit, value))}</td>`
    })
    return `<tr>${cells.join('')}</tr>`
  })
  const more = rows.length > ROWS_SHOWN ? `<p class="more">${rows.length - ROWS_SHOWN} more rows are in the JSON.</p>` : ''
  return `<h2>${escaped(title)}</h2><div class="wide"><table><thead><tr>${head}</tr></thead><tbody>${body.join('')}</tbody></table></div>${more}`
}
