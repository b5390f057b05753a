import { marketId } from '../../../core/ids'
import type { FeedEvent, Frame } from '../../../core/market/event'
import { BookDirectory } from '../../../core/market/reference'
import { millis, price, quantity, type Millis } from '../../../core/units'
import type { PrintRow } from '../../../ports/record'
import { Adoption } from '../../../replay/beginning/adoption'
import { GatewayFrames } from '../../../replay/gateway-frames'
import { readHouse } from '../../../replay/house'
import { decodeFrame } from '../../../stores/files/frame-line'
import { Books } from '../../../streaming/books'
import { Publisher } from '../../../streaming/publish'
import type { SessionNotice } from '../../../venues/kalshi/wire/line'
import { KalshiSession, type SessionOptions } from '../../../venues/kalshi/wire/session'
import { depthForm, isDepth } from './depth'
import { seriesOfTicker, type CaptureForm, type Form, type LineForm, type Tell, type Warn } from './form'
import { jsonOf } from './json'
import { isMarket, marketsForm, QUOTES_HEADING, quotesForm } from './kalshi-rest'
import { isOdds, oddsForm } from './odds'
import { GAME_LINES_HEADING, gameLinesForm } from './odds-csv'

const TRADES_HEADING = 'trade_id,ticker,count,created_time,yes_price,no_price,taker_side'
/** The number of a process's first frame. */
const FIRST_FRAME = 1
/** Cents of a dollar in 1e-4 dollars. */
const PER_CENT = 100

/** Objects are told apart by what they have, whatever the order of their keys. */
const OF_OBJECTS = [
  { is: isMarket, open: marketsForm },
  { is: isDepth, open: depthForm },
]

/**
 * @param first the file's first line: what it holds decides, never the file's name.
 * @param fetchedMs when an answer of The Odds API came that does not tell it itself; null: nobody has said.
 * @throws RangeError naming the forms there are; for a time of a fetch where the file is no such answer.
 */
export function formOf(first: string, tell: Tell, warn: Warn, fetchedMs: Millis | null): Form {
  const form = formOfText(first.trim(), tell, warn, fetchedMs)
  if (fetchedMs !== null && (form.name !== 'odds' || first.trim() === GAME_LINES_HEADING))
    throw new RangeError(
      'it tells its times itself: leave --fetched-at out, which is for an answer of The Odds API that was kept as it came',
    )
  return form
}

