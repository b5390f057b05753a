import { marketId, type MarketId } from '../../../src/core/ids'
import { Subscriptions, type KalshiCommand } from '../../../src/venues/kalshi/subscriptions'
import type { SessionNotice } from '../../../src/venues/kalshi/wire/line'

const A = marketId('A')
const B = marketId('B')
const markets = (count: number): MarketId[] => Array.from({ length: count }, (_, i) => marketId(`M${i}`))

/** Books and trades by market, the lifecycle of everything. */
class Desk {
  readonly crowded: (readonly [readonly MarketId[], number])[] = []
  readonly all = new Subscriptions({
    byMarket: ['orderbook_delta', 'trade'],
    ofAll: ['market_lifecycle_v2'],
    crowded: (refused, room) => this.crowded.push([refused, room]),
  })

  constructor(watched: readonly MarketId[] = [A]) {
    this.all.watch(watched)
    this.all.opened(0)
  }
  /** All that is due. */
  due(nowMs: number): KalshiCommand[] {
    const due: KalshiCommand[] = []
    for (let next = this.all.next(nowMs); next; next = this.all.next(nowMs)) due.push(next)
    return due
  }
  params(nowMs: number): KalshiCommand['params'][] {
    return this.due(nowMs).map(({ params }) => params)
  }
  learn(notice: SessionNotice, nowMs = 0): void {
    this.all.learn(notice, nowMs)
  }
  refuse(id: number, code: number, nowMs: number, market: MarketId | null = null): void {
    this.learn({ kind: 'refused', id, code, text: '', market }, nowMs)
  }
  /** Acknowledges, with the sids 1, 2, 3, and tells every snapshot. */
  subscribed(): this {
    for (const { id, params } of this.due(0)) {
      const channel = params?.channels?.[0] ?? ''
      this.learn({ kind: 'subscribed', channel, sid: ['', 'orderbook_delta', 'trade', 'market_lifecycle_v2'].indexOf(channel), id })
      if (channel === 'orderbook_delta') for (const market of params?.market_tickers ?? []) this.learn({ kind: 'snapshot', market })
    }
    return this
  }
}

describe('Subscriptions: what is asked for', () => {
  it('books with the price terms pinned, trades of what is watched, and the lifecycle of everything', () => {
    const desk = new Desk()
    expect(desk.due(0)).toEqual([
      { id: 1, cmd: 'subscribe', params: { channels: ['orderbook_delta'], market_tickers: ['A'], use_yes_price: true } },
      { id: 2, cmd: 'subscribe', params: { channels: ['trade'], market_tickers: ['A'] } },
      { id: 3, cmd: 'subscribe', params: { channels: ['market_lifecycle_v2'] } },
    ])
    expect(desk.due(1)).toEqual([])
    expect(desk.all.missing).toBe(1)
  })

  it('adds what is watched later to both market channels, deletes what is not, and asks anew after a reconnect', () => {
    const desk = new Desk().subscribed()
    desk.all.watch([B])
    desk.all.unwatch([A])
    expect(desk.params(1)).toEqual([
      { sids: [1], action: 'delete_markets', market_tickers: ['A'] },
      { sids: [2], action: 'delete_markets', market_tickers: ['A'] },
    ])
    desk.learn({ kind: 'answered', id: 4, sid: null, markets: [] })
    desk.learn({ kind: 'answered', id: 5, sid: null, markets: [] })
    expect(desk.params(1)).toEqual([
      { sids: [1], action: 'add_markets', market_tickers: ['B'] },
      { sids: [2], action: 'add_markets', market_tickers: ['B'] },
    ])
    desk.all.opened(2)
    expect(desk.params(2)[0]?.market_tickers).toEqual(['B'])
  })

  it('splits many markets over several commands, one after the other', () => {
    const desk = new Desk(markets(900)).subscribed()
    expect(desk.params(1).map((params) => params?.market_tickers?.length)).toEqual([400, 400])
    desk.learn({ kind: 'answered', id: 4, sid: null, markets: markets(800) })
    desk.learn({ kind: 'answered', id: 5, sid: null, markets: null })
    expect(desk.params(1).map((params) => params?.market_tickers?.length)).toEqual([100, 100])
  })

  it('subscribes no channel of markets while none is watched', () => {
    expect(new Desk([]).params(0)).toEqual([{ channels: ['market_lifecycle_v2'] }])
  })

  it('asks for the book of a market that was watched again while it was being deleted', () => {
    const desk = new Desk().subscribed()
    desk.all.unwatch([A])
    desk.due(1)
    desk.all.watch([A])
    desk.refuse(4, 27, 2)
    expect(desk.params(2)).toEqual([{ sids: [1], action: 'get_snapshot', market_tickers: ['A'] }])
  })
})

