import { backtestFindings, backtestReport } from '../../../../src/core/report/backtest/findings'
import type { BacktestResult } from '../../../../src/core/report/backtest/result'
import type { Chart, Value } from '../../../../src/core/report/document'
import { REPORT_KINDS } from '../../../../src/core/report/document'
import { millis, money } from '../../../../src/core/units'
import { at, HOUR_MS, NOTHING, RESULT, START, TRADES } from './sample'

const figuresOf = (result: BacktestResult): Readonly<Record<string, Value>> =>
  Object.fromEntries(backtestFindings(result).figures.map(({ key, value }) => [key, value]))
const rowsOf = (name: string, result = RESULT): readonly (readonly Value[])[] =>
  backtestFindings(result).tables.find((table) => table.name === name)?.rows ?? []
function chartOf<K extends Chart['kind']>(kind: K, title: string, result = RESULT): Extract<Chart, { kind: K }> {
  const found = backtestFindings(result).charts.find((chart) => chart.title === title)
  if (found?.kind !== kind) throw new Error(`no chart "${title}" of ${kind}`)
  return found as Extract<Chart, { kind: K }>
}

describe('the figures of a backtest', () => {
  it('count opportunities, and trades by how they ended', () => {
    expect(figuresOf(RESULT)).toMatchObject({
      ...{
        opportunities: 5,
        trades: 6,
        locked: 1,
        partlyLocked: 1,
        unwound: 1,
        held: 0,
        surrendered: 0,
        missed: 1,
        refused: 1,
        unfinished: 1,
      },
    })
  })

  it('have P&L in its three parts, fees, and what it is on the most capital, rounded down', () => {
    expect(figuresOf(RESULT)).toMatchObject({
      ...{ pnl: -1_240_000, realised: -1_800_000, guaranteed: 600_000, open: -40_000, fees: 840_000, capitalMost: 30_000_000 },
      returnOnMost: -41_334, // −1.24 ÷ 30
    })
  })

  it('count as won what bought something, ended and holds nothing unmatched: two of three', () => {
    expect(figuresOf(RESULT)['winRate']).toBe(666_666)
  })

  it('spread all P&L, the losses of what never locked too, over the 30 contracts that locked', () => {
    expect(figuresOf(RESULT)['perContract']).toBe(-41_334)
  })

  it('have a year as what is cash, on what the paid ones tied up: −1.80 on 9.50 for two days', () => {
    expect(figuresOf(RESULT)).toMatchObject({ covered: HOUR_MS, yearly: -34_578_948 })
  })

  it('have no year of less than a day: a trade that was paid within seconds counts as a day', () => {
    const [first] = TRADES
    const quick = { ...RESULT, trades: first ? [{ ...first, settledMs: at(5) }] : [] }
    expect(figuresOf(quick)['yearly']).toBe(19_210_526) // 0.50 on 9.50 for a day: × 365
  })

  it('have no year where nothing that was held has been paid, and it is said', () => {
    const unpaid = { ...RESULT, trades: TRADES.map((trade) => ({ ...trade, settledMs: null })) }
    expect(figuresOf(unpaid)['yearly']).toBeNull()
    expect(backtestFindings(unpaid).notes).toContain('There is no yearly return: no contract that was held has been paid.')
    expect(backtestFindings(RESULT).notes.join(' ')).toContain('The yearly return is of 2 trades that are cash')
  })

  it('of frames without a trade claim no rate at all', () => {
    expect(figuresOf(NOTHING)).toMatchObject({
      ...{ trades: 0, pnl: 0, fees: 0, returnOnMost: null, winRate: null, perContract: null, yearly: null, ledgerSum: 0 },
    })
    const { charts, violations, tables } = backtestFindings(NOTHING)
    expect(
      charts.every((chart) => (chart.kind === 'bars' ? chart.bars : chart.kind === 'steps' ? chart.steps : chart.pairs).length === 0),
    ).toBe(true)
    expect(violations).toEqual([])
    expect(tables[0]?.rows).toEqual([])
  })
})

describe('what does not tie out', () => {
  it('is nothing where all does', () => expect(backtestFindings(RESULT).violations).toEqual([]))

  it('is each violation of the ledger, its sum, and trades that do not make the whole', () => {
    const broken: BacktestResult = {
      ...RESULT,
      ledger: { transfers: 3, sumMicros: -10_000, violations: ['account cash:kalshi is below zero'] },
      pnl: { ...RESULT.pnl, open: money('0') },
    }
    expect(backtestFindings(broken).violations).toEqual([
      'account cash:kalshi is below zero',
      'the ledger sums to $-0.01, not to nothing',
      'the trades make $-1.24, realised, guaranteed and open together $-1.20',
    ])
    expect(figuresOf(broken)).toMatchObject({ transfers: 3, ledgerSum: -10_000, ledgerViolations: 1 })
  })
})

