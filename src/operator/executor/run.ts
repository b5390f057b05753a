import { ARMING_MS, type ArmableMode, type Arming } from '../../core/risk/arming'
import { commandRefusal } from '../../core/risk/limit-change'
import type { Operator } from '../../core/risk/scope'
import { millis, type Millis } from '../../core/units'
import type { Clock } from '../../ports/clock'
import { withLimit } from '../../ports/limit'
import { arm, disarm, renew } from '../../stores/postgres/arming/arming'
import { readRunningEdges, type RunningEdge } from '../../stores/postgres/arming/edge-trades'
import type { Database } from '../../stores/postgres/pool'
import { armingRefusal, profileRefusal, type RunningSystem } from './asked'
import type { EdgeCounters } from './counters'

export type { RunningEdge } from '../../stores/postgres/arming/edge-trades'

const LOOK_EVERY_MS = 1_000
/** Three tries fit into an arming's life. */
const RENEW_EVERY_MS = 4_000
/** One small transaction. */
const LEDGER_LIMIT_MS = 3_000

/** Why an executor has ended. `lost`: its arming was taken from it, or could not be renewed. */
export type ExecutorEnd = 'stopped' | 'time is up' | 'signals used up' | 'lost'

export interface ExecutorReport {
  readonly mode: ArmableMode
  readonly profile: string
  readonly maxSignals: number | null
  readonly by: string
  readonly armedMs: Millis
  readonly endedMs: Millis
  readonly end: ExecutorEnd
  /** In words, where the end is nobody's wish; null: it is. */
  readonly why: string | null
  /** False: the ledger could not be told; it ends by itself at `untilMs`. */
  readonly disarmed: boolean
  readonly untilMs: Millis
  /** null: never read. */
  readonly counters: EdgeCounters | null
  /** Trades of the edge that go on: nobody waits for them any longer, and they end by themselves. null: the ledger could not say. */
  readonly running: readonly RunningEdge[] | null
}

export interface ExecutorDependencies {
  readonly database: Database
  readonly clock: Clock
  readonly system: RunningSystem
  readonly by: Operator
  /** @throws what the ledger throws. */
  readonly counters: (sinceMs: Millis) => Promise<EdgeCounters>
  readonly onLook: (arming: Arming, counters: EdgeCounters) => void
  readonly onTrouble: (sentence: string) => void
}
export interface ExecutorWish {
  readonly mode: ArmableMode
  readonly profile: string
  readonly maxSignals: number | null
  /** null: until it is stopped. */
  readonly forMs: number | null
  /** How long running trades are waited for at the end. */
  readonly waitMs: number
}

/**
 * Arms the edge in the running system, keeps it armed, looks at it every second, and disarms it whatever ends it.
 * @param stop ends it. @param leave ends the wait for running trades
 * @throws Error for who may not, for another mode, for another profile than the one that judges, and while somebody else has armed it: nothing was
 * armed then; LedgerUnreachable
 */
export async function runExecutor(
  dependencies: ExecutorDependencies,
  wish: ExecutorWish,
  stop: AbortSignal,
  leave: AbortSignal,
): Promise<ExecutorReport> {
  const run = new Run(dependencies, wish, await armed(dependencies, wish))
  let ended: Ended = { end: 'stopped', why: null }
  let wasDisarmed = false
  try {
    ended = await run.keep(stop)
  } finally {
    wasDisarmed = await run.disarm()
  }
  return run.report(ended, wasDisarmed, await run.wait(leave))
}

async function armed({ database, clock, system, by, counters }: ExecutorDependencies, wish: ExecutorWish): Promise<Arming> {
  const refusal =
    commandRefusal(by) ?? armingRefusal(wish.mode, system) ?? profileRefusal(wish.profile, await judging(counters, clock.nowMs()))
  if (refusal !== null) throw new Error(refusal)
  const atMs = clock.nowMs()
  const asked = { mode: wish.mode, profile: wish.profile, maxTrades: wish.maxSignals, by, atMs, untilMs: millis(atMs + ARMING_MS) }
  const { kind, arming } = await arm(database, asked, AbortSignal.timeout(LEDGER_LIMIT_MS))
  if (kind === 'armed') return arming
  throw new Error(
    `the edge is armed already, by ${arming.by.name} with profile ${arming.profile}: end that executor, or type crossbook executor disarm`,
  )
}

/** The profile that the streaming process judges by; null: it does not say, and refuses for itself what does not fit. What cannot be read, the first look tells. */
const judging = (counters: ExecutorDependencies['counters'], nowMs: Millis): Promise<string | null> =>
  counters(nowMs).then(
    ({ desk }) => desk?.profile ?? null,
    () => null,
  )

interface Ended {
  readonly end: ExecutorEnd
  readonly why: string | null
}

