import type { Exchange } from '../exchange/exchange'
import type { Contract } from '../exchange/listings'
import type { ManualOrders } from '../manual-orders'
import type { MarketData } from '../market-data'
import type { FaultBook, IbkrSection, SimClock } from '../port'
import type { Session } from '../session'

export interface ReadOptions {
  readonly section: IbkrSection
  readonly clock: SimClock
  readonly faults: FaultBook
  readonly exchange: Exchange
  readonly marketData: MarketData
  readonly manual: ManualOrders
  readonly clients: ReadonlyMap<number, Session>
}

/** Answers one request; its tokens have the length of their layout. */
export type Handler = (session: Session, tokens: readonly string[]) => void
/** By message id. */
export type Handlers = readonly (readonly [message: number, Handler])[]

/** @throws Error when nothing of that id was ever listed. */
export function contractOf(exchange: Exchange, conId: number): Contract {
  const contract = exchange.listings.contract(conId)
  if (!contract) throw new Error(`no listing of contract ${conId}, which an order or a position names`)
  return contract
}
