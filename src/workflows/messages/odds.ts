/** What became of a look at the odds of one sport. */
export interface IngestedSport {
  /** As the source names it. */
  readonly sport: string
  readonly games: number
  /** Games of which at least one outcome has a consensus. */
  readonly priced: number
  /** Why outcomes have none, and why lines of books were not heard, by reason: how many. */
  readonly refused: Readonly<Record<string, number>>
  /** What of the answer was not understood, or cannot be kept, a sentence each. */
  readonly problems: readonly string[]
  /** Why nothing came; nothing of that sport was written then. null: it came. */
  readonly failure: string | null
}
/** What a round has asked for, and what it left. */
export interface IngestedOdds {
  readonly sports: readonly IngestedSport[]
  /** Due, and not asked for: what the last sport met would have met them too. */
  readonly left: readonly string[]
  /** Credits of the month by the source's count; null: it did not tell. */
  readonly remaining: number | null
  /** When something is due again; null: nothing is worth it, or the budget is gone. */
  readonly nextMs: number | null
  /** Why nothing is spent until there are credits again; null: it goes on. */
  readonly paused: string | null
  /** What the source says of a key that it does not take, which only a person can mend; null: it took it. */
  readonly keyRefused: string | null
  /** Why nothing was asked for although something may be due; null: all is well. */
  readonly failure: string | null
}
export interface OddsActivities {
  /** One round: plans by what is left, asks for the sports that are due, and writes what they tell into cache and record. */
  ingestOddsRound(): Promise<IngestedOdds>
}
