import { marketId, orderId, tradeId } from '../../../../src/core/ids'
import { millis, money, price, quantity, type Money } from '../../../../src/core/units'
import type { Execution, OrderCallback } from '../../../../src/venues/forecastex/wire/messages'
import {
  applyCallback,
  filledOf,
  fillsOf,
  finalOf,
  isOvercounted,
  newOrder,
  promptAnswer,
  RESTING,
  settledAnswer,
  type OrderState,
  type OrderTerms,
} from '../../../../src/venues/forecastex/wire/order-state'

const ID = orderId(tradeId('t1'), 'b', 1)
const [YES, NO] = [800001, 800002]
const TERMS: OrderTerms = {
  ...{ clientOrderId: ID, clientId: 7, account: 'DU1', market: marketId(String(YES)), outcome: 'yes', conId: YES, oppositeConId: NO },
  ...{ quantity: quantity('10'), limit: price('0.58'), timeInForce: 'IOC' },
}
const NOW = millis(1_795_000_000_000)
const BEYOND_INT = 3_000_000_000

function execution(execId: string, contracts: string, cumulative: string, change: Partial<Execution> = {}): OrderCallback {
  const numbers = { orderId: 1, clientId: 7, permId: BEYOND_INT, orderRef: ID as string, account: 'DU1', conId: YES }
  const what = { execId, side: 'BOT', quantity: quantity(contracts), cumulative: quantity(cumulative), price: price('0.57'), time: '' }
  return { kind: 'execution', reqId: -1, execution: { ...numbers, ...what, ...change } }
}
const status = (name: string, filled = '0'): OrderCallback => ({
  ...{ kind: 'orderStatus', orderId: 1, clientId: 7, permId: BEYOND_INT, status: name, filled: quantity(filled) },
})
const completed = (filled: string, change: object = {}): OrderCallback => ({
  kind: 'completedOrder',
  order: {
    ...{ orderId: 0, clientId: 0, permId: BEYOND_INT, orderRef: ID, account: 'DU1', conId: YES, action: 'BUY', orderType: 'LMT' },
    ...{ timeInForce: 'IOC', quantity: 0, limit: 5800, status: 'Cancelled', filled: quantity(filled), ...change },
  },
})
const error = (code: number): OrderCallback => ({ kind: 'error', id: 1, code, message: '' })
const after = (callbacks: readonly OrderCallback[], terms = TERMS): OrderState =>
  callbacks.reduce((state, callback) => applyCallback(state, callback, NOW, NOW), newOrder(terms, 1))

describe('E13 an execution that names our order', () => {
  it.each([
    ['of another account', { account: 'DU2' }, 'account DU2'],
    ['of a contract that is neither side of the question', { conId: 900001 }, 'contract 900001'],
  ])('%s is another order', (_what, change, differs) => {
    const state = after([execution('a.01', '4', '4', change)])
    expect(state.differs).toBe(differs)
    expect(promptAnswer(state)).toEqual({ kind: 'unknown', cause: 'echo-differs' })
    expect(filledOf(state)).toBe(0)
  })
  it.each([
    ['of the other side', { conId: NO }],
    ['with side N', { side: 'N' }],
    ['with side SLD', { side: 'SLD' }],
  ])('%s nets a pair: neither a fill nor a difference', (_what, change) => {
    const state = after([execution('a.01', '4', '4', change)])
    expect([state.differs, filledOf(state), promptAnswer(state)]).toEqual([null, 0, null])
  })
  it('of a completed order with another account or contract is told as well', () => {
    for (const change of [{ account: 'DU2' }, { conId: NO }, { action: 'SELL' }])
      expect(after([completed('0', change)]).differs).not.toBeNull()
  })
})

describe('identities', () => {
  it('a permId beyond 2^31 is whole in what is booked (trap 28)', () => {
    expect(fillsOf(after([execution('a.01', '4', '4')]), new Map())[0]?.venueOrderId).toBe('3000000000')
  })
  it('a completed order without number and quantity ends ours, by reference or by permId', () => {
    for (const change of [{}, { orderRef: '' }]) {
      const state = after([status('PreSubmitted'), execution('a.01', '4', '4'), completed('4', change)])
      expect(settledAnswer(state)).toEqual({ kind: 'done', filled: 400 })
    }
  })
})

