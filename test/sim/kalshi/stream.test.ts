import { BETA, kalshiScenario, OTHER, RunningSim, TICKER } from '../support/running'
import type { StreamClient } from '../support/client'
import { external, openStream, untimed } from './ws/rig'

describe('the stream', () => {
  let sim: RunningSim
  let stream: StreamClient
  beforeEach(async () => {
    sim = await RunningSim.start(kalshiScenario({ settings: { ping_interval_ms: 50 } }))
    stream = await openStream(sim)
  })
  afterEach(() => sim.stop())

  const book = (params: object = {}): void =>
    stream.send({ id: 1, cmd: 'subscribe', params: { channels: ['orderbook_delta'], market_tickers: [TICKER], ...params } })

  it('acknowledges, snapshots and numbers as recorded', async () => {
    stream.send({
      id: 1,
      cmd: 'subscribe',
      params: { channels: ['orderbook_delta', 'trade'], market_tickers: [TICKER], use_yes_price: false },
    })
    await stream.until(() => (stream.messages.length >= 3 ? true : null))
    const [, , snapshot] = stream.messages.slice().sort((a, b) => Number(a.seq ?? 0) - Number(b.seq ?? 0))
    expect(stream.messages.filter((message) => message.type === 'subscribed').map(untimed)).toEqual([
      { type: 'subscribed', id: 1, msg: { channel: 'orderbook_delta', sid: 1 } },
      { type: 'subscribed', id: 1, msg: { channel: 'trade', sid: 2 } },
    ])
    expect(snapshot).toMatchObject({
      type: 'orderbook_snapshot',
      sid: 1,
      seq: 1,
      msg: { market_ticker: TICKER, yes_dollars_fp: [['0.4700', '3.00']], no_dollars_fp: [['0.4800', '3.00']] },
    })
  })

  it('expresses the NO side in YES prices when asked', async () => {
    book({ use_yes_price: true })
    expect((await stream.ofType('orderbook_snapshot')).msg).toMatchObject({ no_dollars_fp: [['0.5200', '3.00']] })
    await sim.event(external(TICKER, 'ask', '0.5200', '2.00'))
    expect((await stream.ofType('orderbook_delta')).msg).toMatchObject({ side: 'no', price_dollars: '0.5200', delta_fp: '2.00' })
  })

  it('leaves out the key of an empty side', async () => {
    book({ market_tickers: [OTHER] })
    const { msg } = await stream.ofType('orderbook_snapshot')
    expect(Object.keys(msg).sort()).toEqual(['market_id', 'market_ticker'])
  })

  it('pings with a heartbeat and answers pings', async () => {
    expect(await stream.until(() => stream.pings[0] ?? null)).toBe('heartbeat')
    const pong = new Promise<string>((resolve) => stream.socket.once('pong', (data: Buffer) => resolve(data.toString())))
    stream.socket.ping('hello')
    expect(await pong).toBe('hello')
  })

  it('tells the owner of a fill everything, and others only the trade', async () => {
    const other = await openStream(sim, BETA)
    for (const each of [stream, other]) await each.subscribe(['fill', 'user_orders', 'trade'])
    await sim.alpha.order({ ticker: TICKER, price: '0.5200', client_order_id: 'mine' })
    const fill = await stream.ofType('fill')
    expect(fill.msg).toMatchObject({
      market_ticker: TICKER,
      client_order_id: 'mine',
      is_taker: true,
      outcome_side: 'yes',
      book_side: 'bid',
      yes_price_dollars: '0.5200',
      count_fp: '1.00',
      fee_cost: '0.017500',
      post_position_fp: '1.00',
    })
    expect(fill).not.toHaveProperty('seq')
    const order = await stream.until(() => stream.messages.find((message) => message.type === 'user_order') ?? null)
    expect(order.msg).toMatchObject({ ticker: TICKER, status: 'executed', client_order_id: 'mine', last_update_reason: 'Trade' })
    const trade = await other.ofType('trade')
    expect(trade.msg).toMatchObject({ trade_id: fill.msg['trade_id'], taker_book_side: 'bid', yes_price_dollars: '0.5200' })
    expect(other.messages.some((message) => message.type === 'fill' || message.type === 'user_order')).toBe(false)
  })

  it('keeps a book that equals the REST book after any sequence', async () => {
    book()
    const levels = new Map<string, number>()
    await sim.alpha.order({ ticker: TICKER, price: '0.5200', count: '2.00' })
    await sim.event(external(TICKER, 'ask', '0.4500', '5.00'))
    await sim.alpha.order({ ticker: TICKER, price: '0.4900', count: '7.00', time_in_force: 'good_till_canceled' })
    await sim.event(external(TICKER, 'bid', '0.4400', '1.25'))
    await stream.until(() => (stream.messages.some((message) => message.msg?.['price_dollars'] === '0.4400') ? true : null))
    for (const { type, msg } of stream.messages) applyTo(levels, type, msg)
    const { orderbook_fp: rest } = (await sim.anyone.get(`/markets/${TICKER}/orderbook`)).body as {
      orderbook_fp: Record<string, string[][]>
    }
    const expected = Object.entries(rest).flatMap(([side, rows]) => rows.map(([at, count]) => [`${side[0]}${at}`, Number(count)]))
    expect(Object.fromEntries([...levels].filter(([, count]) => count !== 0))).toEqual(Object.fromEntries(expected))
  })
})

function applyTo(levels: Map<string, number>, type: string, msg: Record<string, unknown>): void {
  if (type === 'orderbook_snapshot') {
    for (const [key, mark] of [
      ['yes_dollars_fp', 'y'],
      ['no_dollars_fp', 'n'],
    ] as const) {
      for (const [at, count] of (msg[key] ?? []) as string[][]) levels.set(`${mark}${at}`, Number(count))
    }
  }
  if (type !== 'orderbook_delta') return
  const key = `${String(msg['side'])[0]}${String(msg['price_dollars'])}`
  levels.set(key, Number(((levels.get(key) ?? 0) + Number(msg['delta_fp'])).toFixed(2)))
}
