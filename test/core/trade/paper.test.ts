import { marketId, orderId, tradeId } from '../../../src/core/ids'
import { PESSIMISTIC } from '../../../src/core/trade/fill-model'
import type { OrderIntent } from '../../../src/core/trade/order'
import { chanceOf, PAPER_PRESETS, type PaperModel } from '../../../src/core/trade/paper'
import { millis, price, quantity } from '../../../src/core/units'

const order = (n: number, contracts = '10'): OrderIntent => ({
  ...{ clientOrderId: orderId(tradeId('t1'), 'c', n), tradeId: tradeId('t1'), venue: 'kalshi', market: marketId('K'), outcome: 'yes' },
  ...{ action: 'buy', limit: price('0.50'), quantity: quantity(contracts), timeInForce: 'ioc', purpose: 'opening', notAfterMs: millis(0) },
})
const ORDERS = 2_000
const many = (model: PaperModel, seed = 's') => Array.from({ length: ORDERS }, (_, n) => chanceOf(order(n + 1), model, seed))

describe('chance of a paper order', () => {
  it('takes nothing away under the pessimistic preset: its pessimism is in the book and in the waits', () => {
    expect(PAPER_PRESETS.pessimistic).toMatchObject(PESSIMISTIC)
    expect(new Set(many(PAPER_PRESETS.pessimistic).map((chance) => JSON.stringify(chance)))).toEqual(
      new Set([JSON.stringify({ quantity: 1_000, slippage: 0 })]),
    )
  })

  it('is that of the run, the order and the purpose: one more order shifts nobody else', () => {
    const model = PAPER_PRESETS['first-realistic']
    const seventh = (seed: string) => chanceOf(order(7), model, seed)
    const before = many(model)
    expect(seventh('s')).toEqual(before[6])
    expect(many(model)).toEqual(before)
    expect(many(model, 'another')).not.toEqual(before)
  })

  it.each(['first-default', 'first-realistic', 'first-optimistic', 'first-plan'] as const)('is as often as %s says', (name) => {
    const model: PaperModel = PAPER_PRESETS[name]
    const met = many(model).flatMap((chance) => chance ?? [])
    const share = (count: number, of: number): number => Math.round((count * 100) / of)
    expect(Math.abs(share(met.length, ORDERS) - model.fillRate / 100)).toBeLessThanOrEqual(3)
    const parts = met.filter((chance) => chance.quantity < 1_000)
    expect(Math.abs(share(parts.length, met.length) - model.part.rate / 100)).toBeLessThanOrEqual(4)
    expect(parts.every(({ quantity: had }) => had >= 200 && had <= 900 && had % 100 === 0)).toBe(true)
    expect(Math.max(...met.map(({ slippage }) => slippage))).toBe(model.slippage.most)
  })

  it('never leaves an order without a contract by taking a part of one', () => {
    const always: PaperModel = { ...PAPER_PRESETS['first-default'], fillRate: 10_000, part: { rate: 10_000, least: 1, most: 1 } }
    expect(chanceOf(order(1, '1'), always, 's')?.quantity).toBe(100)
    expect(chanceOf(order(1, '0.40'), always, 's')?.quantity).toBe(40)
  })
})
