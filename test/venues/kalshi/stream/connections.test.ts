import { kinds, reading, type Reading } from '../books'

const snapshot = (seq: number, market: string, yes: unknown, no: unknown): object => ({
  type: 'orderbook_snapshot',
  sid: 1,
  seq,
  msg: { market_ticker: market, yes_dollars_fp: yes, no_dollars_fp: no },
})
const delta = (seq: number, market: string, side: string, at: string, change: string): object => ({
  type: 'orderbook_delta',
  sid: 1,
  seq,
  msg: { market_ticker: market, price_dollars: at, delta_fp: change, side, ts_ms: 1 },
})
const subscribed = { type: 'subscribed', id: 1, msg: { channel: 'orderbook_delta', sid: 1 } }
const asked = (id: number, action: string, ...markets: string[]): object => ({
  id,
  cmd: 'update_subscription',
  params: { sids: [1], action, market_tickers: markets },
})
const subscribe = (...market_tickers: string[]): object => ({
  id: 1,
  cmd: 'subscribe',
  params: { channels: ['orderbook_delta'], market_tickers, use_yes_price: true },
})
/** Connections 1 and 2, with a book each. */
function both(): Reading {
  const all = reading()
  for (const [conn, market] of [[1, 'A'] as const, [2, 'B'] as const]) {
    all.feed(['open'], 'in', conn)
    all.feed(subscribe(market), 'out', conn)
    all.feed(subscribed, 'in', conn)
    all.feed(snapshot(1, market, [['0.1000', '5.00']], []), 'in', conn)
  }
  all.notices.length = 0
  all.conns.length = 0
  return all
}

describe('KalshiSession: several connections', () => {
  it('a gap of one connection forgets its own books only, and tells which connection it was', () => {
    const all = both()
    expect(all.feed(delta(3, 'A', 'yes', '0.1000', '1.00'))).toMatchObject([{ kind: 'forget', books: [0], conn: 1 }])
    expect([all.books.of(0), all.books.of(1)?.bid.size]).toEqual([undefined, 1])
    expect(new Set(all.conns)).toEqual(new Set([1]))
    expect(kinds(all.feed(delta(2, 'B', 'yes', '0.1000', '1.00'), 'in', 2))).toEqual(['alive', 'book'])
  })

  it('takes a market from the connection that was asked last, and from no other', () => {
    const all = both()
    expect(all.feed(asked(2, 'add_markets', 'A'), 'out', 2)).toMatchObject([{ kind: 'forget', books: [0], cause: 'unwatched' }])
    expect(kinds(all.feed(delta(2, 'A', 'yes', '0.1000', '1.00')))).toEqual(['alive'])
    expect(kinds(all.feed(snapshot(2, 'A', [], []), 'in', 2))).toEqual(['alive', 'book'])
    // neither the changes nor a gap of the first connection are of any interest to the book now
    expect(kinds(all.feed(delta(3, 'A', 'yes', '0.1000', '1.00')))).toEqual(['alive'])
    expect(all.books.of(0)).toEqual({ bid: new Map(), ask: new Map() })
    all.feed(delta(9, 'A', 'yes', '0.1000', '1.00'))
    expect(all.books.of(0)).toBeDefined()
  })

  it('gives up a book when its market is deleted, and takes it back with a new snapshot', () => {
    const all = both()
    expect(all.feed(asked(2, 'delete_markets', 'A'), 'out')).toMatchObject([{ kind: 'forget', books: [0], cause: 'unwatched' }])
    // under way when the command left
    expect(kinds(all.feed(snapshot(2, 'A', [], [])))).toEqual(['alive'])
    all.feed({ type: 'ok', id: 2, sid: 1, seq: 3, msg: { market_tickers: [] } })
    all.feed(asked(3, 'add_markets', 'A'), 'out')
    expect(kinds(all.feed(snapshot(4, 'A', [], [])))).toEqual(['alive', 'book'])
  })
})

describe('KalshiSession: what the commands and their answers say of the books', () => {
  it('forgets the book of a market that the venue does not count to the subscription any more', () => {
    const all = both()
    all.feed(asked(2, 'add_markets', 'C'), 'out')
    const answer = all.feed({ type: 'ok', id: 2, sid: 1, seq: 2, msg: { market_tickers: ['C'] } })
    expect(answer).toMatchObject([{ kind: 'alive' }, { kind: 'forget', books: [0], cause: 'gap' }])
  })

  it('knows from a list which subscriptions have ended without a word', () => {
    const all = both()
    all.feed({ id: 7, cmd: 'list_subscriptions' }, 'out')
    expect(all.feed({ type: 'ok', id: 7, msg: [{ channel: 'trade', sid: 2 }] })).toMatchObject([{ kind: 'forget', books: [0] }])
    expect(all.notices).toContainEqual({ kind: 'lost', sid: 1 })
    expect(all.notices.at(-1)).toEqual({ kind: 'listed', id: 7, sids: [2] })
  })

  it('takes no book before the acknowledgement has told how NO levels are priced', () => {
    const all = reading()
    all.feed(['open'])
    all.feed(subscribe('A'), 'out')
    expect(kinds(all.feed(snapshot(1, 'A', [], [['0.6900', '1.00']])))).toEqual(['alive'])
    all.feed(subscribed)
    expect(all.feed(snapshot(2, 'A', [], [['0.6900', '1.00']])).at(-1)).toMatchObject({ change: { asks: [{ price: 6_900 }] } })
  })

  it('begins anew with the connections of another process', () => {
    const all = both()
    all.feed(['open'], 'in', 1)
    expect(kinds(all.feed(delta(2, 'B', 'yes', '0.1000', '1.00'), 'in', 2))).toEqual(['alive'])
    expect(all.feed(snapshot(1, 'A', [], [])).at(-1)).toMatchObject({ kind: 'book' })
  })
})
