import { VENUES, type Venue } from '../../ids'
import { waitOf } from '../../trade/fill-model'
import { SHADOW_REASONS } from '../../trade/shadow'
import { column, figure, type Chart, type Figure, type Findings, type Table, type Value } from '../document'
import { PPM, quantileOf, sumOf } from '../quantiles'
import {
  answersBy,
  perContract,
  sumsBy,
  sumsOf,
  wayOf,
  WAYS_MIN,
  type Compared,
  type Comparison,
  type ShadowGroup,
  type Sums,
} from './compare'

/** What a paper venue is configured to wait, one way. */
export interface AssumedWays {
  readonly preset: string
  readonly way: Readonly<Record<Venue, readonly number[]>>
}
export interface Shadowed extends Comparison {
  readonly by: ShadowGroup
  readonly assumed: AssumedWays
}
interface Way {
  readonly venue: Venue
  /** Ascending, there and back. */
  readonly answers: readonly number[]
  readonly table: readonly number[]
}

const PERCENTS = [50, 90, 99] as const
const DRAWS = 2 ** 32
const HUNDRED = 100
const MICROS_PER_MS = 1_000
/** Orders that a note names; all of them are in the tables. */
const NAMED_MAX = 5

/** Orders against their twins on paper: how much of them filled, at what price, and how long the venue took. */
export function shadowFindings(shadowed: Shadowed): Findings {
  const { compared, twins, undecided, onlyReal, onlyPaper, by, assumed } = shadowed
  const answers = answersBy(twins)
  const ways = VENUES.map((venue): Way => ({ venue, answers: answers.get(venue) ?? [], table: assumed.way[venue] }))
  const groups = sumsBy(by, compared)
  const all = sumsOf(compared)
  return {
    figures: [
      figure('orders', 'orders compared', 'count', all.orders),
      figure('undecided', 'not decided: no end yet, or what they took was not known in time', 'count', undecided.length),
      figure('onlyReal', 'sent, and no twin on record', 'count', onlyReal.length),
      figure('onlyPaper', 'twins of orders that the ledger does not know', 'count', onlyPaper.length),
      ...sumFigures(all),
      ...ways.map(({ venue, answers: own }) => figure(`${venue}Answers`, `answers measured at ${venue}`, 'count', own.length)),
      figure('wayMs', 'measured, for paper: in venues.yaml', 'text', wayLine(ways)),
    ],
    tables: [groupsTable(by, [...groups, ['all', all]]), waysTable(ways), whyTable(compared), ordersTable(compared), halvesTable(shadowed)],
    charts: [ratesChart(by, groups), waysChart(ways)],
    notes: notesOf(shadowed, ways),
    violations: compared.flatMap(violationOf),
  }
}

const sumFigures = (all: Sums): readonly Figure[] => [
  figure('sent', 'contracts sent', 'quantity', all.sent),
  figure('real', 'filled', 'quantity', all.real),
  figure('paper', 'filled on paper', 'quantity', all.paper),
  figure('realRate', 'filled of sent', 'ratio', all.realRate),
  figure('paperRate', 'filled of sent, on paper', 'ratio', all.paperRate),
  figure('dearer', 'dearer than on paper, a contract of both', 'money', all.dearer),
  figure('dearerFees', 'fees more than on paper, a contract of both', 'money', all.dearerFees),
]

/** As venues.yaml takes it, of the venues that have enough answers; null: none has. */
function wayLine(ways: readonly Way[]): string | null {
  const measured = ways.flatMap(({ venue, answers }) => {
    const way = wayOf(answers)
    return way === null ? [] : [`${venue}: [${way.join(', ')}]`]
  })
  return measured.length === 0 ? null : `way_ms: { ${measured.join(', ')} }`
}

