import {
  attribute,
  ledgerResultOf,
  NO_PARTS,
  sumParts,
  totalOf,
  type Executed,
  type TradeFlows,
} from '../../../../src/core/ledger/attribution'
import type { EdgePlan } from '../../../../src/core/trade/plan'
import { money, NO_MONEY, price, quantity } from '../../../../src/core/units'
import { boxPlan } from '../../../saga/plan'
import { RandomTrade } from './trade'

const SEEDS = Number(process.env['CROSSBOOK_SEEDS'] ?? 500)
const PLAN = boxPlan('t1', quantity('100'))
const [A, B] = PLAN.legs.map(({ order }) => order)
const dollars = (value: string | number): number => money(String(value))

const fill = (order: string, of: string, at: string, fee = '0', action: 'buy' | 'sell' = 'buy'): Executed => ({
  ...{ order, action, price: price(at), quantity: quantity(of), fee: money(fee) },
})
const flows = (change: Partial<TradeFlows>): TradeFlows => ({
  ...{ plan: PLAN, fills: [], netted: NO_MONEY, settled: [], open: [], openValue: NO_MONEY },
  ...change,
})
const kept = (of: 'a' | 'b', contracts: string, paid: string) => {
  const { venue, market, outcome } = (of === 'a' ? A : B) ?? PLAN.legs[0].order
  return { venue, market, outcome, quantity: quantity(contracts), paid: money(paid) }
}
/** Leg a at 0.42, b at 0.54 unless told otherwise: 0.04 a pair. */
const own = (order: 'a' | 'b', of: string, at?: string, fee = '0'): Executed => {
  const { clientOrderId, limit } = (order === 'a' ? A : B) ?? PLAN.legs[0].order
  return { ...fill(clientOrderId, of, '0', fee), price: at === undefined ? limit : price(at) }
}
const edge = 1 - ((A?.limit ?? 0) + (B?.limit ?? 0)) / 10_000
const parts = (values: Partial<Record<keyof typeof NO_PARTS, number>>) => ({
  ...NO_PARTS,
  ...Object.fromEntries(Object.entries(values).map(([name, value]) => [name, Math.round(value * 1_000_000)])),
})

describe('a result in its parts', () => {
  it('a box at the plan’s prices has a price and fees, and nothing else', () => {
    const settled = [kept('a', '100', '100'), kept('b', '100', '0')]
    const got = attribute(flows({ fills: [own('a', '100', undefined, '1.70'), own('b', '100', undefined, '1')], settled }))
    expect(got).toEqual(parts({ price: 100 * edge, fees: -2.7 }))
  })

  it('better fills are slippage in our favour', () => {
    const better = price((A?.limit ?? 0) - 100)
    const settled = [kept('a', '100', '100'), kept('b', '100', '0')]
    const got = attribute(flows({ fills: [{ ...own('a', '100'), price: better }, own('b', '100')], settled }))
    expect(got).toEqual(parts({ price: 100 * edge, slippage: 1 }))
  })

  it('a completion costs what it was dearer than the plan, and its fees', () => {
    const dearer = price((B?.limit ?? 0) + 200)
    const fills = [own('a', '100'), own('b', '60'), { ...fill('cb-t1-c3', '40', '0', '0.40'), price: dearer }]
    const settled = [kept('a', '100', '0'), kept('b', '100', '100')]
    expect(attribute(flows({ fills, settled }))).toEqual(parts({ price: 100 * edge, cure: -0.8 - 0.4 }))
  })

  it('a sale gives up the edge, and what it brought less than was paid', () => {
    const at = price((A?.limit ?? 0) - 200)
    const fills = [own('a', '100'), own('b', '60'), { ...fill('cb-t1-c3', '40', '0', '0.60', 'sell'), price: at }]
    const settled = [kept('a', '60', '0'), kept('b', '60', '60')]
    expect(attribute(flows({ fills, settled }))).toEqual(parts({ price: 100 * edge, cure: -40 * edge - 0.8 - 0.6 }))
  })

  it('what is held to its end gives up the edge, and its end is settlement', () => {
    const fills = [own('a', '100'), own('b', '60')]
    const won = attribute(flows({ fills, settled: [kept('a', '100', '100'), kept('b', '60', '0')] }))
    const limit = (A?.limit ?? 0) / 10_000
    expect(won).toEqual(parts({ price: 100 * edge, cure: -40 * edge, settlement: 40 * (1 - limit) }))
  })

  it('a void at one venue alone is a settlement difference', () => {
    const fills = [own('a', '100'), own('b', '100')]
    const settled = [kept('a', '100', '37'), kept('b', '100', '0')]
    expect(attribute(flows({ fills, settled }))).toEqual(parts({ price: 100 * edge, settlement: -63 }))
  })

  it('carry is beside what the ledger has', () => {
    const got = attribute(flows({ fills: [own('a', '100', undefined, '1')] }), money('0.15'))
    expect(got.carry).toBe(dollars('0.15'))
    expect(totalOf(got) - ledgerResultOf(got)).toBe(dollars('0.15'))
  })

  it('an edge has no other leg: what it was paid is its price', () => {
    const plan = { ...PLAN, strategy: 'edge', legs: [PLAN.legs[0]], sport: 'nfl' } as unknown as EdgePlan
    const limit = (A?.limit ?? 0) / 10_000
    const got = attribute(flows({ plan, fills: [own('a', '100', undefined, '1')], settled: [kept('a', '100', '100')] }))
    expect(got).toEqual(parts({ price: 100 * (1 - limit), fees: -1 }))
  })

  it('nothing filled is nothing', () => expect(attribute(flows({}))).toEqual(NO_PARTS))
})

describe('the parts of any trade', () => {
  it('make up exactly what the ledger says of it: partial fills, every cure, void and changed results, late fills, fees in suspense', () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const trade = new RandomTrade(seed)
      const flowing = trade.flows()
      const got = attribute(flowing, money(seed))
      expect({ seed, result: ledgerResultOf(got) }).toEqual({ seed, result: trade.earned + flowing.openValue })
      expect(totalOf(got)).toBe(ledgerResultOf(got) + seed)
    }
  })

  it('sum up by any key', () => {
    const results = Array.from({ length: 30 }, (_, seed) => ({ seed, parts: attribute(new RandomTrade(seed + 1).flows()) }))
    const sums = [...sumParts(results, ({ seed }) => `of ${seed % 3}`).values()]
    expect(sums.map(({ trades }) => trades)).toEqual([10, 10, 10])
    const all = results.reduce((sum, { parts: each }) => sum + totalOf(each), 0)
    expect(sums.reduce((sum, { parts: each }) => sum + totalOf(each), 0)).toBe(all)
  })
})
