import { marketId } from '../../../src/core/ids'
import { Subscriptions } from '../../../src/venues/kalshi/subscriptions'

const A = marketId('A')
const B = marketId('B')
const markets = (count: number) => Array.from({ length: count }, (_, i) => marketId(`M${i}`))

/** Two market channels (sids 1, 2) and the lifecycle (sid 3), subscribed at 0 for A. */
function subscribed(): Subscriptions {
  const all = new Subscriptions({ fills: false })
  all.watch([A])
  all.opened()
  all.due(0)
  all.learn({ kind: 'subscribed', channel: 'orderbook_delta', sid: 1, id: 1 }, 0)
  all.learn({ kind: 'subscribed', channel: 'trade', sid: 2, id: 1 }, 0)
  all.learn({ kind: 'subscribed', channel: 'market_lifecycle_v2', sid: 3, id: 2 }, 0)
  all.learn({ kind: 'snapshot', market: A }, 0)
  return all
}

describe('Subscriptions', () => {
  it('asks for books and trades of what is watched, with the price terms pinned, and for the lifecycle of everything', () => {
    const all = new Subscriptions({ fills: true })
    all.watch([A])
    all.opened()
    expect(all.due(0)).toEqual([
      { id: 1, cmd: 'subscribe', params: { channels: ['orderbook_delta', 'trade'], market_tickers: ['A'], use_yes_price: true } },
      { id: 2, cmd: 'subscribe', params: { channels: ['market_lifecycle_v2'] } },
      { id: 3, cmd: 'subscribe', params: { channels: ['fill'] } },
    ])
    expect(all.due(1)).toEqual([])
  })

  it('adds what is watched later to both market channels, and asks anew after a reconnect', () => {
    const all = subscribed()
    all.watch([B])
    expect(all.due(1).map(({ params }) => params)).toEqual([
      { sids: [1], action: 'add_markets', market_tickers: ['B'] },
      { sids: [2], action: 'add_markets', market_tickers: ['B'] },
    ])
    all.opened()
    expect(all.due(2)[0]?.params.market_tickers).toEqual(['A', 'B'])
  })

  it('splits many markets over several commands', () => {
    const all = new Subscriptions({ fills: false })
    all.watch(markets(900))
    all.opened()
    expect(all.due(0)[0]?.params.market_tickers).toHaveLength(400)
    all.learn({ kind: 'subscribed', channel: 'orderbook_delta', sid: 1, id: 1 }, 0)
    expect(all.due(1).map(({ params }) => params.market_tickers?.length)).toEqual([400, 100])
  })

  it('asks for the snapshots of forgotten books at once, and again when they do not come', () => {
    const all = subscribed()
    all.learn({ kind: 'unknown-books', markets: [A] }, 10)
    expect(all.due(10).map(({ params }) => params)).toEqual([{ sids: [1], action: 'get_snapshot', market_tickers: ['A'] }])
    expect(all.due(5_009)).toEqual([])
    expect(all.due(5_010)).toHaveLength(1)
    all.learn({ kind: 'snapshot', market: A }, 5_011)
    expect(all.due(20_000)).toEqual([])
  })

  it('subscribes again to what the venue ended', () => {
    const all = subscribed()
    all.learn({ kind: 'lost', sid: 1 }, 10)
    expect(all.due(10).map(({ params }) => params)).toEqual([{ channels: ['orderbook_delta'], market_tickers: ['A'], use_yes_price: true }])
  })

  it('waits before it repeats a refused command', () => {
    const all = subscribed()
    all.watch([B])
    const [first] = all.due(10)
    all.learn({ kind: 'refused', id: first?.id ?? null, code: 27, text: 'too many requests' }, 20)
    expect(all.due(5_019)).toEqual([])
    expect(all.due(5_020)[0]?.params).toEqual({ sids: [1], action: 'add_markets', market_tickers: ['B'] })
  })

  it('is stalled when a command stays without an answer for ten seconds', () => {
    const all = subscribed()
    expect(all.stalled(60_000)).toBe(false)
    all.watch([B])
    all.due(60_000)
    expect([all.stalled(69_999), all.stalled(70_000)]).toEqual([false, true])
  })
})
