import { assertNever } from '../../../core/assert'
import type { Chart, Unit } from '../../../core/report/document'
import { momentText, shown } from './format'

/** Text as it may stand in HTML and SVG, attributes included. */
export const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;')

/** More bars than fit on a page are summed up in the last one. */
const BARS_MAX = 24
const ROW_PX = 40
const LABEL_PX = 14
const BAR_PX = 12
const STEPS_PX = 180
/** Across a chart of steps: finer than the pixels of a wide screen. */
const COLUMNS = 1_200
const HUNDRED = 100

/** Widths are in per cent of the page and letters in its own size, so a chart is as readable on a phone as on a desk. Nothing of it is fetched. */
export function chartOf(chart: Chart): string {
  switch (chart.kind) {
    case 'bars':
      return chart.bars.length === 0 ? '' : bars(chart.title, chart.unit, summedUp(chart.bars))
    case 'steps':
      return chart.steps.length === 0 ? '' : steps(chart)
    default:
      return assertNever(chart)
  }
}

type Bars = Extract<Chart, { readonly kind: 'bars' }>['bars']

function summedUp(all: Bars): Bars {
  if (all.length <= BARS_MAX) return all
  const kept = new Set(all.toSorted((a, b) => Math.abs(b.value) - Math.abs(a.value)).slice(0, BARS_MAX - 1))
  const others = all.filter((bar) => !kept.has(bar))
  const value = others.reduce((sum, bar) => sum + bar.value, 0)
  return [...all.filter((bar) => kept.has(bar)), { label: `${others.length} others`, value }]
}

function bars(title: string, unit: Unit, all: Bars): string {
  const least = Math.min(0, ...all.map(({ value }) => value))
  const most = Math.max(0, ...all.map(({ value }) => value))
  const wide = most - least || 1
  const percent = (value: number): string => (((value - least) / wide) * HUNDRED).toFixed(2)
  const rows = all.map(({ label, value }, at) => {
    const y = at * ROW_PX
    const [from, to] = value < 0 ? [value, 0] : [0, value]
    return (
      `<text x="0" y="${y + LABEL_PX}">${escaped(label)}</text><text x="100%" y="${y + LABEL_PX}" class="end">${escaped(shown(unit, value))}</text>` +
      `<rect x="${percent(from)}%" y="${y + LABEL_PX + 6}" width="${(((to - from) / wide) * HUNDRED).toFixed(2)}%" height="${BAR_PX}" class="${value < 0 ? 'loss' : 'gain'}"/>`
    )
  })
  const height = all.length * ROW_PX
  const zero = `<line x1="${percent(0)}%" x2="${percent(0)}%" y1="0" y2="${height}" class="axis"/>`
  return figure(title, `<svg role="img" aria-label="${escaped(title)}" width="100%" height="${height}">${zero}${rows.join('')}</svg>`)
}

function steps({ title, unit, steps: all, untilMs }: Extract<Chart, { readonly kind: 'steps' }>): string {
  const [first] = all
  const fromMs = first?.atMs ?? untilMs
  const most = all.reduce((top, { value }) => Math.max(top, value), 0) || 1
  const x = (atMs: number): number => Math.floor(((atMs - fromMs) / (untilMs - fromMs || 1)) * COLUMNS)
  const y = (value: number): number => Math.round((1 - value / most) * COLUMNS)
  const path = pathOf(all.map(({ atMs, value }) => ({ x: x(atMs), y: y(value) })))
  const drawn =
    `<svg viewBox="0 -10 ${COLUMNS} ${COLUMNS + 20}" preserveAspectRatio="none" y="20" width="100%" height="${STEPS_PX}">` +
    `<path d="${path}H${COLUMNS}V${COLUMNS}H0Z" class="area"/><path d="${path}H${COLUMNS}" class="line"/></svg>`
  const labels =
    `<text x="0" y="${LABEL_PX}">${escaped(shown(unit, most))}</text>` +
    `<text x="0" y="${STEPS_PX + 38}">${escaped(momentText(fromMs))}</text><text x="100%" y="${STEPS_PX + 38}" class="end">${escaped(momentText(untilMs))}</text>`
  return figure(title, `<svg role="img" aria-label="${escaped(title)}" width="100%" height="${STEPS_PX + 44}">${drawn}${labels}</svg>`)
}

/** Of what happened within one column the highest point and the last one are drawn: no peak is lost. */
function pathOf(points: readonly { readonly x: number; readonly y: number }[]): string {
  const columns = new Map<number, { highest: number; last: number }>()
  for (const { x, y } of points) columns.set(x, { highest: Math.min(y, columns.get(x)?.highest ?? y), last: y })
  const [[, start] = [0, { highest: COLUMNS, last: COLUMNS }]] = columns
  return [
    `M0 ${start.highest}`,
    ...[...columns].map(([x, { highest, last }]) => `H${x}V${highest}${highest === last ? '' : `V${last}`}`),
  ].join('')
}

const figure = (title: string, svg: string): string => `<figure><figcaption>${escaped(title)}</figcaption>${svg}</figure>`
