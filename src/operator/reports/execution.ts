import type { Execution } from '../../core/report/execution'
import { executionFindings } from '../../core/report/execution'
import type { Findings } from '../../core/report/document'
import { groupBy } from '../../core/report/quantiles'
import { knownOr, type Recorded } from '../../core/report/record'
import type { Span } from '../../core/report/span'
import type { ReportedTrade } from '../../core/report/trade'
import type { TradeId, Venue } from '../../core/ids'
import { complement, millis, price, type Millis, type Price } from '../../core/units'
import type { Quote, RecordReader } from './record'

/** Quotes that were last changed longer before an order are looked for no further back: the order is then without a price at arrival. */
const LOOK_BACK_MS = 3_600_000
/** Steps are recorded when they end: those of a trade of the span may end after it. */
const LOOK_AHEAD_MS = 3_600_000
const MICROS_PER_MS = 1_000
/** What the hot process calls the step to the first leg's bytes (streaming/shard). */
const TO_WIRE = 'detection to wire'
const TO_BOTH_ANSWERED = 'detection to both answered'

const widened = ({ fromMs, toMs }: Span): Span => ({ fromMs, toMs: millis(toMs + LOOK_AHEAD_MS) })

/** When the second legs of trades were answered, by our clock. */
export async function answeredAt(
  trades: readonly ReportedTrade[],
  record: RecordReader,
  span: Span,
): Promise<Recorded<ReadonlyMap<TradeId, Millis>>> {
  const steps = await record.steps(widened(span))
  if ('unknown' in steps) return steps
  const answers = new Map(
    steps.known.flatMap(({ tradeId, measure, micros }) => (measure === TO_BOTH_ANSWERED ? [[tradeId, micros] as const] : [])),
  )
  return {
    known: new Map(
      trades.flatMap(({ tradeId, plan }) => {
        const micros = answers.get(tradeId)
        return micros === undefined ? [] : [[tradeId, millis(plan.opportunity.seenAtMs + Math.ceil(micros / MICROS_PER_MS))] as const]
      }),
    ),
  }
}

interface Arrival {
  readonly clientOrderId: string
  readonly venue: Venue
  readonly market: string
  readonly outcome: string
  readonly atMs: number
}

/**
 * What trades cost to execute. The first leg arrives when its bytes leave, the second one when the first is filled: then the quote that the record has
 * is the price at arrival. What the record does not tell is left open.
 */
export async function executionOf(trades: readonly ReportedTrade[], record: RecordReader, span: Span): Promise<Findings> {
  const steps = await record.steps(widened(span))
  const wires = new Map(
    knownOr(steps, []).flatMap(({ tradeId, measure, micros }) =>
      measure === TO_WIRE && tradeId !== null ? [[tradeId, micros] as const] : [],
    ),
  )
  const arriving = trades.flatMap((trade) => arrivalsOf(trade, wires.get(trade.tradeId) ?? null))
  const { arrivals, unknown } = await quotesAt(record, arriving)
  const ids = new Set<string>(trades.map(({ tradeId }) => tradeId))
  const own: Execution['steps'] =
    'known' in steps ? { known: steps.known.filter(({ tradeId }) => tradeId !== null && ids.has(tradeId)) } : steps
  return executionFindings({ trades, arrivals, steps: own, unknown })
}

function arrivalsOf({ plan, orders }: ReportedTrade, toWireMicros: number | null): readonly Arrival[] {
  const [first] = plan.legs
  const firstFilled = orders.find(({ clientOrderId }) => clientOrderId === first.order.clientOrderId)
  // ForecastEx tells whole seconds: too coarse to look a quote up by
  const firstFilledMs = firstFilled?.venue === 'kalshi' ? firstFilled.lastMs : null
  const wireMs = toWireMicros === null ? null : plan.opportunity.seenAtMs + Math.floor(toWireMicros / MICROS_PER_MS)
  return plan.legs.flatMap(({ order: { clientOrderId, venue, market, outcome } }, leg) => {
    const atMs = leg === 0 ? wireMs : firstFilledMs
    return atMs === null ? [] : [{ clientOrderId, venue, market, outcome, atMs }]
  })
}

/** Each market's quotes are read once, and each order has the one that was last before it. */
async function quotesAt(
  record: RecordReader,
  arriving: readonly Arrival[],
): Promise<{ readonly arrivals: ReadonlyMap<string, Price>; readonly unknown: readonly string[] }> {
  const arrivals = new Map<string, Price>()
  const unknown: string[] = []
  for (const own of groupBy(arriving, ({ venue, market }) => `${venue} ${market}`).values()) {
    const [first] = own
    if (first === undefined) continue
    const times = own.map(({ atMs }) => atMs).toSorted((a, b) => a - b)
    const [least, most] = [times[0] ?? 0, times.at(-1) ?? 0]
    const quotes = await record.quotes(first.venue, first.market, { fromMs: millis(least - LOOK_BACK_MS), toMs: millis(most + 1) })
    if ('unknown' in quotes) unknown.push(`Quotes of ${first.venue} ${first.market} are not known: ${quotes.unknown}.`)
    else
      for (const arrival of own) {
        const found = askAt(quotes.known, arrival)
        if (found !== null) arrivals.set(arrival.clientOrderId, found)
      }
  }
  return { arrivals, unknown }
}

/** The best price of an outcome: its own ask; at Kalshi of NO, what the best bid of YES leaves of a dollar. @param quotes oldest first */
export function askAt(quotes: readonly Quote[], { venue, outcome, atMs }: Pick<Arrival, 'venue' | 'outcome' | 'atMs'>): Price | null {
  const isNoAtKalshi = venue === 'kalshi' && outcome === 'no'
  const last = quotes.findLast((quote) => quote.atMs <= atMs && (venue === 'kalshi' || quote.outcome === outcome))
  if (last === undefined) return null
  if (isNoAtKalshi) return last.bid === null ? null : complement(price(last.bid))
  return last.ask === null ? null : price(last.ask)
}
