import { FORECASTEX_REGIMES } from '../../../src/core/market/fees-forecastex'
import { marketId } from '../../../src/core/ids'
import type { BacktestResult, PaperSettlement } from '../../../src/core/report/backtest/result'
import { millis, money } from '../../../src/core/units'
import { backtest, type BacktestOptions } from '../../../src/replay/backtest/backtest'
import { framesOf } from '../../../src/replay/frames'
import { POLICY } from '../../core/box/fixture'
import { LogBook } from '../../stores/doubles'
import { SyntheticCapture, START_MS, TICKER, YES_ID } from '../synthetic'

/** Waits of one length each: 100 ms to decide, 10 ms a step, 20 ms one way to Kalshi and 30 to ForecastEx. */
export const FIXED: BacktestOptions['waits'] = { decision: [100, 100], step: [10, 10], way: { kalshi: [20, 20], forecastex: [30, 30] } }
export const SPREAD: BacktestOptions['waits'] = { decision: [50, 150], step: [5, 25], way: { kalshi: [10, 60], forecastex: [20, 90] } }
/** All that is displayed is there. */
export const CERTAIN: BacktestOptions['assumptions'] = { depthFactor: 10_000, phantom: 0, waits: 'ninth-decile' }

/** Both markets of the pair, in the order of their venues. */
export const settled = (yesPays: string, afterMs = 3_600_000): readonly PaperSettlement[] => [
  { venue: 'kalshi', market: marketId(TICKER), yesPays: money(yesPays), atMs: millis(START_MS + afterMs) },
  { venue: 'forecastex', market: marketId(String(YES_ID)), yesPays: money(yesPays), atMs: millis(START_MS + afterMs) },
]

export function options(change: Partial<BacktestOptions> = {}): BacktestOptions {
  return {
    ...{ mode: 'sim', balancePrecision: 'direct', policy: POLICY, regimes: FORECASTEX_REGIMES, sequence: 'check' },
    ...{ name: 'tiny', seed: 'run1', cash: { kalshi: money('1000'), forecastex: money('1000') } },
    ...{ assumptions: CERTAIN, waits: FIXED, limits: {}, calendars: [], releases: [], edges: null, settlements: settled('1') },
    ...{ caveats: [], described: {}, log: new LogBook(), onProgress: () => undefined, signal: new AbortController().signal },
    ...change,
  }
}
export async function run(capture: SyntheticCapture, change: Partial<BacktestOptions> = {}): Promise<BacktestResult> {
  const { log, ...rest } = options(change)
  return backtest(framesOf(await capture.files(), log), { log, ...rest })
}