function formOfText(text: string, tell: Tell, warn: Warn, fetchedMs: Millis | null): Form {
  if (text === TRADES_HEADING) return tradesForm(tell)
  if (text === QUOTES_HEADING) return quotesForm(tell)
  if (text === GAME_LINES_HEADING) return gameLinesForm(tell)
  if (text.startsWith('{"n":') || text.startsWith('{"capture":')) return captureForm(tell, warn)
  if (/^\{"recv_ms":\s*\d+,\s*"event":/.test(text)) return recordingForm(tell, warn)
  const form = /^[[{]/.test(text) ? objectForm(text, tell, fetchedMs) : null
  if (form !== null) return form
  throw new RangeError(
    `it begins with "${text.slice(0, 60)}", which is no form that is known: our captures, recordings of Kalshi's stream ({"recv_ms":…,"event":…} a line), trades of Kalshi as CSV (${TRADES_HEADING}), fetches of The Odds API ({"fetched_at":…,"events":[…]} a line), sportsbooks' lines by day and game as CSV (${GAME_LINES_HEADING}), markets of Kalshi ({"captured_at":…,"market":{…}} a line), their quotes as CSV (${QUOTES_HEADING}), whole books of Kalshi ({"captured_at":…,"ticker":…,"yes_bids":[…],"no_bids":[…]} a line)`,
  )
}

function objectForm(text: string, tell: Tell, fetchedMs: Millis | null): LineForm | null {
  let value: unknown
  try {
    value = jsonOf(text)
  } catch {
    return null
  }
  return isOdds(value) ? oddsForm(tell, fetchedMs) : (OF_OBJECTS.find(({ is }) => is(value))?.open(tell) ?? null)
}

function captureForm(tell: Tell, warn: Warn): CaptureForm {
  const receive = framesInto(tell, warn, 'check')
  let isFirst = true
  return {
    name: 'capture',
    receive(frame) {
      if (isFirst && frame.n !== FIRST_FRAME)
        warn(
          `it begins with frame ${frame.n} of its process: what was subscribed to, listed and quoted before is in it from where it is told again`,
        )
      isFirst = false
      receive(frame)
    },
  }
}

/** Files of recordings were split by market: the numbers of their messages have gaps that are none. */
function recordingForm(tell: Tell, warn: Warn): LineForm {
  const receive = framesInto(tell, warn, 'ignore')
  return { name: 'recording', take: (line, number) => receive(decodeFrame(line, number)) }
}

/**
 * The same session, books and publisher as live, so the same rows as live: a capture that is loaded changes nothing where its rows are there already.
 * @returns what takes a frame, and throws an Error saying what of it cannot be read.
 */
function framesInto(tell: Tell, warn: Warn, sequence: SessionOptions['sequence']): (frame: Frame) => void {
  const directory = new BookDirectory()
  const books = new Books()
  const record = { offer: tell, dropped: 0, queued: 0, close: () => Promise.resolve() }
  const listed = new Map<string, string>()
  /** As its listing in the capture tells; a recording of Kalshi has none, and Kalshi's tickers begin with it. */
  const seriesOf = (venue: string, market: string): string =>
    listed.get(`${venue}|${market}`) ?? (venue === 'kalshi' ? seriesOfTicker(market) : '')
  const publisher = new Publisher({ mode: 'sim', directory, books: () => books, cache: null, record, recordsChanges: true, seriesOf })
  let unreadable: string | null = null
  const emit = (event: FeedEvent): void => {
    const touched = books.apply(event)
    if (touched !== null && touched !== 'all') publisher.book(touched, event.recvMs, event)
    if (event.kind === 'print') publisher.print(event)
    if (event.kind === 'unreadable') unreadable = event.cause
  }
  let at = 0
  const notice = (told: SessionNotice): void => {
    if (told.kind === 'gap') warn(`frame ${at}: messages of Kalshi's subscription ${told.sid} before it are missing`)
    if (told.kind === 'unknown-books') warn(`frame ${at}: changes of ${told.markets.join(', ')} are left out until a snapshot`)
  }
  const kalshi = new KalshiSession({ directory, sequence, emit, notice })
  const gateway = new GatewayFrames(directory, emit)
  const nothing = (): void => undefined // bars, limits and what is watched decide, and a record only tells
  const adoption = new Adoption({
    ...{ directory, kalshi, gateway: gateway.session, onLimits: nothing, onEnd: nothing },
    engine: { books, liftBars: nothing, bar: () => false, adopt: nothing },
    terms: { adopt: ({ listing: { venue, market, series } }) => void listed.set(`${venue}|${market}`, series) },
  })
  return (frame) => {
    unreadable = null
    // a process counts its frames without a gap from one; a recording of others has no numbers of ours
    if (sequence === 'check' && frame.n !== at + 1) {
      if (frame.n === FIRST_FRAME) adoption.begun()
      else adoption.missed()
    }
    at = frame.n
    if (frame.venue === 'kalshi') kalshi.receive(frame)
    if (frame.venue === 'forecastex') gateway.receive(frame)
    if (frame.venue === 'house') {
      const house = readHouse(frame)
      if (house.kind === 'again') adoption.take(house.body, frame)
      if (house.kind === 'listing') listed.set(`${house.listing.venue}|${house.listing.market}`, house.listing.series)
    }
    if (unreadable !== null) throw new Error(unreadable)
  }
}

function tradesForm(tell: Tell): LineForm {
  return {
    name: 'trades',
    take(line, number) {
      if (number > 1) tell(tradeOf(line))
    },
  }
}

/** Whole cents and whole contracts, the era of before there were fractions of either. */
function tradeOf(line: string): PrintRow {
  const fields = line.trim().split(',')
  const [tradeId = '', ticker = '', count = '', time = '', yesPrice = '', noPrice = '', takerSide] = fields
  const atMs = Date.parse(time)
  if (fields.length !== 7 || tradeId === '' || ticker === '')
    throw new Error(`has ${fields.length} fields, or one that is empty, not seven`)
  if (!/^[1-9]\d{0,8}$/.test(count)) throw new Error(`has a count "${count}"`)
  if (!/^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(time) || Number.isNaN(atMs)) throw new Error(`has a time "${time}"`)
  if (!/^[1-9]\d?$/.test(yesPrice) || Number(yesPrice) + Number(noPrice) !== 100)
    throw new Error(`has prices "${yesPrice}" and "${noPrice}"`)
  if (takerSide !== 'yes' && takerSide !== 'no') throw new Error(`has a taker_side "${takerSide}"`)
  return {
    ...{ kind: 'print', ticker: marketId(ticker), series: seriesOfTicker(ticker), tradeId, takerSide },
    ...{ price: price(Number(yesPrice) * PER_CENT), quantity: quantity(count), atMs: millis(atMs) },
  }
}
