import type { Venue } from '../../core/ids'
import type { LegOrderPolicy } from '../../core/box/policy'
import { ASSUMED_WAYS, type FillAssumptions } from '../../core/trade/fill-model'
import type { Waits } from '../../replay/backtest/paper-steps'

/** What is traded over. */
export type Source =
  | {
      readonly kind: 'captures'
      readonly files: readonly string[]
      readonly sequence: 'check' | 'ignore'
      readonly settlements: string | null
    }
  | {
      readonly kind: 'recording'
      readonly name: string
      readonly folder: string
      readonly quoteLifeMs: number | null
      readonly windows: number | null
    }

/** How edges are judged: as config/profiles.yaml says, but for this. */
export interface EdgeRequest {
  /** null: the one in force there. */
  readonly profile: string | null
  /** null: as there. Off: as the first systems did it. */
  readonly isGuarded: boolean | null
  /** How old a line of a book may be, near its game's start and before; null: as there, or as the recording needs it. */
  readonly lineAgeMs: number | null
}

/** One backtest, as plain values: a thread of its own can be told it. */
export interface BacktestRequest {
  readonly configDir: string
  readonly source: Source
  readonly seed: string
  /** null: of the frames; a recording has none of its own and takes config/limits.yaml. */
  readonly limitsFile: string | null
  /** Single limits, each "key=value". */
  readonly changes: readonly string[]
  /** Dollars as a decimal, in each account at the beginning. */
  readonly cash: Readonly<Record<Venue, string>>
  readonly assumptions: FillAssumptions
  readonly waits: Waits
  /** `then`: ForecastEx charges by the regime of each moment. `today`: by the newest one at all times. */
  readonly fees: 'then' | 'today'
  readonly edges: EdgeRequest
  /** null: as config/venues.yaml says. */
  readonly legOrder: LegOrderPolicy | null
}

/** The decision's table is what the saga bench measured on two slow cores (docs/results.md: first bytes p50 35, p99 73 ms). */
export const DEFAULT_WAITS: Waits = {
  decision: [15, 25, 30, 35, 40, 50, 75],
  step: [5, 10, 15, 20, 40],
  way: ASSUMED_WAYS,
}