describe('the tables of a backtest', () => {
  it('begin with the trades, one line each', () => {
    const [table] = backtestFindings(RESULT).tables
    expect(table?.name).toBe('trades')
    const [first, ...others] = (table?.rows ?? []).map((row) => Object.fromEntries(row.map((value, n) => [table?.columns[n]?.key, value])))
    expect(first).toEqual({
      ...{ trade: 't1', pair: 'u3', decided: at(1), ended: at(3), took: 2_000, label: 'locked', planned: 1_000, locked: 1_000, held: 0 },
      ...{ edge: 500_000, pnl: 500_000, pnlKind: 'realised', fees: 100_000, capital: 9_400_000, settled: at(1) + 48 * HOUR_MS },
      ...{
        fillPrior: 920_000,
        asPlanned: 'yes',
        orders: 2,
        filledFirst: 1_000,
        filledSecond: 1_000,
        filledCures: 0,
        sold: null,
        soldFor: null,
        wouldHavePaid: null,
        reason: 'both legs filled',
      },
    })
    expect(others[2]).toMatchObject({ label: 'refused', orders: 0, filledFirst: 0, reason: 'capital' })
    expect(others[3]).toMatchObject({ label: 'not ended', ended: null, took: null, settled: null, pnlKind: 'open' })
  })

  it('have what came of each pair, also of those that were only seen', () => {
    expect(rowsOf('byPair')).toEqual([
      ['cpi', 2, 2, 2_000, 950_000, 400_000, 600_000],
      ['fed', 0, 1, 0, 200_000, 0, 0],
      ['gdp', 1, 0, 0, 0, 0, 0],
      ['u3', 2, 3, 1_000, 2_000_000, 440_000, -1_840_000],
    ])
  })

  it('have outcomes in a fixed order, and last what has none', () => {
    expect(rowsOf('labels').map(([label, trades, , , , , , pnl]) => [label, trades, pnl])).toEqual([
      ['locked', 1, 500_000],
      ['partly-locked', 1, 600_000],
      ['unwound', 1, -2_300_000],
      ['missed', 1, 0],
      ['refused', 1, 0],
      ['not ended', 1, -40_000],
    ])
  })

  it('have fills by how much of the book was wanted: a hundredth more than displayed is more than all of it', () => {
    expect(rowsOf('fills')).toEqual([
      ['kalshi', 'up to a quarter', 1, 1_000, 5_000, 1_000, 1_000_000],
      ['kalshi', 'up to a half', 1, 1_000, 2_000, 1_000, 1_000_000],
      ['kalshi', 'up to all of it', 3, 7_000, 9_000, 7_000, 1_000_000],
      ['kalshi', 'more than that', 1, 1_000, 400, 400, 400_000],
      ['kalshi', 'nothing was displayed', 1, 100, 0, 0, 0],
      ['forecastex', 'up to all of it', 1, 1_000, 1_000, 1_000, 1_000_000],
      ['forecastex', 'up to twice as much', 1, 3_000, 2_999, 2_000, 666_666],
      ['forecastex', 'nothing was displayed', 1, 2_000, 0, 0, 0],
    ])
  })

  it('have each order', () => {
    expect(rowsOf('orders')).toHaveLength(10)
    expect(rowsOf('orders')[6]).toEqual(['t3', 'b', 'forecastex', '7001', at(1), 40, 3_000, 2_999, 2_000, 666_666])
  })

  it('have refusals, most first', () => {
    expect(rowsOf('refused')).toEqual([
      ['persistence', 3, 12],
      ['exit depth', 2, 30],
      ['capital', 1, 1],
    ])
  })
})

