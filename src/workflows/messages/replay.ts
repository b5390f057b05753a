/** What a replay of a day's decisions came to. Kept as `<data>/replays/<day>.json`. */
export interface DayReplay {
  /** UTC, like "2026-11-22". */
  readonly day: string
  readonly files: number
  readonly frames: number
  /** Trades that were decided in that day, by the ledger and by the captures. */
  readonly decisions: number
  readonly compared: number
  /** Of the figures of all that were compared, as they were decided, and as they are decided again. */
  readonly recordedSha256: string
  readonly replayedSha256: string
  /** Nothing that was compared differs, and nothing is without its beginning: what could not be compared is not the same. */
  readonly same: boolean
  /** Decisions of which captures tell, and which could not be made again because what they depend on is told in no file that is left. Absent: a report of before it was counted. */
  readonly withoutBeginning?: number
  /** At most a hundred of them. Figures by `figuresOf` (core/box/finding) or `decidedFiguresOf` (core/edge/decided); null: nothing was found. */
  readonly differing: readonly DecisionDiffers[]
  /** Decisions that could not be made again, with the reason. At most a hundred of them. */
  readonly notCompared: readonly { readonly tradeId: string; readonly reason: string }[]
  /** Where files are damaged, frames are missing, or a clock was set. At most a hundred of them. */
  readonly warnings: readonly string[]
  readonly elapsedMs: number
}
export interface DecisionDiffers {
  readonly tradeId: string
  /** A box's pair, an edge's market. */
  readonly pair: string
  readonly seenMs: number
  readonly recorded: readonly number[]
  readonly replayed: readonly number[] | null
}

export interface ReplayActivities {
  /** Replays the decisions of a UTC day, compares, alarms, and keeps the report. @param day absent: yesterday */
  replayDay(day?: string): Promise<DayReplay>
}
