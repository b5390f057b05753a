import type { BookDirectory } from '../../src/core/market/reference'
import type { MarketFeed } from '../../src/ports/feed'
import type { QuoteSession } from '../../src/venues/forecastex/wire/quotes'
import type { KalshiSession } from '../../src/venues/kalshi/wire/session'

type Standing = Required<Pick<MarketFeed, 'standing' | 'standingOf'>>

/** What the feed of Kalshi tells that stands, of a session that has heard its frames. @param highestConn the last connection it opened */
export const kalshiStanding = (session: KalshiSession, highestConn: number): Standing => ({
  standing: () => ({ highestConn, lines: session.lines() }),
  standingOf: (market) => {
    const told = session.books.any(market)
    return told && { conn: told.conn, sid: told.sid, isKnown: told.isKnown }
  },
})

/** The same of ForecastEx. */
export const forecastexStanding = (session: QuoteSession, directory: BookDirectory): Standing => ({
  standing: () => session.standing(),
  standingOf: (market, outcome) => {
    const book = directory.indexOf('forecastex', market, outcome)
    const [subscription, depth] = [session.subscriptionOf(book), session.depths.standingOf(book)]
    return subscription === null && depth === null ? null : { subscription, depth }
  },
})
