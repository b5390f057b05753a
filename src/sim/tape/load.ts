import { resolve } from 'node:path'
import { assertNever } from '../../core/assert'
import { parseFixed } from '../../core/units'
import type { SimClock } from '../clock'
import type { IbkrVenue } from '../ibkr/port'
import type { KalshiVenue } from '../kalshi/venue'
import { readAnswers, shifted } from '../odds/tape'
import type { OddsVenue } from '../odds/venue'
import type { Scenario, TapeSection } from '../schema'
import { ibkrPrintCues, kalshiFrameCues, kalshiPrintCues, type ContractPair } from './cues'
import type { Tape } from './player'
import { readFrames, readPrints, type Recording } from './recording'

/** The venues that a tape plays to. */
export interface TapeVenues {
  readonly kalshi: KalshiVenue | null
  readonly ibkr: IbkrVenue | null
  readonly odds: OddsVenue | null
}

/** @throws Error with one sentence when the recording or its mapping cannot be used. */
export function loadTape(section: TapeSection, scenario: Scenario, directory: string, venues: TapeVenues, clock: SimClock): Tape {
  const path = resolve(directory, section.file)
  const read = playedOf(section, scenario, path, venues, clock)
  if (section.loop && read.lastMs === read.firstMs) throw new Error(`tape ${section.file}: a recording of a single moment cannot loop`)
  return { ...read, file: section.file, speed: section.speed, loop: section.loop, start: section.start }
}

function playedOf(section: TapeSection, scenario: Scenario, path: string, venues: TapeVenues, clock: SimClock): Played {
  switch (section.venue) {
    case 'kalshi':
      return kalshiTape(section, scenario, path, venues, clock)
    case 'ibkr':
      return ibkrTape(section, scenario, path, venues, clock)
    case 'odds':
      return oddsTape(section, path, venues, clock)
    default:
      return assertNever(section.venue)
  }
}

type Played = Pick<Tape, 'cues' | 'firstMs' | 'lastMs' | 'isWatched'>

/** Keeps the markets that the section maps (all, when it maps none) and says on standard error how many lines that leaves out. */
function selected<T extends { readonly market: string }>(recording: Recording<T>, section: TapeSection): readonly T[] {
  const { markets } = section
  const items = markets ? recording.items.filter((item) => item.market in markets) : recording.items
  const others = recording.items.length - items.length
  if (others > 0) process.stderr.write(`tape ${section.file}: ${others} lines of markets that are not mapped are left out\n`)
  if (items.length === 0) throw new Error(`tape ${section.file}: no line belongs to ${section.venue} and a mapped market`)
  return items
}

function kalshiTape(section: TapeSection, scenario: Scenario, path: string, venues: TapeVenues, clock: SimClock): Played {
  const venue = venues.kalshi
  if (!venue) throw new Error(`tape ${section.file}: venue kalshi is not in the scenario`)
  const tickerOf = (market: string): string => {
    const target = section.markets?.[market] ?? market
    return typeof target === 'string' ? target : market
  }
  const known = new Set(scenario.kalshi?.events.flatMap((event) => event.markets.map((market) => market.ticker)))
  const check = (items: readonly { readonly market: string }[]): string[] => {
    const tickers = [...new Set(items.map((item) => tickerOf(item.market)))]
    const unknown = tickers.find((ticker) => !known.has(ticker))
    if (unknown !== undefined)
      throw new Error(`tape ${section.file}: market ${JSON.stringify(unknown)} is not in kalshi.events; map it with "markets"`)
    return tickers
  }
  if (section.kind === 'frames') {
    const recording = readFrames(path)
    const items = selected(recording, section)
    const tickers = check(items)
    return {
      ...recording,
      cues: kalshiFrameCues(items, tickerOf, venue),
      isWatched: () => tickers.every((ticker) => venue.isSubscribed(ticker)),
    }
  }
  const recording = readPrints(path, 'kalshi')
  const items = selected(recording, section)
  const tickers = check(items)
  return {
    ...recording,
    cues: kalshiPrintCues(items, section, tickerOf, venue, clock),
    isWatched: () => tickers.every((ticker) => venue.isSubscribed(ticker)),
  }
}

/** Each recorded answer is what the source says until the next; its times are moved to the simulated present. */
function oddsTape(section: TapeSection, path: string, venues: TapeVenues, clock: SimClock): Played {
  const venue = venues.odds
  if (!venue) throw new Error(`tape ${section.file}: venue odds is not in the scenario`)
  const { items, firstMs, lastMs } = readAnswers(path)
  const cues = items.map(({ atMs, sports, events }) => ({
    atMs,
    run: () => venue.replace(sports, shifted(events, clock.nowMs() - atMs)),
  }))
  return { cues, firstMs, lastMs, isWatched: () => true }
}

function ibkrTape(section: TapeSection, scenario: Scenario, path: string, venues: TapeVenues, clock: SimClock): Played {
  const venue = venues.ibkr
  if (!venue) throw new Error(`tape ${section.file}: venue ibkr is not in the scenario`)
  const recording = readPrints(path, 'ibkr')
  const items = selected(recording, section)
  const pairOf = (market: string): ContractPair => {
    const target = section.markets?.[market]
    if (target === undefined || typeof target === 'string') throw new Error(`tape ${section.file}: ${JSON.stringify(market)} is not mapped`)
    return target
  }
  const pairs = [...new Set(items.map((item) => item.market))].map(pairOf)
  const listed = new Set(scenario.ibkr?.contracts.map((contract) => contract.yes.con_id))
  const unknown = pairs.find((pair) => !listed.has(pair.yes_con_id))
  if (unknown) throw new Error(`tape ${section.file}: yes_con_id ${unknown.yes_con_id} is not in ibkr.contracts`)
  const pairPrice = parseFixed(scenario.ibkr?.settings.pair_price ?? '1', 4)
  return {
    ...recording,
    cues: ibkrPrintCues(items, section, pairOf, pairPrice, venue, clock),
    isWatched: () => pairs.every((pair) => venue.subscribedConIds().some((id) => id === pair.yes_con_id || id === pair.no_con_id)),
  }
}
