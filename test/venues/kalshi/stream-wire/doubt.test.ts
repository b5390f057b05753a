import { marketId } from '../../../../src/core/ids'
import { Subscriptions } from '../../../../src/venues/kalshi/subscriptions'
import { kinds, reading, type Reading } from '../books'

const snapshot = (sid: number, seq: number, market: string, no: unknown = [], yes: unknown = [['0.1000', '5.00']]): object => ({
  type: 'orderbook_snapshot',
  sid,
  seq,
  msg: { market_ticker: market, yes_dollars_fp: yes, no_dollars_fp: no },
})
const delta = (sid: number, seq: number, market: string, at: string): object => ({
  type: 'orderbook_delta',
  sid,
  seq,
  msg: { market_ticker: market, price_dollars: at, delta_fp: '1.00', side: 'yes', ts_ms: 1 },
})
const subscribe = (id: number, more: object = { use_yes_price: true }): object => ({
  id,
  cmd: 'subscribe',
  params: { channels: ['orderbook_delta'], market_tickers: ['A', 'B'], ...more },
})
const subscribed = (sid: number, id?: number): object => ({
  type: 'subscribed',
  ...(id === undefined ? {} : { id }),
  msg: { channel: 'orderbook_delta', sid },
})

/** Subscription 1 with the books of A and B. */
function opened(): Reading {
  const all = reading()
  all.feed(['open'])
  all.feed(subscribe(1), 'out')
  all.feed(subscribed(1, 1))
  all.feed(snapshot(1, 1, 'A'))
  all.feed(snapshot(1, 2, 'B'))
  all.notices.length = 0
  return all
}

describe('a book message that cannot be read', () => {
  it('costs the book of its market, and no other', () => {
    const all = opened()
    expect(all.feed(delta(1, 3, 'A', '0.10005'))).toMatchObject([
      { kind: 'alive' },
      { kind: 'unreadable' },
      { kind: 'forget', books: [0], cause: 'gap' },
    ])
    expect(all.notices).toEqual([{ kind: 'unreadable-book', market: 'A' }])
    // once: more of the same adds nothing
    expect(kinds(all.feed(delta(1, 4, 'A', '0.10005')))).toEqual(['alive', 'unreadable'])
    expect(kinds(all.feed(delta(1, 5, 'B', '0.1000')))).toEqual(['alive', 'book'])
    expect(kinds(all.feed(snapshot(1, 6, 'A')))).toEqual(['alive', 'book'])
    expect(all.notices).toEqual([
      { kind: 'unreadable-book', market: 'A' },
      { kind: 'snapshot', market: 'A' },
    ])
  })

  it('is not asked for at the pace at which it is refused', () => {
    const A = marketId('A')
    const all = new Subscriptions({ byMarket: ['orderbook_delta'], ofAll: [], crowded: () => undefined })
    all.watch([A])
    all.opened(0)
    const first = all.next(0)
    all.learn({ kind: 'subscribed', channel: 'orderbook_delta', sid: 1, id: first?.id ?? 0 }, 0)
    all.learn({ kind: 'unreadable-book', market: A }, 100)
    expect(all.next(100)).toBeNull()
    expect(all.missing).toBe(1)
    all.tick(5_100)
    expect(all.next(5_100)).toMatchObject({ params: { action: 'get_snapshot', market_tickers: ['A'] } })
    // nobody watches it any more
    all.unwatch([A])
    all.learn({ kind: 'unreadable-book', market: A }, 5_200)
    expect(all.missing).toBe(0)
  })
})

describe('two subscriptions of one connection tell the same market', () => {
  it('a change counts from the one that told the book, so that none is added twice', () => {
    const all = opened()
    // an earlier command was carried out after all
    all.feed(subscribe(2), 'out')
    all.feed(subscribed(2, 2))
    expect(kinds(all.feed(delta(1, 3, 'A', '0.1000')))).toEqual(['alive', 'book'])
    expect(kinds(all.feed(delta(2, 1, 'A', '0.1000')))).toEqual(['alive'])
    expect(all.books.of(0)?.bid.get(1_000)).toBe(600)
    // its snapshot is as good as any: from then on it is the one
    all.feed(snapshot(2, 2, 'A'))
    expect(kinds(all.feed(delta(1, 4, 'A', '0.1000')))).toEqual(['alive'])
    expect(kinds(all.feed(delta(2, 3, 'A', '0.1000')))).toEqual(['alive', 'book'])
    expect(all.books.of(0)?.bid.get(1_000)).toBe(600)
    // a gap of the one forgets it, a gap of the other does not
    expect(all.feed(delta(1, 9, 'B', '0.1000'))).toMatchObject([{ kind: 'forget', books: [1] }])
    expect(all.feed(delta(2, 9, 'B', '0.1000'))).toMatchObject([{ kind: 'forget', books: [0] }])
  })
})

describe('an acknowledgement that does not say which command it answers', () => {
  const asks = (all: Reading): unknown => all.feed(snapshot(1, 1, 'A', [['0.6900', '1.00']], [])).at(-1)

  it.each([
    ['without id', undefined],
    ['with an unknown id', 99],
  ])('%s: NO levels are priced as all our commands asked', (_, id) => {
    const all = reading()
    all.feed(['open'])
    all.feed(subscribe(1), 'out')
    all.feed(subscribed(1, id))
    expect(asks(all)).toMatchObject({ change: { asks: [{ price: 6_900 }] } })
  })

  it('no book is taken where they asked for both', () => {
    const all = reading()
    all.feed(['open'])
    all.feed(subscribe(1), 'out')
    all.feed(subscribe(2, {}), 'out')
    all.feed(subscribed(1))
    expect(asks(all)).toMatchObject({ kind: 'alive' })
  })

  it("without any command the venue's own default holds", () => {
    const all = reading()
    all.feed(['open'])
    all.feed(subscribed(1))
    expect(asks(all)).toMatchObject({ change: { asks: [{ price: 3_100 }] } })
  })
})

describe('a connection in the place of another one (E9)', () => {
  it('says which', () => {
    const all = reading()
    expect(all.feed(['open'])).toMatchObject([{ kind: 'connected' }])
    expect(all.events[0]).not.toHaveProperty('replaces')
    all.feed(['close', 'reset'])
    expect(all.feed(['open', 1], 'in', 2)).toMatchObject([{ kind: 'connected', conn: 2, replaces: 1 }])
  })
})
