// The densest recorded minute as the frames of a streaming process, over and over: each time of another market, a minute later, with numbers that go on.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'

const MINUTE_MS = 60_000
/** Between the end of one minute and the beginning of the next. */
const PAUSE_MS = 1_000
/** The overlay makes no trouble: a gap would make snapshots of changes. */
const NEVER = 100_000_000
const TRADE_ID_END = 6
const NO_LOG = { debug() {}, info() {}, warn() {}, error() {} }

const linesOf = (file) => gunzipSync(readFileSync(file)).toString('utf8').trimEnd().split('\n')
const timeOf = (line) => Number(/"recv_ms":\s*(\d+)/.exec(line)?.[1])

/** The sixty seconds with the most lines of all recordings. */
function densest(folder) {
  let best = { count: 0 }
  for (const name of readdirSync(folder).filter((each) => each.endsWith('.ndjson.gz'))) {
    const lines = linesOf(path.join(folder, name))
    const times = lines.map(timeOf)
    for (let from = 0, to = 0; to < times.length; to += 1) {
      while (times[to] - times[from] >= MINUTE_MS) from += 1
      if (to - from + 1 > best.count) best = { count: to - from + 1, name, lines, from, to }
    }
  }
  return best
}

const hundredths = (text) => Number(text.replace('.', ''))
const sizeText = (size) => `${Math.floor(size / 100)}.${String(size % 100).padStart(2, '0')}`

/** What the book was when the minute began, in the venue's words. */
function snapshotOf(events) {
  let sides = { yes: new Map(), no: new Map() }
  let told = null
  for (const { type, msg } of events) {
    if (type === 'orderbook_snapshot') {
      const sizes = (rows = []) => new Map(rows.map(([price, size]) => [price, hundredths(size)]))
      sides = { yes: sizes(msg.yes_dollars_fp), no: sizes(msg.no_dollars_fp) }
      told = msg
    } else if (type === 'orderbook_delta') {
      const size = (sides[msg.side].get(msg.price_dollars) ?? 0) + hundredths(msg.delta_fp)
      if (size > 0) sides[msg.side].set(msg.price_dollars, size)
      else sides[msg.side].delete(msg.price_dollars)
    }
  }
  const rows = (side) => [...side].map(([price, size]) => [price, sizeText(size)])
  const msg = {
    market_ticker: told.market_ticker,
    market_id: told.market_id,
    yes_dollars_fp: rows(sides.yes),
    no_dollars_fp: rows(sides.no),
  }
  return { type: 'orderbook_snapshot', sid: 1, seq: 1, msg }
}

/** The minute's lines from `baseMs` on, snapshot first, of a market of the name's own. */
function minuteOf({ lines, from, to }, market, baseMs) {
  const events = lines.slice(0, to + 1).map((line) => JSON.parse(line))
  const firstMs = events[from].recv_ms
  const snapshot = { recv_ms: firstMs, event: snapshotOf(events.slice(0, from).map(({ event }) => event)) }
  return [snapshot, ...events.slice(from)].map(({ recv_ms, event }) => {
    const msg = { ...event.msg, market_ticker: market }
    if (event.type === 'trade') msg.ts_ms += baseMs - firstMs
    return JSON.stringify({ recv_ms: recv_ms - firstMs + baseMs, event: { ...event, msg } })
  })
}

/** What the capture says must be in the record: book changes and levels, moments at which the book changed, prints. */
function countOf(frames) {
  const count = { changes: 0, moments: new Set(), prints: 0 }
  for (const { venue, dir, payload, recvMs } of frames) {
    if (venue !== 'kalshi' || dir !== 'in' || !(payload instanceof Uint8Array)) continue
    const { type, msg } = JSON.parse(payload)
    if (type === 'trade') count.prints += 1
    if (!type.startsWith('orderbook_')) continue
    count.moments.add(recvMs)
    count.changes += type === 'orderbook_delta' ? 1 : (msg.yes_dollars_fp?.length ?? 0) + (msg.no_dollars_fp?.length ?? 0)
  }
  return { kalshi_orderbook: count.changes, kalshi_ticks: count.moments.size, kalshi_trades: count.prints }
}

const isTrade = ({ venue, payload }) => venue === 'kalshi' && payload instanceof Uint8Array && payload.includes('"type":"trade"')

/**
 * @param load the sources, through the TypeScript hook. @param baseMs when the first minute begins.
 * @returns so many minutes, one for each market; `framesPerMinute` are those recorded, without what the overlay adds.
 */
export async function recordedMinutes(load, { shared, markets, seed, baseMs }) {
  const folder = path.join(shared, 'kalshi_ws', 'gold15m')
  if (!existsSync(folder)) throw new RangeError(`${folder} is not there: name the recordings with --shared`)
  const { overlay } = load('../test/replay/reference/overlay/play.ts')
  const { framesOf } = load('./replay/frames.ts')
  const minute = densest(folder)
  const dir = mkdtempSync(path.join(tmpdir(), 'crossbook-bench-frames-'))
  const minutes = []
  try {
    for (let i = 0; i < markets; i += 1) {
      const ticker = `${minute.name.split('_')[0].replace(/-\d+$/, '')}-${String(i).padStart(2, '0')}`
      const file = path.join(dir, `${i}.ndjson.gz`)
      overlay(file, minuteOf(minute, ticker, baseMs), `${seed}`, NEVER)
      const frames = []
      for await (const frame of framesOf([file], NO_LOG)) frames.push(frame)
      minutes.push({ ticker, frames, trades: new Set(frames.filter(isTrade)), capture: countOf(frames) })
    }
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
  return { recording: minute.name, framesPerMinute: minute.count, minutes }
}

/** Times that the house tells move along. */
function later(value, byMs, key = '') {
  if (typeof value === 'number') return key.endsWith('Ms') && value > MINUTE_MS * MINUTE_MS ? value + byMs : value
  if (Array.isArray(value)) return value.map((each) => later(each, byMs, key))
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, later(inner, byMs, name)]))
}

function laterTrade(payload, byMs, turn) {
  const id = turn.toString(16).padStart(TRADE_ID_END, '0')
  const text = payload.toString('utf8').replace(/("trade_id":"[^"]*)[^"]{6}"/, `$1${id}"`)
  return Buffer.from(text.replace(/"ts_ms":(\d+)/, (_all, ms) => `"ts_ms":${Number(ms) + byMs}`))
}

/** One minute after the other, each frame once: of `turn` 0, 1, 2 … the frames are those of a market, later and numbered on. */
export class Turns {
  #minutes
  #turn = 0
  #n = 0
  /** How many turns of each minute were handed out. */
  counts

  constructor(minutes) {
    this.#minutes = minutes
    this.counts = minutes.map(() => 0)
  }

  next() {
    const place = this.#turn % this.#minutes.length
    const { frames, trades } = this.#minutes[place]
    const byMs = this.#turn * (MINUTE_MS + PAUSE_MS)
    const turn = this.#turn
    this.#turn += 1
    this.counts[place] += 1
    return frames.map((frame) => ({
      ...frame,
      n: (this.#n += 1),
      recvMs: frame.recvMs + byMs,
      ...(frame.venue === 'house' && { payload: later(frame.payload, byMs) }),
      ...(trades.has(frame) && { payload: laterTrade(frame.payload, byMs, turn) }),
    }))
  }

  /** What the captures of all turns say, by table. */
  capture() {
    const sums = {}
    for (const [place, { capture }] of this.#minutes.entries())
      for (const [table, count] of Object.entries(capture)) sums[table] = (sums[table] ?? 0) + count * this.counts[place]
    return sums
  }
}