const groupsTable = (by: ShadowGroup, groups: readonly (readonly [string, Sums])[]): Table => ({
  name: 'groups',
  title: `By ${by}`,
  columns: [
    column(by, by, 'text'),
    column('orders', 'orders', 'count'),
    column('sent', 'sent', 'quantity'),
    column('real', 'filled', 'quantity'),
    column('paper', 'on paper', 'quantity'),
    column('realRate', 'filled of sent', 'ratio'),
    column('paperRate', 'on paper', 'ratio'),
    column('dearer', 'dearer a contract', 'money'),
    column('realFee', 'fee a contract', 'money'),
    column('paperFee', 'on paper', 'money'),
    column('dearerFees', 'fees more', 'money'),
  ],
  rows: groups.map(
    ([name, { orders, sent, real, paper, realRate, paperRate, dearer, realFee, paperFee, dearerFees }]): readonly Value[] => [
      ...[name, orders, sent, real, paper, realRate, paperRate, dearer, realFee, paperFee, dearerFees],
    ],
  ),
})

const assumedMicros = (table: readonly number[], percent: number): number =>
  waitOf(table, Math.min(DRAWS - 1, Math.floor((percent * DRAWS) / HUNDRED))) * MICROS_PER_MS

const waysTable = (ways: readonly Way[]): Table => ({
  name: 'ways',
  title: 'From bytes to answer, and the table that paper waits by (one way)',
  columns: [
    column('venue', 'venue', 'text'),
    column('answers', 'answers', 'count'),
    ...PERCENTS.map((percent) => column(`p${percent}`, `p${percent}`, 'micros')),
    column('most', 'most', 'micros'),
    ...PERCENTS.map((percent) => column(`half${percent}`, `half of p${percent}`, 'micros')),
    ...PERCENTS.map((percent) => column(`assumed${percent}`, `assumed p${percent}`, 'micros')),
  ],
  rows: ways.map(({ venue, answers, table }) => [
    ...[venue, answers.length],
    ...PERCENTS.map((percent) => quantileOf(answers, percent)),
    answers.at(-1) ?? null,
    ...PERCENTS.map((percent) => halfOf(answers, percent)),
    ...PERCENTS.map((percent) => assumedMicros(table, percent)),
  ]),
})

function halfOf(answers: readonly number[], percent: number): number | null {
  const micros = quantileOf(answers, percent)
  return micros === null ? null : Math.ceil(micros / 2)
}

/** Twins that did not fill whole, by why, and what their orders came to. */
const whyTable = (compared: readonly Compared[]): Table => ({
  name: 'why',
  title: 'Why twins did not fill whole, and what their orders filled',
  columns: [
    column('why', 'why', 'text'),
    column('orders', 'orders', 'count'),
    column('sent', 'sent', 'quantity'),
    column('paper', 'on paper', 'quantity'),
    column('real', 'filled', 'quantity'),
  ],
  rows: SHADOW_REASONS.flatMap((why) => {
    const own = compared.filter(({ shadow }) => shadow.why === why)
    if (own.length === 0) return []
    const { orders, sent, paper, real } = sumsOf(own)
    return [[why, orders, sent, paper, real]]
  }),
})

const ordersTable = (compared: readonly Compared[]): Table => ({
  name: 'compared',
  title: 'Orders, those first that differ most',
  columns: [
    column('order', 'order', 'text'),
    column('sentAt', 'sent', 'time'),
    column('venue', 'venue', 'text'),
    column('strategy', 'strategy', 'text'),
    column('market', 'market', 'text'),
    column('side', 'side', 'text'),
    column('limit', 'limit', 'price'),
    column('sent', 'contracts', 'quantity'),
    column('real', 'filled', 'quantity'),
    column('paper', 'on paper', 'quantity'),
    column('average', 'average', 'money'),
    column('paperAverage', 'on paper', 'money'),
    column('fees', 'fees', 'money'),
    column('paperFees', 'on paper', 'money'),
    column('apart', 'apart by', 'money'),
    column('answered', 'answered after', 'micros'),
    column('waited', 'twin waited', 'micros'),
    column('why', 'why not on paper', 'text'),
  ],
  rows: compared.map(({ shadow, ...order }): readonly Value[] => [
    ...[order.clientOrderId, shadow.sentMs, order.venue, order.strategy, order.market, `${order.action} ${order.outcome}`],
    ...[shadow.limit, shadow.quantity, order.filled, order.paper],
    ...[perContract(order.notional, order.filled), perContract(shadow.cost, order.paper), order.fees, shadow.fee, order.apart],
    ...[shadow.answeredMicros, shadow.waitMicros, shadow.why],
  ]),
})

