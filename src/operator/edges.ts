/** What the streaming process says of its desk of edges: `edges` of its health page. */
export interface EdgeHealth {
  /** The one that edges are judged by. */
  readonly profile: string
  /** null: armed; else why not, in words. */
  readonly armed: string | null
  /** What calibration leaves of its sizes and why, in words; null: all of it. Absent: the process is of an older version. */
  readonly throttle?: string | null
  readonly watched: number
  readonly looks: number
  readonly found: number
  /** Tellings of odds. */
  readonly odds: number
  /** Of the newest odds, since they were fetched; null: none came yet. */
  readonly oddsAgeMs: number | null
  /** Edges by what became of them. */
  readonly opportunities: Readonly<Record<string, number>>
  /** Looks by the check or gate that refused: those that showed an edge, and those that could not judge. */
  readonly refusals: Readonly<Record<string, number>>
  readonly unjudged: Readonly<Record<string, number>>
}
