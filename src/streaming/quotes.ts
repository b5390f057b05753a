import type { Venue } from '../core/ids'
import type { BookDirectory } from '../core/market/reference'
import { asksOf, bidsOf, quotedAsks } from '../core/market/ladder'
import { LIVENESS_LIMIT_MS, venueFreshness } from '../core/market/liveness'
import type { Millis } from '../core/units'
import type { Quotes } from '../ports/feed'
import type { Books } from './books'

/** Depth for cures from this process's own books. @throws Error when the venue does not vouch for one: that is no answer, not "no depth". */
export function bookQuotes(venue: Venue, directory: BookDirectory, books: Books, nowMs: () => Millis): Quotes {
  return {
    async ladder(market, outcome, action) {
      const index = directory.find(venue, market, venue === 'kalshi' ? 'yes' : outcome)
      const asOfMs = index === null ? null : books.bookConfirmedAtMs(index)
      const fresh = venueFreshness(venue, asOfMs, nowMs(), LIVENESS_LIMIT_MS[venue]).kind === 'fresh'
      if (index === null || asOfMs === null || !fresh || !books.at(index).isLive)
        throw new Error(`${venue} does not vouch for its book of ${market}`)
      const book = books.at(index)
      if (venue === 'forecastex') return { levels: action === 'buy' ? quotedAsks(book) : [], asOfMs }
      return { levels: action === 'buy' ? asksOf(book, outcome) : bidsOf(book, outcome), asOfMs }
    },
  }
}