const halvesTable = ({ undecided, onlyReal, onlyPaper }: Comparison): Table => {
  const rows = (half: string, orders: readonly string[]): readonly (readonly Value[])[] => orders.map((order) => [order, half])
  return {
    name: 'halves',
    title: 'Orders that are in no comparison',
    columns: [column('order', 'order', 'text'), column('half', 'what there is', 'text')],
    rows: [...rows('order, no twin', onlyReal), ...rows('twin, no order', onlyPaper), ...rows('both, not decided', undecided)],
  }
}

const ratesChart = (by: ShadowGroup, groups: readonly (readonly [string, Sums])[]): Chart => ({
  ...{ kind: 'pairs', title: `Filled of sent, by ${by}`, unit: 'ratio', names: ['filled', 'on paper'], whole: PPM },
  pairs: groups.map(([name, { orders, realRate, paperRate }]) => ({ label: `${name} (${orders} orders)`, values: [realRate, paperRate] })),
})

const waysChart = (ways: readonly Way[]): Chart => ({
  ...{ kind: 'pairs', title: 'One way: half of what was measured, and what paper waits', unit: 'micros', names: ['measured', 'assumed'] },
  pairs: ways.flatMap(({ venue, answers, table }) =>
    answers.length === 0
      ? []
      : PERCENTS.map((percent) => ({
          label: `${venue} p${percent}`,
          values: [halfOf(answers, percent), assumedMicros(table, percent)] as const,
        })),
  ),
})

/** What is filled is never more than was sent, on either half. */
const violationOf = ({ clientOrderId, filled, paper, shadow }: Compared): readonly string[] =>
  Math.max(filled, paper) <= shadow.quantity ? [] : [`order ${clientOrderId} or its twin filled more than was sent`]

const named = (orders: readonly string[]): string =>
  `${orders.slice(0, NAMED_MAX).join(', ')}${orders.length > NAMED_MAX ? ` and ${orders.length - NAMED_MAX} more` : ''}`

function notesOf({ compared, onlyReal, onlyPaper, assumed }: Shadowed, ways: readonly Way[]): readonly string[] {
  const presets = new Set(compared.map(({ shadow }) => shadow.preset))
  const few = ways.filter(({ answers }) => answers.length < WAYS_MIN)
  const common = sumOf(compared, (each) => each.common)
  return [
    ...(compared.length === 0
      ? [
          'No order of this time has a twin to be compared with: none was sent, mode is paper, paper.shadow is false, or the record was away.',
        ]
      : []),
    ...(onlyReal.length === 0 ? [] : [`Without a twin on record: ${named(onlyReal)}.`]),
    ...(onlyPaper.length === 0 ? [] : [`Twins without an order in the ledger: ${named(onlyPaper)}.`]),
    ...few.map(
      ({ venue, answers }) => `${answers.length} of ${WAYS_MIN} answers at ${venue}: its table of waits stays assumed (${assumed.preset}).`,
    ),
    ...(presets.size > 1 ? [`Twins were filled under more than one preset: ${[...presets].toSorted().join(', ')}.`] : []),
    ...(compared.length > 0 && common === 0 ? ['No order filled on both halves: their prices cannot be compared.'] : []),
    'A twin meets the book with what its own order took put back: what others did because of that order is in it, and nobody can take that out.',
    'It shows how paper fills what was sent. What paper would have sent, and what was sent while nobody recorded, it does not show.',
    'The way is half of the time from bytes to answer: which half took longer nobody knows, and the venue’s own work is in both.',
    'At simulated venues all of this measures the simulation.',
  ]
}
