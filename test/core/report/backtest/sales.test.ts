import { tradeId } from '../../../../src/core/ids'
import { backtestFindings } from '../../../../src/core/report/backtest/findings'
import { backtestJson } from '../../../../src/core/report/backtest/json'
import type { BacktestResult, PaperSale, PaperTrade } from '../../../../src/core/report/backtest/result'
import { money, quantity } from '../../../../src/core/units'
import { at, RESULT, TRADES } from './sample'

const [BOUGHT] = TRADES as readonly [PaperTrade]
const sold = (id: string, of: string, brought: string, wouldHavePaid: string | null): PaperTrade => {
  const sale: PaperSale = {
    ...{ quantity: quantity(of), brought: money(brought), lastMs: at(9) },
    wouldHavePaid: wouldHavePaid === null ? null : money(wouldHavePaid),
  }
  return { ...BOUGHT, tradeId: tradeId(id), label: 'unwound', locked: quantity('0'), sold: sale }
}
/** One that would have won, one that would have lost, one whose market is not decided, and one that was not sold. */
const SOLD: BacktestResult = {
  ...RESULT,
  trades: [sold('e1', '10', '5.9334', '10'), sold('e2', '10', '5.50', '0'), sold('e3', '4', '2.3733', null), BOUGHT],
}
const figures = (result: BacktestResult) => Object.fromEntries(backtestFindings(result).figures.map(({ key, value }) => [key, value]))

describe('edges that were sold before settlement', () => {
  it('are counted, and held against what holding them would have brought where that is known', () => {
    expect(figures(SOLD)).toMatchObject({ soldEarly: 3, soldContracts: 2_400, soldFor: 13_806_700, soldGain: 11_433_400 - 10_000_000 })
    expect(backtestJson(SOLD).sold).toEqual({
      ...{ trades: 3, contracts: '24.00', broughtMicros: 13_806_700 },
      decided: { trades: 2, broughtMicros: 11_433_400, wouldHavePaidMicros: 10_000_000 },
    })
  })

  it('have a line each, and a column of the trades', () => {
    const { tables } = backtestFindings(SOLD)
    const sales = tables.find(({ name }) => name === 'sales')
    expect(sales?.rows.map((row) => row.slice(0, 6))).toEqual([
      ['e1', 'u3', 1_000, at(9), 5_933_400, 10_000_000],
      ['e2', 'u3', 1_000, at(9), 5_500_000, 0],
      ['e3', 'u3', 400, at(9), 2_373_300, null],
    ])
    const [trades] = tables
    const soldFor = trades?.columns.findIndex(({ key }) => key === 'soldFor') ?? -1
    expect(trades?.rows.map((row) => row[soldFor])).toEqual([5_933_400, 5_500_000, 2_373_300, null])
  })

  it('say what is not in that comparison, and nothing where there are none', () => {
    const said = 'What holding would have been paid is by the result of the market alone'
    expect(backtestFindings(SOLD).notes.join()).toContain(said)
    expect(backtestFindings(RESULT).notes.join()).not.toContain(said)
    expect(figures(RESULT)).toMatchObject({ soldEarly: 0, soldFor: 0, soldGain: null })
  })
})
