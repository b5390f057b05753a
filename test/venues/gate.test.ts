import { orderId, tradeId } from '../../src/core/ids'
import type { Scope } from '../../src/core/risk/scope'
import type { OrderIntent } from '../../src/core/trade/order'
import type { Plan } from '../../src/core/trade/plan'
import { millis, price, quantity } from '../../src/core/units'
import { boxPlan, DECIDED_MS, FORECASTEX_MARKET, SUBJECT } from '../saga/plan'
import { final, sending } from './memory-journal'

import { cureAt, first, gate, Host, plan, second } from './gate-host'

describe('E20 what is admitted', () => {
  it.each([
    ['the first leg', first],
    ['cheaper than granted', { ...first, limit: price('0.41') }],
    ['the second leg', second],
    ['less than granted', { ...second, quantity: quantity('3') }],
    ['a cure that completes at ForecastEx', cureAt('forecastex')],
    ['E3 at its ceiling', { ...cureAt('forecastex'), limit: plan.cure.limit }],
    ['a cure that sells back at Kalshi', cureAt('kalshi')],
  ])('%s', async (_what, order) =>
    expect(await gate({ bought: order.purpose === 'reducing' }).admit(order)).toMatchObject({ kind: 'granted' }),
  )

  const refused: readonly [string, OrderIntent, RegExp][] = [
    ['another trade’s id', { ...first, clientOrderId: orderId(tradeId('T2'), 'a', 1) }, /is not an id of trade T1/],
    ['more than granted', { ...first, quantity: quantity('10.01') }, /1001 is more than the granted 1000/],
    ['dearer than granted', { ...first, limit: price('0.43') }, /limit 4300 is above the granted 4200/],
    ['another market', { ...first, market: FORECASTEX_MARKET }, /was granted for something else/],
    ['another outcome', { ...second, outcome: 'yes' }, /was granted for something else/],
    ['a sale', { ...first, action: 'sell' }, /was granted for something else/],
    ['E4 an opening that calls itself reducing', { ...first, purpose: 'reducing' }, /was granted for something else/],
    ['E11 a later not-after', { ...first, notAfterMs: millis(first.notAfterMs + 1) }, /was granted for something else/],
    ['E15 another time in force', { ...second, timeInForce: 'fok' }, /was granted for something else/],
    ['an opening of its own', { ...cureAt('kalshi'), purpose: 'opening' }, /opens without a grant/],
    ['E3 a cure above its ceiling', { ...cureAt('forecastex'), limit: price('0.5201') }, /above the dearest permitted cure's 0.5200/],
    ['nothing at all', { ...cureAt('kalshi'), quantity: quantity(0) }, /0.00 contracts are no quantity/],
    ['a wrong factor of a thousand', { ...first, quantity: quantity('10000.01') }, /10000.01 contracts are no quantity/],
    ['E21 a cure that buys more of what is held', { ...cureAt('kalshi'), action: 'buy' }, /is no way out/],
    ['E21 a cure in another market', { ...cureAt('forecastex'), market: first.market }, /is no way out/],
    ['E21 a cure that sells what is not held', { ...cureAt('kalshi'), outcome: 'no' }, /is no way out/],
    ['a price below the collar', { ...cureAt('kalshi'), limit: price('0.0099') }, /outside the collar/],
    ['a price above the collar', { ...cureAt('forecastex'), limit: price('0.9901') }, /outside the collar/],
  ]
  it.each(refused)('but not %s', async (_what, order, detail) =>
    expect(await gate({ bought: order.purpose === 'reducing' }).admit(order)).toEqual({
      kind: 'rejected',
      reason: 'guard',
      detail: expect.stringMatching(detail),
    }),
  )

  it('nor I3 a cure of more than was opened: by a reason of its own', async () =>
    expect(await gate().admit(cureAt('forecastex', '11'))).toEqual({
      kind: 'rejected',
      reason: 'lots',
      detail: 'reduces 11.00 of 10.00 contracts that are surely unpaired',
    }))

  it('the collar itself is inside', async () => {
    expect(await gate().admit({ ...cureAt('kalshi'), limit: price('0.01') })).toMatchObject({ kind: 'granted' })
    expect(await gate().admit({ ...cureAt('kalshi'), limit: price('0.99') })).toMatchObject({ kind: 'granted' })
  })

  it('a price between two steps of the market is none', async () => {
    const { host, admit } = gate({ bought: false })
    host.bands = [{ start: price('0.01'), end: price('0.99'), step: price('0.01') }]
    expect(await admit({ ...first, limit: price('0.4150') })).toMatchObject({ detail: `limit 0.4150 is no price of ${first.market}` })
    expect(await admit(first)).toMatchObject({ kind: 'granted' })
  })

  it('a price of Kalshi’s NO is one of the market as the YES price that it is sent as', async () => {
    const asNo = (limit: string) => {
      const order = { ...first, outcome: 'no', limit: price(limit) } as const
      const { host, admit } = gate({ granted: { ...plan, legs: [{ ...plan.legs[0], order }, plan.legs[1]] } as Plan, bought: false })
      host.bands = [{ start: price('0.001'), end: price('0.5'), step: price('0.001') }]
      return admit(order)
    }
    expect(await asNo('0.605')).toMatchObject({ kind: 'granted' })
    expect(await asNo('0.405')).toMatchObject({ detail: `limit 0.4050 is no price of ${first.market}` })
  })
})

describe('E20 the cures of a trade of one leg', () => {
  const edge: Plan = { ...plan, strategy: 'edge', sport: 'nba', legs: [plan.legs[0]] }
  it('sell it back', async () => expect(await gate({ granted: edge }).admit(cureAt('kalshi'))).toMatchObject({ kind: 'granted' }))
  it.each([cureAt('forecastex'), { ...cureAt('kalshi'), action: 'buy' as const }])('and buy nothing', async (order) =>
    expect(await gate({ granted: edge }).admit(order)).toMatchObject({ kind: 'rejected', reason: 'guard' }),
  )
})

/** Permits of the first leg, then of what follows it. */
async function permitsOf(...orders: readonly OrderIntent[]) {
  const { host, mayWrite } = gate({ bought: false })
  const opening = await mayWrite(first)
  host.was(first)
  const following = []
  for (const order of orders) following.push(await mayWrite(order))
  return { host, permits: [opening, ...following] }
}

describe('E11 in the turn of the write', () => {
  it.each([
    [0, null],
    [1, 'too-late'],
  ])('%i ms after the last millisecond of not-after: %s', async (lateMs, answer) => {
    const { host, permits } = await permitsOf()
    host.clock.advance(first.notAfterMs - DECIDED_MS + lateMs)
    expect(permits.map((may) => may())).toEqual([answer])
  })

  it('I4 a process that slept through its not-after does not send, cure or not', async () => {
    const { host, permits } = await permitsOf(second, cureAt('kalshi'))
    host.clock.advance(10_000)
    expect(permits.map((may) => may())).toEqual(['too-late', 'too-late', 'too-late'])
  })

  it.each<[string, (host: Host) => void]>([
    ['lost', (host) => (host.lease.held = false)],
    ['lost and taken again under another epoch', (host) => (host.lease.epoch = 3)],
  ])('I4 E19 a lease %s after the permit stops every order', async (_what, happens) => {
    const { host, permits } = await permitsOf(cureAt('kalshi'))
    happens(host)
    expect(permits.map((may) => may())).toEqual(['lease', 'lease'])
  })
})

describe('E26 I10 a halt that comes after the permit', () => {
  const table: readonly [Scope, readonly ('first' | 'second' | 'completes' | 'sells')[]][] = [
    ['all', ['first']],
    ['strategy:box', ['first']],
    ['strategy:edge', []],
    ['trade:T1', ['first']],
    ['trade:T2', []],
    [`pair:${SUBJECT}`, ['first', 'second']],
    ['pair:another', []],
    ['venue:kalshi', ['first', 'sells']],
    ['venue:forecastex', ['first', 'second', 'completes']],
  ]
  const names = ['first', 'second', 'completes', 'sells']
  it.each(table)('%s stops %j in the turn of the write', async (scope, stopped) => {
    const { host, permits } = await permitsOf(second, cureAt('forecastex'), cureAt('kalshi', '10', 3))
    host.halts.push(scope)
    expect(names.filter((_name, i) => permits[i]?.() === 'halted')).toEqual(stopped)
  })

  it('I4 an opening that was granted before a halt does not leave after it is over; what reduces does', async () => {
    const { host, permits } = await permitsOf(second)
    host.epoch = 2 // halted and resumed in between
    expect(permits.map((may) => may())).toEqual(['halted', null])
  })
  it('an opening whose markets ask something else than was judged does not leave, whenever that was read; what reduces does', async () => {
    const { host, permits } = await permitsOf(second, cureAt('forecastex'))
    host.asJudged = false
    expect(permits.map((may) => may())).toEqual(['halted', null, null])
  })
  it('I4 nor after a restart of the process in between', async () => {
    const { host } = gate({ bought: false })
    host.epoch = 2
    const may = await host.start().mayWrite(first)
    expect(may()).toBe('halted')
  })
})

describe('E20 orders per minute', () => {
  /** So many orders of a trade left just now; they filled nothing. */
  function sent(host: Host, trade: string, count: number): void {
    for (let n = 3; n < 3 + count; n++)
      host.was({ ...cureAt('kalshi'), tradeId: tradeId(trade), clientOrderId: orderId(tradeId(trade), 'c', n) }, quantity(0))
  }
  const late = (n: number): OrderIntent => ({ ...cureAt('kalshi', '10', n), notAfterMs: millis(DECIDED_MS + 120_000) })

  it('the 241st of a process in a minute is not sent, and the minute passes', async () => {
    const { host } = gate()
    for (let trade = 0; trade < 24; trade++) sent(host, `X${trade}`, 10)
    host.journal.all.splice(0, 2) // the first leg's own: made anew an hour earlier
    host.journal.all.unshift(sending(first, DECIDED_MS - 3_600_000), final(first, first.quantity, DECIDED_MS))
    const { mayWrite } = host.start()
    const permits = [await mayWrite(late(2)), await mayWrite(late(3)), await mayWrite(late(4))]
    expect(permits[0]?.()).toBe('guard')
    host.clock.advance(60_000)
    expect(permits[1]?.()).toBe('guard')
    host.clock.advance(1)
    expect(permits[2]?.()).toBeNull()
  })
  it('nor the 31st of one trade; another trade’s goes', async () => {
    const { host, guard } = gate()
    sent(host, 'T1', 29)
    const other = boxPlan('T2')
    guard.remember(other)
    const process = host.start()
    const may = [await process.mayWrite(late(40)), await process.mayWrite(other.legs[0].order)]
    expect(may.map((each) => each())).toEqual(['guard', null])
  })
  it('what was refused does not count', async () => {
    const { host, mayWrite } = gate()
    host.lease.held = false
    for (let n = 3; n < 60; n++) (await mayWrite(late(n)))()
    host.lease.held = true
    expect((await mayWrite(late(60)))()).toBeNull()
  })
})
