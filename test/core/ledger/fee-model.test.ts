import { marketId } from '../../../src/core/ids'
import { modelFees, suspendedFee } from '../../../src/core/ledger/fee-model'
import { forecastexFees, kalshiFees, type VenueFees } from '../../../src/core/market/fees'
import { FORECASTEX_REGIMES, type ForecastexRegime } from '../../../src/core/market/fees-forecastex'
import { CLEARED_GRID } from '../../../src/core/market/fees-kalshi'
import type { Fill } from '../../../src/core/trade/order'
import { millis, money, price, quantity } from '../../../src/core/units'

const NOW = millis(Date.UTC(2026, 10, 21))
const fill = (contracts: string, at: string, atMs = 0): Fill => ({
  venue: 'kalshi',
  account: 'a',
  venueOrderId: 'o',
  executionId: `${contracts}@${at}`,
  corrects: null,
  market: marketId('M'),
  outcome: 'yes',
  action: 'buy',
  price: price(at),
  quantity: quantity(contracts),
  fee: null,
  atMs: millis(NOW + atMs),
})
function kalshi(): VenueFees {
  const terms = kalshiFees(
    { feeType: 'quadratic', multiplier: 10_000, fetchedAtMs: NOW },
    { balanceGrid: CLEARED_GRID, slackPerContract: money(1) },
  )
  if (terms.kind !== 'priced') throw new Error(terms.reason)
  return terms
}

describe('the modelled fees of an order', () => {
  it('carry Kalshi rounding from fill to fill: the third lot at 0.10 gets its rebate', () => {
    const lots = [fill('1', '0.10'), fill('1', '0.10', 1), fill('1', '0.10', 2)]
    expect(modelFees(kalshi(), lots)).toEqual({ fees: [10_000, 10_000, 0], grid: 10_000 })
    expect(modelFees(kalshi(), lots.toReversed()).fees).toEqual([0, 10_000, 10_000])
  })
  it('are a cent a contract at ForecastEx, and were inside the price before', () => {
    expect(modelFees(forecastexFees(NOW), [fill('3', '0.54')])).toEqual({ fees: [30_000], grid: 0 })
    expect(modelFees(forecastexFees(NOW), [{ ...fill('3', '0.54'), atMs: millis(0) }])).toEqual({ fees: [0], grid: 0 })
  })
  it('are of the regime in force when each fill was executed, to the millisecond, however late they are booked', () => {
    const [, { effectiveFromMs: changeMs }] = FORECASTEX_REGIMES as [unknown, ForecastexRegime]
    const fills = [-1, 0, 1].map((ms) => ({ ...fill('100', '0.56'), atMs: millis(changeMs + ms) }))
    for (const terms of [forecastexFees(changeMs), forecastexFees(millis(changeMs - 1)), forecastexFees(NOW)])
      expect(modelFees(terms, fills).fees).toEqual([0, 1_000_000, 1_000_000])
  })
  it('are told to be unknown where no regime covers a fill', () => {
    const since = [{ effectiveFromMs: NOW, feePerContract: money('0.02'), pairPrice: money('1') }]
    expect(() => modelFees(forecastexFees(NOW, since), [fill('1', '0.5', -1)])).toThrow('no ForecastEx fee regime covers')
  })
  it('of nothing are none', () => expect(modelFees(kalshi(), [])).toEqual({ fees: [], grid: 10_000 }))
})

describe('invariant 8: what of a fee is in suspense', () => {
  it.each([
    [10_000, 10_000, 100, 0],
    [10_100, 10_000, 100, 0],
    [10_101, 10_000, 100, 101],
    [9_899, 10_000, 100, -101],
    [0, 10_000, 0, -10_000],
    [10_000, null, 0, 0],
  ])('charged %d, modelled %p, grid %d: %d', (charged, modelled, grid, suspended) => {
    const model = modelled === null ? null : money(modelled)
    expect(suspendedFee(money(charged), model, money(grid))).toBe(suspended)
  })
})
