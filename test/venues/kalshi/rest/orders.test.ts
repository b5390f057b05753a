import { marketId, orderId, tradeId } from '../../../../src/core/ids'
import type { PriceBand } from '../../../../src/core/market/grid'
import { millis, price, quantity, type Price } from '../../../../src/core/units'
import * as orders from '../../../../src/venues/kalshi/rest/orders'
import { createOrderBody, orderRefusal, restingOrderBody } from '../../../../src/venues/kalshi/wire/orders'
import { toYesOrder } from '../../../../src/venues/kalshi/direction'
import { intent, json, MARKET } from '../fakes'
import { free, never, Venue } from './venue'

const ORDERS = '/portfolio/events/orders'
const CENTS: readonly PriceBand[] = [{ start: price('0'), end: price('1'), step: price('0.01') }]
const id = orderId(tradeId('t1'), 'a', 1)
const body = (yesPrice: string) => createOrderBody(intent(), { side: 'bid', price: price(yesPrice) }, 2)
const created = { order_id: 'o-1', client_order_id: id, fill_count: '4.00', remaining_count: '0.00', ts_ms: 1_789_000_000_000 }
const resting = restingOrderBody(
  {
    clientOrderId: id,
    market: MARKET,
    side: 'ask',
    yesPrice: price('0.61'),
    quantity: quantity('2.5'),
    postOnly: true,
    expiresMs: millis(1_789_000_000_900),
    cancelOnPause: true,
  },
  1,
  { orderGroup: 'g-1', subaccount: 3 },
)

describe('order bodies', () => {
  it('A9 all prices of the finest grid round-trip as text: 0.29 stays 29 cents', () => {
    for (let units = 1; units < 10_000; units++) expect(price(body(String(units / 10_000)).price)).toBe(units as Price)
    expect(body('0.29').price).toBe('0.2900')
  })

  it('are strings with the shard, and the price of the YES leg whichever outcome is bought', () => {
    const no = intent({ limit: price('0.40') })
    expect(createOrderBody(no, toYesOrder(no), 2, { orderGroup: 'g', reduceOnly: true })).toEqual({
      ticker: MARKET,
      client_order_id: no.clientOrderId,
      side: 'ask',
      count: '10.00',
      price: '0.6000',
      time_in_force: 'immediate_or_cancel',
      self_trade_prevention_type: 'taker_at_cross',
      exchange_index: 2,
      order_group_id: 'g',
      reduce_only: true,
    })
  })

  it('that may rest are of another type, which no intent becomes', () => {
    expect(resting).toMatchObject({ time_in_force: 'good_till_canceled', expiration_time: 1_789_000_000, post_only: true, subaccount: 3 })
  })

  it.each([
    ['0.5150', '1.00', CENTS, 'is not a price of this market: KXU3-25MAR-T4.0 takes 0.0000 to 1.0000 in steps of 0.0100'],
    ['1.0000', '1.00', CENTS, '1.0000 is not a price'],
    ['0.00001', '1.00', CENTS, '0.00001 is not a price'],
    ['0.5200', '1.00', [], 'the market tells no valid price'],
    ['0.5200', '0.00', CENTS, '0.00 is not a count: at least 0.01'],
    ['0.5200', '0.001', CENTS, '0.001 is not a count'],
  ])('%s for %s is refused before it is sent', (at, count, bands, sentence) => {
    expect(orderRefusal({ ticker: MARKET, price: at, count }, bands)?.detail).toContain(sentence)
  })
})

