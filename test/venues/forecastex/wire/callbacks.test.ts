import { readCallback } from '../../../../src/venues/forecastex/wire/callbacks'

const contract = { conId: 800001, symbol: 'FF', secType: 'OPT' }
const execution = {
  execId: '0000e0d5.65a1.01.01',
  orderId: 3,
  clientId: 7,
  permId: 4_294_967_299,
  orderRef: 'cb-t1-a1',
  acctNumber: 'DU1',
  side: 'BOT',
  shares: 10,
  cumQty: 10,
  price: 0.29,
  time: '20261121 13:30:00 US/Central',
}

describe('readCallback', () => {
  it.each([
    [0.57, 5700],
    [0.29, 2900],
    [-1, null],
    [0, null],
  ])('reads a bid of %d as %p', (told, read) => {
    expect(readCallback(['tickPrice', 1_000_000_001, 1, told, { canAutoExecute: false }])).toEqual({
      kind: 'price',
      reqId: 1_000_000_001,
      side: 'bid',
      price: read,
    })
  })
  it('reads sizes, and a size that is not told', () => {
    expect(readCallback(['tickSize', 5, 3, 40])).toEqual({ kind: 'size', reqId: 5, side: 'ask', quantity: 4000 })
    expect(readCallback(['tickSize', 5, 0, undefined])).toEqual({ kind: 'size', reqId: 5, side: 'bid', quantity: null })
  })
  it('passes over what means nothing to us: last, delayed, close, unknown callbacks', () => {
    expect(readCallback(['tickPrice', 5, 4, 0.5])).toBeNull()
    expect(readCallback(['tickPrice', 5, 66, 0.5])).toBeNull()
    expect(readCallback(['tickSize', 5, 69, 3])).toBeNull()
    expect(readCallback(['tickReqParams', 5, 0.01])).toBeNull()
  })
  it('reads an execution exactly, and a permId beyond 2^31 (trap 28)', () => {
    expect(readCallback(['execDetails', -1, contract, execution])).toMatchObject({
      kind: 'execution',
      execution: { price: 2900, quantity: 1000, cumulative: 1000, permId: 4_294_967_299, conId: 800001, account: 'DU1' },
    })
  })
  it('reads an execution of something that is no event contract without a price', () => {
    expect(readCallback(['execDetails', -1, contract, { ...execution, price: 196.52 }])).toMatchObject({ execution: { price: null } })
  })
  it('reads a commission to the micro-dollar', () => {
    expect(readCallback(['commissionReport', { execId: 'x.01', commission: 0.07, currency: 'USD' }])).toEqual({
      kind: 'commission',
      execId: 'x.01',
      fee: 70_000,
    })
  })
  it('reads errors of requests and orders, and notices', () => {
    expect(readCallback(['error', 'Order Canceled', 202, 3])).toEqual({ kind: 'error', id: 3, code: 202, message: 'Order Canceled' })
    expect(readCallback(['error', 'connect ECONNREFUSED', 502, -1])).toEqual({ kind: 'notice', code: 502, message: 'connect ECONNREFUSED' })
    expect(readCallback(['info', 'lost', 1100])).toEqual({ kind: 'notice', code: 1100, message: 'lost' })
  })
  it('cuts the date of a contract, which the library leaves whole (trap 17)', () => {
    const details = { minTick: 0.01, longName: 'US Fed Funds Target Rate', contract: { ...contract, right: 'C', strike: 3.625 } }
    const told = { ...details, contract: { ...details.contract, lastTradeDateOrContractMonth: '20301209 14:00:00 US/Central' } }
    expect(readCallback(['contractDetails', 9, told])).toMatchObject({
      kind: 'contract',
      contract: { date: '20301209', lastTrade: '20301209 14:00:00 US/Central', minTick: 100, right: 'C', strike: '3.625' },
    })
  })
  it('reads what a capture file makes of it: undefined becomes null', () => {
    const captured = JSON.parse(JSON.stringify(['tickSize', 5, 0, undefined])) as unknown[]
    expect(readCallback(captured)).toMatchObject({ quantity: null })
  })
  it.each([
    [['tickPrice', 5, 1, 7.5], 'between 0 and 1'],
    [['tickPrice', 5, 1, 0.12345], 'between 0 and 1'],
    [['tickSize', 5, 0, 0.001], 'finer than 0.01 contract'],
    [['execDetails', -1, contract, { ...execution, shares: undefined }], 'shares'],
    [['commissionReport', { execId: 'x.01', commission: 0.0000001 }], 'finer than a micro-dollar'],
    [['nextValidId', '7'], 'expected number'],
  ])('refuses %j', (payload, message) => {
    expect(() => readCallback(payload)).toThrow(message)
  })
})
