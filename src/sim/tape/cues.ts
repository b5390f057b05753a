import { formatFixed, ONE_DOLLAR, quantity, type Price, type Quantity } from '../../core/units'
import type { SimClock } from '../clock'
import type { IbkrVenue } from '../ibkr/port'
import { onGrid } from '../kalshi/grid'
import { marketOf, type Floor } from '../kalshi/floor'
import { printed, quote, recordedLevels, setLevel, withdraw } from '../kalshi/outside'
import type { KalshiVenue } from '../kalshi/venue'
import type { PriceStructure, TapeSection } from '../schema'
import type { BookFrame, Print, RecordedFrame } from './recording'
import type { Cue } from './player'

/** What each line of a recording does to a venue. */

const ONE_CONTRACT = 100

/** A print becomes outside quotes one half spread on either side, for their lifetime or until the next print. */
export function kalshiPrintCues(
  prints: readonly Print[],
  section: TapeSection,
  tickerOf: (market: string) => string,
  venue: KalshiVenue,
  clock: SimClock,
): Cue[] {
  const expiry = new Expiry(clock, section.quote.life_ms)
  const half = Math.round(Number(section.quote.half_spread) * 10_000)
  return prints.map((print) => ({
    atMs: print.atMs,
    run: () => {
      const ticker = tickerOf(print.market)
      venue.change(ticker, (floor, listed) => {
        printed(floor, listed, print.takerSide, print.price, print.quantity)
        quoteAround(floor, listed, print.price, half, sizeOf(section, print))
      })
      expiry.arm(ticker, () => venue.change(ticker, withdrawQuotes))
    },
  }))
}

const BID = 'print|bid'
const ASK = 'print|ask'

function withdrawQuotes(floor: Floor, ticker: string): void {
  withdraw(floor, ticker, BID)
  withdraw(floor, ticker, ASK)
}

function quoteAround(floor: Floor, ticker: string, at: Price, half: number, count: Quantity): void {
  withdrawQuotes(floor, ticker)
  const structure = marketOf(floor, ticker).definition.price_level_structure
  const bid = outward(structure, at - half, -1)
  const ask = outward(structure, at + half, 1)
  if (bid !== null) quote(floor, ticker, BID, { side: 'bid', price: bid, count })
  if (ask !== null) quote(floor, ticker, ASK, { side: 'ask', price: ask, count })
}

/** The next price on the market's grid away from the print; null where there is none. */
function outward(structure: PriceStructure, from: number, step: 1 | -1): Price | null {
  for (let at = from; at > 0 && at < ONE_DOLLAR; at += step) if (onGrid(structure, at as Price)) return at as Price
  return null
}

const sizeOf = (section: TapeSection, print: Print): Quantity =>
  section.quote.size === 'print' ? print.quantity : quantity(String(section.quote.size))

export interface ContractPair {
  readonly yes_con_id: number
  readonly no_con_id: number
}

/** A pair print becomes the asks of both outcomes, at the recorded prices; what was not recorded is the complement to the pair price. */
export function ibkrPrintCues(
  prints: readonly Print[],
  section: TapeSection,
  pairOf: (market: string) => ContractPair,
  pairPrice: number,
  venue: IbkrVenue,
  clock: SimClock,
): Cue[] {
  const expiry = new Expiry(clock, section.quote.life_ms)
  return prints.map((print) => ({
    atMs: print.atMs,
    run: () => {
      const { yes_con_id: conId } = pairOf(print.market)
      const other = print.oppositePrice ?? pairPrice - print.price
      const size = Math.floor(sizeOf(section, print) / ONE_CONTRACT)
      const ask = (at: number): { price: string; size: number } | null =>
        size > 0 && at > 0 && at < ONE_DOLLAR ? { price: formatFixed(at, 4, 2), size } : null
      venue.setQuote(conId, {
        yesAsk: ask(print.side === 'yes' ? print.price : other),
        noAsk: ask(print.side === 'yes' ? other : print.price),
      })
      expiry.arm(String(conId), () => venue.setQuote(conId, { yesAsk: null, noAsk: null }))
    },
  }))
}

/** Snapshots and deltas set the outside book level by level. */
export function kalshiFrameCues(frames: readonly RecordedFrame[], tickerOf: (market: string) => string, venue: KalshiVenue): Cue[] {
  const recorded = new Map<string, Map<string, number>>()
  return frames.map(({ atMs, market, frame }) => ({
    atMs,
    run: () => {
      const levels = recorded.get(market) ?? new Map<string, number>()
      recorded.set(market, levels)
      venue.change(tickerOf(market), (floor, ticker) => applyFrame(floor, ticker, frame, levels))
    },
  }))
}

/** `levels` is the recorded book: what accounts took of a level stays taken until the recording changes that level. */
function applyFrame(floor: Floor, ticker: string, frame: BookFrame, levels: Map<string, number>): void {
  switch (frame.kind) {
    case 'snapshot': {
      const next = new Map<string, number>()
      for (const [at, count] of frame.bids) next.set(`bid|${at}`, count)
      for (const [at, count] of frame.asks) next.set(`ask|${at}`, count)
      for (const [side, at] of recordedLevels(floor, ticker))
        if (!next.has(`${side}|${at}`)) setLevel(floor, ticker, side, at, 0 as Quantity)
      for (const [key, count] of next) if (levels.get(key) !== count) setRecorded(floor, ticker, key, count)
      levels.clear()
      for (const [key, count] of next) levels.set(key, count)
      return
    }
    case 'delta': {
      const key = `${frame.side}|${frame.price}`
      const count = Math.max(0, (levels.get(key) ?? 0) + frame.delta)
      levels.set(key, count)
      return setRecorded(floor, ticker, key, count)
    }
    case 'trade':
      return printed(floor, ticker, frame.takerSide, frame.price, frame.quantity)
  }
}

function setRecorded(floor: Floor, ticker: string, key: string, count: number): void {
  const [side, at] = key.split('|')
  setLevel(floor, ticker, side === 'bid' ? 'bid' : 'ask', Number(at) as Price, count as Quantity)
}

/** Takes quotes back when their time is over; a newer quote of the same market starts the time anew. */
class Expiry {
  readonly #cancels = new Map<string, () => void>()

  constructor(
    private readonly clock: SimClock,
    private readonly lifeMs: number,
  ) {}

  arm(market: string, work: () => void): void {
    this.#cancels.get(market)?.()
    this.#cancels.set(market, this.clock.after(this.lifeMs, work))
  }
}
