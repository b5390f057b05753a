import { tradeId, type TradeId } from '../../src/core/ids'
import { createTokens } from '../../src/venues/tokens'
import { DECIDED_MS } from '../saga/plan'
import { SettableClock } from '../stores/doubles'

const trade = (n: number): TradeId => tradeId(`T${n}`)

/** Both venues grant the same: an order costs 10 of 100, which refill in a second. */
function budgets(capacity = 100) {
  const clock = new SettableClock(DECIDED_MS)
  const tokens = createTokens(clock)
  for (const venue of ['kalshi', 'forecastex'] as const) tokens.tellRate(venue, { perSecond: 100, capacity, perOrder: 10, perCancel: 2 })
  const kalshi = () => tokens.state()[0]
  return { clock, tokens, kalshi }
}

describe('E18 a trade leases its entry and four cures', () => {
  it('and is not admitted when they are not there', () => {
    const { tokens, kalshi } = budgets()
    expect([1, 2, 3].map((n) => tokens.admit(trade(n)))).toEqual([true, true, false])
    expect(kalshi()).toEqual({ venue: 'kalshi', level: 100, leased: 100, capacity: 100 })
  })

  it('at both venues or at none', () => {
    const { tokens, kalshi } = budgets()
    tokens.tellRate('forecastex', { perSecond: 40, capacity: 40, perOrder: 10, perCancel: 2 })
    expect(tokens.admit(trade(1))).toBe(false)
    expect(kalshi()?.leased).toBe(0)
  })

  it('gives back what it did not use', () => {
    const { tokens, kalshi } = budgets()
    tokens.admit(trade(1))
    tokens.spend(trade(1), 'kalshi')
    expect(kalshi()).toMatchObject({ level: 90, leased: 40 })
    tokens.release(trade(1))
    tokens.release(trade(1))
    expect(kalshi()).toMatchObject({ level: 90, leased: 0 })
  })

  it('cures always find theirs: what others leased is out of an entry’s reach', () => {
    const { tokens, clock } = budgets(140)
    expect([1, 2].map((n) => tokens.admit(trade(n)))).toEqual([true, true])
    for (const n of [1, 2]) tokens.spend(trade(n), 'kalshi')
    expect(tokens.admit(trade(3))).toBe(false) // 40 of 120 are free: no place for 50
    for (const n of [1, 2]) for (let cure = 0; cure < 4; cure++) tokens.spend(trade(n), 'kalshi')
    expect(tokens.state()[0]).toMatchObject({ level: 40, leased: 0 })
    for (const n of [1, 2]) tokens.release(trade(n))
    clock.advance(1_000)
    expect(tokens.admit(trade(3))).toBe(true)
  })

  it('more cures than four go all the same, and new entries wait for them', () => {
    const { tokens, clock } = budgets()
    tokens.admit(trade(1))
    for (let order = 0; order < 12; order++) tokens.spend(trade(1), 'kalshi')
    expect(tokens.state()[0]).toMatchObject({ level: -20, leased: 0 })
    tokens.release(trade(1))
    clock.advance(690)
    expect(tokens.admit(trade(2))).toBe(false)
    clock.advance(20)
    expect(tokens.admit(trade(2))).toBe(true)
  })
})

describe('E18 entries use half', () => {
  it('of what the venue grants, however much is free', () => {
    const { tokens, clock } = budgets(1_000)
    const entered = (from: number): number => {
      let count = 0
      for (let n = from; n < from + 100; n++) {
        if (!tokens.admit(trade(n))) continue
        count++
        tokens.spend(trade(n), 'kalshi')
        tokens.release(trade(n))
      }
      return count
    }
    expect(entered(0)).toBe(50)
    clock.advance(1_000)
    expect(entered(100)).toBe(5) // half of the 100 that came back
  })

  it('a trade that was refused before its entry left used none', () => {
    const { tokens } = budgets()
    for (let n = 0; n < 50; n++) {
      expect(tokens.admit(trade(n))).toBe(true)
      tokens.release(trade(n))
    }
  })
})

describe('E18 after a restart', () => {
  it('running trades hold the tokens of all four cures again', () => {
    const { tokens, kalshi } = budgets()
    tokens.restore(trade(1))
    tokens.restore(trade(1))
    expect(kalshi()?.leased).toBe(40)
    expect(tokens.admit(trade(2))).toBe(true)
    expect(tokens.admit(trade(3))).toBe(false)
    tokens.release(trade(1))
    expect(tokens.admit(trade(3))).toBe(true)
  })
})

describe('E18 each shard above 0 has a bucket of its own', () => {
  it('a trade leases at its own, and what another shard spends is not missing here', () => {
    const { tokens } = budgets()
    tokens.tellRate('forecastex', { perSecond: 1_000, capacity: 1_000, perOrder: 1, perCancel: 1 })
    expect([1, 2, 3].map((n) => tokens.admit(trade(n)))).toEqual([true, true, false])
    expect([3, 4, 5].map((n) => tokens.admit(trade(n), 2))).toEqual([true, true, false])
    tokens.spend(trade(3), 'kalshi', 2)
    expect(tokens.state().filter(({ venue }) => venue === 'kalshi')).toEqual([
      { venue: 'kalshi', level: 100, leased: 100, capacity: 100 },
      { venue: 'kalshi', level: 90, leased: 90, capacity: 100 },
    ])
    for (const n of [1, 2, 3, 4]) tokens.release(trade(n))
    expect(tokens.state().map(({ leased }) => leased)).toEqual([0, 0, 0])
  })

  it('with the rate the venue told last, whichever came first', () => {
    const { tokens } = budgets()
    tokens.spendCancel('kalshi', 1)
    tokens.tellRate('kalshi', { perSecond: 300, capacity: 900, perOrder: 10, perCancel: 2 })
    tokens.spendCancel('kalshi', 3)
    expect(tokens.state().map(({ level, capacity }) => [level, capacity])).toEqual([
      [900, 900],
      [898, 900],
      [898, 900],
      [100, 100],
    ])
  })

  it('running trades take theirs again after a restart', () => {
    const { tokens } = budgets()
    tokens.restore(trade(1), 2)
    expect(tokens.state().map(({ venue, leased }) => [venue, leased])).toEqual([
      ['kalshi', 0],
      ['kalshi', 40],
      ['forecastex', 40],
    ])
  })
})

describe('E27 a cancel', () => {
  it('costs what the venue says, is leased by nobody and never refused', () => {
    const { tokens, kalshi } = budgets()
    for (let n = 0; n < 60; n++) tokens.spendCancel('kalshi')
    expect(kalshi()).toMatchObject({ level: -20, leased: 0 })
    expect(tokens.admit(trade(1))).toBe(false)
  })
})
