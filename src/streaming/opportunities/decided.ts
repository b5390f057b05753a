import { figuresOf, type BoxDecided, type BoxFound, type BoxPair } from '../../core/box/finding'
import type { BookSide, MarketId, Outcome, TradeId, Venue } from '../../core/ids'
import type { Book } from '../../core/market/book'
import type { BookDirectory } from '../../core/market/reference'
import type { SeenBook, SeenQuote } from '../../core/trade/seen'
import type { Millis } from '../../core/units'
import type { Books } from '../books'

/** Where the books are that a trade is decided upon. */
export interface Shelf {
  readonly books: Books
  readonly directory: BookDirectory
}

/** What a trade was decided upon, for the record: both books as they stand in this turn of the event loop. @param seenMs time of the event that showed it */
export const decidedOf = (pair: BoxPair, found: BoxFound, tradeId: TradeId, seenMs: Millis, shelf: Shelf): BoxDecided => ({
  strategy: 'box',
  tradeId,
  pair: pair.id,
  seenMs,
  figures: figuresOf(found),
  books: [seenBook('kalshi', pair.kalshi, 'yes', shelf), seenBook('forecastex', pair.forecastex, found.forecastex.outcome, shelf)],
})

/** A book as it stands in this turn. */
export function seenBook(venue: Venue, market: MarketId, outcome: Outcome, { books, directory }: Shelf): SeenBook {
  const index = directory.indexOf(venue, market, outcome)
  const book = books.at(index)
  // of Kalshi each connection vouches for its own books; ForecastEx is asked as the checks ask it (E9)
  const confirmedMs = venue === 'kalshi' ? books.bookConfirmedAtMs(index) : books.confirmedAtMs(venue)
  return { venue, market, outcome, n: book.lastN, confirmedMs, bid: quoteOf(book, 'bid'), ask: quoteOf(book, 'ask') }
}

function quoteOf(book: Book, side: BookSide): SeenQuote | null {
  const price = book.bestPrice(side)
  return price === null ? null : { price, quantity: book.bestQuantity(side), changedMs: book.changedAtMs(side) }
}