describe('the tables of what was predicted and seen', () => {
  it('hold the prior against what was sent and ended: not against a refusal, nor what still runs', () => {
    expect(rowsOf('calibration')).toEqual([
      ['50 to 70 %', 1, 600_000, 0, -600_000],
      ['80 to 90 %', 1, 900_000, 0, -900_000],
      ['90 to 95 %', 2, 930_000, 500_000, -430_000],
      ['all', 4, 840_000, 250_000, -590_000],
    ])
  })

  it('hold edges against P&L that is cash, losses too', () => {
    expect(rowsOf('edges')).toEqual([
      ['up to $0.50', 1, 500_000, 500_000, 0],
      ['up to $5', 1, 1_200_000, -2_300_000, 1],
    ])
  })

  it('have lives of opportunities, bounds included, and how they ended', () => {
    expect(rowsOf('lives').map(([label, count, share, sized, edge]) => [label, count, share, sized, edge])).toEqual([
      ['up to 100 ms', 1, 200_000, 1, 500_000],
      ['up to 1 s', 1, 200_000, 1, 1_200_000],
      ['up to 5 s', 1, 200_000, 1, 900_000],
      ['up to 30 s', 1, 200_000, 0, 0],
      ['up to 2 min', 0, 0, 0, 0],
      ['longer', 1, 200_000, 1, 10_000],
    ])
    expect(rowsOf('seen')).toEqual([
      ['taken', 3, 101, 5_000, 5_000, 5_000],
      ['refused', 1, 5_001, 5_001, 5_001, 5_001],
      ['vanished', 1, 120_001, 120_001, 120_001, 120_001],
    ])
  })

  it('say what the figures were made from', () => {
    expect(Object.fromEntries(rowsOf('run'))).toMatchObject({ seed: '7', latency: '40 ms', depth: '0.8', messages: '4079' })
  })
})

describe('the charts of a backtest', () => {
  it('have equity from nothing at the first frame to the last one, with what was paid later at its end', () => {
    const { steps, untilMs } = chartOf('steps', 'Realised P&L, fees included')
    expect(steps.map(({ atMs, value }) => [atMs - START, value])).toEqual([
      [0, 0],
      [10_000, -100_000],
      [20_000, -2_400_000],
      [HOUR_MS, -1_800_000],
    ])
    expect(untilMs).toBe(START + HOUR_MS)
    expect(backtestFindings(RESULT).notes).toContain('Changes of P&L after the last frame: 1. The curve has them at its end.')
    const early = { ...RESULT, equity: [{ atMs: millis(START), pnl: money('1') }] }
    expect(chartOf('steps', 'Realised P&L, fees included', early).steps).toEqual([{ atMs: START, value: 1_000_000 }])
  })

  it('have lives and refusals as bars', () => {
    expect(chartOf('bars', 'Opportunities by life').bars.map(({ value }) => value)).toEqual([1, 1, 1, 1, 0, 1])
    expect(chartOf('bars', 'Opportunities refused, by check or gate').bars[0]).toEqual({ label: 'persistence', value: 3 })
  })

  it('have fills by venue side by side, a whole bar being all of what was wanted', () => {
    const { names, pairs, whole } = chartOf('pairs', 'Filled of wanted, by what was wanted of what was displayed')
    expect([names, whole]).toEqual([['Kalshi', 'ForecastEx'], 1_000_000])
    expect(pairs.map(({ values }) => values)).toEqual([
      [1_000_000, null],
      [1_000_000, null],
      [1_000_000, 1_000_000],
      [null, 666_666],
      [400_000, null],
      [0, 0],
    ])
  })

  it('have what was predicted beside what was observed, and edges beside P&L, by trade', () => {
    expect(chartOf('pairs', 'Filled as planned, by the prior').pairs[2]).toEqual({ label: '90 to 95 %', values: [930_000, 500_000] })
    const twice = { ...RESULT, trades: [...TRADES, ...TRADES] }
    expect(chartOf('pairs', 'Edge at the decision and P&L of a trade that is cash, on average', twice).pairs).toEqual([
      { label: 'up to $0.50 (2)', values: [500_000, 500_000] },
      { label: 'up to $5 (2)', values: [1_200_000, -2_300_000] },
    ])
  })
})

describe('the report of a backtest', () => {
  it('has the name and the span of the frames, and is none of those that the report command makes', () => {
    const report = backtestReport(RESULT, START + 5)
    expect(report).toMatchObject({ kind: 'backtest', title: 'Backtest of kalshi_ws/day.ndjson', madeAtMs: START + 5 })
    expect(report.span).toEqual({ fromMs: START, toMs: START + HOUR_MS })
    expect(report.notes[0]).toBe('What our own orders would have changed in the book is not in the frames.')
    expect(REPORT_KINDS).not.toContain('backtest')
  })

  it('says how many trades are not what they will be', () => {
    const notes = backtestFindings(RESULT).notes.join(' ')
    expect(notes).toContain('Trades that had not ended when the frames did: 1.')
    expect(notes).toContain('Trades that wait for their payout: 1.')
    expect(notes).toContain('Trades that sent no order or had not ended: 2.')
  })
})
