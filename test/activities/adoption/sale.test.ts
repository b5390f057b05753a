import { createCureActivities } from '../../../src/activities/cure'
import type { SaleChoice } from '../../../src/core/trade/plan'
import { money, quantity } from '../../../src/core/units'
import { cureOrder, unpairedOf } from '../../saga/plan'
import { LogBook } from '../../stores/doubles'
import { asActivity, LeapingClock, MemoryLedger, OpenGuard, PLAN } from '../doubles'

const HELD = unpairedOf(PLAN, quantity('10'))
const SALE: SaleChoice = { kind: 'sell', order: cureOrder(HELD, 'kalshi'), netBid: money('0.63') }

function choosing(choice: SaleChoice) {
  const ledger = new MemoryLedger()
  const noQuotes = { ladder: () => Promise.reject(new Error('nobody quotes')) }
  const activities = createCureActivities({
    ...{ ledger, guard: new OpenGuard(), log: new LogBook(), clock: new LeapingClock(), halts: { active: () => [] } },
    ...{ quotes: { kalshi: noQuotes, forecastex: noQuotes }, fees: () => null, access: () => 'open', chooseSale: () => choice },
  })
  return { ledger, choose: () => asActivity(() => activities.chooseSale(HELD)) }
}

describe('E25 the order of a sale', () => {
  it('is in the ledger before it is told', async () => {
    const { ledger, choose } = choosing(SALE)
    expect(await choose()).toEqual(SALE)
    expect(ledger.happened).toEqual([`intend ${SALE.kind === 'sell' ? SALE.order.clientOrderId : ''}`])
  })
  it('is not told while the ledger is away', async () => {
    const { ledger, choose } = choosing(SALE)
    ledger.away = true
    await expect(choose()).rejects.toThrow('the ledger is away')
  })
  it('I2 is held back while another one of its market is under way', async () => {
    const { ledger, choose } = choosing(SALE)
    ledger.verdict = 'refused'
    expect(await choose()).toEqual({ kind: 'hold', reason: 'another order of its market is under way' })
  })
  it('is none where it is held', async () => {
    const { ledger, choose } = choosing({ kind: 'hold', reason: 'worth more than is bid' })
    expect(await choose()).toMatchObject({ kind: 'hold' })
    expect(ledger.happened).toEqual([])
  })
})
