import path from 'node:path'
import type { Clock } from '../../../ports/clock'
import type { Log } from '../../../ports/log'
import { pruneRing } from './bounds'
import { pinTrade, prunePins, type TradeWindow } from './pins'
import { segmentsIn } from './segments'

/** A trade takes a second and its files stay for days: nothing is lost by looking this seldom. */
const LOOK_EVERY_MS = 10_000
/** Files go by the hour. */
const PRUNE_EVERY_MS = 600_000
/** What came in while a worker was restarted, or the ledger was away, is pinned by the next one: no file is gone by then. */
const FIRST_LOOK_BACK_MS = 3_600_000
/** Venues tell of a trade for a while after its end. */
const TOLD_WITHIN_MS = 5_000
/** The nightly replay wants all of yesterday. */
const DAY_MS = 86_400_000
/** A wall clock that is further from where the monotonic one says it should be was set, or the machine slept: files go by the hour, so less does no harm. */
const CLOCK_OFF_MS_MAX = 3_600_000
const NS_PER_MS = 1_000_000n

export interface Keeping {
  readonly dataDir: string
  readonly ring: { readonly bytes: number; readonly ageMs: number }
  readonly pinned: { readonly bytes: number; readonly ageMs: number; readonly beforeMs: number }
  /** Granted trades that run or have ended at or after a moment. */
  readonly trades: (sinceMs: number) => Promise<readonly TradeWindow[]>
  readonly clock: Clock
  readonly log: Log
}

/**
 * Bounds the captures of this machine, and keeps those of each trade's time for longer. Off the trading process: it only names and removes files.
 * Nothing is old by a clock that jumped while this ran: only the bounds of size hold then. A clock that was wrong before is not seen.
 */
export class CaptureKeeper {
  readonly #keeping: Keeping
  #sinceMs: number
  /** By the monotonic clock: a wall clock that is set back would put the next time off for days. */
  #prunedMs = -Infinity
  /** Between the two clocks at the start. */
  readonly #apartMs: number
  #saidClock = false
  /** Trades that are pinned whole, by their end. */
  readonly #done = new Map<string, number>()

  constructor(keeping: Keeping) {
    this.#keeping = keeping
    this.#sinceMs = keeping.clock.nowMs() - FIRST_LOOK_BACK_MS
    this.#apartMs = keeping.clock.nowMs() - this.#monoMs()
  }

  /** Until aborted. A look that fails is repeated. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#keeping
    while (!signal.aborted) {
      await this.pin().catch((error: Error) =>
        log.warn({ error: error.message }, 'captures of trades could not be pinned; again in some seconds'),
      )
      await this.prune().catch((error: Error) => log.warn({ error: error.message }, 'the captures could not be bounded; again later'))
      await clock.sleep(LOOK_EVERY_MS, signal).catch(() => undefined)
    }
  }

  async pin(): Promise<void> {
    const { dataDir, pinned, trades, clock } = this.#keeping
    const nowMs = clock.nowMs()
    const windows = (await trades(this.#sinceMs)).filter(({ tradeId }) => !this.#done.has(tradeId))
    if (windows.length > 0) {
      const ring = await segmentsIn(path.join(dataDir, 'capture'))
      for (const { tradeId, fromMs, toMs } of windows) {
        await pinTrade(dataDir, { tradeId, fromMs: fromMs - pinned.beforeMs, toMs: Math.min(toMs, nowMs) + TOLD_WITHIN_MS }, ring)
        if (toMs + TOLD_WITHIN_MS < nowMs) this.#done.set(tradeId, toMs)
      }
    }
    this.#sinceMs = nowMs - 2 * (LOOK_EVERY_MS + TOLD_WITHIN_MS)
    for (const [tradeId, toMs] of this.#done) if (toMs < this.#sinceMs) this.#done.delete(tradeId) // it is not told again
  }

  async prune(): Promise<void> {
    const { dataDir, ring, pinned, clock, log } = this.#keeping
    const monoMs = this.#monoMs()
    if (monoMs - this.#prunedMs < PRUNE_EVERY_MS) return
    this.#prunedMs = monoMs
    const nowMs = clock.nowMs()
    const tellsAge = this.#tellsAge(nowMs, monoMs)
    const before = (ageMs: number): number => (tellsAge ? nowMs - ageMs : -Infinity)
    const kept = await pruneRing(path.join(dataDir, 'capture'), { bytes: ring.bytes, beforeMs: before(ring.ageMs) }, nowMs)
    const { removed, fromMs } = kept
    if (removed.length > 0)
      log.info({ removed: removed.length, kept: kept.files, bytes: kept.bytes, fromMs }, 'captures beyond their bound were removed')
    if (removed.length > 0 && fromMs !== null && nowMs - fromMs < DAY_MS)
      log.warn(
        { fromMs, bytes: ring.bytes },
        'the captures hold less than a day: the nightly replay will be short of frames; raise capture.keep_gib',
      )
    const pins = await prunePins(dataDir, { bytes: pinned.bytes, beforeMs: before(pinned.ageMs) })
    if (pins.removed.length > 0)
      log.info({ removed: pins.removed, kept: pins.trades, bytes: pins.bytes }, 'captures of old trades were let go of')
  }
  #monoMs(): number {
    return Number(this.#keeping.clock.monoNs() / NS_PER_MS)
  }

  /** Whether the wall clock went as the monotonic one since the start. Said once when it stops being so, and once when it is so again. */
  #tellsAge(nowMs: number, monoMs: number): boolean {
    const jumpMs = nowMs - monoMs - this.#apartMs
    const isOff = Math.abs(jumpMs) > CLOCK_OFF_MS_MAX
    if (isOff === this.#saidClock) return !isOff
    this.#saidClock = isOff
    const { log } = this.#keeping
    if (isOff)
      log.error(
        { jumpMs },
        'the clock jumped, or the machine slept: no capture is removed for its age. When the clock is right, restart the worker process',
      )
    else log.info({}, 'the clock is back: captures are removed by their age again')
    return !isOff
  }
}
