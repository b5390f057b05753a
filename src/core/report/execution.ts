import { parseOrderId, type Venue } from '../ids'
import { assertNever } from '../assert'
import { floorMulDiv, money, notional, ONE_CONTRACT, ONE_DOLLAR, type Money, type Price } from '../units'
import { column, figure, type Findings, type Table } from './document'
import { groupBy, quantileOf, quantilesOf, ratioOf, SHOWN_PERCENT, sumOf } from './quantiles'
import { knownOr, type Recorded, type TimedStep } from './record'
import { stepsTable } from './session'
import { legsOf, violationsOf, type ExecutedLeg, type ReportedTrade } from './trade'

export interface Execution {
  readonly trades: readonly ReportedTrade[]
  /** The best price of the leg's outcome when its order was on its way, by order; absent: nobody knows. */
  readonly arrivals: ReadonlyMap<string, Price>
  readonly steps: Recorded<readonly TimedStep[]>
  /** Why arrivals are not known. */
  readonly unknown: readonly string[]
}

/** What it cost not to trade on paper: implementation shortfall in its parts. Costs are positive; together with the result they are the paper profit. */
export interface Shortfall {
  /** All contracts planned, at both decision prices, at once and for nothing. */
  readonly paper: Money
  /** Of contracts that nobody entered. */
  readonly opportunity: Money
  readonly fees: Money
  /** From the decision to the order's arrival, for what then filled; null: some arrival is not known. */
  readonly delay: Money | null
  /** From the arrival to the fill; null likewise. Without a split, both together are `prices`. */
  readonly impact: Money | null
  readonly prices: Money
  readonly cure: Money
  readonly settlement: Money
  readonly result: Money
}

interface LegCost extends ExecutedLeg {
  readonly trade: ReportedTrade
  readonly letter: string
  readonly arrival: Price | null
  readonly delay: Money | null
  readonly impact: Money | null
  /** From detection to the last fill, by Kalshi's clock; null: not filled, or at ForecastEx, which tells whole seconds. */
  readonly fillMs: number | null
}

function costOf(trade: ReportedTrade, leg: ExecutedLeg, { arrivals }: Execution): LegCost {
  const { order, filled } = leg
  const arrival = arrivals.get(order.clientOrderId) ?? null
  const atArrival = arrival === null || filled === null ? null : notional(arrival, filled.filled)
  const atDecision = filled === null ? 0 : notional(order.limit, filled.filled)
  return {
    ...leg,
    trade,
    letter: parseOrderId(order.clientOrderId).leg,
    arrival,
    delay: atArrival === null ? null : money(atArrival - atDecision),
    impact: atArrival === null || filled === null ? null : money(filled.notional - atArrival),
    fillMs: filled?.venue === 'kalshi' ? filled.lastMs - trade.plan.opportunity.seenAtMs : null,
  }
}

/** The parts sum to the paper profit, to the micro-dollar, whatever happened. */
export function shortfallOf(trade: ReportedTrade, legs: readonly Pick<LegCost, 'delay' | 'impact' | 'filled'>[]): Shortfall {
  const { parts, ledger } = trade
  const paper = paperOf(trade)
  const filled = legs.filter((leg) => leg.filled !== null)
  const isSplit = filled.every(({ delay }) => delay !== null)
  return {
    paper,
    opportunity: money(paper - parts.price),
    fees: money(0 - parts.fees),
    delay: isSplit ? money(sumOf(filled, ({ delay }) => delay ?? 0)) : null,
    impact: isSplit ? money(sumOf(filled, ({ impact }) => impact ?? 0)) : null,
    prices: money(0 - parts.slippage),
    cure: money(0 - parts.cure),
    settlement: money(0 - parts.settlement),
    result: ledger,
  }
}

