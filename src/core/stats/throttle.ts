import { assertNever } from '../assert'
import type { Millis } from '../units'
import type { Calibration } from './calibration'
import type { ConfidencePercent } from './estimates'

/** When the claims of a profile have failed, and what follows (config/profiles.yaml). */
export interface CalibrationRule {
  /** Claims of so many days count. */
  readonly days: number
  /** Fewer games that have ended are no evidence. */
  readonly minGames: number
  readonly confidence: ConfidencePercent
  /** Claimed probability less observed, beyond what chance explains. */
  readonly maxGap: number
  /** What is left of each size: 0 … 1, 0: nothing trades. */
  readonly share: number
}

/**
 * What a profile's claims came to. `few`: nobody can say. `holds`: nothing is proven against them; `isEarned`: and what was seen speaks for them, contracts
 * earned something on average and wins were claimed about as often as they came.
 */
export type Judged =
  | { readonly kind: 'holds'; readonly isEarned: boolean }
  | { readonly kind: 'fails'; readonly reasons: readonly string[] }
  | { readonly kind: 'few'; readonly games: number }

const CENTS = 100
const cents = (dollars: number): string => `${(Math.round(dollars * CENTS * CENTS) / CENTS).toString()}c`
const percent = (share: number): string => `${(Math.round(share * CENTS * CENTS) / CENTS).toString()} %`

/** Whether claims have failed: chance explains neither what contracts lost nor how much too often a win was claimed. */
export function judge({ scored }: Pick<Calibration, 'scored'>, { minGames, confidence, maxGap }: CalibrationRule): Judged {
  if (scored === null || scored.games < minGames) return { kind: 'few', games: scored?.games ?? 0 }
  const { realised, gap } = scored
  const reasons: string[] = []
  if (realised.high !== null && realised.high < 0)
    reasons.push(
      `a contract earned ${cents(realised.mean)} on average, at most ${cents(realised.high)} with ${confidence} % confidence, by ${scored.games} games`,
    )
  if (gap.low !== null && gap.low > maxGap)
    reasons.push(
      `wins were claimed ${percent(gap.mean)} too often, at least ${percent(gap.low)} with ${confidence} % confidence, and ${percent(maxGap)} is permitted`,
    )
  return reasons.length > 0 ? { kind: 'fails', reasons } : { kind: 'holds', isEarned: realised.mean >= 0 && gap.mean <= maxGap }
}

/** What one run found of one profile. */
export interface Finding {
  readonly profile: string
  readonly fromMs: Millis
  readonly judged: Judged
  readonly figures: Readonly<Record<string, number | null>>
}

/** How a profile stands. The newest finding counts. */
export interface Standing {
  readonly profile: string
  /** Of each size. 1: not throttled. */
  readonly share: number
  /** Why it is throttled; empty: it is not. */
  readonly reasons: readonly string[]
}

/** What is kept of a finding, and how its profile stood before it and stands since. */
export interface Kept {
  readonly verdict: Judged['kind']
  readonly figures: Finding['figures']
  readonly before: Standing | null
  readonly after: Standing
}

/**
 * How a profile stands after a finding. A throttle ends by claims that have earned it, or by a person: fewer claims prove less, and what is proven no more is no
 * reason to trust them again.
 * @param before null: it was never judged, or a person has lifted its throttle since.
 */
export function standingAfter(before: Standing | null, profile: string, judged: Judged, { share }: CalibrationRule): Standing {
  switch (judged.kind) {
    case 'fails':
      return { profile, share, reasons: judged.reasons }
    case 'holds':
      return judged.isEarned || before === null ? { profile, share: 1, reasons: [] } : before
    case 'few':
      return before ?? { profile, share: 1, reasons: [] }
    default:
      return assertNever(judged)
  }
}
