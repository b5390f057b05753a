import { readStream } from '../../../../src/venues/kalshi/wire/stream'
import { MARKET, sample, SAMPLES } from './samples'

const read = (name: string): object => readStream(sample(name))
const changed = (name: string, msg: object): object => {
  const frame = SAMPLES[name] as { msg: object }
  return readStream(Buffer.from(JSON.stringify({ ...frame, msg: { ...frame.msg, ...msg } })))
}
const NO_TIMES = { openMs: null, closeMs: null, determinationMs: null, settledMs: null }

describe('public messages', () => {
  it('a trade has its id, whether it was a block, and the venue’s time', () => {
    const place = { sid: 2, seq: 2, id: null }
    const trade = { kind: 'trade', market: MARKET, price: 3_100, quantity: 2_500, taker: 'ask', venueMs: 1_795_273_200_130 }
    expect(read('block')).toEqual({ ...place, ...trade, tradeId: 'd17a9849-1111-4222-8333-444455556666', block: true })
    expect(read('older trade')).toMatchObject({ taker: 'ask', block: false })
  })

  it('a ticker has quotes with sizes; 0, 1 and nothing are no quote', () => {
    const sizes = { bidSize: 30_000, askSize: 50, openInterest: 2_042_200, volume: 3_389_600 }
    expect(read('ticker')).toMatchObject({ kind: 'ticker', market: MARKET, last: 4_700, bid: 4_600, ask: 4_800, ...sizes })
    const none = {
      yes_bid_dollars: '0.0000',
      yes_ask_dollars: '1.0000',
      price_dollars: '',
      yes_bid_size_fp: '0.00',
      yes_ask_size_fp: '0.00',
    }
    expect(changed('ticker', none)).toMatchObject({ last: null, bid: null, ask: null, bidSize: null, askSize: null })
  })

  it('a ticker of the form with cents is unreadable, never misread', () => {
    const cents = { market_ticker: MARKET, price: 12, yes_bid: 11, yes_ask: 12, price_dollars: '0.1200', yes_bid_dollars: '0.1100', ts: 1 }
    expect(readStream(Buffer.from(JSON.stringify({ type: 'ticker', sid: 1, msg: cents })))).toMatchObject({
      kind: 'unreadable',
      type: 'ticker',
    })
  })

  it('a lifecycle message has times in milliseconds, bands, result and value, and null where it does not tell', () => {
    const bands = [{ start: 0, end: 10_000, step: 100 }]
    const untold = { determinationMs: null, settledMs: null, result: null, settlementValue: null, deactivated: null }
    const times = { openMs: 1_795_200_000_000, closeMs: 1_797_000_000_000 }
    expect(read('created')).toMatchObject({ kind: 'lifecycle', event: 'created', shard: 1, ...times, bands, ...untold })
    const told = { result: 'scalar', settlementValue: 500_000, determinationMs: 1_797_000_100_000 }
    expect(read('determined')).toMatchObject({ ...NO_TIMES, ...told, bands: null, shard: null })
    expect(read('deactivated')).toMatchObject({ ...NO_TIMES, event: 'deactivated', deactivated: true })
  })

  it('keeps a word of a later version, and refuses a band that it cannot read', () => {
    expect(changed('created', { event_type: 'paused_by_review', price_level_structure: 'new' })).toMatchObject({
      event: 'paused_by_review',
    })
    expect(changed('created', { price_ranges: [{ start: '0.0000', end: '1.0000' }] })).toMatchObject({ kind: 'unreadable' })
  })

  it('events and their fees: a multiplier in 1e-4, null where the series decides', () => {
    expect(read('event')).toMatchObject({ kind: 'event-lifecycle', event: 'KXFED-26DEC' })
    expect(read('fees')).toMatchObject({ kind: 'fees', event: 'KXFED-26DEC', feeType: 'quadratic_with_maker_fees', multiplier: 5_000 })
    expect(read('fees cleared')).toMatchObject({ feeType: null, multiplier: null })
    expect(changed('fees', { fee_multiplier_override: 0.00001 })).toMatchObject({ kind: 'unreadable' })
  })
})

