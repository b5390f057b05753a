import { BETA, kalshiScenario, OTHER, RunningSim, TICKER } from '../../support/running'
import type { Message, StreamClient } from '../../support/client'
import { ask, control, external, flush, openStream } from './rig'

let sim: RunningSim
let stream: StreamClient
beforeEach(async () => {
  sim = await RunningSim.start()
  stream = await openStream(sim)
})
afterEach(() => sim.stop())

const PRIVATE = ['fill', 'user_orders', 'market_positions', 'order_group_updates'] as const
const ofType = (type: string, from: StreamClient = stream): Message[] => from.messages.filter((message) => message.type === type)
const fields = (messages: readonly Message[], name: string): unknown[] => messages.map(({ msg }) => msg[name])

describe('a sweep', () => {
  it('gives a trade, a fill and a position for each resting order that it takes, sharing trade ids', async () => {
    await sim.event(external(TICKER, 'ask', '0.5300', '2.00'))
    await stream.subscribe(['trade', ...PRIVATE])
    await sim.alpha.order({ ticker: TICKER, price: '0.5300', count: '5.00', client_order_id: 'sweep' })
    await flush(stream)
    expect(fields(ofType('fill'), 'trade_id')).toEqual(fields(ofType('trade'), 'trade_id'))
    expect(fields(ofType('fill'), 'count_fp')).toEqual(['3.00', '2.00'])
    expect(fields(ofType('fill'), 'post_position_fp')).toEqual(['3.00', '5.00'])
    expect(fields(ofType('market_position'), 'position_fp')).toEqual(['3.00', '5.00'])
    expect(fields(ofType('user_order'), 'last_update_reason')).toEqual(['Trade', 'Trade'])
  })

  it('numbers trades and leaves private messages without a number', async () => {
    await stream.subscribe(['trade', ...PRIVATE])
    await sim.alpha.order({ ticker: TICKER, price: '0.5200', count: '1.00' })
    await sim.alpha.order({ ticker: TICKER, price: '0.5200', count: '1.00' })
    await flush(stream)
    expect(ofType('trade').map(({ seq }) => seq)).toEqual([1, 2])
    for (const type of ['fill', 'user_order', 'market_position']) for (const each of ofType(type)) expect(each).not.toHaveProperty('seq')
  })
})

describe('market_positions', () => {
  it('says what is held, what it cost, what was realized, and the volume', async () => {
    await stream.subscribe(['market_positions'])
    await sim.alpha.order({ ticker: TICKER, price: '0.5200', count: '2.00' })
    await sim.alpha.order({ ticker: TICKER, side: 'ask', price: '0.4700', count: '1.00' })
    await flush(stream)
    expect(ofType('market_position').map(({ msg }) => msg)).toMatchObject([
      { position_fp: '2.00', position_cost_dollars: '1.040000', volume_fp: '2.00', fees_paid_dollars: '0.035000' },
      {
        ...{ market_ticker: TICKER, position_fp: '1.00', position_cost_dollars: '0.520000', realized_pnl_dollars: '-0.050000' },
        ...{ volume_fp: '3.00', fees_paid_dollars: '0.052500', position_fee_cost_dollars: '0.017500' },
      },
    ])
  })

  it('says nothing is held after a settlement, and is filtered by market and by account', async () => {
    const beta = await openStream(sim, BETA)
    await beta.subscribe([...PRIVATE])
    await sim.alpha.order({ ticker: TICKER, price: '0.5200' })
    await stream.subscribe(['market_positions'], [OTHER])
    await sim.event(control('settle', { ticker: TICKER, result: 'yes' }))
    await flush(stream)
    expect(ofType('market_position')).toEqual([])
    await ask(stream, 'update_subscription', { sid: 1, action: 'add_markets', market_ticker: TICKER })
    await sim.alpha.order({ ticker: OTHER, side: 'bid', price: '0.9000', time_in_force: 'good_till_canceled' })
    await sim.event(external(OTHER, 'ask', '0.9000'))
    await sim.event(control('settle', { ticker: OTHER, result: 'no' }))
    await flush(stream)
    expect(fields(ofType('market_position'), 'position_fp')).toEqual(['1.00', '0.00'])
    await flush(beta)
    expect(beta.messages.filter(({ type }) => type !== 'subscribed' && type !== 'ok')).toEqual([])
  })
})

describe('subaccounts', () => {
  it('are named on everything that belongs to one but the first', async () => {
    await sim.alpha.call('POST', '/portfolio/subaccounts', {})
    const move = { client_transfer_id: 'a1b2c3d4-0000-4000-8000-00000000000a', from_subaccount: 0, to_subaccount: 1, amount_cents: 1_000 }
    await sim.alpha.call('POST', '/portfolio/subaccounts/transfer', move)
    await stream.subscribe(['orderbook_delta', 'fill', 'user_orders', 'market_positions'], [TICKER])
    await sim.alpha.order({ ticker: TICKER, price: '0.5300', count: '4.00', time_in_force: 'good_till_canceled', subaccount: 1 })
    await flush(stream)
    expect(ofType('orderbook_delta').map(({ msg }) => [msg['delta_fp'], msg['subaccount']])).toEqual([
      ['-3.00', 1],
      ['1.00', 1],
    ])
    for (const type of ['fill', 'market_position']) expect(fields(ofType(type), 'subaccount')).toEqual([1])
    expect(fields(ofType('user_order'), 'subaccount_number')).toEqual([1])
  })
})