describe('order calls', () => {
  let venue: Venue
  beforeEach(async () => {
    venue = await Venue.open()
  })
  afterEach(() => venue.close())

  it('refuses a price off the grid as the venue would, without a byte', async () => {
    const refused = { kind: 'failed', failure: { kind: 'rejected', status: 0, code: 'invalid_price' } }
    expect(await orders.createOrder(venue.rest, body('0.515'), free, never, CENTS)).toMatchObject(refused)
    expect(await orders.createOrders(venue.rest, [{ body: body('0.515'), bands: CENTS }], free, never)).toMatchObject(refused)
    expect(venue.asked()).toEqual([])
  })

  it('creates one that rests and reads the answer', async () => {
    venue.replies = { [`POST ${ORDERS}`]: json(201, created) }
    expect(await orders.createRestingOrder(venue.rest, resting, CENTS, free, never)).toMatchObject({
      kind: 'accepted',
      value: { filled: 400 },
    })
    expect(venue.asked()[0]?.body).toEqual(resting)
  })

  it('E12 an answer that cannot be read, or tells of another order, may have been executed', async () => {
    const unknown = { kind: 'failed', failure: { kind: 'unknown', code: 'unreadable_answer' } }
    venue.replies = {
      [`POST ${ORDERS}`]: json(201, { ok: true }),
      [`DELETE ${ORDERS}/o-1`]: json(200, { order_id: 'o-2', reduced_by: '1.00', ts_ms: 1 }),
    }
    expect(await orders.createRestingOrder(venue.rest, resting, CENTS, free, never)).toMatchObject(unknown)
    expect(await orders.cancelOne(venue.rest, { venueOrderId: 'o-1', shard: 1 }, never)).toMatchObject(unknown)
  })

  it('cancels on the order’s own shard; 404 says nothing about it', async () => {
    venue.replies = { [`DELETE ${ORDERS}/o-1`]: json(200, { order_id: 'o-1', reduced_by: '2.50', ts_ms: 1 }) }
    expect(await orders.cancelOne(venue.rest, { venueOrderId: 'o-1', shard: 3 }, never)).toMatchObject({ value: { reducedBy: 250 } })
    expect(await orders.cancelOne(venue.rest, { venueOrderId: 'o-9', shard: 3 }, never)).toMatchObject({
      failure: { kind: 'ambiguous-not-found' },
    })
    expect(venue.asked()[0]?.call).toBe(`DELETE ${ORDERS}/o-1?exchange_index=3`)
    await expect(orders.getOrder(venue.rest, 'o-9', never)).rejects.toMatchObject({ failure: { kind: 'ambiguous-not-found' } })
  })

  it('amends to a total: what is filled plus what shall remain', async () => {
    venue.replies = { [`POST ${ORDERS}/o-1/amend`]: json(200, { order_id: 'o-1', remaining_count: '5.00', fill_count: '4.00', ts_ms: 1 }) }
    const order = { venueOrderId: 'o-1', market: MARKET, side: 'bid', filled: quantity('4') } as const
    const amendment = { order, shard: 1, yesPrice: price('0.44'), remaining: quantity('5'), bands: CENTS }
    expect(await orders.amendOrder(venue.rest, amendment, free, never)).toMatchObject({ value: { remaining: 500, filled: 400 } })
    expect(venue.asked()[0]?.body).toEqual({ ticker: MARKET, side: 'bid', price: '0.4400', count: '9.00', exchange_index: 1 })
  })

  it('decreases by or to', async () => {
    venue.replies = { [`POST ${ORDERS}/o-1/decrease`]: json(200, { order_id: 'o-1', remaining_count: '3.00', ts_ms: 1 }) }
    const at = { venueOrderId: 'o-1', shard: 1 }
    expect(await orders.decreaseOrder(venue.rest, at, { reduceBy: quantity('2') }, never)).toMatchObject({ value: { remaining: 300 } })
    await orders.decreaseOrder(venue.rest, at, { reduceTo: quantity('3') }, never)
    expect(venue.asked().map((asked) => asked.body)).toEqual([
      { reduce_by: '2.00', exchange_index: 1 },
      { reduce_to: '3.00', exchange_index: 1 },
    ])
  })

  it('reads batches item by item', async () => {
    const failed = { error: { code: 'insufficient_balance', message: 'insufficient balance' } }
    const twice = { error: { code: 'order_already_exists', message: 'order already exists' } }
    venue.replies = {
      [`POST ${ORDERS}/batched`]: json(201, { orders: [created, failed, twice] }),
      [`DELETE ${ORDERS}/batched`]: json(200, {
        orders: [
          { order_id: 'o-1', reduced_by: '1.00' },
          { order_id: 'o-2', reduced_by: '0.00', error: { code: 'not_found' } },
        ],
      }),
    }
    const three = Array.from({ length: 3 }, () => ({ body: body('0.52'), bands: CENTS }))
    expect(await orders.createOrders(venue.rest, three, free, never)).toMatchObject({
      value: [
        { value: { filled: 400 } },
        { failure: { kind: 'rejected', code: 'insufficient_balance' } },
        { failure: { kind: 'unknown' } },
      ],
    })
    const two = ['o-1', 'o-2'].map((venueOrderId) => ({ venueOrderId, shard: 1 }))
    expect(await orders.cancelOrders(venue.rest, two, never)).toMatchObject({
      value: [{ value: { reducedBy: 100 } }, { failure: { kind: 'ambiguous-not-found' } }],
    })
    expect(await orders.cancelOrders(venue.rest, two.slice(1), never)).toMatchObject({ failure: { kind: 'unknown' } })
  })

  it('refuses a batch that no bucket can hold, in a sentence', async () => {
    const eleven = Array.from({ length: 11 }, () => ({ body: body('0.52'), bands: CENTS }))
    const answer = await orders.createOrders(venue.rest, eleven, free, never)
    expect(answer).toMatchObject({ kind: 'failed', failure: { kind: 'rejected', status: 0, code: 'batch_too_large' } })
    expect(JSON.stringify(answer)).toContain('11 orders cost 110 tokens and the account’s bucket holds 100'.replace('’', "'"))
    expect(venue.asked()).toEqual([])
  })

  it('cancels all of a subaccount, and reads queue positions', async () => {
    venue.replies = {
      [`DELETE ${ORDERS}`]: { status: 204, body: '' },
      'GET /portfolio/orders/o-1/queue_position': json(200, { queue_position_fp: '12.50' }),
      'GET /portfolio/orders/queue_positions': json(200, {
        queue_positions: [{ order_id: 'o-1', market_ticker: 'A', queue_position_fp: '0.00' }],
      }),
    }
    expect(await orders.cancelAll(venue.rest, 2, never)).toEqual({ kind: 'accepted', value: null })
    expect(await orders.getQueuePosition(venue.rest, 'o-1', never)).toBe(1_250)
    expect(await orders.getQueuePositions(venue.rest, [marketId('A')], never)).toEqual([{ venueOrderId: 'o-1', market: 'A', ahead: 0 }])
    expect(venue.asked()[0]?.call).toBe(`DELETE ${ORDERS}?subaccount=2`)
  })
})
