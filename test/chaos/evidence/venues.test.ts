import { forecastexTruth, kalshiTruth, marketsOf, type SimState } from '../../../src/chaos/evidence/venues'

const fill = {
  trade_id: 'f1',
  order_id: 'o1',
  ticker: 'KX-1',
  book_side: 'ask',
  count_fp: '2.50',
  yes_price_dollars: '0.4200',
  fee_cost: '0.017500',
  created_time: '2026-11-22T18:06:18.640000Z',
} as const
const order = {
  order_id: 'o1',
  client_order_id: 'cb-t1-a1',
  ticker: 'KX-1',
  fill_count_fp: '2.50',
  created_time: '2026-11-22T18:06:18.640000Z',
  last_update_time: '2026-11-22T18:06:18.640000Z',
}
const execution = {
  execId: '00000001.6b032f1a.01.01',
  ms: 1_000,
  conId: 7002,
  account: 'DU1',
  side: 'BOT',
  size: 10,
  price: 320_000,
  permId: 99,
  orderRef: 'cb-t1-b2',
  commission: 100_000,
}
const STATE: SimState = {
  kalshi: {
    accounts: [
      {
        account_id: 'crossbook',
        cash: '12.50',
        pockets: [
          { subaccount: 0, exchange_index: 0, cash: '10.00' },
          { subaccount: 0, exchange_index: 2, cash: '2.50' },
        ],
        positions: [{ ticker: 'KX-1', position_fp: '-2.50', settled: false }],
        orders: [],
        ended_orders: [order],
        fills: [fill],
      },
    ],
  },
  ibkr: {
    account: 'DU1',
    cash: '1973.60',
    violations: [],
    positions: [{ con_id: 7002, size: 8 }],
    open_orders: [],
    completed_orders: [{ orderRef: 'cb-t1-b2', permId: 99, conId: 7002, filled: 8, completed: { ms: 1_000 } }],
    executions: [
      execution,
      { ...execution, execId: '00000001.6b032f1a.01.02', size: 8, commission: 80_000 },
      { ...execution, execId: '00000002.6b032f1a.01.01', side: 'N', permId: 0, orderRef: '' },
    ],
    questions: [{ yes: { con_id: 7001 }, no: { con_id: 7002 } }],
  },
}

describe('what the venues say of the account', () => {
  it('names a Kalshi fill by its order’s own id, and cash by the ledger’s purses', () => {
    const truth = kalshiTruth(STATE, 'crossbook')
    expect(truth.fills).toMatchObject([
      { key: 'kalshi|crossbook|o1|f1', clientOrderId: 'cb-t1-a1', sign: -1, yesPrice: 4_200, quantity: 250, fee: 17_500 },
    ])
    expect(truth.purses).toEqual({ kalshi: 10_000_000, 'kalshi/0.2': 2_500_000 })
    expect(truth.net).toEqual({ 'KX-1': -250 })
    expect(() => kalshiTruth(STATE, 'other')).toThrow('no account other')
  })
  it('takes a corrected execution once, in its last version, and leaves netting reports out', () => {
    const { fills, net, orders } = forecastexTruth(STATE, marketsOf(STATE))
    expect(fills).toEqual([
      {
        key: 'forecastex|DU1|99|00000001.6b032f1a.01',
        clientOrderId: 'cb-t1-b2',
        venue: 'forecastex',
        market: '7001',
        sign: -1,
        yesPrice: 6_800,
        quantity: 800,
        most: 1_000,
        least: 800,
        fee: 80_000,
        atMs: 1_000,
      },
    ])
    expect(net).toEqual({ 7001: -800 })
    expect(orders).toMatchObject([{ clientOrderId: 'cb-t1-b2', rests: false, filled: 800, endedMs: 1_000 }])
  })
})
