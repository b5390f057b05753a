import { writeFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import type { BoxPair } from '../../../../src/core/box/detect'
import { RecordedExchange } from './exchange'
import { QuotingGateway } from './gateway'
import { TellingHouse } from './house'
import { somePairs } from './pairs'
import { Tape } from './tape'

/** Pairs on a recording of one market; one for each of several. */
const PAIRS = 5
const BEAT_MS = 2_000
const PING_MS = 500
/** Between the recorded frames, once in so many of them on the average. */
const QUOTE_EVERY = 25
/** A message is lost once in so many troubles. */
const LOST_TROUBLES = 5
const CENT = 100

interface Line {
  readonly recv_ms: number
  readonly event: Parameters<RecordedExchange['tell']>[0]
}

/**
 * A recording of Kalshi's stream with all that it lacks: both connections, a quoting ForecastEx, what the house tells, and trouble on every
 * side. The same seed gives the same file.
 * @param troubleEvery frames between two troubles on the average
 */
export function overlay(file: string, lines: readonly string[], seed: string, troubleEvery: number): void {
  const recorded = lines.map((line) => JSON.parse(line) as Line)
  writeFileSync(file, gzipSync(new Overlay(recorded, seed, troubleEvery).played().join('\n'), { level: 1 }))
}

class Overlay {
  readonly #recorded: readonly Line[]
  readonly #troubleEvery: number
  readonly #tape: Tape
  readonly #pairs: readonly BoxPair[]
  readonly #exchange: RecordedExchange
  readonly #gateway: QuotingGateway
  readonly #house: TellingHouse
  /** Undone one at a time by later trouble. */
  readonly #toRestore: (() => void)[] = []

  constructor(recorded: readonly Line[], seed: string, troubleEvery: number) {
    const [first] = recorded
    if (!first) throw new Error('nothing was recorded')
    const markets = [...new Set(recorded.flatMap(({ event: { msg } }) => msg.market_ticker ?? []))]
    this.#recorded = recorded
    this.#troubleEvery = troubleEvery
    this.#tape = new Tape(first.recv_ms, seed)
    this.#pairs = somePairs(this.#tape, markets, Math.max(PAIRS, markets.length))
    this.#exchange = new RecordedExchange(this.#tape, markets, this.#tape.once(2))
    this.#gateway = new QuotingGateway(
      this.#tape,
      this.#pairs.map(({ forecastex }) => forecastex),
    )
    this.#house = new TellingHouse(this.#tape, this.#pairs)
  }

  played(): readonly string[] {
    const tape = this.#tape
    this.#gateway.connect()
    this.#exchange.open()
    this.#house.begin()
    for (const { recv_ms, event } of this.#recorded) {
      this.#passTo(Math.max(recv_ms, tape.nowMs))
      const isLost = tape.once(LOST_TROUBLES * this.#troubleEvery)
      this.#exchange.tell(event, isLost)
      if (isLost) this.#toRestore.push(() => this.#snapshots())
      if (tape.once(QUOTE_EVERY)) this.#quote(tape.pick(this.#pairs))
      if (tape.once(this.#troubleEvery)) this.#trouble(tape.pick(this.#pairs))
    }
    return tape.lines
  }

  /** Time goes on, with the heartbeats that belong to it. */
  #passTo(untilMs: number): void {
    const tape = this.#tape
    for (;;) {
      const beatMs = Math.max(this.#gateway.beatMs + BEAT_MS, this.#gateway.silentUntilMs)
      const pingMs = this.#exchange.heardMs + PING_MS
      const nextMs = Math.max(Math.min(beatMs, pingMs), tape.nowMs)
      if (nextMs > untilMs) break
      tape.nowMs = nextMs
      if (beatMs <= pingMs) this.#gateway.beat()
      else this.#exchange.pong()
    }
    tape.nowMs = untilMs
  }

  /** Around the fair price, and now and then so far from it that buying both sides leaves something. */
  #quote({ kalshi, forecastex, certificate: { polarity } }: BoxPair): void {
    const tape = this.#tape
    const yesBid = this.#exchange.bestBid(kalshi, 'yes')
    const noBid = this.#exchange.bestBid(kalshi, 'no')
    if (yesBid === null || noBid === null || tape.nowMs < this.#gateway.silentUntilMs) return
    const [missingOfYes, missingOfNo] = polarity === 'same' ? (['no', 'yes'] as const) : (['yes', 'no'] as const)
    // what both legs cost is the dollar less this many cents
    const leaves = (): number => tape.pick([-4, -2, -2, -1, -1, 0, 0, 1, 1, 2, 3, 4, 8, 12])
    const asks = tape.once(40) ? [leaves(), leaves()] : tape.once(3) ? [-3, -3] : tape.once(2) ? [leaves(), -3] : [-3, leaves()]
    const at = (bid: number, left: number): number => Math.min(99, Math.max(1, Math.floor(bid / CENT) - left - 2))
    const size = (): number => tape.pick([1, 3, 10, 25, 80, 300, 2_000])
    if (!tape.once(5)) this.#gateway.ask(forecastex, missingOfYes, at(noBid, asks[0] ?? 0), tape.once(15) ? null : size())
    if (!tape.once(5)) this.#gateway.ask(forecastex, missingOfNo, at(yesBid, asks[1] ?? 0), tape.once(15) ? null : size())
    if (tape.once(10)) this.#gateway.resize(forecastex, missingOfYes, tape.once(8) ? 0 : size())
    if (tape.once(30)) this.#gateway.ask(forecastex, missingOfNo, 0, null)
    if (tape.once(10)) this.#gateway.bid(forecastex, missingOfYes, Math.max(1, at(noBid, 5)), size())
  }

  #snapshots(): void {
    for (const market of new Set(this.#pairs.map(({ kalshi }) => kalshi))) this.#exchange.snapshot(market)
  }

  #trouble(pair: BoxPair): void {
    const tape = this.#tape
    const house = this.#house
    const restored = this.#toRestore.pop()
    if (restored) return restored()
    const later = (restore: () => void): void => void this.#toRestore.push(restore)
    const troubles: readonly (() => void)[] = [
      () => house.limits(),
      () => house.limits(),
      () => (house.relist(pair), later(() => house.restore(pair))),
      () => (house.relist(pair), later(() => house.restore(pair))),
      () => house.rejudge(),
      () => {
        const bar = (): void => house.bar(tape.pick(['kalshi', 'forecastex'] as const), tape.once(2) ? null : pair.kalshi)
        bar()
        later(bar)
      },
      () => (house.forget(pair.kalshi), later(() => this.#exchange.snapshot(pair.kalshi))),
      ...this.#ofExchange(pair, later),
      ...this.#ofGateway(pair),
    ]
    tape.pick(troubles)()
  }

  #ofExchange({ kalshi }: BoxPair, later: (restore: () => void) => void): readonly (() => void)[] {
    const exchange = this.#exchange
    const tape = this.#tape
    const reopen = (): void => {
      exchange.lifecycle(kalshi, 'activated')
      exchange.snapshot(kalshi)
    }
    const ranges = [{ start: '0.0000', end: '1.0000', step: tape.pick(['0.0100', '0.0010', '0.0001', '0.0500']) }]
    return [
      () => (exchange.lifecycle(kalshi, 'deactivated'), later(reopen)),
      () => exchange.lifecycle(kalshi, 'price_level_structure_updated', { price_ranges: ranges }),
      () => (exchange.lifecycle(kalshi, 'price_level_structure_updated'), later(() => this.#restoreAll())),
      () => exchange.lifecycle(kalshi, 'close_date_updated', { close_ts: Math.floor(tape.nowMs / 1_000) + 3_600 }),
      () => (exchange.fees(kalshi.split('-').slice(0, 2).join('-')), later(() => this.#restoreAll())),
      () => exchange.reconnect(tape.below(3_000)),
      () => exchange.snapshot(kalshi),
    ]
  }
  #restoreAll(): void {
    this.#tape.nowMs += 3_000 // a venue's reads may lag what it says
    for (const pair of this.#pairs) this.#house.restore(pair)
  }

  #ofGateway({ forecastex }: BoxPair): readonly (() => void)[] {
    const gateway = this.#gateway
    const tape = this.#tape
    return [
      () => gateway.reconnect(tape.below(3_000)),
      () => gateway.unreachable(tape.below(5_000)),
      () => gateway.brokenFarm(tape.below(5_000)),
      () => gateway.competing(),
      () => gateway.delayed(forecastex, tape.pick(['yes', 'no'] as const)),
      () => void (gateway.silentUntilMs = tape.nowMs + 3_000 + tape.below(6_000)),
    ]
  }
}
