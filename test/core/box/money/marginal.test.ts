import { isWorth, isWorthExactly, type Marginal, type Next } from '../../../../src/core/box/marginal'
import { CLEARED_GRID, DIRECT_GRID } from '../../../../src/core/market/fees-kalshi'
import { money, price, type Price } from '../../../../src/core/units'
import { Chances, seedOf } from '../../../chances'

const seed = seedOf()
const RUNS = 50_000
const anyPrice = (chances: Chances): Price => chances.upTo(9_999) as Price

interface Asked {
  readonly next: Next
  readonly input: Marginal
}
function anything(chances: Chances): Asked {
  const next = { kalshi: anyPrice(chances), forecastex: anyPrice(chances), exit: chances.below(8) === 0 ? null : anyPrice(chances) }
  const first = chances.of(['kalshi', 'forecastex'] as const)
  const input: Marginal = {
    kalshiFees: {
      rates: { taker: chances.of([0, 3_500_000, 7_000_000, 14_000_000, 7_000_001, 349_999_993, 900_000_000]), maker: 0 },
      balanceGrid: chances.of([DIRECT_GRID, CLEARED_GRID]),
      slackPerContract: money(chances.of([0, 1, 100, 10_000])),
    },
    forecastexFeePerContract: money(chances.of([0, 10_000])),
    payoff: money(1_000_000),
    kalshiHurdle: chances.below(2) * chances.below(200_000),
    forecastexHurdle: chances.below(2) * chances.below(200_000),
    legRisk: chances.below(2) === 0 ? null : { first, failure: chances.below(10_001), exit: [] },
  }
  return { next, input }
}
/** The payoff at which the margin is within a µ$ of nothing: where a fraction decides. */
function close({ next, input }: Asked, chances: Chances): Asked {
  let low = 0
  let high = 4_000_000
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (isWorthExactly(next, { ...input, payoff: money(middle) })) high = middle
    else low = middle
  }
  return { next, input: { ...input, payoff: money(Math.max(0, high - 2 + chances.below(4))) } }
}

describe(`one more contract (seed ${seed})`, () => {
  it(`is judged in plain integers as by exact fractions, ${RUNS} times at random`, () => {
    const chances = new Chances(seed)
    let worth = 0
    for (let n = 0; n < RUNS; n++) {
      const { next, input } = anything(chances)
      const exact = isWorthExactly(next, input)
      if (exact) worth++
      if (isWorth(next, input) !== exact) throw new Error(`seed ${seed}, ${n}: ${JSON.stringify({ next, input })}`)
    }
    expect(worth).toBeGreaterThan(RUNS / 20)
  })
  it('and where a fraction of a µ$ decides', () => {
    const chances = new Chances(seed)
    let worth = 0
    for (let n = 0; n < RUNS / 10; n++) {
      const { next, input } = close(anything(chances), chances)
      const exact = isWorthExactly(next, input)
      if (exact) worth++
      if (isWorth(next, input) !== exact) throw new Error(`seed ${seed}, ${n}: ${JSON.stringify({ next, input })}`)
    }
    expect(worth).toBeGreaterThan(RUNS / 50)
    expect(worth).toBeLessThan(RUNS / 12)
  })
  it('is worth it at a margin of exactly the least, and not at a margin of nothing', () => {
    const free: Marginal = {
      kalshiFees: { rates: { taker: 0, maker: 0 }, balanceGrid: DIRECT_GRID, slackPerContract: money(0) },
      forecastexFeePerContract: money(0),
    }
    const next = { kalshi: price('0.40'), forecastex: price('0.59'), exit: null }
    expect(isWorth(next, { ...free, minMargin: money(10_000) })).toBe(true)
    expect(isWorth(next, { ...free, minMargin: money(10_001) })).toBe(false)
    expect(isWorth({ ...next, forecastex: price('0.60') }, free)).toBe(false)
  })
  it('is worth a fee of 0.017052 down to the last 1e-10 of it', () => {
    // 0.42 costs 0.42 + 0.07 · 0.42 · 0.58 = 0.437052; the rest of the dollar, 0.562948, is not on the grid of prices, so the payoff moves
    const input: Marginal = {
      kalshiFees: { rates: { taker: 7_000_001, maker: 0 }, balanceGrid: DIRECT_GRID, slackPerContract: money(0) },
      forecastexFeePerContract: money(0),
    }
    const next = { kalshi: price('0.42'), forecastex: price('0.54'), exit: null }
    expect(isWorth(next, { ...input, payoff: money(977_052) })).toBe(false) // short by 0.0024 µ$
    expect(isWorth(next, { ...input, payoff: money(977_053) })).toBe(true)
  })
})
