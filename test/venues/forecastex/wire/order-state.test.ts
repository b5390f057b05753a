import fc from 'fast-check'
import { marketId, orderId, tradeId } from '../../../../src/core/ids'
import { millis, money, price, quantity, type Money } from '../../../../src/core/units'
import type { Execution, OrderCallback, OrderEcho } from '../../../../src/venues/forecastex/wire/messages'
import {
  applyCallback,
  filledOf,
  fillsOf,
  finalOf,
  isEnded,
  newOrder,
  promptAnswer,
  settledAnswer,
  type OrderState,
  type OrderTerms,
} from '../../../../src/venues/forecastex/wire/order-state'

const ID = orderId(tradeId('t1'), 'b', 1)
const TERMS: OrderTerms = {
  clientOrderId: ID,
  clientId: 7,
  account: 'DU1',
  market: marketId('800001'),
  outcome: 'yes',
  conId: 800001,
  oppositeConId: 800002,
  timeInForce: 'IOC',
  quantity: quantity('10'),
  limit: price('0.58'),
}
const NOW = millis(1_795_000_000_000)
const NO_FEES = new Map<string, Money>()

const echo = (change: Partial<OrderEcho> = {}): OrderEcho => ({
  orderId: 1,
  clientId: 7,
  permId: 900,
  orderRef: ID,
  account: 'DU1',
  conId: 800001,
  action: 'BUY',
  orderType: 'LMT',
  timeInForce: 'IOC',
  quantity: 1000,
  limit: 5800,
  status: 'Submitted',
  filled: null,
  ...change,
})
const openOrder = (change: Partial<OrderEcho> = {}): OrderCallback => ({ kind: 'openOrder', order: echo(change) })
const completed = (change: Partial<OrderEcho> = {}): OrderCallback => ({
  kind: 'completedOrder',
  order: echo({ orderId: 0, clientId: 0, quantity: 0, status: 'Filled', ...change }),
})
const status = (name: string, filled: string): OrderCallback => ({
  kind: 'orderStatus',
  orderId: 1,
  clientId: 7,
  permId: 900,
  status: name,
  filled: quantity(filled),
})
function execution(execId: string, contracts: string, cumulative: string, change: Partial<Execution> = {}): OrderCallback {
  const numbers = { orderId: 1, clientId: 7, permId: 900, orderRef: ID as string, account: 'DU1', conId: 800001 }
  const what = { execId, side: 'BOT', quantity: quantity(contracts), cumulative: quantity(cumulative), price: price('0.57'), time: '' }
  return { kind: 'execution', reqId: -1, execution: { ...numbers, ...what, ...change } }
}
const error = (code: number, message = ''): OrderCallback => ({ kind: 'error', id: 1, code, message })

const after = (callbacks: readonly OrderCallback[], from: OrderState = newOrder(TERMS, 1)): OrderState =>
  callbacks.reduce((state, callback) => applyCallback(state, callback, NOW, NOW), from)

describe('own answer of an IOC', () => {
  it('waits until something ends it', () => {
    expect(promptAnswer(after([openOrder(), status('Submitted', '0')]))).toBeNull()
  })
  it('is done at once when executions fill it', () => {
    expect(promptAnswer(after([execution('a.01', '4', '4'), execution('b.01', '6', '10')]))).toEqual({ kind: 'done', filled: 1000 })
  })
  it('is what its executions say after a cancel: part, or nothing', () => {
    const part = after([execution('a.01', '4', '4'), status('Cancelled', '4'), error(202)])
    expect(promptAnswer(part)).toBe('settling')
    expect(settledAnswer(part)).toEqual({ kind: 'done', filled: 400 })
    expect(settledAnswer(after([status('Inactive', '0')]))).toEqual({ kind: 'done', filled: 0 })
  })
  it('waits for executions that a status has counted: a status is a hint, never a fill', () => {
    const hinted = after([status('Filled', '10')])
    expect(filledOf(hinted)).toBe(0)
    expect(settledAnswer(hinted)).toBeNull()
    expect(settledAnswer(after([execution('a.01', '10', '10')], hinted))).toEqual({ kind: 'done', filled: 1000 })
  })
})

