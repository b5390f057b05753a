import type { Contract, Listing } from './exchange/listings'
import type { Bid, PairBook, QuoteSide } from './exchange/pair-book'
import { otherOutcome, type Outcome } from '../../core/ids'
import type { IbkrSection } from './port'
import type { Token } from './protocol/frames'
import type { DepthChange, QuoteField } from './protocol/quote-replies'
import { reply } from './protocol/replies'
import type { Session } from './session'

type Ladder = readonly QuoteSide[]
type Ladders = Readonly<Record<QuoteField, Ladder>>

/** A stream of price levels that a client asked for, as it was last told. */
export interface DepthSubscription {
  readonly contract: Contract
  readonly rows: number
  ladders: Ladders
}

const FIELDS: readonly QuoteField[] = ['bid', 'ask']
const EMPTY: Ladders = { bid: [], ask: [] }
/** There are no market makers at this exchange: rows of level 2 name the exchange itself. */
const MAKER = 'FORECASTX'

/** Streams of price levels: message 12, or 13 with the name of who quotes; whether the venue has any is a setting. */
export class Depth {
  constructor(private readonly settings: IbkrSection['settings']) {}

  subscribe(session: Session, tickerId: number, contract: Contract, rows: number): void {
    const { depth, depth_lines: most } = this.settings
    const refuse = (code: number, text: string): void => session.send(...reply.error(tickerId, code, text))
    if (depth === 'none') return refuse(10092, 'Deep market data is not supported for this combination of security type/exchange')
    if (session.depth.has(tickerId)) return refuse(102, 'Duplicate ticker ID')
    if (session.depth.size >= most) return refuse(309, `Max number (${most}) of market depth requests has been reached`)
    const subscription = { contract, rows: Math.max(1, rows), ladders: EMPTY }
    session.depth.set(tickerId, subscription)
    this.#tell(session, tickerId, subscription, (frame) => session.send(...frame))
  }

  unsubscribe(session: Session, tickerId: number): void {
    if (session.depth.delete(tickerId)) return
    session.send(...reply.error(tickerId, 310, `Can't find the subscribed market depth with tickerId:${tickerId}`))
  }

  /** What changed in the ladders of a listing since the client was last told. */
  changed(session: Session, listing: Listing, send: (session: Session, frame: readonly Token[]) => void): void {
    for (const [tickerId, subscription] of session.depth) {
      if (subscription.contract.listing === listing) this.#tell(session, tickerId, subscription, (frame) => send(session, frame))
    }
  }

  /** The whole ladder anew, after the warning that what the client has is void. */
  reset(session: Session): void {
    for (const [tickerId, subscription] of session.depth) {
      const text = 'Market depth data has been RESET. Please empty deep book contents before applying any new entries.'
      session.send(...reply.error(tickerId, 317, text))
      subscription.ladders = EMPTY
      this.#tell(session, tickerId, subscription, (frame) => session.send(...frame))
    }
  }

  #tell(session: Session, tickerId: number, subscription: DepthSubscription, send: (frame: readonly Token[]) => void): void {
    const { contract, rows, ladders } = subscription
    const now = laddersOf(contract.listing.book, contract.outcome, rows)
    subscription.ladders = now
    for (const field of FIELDS) {
      for (const change of changes(field, ladders[field], now[field])) {
        send(this.settings.depth === 'l2' ? reply.depthL2(tickerId, change, MAKER) : reply.depth(tickerId, change))
      }
    }
  }
}

/** Best first: this outcome's bids by price, and what the other outcome's bids make of the pair price. */
function laddersOf(book: PairBook, outcome: Outcome, rows: number): Ladders {
  const asks = levels(book.bids(otherOutcome(outcome))).map(({ price, size }) => ({ price: book.pairPrice - price, size }))
  return { bid: levels(book.bids(outcome)).slice(0, rows), ask: asks.slice(0, rows) }
}

function levels(bids: readonly Bid[]): QuoteSide[] {
  const sizes = new Map<number, number>()
  for (const { price, size } of bids) sizes.set(price, (sizes.get(price) ?? 0) + size)
  return [...sizes].map(([price, size]) => ({ price, size }))
}

/** Rows are told by position: what differs is updated, what is new is inserted, what is too much is deleted from the end. */
function changes(field: QuoteField, before: Ladder, now: Ladder): DepthChange[] {
  const told = now.flatMap((level, position): DepthChange[] => {
    const old = before[position]
    if (!old) return [{ position, operation: 'insert', field, level }]
    return old.price === level.price && old.size === level.size ? [] : [{ position, operation: 'update', field, level }]
  })
  const gone = before.slice(now.length).map((level, at): DepthChange => ({ position: now.length + at, operation: 'delete', field, level }))
  return [...told, ...gone.toReversed()]
}