describe('Subscriptions: books that are not known', () => {
  it('asks for the snapshots of forgotten books at once, and again when they do not come', () => {
    const desk = new Desk().subscribed()
    desk.learn({ kind: 'unknown-books', markets: [A, B] }, 10)
    expect(desk.params(10)).toEqual([{ sids: [1], action: 'get_snapshot', market_tickers: ['A'] }])
    desk.all.tick(5_009)
    expect(desk.due(5_009)).toEqual([])
    desk.all.tick(5_010)
    expect(desk.due(5_010)).toHaveLength(1)
    desk.learn({ kind: 'snapshot', market: A })
    desk.all.tick(20_000)
    expect([desk.due(20_000), desk.all.missing]).toEqual([[], 0])
  })

  it('asks for a hundred snapshots with each command', () => {
    const desk = new Desk(markets(250)).subscribed()
    desk.learn({ kind: 'unknown-books', markets: markets(250) })
    expect(desk.params(1).map((params) => params?.market_tickers?.length)).toEqual([100, 100, 50])
  })

  it('a refused question is put again without the market that was refused, or in halves', () => {
    const desk = new Desk(markets(4)).subscribed()
    desk.learn({ kind: 'unknown-books', markets: markets(4) })
    desk.due(1)
    desk.refuse(4, 16, 1, marketId('M1'))
    expect([desk.due(1), desk.params(251)[0]?.market_tickers]).toEqual([[], ['M0', 'M2', 'M3']])
    desk.refuse(5, 11, 251)
    expect(desk.params(1_000).map((params) => params?.market_tickers?.length)).toEqual([2, 1])
  })
})

