import { totalOf } from '../ledger/attribution'
import { formatMoney, type Millis, type Money } from '../units'
import { uptimeIn, uptimeTable, type FeedMoment } from './feeds'
import { column, figure, type Chart, type Figure, type Findings, type Table } from './document'
import { pnlTable, totalParts, type Results } from './pnl'
import { groupBy, quantilesOf, ratioOf, SHOWN_PERCENT, sumOf } from './quantiles'
import { knownOr, refusedLooks, type Recorded, type SeenMargin, type TickedMinutes, type TimedStep } from './record'
import type { Span } from './span'
import { violationsOf } from './trade'
import { useIn, type CapitalMove } from './use'

export interface HaltOrder {
  readonly atMs: Millis
  readonly action: 'halt' | 'resume'
  readonly scope: string
  readonly by: string
  readonly reason: string
}
export interface ReportedBreak {
  readonly openedMs: Millis
  readonly venue: string
  readonly kind: string
  readonly detail: string
  readonly state: string
}
export interface Session {
  readonly span: Span
  readonly results: Results
  /** Plans that the reserve refused, by the check that did. */
  readonly refused: readonly { readonly check: string; readonly plans: number }[]
  /** What results have changed by in the span, whenever their trades were opened: what the loss limits of a day sum (E29). */
  readonly changed: Money
  readonly moves: readonly CapitalMove[]
  readonly halts: readonly HaltOrder[]
  /** Opened in the span, or still open. */
  readonly breaks: readonly ReportedBreak[]
  readonly margins: Recorded<readonly SeenMargin[]>
  readonly steps: Recorded<readonly TimedStep[]>
  readonly ticked: Recorded<readonly TickedMinutes[]>
  readonly feeds: Recorded<readonly FeedMoment[]>
}

const MINUTE_MS = 60_000

/** What happened between two moments. */
export function sessionFindings(session: Session): Findings {
  const { results, span, moves, changed } = session
  const use = useIn(moves, span)
  const parts = totalParts(results.trades)
  const bars = (['price', 'fees', 'carry', 'slippage', 'cure', 'settlement'] as const).map((part) => ({ label: part, value: parts[part] }))
  const charts: readonly Chart[] = [
    { kind: 'bars', title: 'What made the result', unit: 'money', bars },
    { kind: 'steps', title: 'Capital in use', unit: 'money', steps: use.steps, untilMs: span.toMs },
  ]
  return {
    figures: [
      ...tradeFigures(session),
      figure('changed', 'booked in the span, whenever opened', 'money', changed),
      figure('capitalAverage', 'capital in use, average', 'money', use.average),
      figure('capitalPeak', 'capital in use, most', 'money', use.peak),
      figure('capitalAtEnd', 'capital in use, at the end', 'money', use.atEnd),
      ...seenFigures(session),
    ],
    tables: [outcomesTable(session), kindsTable(results), ...recordTables(session), ...eventTables(session)],
    charts,
    notes: notesOf(session),
    violations: results.trades.flatMap(violationsOf),
  }
}

function tradeFigures({ results: { trades, interest }, refused }: Session): readonly Figure[] {
  const parts = totalParts(trades)
  return [
    figure('trades', 'trades opened', 'count', trades.length),
    figure('running', 'of them running', 'count', trades.filter(({ endedMs }) => endedMs === null).length),
    figure(
      'refusedPlans',
      'plans that the reserve refused',
      'count',
      sumOf(refused, ({ plans }) => plans),
    ),
    figure('total', 'result of these trades', 'money', totalOf(parts)),
    figure(
      'realised',
      'of it realised',
      'money',
      sumOf(trades, ({ booked, suspended }) => booked - suspended),
    ),
    figure(
      'unrealised',
      'of it unrealised: guaranteed, not paid yet',
      'money',
      sumOf(trades, ({ beyondCost }) => beyondCost),
    ),
    figure('carry', 'of it coupons', 'money', parts.carry),
    figure(
      'interest',
      'interest on cash, in no result',
      'money',
      sumOf(interest, ({ amount }) => amount),
    ),
    figure('fees', 'fees of all their orders', 'money', -sumOf(trades, ({ orders }) => sumOf(orders, ({ fees }) => fees))),
  ]
}

function seenFigures({ margins, halts, breaks }: Session): readonly Figure[] {
  const seen = 'known' in margins ? margins.known : null
  const ended = (outcome: string): number | null => seen && seen.filter((margin) => margin.outcome === outcome).length
  return [
    figure('opportunities', 'opportunities seen', 'count', seen && seen.length),
    figure('taken', 'of them taken', 'count', ended('taken')),
    figure('refused', 'of them refused', 'count', ended('refused')),
    figure('halts', 'halts', 'count', halts.filter(({ action }) => action === 'halt').length),
    figure('breaks', 'breaks open, or opened', 'count', breaks.length),
  ]
}

