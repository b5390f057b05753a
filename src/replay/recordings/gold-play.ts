import type { Frame } from '../../core/market/event'
import { LIVENESS_LIMIT_MS } from '../../core/market/liveness'
import type { Limits } from '../../core/risk/limits'
import type { Millis } from '../../core/units'
import { GatewaySide } from './gateway-side'
import { messagesOf, type GoldWindow } from './gold-files'
import { InventedQuotes, LONGEST_LAG_MS } from './invented-quotes'
import { MidHistory } from './mid-history'
import { Tape } from './tape'
import { ToldMarkets } from './told-markets'

/** Half of the liveness limits of execution.md §7. */
const KALSHI_BEAT_MS = LIVENESS_LIMIT_MS.kalshi / 2
const GATEWAY_BEAT_MS = LIVENESS_LIMIT_MS.forecastex / 2
const PLACE = /"sid":(\d+),"seq":(\d+)/

export interface GoldOptions {
  readonly windows: readonly GoldWindow[]
  readonly limits: Limits
  readonly seed: string
}

/** The recorded messages of all windows, one file open at a time, and beside them a second venue that is invented. */
export async function* playGold({ windows, limits, seed }: GoldOptions): AsyncGenerator<Frame, void, undefined> {
  const [first] = windows
  if (!first) return
  const tape = new Tape(first.openMs)
  const pairs = windows.map(({ pair }) => pair)
  const house = new ToldMarkets(tape, pairs, limits)
  const gateway = new GatewaySide(tape)
  house.begin()
  tape.stamp('kalshi', 'in', ['open'])
  gateway.connect()
  yield* tape.take()
  for (const window of windows) {
    const play = new WindowPlay(window, seed, tape, gateway)
    for await (const message of messagesOf(window)) {
      if (!play.isBegun) {
        tape.passTo(message.recvMs)
        house.list(window.pair)
        play.begin()
      }
      play.hear(message)
      for (const frame of tape.take()) yield frame // not yield*: it would ask for one frame in three turns
    }
    play.end()
    yield* tape.take()
  }
}

class WindowPlay {
  readonly #window: GoldWindow
  readonly #tape: Tape
  readonly #gateway: GatewaySide
  readonly #mids = new MidHistory(LONGEST_LAG_MS)
  readonly #seed: string
  #quotes: InventedQuotes | null = null
  #hasClosed = false
  #beatMs = -Infinity
  #last: Frame | null = null

  constructor(window: GoldWindow, seed: string, tape: Tape, gateway: GatewaySide) {
    this.#window = window
    this.#tape = tape
    this.#gateway = gateway
    this.#seed = seed
  }

  get isBegun(): boolean {
    return this.#quotes !== null
  }

  begin(): void {
    const { pair } = this.#window
    this.#quotes = new InventedQuotes(this.#seed, pair.kalshi.market, this.#tape.nowMs)
    this.#beat()
  }

  hear(message: Frame): void {
    const from = this.#last
    // the silence of one market on a connection that told of others: their numbers show that it went on, and what we asked was answered
    const pongsMs = from !== null && goesOn(from, message) ? beatsBetween(from.recvMs, message.recvMs) : []
    for (const pongMs of pongsMs) {
      this.#passTo(pongMs)
      this.#tape.stamp('kalshi', 'in', ['pong'])
    }
    this.#passTo(message.recvMs)
    this.#mids.receive(message)
    this.#tape.stamp('kalshi', 'in', message.payload)
    this.#last = message
  }

  /** The invented side stops with the market, also where the recording ends before. */
  end(): void {
    if (!this.isBegun || this.#hasClosed) return
    this.#passTo(Math.max(this.#window.closeMs, this.#tape.nowMs))
  }

  /** Quotes and heartbeats of the invented side until then, those of this very millisecond too. */
  #passTo(untilMs: number): void {
    const { closeMs } = this.#window
    while (!this.#hasClosed) {
      const quoteMs = this.#quotes?.nextMs ?? Infinity
      const beatMs = this.#beatMs + GATEWAY_BEAT_MS
      const nextMs = Math.min(quoteMs, beatMs, closeMs)
      if (nextMs > untilMs) break
      this.#tape.passTo(Math.max(nextMs, this.#tape.nowMs))
      if (nextMs === closeMs) this.#close()
      else if (nextMs === beatMs) this.#beat()
      else this.#quote()
    }
    this.#tape.passTo(untilMs)
  }

  #quote(): void {
    const { forecastex } = this.#window.pair
    const quote = this.#quotes?.next((ms) => this.#mids.at(ms))
    if (quote) this.#gateway.quote(forecastex, quote)
    else this.#gateway.withdraw(forecastex)
  }

  #close(): void {
    this.#hasClosed = true
    this.#gateway.withdraw(this.#window.pair.forecastex)
  }

  #beat(): void {
    this.#beatMs = this.#tape.nowMs
    this.#gateway.beat()
  }
}

function goesOn(from: Frame, to: Frame): boolean {
  if (to.recvMs - from.recvMs <= KALSHI_BEAT_MS) return false // no silence: nothing is read for each message
  const [before, after] = [placeOf(from), placeOf(to)]
  return before !== null && after !== null && before.sid === after.sid && after.seq > before.seq
}
function placeOf({ payload }: Frame): { readonly sid: number; readonly seq: number } | null {
  const match = payload instanceof Uint8Array ? PLACE.exec(Buffer.from(payload).toString('utf8')) : null
  return match && { sid: Number.parseInt(match[1] ?? '', 10), seq: Number.parseInt(match[2] ?? '', 10) }
}
function beatsBetween(fromMs: Millis, toMs: Millis): readonly number[] {
  const count = Math.ceil((toMs - fromMs) / KALSHI_BEAT_MS) - 1
  return Array.from({ length: count }, (_, i) => fromMs + (i + 1) * KALSHI_BEAT_MS)
}
