import { millis, money } from '../../../src/core/units'
import { account, CASH, catalog, statement, type Row } from './account-rig'
import {
  ACCOUNT,
  answerRead,
  atEnd,
  CLIENT_ID,
  eventually,
  forever,
  intent,
  MARKET,
  nextId,
  NO,
  RawGateway,
  startGateway,
  startOrders,
  stopAll,
  YES,
  allow,
} from './rig'
import { trading } from './sim-rig'

afterEach(stopAll)

describe('cash by account summary', () => {
  it("is the account's own: other accounts of the login are left out", async () => {
    const rows: Row[] = [
      ['DU99', 'TotalCashValue', '5.00', 'USD'],
      CASH,
      [ACCOUNT, 'AccruedCash', '0.52', 'USD'],
      ['DU99', 'AccruedCash', '9', 'USD'],
    ]
    expect(await statement(rows)).toMatchObject({
      cash: money('9941.50'),
      purses: [{ purse: 'forecastex', cash: money('9941.50') }],
      accrued: money('0.52'),
      otherCash: [],
    })
  })

  it('asks for cash and owed interest at once, and ends the subscription', async () => {
    const { server, account: read } = await account([CASH])
    await read.statement(millis(0), forever)
    expect(server.named(62).map((tokens) => tokens.slice(3))).toEqual([['All', 'TotalCashValue,AccruedCash']])
    await eventually(
      'the cancel',
      () => Promise.resolve(server.named(63).length),
      (cancels) => cancels === 1,
    )
  })

  it.each<[string, readonly Row[], object]>([
    ['owed interest that is not told', [CASH], { accrued: null }],
    ['owed interest without a value', [CASH, [ACCOUNT, 'AccruedCash', '', 'USD']], { accrued: null }],
    ['interest that we owe', [CASH, [ACCOUNT, 'AccruedCash', '-0.10', 'USD']], { accrued: money('-0.10') }],
    ['a gateway that names no currency', [[ACCOUNT, 'TotalCashValue', '5', '']], { cash: money('5') }],
    ['cash in another currency beside', [CASH, [ACCOUNT, 'TotalCashValue', '12.30', 'EUR']], { otherCash: ['12.30 EUR'] }],
    ['none in another currency', [CASH, [ACCOUNT, 'TotalCashValue', '0.00', 'EUR']], { otherCash: [] }],
  ])('%s', async (_what, rows, expected) => expect(await statement(rows)).toMatchObject(expected))

  it.each<[string, readonly Row[], string]>([
    ['no row', [], `no TotalCashValue for account ${ACCOUNT}, but for none: check which account it is logged in to`],
    ['a row of another account', [['DU99', 'TotalCashValue', '5', 'USD']], 'but for DU99: check which account'],
    ['another base currency', [[ACCOUNT, 'TotalCashValue', '12.30', 'EUR']], 'told as 12.30 EUR: set its base currency to USD'],
    ['no number', [[ACCOUNT, 'TotalCashValue', '1.7E308', 'USD']], 'is no amount of money: "1.7E308"'],
    ['finer than a micro-dollar', [[ACCOUNT, 'TotalCashValue', '1.0000001', 'USD']], 'is no amount of money: "1.0000001"'],
  ])('%s is said, and nothing is guessed', async (_what, rows, sentence) => {
    await expect(statement(rows)).rejects.toThrow(sentence)
    await expect(statement(rows)).rejects.toMatchObject({ name: 'RequestFailed' })
  })
})

describe('executions of a statement', () => {
  const ours = nextId()

  it('of our orders are fills; whatever else is in event contracts is strange', async () => {
    const { fills, strange } = await statement(
      [CASH],
      [
        { execId: 'a.01', ref: ours, fee: '0.10' },
        { execId: 'n.01', side: 'N', fee: '0' },
        { execId: 'm.01', conId: NO, side: 'N', ref: ours, fee: '0.10' },
        { execId: 'h.01', conId: NO, fee: '0.10' },
        { execId: 's.01', conId: 4711 },
        { execId: 'o.01', account: 'DU99' },
      ],
    )
    expect(fills).toMatchObject([{ executionId: 'a', fee: 100_000, quantity: 1_000 }])
    expect(strange).toMatchObject([
      { executionId: 'n', order: '', outcome: 'yes', isNetting: true, fee: 0 },
      { executionId: 'h', order: '', outcome: 'no', isNetting: false, fee: 100_000 },
      { executionId: 'm', order: ours, outcome: 'no', isNetting: true, fee: 100_000 },
    ])
  })

  it("that net under an order's reference are no fill of it, whatever their side says", async () => {
    const { fills, strange } = await statement(
      [CASH],
      [
        { execId: 'a.01', ref: ours, contracts: 4, total: 4, fee: '0.04' },
        { execId: 'n.01', ref: ours, contracts: 6, total: 6, fee: '0' },
        { execId: 'b.01', ref: ours, contracts: 6, total: 10, fee: '0.06' },
      ],
    )
    expect(fills.map(({ executionId }) => executionId)).toEqual(['a', 'b'])
    expect(strange).toMatchObject([{ executionId: 'n', isNetting: true }])
  })
})