function outcomesTable({ results: { trades } }: Session): Table {
  const groups = [...groupBy(trades, ({ outcome }) => outcome ?? '(running)')]
  return {
    name: 'outcomes',
    title: 'Trades by outcome',
    columns: [column('outcome', 'outcome', 'text'), column('trades', 'trades', 'count'), column('result', 'result', 'money')],
    rows: groups.map(([outcome, own]) => [outcome, own.length, totalOf(totalParts(own))]),
  }
}

/** Realised, guaranteed and open trades apart, in parts. */
function kindsTable(results: Results): Table {
  const kinds = [...groupBy(results.trades, ({ kind }) => kind)]
  const [{ columns }, rows] = [pnlTable(results, 'trade'), kinds.map(([kind, trades]) => [kind, ...partsRow({ ...results, trades })])]
  return { name: 'results', title: 'Results by how certain they are', columns: [column('kind', 'kind', 'text'), ...columns.slice(1)], rows }
}
function partsRow(results: Results): readonly (number | string | null)[] {
  const { rows } = pnlTable(results, 'trade')
  const [first = []] = rows
  return first.slice(1).map((_, at) => sumOf(rows, (row) => row[at + 1] as number))
}

function recordTables({ margins, steps, ticked, feeds: told, span }: Session): readonly Table[] {
  const reasons = refusedLooks(knownOr(margins, []))
  const feeds = knownOr(ticked, [])
  const minutes = minutesOf(feeds)
  return [
    {
      name: 'refusals',
      title: 'What refused looks most',
      columns: [column('reason', 'check or gate', 'text'), column('looks', 'looks', 'count')],
      rows: reasons,
    },
    stepsTable(knownOr(steps, [])),
    uptimeTable(uptimeIn(knownOr(told, []), span)),
    {
      name: 'feeds',
      title: 'Minutes with news from a feed',
      columns: [
        column('venue', 'venue', 'text'),
        column('minutes', 'minutes with news', 'count'),
        column('of', 'of', 'count'),
        column('share', 'share', 'ratio'),
      ],
      rows: feeds.map(({ venue, minutes: heard }) => [venue, heard, minutes, ratioOf(heard, minutes)]),
    },
  ]
}

/** From the first minute in which any feed told something to the last one. */
function minutesOf(feeds: readonly TickedMinutes[]): number {
  const times = feeds.flatMap(({ firstMs, lastMs }) => (firstMs === null || lastMs === null ? [] : [firstMs, lastMs]))
  return times.length === 0 ? 0 : (Math.max(...times) - Math.min(...times)) / MINUTE_MS + 1
}

/** How long steps of trades took, each with its quantiles. */
export const stepsTable = (steps: readonly TimedStep[]): Table => ({
  name: 'latency',
  title: 'How long steps took',
  columns: [
    column('measure', 'step', 'text'),
    column('count', 'count', 'count'),
    ...SHOWN_PERCENT.map((percent) => column(percent === 100 ? 'most' : `p${percent}`, percent === 100 ? 'most' : `p${percent}`, 'micros')),
  ],
  rows: [...groupBy(steps, ({ measure }) => measure)].map(([measure, own]) => [
    measure,
    own.length,
    ...quantilesOf(own.map(({ micros }) => micros)),
  ]),
})

function eventTables({ halts, breaks, refused }: Session): readonly Table[] {
  return [
    {
      name: 'reserve',
      title: 'Plans that the reserve refused',
      columns: [column('check', 'check', 'text'), column('plans', 'plans', 'count')],
      rows: refused.map(({ check, plans }) => [check, plans]),
    },
    {
      name: 'halts',
      title: 'Halts and resumes',
      columns: [
        column('at', 'at', 'time'),
        column('action', 'what', 'text'),
        column('scope', 'scope', 'text'),
        column('by', 'by', 'text'),
        column('reason', 'reason', 'text'),
      ],
      rows: halts.map(({ atMs, action, scope, by, reason }) => [atMs, action, scope, by, reason]),
    },
    {
      name: 'breaks',
      title: 'Breaks',
      columns: [
        column('opened', 'opened', 'time'),
        column('venue', 'venue', 'text'),
        column('kind', 'kind', 'text'),
        column('state', 'state', 'text'),
        column('detail', 'what', 'text'),
      ],
      rows: breaks.map(({ openedMs, venue, kind, state, detail }) => [openedMs, venue, kind, state, detail]),
    },
  ]
}

function notesOf({ results, margins, steps, ticked, feeds }: Session): readonly string[] {
  const away = [
    'unknown' in margins ? `Opportunities and refusals are not known: ${margins.unknown}.` : '',
    'unknown' in steps ? `Latencies are not known: ${steps.unknown}.` : '',
    'unknown' in feeds ? `How long feeds were connected is not known: ${feeds.unknown}.` : '',
    'unknown' in ticked ? `What the feeds told is not known: ${ticked.unknown}.` : '',
  ]
  return [
    ...away.filter((note) => note !== ''),
    'A minute without news is not a minute without a feed: quiet markets tell nothing new. How long feeds were connected is a table of its own.',
    ...(results.carryOfNobody === 0
      ? []
      : [`Coupons of $${formatMoney(results.carryOfNobody)} were earned while no trade held anything, and are in no figure.`]),
  ]
}
