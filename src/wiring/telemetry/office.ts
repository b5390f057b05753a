import { unlessAborted, withLimit } from '../../ports/limit'
import { openTrades, type OpenTrade } from '../../stores/postgres/owners'
import type { Database } from '../../stores/postgres/pool'
import type { Family } from '../../telemetry/metrics'
import { systemClock } from '../clock'

/** A trade takes a second; one that is open for long is seen soon enough so. */
const LOOK_EVERY_MS = 5_000
const LOOK_LIMIT_MS = 3_000
const MS_PER_SECOND = 1_000
const STRATEGIES = ['box', 'edge'] as const

const clock = systemClock()

export interface LedgerFigures {
  /** Until aborted. */
  run(signal: AbortSignal): Promise<void>
  readonly families: readonly Family[]
}

/** The trades that the ledger has open, whoever runs them. While it does not answer nothing is told of them. */
export function followTrades(database: Database): LedgerFigures {
  let open: readonly OpenTrade[] | null = null
  return {
    async run(signal) {
      while (!signal.aborted) {
        open = await withLimit([signal], LOOK_LIMIT_MS, (limit) => unlessAborted(openTrades(database), limit)).catch(() => null) // the store's own figure says why
        await clock.sleep(LOOK_EVERY_MS, signal).catch(() => undefined) // aborted: the loop ends
      }
    },
    families: [
      {
        name: 'crossbook_trades_open_count',
        help: 'trades that were granted and have not ended, of all shards',
        type: 'gauge',
        labels: ['strategy'],
        read: () =>
          STRATEGIES.flatMap((strategy) =>
            open === null ? [] : [{ labels: { strategy }, value: open.filter((trade) => trade.strategy === strategy).length }],
          ),
      },
      {
        name: 'crossbook_trade_oldest_age_seconds',
        help: 'since the oldest of them was granted; 0 when none is open',
        type: 'gauge',
        read: () => {
          if (open === null) return []
          const startedMs = open.reduce((oldest, trade) => Math.min(oldest, trade.startedMs), clock.nowMs() as number)
          return [{ value: (clock.nowMs() - startedMs) / MS_PER_SECOND }]
        },
      },
    ],
  }
}

/** @param left null: the source of odds has not said, or none is asked */
export const creditMeasure = (left: () => number | null): Family => ({
  name: 'crossbook_odds_credits_left_count',
  help: 'credits of the month at the source of odds, as it last said',
  type: 'gauge',
  read: () => {
    const credits = left()
    return credits === null ? [] : [{ value: credits }]
  },
})
