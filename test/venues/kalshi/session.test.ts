import { marketId } from '../../../src/core/ids'
import { kinds, reading, type Reading } from './books'

const snapshot = (seq: number, market: string, yes: unknown, no: unknown, more: object = {}): object => ({
  type: 'orderbook_snapshot',
  sid: 1,
  seq,
  msg: { market_ticker: market, market_id: 'u', yes_dollars_fp: yes, no_dollars_fp: no },
  ...more,
})
const delta = (seq: number, market: string, side: string, at: string, change: string): object => ({
  type: 'orderbook_delta',
  sid: 1,
  seq,
  msg: { market_ticker: market, market_id: 'u', price_dollars: at, delta_fp: change, side, ts_ms: 1789000002001 },
})
const subscribed = { type: 'subscribed', id: 1, msg: { channel: 'orderbook_delta', sid: 1 } }
const command = (yesPrices: boolean): object => ({
  id: 1,
  cmd: 'subscribe',
  params: { channels: ['orderbook_delta'], use_yes_price: yesPrices },
})

/** A connection with two books, A and B. */
function opened(yesPrices = true): Reading {
  const all = reading()
  all.feed(['open'])
  all.feed(command(yesPrices), 'out')
  all.feed(subscribed)
  all.feed(
    snapshot(
      1,
      'A',
      [
        ['0.6600', '40.00'],
        ['0.6700', '12.00'],
      ],
      [['0.6900', '25.00']],
    ),
  )
  all.feed(snapshot(2, 'B', [['0.1000', '5.00']], undefined))
  all.notices.length = 0
  return all
}

describe('KalshiSession: books', () => {
  it('tells a snapshot best first and a delta by its signed change, in YES terms', () => {
    const all = opened()
    expect(all.events.at(-3)).toMatchObject({
      change: { op: 'replace', bids: [{ price: 6_700, quantity: 1_200 }, { price: 6_600 }], asks: [{ price: 6_900, quantity: 2_500 }] },
    })
    expect(all.feed(delta(3, 'A', 'no', '0.6900', '-25.00')).at(-1)).toMatchObject({
      kind: 'book',
      change: { op: 'add', book: 0, side: 'ask', price: 6_900, delta: -2_500 },
      venueMs: 1789000002001,
    })
  })

  it('takes NO levels in NO terms when the subscription did not ask for YES prices', () => {
    const all = reading()
    all.feed(command(false), 'out')
    all.feed(subscribed)
    expect(
      all
        .feed(
          snapshot(
            1,
            'A',
            [],
            [
              ['0.3000', '1.00'],
              ['0.3100', '25.00'],
            ],
          ),
        )
        .at(-1),
    ).toMatchObject({
      change: { bids: [], asks: [{ price: 6_900, quantity: 2_500 }, { price: 7_000 }] },
    })
  })

  it('empties the book at the close, when both sides are absent', () => {
    const all = opened()
    all.feed(snapshot(3, 'A', undefined, undefined))
    expect(all.books.of(0)).toEqual({ bid: new Map(), ask: new Map() })
  })

  it('applies the delta of an own order like any other', () => {
    const all = opened()
    const own = delta(3, 'A', 'yes', '0.6700', '1.00') as { msg: object }
    own.msg = { ...own.msg, client_order_id: 'cb-t1-a1', subaccount: 0 }
    expect(kinds(all.feed(own))).toEqual(['alive', 'book'])
  })

  it('drops a delta before its snapshot and asks for that once', () => {
    const all = opened()
    expect(kinds(all.feed(delta(3, 'C', 'yes', '0.5000', '1.00')))).toEqual(['alive'])
    expect(kinds(all.feed(delta(4, 'C', 'yes', '0.5000', '1.00')))).toEqual(['alive'])
    expect(all.notices).toEqual([{ kind: 'unknown-books', markets: ['C'] }])
  })
})

