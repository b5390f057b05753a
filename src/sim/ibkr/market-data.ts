import { Depth } from './depth'
import type { Contract, Listing } from './exchange/listings'
import type { Refusal } from './exchange/orders'
import type { Quote, QuoteSide } from './exchange/pair-book'
import type { FaultBook, IbkrSection } from './port'
import type { Token } from './protocol/frames'
import { isDataType, type DataType, type QuoteField } from './protocol/quote-replies'
import { reply } from './protocol/replies'
import type { Session } from './session'

/** A stream of quotes that a client asked for. */
export interface Subscription {
  readonly contract: Contract
  /** What the client was last told. */
  quote: Quote
  type: DataType
  /** By fault quotes_stop: the stream is silent until it is asked for again, and nobody says so. */
  isStopped: boolean
}

/** Why no quotes flow for anybody. */
export type Pause = 'link' | 'farm' | 'competing_session'

export interface MarketDataOptions {
  readonly sessions: () => Iterable<Session>
  readonly settings: IbkrSection['settings']
  readonly faults: FaultBook
}

type Send = (session: Session, frame: readonly Token[]) => void

const FIELDS: readonly QuoteField[] = ['bid', 'ask']
const DELAYED: DataType = 3
const NOT_SUBSCRIBED = 10167
/** What the gateway says when it will not quote (§8); 10090 and 10167 are followed by data all the same. */
const REFUSALS: Readonly<Record<number, string>> = {
  354: 'Requested market data is not subscribed. Delayed market data is not available.',
  10089: "Requested market data requires additional subscription for API. See link in 'Market Data Connections' dialog for more details.",
  10090: 'Part of requested market data is not subscribed. Subscription-independent ticks are still active.',
  [NOT_SUBSCRIBED]: 'Requested market data is not subscribed. Displaying delayed market data.',
  10186: 'Requested market data is not subscribed. Delayed market data is not enabled.',
}
const COMPETING: Refusal = { code: 10197, text: 'No market data during competing live session' }
const isWarning = (code: number): boolean => code === 10090 || code === NOT_SUBSCRIBED

const samePrice = (a: QuoteSide | null, b: QuoteSide | null): boolean => a?.price === b?.price
const sameSize = (a: QuoteSide | null, b: QuoteSide | null): boolean => a?.size === b?.size

/** Streams of best quotes, and of depth, to the clients that subscribed. */
export class MarketData {
  readonly depth: Depth
  readonly #listeners: (() => void)[] = []
  readonly #pauses = new Set<Pause>()
  #type: DataType

  constructor(private readonly options: MarketDataOptions) {
    this.depth = new Depth(options.settings)
    this.#type = options.settings.market_data_type
  }

  onSubscribe(listener: () => void): void {
    this.#listeners.push(listener)
  }

  /** The scenario's ids of the contracts that somebody watches. */
  subscribedConIds(): readonly number[] {
    const ids = new Set<number>()
    for (const session of this.options.sessions()) {
      for (const { contract } of session.subscriptions.values()) ids.add(contract.listing.question[contract.outcome].con_id)
    }
    return [...ids]
  }

