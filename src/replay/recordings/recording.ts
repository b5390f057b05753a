import type { Frame } from '../../core/market/event'
import type { PaperSettlement } from '../../core/report/backtest/result'
import type { Limits } from '../../core/risk/limits'

/** Recorded market data as a process would have captured it, with what came of its markets. */
export interface Recording {
  readonly name: string
  /** In order of time, n gapless from 1: house frames (limits, listings, pairs) first. Can be read more than once. @throws RangeError naming file and line */
  frames(): AsyncIterable<Frame>
  /** As the venues decided, by time. */
  readonly settlements: readonly PaperSettlement[]
  /** What results over it do not prove, in sentences. */
  readonly caveats: readonly string[]
}

export interface RecordingOptions {
  /** Told in a house frame: what a size and an edge are judged by. */
  readonly limits: Limits
  /** Of whatever is invented: the same seed gives the same frames. */
  readonly seed: string
  /** How long a quote lives that was made of a trade, in ms. */
  readonly quoteLifeMs?: number
  /** Where a recording has several windows: only so many, the oldest. */
  readonly windows?: number
}