describe('KalshiSession: sequence and liveness (§7)', () => {
  it('counts acknowledgements and errors of a subscription', () => {
    const all = opened()
    expect(kinds(all.feed({ type: 'ok', id: 2, sid: 1, seq: 3, msg: { market_tickers: ['A', 'B'] } }))).toEqual(['alive'])
    expect(kinds(all.feed({ type: 'error', id: 3, sid: 1, seq: 4, msg: { code: 11, msg: 'invalid' } }))).toEqual(['alive'])
    expect(kinds(all.feed(delta(5, 'A', 'yes', '0.6700', '1.00')))).toEqual(['alive', 'book'])
    expect(all.notices).toEqual([
      { kind: 'answered', id: 2, sid: 1, markets: ['A', 'B'] },
      { kind: 'refused', id: 3, code: 11, text: 'invalid', market: null },
    ])
  })

  it('forgets every book of the subscription after a gap, and takes none back without a snapshot', () => {
    const all = opened()
    expect(all.feed(delta(4, 'A', 'yes', '0.6700', '1.00'))).toMatchObject([{ kind: 'forget', books: [0, 1], cause: 'gap' }])
    expect(all.notices).toEqual([
      { kind: 'gap', sid: 1 },
      { kind: 'unknown-books', markets: ['A', 'B'] },
    ])
    expect(kinds(all.feed(delta(5, 'B', 'yes', '0.1000', '1.00')))).toEqual(['alive'])
    all.feed(snapshot(6, 'A', [['0.5000', '1.00']], []))
    expect([all.books.of(0)?.bid.size, all.books.of(1)]).toEqual([1, undefined])
  })

  it('takes a repeated number for a gap: which of the two is the truth cannot be known', () => {
    const all = opened()
    all.feed(delta(3, 'A', 'yes', '0.6700', '1.00'))
    expect(kinds(all.feed(delta(3, 'A', 'yes', '0.6700', '1.00')))).toEqual(['forget'])
  })

  it('forgets the books when a book message in sequence cannot be read', () => {
    const all = opened()
    const { market_ticker: _, ...untold } = (delta(3, 'A', 'yes', '0.6700', '1.00') as { msg: Record<string, unknown> }).msg
    expect(all.feed({ ...delta(3, '', '', '', ''), msg: untold })).toMatchObject([
      { kind: 'alive' },
      { kind: 'unreadable' },
      { kind: 'forget', books: [0, 1] },
    ])
  })

  it.each([
    [25, 'overflow'],
    [10, 'gap'],
    [17, 'gap'],
  ])('treats error %i as the end of the subscription', (code, cause) => {
    const all = opened()
    expect(all.feed({ type: 'error', sid: 1, msg: { code, msg: 'over' } })).toMatchObject([{ kind: 'forget', books: [0, 1], cause }])
    expect(all.notices.at(-1)).toEqual({ kind: 'lost', sid: 1 })
  })

  it('is alive by a pong, and forgets everything with the connection', () => {
    const all = opened()
    expect(kinds(all.feed(['pong']))).toEqual(['alive'])
    expect(kinds(all.feed(['close', 'reset']))).toEqual(['disconnected'])
    // numbers of the next connection start anew
    all.feed(['open'])
    expect(kinds(all.feed(snapshot(1, 'A', [], [])))).toEqual(['alive', 'book'])
  })
})

describe('KalshiSession: everything else', () => {
  it.each(['{"type":"surprise","msg":{}}', '{"type":"ticker","msg":{}}'])('counts %j as unreadable and goes on', (text) =>
    expect(kinds(opened().feed(text))).toEqual(['unreadable']),
  )

  it.each(['', '{', '[]', 'null', '{"type":7}', '{"type":"orderbook_delta","sid":"x"}', '\u0000'])(
    'believes no book after %j: it may have been a change of any, and the next number may be long in coming',
    (text) => expect(opened().feed(text)).toMatchObject([{ kind: 'unreadable' }, { kind: 'forget', books: [0, 1], cause: 'gap' }]),
  )

  it('prints trades with the side of the taker', () => {
    const all = opened()
    const msg = {
      trade_id: 't',
      market_ticker: 'A',
      yes_price_dollars: '0.3100',
      no_price_dollars: '0.6900',
      count_fp: '25.00',
      taker_side: 'no',
    }
    const print = all.feed({ type: 'trade', sid: 2, seq: 1, msg }).at(-1)
    expect(print).toMatchObject({ kind: 'print', book: 0, price: 3_100, quantity: 2_500, taker: 'ask', tradeId: 't', venueMs: null })
    expect(all.feed({ type: 'trade', sid: 2, seq: 3, msg: { ...msg, taker_book_side: 'bid' } })).toMatchObject([
      { kind: 'forget', books: [] },
      { kind: 'print', taker: 'bid' },
    ])
  })

  it('hands on a private fill as a hint', () => {
    const all = opened()
    const msg = { trade_id: 't', order_id: 'o', client_order_id: 'cb-t1-a1', market_ticker: 'A', outcome_side: 'no', book_side: 'ask' }
    all.feed({ type: 'fill', sid: 4, msg: { ...msg, yes_price_dollars: '0.6', count_fp: '2.50', fee_cost: '0.0175', ts: 1, ts_ms: 1000 } })
    expect(all.notices).toMatchObject([{ kind: 'fill', fill: { executionId: 't', side: 'ask', quantity: 250, fee: 17_500, atMs: 1_000 } }])
  })

  it('hands on orders, positions, groups and tickers', () => {
    const all = opened()
    all.feed({ type: 'order_group_updates', sid: 7, seq: 1, msg: { event_type: 'triggered', order_group_id: 'g', ts_ms: 5 } })
    const position = { position_fp: '-3.00', realized_pnl_dollars: '0.1', fees_paid_dollars: '0.01', position_cost_dollars: '1.2' }
    all.feed({ type: 'market_position', sid: 6, msg: { market_ticker: 'A', ...position, volume_fp: '3.00' } })
    expect(all.notices).toMatchObject([
      { kind: 'group', group: { event: 'triggered', groupId: 'g' } },
      { kind: 'position', position: { market: 'A', position: -300 } },
    ])
  })

  it('leaves order bytes in the same log alone', () => {
    expect(opened().feed({ method: 'POST', path: '/x', body: { ticker: 'A' } }, 'out')).toEqual([])
  })
})

