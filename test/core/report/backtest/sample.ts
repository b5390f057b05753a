import { marketId, subjectId, tradeId } from '../../../../src/core/ids'
import type { BacktestResult, PaperOpportunity, PaperOrder, PaperTrade } from '../../../../src/core/report/backtest/result'
import { millis, money, NO_MONEY, quantity, type Millis } from '../../../../src/core/units'

export const START = Date.UTC(2026, 10, 20, 17)
export const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
export const at = (seconds: number): Millis => millis(START + seconds * 1_000)

const order = (leg: PaperOrder['leg'], venue: PaperOrder['venue'], wanted: string, displayed: string, filled: string): PaperOrder => ({
  ...{ venue, market: marketId(venue === 'kalshi' ? 'KXU3-26NOV' : '7001'), leg, sentMs: at(1), arrivedMs: millis(at(1) + 40) },
  ...{ wanted: quantity(wanted), displayed: quantity(displayed), filled: quantity(filled) },
})
const trade = (id: string, pair: string, change: Partial<PaperTrade>): PaperTrade => ({
  ...{ tradeId: tradeId(id), pair: subjectId(pair), decidedMs: at(1), endedMs: at(3), label: 'missed', reason: 'nothing filled' },
  ...{ quantity: quantity('1'), locked: quantity('0'), held: quantity('0'), edge: money('0.20'), fillPrior: 9_000, filledAsPlanned: false },
  ...{ capital: NO_MONEY, fees: NO_MONEY, pnl: NO_MONEY, pnlKind: 'realised', settledMs: null, sold: null, orders: [] },
  ...change,
})

/** One of each kind: paid, unwound at a loss, locked in part, refused without an order, not ended, missed. */
export const TRADES: readonly PaperTrade[] = [
  trade('t1', 'u3', {
    ...{ label: 'locked', reason: 'both legs filled', quantity: quantity('10'), locked: quantity('10'), edge: money('0.50') },
    ...{ fillPrior: 9_200, filledAsPlanned: true, capital: money('9.40'), fees: money('0.10'), pnl: money('0.50') },
    settledMs: millis(at(1) + 2 * DAY_MS),
    orders: [order('a', 'kalshi', '10', '50', '10'), order('b', 'forecastex', '10', '10', '10')],
  }),
  trade('t2', 'u3', {
    ...{ label: 'unwound', reason: 'sold', quantity: quantity('20'), edge: money('1.20'), fillPrior: 9_400 },
    ...{ fees: money('0.30'), pnl: money('-2.30') },
    orders: [order('a', 'kalshi', '20', '20', '20'), order('b', 'forecastex', '20', '0', '0'), order('c', 'kalshi', '20', '30', '20')],
  }),
  trade('t3', 'cpi', {
    ...{
      label: 'partly-locked',
      reason: 'rest sold',
      quantity: quantity('30'),
      locked: quantity('20'),
      edge: money('0.90'),
      fillPrior: 6_000,
    },
    ...{ capital: money('19'), fees: money('0.40'), pnl: money('0.60'), pnlKind: 'guaranteed' },
    orders: [order('a', 'kalshi', '30', '40', '30'), order('b', 'forecastex', '30', '29.99', '20'), order('c', 'kalshi', '10', '20', '10')],
  }),
  trade('t4', 'cpi', { label: 'refused', reason: 'capital', quantity: quantity('5'), edge: money('0.05'), fillPrior: 9_900 }),
  trade('t5', 'u3', {
    ...{ endedMs: null, label: null, reason: '', quantity: quantity('10'), held: quantity('4'), edge: money('0.30') },
    ...{ capital: money('1.60'), fees: money('0.04'), pnl: money('-0.04'), pnlKind: 'open' },
    orders: [order('a', 'kalshi', '10', '4', '4')],
  }),
  trade('t6', 'fed', { orders: [order('a', 'kalshi', '1', '0', '0')] }),
]

const opportunity = (pair: string, lastedMs: number, outcome: string, bestEdge: string | null = null): PaperOpportunity => ({
  ...{ pair: subjectId(pair), firstSeenMs: at(1), lastedMs, outcome },
  bestEdge: bestEdge === null ? null : money(bestEdge),
})

export const RESULT: BacktestResult = {
  ...{ name: 'kalshi_ws/day.ndjson', seed: '7', fromMs: millis(START), toMs: millis(START + HOUR_MS), messages: 4_079 },
  assumptions: { latency: '40 ms', depth: '0.8' },
  opportunities: [
    opportunity('u3', 100, 'taken', '0.50'),
    opportunity('u3', 101, 'taken', '1.20'),
    opportunity('cpi', 5_000, 'taken', '0.90'),
    opportunity('cpi', 5_001, 'refused'),
    opportunity('gdp', 120_001, 'vanished', '0.01'),
  ],
  trades: TRADES,
  refused: { persistence: 12, capital: 1, 'exit depth': 30 },
  refusedOpportunities: { persistence: 3, capital: 1, 'exit depth': 2 },
  equity: [
    { atMs: at(10), pnl: money('-0.10') },
    { atMs: at(20), pnl: money('-2.40') },
    { atMs: millis(at(1) + 2 * DAY_MS), pnl: money('-1.80') },
  ],
  pnl: { realised: money('-1.80'), guaranteed: money('0.60'), open: money('-0.04') },
  capitalMost: money('30'),
  ledger: { transfers: 41, sumMicros: 0, violations: [] },
  sha256: 'ab'.repeat(32),
  caveats: ['What our own orders would have changed in the book is not in the frames.'],
}

/** Frames in which nothing was traded. */
export const NOTHING: BacktestResult = {
  ...RESULT,
  ...{ opportunities: [], trades: [], refused: {}, refusedOpportunities: {}, equity: [], capitalMost: NO_MONEY },
  pnl: { realised: NO_MONEY, guaranteed: NO_MONEY, open: NO_MONEY },
  ledger: { transfers: 0, sumMicros: 0, violations: [] },
}