describe('user_orders', () => {
  it('follows an order from resting to its end, with the reason', async () => {
    await stream.subscribe(['user_orders'], [TICKER])
    const { body } = await sim.alpha.order({ ticker: TICKER, price: '0.5100', count: '2.00', time_in_force: 'good_till_canceled' })
    await sim.event(external(TICKER, 'ask', '0.5100'))
    await sim.event(control('market_status', { ticker: TICKER, status: 'closed' }))
    const last = await stream.next(({ msg }) => msg?.['status'] === 'canceled')
    expect(ofType('user_order').map(({ msg }) => [msg['order_id'], msg['status'], msg['last_update_reason']])).toEqual([
      [body['order_id'], 'resting', undefined],
      [body['order_id'], 'resting', 'Trade'],
      [body['order_id'], 'canceled', 'CloseCancel'],
    ])
    expect(last.msg).toMatchObject({ fill_count_fp: '1.00', remaining_count_fp: '0.00', initial_count_fp: '2.00' })
  })
})

describe('order_group_updates', () => {
  it('is numbered and private, and follows a group from its creation to its end', async () => {
    const beta = await openStream(sim, BETA)
    for (const each of [stream, beta]) await each.subscribe(['order_group_updates', 'user_orders'])
    const { body } = await sim.alpha.call('POST', '/portfolio/order_groups/create', { contracts_limit: 2 })
    const group = `/portfolio/order_groups/${String(body['order_group_id'])}`
    const order = { ticker: TICKER, price: '0.1000', time_in_force: 'good_till_canceled', order_group_id: body['order_group_id'] }
    await sim.alpha.order(order)
    await sim.alpha.call('PUT', `${group}/limit`, { contracts_limit_fp: '3.00' })
    await sim.alpha.call('PUT', `${group}/trigger`, {})
    await sim.alpha.call('PUT', `${group}/reset`, {})
    await sim.alpha.call('DELETE', group)
    await flush(stream)
    const changes = ['created', 'limit_updated', 'triggered', 'reset', 'deleted']
    expect(ofType('order_group_updates').map(({ seq, msg }) => [seq, msg['event_type']])).toEqual(
      changes.map((change, at) => [at + 1, change]),
    )
    expect(new Set(fields(ofType('order_group_updates'), 'order_group_id'))).toEqual(new Set([body['order_group_id']]))
    expect(ofType('user_order').map(({ msg }) => [msg['status'], msg['order_group_id']])).toEqual([
      ['resting', body['order_group_id']],
      ['canceled', body['order_group_id']],
    ])
    await flush(beta)
    expect(ofType('order_group_updates', beta)).toEqual([])
  })
})

describe('ticker', () => {
  it('starts with each market that asked for it, then speaks when a field changes', async () => {
    await stream.subscribe(['ticker'], [TICKER, OTHER], { send_initial_snapshot: true })
    expect((await stream.ofType('ticker')).msg).toMatchObject({
      ...{ market_ticker: TICKER, price_dollars: '', yes_bid_dollars: '0.4700', yes_ask_dollars: '0.5200', yes_bid_size_fp: '3.00' },
      ...{ last_trade_size_fp: '0.00', volume_fp: '0.00', dollar_volume: 0 },
    })
    expect((await stream.ofType('ticker')).msg).toMatchObject({
      market_ticker: OTHER,
      yes_bid_dollars: '0.0000',
      yes_ask_dollars: '1.0000',
    })
    await sim.event(external(TICKER, 'bid', '0.4600'))
    await sim.event(external(TICKER, 'bid', '0.3000'))
    await sim.event(external(TICKER, 'bid', '0.5200', '2.50'))
    await flush(stream)
    const [, , ...later] = ofType('ticker')
    expect(later.map(({ msg }) => [msg['price_dollars'], msg['last_trade_size_fp'], msg['yes_ask_size_fp'], msg['dollar_volume']])).toEqual(
      [
        ['', '0.00', '3.00', 0],
        ['0.5200', '2.50', '0.50', 1],
      ],
    )
  })

  it('starts with a market that joins when it is asked to', async () => {
    await stream.subscribe(['ticker'], [TICKER])
    await ask(stream, 'update_subscription', { sid: 1, action: 'add_markets', market_ticker: OTHER, send_initial_snapshot: true })
    await flush(stream)
    expect(fields(ofType('ticker'), 'market_ticker')).toEqual([OTHER])
  })

  it('has no snapshot unless asked, and follows every market without a filter', async () => {
    await stream.subscribe(['ticker'])
    await sim.event(external(OTHER, 'bid', '0.4600'))
    await flush(stream)
    expect(fields(ofType('ticker'), 'market_ticker')).toEqual([OTHER])
    expect(ofType('ticker')[0]).not.toHaveProperty('seq')
  })

  it('counts trades of before the start', async () => {
    const trades = [{ yes_price: '0.4000', count: '7.00', taker_book_side: 'bid', created_time: '-1h' }]
    const older = await RunningSim.start(kalshiScenario({ first: { trades } }))
    const its = await openStream(older)
    await its.subscribe(['ticker'], [TICKER], { send_initial_snapshot: true })
    expect((await its.ofType('ticker')).msg).toMatchObject({ price_dollars: '0.4000', last_trade_size_fp: '7.00', volume_fp: '7.00' })
    await older.stop()
  })
})
