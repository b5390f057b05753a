import { backtestJson } from '../../../../src/core/report/backtest/json'
import { HOUR_MS, NOTHING, RESULT, START } from './sample'

describe('a backtest as JSON', () => {
  it('has what the contract of `crossbook backtest --json` says, in its units', () => {
    expect(backtestJson(RESULT)).toEqual({
      ...{ name: 'kalshi_ws/day.ndjson', from: START, to: START + HOUR_MS, messages: 4_079, opportunities: 5, trades: 6, unfinished: 1 },
      labels: { locked: 1, 'partly-locked': 1, unwound: 1, held: 0, surrendered: 0, missed: 1, refused: 1 },
      sold: { trades: 0, contracts: '0.00', broughtMicros: 0, decided: { trades: 0, broughtMicros: 0, wouldHavePaidMicros: 0 } },
      pnlMicros: -1_240_000,
      pnl: { realisedMicros: -1_800_000, guaranteedMicros: 600_000, openMicros: -40_000 },
      ...{ feesMicros: 840_000, capitalMostMicros: 30_000_000 },
      byPair: [
        { pair: 'cpi', opportunities: 2, trades: 2, locked: '20.00', pnlMicros: 600_000, feesMicros: 400_000 },
        { pair: 'fed', opportunities: 0, trades: 1, locked: '0.00', pnlMicros: 0, feesMicros: 0 },
        { pair: 'gdp', opportunities: 1, trades: 0, locked: '0.00', pnlMicros: 0, feesMicros: 0 },
        { pair: 'u3', opportunities: 2, trades: 3, locked: '10.00', pnlMicros: -1_840_000, feesMicros: 440_000 },
      ],
      refused: { persistence: 12, capital: 1, 'exit depth': 30 },
      refusedOpportunities: { persistence: 3, capital: 1, 'exit depth': 2 },
      ledger: { transfers: 41, sumMicros: 0, violations: [] },
      ...{ seed: '7', assumptions: { latency: '40 ms', depth: '0.8' }, sha256: 'ab'.repeat(32), caveats: RESULT.caveats },
    })
  })

  it('of frames without a trade has every field', () => {
    expect(backtestJson(NOTHING)).toMatchObject({
      opportunities: 0,
      trades: 0,
      pnlMicros: 0,
      byPair: [],
      refused: {},
      refusedOpportunities: {},
    })
    expect(Object.keys(backtestJson(NOTHING))).toEqual(Object.keys(backtestJson(RESULT)))
  })
})
