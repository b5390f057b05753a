import type { Contract, Listing } from './exchange/listings'
import type { QuoteSide } from './exchange/pair-book'
import { reply, type QuoteField } from './protocol/replies'
import type { Session } from './session'

const FIELDS: readonly QuoteField[] = ['bid', 'ask']

const samePrice = (a: QuoteSide | null, b: QuoteSide | null): boolean => a?.price === b?.price
const sameSize = (a: QuoteSide | null, b: QuoteSide | null): boolean => a?.size === b?.size

/** Streams of best quotes to the clients that subscribed. */
export class MarketData {
  readonly #listeners: (() => void)[] = []

  constructor(
    private readonly sessions: () => Iterable<Session>,
    private readonly linesAllowed: number,
  ) {}

  onSubscribe(listener: () => void): void {
    this.#listeners.push(listener)
  }

  /** The scenario's ids of the contracts that somebody watches. */
  subscribedConIds(): readonly number[] {
    const ids = new Set<number>()
    for (const session of this.sessions()) {
      for (const { contract } of session.subscriptions.values()) ids.add(contract.listing.question[contract.outcome].con_id)
    }
    return [...ids]
  }

  /** Starts a stream (or answers once, for a snapshot): live data type, then the quotes as they are. */
  subscribe(session: Session, tickerId: number, contract: Contract, snapshot: boolean): void {
    if (session.subscriptions.has(tickerId)) return session.send(...reply.error(tickerId, 102, 'Duplicate ticker ID'))
    const lines = [...this.sessions()].reduce((sum, { subscriptions }) => sum + subscriptions.size, 0)
    if (lines >= this.linesAllowed) return session.send(...reply.error(tickerId, 101, 'Max number of tickers has been reached'))
    const quote = contract.listing.book.quote(contract.outcome)
    session.send(...reply.tickReqParams(tickerId))
    session.send(...reply.marketDataType(tickerId))
    for (const field of FIELDS) for (const tick of reply.ticks(tickerId, field, quote[field], true)) session.send(...tick)
    if (snapshot) return session.send(...reply.tickSnapshotEnd(tickerId))
    session.subscriptions.set(tickerId, { contract, quote })
    for (const listener of this.#listeners) listener()
  }

  unsubscribe(session: Session, tickerId: number): void {
    if (!session.subscriptions.delete(tickerId)) session.send(...reply.error(tickerId, 300, `Can't find EId with tickerId:${tickerId}`))
  }

  /** The ticks of what changed in a listing's book, by session. */
  changed(listing: Listing, send: (session: Session, tokens: ReturnType<typeof reply.marketDataType>) => void): void {
    for (const session of this.sessions()) {
      for (const [tickerId, subscription] of session.subscriptions) {
        if (subscription.contract.listing !== listing) continue
        const before = subscription.quote
        const now = listing.book.quote(subscription.contract.outcome)
        subscription.quote = now
        for (const field of FIELDS) {
          const priceChanged = !samePrice(before[field], now[field])
          if (!priceChanged && sameSize(before[field], now[field])) continue
          for (const tick of reply.ticks(tickerId, field, now[field], priceChanged)) send(session, tick)
        }
      }
    }
  }
}
