import type { TradeId } from '../ids'
import type { Mode } from '../trade/plan'
import type { Millis } from '../units'
import { GATES, type Gated } from './gates'
import type { Operator } from './scope'
import { verdict } from './verdicts'

/** A strategy that nobody vouches for any longer than this disarms by itself: the command that armed it has died. */
export const ARMING_MS = 15_000
/** A lease cannot reach further ahead than this, whatever the clocks of two machines differ by: one that does was set by a clock that is wrong. */
const AHEAD_MAX_MS = 2 * ARMING_MS

/** Modes in which orders leave: only there is anything to arm. */
export const ARMABLE = ['sim', 'paper', 'demo', 'live'] as const satisfies readonly Mode[]
export type ArmableMode = (typeof ARMABLE)[number]

/**
 * The second of the two flags of mode `live` (design.md §8), asked by a process that starts and by whoever arms the edge; null: it is there.
 * @param told CROSSBOOK_ARM_LIVE in the environment
 */
export function armLiveRefusal(account: string, told: string | undefined): string | null {
  if (told === account) return null
  const there = told === undefined || told === '' ? 'is not set' : `is "${told}"`
  return `mode live needs both flags: mode: live in config/venues.yaml, and CROSSBOOK_ARM_LIVE=${account} in the environment, which ${there}`
}

/** What a person has armed the edge for, as the ledger has it. */
export interface Arming {
  readonly mode: ArmableMode
  readonly profile: string
  /** null: any number. */
  readonly maxTrades: number | null
  readonly by: Operator
  readonly armedMs: Millis
  /** Renewed while the command that armed it runs. */
  readonly untilMs: Millis
  /** null: it is armed, until its time is up. */
  readonly disarmedMs: Millis | null
  /** Rises with each arming and disarming. */
  readonly epoch: number
  /** Trades that were granted since, by the ledger's count at this reading. */
  readonly trades: number
}

/** What is asked: in which mode and by which profile somebody would trade now, after how many trades. */
export interface ArmingQuestion {
  readonly mode: Mode
  readonly profile: string
  readonly nowMs: Millis
  readonly trades: number
}

/**
 * Whether edges may become trades now. What is not known is not armed: every comparison is written so that a figure that is none refuses.
 * @param arming null: never armed, or not read yet
 */
export function armedNow(arming: Arming | null, { mode, profile, nowMs, trades }: ArmingQuestion): Gated {
  if (arming === null || arming.disarmedMs !== null) return refused('not armed', 'armed: crossbook executor run')
  if (arming.mode !== mode) return refused(`another mode: armed for ${arming.mode}`, `armed for ${mode}`)
  if (arming.profile !== profile) return refused(`another profile: armed for ${arming.profile}`, `armed for ${profile}`)
  const leftMs = arming.untilMs - nowMs
  if (!(leftMs > 0)) return refused(`expired ${-leftMs} ms ago`, 'renewed while crossbook executor run runs')
  if (!(leftMs <= AHEAD_MAX_MS)) return refused(`armed for ${leftMs} ms to come: a clock is wrong`, `≤ ${AHEAD_MAX_MS} ms`)
  const { maxTrades } = arming
  if (maxTrades !== null && !(trades < maxTrades)) return refused(`signals used up: ${trades}`, `fewer than ${maxTrades}`)
  return null
}

const refused = (actual: string, limit: string): Gated => ({
  gate: GATES.armed,
  verdict: () => verdict(GATES.armed, false, actual, limit),
  passesInMs: null,
})

/**
 * What a process that trades knows of the arming: the ledger's word, read again and again, and the trades that it has decided itself since. The ledger
 * counts a trade when it is granted, a moment after it was decided: without the own ones that moment would let another one pass.
 * Empty it refuses.
 */
export class ArmingMirror {
  #reading: Arming | null = null
  /** Trades of this arming that were there when this process first heard of it. */
  #before = 0
  readonly #own = new Set<TradeId>()

  /** @param reading null: there is none. While the ledger cannot be read nothing is told, and what was told runs out. */
  tell(reading: Arming | null): void {
    if (reading?.epoch !== this.#reading?.epoch) {
      this.#own.clear()
      this.#before = reading?.trades ?? 0
    }
    this.#reading = reading
  }

  get reading(): Arming | null {
    return this.#reading
  }
  /** Since it was armed, at least. */
  get trades(): number {
    return Math.max(this.#reading?.trades ?? 0, this.#before + this.#own.size)
  }

  /** This process has decided on a trade. */
  decided(tradeId: TradeId): void {
    this.#own.add(tradeId)
  }
  /** Its reserve refused it: it has used up nothing. */
  refused(tradeId: TradeId): void {
    this.#own.delete(tradeId)
  }

  gate(mode: Mode, profile: string, nowMs: Millis): Gated {
    return armedNow(this.#reading, { mode, profile, nowMs, trades: this.trades })
  }
  /** Whether what edges hold may be sold now: a sale is no signal, and their number does not end it. */
  sellingGate(mode: Mode, profile: string, nowMs: Millis): Gated {
    return armedNow(this.#reading, { mode, profile, nowMs, trades: 0 })
  }
}
