import { ARMABLE, armLiveRefusal, type ArmableMode } from '../../core/risk/arming'
import type { Mode } from '../../core/trade/plan'

/** What an executor is asked for. */
export interface ExecutorAsked {
  readonly mode: ArmableMode
  /** null: the one in force. */
  readonly profile: string | null
  /** null: any number. */
  readonly maxSignals: number | null
}
/** What runs here. */
export interface RunningSystem {
  readonly mode: Mode
  /** Kalshi's account, as the addresses file names it. */
  readonly account: string
  /** The environment's second flag; undefined: not set. */
  readonly armLive: string | undefined
}

/** @throws RangeError naming those that there are. */
export function modeOf(text: string): ArmableMode {
  const found = ARMABLE.find((each) => each === text)
  if (found === undefined) throw new RangeError(`--mode takes ${ARMABLE.join(', ')}, not "${text}"`)
  return found
}

/** @throws RangeError for what is no number of trades. */
export function signalsOf(text: string | undefined): number | null {
  if (text === undefined) return null
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new RangeError(`--max-signals takes a number from 1, not "${text}"`)
  return Number(text)
}

const MS = { s: 1_000, m: 60_000, h: 3_600_000 } as const
const DAY_MS = 24 * MS.h

/** "60s", "5m", "2h". @throws RangeError for what is no time, or longer than a day. */
export function spanOf(option: string, text: string | undefined): number | null {
  if (text === undefined) return null
  const [, count, unit] = /^([1-9]\d{0,5})([smh])$/.exec(text) ?? []
  const span = count === undefined ? NaN : Number(count) * MS[unit as keyof typeof MS]
  if (!(span <= DAY_MS)) throw new RangeError(`${option} takes a time like 60s, 5m or 2h, a day at most, not "${text}"`)
  return span
}

/** Armed for another profile than the one in force, every find would be refused as "another profile". null: it may be, or nobody says what is in force. */
export const profileRefusal = (asked: string, inForce: string | null): string | null =>
  inForce === null || inForce === asked
    ? null
    : `the streaming process judges by profile ${inForce} and would take nothing of ${asked}: leave --profile out, or change profile in config/profiles.yaml and start again`

/**
 * Why this system is not armed like that, before anything is; null: it may be. The streaming process asks for the mode again with every find
 * (core/risk/arming). `live` needs both flags that agree (design.md §5), whatever let the system start.
 */
export function armingRefusal(asked: ArmableMode, { mode, account, armLive }: RunningSystem): string | null {
  if (asked !== mode)
    return `this system runs in mode ${mode} and cannot be armed for ${asked}: ask for --mode ${mode}, or change mode in config/venues.yaml and start again`
  return mode === 'live' ? armLiveRefusal(account, armLive) : null
}