describe('errors', () => {
  it.each([399, 2109, 10311, 10329])('%i is a warning on a live order', (code) => {
    expect(after([error(code)])).toEqual(newOrder(TERMS, 1))
  })
  it.each([
    [201, 'Order rejected - reason:Insufficient funds', 'funds'],
    [201, 'Order rejected - reason:No trading permission', 'permission'],
    [201, 'Order rejected - reason:something else', 'other'],
    [110, '', 'price'],
    [10344, '', 'price'],
    [10318, '', 'size'],
    [203, '', 'permission'],
    [10343, '', 'other'],
  ])('%i "%s" is a rejection: %s', (code, message, reason) => {
    expect(settledAnswer(after([error(code, message), status('Inactive', '0')]))).toMatchObject({ kind: 'rejected', reason })
  })
  it('a rejection after a fill is not one', () => {
    expect(settledAnswer(after([error(201), execution('a.01', '4', '4')]))).toEqual({ kind: 'done', filled: 400 })
  })
  it.each([103, 104, 161, 10147, 10148, 504, 999_999])('%i proves nothing', (code) => {
    expect(settledAnswer(after([error(code)]))).toEqual({ kind: 'unknown', cause: 'server-error' })
  })
})

describe('E13 echo', () => {
  it.each([
    [{ timeInForce: 'DAY' }],
    [{ limit: 5900 }],
    [{ quantity: 2000 }],
    [{ conId: 800002 }],
    [{ action: 'SELL' }],
    [{ account: 'DU2' }],
    [{ orderType: 'MKT' }],
  ])('%j is another order', (change) => {
    expect(promptAnswer(after([openOrder(change)]))).toEqual({ kind: 'unknown', cause: 'echo-differs' })
  })
  it('10349 is not a warning', () => {
    expect(promptAnswer(after([error(10349, 'TIF was set to DAY based on order preset')]))).toEqual({
      kind: 'unknown',
      cause: 'echo-differs',
    })
  })
  it('once it has ended, its executions still say what it did', () => {
    expect(settledAnswer(after([openOrder({ timeInForce: 'DAY' }), execution('a.01', '4', '4'), status('Cancelled', '4')]))).toEqual({
      kind: 'done',
      filled: 400,
    })
  })
  it('a completed order tells neither its number nor always its size', () => {
    expect(promptAnswer(after([completed({ filled: 0, status: 'Cancelled' })]))).toBe('settling')
  })
})

describe('what is not ours', () => {
  const fill = execution('0001.01', '10', '10')
  it.each([
    ['another side', { side: 'N' }],
    ['another contract', { conId: 800002 }],
    ['another reference', { orderRef: 'cb-t2-b1' }],
    ['another account', { account: 'DU2' }],
    ['no reference and no number', { orderRef: '', orderId: 0, permId: 0 }],
    ['no reference and another client', { orderRef: '', clientId: 8, permId: 0 }],
    ['more than the order', { cumulative: quantity('20') }],
  ])('an execution with %s is no fill', (_what, change) => {
    expect(filledOf(after([execution('0002.01', '10', '10', change)]))).toBe(0)
  })
  it.each(['10', '4'])('a netting report of %s that names the order, its contract and side BOT is no second fill', (size) => {
    expect(filledOf(after([execution('0003.01', size, size), fill]))).toBe(1000)
    expect(filledOf(after([fill, execution('0003.01', size, size), execution('0004.01', size, '10')]))).toBe(1000)
  })
  it('a status of another client with the same number is not ours', () => {
    expect(isEnded(after([{ kind: 'orderStatus', orderId: 1, clientId: 8, permId: 1, status: 'Cancelled', filled: 0 }]))).toBe(false)
  })
})