describe('Subscriptions: refusals', () => {
  it('subscribes again to what the venue ended, later with each time in a row', () => {
    const desk = new Desk().subscribed()
    desk.learn({ kind: 'lost', sid: 1 }, 10)
    expect(desk.params(259)).toEqual([])
    expect(desk.params(260)).toEqual([{ channels: ['orderbook_delta'], market_tickers: ['A'], use_yes_price: true }])
    desk.learn({ kind: 'subscribed', channel: 'orderbook_delta', sid: 9, id: 4 }, 260)
    desk.learn({ kind: 'lost', sid: 9 }, 300)
    expect([desk.due(799).length, desk.due(800).length]).toEqual([0, 1])
  })

  it('waits before it repeats what were too many requests (27)', () => {
    const desk = new Desk().subscribed()
    desk.all.watch([B])
    const [first] = desk.due(10)
    desk.refuse(first?.id ?? 0, 27, 20)
    expect(desk.params(269)).toEqual([])
    expect(desk.params(270)).toEqual([{ sids: [1], action: 'add_markets', market_tickers: ['B'] }])
  })

  it('hands on what a connection has no room for (26)', () => {
    const desk = new Desk().subscribed()
    desk.all.watch([B])
    const [first] = desk.due(10)
    desk.refuse(first?.id ?? 0, 26, 20)
    expect(desk.crowded).toEqual([[[B], 1]])
  })

  it('finds the one bad market of many by halves, and has the others meanwhile', () => {
    const desk = new Desk(markets(8))
    const bad = marketId('M3')
    let nowMs = 0
    const held = new Set<MarketId>()
    for (let round = 0; round < 30; round++, nowMs += 1_000) {
      for (const { id, params } of desk.due(nowMs).filter((each) => each.params?.channels?.[0] !== 'market_lifecycle_v2')) {
        const asked = params?.market_tickers ?? []
        if (asked.includes(bad)) desk.refuse(id, 11, nowMs)
        else if (params?.channels) desk.learn({ kind: 'subscribed', channel: params.channels[0] ?? '', sid: id, id }, nowMs)
        else desk.learn({ kind: 'answered', id, sid: null, markets: null }, nowMs)
        if (!asked.includes(bad)) for (const market of asked) held.add(market)
      }
    }
    expect([...held].toSorted()).toEqual(markets(8).filter((market) => market !== bad))
  })

  it('asks again for a channel that the venue does not know after a minute, without a word to the others', () => {
    const desk = new Desk([])
    desk.due(0)
    desk.refuse(1, 8, 0)
    expect([desk.due(59_999), desk.params(60_000)]).toEqual([[], [{ channels: ['market_lifecycle_v2'] }]])
  })

  it('is stalled when a command stays without an answer for ten seconds', () => {
    const desk = new Desk().subscribed()
    expect(desk.all.stalled(50_000)).toBe(false)
    desk.all.watch([B])
    desk.due(50_000)
    expect([desk.all.stalled(59_999), desk.all.stalled(60_000)]).toEqual([false, true])
  })
})

describe('Subscriptions: the venue’s truth', () => {
  it('takes the markets of an answer for what there is, and counts the difference', () => {
    const desk = new Desk().subscribed()
    desk.all.watch([B])
    desk.due(1)
    desk.learn({ kind: 'answered', id: 4, sid: null, markets: [B, marketId('C')] }, 1)
    expect(desk.all.corrected).toBe(2)
    expect(desk.params(251)).toEqual([{ sids: [1], action: 'delete_markets', market_tickers: ['C'] }])
    desk.learn({ kind: 'answered', id: 6, sid: null, markets: [B] }, 251)
    expect(desk.params(251)).toEqual([{ sids: [1], action: 'add_markets', market_tickers: ['A'] }])
  })

  it('lists once a minute, makes again what is not listed, ends what nobody knows, and drops the connection without an answer', () => {
    const desk = new Desk().subscribed()
    expect(desk.due(59_999)).toEqual([])
    expect(desk.due(60_000)[0]).toEqual({ id: 4, cmd: 'list_subscriptions' })
    expect([desk.all.stalled(69_999), desk.all.stalled(70_000)]).toEqual([false, true])
    desk.learn({ kind: 'lost', sid: 2 }, 60_100)
    desk.learn({ kind: 'listed', id: 4, sids: [1, 3, 17] }, 60_100)
    expect(desk.due(60_400)).toEqual([
      { id: 7, cmd: 'subscribe', params: { channels: ['trade'], market_tickers: ['A'] } },
      { id: 8, cmd: 'unsubscribe', params: { sids: [17] } },
    ])
    expect(desk.all.corrected).toBe(1)
  })

  it('asks once a minute which markets there are, by adding one that is there', () => {
    const desk = new Desk([A, B]).subscribed()
    const [, probe] = desk.due(60_000)
    expect(probe?.params).toEqual({ sids: [1], action: 'add_markets', market_tickers: ['A'] })
    desk.learn({ kind: 'answered', id: probe?.id ?? 0, sid: 1, markets: [A] }, 60_100)
    expect(desk.params(60_350)).toEqual([{ sids: [1], action: 'add_markets', market_tickers: ['B'] }])
    // a venue that refuses the question loses nothing
    const other = new Desk([A]).subscribed()
    const [, refused] = other.due(60_000)
    other.refuse(refused?.id ?? 0, 6, 60_100)
    expect(other.due(61_000)).toEqual([])
  })
})
