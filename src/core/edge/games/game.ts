import type { Millis } from '../../units'
import type { League } from './series'

/** What Kalshi tells about a market that decides what it asks. No price: a mapping outlives every quote (B3). */
export interface ListedMarket {
  readonly ticker: string
  readonly eventTicker: string
  readonly seriesTicker: string
  readonly title: string
  /** `yes_sub_title`: the side that YES is on, as Kalshi shows it; "" when not told. */
  readonly subtitle: string
  readonly rulesPrimary: string
  readonly rulesSecondary?: string
}

/** What a tie pays a YES of either team, in dollars; "unknown": the rules do not say it, or say something of a game without a winner that is not understood. */
export interface TieValue {
  readonly value: number | 'unknown'
  /** Of "unknown": what is not told, or the sentence. Not told in captures of before it was. */
  readonly why?: string
}

/**
 * One Kalshi event and the game of the odds source that it is about.
 * `confirmed` is exact evidence for teams, day and start, and one candidate. `review` waits for a person: with the one candidate, if there is one.
 * `none`: no game winner that the source lists, or no such game there. Only `confirmed` may trade.
 */
export interface GameMapping {
  readonly kalshiEvent: string
  readonly oddsEventId: string | null
  readonly status: 'confirmed' | 'review' | 'none'
  /** The odds source's key: "baseball_mlb". */
  readonly sport: string | null
  readonly league: League | null
  /** The HHMM of the ticker (US Eastern), else the earliest start that the source has told (ruling 4); null: neither is known. */
  readonly startMs: Millis | null
  /** Outcome of YES by market ticker, as the odds source names it: a team or "Draw". Empty unless there is an `oddsEventId`. */
  readonly yesTeams: Readonly<Record<string, string>>
  /** "none": the game cannot end in one, or a tie is an outcome of its own. */
  readonly tie: 'none' | TieValue
  readonly reasons: readonly string[]
}

/** The odds source's name of a tie in three-way markets. */
export const DRAW = 'Draw'