/** An edge has no other leg that says what it pays: its paper profit is the price that it came to. */
function paperOf({ plan, parts }: ReportedTrade): Money {
  switch (plan.strategy) {
    case 'edge':
      return parts.price
    case 'box': {
      const [a, b] = plan.legs.map(({ order }) => order)
      const planned = plan.legs[0].order.quantity
      return money(notional(ONE_DOLLAR, planned) - notional(a?.limit ?? ONE_DOLLAR, planned) - notional(b?.limit ?? ONE_DOLLAR, planned))
    }
    default:
      return assertNever(plan)
  }
}

const PARTS = ['opportunity', 'fees', 'prices', 'cure', 'settlement'] as const
const HEADINGS: Readonly<Record<(typeof PARTS)[number], string>> = {
  opportunity: 'not filled',
  fees: 'fees',
  prices: 'prices',
  cure: 'cures',
  settlement: 'settlement',
}

export function executionFindings(execution: Execution): Findings {
  const { trades, steps, unknown } = execution
  const costs = trades.map((trade) => ({ trade, legs: legsOf(trade).map((leg) => costOf(trade, leg, execution)) }))
  const rows = costs.map(({ trade, legs }) => ({ trade, ...shortfallOf(trade, legs) }))
  const legs = costs.flatMap((each) => each.legs)
  const unsplit = rows.filter(({ delay }) => delay === null).length
  const isSplit = unsplit === 0 || rows.some(({ delay, trade }) => delay !== null && trade.orders.length > 0)
  return {
    figures: [
      figure('trades', 'trades', 'count', trades.length),
      figure(
        'paper',
        'on paper: all that was planned, at the decision prices',
        'money',
        sumOf(rows, ({ paper }) => paper),
      ),
      ...PARTS.map((part) =>
        figure(
          part,
          `cost of ${HEADINGS[part]}`,
          'money',
          sumOf(rows, (row) => row[part]),
        ),
      ),
      figure('delay', 'of prices: from decision to arrival, where known', 'money', isSplit ? sumOf(rows, ({ delay }) => delay ?? 0) : null),
      figure('impact', 'of prices: from arrival to fill, where known', 'money', isSplit ? sumOf(rows, ({ impact }) => impact ?? 0) : null),
      figure(
        'result',
        'result without coupons',
        'money',
        sumOf(rows, ({ result }) => result),
      ),
    ],
    tables: [tradesTable(rows), legsTable(legs), placesTable(legs), stepsTable(knownOr(steps, []))],
    charts: [
      {
        kind: 'bars',
        title: 'What stood between paper and result',
        unit: 'money',
        bars: PARTS.map((part) => ({ label: HEADINGS[part], value: -sumOf(rows, (row) => row[part]) })),
      },
    ],
    notes: [
      'When an order was filled is by Kalshi’s clock; ForecastEx tells whole seconds, which say nothing here: the steps have its answers.',
      ...('unknown' in steps ? [`How long steps took is not known: ${steps.unknown}.`] : []),
      ...unknown,
      ...(unsplit === 0 ? [] : [`Of ${unsplit} trades the price at arrival is not known: their cost of prices is not split.`]),
    ],
    violations: [...trades.flatMap(violationsOf), ...rows.flatMap(gapsOf)],
  }
}

type TradeCost = Shortfall & { readonly trade: ReportedTrade }

/** What of the way from paper to result is not accounted for: nothing, unless there is a defect. */
function gapsOf({ trade, paper, result, delay, impact, ...row }: TradeCost): readonly string[] {
  const isWhole = paper - sumOf(PARTS, (part) => row[part]) === result
  const isSplit = delay === null || impact === null || delay + impact === row.prices
  return [
    ...(isWhole ? [] : [`the costs of trade ${trade.tradeId} do not lead from paper to its result`]),
    ...(isSplit ? [] : [`delay and impact of trade ${trade.tradeId} are not its cost of prices`]),
  ]
}