  /** Starts a stream, or answers once for a snapshot: the data type, then the quotes as they are. */
  subscribe(session: Session, tickerId: number, contract: Contract, snapshot: boolean): void {
    const { sessions, settings, faults } = this.options
    const refuse = ({ code, text }: Refusal): void => session.send(...reply.error(tickerId, code, text))
    if (session.subscriptions.has(tickerId)) return refuse({ code: 102, text: 'Duplicate ticker ID' })
    const lines = [...sessions()].reduce((sum, { subscriptions }) => sum + subscriptions.size, 0)
    if (lines >= settings.market_data_lines) return refuse({ code: 101, text: 'Max number of tickers has been reached' })
    const match = faultMatch(session, tickerId, contract)
    const refusal = this.#refusal(match)
    if (refusal) refuse(refusal)
    if (refusal && !isWarning(refusal.code)) return
    const type = refusal?.code === NOT_SUBSCRIBED ? DELAYED : (typeOf(faults.take('market_data_type', match)) ?? this.#type)
    const subscription = { contract, quote: contract.listing.book.quote(contract.outcome), type, isStopped: false }
    session.send(...reply.tickReqParams(tickerId))
    this.#tellAll(session, tickerId, subscription)
    if (snapshot) return faults.take('snapshot_without_end', match) ? undefined : session.send(...reply.tickSnapshotEnd(tickerId))
    session.subscriptions.set(tickerId, subscription)
    for (const listener of this.#listeners) listener()
  }

  unsubscribe(session: Session, tickerId: number): void {
    if (!session.subscriptions.delete(tickerId)) session.send(...reply.error(tickerId, 300, `Can't find EId with tickerId:${tickerId}`))
  }

  /** The ticks of what changed in a listing's book, by session. */
  changed(listing: Listing, send: Send): void {
    if (this.#pauses.size > 0) return
    for (const session of this.options.sessions()) {
      for (const [tickerId, subscription] of session.subscriptions) {
        if (subscription.contract.listing === listing) this.#update(session, tickerId, subscription, send)
      }
      this.depth.changed(session, listing, send)
    }
  }

  /** Nothing flows until every pause has ended. */
  pause(why: Pause): void {
    this.#pauses.add(why)
    if (why === 'competing_session') this.#eachStream((session, id) => session.send(...reply.error(id, COMPETING.code, COMPETING.text)))
  }

  /** Then every stream begins again with what is quoted now. */
  resume(why: Pause): void {
    if (!this.#pauses.delete(why) || this.#pauses.size > 0) return
    this.#eachStream((session, tickerId, subscription) => this.#tellAll(session, tickerId, subscription))
    for (const session of this.options.sessions()) this.depth.reset(session)
  }

  /** After 1101: what was subscribed is no longer, and has to be asked for again. */
  forget(): void {
    for (const { subscriptions, depth } of this.options.sessions()) {
      subscriptions.clear()
      depth.clear()
    }
  }

  /** Live, frozen or delayed, for everybody from now on. @throws Error when it is no such type. */
  setType(type: unknown): void {
    if (!isDataType(type)) throw new Error('"data_type" must be 1 (live), 2 (frozen), 3 (delayed) or 4 (delayed and frozen)')
    this.#type = type
    this.#eachStream((session, tickerId, subscription) => {
      subscription.type = type
      this.#tellAll(session, tickerId, subscription)
    })
  }

  /** `count` size ticks to every stream, all at once, the last of them with the size that is quoted. */
  burst(count: number): void {
    this.#eachStream((session, tickerId, { quote, type }) => {
      for (let left = count - 1; left >= 0; left--) {
        const size = left === 0 ? (quote.bid?.size ?? 0) : left
        for (const tick of reply.ticks(tickerId, 'bid', { price: quote.bid?.price ?? 0, size }, false, type)) session.send(...tick)
      }
    })
  }

  #refusal(match: Record<string, unknown>): Refusal | null {
    const { settings, faults } = this.options
    if (this.#pauses.has('competing_session') || faults.take('competing_session', match)) return COMPETING
    const fault = faults.take('market_data_refused', match)
    const code = fault ? Number(fault.name.split(':')[1] ?? fault['code']) : settings.market_data_refusal
    return code === null ? null : { code, text: REFUSALS[code] ?? 'Requested market data is not available' }
  }

  #update(session: Session, tickerId: number, subscription: Subscription, send: Send): void {
    const { quote: before, contract, type } = subscription
    const now = contract.listing.book.quote(contract.outcome)
    subscription.quote = now
    if (samePrice(before.bid, now.bid) && sameSize(before.bid, now.bid) && samePrice(before.ask, now.ask) && sameSize(before.ask, now.ask))
      return
    if (!subscription.isStopped && this.options.faults.take('quotes_stop', faultMatch(session, tickerId, contract)))
      subscription.isStopped = true
    if (subscription.isStopped) return
    for (const field of FIELDS) {
      const priceChanged = !samePrice(before[field], now[field])
      if (!priceChanged && sameSize(before[field], now[field])) continue
      const ticks = reply.ticks(tickerId, field, now[field], priceChanged, type)
      for (const tick of ticks) send(session, tick)
      const size = ticks.at(-1)
      if (size && this.options.faults.take('duplicate_size', faultMatch(session, tickerId, contract))) send(session, size)
    }
  }

  /** The data type and both sides, as when the stream began. */
  #tellAll(session: Session, tickerId: number, subscription: Subscription): void {
    const { contract, type, isStopped } = subscription
    if (isStopped || this.#pauses.size > 0) return
    subscription.quote = contract.listing.book.quote(contract.outcome)
    session.send(...reply.marketDataType(tickerId, type))
    for (const field of FIELDS) {
      const side = subscription.quote[field]
      if (side === null && this.options.settings.no_quote === 'silent') continue
      for (const tick of reply.ticks(tickerId, field, side, true, type)) session.send(...tick)
    }
  }

  #eachStream(work: (session: Session, tickerId: number, subscription: Subscription) => void): void {
    for (const session of this.options.sessions()) {
      for (const [tickerId, subscription] of session.subscriptions) work(session, tickerId, subscription)
    }
  }
}

const faultMatch = (session: Session, tickerId: number, { listing, outcome }: Contract): Record<string, unknown> => ({
  ...{ client_id: session.clientId, ticker_id: tickerId, con_id: listing.question[outcome].con_id },
})

function typeOf(fault: { readonly name: string; readonly [field: string]: unknown } | null): DataType | null {
  const type = fault ? Number(fault.name.split(':')[1] ?? fault['data_type']) : null
  return isDataType(type) ? type : null
}