describe('what a cancel is answered with', () => {
  it.each([161, 10147, 10148, 135])('%i proves nothing: the order may have filled, or still rest', (code) => {
    expect(settledAnswer(after([status('Submitted'), error(code)]))).toEqual({ kind: 'unknown', cause: 'server-error' })
    expect(settledAnswer(after([error(code), execution('a.01', '10', '10')]))).toEqual({ kind: 'done', filled: 1000 })
  })
  it('202 ends the waiting, and a fill that follows still counts', () => {
    const state = after([error(202), execution('a.01', '4', '4')])
    expect(settledAnswer(state)).toEqual({ kind: 'done', filled: 400 })
    expect(settledAnswer(after([error(202), status('Filled', '10')]))).toBeNull() // a fill is hinted that has not come
  })
})

describe('corrections', () => {
  const fees = new Map<string, Money>([['a.b.01', money('0.04')]])
  const told = [execution('a.b.01', '4', '4'), execution('a.b.02', '4', '4', { price: price('0.55') }), execution('a.b.03', '3', '3')]
  it('in any order of arrival the last one stands, with the fee of what it corrects', () => {
    for (const arrival of [told, [...told].reverse(), [told[1], told[2], told[0]]] as OrderCallback[][]) {
      const final = finalOf(after([...arrival, status('Cancelled')]), fees)
      expect(final).toMatchObject({
        quantity: 300,
        fills: [{ executionId: 'a.b', corrects: 'a.b', price: 5700, quantity: 300, fee: 40_000 }],
      })
    }
  })
  it('what it took away is not missing, in whatever order it was told', () => {
    const [first, fewer] = [execution('a.b.01', '10', '10'), execution('a.b.02', '5', '5')]
    for (const told of [
      [first, status('Filled', '10'), fewer],
      [fewer, status('Filled', '10'), first],
    ])
      expect(finalOf(after(told), fees)).toMatchObject({ quantity: 500 })
    expect(finalOf(after([fewer, status('Filled', '10')]), fees)).toBeNull()
  })
  it('one that takes the whole fill back leaves nothing', () => {
    const busted = after([execution('a.b.01', '4', '4'), execution('a.b.02', '0', '0'), status('Cancelled')])
    expect(finalOf(busted, fees)).toEqual({ quantity: 0, fills: [] })
  })
})

describe('E14 what cannot be decided', () => {
  const fill = execution('b.01', '4', '4')
  const netting = execution('a.01', '4', '4', { price: price('0.56') })
  it('two reports of one stretch at different prices and without a fee above zero are not final', () => {
    const state = after([fill, netting, status('Cancelled', '4')])
    expect(settledAnswer(state)).toEqual({ kind: 'done', filled: 400 }) // the quantity is certain
    expect(finalOf(state, new Map([...['a.01', 'b.01'].map((execId) => [execId, money(0)] as const)]))).toBeNull()
    expect(finalOf(state, new Map([['b.01', money('0.04')]]))).toMatchObject({ fills: [{ executionId: 'b', price: 5700, fee: 40_000 }] })
  })
  it('a fill that was corrected to less than it once netted: while the report remains, its fee alone tells which is which', () => {
    const shrunk = execution('b.02', '3', '3')
    const state = after([fill, shrunk, netting, status('Cancelled', '3')])
    const told = (fees: object) => finalOf(state, new Map(Object.entries(fees).map(([execId, fee]) => [execId, money(String(fee))])), true)
    for (const fees of [{ 'b.01': '0.04' }, { 'b.01': '0.04', 'a.01': '0' }]) expect(told(fees)).toMatchObject({ quantity: 300 })
    for (const fees of [{}, { 'a.01': '0' }, { 'b.01': '0' }]) expect(told(fees)).toBeNull()
  })
  it('a venue that counts less than its executions is noticed', () => {
    expect(isOvercounted(after([fill, completed('3')]))).toBe(true)
    expect(isOvercounted(after([fill, completed('4')]))).toBe(false)
  })
})

describe('an order that may rest', () => {
  it('is answered by working, unless its burst ends it', () => {
    const terms = { ...TERMS, timeInForce: 'GTC' } as const
    const working = after([status('PreSubmitted')], terms)
    expect([RESTING.prompt(working), RESTING.settled(working)]).toEqual(['settling', 'resting'])
    const filled = after([status('PreSubmitted'), execution('a.01', '10', '10')], terms)
    expect(RESTING.prompt(filled)).toEqual({ kind: 'done', filled: 1000 })
  })
})