describe('positions', () => {
  it('are ours by contract id, whatever exchange they name or none (trap 7); stock is not', async () => {
    const server = new RawGateway()
    const held = (conId: number, type: string, exchange: string, contracts: number): readonly unknown[] => [
      ...[61, 3, ACCOUNT, conId, 'FF', type, '20301209', '3.625', conId === NO ? 'P' : 'C', '1', exchange],
      ...['USD', 'FF', 'FF', contracts, '0.57'],
    ]
    server.onFrame = (tokens, send) => {
      if (tokens[0] === '62') {
        send(63, 1, tokens[2], ...CASH)
        send(64, 1, tokens[2])
      }
      if (tokens[0] !== '61') return answerRead(tokens, send)
      send(...held(YES, 'OPT', '', 10))
      send(...held(NO, 'OPT', 'SMART', 4))
      send(...held(265_598, 'STK', 'NASDAQ', 100))
      send(62, 1)
    }
    atEnd(() => server.close())
    const adapter = startGateway(await server.listen())
    await adapter.gateway.whenUp(forever)
    const { positions } = await startOrders(adapter, { catalog }).account.statement(millis(0), forever)
    expect(positions).toEqual([
      { market: MARKET, outcome: 'yes', quantity: 1_000 },
      { market: MARKET, outcome: 'no', quantity: 400 },
    ])
  })
})

describe('a commission that cannot be booked', () => {
  it.each([
    ['in another currency', '0.10', 'EUR', 'execution a.01 is charged 0.1 EUR: fees are counted in USD'],
    ['finer than a micro-dollar', '0.0000001', 'USD', 'execution a.01 is charged 1e-7'],
    ['below nothing', '-0.10', 'USD', 'execution a.01 is charged less than nothing: -0.1'],
  ])('%s is named; the fill stays, its fee untold', async (_what, fee, currency, sentence) => {
    const { account: read, adapter } = await account([CASH], [{ execId: 'a.01', ref: nextId(), fee, currency }])
    expect((await read.statement(millis(0), forever)).fills).toMatchObject([{ executionId: 'a', quantity: 1_000, fee: null }])
    expect(adapter.log.lines.join('\n')).toContain(sentence)
  })

  it('a number that is not set is no fee, and no complaint', async () => {
    const { account: read, adapter } = await account([CASH], [{ execId: 'a.01', ref: nextId(), fee: '1.7976931348623157E308' }])
    expect((await read.statement(millis(0), forever)).fills).toMatchObject([{ fee: null }])
    expect(adapter.log.lines.join()).not.toContain('could not be read')
  })
})

describe('against the simulator', () => {
  it('a purchase is in cash with its cent a contract, and its netting is free', async () => {
    const { account: read, orders } = await trading()
    for (const order of [intent(), intent({ outcome: 'no' })]) await orders.place(order, allow, forever)
    const { cash, fills, strange = [], positions } = await read.statement(millis(0), forever)
    expect(fills.map(({ fee }) => fee)).toEqual([100_000, 100_000])
    expect(cash).toBe(money('10000') - money('5.80') - money('4.40') - money('0.20') + money('10'))
    expect(positions).toEqual([])
    expect(strange.filter(({ isNetting }) => !isNetting)).toEqual([])
  })

  it('a coupon of an account that accrues none is cash, and no interest was owed', async () => {
    const { account: read, venue } = await trading()
    const before = await read.statement(millis(0), forever)
    venue.apply({ type: 'coupon', amount: '0.52' })
    const after = await read.statement(millis(0), forever)
    expect([after.cash - before.cash, before.accrued, after.accrued]).toEqual([520_000, 0, 0])
  })

  it('a trade by hand is strange, and its cost is in the cash', async () => {
    const { account: read, venue } = await trading({ master_client_id: CLIENT_ID })
    venue.apply({ type: 'hand_trade', con_id: NO, price: '0.40', size: 4 })
    const { cash, fills, strange } = await read.statement(millis(0), forever)
    expect([cash, fills]).toEqual([money('10000') - money('1.64'), []])
    expect(strange).toMatchObject([{ outcome: 'no', quantity: 400, isNetting: false, fee: 40_000 }])
  })
})
