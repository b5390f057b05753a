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
/** Of two values: their label, and a bar for each. */
const PAIR_PX = 52
const LEGEND_PX = 26
const STEPS_PX = 180
/** From the top of a chart of steps to its curve, and from there to the words below it. */
const STEPS_Y = 20
const WORDS_Y = 38
/** Above and below a curve, for the width of its line. */
const RIM = 10
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
    case 'pairs':
      return chart.pairs.length === 0 ? '' : pairs(chart)
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

type Pairs = Extract<Chart, { readonly kind: 'pairs' }>

/** Two bars a label, from a common zero: which one is which is told by place and order too, not by colour alone. */
function pairs({ title, unit, names, pairs: all, whole }: Pairs): string {
  const values = all.flatMap((pair) => pair.values.map((value) => value ?? 0))
  const least = Math.min(0, ...values)
  const wide = Math.max(0, whole ?? 0, ...values) - least || 1
  const percent = (value: number): string => (((value - least) / wide) * HUNDRED).toFixed(2)
  const rows = all.map(({ label, values: [first, second] }, at) => {
    const y = LEGEND_PX + at * PAIR_PX
    const bar = (value: number | null, top: number, name: string): string =>
      value === null
        ? ''
        : `<rect x="${percent(Math.min(value, 0))}%" y="${top}" width="${((Math.abs(value) / wide) * HUNDRED).toFixed(2)}%" height="${BAR_PX}" class="${name}"/>`
    return (
      `<text x="0" y="${y + LABEL_PX}">${escaped(label)}</text>` +
      `<text x="100%" y="${y + LABEL_PX}" class="end">${escaped(shown(unit, first))} · ${escaped(shown(unit, second))}</text>` +
      bar(first, y + LABEL_PX + 6, 'first') +
      bar(second, y + LABEL_PX + 6 + BAR_PX, 'second')
    )
  })
  const height = LEGEND_PX + all.length * PAIR_PX
  const legend = names.map((name, at) => {
    const x = at === 0 ? 0 : HUNDRED / 2
    return `<rect x="${x}%" y="4" width="10" height="10" class="${at === 0 ? 'first' : 'second'}"/><svg x="${x}%" overflow="visible"><text x="16" y="${LABEL_PX}">${escaped(name)}</text></svg>`
  })
  const zero = `<line x1="${percent(0)}%" x2="${percent(0)}%" y1="${LEGEND_PX}" y2="${height}" class="axis"/>`
  return figure(
    title,
    `<svg role="img" aria-label="${escaped(title)}" width="100%" height="${height}">${legend.join('')}${zero}${rows.join('')}</svg>`,
  )
}

type Steps = Extract<Chart, { readonly kind: 'steps' }>

function steps({ title, unit, steps: all, untilMs }: Steps): string {
  const [first] = all
  const fromMs = first?.atMs ?? untilMs
  const [least, highest] = all.reduce<[number, number]>(([low, top], { value }) => [Math.min(low, value), Math.max(top, value)], [0, 0])
  const most = least < 0 ? highest : highest || 1
  const x = (atMs: number): number => Math.floor(((atMs - fromMs) / (untilMs - fromMs || 1)) * COLUMNS)
  const y = (value: number): number => Math.round((1 - (value - least) / (most - least)) * COLUMNS)
  const points = all.map(({ atMs, value }) => ({ x: x(atMs), y: y(value) }))
  const below = least < 0 ? LABEL_PX + 6 : 0 // room for the least value
  const words = STEPS_PX + WORDS_Y + below
  const drawn = least < 0 ? aroundZero(points, y(0)) : part(points, COLUMNS, -RIM, COLUMNS + RIM)
  const labels =
    `<text x="0" y="${LABEL_PX}">${escaped(shown(unit, most))}</text>` +
    (least < 0 ? `<text x="0" y="${words - below}">${escaped(shown(unit, least))}</text>` : '') +
    `<text x="0" y="${words}">${escaped(momentText(fromMs))}</text><text x="100%" y="${words}" class="end">${escaped(momentText(untilMs))}</text>`
  return figure(title, `<svg role="img" aria-label="${escaped(title)}" width="100%" height="${words + 6}">${drawn}${labels}</svg>`)
}

type Points = readonly { readonly x: number; readonly y: number }[]

/** The same curve twice, cut at zero: what is below has the colour of a loss. */
function aroundZero(points: Points, zero: number): string {
  const line = pixelOf(zero).toFixed(2)
  return (
    `<g>${part(points, zero, -RIM, zero, true)}</g><g class="below">${part(points, zero, zero, COLUMNS + RIM, true)}</g>` +
    `<line x1="0" x2="100%" y1="${line}" y2="${line}" class="zero"/>`
  )
}

const pixelOf = (y: number): number => STEPS_Y + ((y + RIM) / (COLUMNS + 2 * RIM)) * STEPS_PX

/** What of a curve and of the area between it and zero lies between two heights: an inner SVG shows nothing outside its own. */
function part(points: Points, zero: number, top: number, bottom: number, isSigned = false): string {
  const path = pathOf(points, isSigned)
  const from = pixelOf(top)
  return (
    `<svg viewBox="0 ${top} ${COLUMNS} ${bottom - top}" preserveAspectRatio="none" y="${plainNumber(from)}" width="100%" height="${plainNumber(pixelOf(bottom) - from)}">` +
    `<path d="${path}H${COLUMNS}V${zero}H0Z" class="area"/><path d="${path}H${COLUMNS}" class="line"/></svg>`
  )
}

const plainNumber = (pixels: number): string => String(Math.round(pixels * HUNDRED) / HUNDRED)

/** Of what happened within one column the highest point and the last one are drawn, and with losses the lowest: no peak is lost. */
function pathOf(points: Points, isSigned: boolean): string {
  const columns = new Map<number, { highest: number; lowest: number; last: number }>()
  for (const { x, y } of points) {
    const { highest, lowest } = columns.get(x) ?? { highest: y, lowest: y }
    columns.set(x, { highest: Math.min(y, highest), lowest: Math.max(y, lowest), last: y })
  }
  const [[, start] = [0, { highest: COLUMNS }]] = columns
  return [
    `M0 ${start.highest}`,
    ...[...columns].map(([x, { highest, lowest, last }]) => {
      const down = isSigned && lowest !== highest ? `V${lowest}` : ''
      return `H${x}V${highest}${down}${highest === last || (down !== '' && lowest === last) ? '' : `V${last}`}`
    }),
  ].join('')
}

const figure = (title: string, svg: string): string => `<figure><figcaption>${escaped(title)}</figcaption>${svg}</figure>`