describe('KalshiSession: the life of a market', () => {
  const lifecycle = (market: string, event: string, more: object = {}): object => ({
    type: 'market_lifecycle_v2',
    sid: 3,
    msg: { market_ticker: market, event_type: event, ...more },
  })

  it('passes on the state of watched markets only', () => {
    const all = opened()
    for (const event of ['activated', 'deactivated', 'determined', 'settled', 'metadata_updated']) all.feed(lifecycle('A', event))
    all.feed(lifecycle('UNWATCHED', 'settled'))
    const told = all.events.flatMap((event) => (event.kind === 'market' ? [event.status] : []))
    expect(told).toEqual(['open', 'paused', 'determined', 'settled'])
    expect(all.directory.find('kalshi', marketId('UNWATCHED'), 'yes')).toBeNull()
  })

  it('reads the book of a market anew that trades again: its resting orders were cancelled', () => {
    const all = opened()
    all.feed(lifecycle('A', 'deactivated'))
    expect(all.feed(lifecycle('A', 'activated'))).toMatchObject([
      { kind: 'market', status: 'open' },
      { kind: 'forget', books: [0], cause: 'reopened' },
    ])
    expect(all.notices).toEqual([{ kind: 'unknown-books', markets: ['A'] }])
    expect([all.books.of(0), all.books.of(1)?.bid.size]).toEqual([undefined, 1])
    // its pause was missed
    expect(kinds(all.feed(lifecycle('B', 'activated')))).toEqual(['market', 'forget'])
  })

  it.each(['metadata_updated', 'a_word_of_next_year'])('does not know what a market asks after %s: its listing is to be read', (event) => {
    const all = opened()
    const told = { yes_sub_title: 'Above 4.2%', close_ts: 1_789_000_000, additional_metadata: { rules_primary: 'If …' } }
    expect(all.feed(lifecycle('A', event, told))).toMatchObject([{ kind: 'listing', market: 'A', closeMs: null, bands: null }])
    expect(all.feed(lifecycle('UNWATCHED', event, told))).toEqual([])
  })

  it('tells a moved close, a new grid and the fees of an event', () => {
    const all = opened()
    const grid = [{ start: '0.0000', end: '1.0000', step: '0.0100' }]
    expect(all.feed(lifecycle('A', 'close_date_updated', { close_ts: 1_789_000_000 }))).toMatchObject([
      { kind: 'listing', market: 'A', closeMs: 1_789_000_000_000, bands: null },
    ])
    expect(all.feed(lifecycle('A', 'price_level_structure_updated', { price_ranges: grid }))).toMatchObject([
      { kind: 'listing', market: 'A', closeMs: null, bands: [{ start: 0, end: 10_000, step: 100 }] },
    ])
    const msg = { event_ticker: 'E', fee_type_override: 'quadratic', fee_multiplier_override: 0.5 }
    expect(all.feed({ type: 'event_fee_update', sid: 3, msg })).toMatchObject([
      { kind: 'fees', event: 'E', feeType: 'quadratic', multiplier: 5_000 },
    ])
  })
})