function tradesTable(rows: readonly TradeCost[]): Table {
  return {
    name: 'trades',
    title: 'From paper to result, by trade',
    columns: [
      column('trade', 'trade', 'text'),
      column('pair', 'pair', 'text'),
      column('started', 'started', 'time'),
      column('paper', 'paper', 'money'),
      ...PARTS.map((part) => column(part, HEADINGS[part], 'money')),
      column('delay', 'delay', 'money'),
      column('impact', 'impact', 'money'),
      column('result', 'result', 'money'),
    ],
    rows: rows.map(({ trade, paper, delay, impact, result, ...row }) => [
      trade.tradeId,
      trade.pair,
      trade.startedMs,
      paper,
      ...PARTS.map((part) => row[part]),
      delay,
      impact,
      result,
    ]),
  }
}

function legsTable(legs: readonly LegCost[]): Table {
  return {
    name: 'legs',
    title: 'Orders of the plans',
    columns: [
      column('trade', 'trade', 'text'),
      column('leg', 'leg', 'text'),
      column('venue', 'venue', 'text'),
      column('planned', 'planned', 'quantity'),
      column('filled', 'filled', 'quantity'),
      column('decision', 'decision', 'price'),
      column('arrival', 'arrival', 'price'),
      column('average', 'fill (average)', 'money'),
      column('prices', 'cost of prices', 'money'),
      column('fees', 'fees', 'money'),
      column('fillAfter', 'detection to fill', 'duration'),
    ],
    rows: legs.map(({ trade, letter, order, filled, arrival, slippage, fillMs }) => [
      ...[trade.tradeId, letter, order.venue, order.quantity, filled?.filled ?? 0, order.limit, arrival],
      ...[filled && floorMulDiv(filled.notional, ONE_CONTRACT, filled.filled), 0 - slippage, filled?.fees ?? 0, fillMs],
    ]),
  }
}

/** By venue and leg: how much of what was sent filled, what a contract cost beyond its decision price, and how long it took. */
function placesTable(legs: readonly LegCost[]): Table {
  const placeOf = ({ order, letter }: LegCost): string => `${order.venue} ${letter}`
  return {
    name: 'places',
    title: 'By venue and leg',
    columns: [
      column('venue', 'venue', 'text'),
      column('leg', 'leg', 'text'),
      column('orders', 'orders', 'count'),
      column('filledShare', 'filled of planned', 'ratio'),
      column('worst', 'slippage a contract, worst', 'money'),
      column('slippageP10', 'p10', 'money'),
      column('slippageP50', 'p50', 'money'),
      column('slippageP90', 'p90', 'money'),
      column('feesPerContract', 'fees a contract', 'money'),
      ...SHOWN_PERCENT.map((percent) =>
        column(percent === 100 ? 'fillMost' : `fillP${percent}`, percent === 100 ? 'to fill, most' : `to fill, p${percent}`, 'duration'),
      ),
    ],
    rows: [...groupBy(legs, placeOf).values()].map((own) => placeRow(own)),
  }
}

function placeRow(own: readonly LegCost[]): readonly (string | number | null)[] {
  const [first] = own
  const venue: Venue = first?.order.venue ?? 'kalshi'
  const slipped = own
    .flatMap(({ filled, slippage }) => (filled === null ? [] : [floorMulDiv(slippage, ONE_CONTRACT, filled.filled)]))
    .toSorted((a, b) => a - b)
  const [planned, filled] = [sumOf(own, ({ order }) => order.quantity), sumOf(own, (leg) => leg.filled?.filled ?? 0)]
  const fees = sumOf(own, (leg) => leg.filled?.fees ?? 0)
  return [
    ...[venue, first?.letter ?? '', own.length, ratioOf(filled, planned)],
    ...[slipped[0] ?? null, quantileOf(slipped, 10), quantileOf(slipped, 50), quantileOf(slipped, 90)],
    ...[filled === 0 ? null : floorMulDiv(fees, ONE_CONTRACT, filled)],
    ...quantilesOf(own.flatMap(({ fillMs }) => (fillMs === null ? [] : [fillMs]))),
  ]
}
