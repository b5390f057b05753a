import { marketId, orderId, tradeId, type Outcome, type Venue } from '../../../src/core/ids'
import { Book } from '../../../src/core/market/book'
import type { Level } from '../../../src/core/market/event'
import { forecastexFees, kalshiFees, type VenueFees } from '../../../src/core/market/fees'
import { DIRECT_GRID } from '../../../src/core/market/fees-kalshi'
import { BookDirectory } from '../../../src/core/market/reference'
import type { Access } from '../../../src/core/trade/cure'
import type { OrderIntent } from '../../../src/core/trade/order'
import { PAPER_PRESETS, type PaperModel } from '../../../src/core/trade/paper'
import { millis, money, price, quantity, type BookIndex } from '../../../src/core/units'
import type { PaperBooks, Statement, VenueAccount } from '../../../src/ports/account'
import { createPaperBooks } from '../../../src/stores/postgres/paper/account'
import { createPaperAccount, type PaperPayouts } from '../../../src/venues/paper/account'
import { PaperMarket } from '../../../src/venues/paper/market'
import { createPaperOrderEntry, type PaperOrderEntry } from '../../../src/venues/paper/order-entry'
import { LogBook, SettableClock } from '../../stores/doubles'
import { NEVER, NOW, type TestLedger } from '../ledger/support/ledger'

export const MARKETS = { kalshi: marketId('KXU3-T4.0'), forecastex: marketId('710000001') } as const
/** All that is displayed is there, 10 ms away, and every order meets it. */
export const PLAIN: PaperModel = {
  ...PAPER_PRESETS.pessimistic,
  ...{ depthFactor: 10_000, phantom: 0, way: { kalshi: [10, 10], forecastex: [10, 10] } },
}
export const MAY = () => null

/** Waits pass at once. */
class PassingClock extends SettableClock {
  override sleep(durationMs = 0): Promise<void> {
    this.advance(durationMs)
    return Promise.resolve()
  }
}

function priced(): VenueFees {
  const terms = kalshiFees(
    { feeType: 'quadratic', multiplier: 10_000, fetchedAtMs: NOW },
    { balanceGrid: DIRECT_GRID, slackPerContract: money(100) },
  )
  if (terms.kind !== 'priced') throw new Error(terms.reason)
  return terms
}
const FEES: Readonly<Record<Venue, VenueFees>> = { kalshi: priced(), forecastex: forecastexFees(NOW) }

export const level = (at: string, of: string): Level => ({ price: price(at), quantity: quantity(of) })

/** A paper venue over the ledger's database: books that a test quotes, a clock that passes, and processes that it may end. */
export class PaperWorld {
  readonly clock = new PassingClock(NOW)
  readonly log = new LogBook()
  /** What could not be asked of markets. */
  readonly unread: string[] = []
  readonly books: PaperBooks
  readonly entry: PaperOrderEntry
  access: Access = 'open'
  hasFees = true
  readonly #directory = new BookDirectory()
  readonly #quoted = new Map<BookIndex, Book>()
  readonly #venue: Venue
  #n = 0

  constructor(ledger: TestLedger, venue: Venue = 'kalshi', model: PaperModel = PLAIN) {
    this.#venue = venue
    this.books = createPaperBooks(ledger.database)
    this.entry = this.process(model)
  }

  /** One more process of this venue, with the same books. */
  process(model: PaperModel = PLAIN, books: PaperBooks = this.books): PaperOrderEntry {
    const at = (index: BookIndex): Book => this.#quoted.get(index) ?? new Book()
    return createPaperOrderEntry({
      ...{ venue: this.#venue, books, model, seed: 'run', clock: this.clock, log: this.log },
      market: new PaperMarket({ at }, this.#directory, model),
      fees: () => (this.hasFees ? FEES[this.#venue] : null),
      access: () => this.access,
      purseOf: () => this.#venue,
    })
  }

  account(yesPays?: PaperPayouts['yesPays']): VenueAccount {
    const onUnread = (_: unknown, error: Error): void => void this.unread.push(error.message)
    const opening = [{ purse: this.#venue, cash: money('100') }]
    return createPaperAccount({
      venue: this.#venue,
      books: this.books,
      opening,
      clock: this.clock,
      ...(yesPays && { payouts: { yesPays, onUnread } }),
    })
  }
  statement(sinceMs = 0): Promise<Statement> {
    return this.account().statement(millis(sinceMs), NEVER)
  }
  async opened(): Promise<this> {
    await this.statement()
    return this
  }

  /** YES bids and asks at Kalshi; at ForecastEx asks of one outcome. */
  quote(bids: readonly Level[], asks: readonly Level[], outcome: Outcome = 'yes'): this {
    const index = this.#directory.indexOf(this.#venue, MARKETS[this.#venue], outcome)
    const book = this.#quoted.get(index) ?? new Book()
    this.#quoted.set(index, book)
    book.apply({ book: index, op: 'replace', bids: [...bids], asks: [...asks] }, ++this.#n, this.clock.nowMs())
    return this
  }

  order(n: number, contracts: string, limit: string, change: Partial<OrderIntent> = {}): OrderIntent {
    return {
      ...{ clientOrderId: orderId(tradeId('t1'), 'c', n), tradeId: tradeId('t1'), venue: this.#venue, market: MARKETS[this.#venue] },
      ...{ outcome: 'yes', action: 'buy', limit: price(limit), quantity: quantity(contracts), timeInForce: 'ioc', purpose: 'opening' },
      notAfterMs: millis(this.clock.nowMs() + 1_000),
      ...change,
    }
  }
}
