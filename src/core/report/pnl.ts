import { assertNever } from '../assert'
import { VENUES, type Venue } from '../ids'
import { ledgerResultOf, NO_PARTS, sumParts, totalOf, type ResultParts } from '../ledger/attribution'
import { formatMoney, money, NO_MONEY, type Money } from '../units'
import { column, figure, type Findings, type Table, type Value } from './document'
import { sumOf } from './quantiles'
import { dayOf } from './span'
import type { Payment } from './tax'
import { legsOf, violationsOf, type ReportedTrade } from './trade'

export const GROUPINGS = ['trade', 'pair', 'strategy', 'venue', 'day'] as const
export type Grouping = (typeof GROUPINGS)[number]

export interface Results {
  readonly trades: readonly ReportedTrade[]
  /** Who pays coupons; null: nobody yet, or several, and which one earned a trade's is not told apart. */
  readonly couponsOf: Venue | null
  /** Coupons for times in which no trade held anything, of all the ledger. */
  readonly carryOfNobody: Money
  /** Paid on cash in the span: of no trade. */
  readonly interest: readonly Payment[]
}
interface Share {
  readonly key: string
  readonly trade: ReportedTrade
  readonly parts: ResultParts
}

/** What no venue earns alone: a pair's price, its cures and its payouts. */
export const OF_THE_PAIR = 'both'
/** What cash earned, whatever was traded with it: a row of its own in every grouping, without trades. */
export const OF_CASH = 'interest'

const PARTS = ['price', 'fees', 'carry', 'slippage', 'cure', 'settlement'] as const
const COLUMNS = [...PARTS.map((part) => column(part, part, 'money')), column('total', 'in total', 'money')]

/**
 * A trade's result by venue: fees and slippage are those of the venue's own orders, coupons of who pays them. What is left belongs to the pair, for a
 * box earns what its two legs leave of a dollar, whichever venue pays it; an edge has one venue, and all is of it.
 */
export function byVenue(trade: ReportedTrade, couponsOf: Venue | null): readonly Omit<Share, 'trade'>[] {
  const [first, second] = legsOf(trade)
  if (first !== undefined && second === undefined) return [{ key: first.order.venue, parts: trade.parts }]
  const own = VENUES.map((venue): Omit<Share, 'trade'> => {
    const legs = legsOf(trade).filter(({ order }) => order.venue === venue)
    const fees = money(0 - sumOf(legs, ({ filled }) => filled?.fees ?? 0))
    const slippage = money(sumOf(legs, (leg) => leg.slippage))
    return { key: venue, parts: { ...NO_PARTS, fees, slippage, carry: couponsOf === venue ? trade.parts.carry : NO_MONEY } }
  })
  const rest = Object.fromEntries(PARTS.map((part) => [part, money(trade.parts[part] - sumOf(own, ({ parts }) => parts[part]))]))
  return [...own, { key: OF_THE_PAIR, parts: { ...NO_PARTS, ...rest } }]
}

function sharesOf(trade: ReportedTrade, by: Grouping, couponsOf: Venue | null): readonly Omit<Share, 'trade'>[] {
  const { parts } = trade
  switch (by) {
    case 'trade':
      return [{ key: trade.tradeId, parts }]
    case 'pair':
      return [{ key: trade.pair, parts }]
    case 'strategy':
      return [{ key: trade.strategy, parts }]
    case 'day':
      return [{ key: dayOf(trade.startedMs), parts }]
    case 'venue':
      return byVenue(trade, couponsOf)
    default:
      return assertNever(by)
  }
}

/** Results by what made them so. The rows of any grouping sum to what the ledger has in these trades' names, and their carry. */
export function pnlTable({ trades, couponsOf }: Pick<Results, 'trades' | 'couponsOf'>, by: Grouping): Table {
  const shares = trades.flatMap((trade) => sharesOf(trade, by, couponsOf))
  const sums = [...sumParts(shares, ({ key }) => key)].toSorted(([a], [b]) => (a < b ? -1 : 1))
  return {
    name: 'results',
    title: `Results by ${by}`,
    columns: [column(by, by, 'text'), column('trades', 'trades', 'count'), ...COLUMNS],
    rows: sums.map(([key, { trades: count, parts }]) => rowOf(key, count, parts)),
  }
}
const rowOf = (key: string, trades: number, parts: ResultParts): readonly Value[] => [
  ...[key, trades, ...PARTS.map((part) => parts[part]), totalOf(parts)],
]

/** With the row of interest, where any was paid. */
function withInterest(table: Table, interest: Money): Table {
  return interest === 0 ? table : { ...table, rows: [...table.rows, rowOf(OF_CASH, 0, { ...NO_PARTS, carry: interest })] }
}

export const totalParts = (trades: readonly ReportedTrade[]): ResultParts => sumParts(trades, () => '').get('')?.parts ?? NO_PARTS

/** What trades have earned, split, with the sums it must tie out to. */
export function pnlFindings(results: Results, by: Grouping): Findings {
  const { trades, carryOfNobody } = results
  const interest = money(sumOf(results.interest, ({ amount }) => amount))
  const table = withInterest(pnlTable(results, by), interest)
  const earned = totalParts(trades)
  const parts: ResultParts = { ...earned, carry: money(earned.carry + interest) }
  const booked = sumOf(trades, (trade) => trade.booked - trade.suspended)
  const unpaid = sumOf(trades, ({ beyondCost }) => beyondCost)
  const ledger = sumOf(trades, (trade) => trade.ledger)
  const inRows = sumOf(table.rows, (row) => (row.at(-1) as number) - (row[2 + PARTS.indexOf('carry')] as number))
  const apart =
    carryOfNobody === 0 ? [] : [`Coupons of $${formatMoney(carryOfNobody)} were earned while no trade held anything, and are in no row.`]
  const running = trades.filter(({ endedMs }) => endedMs === null).length
  return {
    figures: [
      figure('trades', 'trades', 'count', trades.length),
      ...PARTS.map((part) => figure(part, part, 'money', parts[part])),
      figure('interest', 'of carry: interest on cash, of no trade', 'money', interest),
      figure('total', 'in total', 'money', totalOf(parts)),
      figure('realised', 'of it realised: income less expense and unexplained fees, as booked', 'money', booked),
      figure('unrealised', 'of it unrealised: guaranteed by locked pairs, not paid yet', 'money', unpaid),
    ],
    tables: [table],
    charts: [
      { kind: 'bars', title: 'What made the result', unit: 'money', bars: PARTS.map((part) => ({ label: part, value: parts[part] })) },
      ...(by === 'trade'
        ? []
        : [
            {
              kind: 'bars',
              title: table.title,
              unit: 'money',
              bars: table.rows.map((row) => ({ label: String(row[0]), value: row.at(-1) as number })),
            } as const,
          ]),
    ],
    notes: [
      ...apart,
      ...(interest === 0 ? [] : [`Interest on cash is no trade's: it has the row "${OF_CASH}".`]),
      ...(running === 0 ? [] : [`${running} trades run: theirs is what they have done so far, with contracts at cost.`]),
      ...(by === 'venue'
        ? [`What belongs to no venue alone is under "${OF_THE_PAIR}": a box earns what its two legs leave of a dollar.`]
        : []),
    ],
    violations: [
      ...trades.flatMap(violationsOf),
      ...(inRows === ledger
        ? []
        : [`the rows make $${formatMoney(money(inRows))} without carry, the ledger says $${formatMoney(money(ledger))}`]),
      ...(ledgerResultOf(parts) === booked + unpaid ? [] : ['realised and unrealised do not make up the parts']),
    ],
  }
}
