import { marketId, orderId, tradeId, type Outcome, type Venue } from '../../../src/core/ids'
import type { Level } from '../../../src/core/market/event'
import { forecastexFees, kalshiFees, type VenueFees } from '../../../src/core/market/fees'
import { DIRECT_GRID } from '../../../src/core/market/fees-kalshi'
import { asksOf, bidsOf, quotedAsks } from '../../../src/core/market/ladder'
import { Book } from '../../../src/core/market/book'
import type { OrderIntent } from '../../../src/core/trade/order'
import { bookIndex, millis, money, price, quantity } from '../../../src/core/units'
import type { Chances } from '../../chances'

export const AT = millis(Date.UTC(2026, 10, 21))
export const MARKET = marketId('M')

function priced(): VenueFees {
  const terms = kalshiFees(
    { feeType: 'quadratic', multiplier: 10_000, fetchedAtMs: AT },
    { balanceGrid: DIRECT_GRID, slackPerContract: money(100) },
  )
  if (terms.kind !== 'priced') throw new Error(terms.reason)
  return terms
}
export const FEES: Readonly<Record<Venue, VenueFees>> = { kalshi: priced(), forecastex: forecastexFees(AT) }

/** A book of some levels a side, bids below asks. */
export function randomBook(chances: Chances, venue: Venue): Book {
  const middle = 5 + chances.below(90)
  const ladder = (from: number, step: number, levels: number): Level[] =>
    Array.from({ length: levels }, (_, n) => from + step * n)
      .filter((cents) => cents >= 1 && cents <= 99)
      .map((cents) => ({ price: price(cents * 100), quantity: quantity(chances.upTo(90) * 100) }))
  const book = new Book()
  const levels = venue === 'forecastex' ? 1 : chances.below(5)
  book.apply({ book: bookIndex(0), op: 'replace', bids: ladder(middle - 1, -1, levels), asks: ladder(middle, 1, levels) }, 1, AT)
  return book
}

export const displayed = (book: Book, { venue, outcome, action }: OrderIntent): readonly Level[] =>
  venue === 'forecastex' ? quotedAsks(book) : action === 'buy' ? asksOf(book, outcome) : bidsOf(book, outcome)

export function randomOrder(chances: Chances, venue: Venue, n: number, trade = tradeId('t1')): OrderIntent {
  return {
    ...{ clientOrderId: orderId(trade, 'c', n + 1), tradeId: trade, venue, market: MARKET },
    outcome: chances.of<Outcome>(['yes', 'no']),
    action: venue === 'kalshi' ? chances.of(['buy', 'sell'] as const) : 'buy',
    limit: price(chances.upTo(99) * 100),
    quantity: quantity(chances.upTo(120) * 100),
    timeInForce: chances.of(['ioc', 'ioc', 'fok'] as const),
    ...{ purpose: 'opening', notAfterMs: AT },
  }
}
