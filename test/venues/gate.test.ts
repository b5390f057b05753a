import { orderId, tradeId, type Venue } from '../../src/core/ids'
import type { Scope } from '../../src/core/risk/scope'
import type { OrderIntent } from '../../src/core/trade/order'
import type { Plan } from '../../src/core/trade/plan'
import { millis, price, quantity } from '../../src/core/units'
import type { Permit } from '../../src/ports/guard'
import { createGate } from '../../src/venues/gate'
import { boxPlan, cureOrder, DECIDED_MS, FORECASTEX_MARKET, SUBJECT } from '../saga/plan'
import { SettableClock } from '../stores/doubles'

const { signal } = new AbortController()
const plan = boxPlan('T1')
const [{ order: first }, { order: second }] = plan.legs
const cureAt = (venue: Venue, of = '10') => cureOrder({ tradeId: plan.tradeId, quantity: quantity(of), n: 2 }, venue)

function gate(granted: Plan | null = plan) {
  const clock = new SettableClock(DECIDED_MS)
  const halts: Scope[] = []
  const held = { lease: true }
  const asked: string[] = []
  const guard = createGate({
    clock,
    halts: { active: () => halts },
    lease: { valid: () => held.lease },
    grantOf: (trade) => {
      asked.push(trade)
      return Promise.resolve(granted?.tradeId === trade ? granted : null)
    },
  })
  const admit = (order: OrderIntent): Promise<Permit> => guard.admit(order, signal)
  const mayWrite = async (order: OrderIntent) => {
    const permit = await admit(order)
    if (permit.kind !== 'granted') throw new Error(permit.detail)
    return permit.mayWrite
  }
  return { clock, halts, held, asked, guard, admit, mayWrite }
}

describe('E20 what is admitted', () => {
  it.each([
    ['the first leg', first],
    ['the second leg', second],
    ['less than granted', { ...second, quantity: quantity('3') }],
    ['cheaper than granted', { ...first, limit: price('0.41') }],
    ['a cure that completes at ForecastEx', cureAt('forecastex')],
    ['a cure that sells back at Kalshi', cureAt('kalshi')],
  ])('%s', async (_what, order) => expect(await gate().admit(order)).toMatchObject({ kind: 'granted' }))

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
    ['I3 a cure of more than was opened', cureAt('forecastex', '11'), /cures 1100 of at most 1000/],
    ['E21 a cure that buys more of what is held', { ...cureAt('kalshi'), action: 'buy' }, /is no way out/],
    ['E21 a cure in another market', { ...cureAt('forecastex'), market: first.market }, /is no way out/],
    ['E21 a cure that sells what is not held', { ...cureAt('kalshi'), outcome: 'no' }, /is no way out/],
    ['a price below the collar', { ...cureAt('kalshi'), limit: price('0.0099') }, /outside the collar/],
    ['a price above the collar', { ...cureAt('forecastex'), limit: price('0.9901') }, /outside the collar/],
  ]
  it.each(refused)('but not %s', async (_what, order, detail) =>
    expect(await gate().admit(order)).toEqual({ kind: 'rejected', reason: 'guard', detail: expect.stringMatching(detail) }),
  )

  it('the collar itself is inside', async () => {
    expect(await gate().admit({ ...cureAt('kalshi'), limit: price('0.01') })).toMatchObject({ kind: 'granted' })
    expect(await gate().admit({ ...cureAt('forecastex'), limit: price('0.99') })).toMatchObject({ kind: 'granted' })
  })
})

describe('E20 the cures of a trade of one leg', () => {
  const edge: Plan = { ...plan, strategy: 'edge', legs: [plan.legs[0]] }
  it('sell it back', async () => expect(await gate(edge).admit(cureAt('kalshi'))).toMatchObject({ kind: 'granted' }))
  it.each([cureAt('forecastex'), { ...cureAt('kalshi'), action: 'buy' as const }])('and buy nothing', async (order) =>
    expect(await gate(edge).admit(order)).toMatchObject({ kind: 'rejected', reason: 'guard' }),
  )
})

describe('E20 the grant', () => {
  it('is known without asking anybody where it was given', async () => {
    const { guard, admit, asked } = gate(null)
    guard.remember(plan)
    expect(await admit(first)).toMatchObject({ kind: 'granted' })
    expect(asked).toEqual([])
  })
  it('is asked for once after a restart', async () => {
    const { admit, asked } = gate()
    await admit(first)
    await admit(second)
    expect(asked).toEqual(['T1'])
  })
  it('is missing where there is none, or it was forgotten', async () => {
    const { guard, admit } = gate(null)
    guard.remember(plan)
    guard.forget(plan.tradeId)
    expect(await admit(first)).toMatchObject({ kind: 'rejected', reason: 'guard', detail: 'trade T1 has no grant' })
    expect(await guard.planOf(plan.tradeId, signal)).toBeNull()
  })
})

describe('E11 in the turn of the write', () => {
  it('the last millisecond of not-after is in time, the next is too late', async () => {
    const { clock, mayWrite } = gate()
    const may = await mayWrite(first)
    clock.advance(first.notAfterMs - DECIDED_MS)
    expect(may()).toBeNull()
    clock.advance(1)
    expect(may()).toBe('too-late')
  })

  it('I4 a process that slept through its not-after does not send, cure or not', async () => {
    const { clock, mayWrite } = gate()
    const permits = [await mayWrite(first), await mayWrite(second), await mayWrite(cureAt('kalshi'))]
    clock.advance(10_000)
    expect(permits.map((may) => may())).toEqual(['too-late', 'too-late', 'too-late'])
  })

  it('I4 a lease lost after the permit stops every order', async () => {
    const { held, mayWrite } = gate()
    const permits = [await mayWrite(first), await mayWrite(cureAt('kalshi'))]
    held.lease = false
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
  it.each(table)('%s stops %j in the turn of the write', async (scope, stopped) => {
    const { halts, mayWrite } = gate()
    const orders = { first, second, completes: cureAt('forecastex'), sells: cureAt('kalshi') }
    const permits = await Promise.all(Object.entries(orders).map(async ([name, order]) => ({ name, may: await mayWrite(order) })))
    halts.push(scope)
    expect(permits.filter(({ may }) => may() === 'halted').map(({ name }) => name)).toEqual(stopped)
  })
})

describe('E20 orders per minute', () => {
  it('the 241st in a minute is not sent, and the minute passes', async () => {
    const { clock, mayWrite } = gate()
    const may = await mayWrite({ ...cureAt('kalshi'), notAfterMs: millis(DECIDED_MS + 120_000) })
    expect(Array.from({ length: 240 }, may).every((reason) => reason === null)).toBe(true)
    expect(may()).toBe('guard')
    clock.advance(60_000)
    expect(may()).toBe('guard')
    clock.advance(1)
    expect(may()).toBeNull()
  })
  it('what was refused does not count', async () => {
    const { held, mayWrite } = gate()
    const may = await mayWrite(cureAt('kalshi'))
    held.lease = false
    for (let i = 0; i < 300; i++) may()
    held.lease = true
    expect(may()).toBeNull()
  })
})
