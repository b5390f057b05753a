import { EITHER_FIRST, SLOTS, type Offer } from '../plan/plan'
import type { Listing } from './scenario'
import type { ControlEvent } from './venues'

/** What a box costs here: Kalshi YES at 0.40 (seen back at 0.38), ForecastEx NO at 0.50. Seven cents a contract after fees. */
export const ASK = '0.40'
const EXIT = '0.38'
const YES_BID = '0.50'
/** What ForecastEx bids for NO where a leg there must have a way back: its YES can then be bought at 0.55. */
const NO_BID = '0.45'
/** Bought by nobody: an order that only touches the book. */
const TOUCH = '0.01'
/** More than any offer: what is left of an offer is taken back by somebody who buys it all. */
const ALL = '1000'

const kalshi = (fields: ControlEvent): ControlEvent => ({ venue: 'kalshi', type: 'external_order', ...fields })
const ibkr = (fields: ControlEvent): ControlEvent => ({ venue: 'ibkr', type: 'external_order', ...fields })

/** Contracts of a box, Kalshi's side last: the box exists from then on. An edge is bought from Kalshi's side alone. */
export function offered({ kind, slot, contracts }: Offer, { ticker, yesConId, noConId }: Listing): readonly ControlEvent[] {
  const size = String(contracts)
  const atKalshi = [kalshi({ ticker, side: 'bid', price: EXIT, count: size }), kalshi({ ticker, side: 'ask', price: ASK, count: size })]
  if (kind === 'edge') return atKalshi
  const wayBack = EITHER_FIRST.includes(slot % SLOTS) ? [ibkr({ con_id: noConId, price: NO_BID, size: 2 * contracts })] : []
  return [...wayBack, ibkr({ con_id: yesConId, price: YES_BID, size: contracts }), ...atKalshi]
}

/** Changes Kalshi's book where nobody trades: the pair is looked at again. */
export const touched = ({ ticker }: Listing): ControlEvent => kalshi({ ticker, side: 'bid', price: TOUCH, count: '1' })

/** Somebody else takes NO contracts at ForecastEx before we do. */
export const outbid = ({ noConId }: Listing, size: number): ControlEvent => ibkr({ con_id: noConId, price: YES_BID, size })

/** Nobody offers the box any more. */
export const withdrawn = ({ ticker }: Listing): ControlEvent =>
  kalshi({ ticker, side: 'bid', price: ASK, count: ALL, time_in_force: 'immediate_or_cancel' })
