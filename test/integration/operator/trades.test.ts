import { money } from '../../../src/core/units'
import { listTrades, showTrade } from '../../../src/operator/trades'
import { markUnknown } from '../../../src/stores/postgres/trades'
import { freshLedger, NEVER, NOW, WIDE } from '../ledger/support/ledger'
import { book, boxPlan, close, cureOf, lockedBox, open, resultOf } from '../ledger/support/trades'

const ledger = freshLedger()
const list = (limit = 10): ReturnType<typeof listTrades> => listTrades(ledger().database, limit)
const later = { id: 't2', subject: 'u4', kalshi: 'KXU4', forecastex: '761' }

describe('crossbook trades', () => {
  it('tells a locked box: contracts and prices as decimals, money in micro-dollars, legs in the order they were sent', async () => {
    await lockedBox(ledger())
    const leg = { action: 'buy', state: 'final', quantity: '100.00' }
    expect(await list()).toEqual([
      {
        ...{ tradeId: 't1', pair: 'u3', strategy: 'box', mode: 'sim', outcome: 'locked', state: 'ended', quantity: '100.00' },
        ...{ edgeMicros: 1_294_800, pnlMicros: 1_294_800, pnlKind: 'guaranteed', startedAt: NOW, endedAt: NOW },
        legs: [
          {
            ...leg,
            venue: 'kalshi',
            market: 'KXU3-T4',
            side: 'yes',
            purpose: 'opening',
            clientOrderId: 'cb-t1-a1',
            price: '0.4200',
            feeMicros: 1_705_200,
          },
          {
            ...leg,
            venue: 'forecastex',
            market: '751',
            side: 'no',
            purpose: 'reducing',
            clientOrderId: 'cb-t1-b2',
            price: '0.5400',
            feeMicros: 1_000_000,
          },
        ],
      },
    ])
  })

  it('tells an open trade: no outcome yet, and the limit where nothing has filled', async () => {
    const plan = boxPlan()
    await open(ledger(), plan, [plan.legs[0].order, { contracts: '12.5', at: '0.4101' }])
    await markUnknown(ledger().database, 'cb-t1-b2')
    const [trade] = await list()
    expect(trade).toMatchObject({ outcome: null, state: 'running', pnlKind: 'open', pnlMicros: 0, endedAt: null })
    expect(trade?.legs).toMatchObject([
      { state: 'final', quantity: '12.50', price: '0.4101' },
      { state: 'unknown', quantity: '0.00', price: '0.5500' },
    ])
  })

  it('tells the average price and all fees of an order that filled in parts', async () => {
    const plan = boxPlan()
    const { order } = plan.legs[0]
    await open(ledger(), plan)
    await book(
      ledger(),
      order,
      { id: '1', contracts: '10', at: '0.40', fee: '0.10' },
      { id: '2', contracts: '20', at: '0.41', fee: '0.20' },
    )
    expect((await list())[0]?.legs[0]).toMatchObject({ quantity: '30.00', price: '0.4067', feeMicros: 300_000 })
  })

  it('tells cures as legs, and the newest trade first', async () => {
    const plan = boxPlan()
    const sale = { action: 'sell', venue: 'kalshi', outcome: 'yes', contracts: '50', limit: '0.40' } as const
    await open(ledger(), plan, [plan.legs[0].order, { fee: '1.7052' }])
    for (const n of [10, 9]) await book(ledger(), cureOf(plan, { ...sale, n }), {})
    await close(ledger(), resultOf(plan, 'unwound', { flat: '100' }))
    ledger().clock.advance(1)
    await open(ledger(), boxPlan(later))
    const [newest, older] = await list()
    expect([newest?.tradeId, older?.tradeId]).toEqual(['t2', 't1'])
    expect(older?.legs.map(({ clientOrderId, action, state }) => `${clientOrderId} ${action} ${state}`)).toEqual([
      'cb-t1-a1 buy final',
      'cb-t1-b2 buy rejected',
      'cb-t1-c9 sell final',
      'cb-t1-c10 sell final',
    ])
    expect(await list(1)).toHaveLength(1)
  })

  it.each(['intended', 'rejected'])('tells a cure or a sale that is %s, and not the cure that was only reserved', async (state) => {
    const plan = boxPlan()
    await open(ledger(), plan, [plan.legs[0].order, { fee: '1.7052' }])
    await ledger().database.query(
      `insert into order_intent select (jsonb_populate_record(i, jsonb_build_object('client_order_id', 'cb-t1-c9', 'state', $1::text))).* from order_intent i where client_order_id = 'cb-t1-c3'`,
      [state],
    )
    const ids = (await list())[0]?.legs.map(({ clientOrderId, state: told }) => `${clientOrderId} ${told}`)
    expect(ids).toEqual(['cb-t1-a1 final', 'cb-t1-b2 intended', `cb-t1-c9 ${state}`])
    expect((await showTrade(ledger().database, 't1'))?.legs.map(({ clientOrderId }) => clientOrderId)).toContain('cb-t1-c9')
  })

  it('has nothing to tell at first', async () => expect(await list()).toEqual([]))
})

describe('crossbook trade', () => {
  it('tells why a trade was refused', async () => {
    ledger().limits = { ...WIDE, maxOpenTrades: 0, maxPremiumPerTrade: money('1') }
    await ledger().ledger.reserve(boxPlan(), 'run 7', NEVER)
    expect(await showTrade(ledger().database, 't1')).toMatchObject({
      workflowId: expect.stringMatching(/^box-/),
      outcome: 'refused',
      state: 'ended',
      legs: [],
      runId: 'run 7',
      result: null,
      reason: 'premium per trade: $98.72, limit ≤ $1.00; open trades: 1, limit ≤ 0',
      plan: boxPlan(),
    })
  })

  it('tells the reason of the saga once there is a result', async () => {
    const plan = boxPlan()
    await open(ledger(), plan)
    await close(ledger(), { ...resultOf(plan, 'missed'), reason: 'price: nothing at 0.42' })
    expect(await showTrade(ledger().database, 't1')).toMatchObject({
      outcome: 'missed',
      reason: 'price: nothing at 0.42',
      result: { label: 'missed' },
    })
  })

  it('knows what it does not know', async () => {
    expect(await showTrade(ledger().database, 't9')).toBeNull()
    await expect(showTrade(ledger().database, 'not an id')).rejects.toThrow(RangeError)
  })
})
