import { parseOrderId } from '../../core/ids'
import type { Boundary, Offer } from '../plan/plan'
import type { WireLine } from '../where'
import type { TradeRow } from './ledger'
import type { Listing } from './scenario'
import { isOrder, orderIdIn } from './wire'

/** An offer of this episode, as far as it has come. */
export interface Offered {
  readonly offer: Offer
  readonly listing: Listing
  /** When its box or edge was there; null: not yet. */
  offeredMs: number | null
  /** Of an edge: the trade that was started for it; empty when none could be. */
  edgeTradeId: string | null
}

/** What is seen from outside, at one moment. */
export interface Seen {
  readonly lines: readonly WireLine[]
  readonly trades: readonly TradeRow[]
  /** The workflows of the offers that run or ran since their offer. */
  readonly started: ReadonlySet<string>
}

/** Temporal's name for the workflow of an offer. A base listing's first listing is `.1` (docs/scenario.md). */
export const workflowIdOf = ({ offer: { kind }, listing: { pair, ticker } }: Offered): string =>
  kind === 'box' ? `box-${pair}.1` : `edge-${ticker}`

/** The trades on the markets of an offer since it was made, by the ledger and by the venues' wires. */
export function tradesOf(offered: Offered, { lines, trades }: Seen): ReadonlySet<string> {
  const { offeredMs, listing, edgeTradeId } = offered
  if (offeredMs === null) return new Set()
  if (edgeTradeId !== null) return new Set(edgeTradeId === '' ? [] : [edgeTradeId])
  const booked = trades.filter((trade) => trade.subject.startsWith(`${listing.pair}.`) && trade.startedMs >= offeredMs)
  const sent = lines.filter((line) => isOrder(line) && line.at_ms >= offeredMs && isOn(line, listing)).map(tradeIn)
  return new Set([...booked.map(({ tradeId }) => tradeId), ...sent])
}

const isOn = ({ venue, text }: WireLine, { ticker, yesConId, noConId }: Listing): boolean =>
  venue === 'kalshi' ? text.includes(`"${ticker}"`) : text.includes(`|${yesConId}|`) || text.includes(`|${noConId}|`)
const tradeIn = (line: WireLine): string => parseOrderId(orderIdIn(line) ?? '').tradeId

/** Whether a trade on this offer has come to a step. */
export function hasReached(boundary: Boundary, offered: Offered, seen: Seen): boolean {
  if (offered.offeredMs === null) return false
  const ids = tradesOf(offered, seen)
  const rows = seen.trades.filter(({ tradeId }) => ids.has(tradeId))
  const onWire = (leg: string, dir: WireLine['dir']): boolean =>
    seen.lines.some((line) => {
      const id = line.dir === dir && (dir === 'out' || isOrder(line)) ? orderIdIn(line) : null
      return id !== null && id.slice(id.lastIndexOf('-') + 1).startsWith(leg) && ids.has(parseOrderId(id).tradeId)
    })
  switch (boundary) {
    case 'offered':
      return true
    case 'started':
      return ids.size > 0 || seen.started.has(workflowIdOf(offered))
    case 'reserved':
      return rows.length > 0
    case 'first-sent':
      return onWire('a', 'in')
    case 'first-answered':
      return onWire('a', 'out')
    case 'second-sent':
      return onWire('b', 'in')
    case 'second-answered':
      return onWire('b', 'out')
    case 'cure-sent':
      return onWire('c', 'in')
    case 'cure-answered':
      return onWire('c', 'out')
    case 'booked':
      return rows.some(({ fills }) => fills > 0)
    case 'closing':
      return rows.some(({ closing }) => closing)
    case 'ended':
      return rows.some(({ ended }) => ended)
  }
}
