import type { OrderIntent } from '../../src/core/trade/order'
import { price, quantity } from '../../src/core/units'
import { cureOrder, DECIDED_MS, forecastexFirst, unpairedOf } from '../saga/plan'
import { Host, signal } from './gate-host'
import { sending } from './memory-journal'

const plan = forecastexFirst('T1')
const [{ order: first }, { order: second }] = plan.legs
const complete = cureOrder(unpairedOf(plan, quantity('10')), 'kalshi')
const net = cureOrder(unpairedOf(plan, quantity('10')), 'forecastex')

/** The port of a trade whose ForecastEx leg is first and has filled, when `bought`. */
async function port(bought: boolean) {
  const host = new Host()
  const { guard } = host.start()
  guard.remember(plan)
  if (bought) {
    await host.journal.append(sending(first, DECIDED_MS))
    guard.answered(first, { kind: 'done', filled: first.quantity })
  }
  return guard
}
const admitted = async (order: OrderIntent): Promise<unknown> => {
  const permit = await (await port(order.purpose === 'reducing')).admit(order, signal)
  return permit.kind === 'granted' ? 'granted' : permit.detail
}

describe('E20 with ForecastEx first', () => {
  it.each([
    ['ForecastEx opens', first],
    ['Kalshi reduces', second],
    ['E3 a cure completes at Kalshi up to its ceiling', { ...complete, limit: plan.cure.limit }],
    ['E21 a cure nets at ForecastEx, dearer than any completion', { ...net, limit: price('0.99') }],
  ])('%s', async (_what, order) => expect(await admitted(order)).toBe('granted'))

  it.each<[string, OrderIntent, RegExp]>([
    ['E3 a completion above its ceiling', { ...complete, limit: price('0.4501') }, /above the dearest permitted cure's 0.4500/],
    ['a netting above the collar', { ...net, limit: price('0.9901') }, /outside the collar/],
    ['I3 a netting of more than was bought', { ...net, quantity: quantity('11') }, /reduces 11.00 of 10.00 contracts/],
    ['E21 a cure that buys more of what is held', { ...net, outcome: 'no' }, /is no way out/],
    ['E21 a sale at Kalshi, where nothing is held', { ...complete, action: 'sell' }, /is no way out/],
  ])('but not %s', async (_what, order, detail) => expect(await admitted(order)).toMatch(detail))

  it('I3 Kalshi is not asked before ForecastEx has filled', async () =>
    expect(await (await port(false)).admit(second, signal)).toMatchObject({ kind: 'rejected', reason: 'lots' }))
})
