import { modelFees } from '../../../../src/core/ledger/fee-model'
import { forecastexFees, kalshiFees } from '../../../../src/core/market/fees'
import { DIRECT_GRID } from '../../../../src/core/market/fees-kalshi'
import { money } from '../../../../src/core/units'
import { readTrade } from '../../../../src/stores/postgres/trades'
import { freshLedger, NEVER, NOW } from '../support/ledger'
import { book, bookModelled, boxPlan, close, cureOf, fillOf, open, resultOf } from '../support/trades'

const ledger = freshLedger()
const plan = boxPlan()
const [{ order: first }, { order: second }] = plan.legs
const KEY = 'kalshi|account-kalshi|v-cb-t1-a1|x1'
/** The model of the worked example: 100 contracts at 0.42, on a grid of 1e-4 dollars. */
const MODEL = { fees: ['1.7052'], grid: '0.0001' } as const
beforeEach(() => open(ledger(), plan))

describe('invariant 8: a fee is booked as charged', () => {
  it('and within the grid of its model nothing else happens', async () => {
    expect(await bookModelled(ledger(), first, MODEL, { fee: '1.7053' })).toEqual([])
    expect(await ledger().balances()).toMatchObject({ 'expense:fee:kalshi': 1.7053, 'reserved:kalshi': 0.0147 })
    expect(await ledger().balances()).not.toHaveProperty('suspense:kalshi')
  })

  it.each([
    ['more', '1.7054', 200, 0.0002],
    ['less', '1.7050', -200, -0.0002],
  ])('and what is %s than the model beyond the grid is in suspense, with an alarm', async (_what, fee, difference, suspense) => {
    const [charged] = [Number(money(fee))]
    expect(await bookModelled(ledger(), first, MODEL, { fee })).toEqual([{ key: KEY, charged, modelled: charged - difference }])
    expect(await ledger().balances()).toMatchObject({ 'expense:fee:kalshi': 1.7052, 'suspense:kalshi': suspense })
    expect(await ledger().column('select suspended_micros from fill')).toEqual([difference])
  })

  it('and told again it is the same alarm, posted once', async () => {
    for (let i = 0; i < 3; i += 1) expect(await bookModelled(ledger(), first, MODEL, { fee: '1.8052' })).toHaveLength(1)
    expect(await ledger().balances()).toMatchObject({ 'expense:fee:kalshi': 1.7052, 'suspense:kalshi': 0.1 })
  })

  it('and without a model there is nothing to differ from', async () => {
    expect(await bookModelled(ledger(), first, null, { fee: '9' })).toEqual([])
    expect(await ledger().balances()).toMatchObject({ 'expense:fee:kalshi': 9 })
  })

  it('at a sale too', async () => {
    await book(ledger(), first, { fee: '1.7052' })
    const sale = cureOf(plan, { action: 'sell', venue: 'kalshi', outcome: 'yes', contracts: '100', limit: '0.40' })
    expect(await bookModelled(ledger(), sale, { fees: ['1.68'], grid: '0.0001' }, { fee: '1.70' })).toHaveLength(1)
    expect(await ledger().balances()).toMatchObject({
      'cash:kalshi': 994.58,
      'expense:fee:kalshi': 1.7052 + 1.68,
      'suspense:kalshi': 0.02,
    })
  })

  it('and a correction takes what it suspended with it', async () => {
    await bookModelled(ledger(), first, MODEL, { fee: '1.8052' })
    expect(await bookModelled(ledger(), first, MODEL, { fee: '1.7052', corrects: 'x1' })).toEqual([])
    expect(await ledger().balances()).toMatchObject({ 'expense:fee:kalshi': 1.7052 })
    expect(await ledger().balances()).not.toHaveProperty('suspense:kalshi')
  })

  it('E14 of a late fill as well, and the trade has earned what its cash says', async () => {
    await close(ledger(), resultOf(plan, 'missed'))
    expect(await bookModelled(ledger(), first, MODEL, { fee: '1.8052' })).toHaveLength(1)
    expect(await readTrade(ledger().database, plan.tradeId)).toMatchObject({ pnlMicros: -1_805_200, pnlKind: 'open' })
  })
})

describe('the model of an order', () => {
  it('is the accumulator of its fills at Kalshi, in the order in which they happened', async () => {
    const terms = kalshiFees(
      { feeType: 'quadratic', multiplier: 10_000, fetchedAtMs: NOW },
      { balanceGrid: DIRECT_GRID, slackPerContract: money(100) },
    )
    if (terms.kind !== 'priced') throw new Error(terms.reason)
    const late = { ...fillOf(first, { id: '1', contracts: '40', at: '0.44', fee: '0.6899' }), atMs: NOW }
    const early = { ...fillOf(first, { id: '2', contracts: '60', at: '0.42', fee: '1.0232' }), atMs: (NOW - 1) as typeof NOW }
    const model = modelFees(terms, [late, early])
    expect(model).toEqual({ fees: [689_900, 1_023_200], grid: 100 })
    expect(await ledger().ledger.book(plan.tradeId, first, [late, early], model, NEVER)).toEqual([])
  })

  it('is a cent a contract at ForecastEx, and a cent more for one contract is an alarm', async () => {
    const one = fillOf(second, { contracts: '1', fee: '0.02' })
    const model = modelFees(forecastexFees(NOW), [one])
    expect(model).toEqual({ fees: [10_000], grid: 0 })
    expect(await ledger().ledger.book(plan.tradeId, second, [one], model, NEVER)).toMatchObject([{ charged: 20_000, modelled: 10_000 }])
  })
})
