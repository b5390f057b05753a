import { createCureActivities } from '../../../src/activities/cure'
import { orderId, tradeId, type Venue } from '../../../src/core/ids'
import { forecastexFees, kalshiFees, type VenueFees } from '../../../src/core/market/fees'
import { DIRECT_GRID } from '../../../src/core/market/fees-kalshi'
import { adoptedPlan, type OperatorsWord } from '../../../src/core/trade/adoption'
import type { Access } from '../../../src/core/trade/cure'
import type { CureChoice } from '../../../src/core/trade/plan'
import { money, price, quantity } from '../../../src/core/units'
import { DECIDED_MS, FORECASTEX_MARKET, KALSHI_MARKET, SUBJECT } from '../../saga/plan'
import { LogBook } from '../../stores/doubles'
import { asActivity, LeapingClock, OpenGuard } from '../doubles'

const FEES: Readonly<Record<Venue, VenueFees>> = {
  kalshi: kalshiFees(
    { feeType: 'quadratic', multiplier: 10_000, fetchedAtMs: DECIDED_MS },
    { balanceGrid: DIRECT_GRID, slackPerContract: money(100) },
  ) as VenueFees,
  forecastex: forecastexFees(DECIDED_MS),
}
const PLAN = adoptedPlan({
  ...{ tradeId: tradeId('T1'), breakId: 4, by: 'ana', mode: 'sim', nowMs: DECIDED_MS },
  pair: { id: SUBJECT, kalshiMarket: KALSHI_MARKET, forecastexMarket: FORECASTEX_MARKET, polarity: 'same' },
  rules: { certificate: null, limits: 'adopted', config: 'test' },
  found: {
    ...{ venue: 'kalshi', market: KALSHI_MARKET, outcome: 'yes', quantity: quantity('10'), purse: 'kalshi' },
    ...{ price: price('0.40'), fee: money('0') },
  },
})

function desk(asks: Readonly<Record<Venue, string>> = { kalshi: '0.38', forecastex: '0.55' }) {
  const access: Record<Venue, Access> = { kalshi: 'open', forecastex: 'open' }
  const log = new LogBook()
  const guard = new OpenGuard()
  guard.remember(PLAN)
  const quotes = (venue: Venue) => ({
    ladder: () => Promise.resolve({ levels: [{ price: price(asks[venue]), quantity: quantity('6') }], asOfMs: DECIDED_MS }),
  })
  const activities = createCureActivities({
    ...{ guard, log, clock: new LeapingClock(), halts: { active: () => [] } },
    quotes: { kalshi: quotes('kalshi'), forecastex: quotes('forecastex') },
    fees: (venue) => FEES[venue],
    access: (venue) => access[venue],
    ledger: { intend: () => Promise.resolve(true) },
    chooseSale: () => ({ kind: 'hold', reason: 'a box' }),
  })
  const { tradeId: id, legs } = PLAN
  const { venue, market, outcome } = legs[0].order
  const unpaired = { tradeId: id, venue, market, outcome, quantity: quantity('10'), n: 3 }
  const choose = (word?: Partial<OperatorsWord>, budget = '1'): Promise<CureChoice> =>
    asActivity(() =>
      activities.chooseCure(unpaired, money(budget), 'at-once', word && { way: 'exit', maxLoss: money(budget), by: 'ana', ...word }),
    )
  return { choose, access, log }
}

describe('adopted contracts', () => {
  it('are held as long as nobody orders anything, however well they could be sold', async () => {
    const { choose, log } = desk({ kalshi: '0.90', forecastex: '0.05' })
    expect(await choose(undefined, '100')).toMatchObject({ chosen: { way: 'hold' }, over: [] })
    expect(log.messages('error')).toEqual([])
  })

  it('are left at their own venue by `close`, and completed at the other one by `hedge`, immediate-or-cancel (E15)', async () => {
    const order = { clientOrderId: orderId(PLAN.tradeId, 'c', 4), purpose: 'reducing', timeInForce: 'ioc', quantity: quantity('6') }
    expect((await desk().choose({ way: 'exit' })).chosen).toMatchObject({ way: 'sell', order: { ...order, venue: 'kalshi', limit: 3_800 } })
    const hedge = (await desk().choose({ way: 'complete' })).chosen
    expect(hedge).toMatchObject({ way: 'complete', order: { ...order, venue: 'forecastex', outcome: 'no', limit: 5_500 } })
  })

  it('are held when that would lose more than was permitted, and nobody waits or is paged', async () => {
    const { choose, log } = desk({ kalshi: '0.20', forecastex: '0.80' })
    expect((await choose({ way: 'exit' })).chosen.way).toBe('hold')
    expect((await choose({ way: 'complete' })).chosen.way).toBe('hold')
    expect(log.messages('error')).toEqual([])
  })

  it('are held when the venue is closed (E24)', async () => {
    const { choose, access } = desk()
    access.kalshi = 'closed'
    expect((await choose({ way: 'exit' })).chosen.way).toBe('hold')
  })
})