class Run {
  readonly #dependencies: ExecutorDependencies
  readonly #wish: ExecutorWish
  #arming: Arming
  #counters: EdgeCounters | null = null
  #renewedMs: Millis
  #endedMs: Millis | null = null

  constructor(dependencies: ExecutorDependencies, wish: ExecutorWish, arming: Arming) {
    this.#dependencies = dependencies
    this.#wish = wish
    this.#arming = arming
    this.#renewedMs = arming.armedMs
  }

  async keep(stop: AbortSignal): Promise<Ended> {
    const { clock } = this.#dependencies
    const { forMs, maxSignals } = this.#wish
    while (!stop.aborted) {
      const over = await this.#renewed()
      if (over !== null) return { end: 'lost', why: over }
      await this.#look()
      if (maxSignals !== null && this.#arming.trades >= maxSignals) return { end: 'signals used up', why: null }
      const leftMs = forMs === null ? LOOK_EVERY_MS : this.#arming.armedMs + forMs - clock.nowMs()
      if (leftMs <= 0) return { end: 'time is up', why: null }
      await clock.sleep(Math.min(leftMs, LOOK_EVERY_MS), stop).catch(() => undefined) // the loop ends by the signal
    }
    return { end: 'stopped', why: null }
  }

  /** Each few seconds, and at each look where signals are counted. @returns why the arming is over; null: it stands. */
  async #renewed(): Promise<string | null> {
    const { database, clock, onTrouble } = this.#dependencies
    const nowMs = clock.nowMs()
    if (this.#wish.maxSignals === null && nowMs - this.#renewedMs < RENEW_EVERY_MS) return null
    const untilMs = millis(nowMs + ARMING_MS)
    try {
      const arming = await renew(database, this.#arming.epoch, nowMs, untilMs, AbortSignal.timeout(LEDGER_LIMIT_MS))
      if (arming === null) return 'it is not armed any more: somebody disarmed it, or it could not be renewed in time'
      this.#arming = arming
      this.#renewedMs = nowMs
      return null
    } catch (error) {
      onTrouble(`the arming could not be renewed: ${(error as Error).message}`)
      return clock.nowMs() < this.#arming.untilMs ? null : 'the ledger could not be asked until its time was up'
    }
  }

  /** Counters that cannot be read say so; the arming is another matter. */
  async #look(): Promise<void> {
    const { counters, onLook, onTrouble } = this.#dependencies
    try {
      this.#counters = await counters(this.#arming.armedMs)
      onLook(this.#arming, this.#counters)
    } catch (error) {
      onTrouble(`the counters cannot be read: ${(error as Error).message}`)
    }
  }

  /** @returns false: the ledger could not be told. An arming that is over already is as good as disarmed. */
  async disarm(): Promise<boolean> {
    const { database, by, clock, onTrouble } = this.#dependencies
    this.#endedMs = clock.nowMs()
    try {
      await disarm(database, this.#arming.epoch, by, this.#endedMs, AbortSignal.timeout(LEDGER_LIMIT_MS))
      return true
    } catch (error) {
      onTrouble(`the ledger could not be told to disarm (${(error as Error).message}); the arming runs out by itself`)
      return false
    }
  }

  /** @returns what goes on when the wait is over; null: the ledger did not say, which is no word of an end */
  async wait(leave: AbortSignal): Promise<readonly RunningEdge[] | null> {
    const { clock, database, onTrouble } = this.#dependencies
    const untilMs = clock.nowMs() + this.#wish.waitMs
    for (;;) {
      const running = await readRunningEdges(database).catch((error: Error) => {
        onTrouble(`running trades cannot be read: ${error.message}`)
        return null
      })
      const leftMs = untilMs - clock.nowMs()
      if (running?.length === 0 || leftMs <= 0 || leave.aborted) return running
      await withLimit([leave], null, (limit) => clock.sleep(Math.min(leftMs, LOOK_EVERY_MS), limit)).catch(() => undefined)
    }
  }

  async report({ end, why }: Ended, disarmed: boolean, running: readonly RunningEdge[] | null): Promise<ExecutorReport> {
    const { armedMs, untilMs } = this.#arming
    const { counters, onTrouble } = this.#dependencies
    const last = await counters(armedMs).catch((error: Error) => {
      onTrouble(`the counters cannot be read at the end, the report has the last that could be: ${error.message}`)
      return this.#counters
    })
    return {
      mode: this.#wish.mode,
      profile: this.#wish.profile,
      maxSignals: this.#wish.maxSignals,
      by: this.#dependencies.by.name,
      armedMs,
      endedMs: this.#endedMs ?? armedMs,
      ...{ end, why, disarmed, untilMs, counters: last, running },
    }
  }
}
