import { secondsOf, updateOf } from './board'
import type { OddsQuery } from './query'
import type { OddsBook, OddsEvent, OddsMarket, OddsSection } from './section'

/** What strikes the lines of one answer. */
export interface LineFaults {
  /** Lines of this book (all of them: "*") are told so much earlier. */
  readonly stale: { readonly ms: number; readonly book: string } | null
  readonly missing: string | null
  readonly oneSided: string | null
  /** By which the source's clock is off. */
  readonly skewMs: number
}

/** One event as the source tells it now. */
export function eventOf(
  event: OddsEvent,
  query: OddsQuery,
  faults: LineFaults,
  prices: OddsSection['settings']['prices'],
  nowMs: number,
): object {
  const { bookmakers: _all, ...head } = headOf(event, query.dates)
  const told = event.bookmakers.filter(
    ({ key }) => (query.bookmakers === null || query.bookmakers.includes(key)) && !meets(faults.missing, key),
  )
  return { ...head, bookmakers: told.map((book) => bookOf(book, query, faults, prices, nowMs)).filter(({ markets }) => markets.length > 0) }
}

/** Without its books: what a list of events has. */
export const headOf = (event: OddsEvent, dates: OddsQuery['dates']): OddsEvent & { commence_time: unknown } => ({
  ...event,
  commence_time: event.commence_time === null ? null : (dated(event.commence_time, dates) as string),
})

function bookOf(
  book: OddsBook,
  query: OddsQuery,
  faults: LineFaults,
  prices: OddsSection['settings']['prices'],
  nowMs: number,
): { readonly markets: readonly object[] } {
  const { key, title } = book
  const shiftMs = faults.skewMs - (faults.stale !== null && meets(faults.stale.book, key) ? faults.stale.ms : 0)
  const updated = (text: string | undefined): object => {
    const told = updateOf(text, nowMs, shiftMs)
    return told === undefined ? {} : { last_update: dated(told, query.dates) }
  }
  const markets = book.markets.filter(
    (market) => query.markets.includes(market.key) || (market.key === 'h2h_lay' && query.markets.includes('h2h')),
  )
  const marketOf = (market: OddsMarket): object => {
    const sides = market.key === 'h2h' && meets(faults.oneSided, key) ? market.outcomes.slice(0, 1) : market.outcomes
    const outcomes = sides.map((outcome) => ({ ...outcome, price: inFormat(outcome.price, prices, query.format) }))
    return { key: market.key, ...updated(market.last_update), outcomes }
  }
  return { key, title: title === '' ? key : title, ...updated(book.last_update), markets: markets.map(marketOf) } as { markets: object[] }
}

/** "*" is every book. */
const meets = (aim: string | null, book: string): boolean => aim === '*' || aim === book

const dated = (text: string, dates: OddsQuery['dates']): string | number =>
  dates === 'iso' ? secondsOf(Date.parse(text)) : Math.floor(Date.parse(text) / 1_000)

const STAKE = 100
/** Decimal odds are told to two places, American ones whole. */
export function inFormat(price: number, from: 'american' | 'decimal', to: 'american' | 'decimal'): number {
  if (from === to) return price
  if (to === 'decimal') return Math.round((price > 0 ? 1 + price / STAKE : 1 - STAKE / price) * STAKE) / STAKE
  return price >= 2 ? Math.round((price - 1) * STAKE) : Math.round(-STAKE / (price - 1))
}