describe('fills', () => {
  const FEES = new Map([
    ['a.b.01', money('0.04')],
    ['c.d.01', money('0.06')],
  ])
  it('a correction replaces what it corrects, and keeps its fee', () => {
    const corrected = execution('a.b.02', '4', '4', { price: price('0.55') })
    const state = after([corrected, execution('a.b.01', '4', '4'), execution('c.d.01', '6', '10')])
    expect(fillsOf(state, FEES)).toMatchObject([
      { executionId: 'a.b', corrects: 'a.b', price: 5500, fee: 40_000, quantity: 400, venueOrderId: '900' },
      { executionId: 'c.d', corrects: null, price: 5700, fee: 60_000, quantity: 600 },
    ])
  })
  it('are final only when the order has ended, nothing hinted is missing and every fee is told (E14)', () => {
    const filled = [execution('a.b.01', '4', '4'), execution('c.d.01', '6', '10')]
    expect(finalOf(after(filled.slice(0, 1)), FEES)).toBeNull()
    expect(finalOf(after(filled), NO_FEES)).toBeNull()
    expect(finalOf(after([...filled.slice(0, 1), status('Cancelled', '10')]), FEES)).toBeNull()
    expect(finalOf(after(filled), FEES)).toMatchObject({ quantity: 1000, fills: [{ fee: 40_000 }, { fee: 60_000 }] })
  })
})

/** Chunks of an order of 10 contracts, with everything the venue may say about them. */
const story = fc
  .record({
    chunks: fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 3 }),
    corrected: fc.boolean(),
    netted: fc.integer({ min: 0, max: 4 }),
    refused: fc.boolean(),
  })
  .filter(({ chunks }) => chunks.reduce((sum, size) => sum + size, 0) <= 10)

function callbacksOf({ chunks, corrected, netted, refused }: typeof story extends fc.Arbitrary<infer T> ? T : never): OrderCallback[] {
  let cumulative = 0
  const filled: OrderCallback[] = []
  for (const [n, size] of chunks.entries()) {
    cumulative += size
    filled.push(execution(`000${n}.x.01`, String(size), String(cumulative)), status('Submitted', String(cumulative)))
    if (corrected) filled.push(execution(`000${n}.x.02`, String(size), String(cumulative), { price: price('0.50') }))
  }
  if (netted > 0) filled.push(execution('9999.x.01', String(netted), String(netted), { side: 'N' }))
  const end = cumulative === 10 ? [status('Filled', '10')] : [status('Cancelled', String(cumulative)), error(202)]
  return [
    openOrder(),
    status('PreSubmitted', '0'),
    ...filled,
    ...end,
    ...(refused && cumulative === 0 ? [error(201, 'funds')] : []),
    completed({ filled: cumulative * 100 }),
  ]
}

describe('any order of arrival', () => {
  const shuffled = story.chain((told) => {
    const callbacks = callbacksOf(told)
    return fc.record({
      callbacks: fc.constant(callbacks),
      told: fc.shuffledSubarray([...callbacks, ...callbacks], { minLength: callbacks.length * 2 }),
    })
  })

  it('shuffled and repeated callbacks give the same final and the same answer', () => {
    fc.assert(
      fc.property(shuffled, ({ callbacks, told }) => {
        const fees = new Map(['0000', '0001', '0002'].map((base) => [`${base}.x.01`, money('0.01')]))
        const plain = after(callbacks)
        const mixed = after(told)
        expect(finalOf(mixed, fees)).toEqual(finalOf(plain, fees))
        expect(settledAnswer(mixed)).toEqual(settledAnswer(plain))
        expect(promptAnswer(mixed)).toEqual(promptAnswer(plain))
      }),
      { verbose: 1 },
    )
  })

  it('never counts more than the order, and never less than before', () => {
    fc.assert(
      fc.property(shuffled, ({ told }) => {
        let state = newOrder(TERMS, 1)
        for (const callback of told) {
          const before = filledOf(state)
          state = applyCallback(state, callback, NOW, NOW)
          expect(filledOf(state)).toBeGreaterThanOrEqual(before)
          expect(filledOf(state)).toBeLessThanOrEqual(TERMS.quantity)
        }
      }),
      { verbose: 1 },
    )
  })
})