describe('messages about our own account', () => {
  it('a fill has the position after it, its shard, and whether we took', () => {
    const fill = {
      executionId: 'd17a9849-1111-4222-8333-444455556666',
      venueOrderId: 'o-1',
      clientOrderId: 'cb-t1-a1',
      market: MARKET,
      side: 'bid',
    }
    const numbers = { yesPrice: 4_800, quantity: 250, fee: 17_500, atMs: 1_795_273_200_131, positionAfter: -1_250, shard: 1, taker: true }
    expect(read('fill')).toEqual({ sid: 5, seq: null, id: null, kind: 'fill', fill: { ...fill, ...numbers } })
    expect(changed('fill', { post_position_fp: undefined, exchange_index: undefined, is_taker: undefined })).toMatchObject({
      fill: { positionAfter: null, shard: null, taker: null },
    })
  })

  it('an order has the fees of both roles and the time of its last change', () => {
    const order = { venueOrderId: 'o-1', clientOrderId: 'cb-t1-a1', market: MARKET, side: 'bid', status: 'executed', yesPrice: 4_800 }
    const numbers = { quantity: 1_000, filled: 1_000, remaining: 0, fees: 175_000, shard: 1, reason: 'fill', atMs: 1_795_273_200_131 }
    expect(read('order')).toMatchObject({ kind: 'order', order: { ...order, ...numbers } })
    const bare = {
      last_updated_ts_ms: undefined,
      last_update_reason: undefined,
      client_order_id: '',
      status: 'unknown',
      exchange_index: undefined,
    }
    const expected = { atMs: 1_795_273_200_100, reason: null, clientOrderId: null, status: 'unknown', shard: null }
    expect(changed('order', bare)).toMatchObject({ order: expected })
    expect(changed('order', { book_side: undefined, outcome_side: 'no' })).toMatchObject({ order: { side: 'ask' } })
  })

  it('a position is signed, a group tells its limit where it has one', () => {
    expect(read('position')).toMatchObject({ kind: 'position', market: MARKET, position: -30_000, realised: -1_250_000, fees: 17_500 })
    expect(read('group')).toMatchObject({
      kind: 'group',
      event: 'limit_updated',
      groupId: 'g-1',
      contractsLimit: 10_000,
      venueMs: 1_795_273_200_131,
    })
    expect(changed('group', { event_type: 'triggered', contracts_limit_fp: undefined })).toMatchObject({ contractsLimit: null })
  })
})

describe('answers', () => {
  it('an ok lists the markets of the subscription, or the subscriptions, or nothing', () => {
    expect(read('ok')).toEqual({ sid: 1, seq: 7, id: 2, kind: 'ok', markets: [MARKET, 'KXFED-26DEC-T4.50'], subscriptions: null })
    expect(read('bare ok')).toMatchObject({ markets: null, subscriptions: null })
    expect(read('listed')).toMatchObject({ markets: null, subscriptions: [{ channel: 'orderbook_delta', sid: 1 }] })
  })

  it('an error has its place in the sequence and the market it is about', () => {
    expect(read('error')).toEqual({ sid: 1, seq: 8, id: 4, kind: 'error', code: 16, text: 'Market not found', market: MARKET })
    expect(changed('error', { market_ticker: undefined })).toMatchObject({ market: null })
  })

  it('a kind that nobody subscribes is known, a kind that nobody knows is unreadable with its place', () => {
    expect(read('quote')).toMatchObject({ kind: 'ignored', sid: 9, seq: 1 })
    const later = { type: 'later_kind', sid: 9, seq: 2, msg: {} }
    expect(readStream(Buffer.from(JSON.stringify(later)))).toMatchObject({ kind: 'unreadable', type: 'later_kind', sid: 9, seq: 2 })
  })
})
