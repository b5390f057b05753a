import { marketId, orderId } from '../../../../src/core/ids'
import { millis, money, price } from '../../../../src/core/units'
import type { BoxPlan } from '../../../../src/core/trade/plan'
import { changedEnds, ownerViolations } from '../../../../src/stores/postgres/owners'
import { verifyLedger } from '../../../../src/stores/postgres/proof/verify'
import { settleMarket } from '../../../../src/stores/postgres/settlement'
import { readTrade } from '../../../../src/stores/postgres/trades'
import { freshLedger, NEVER, NOW } from '../support/ledger'
import { book, boxPlan, close, cureOf, open, resultOf } from '../support/trades'

const ledger = freshLedger()

/** The worked example of market-math §9 with ForecastEx first: NO at 0.54 (limit 0.55) opens, Kalshi YES at 0.42 reduces, at up to 0.45 as a cure. */
function reversed(): BoxPlan {
  const plan = boxPlan({ cure: '46.75' })
  const [kalshi, forecastex] = plan.legs
  const second = { ...kalshi.order, clientOrderId: forecastex.order.clientOrderId, purpose: 'reducing' } as const
  return {
    ...plan,
    dearestExit: money('100'),
    opportunity: { ...plan.opportunity, maximumLoss: money('55') },
    cure: { ...second, clientOrderId: orderId(plan.tradeId, 'c', 3), limit: price('0.45') },
    legs: [
      { ...forecastex, order: { ...forecastex.order, clientOrderId: kalshi.order.clientOrderId, purpose: 'opening' } },
      { ...kalshi, order: second },
    ],
  }
}
const plan = reversed()
const [{ order: first }, { order: second }] = plan.legs
const net = (contracts: string): typeof first =>
  cureOf(plan, { action: 'buy', venue: 'forecastex', outcome: 'yes', contracts, limit: '0.48' })
const worth = async (): Promise<unknown[]> => {
  const row = await readTrade(ledger().database, plan.tradeId)
  return [row?.outcome, row?.pnlKind, row?.pnlMicros, row?.result?.maxRemainingLoss]
}
const settle = (venue: 'kalshi' | 'forecastex', yesPays: string): ReturnType<typeof settleMarket> =>
  settleMarket(ledger().database, venue, marketId(venue === 'kalshi' ? 'KXU3-T4' : '751'), money(yesPays), millis(NOW), NEVER)
/** I5, I9, I11, I13: nothing is wrong with books, claims and ends. */
async function expectSound(): Promise<void> {
  const { database } = ledger()
  expect((await verifyLedger(database)).violations).toEqual([])
  expect(await ownerViolations(database)).toEqual([])
  expect(await changedEnds(database, millis(0))).toEqual([])
}

describe('a box whose ForecastEx leg is first', () => {
  it('E8 reserves the exit in ForecastEx’s purse and the completion in Kalshi’s', async () => {
    await open(ledger(), plan)
    expect(await ledger().balances()).toMatchObject({
      'reserved:forecastex': 155,
      'reserved:kalshi': 90.47,
      'cash:forecastex': 845,
      'cash:kalshi': 909.53,
    })
    await expectSound()
  })

  it('E9 is unpaired at ForecastEx until Kalshi has answered', async () => {
    await open(ledger(), plan, [first, { at: '0.54', fee: '1' }])
    expect((await verifyLedger(ledger().database)).naked).toEqual([
      { tradeId: plan.tradeId, venue: 'forecastex', quantity: 10_000, sinceMs: NOW },
    ])
    await book(ledger(), second, { fee: '1.7052' })
    expect((await verifyLedger(ledger().database)).naked).toEqual([])
  })

  it('locked: +1.2948, guaranteed, whatever is paid first', async () => {
    await open(ledger(), plan, [first, { at: '0.54', fee: '1' }], [second, { fee: '1.7052' }])
    await close(ledger(), resultOf(plan, 'locked', { locked: '100' }))
    expect(await worth()).toEqual(['locked', 'guaranteed', 1_294_800, 0])
    await expectSound()
    await settle('forecastex', '0')
    expect(await worth()).toEqual(['locked', 'guaranteed', 1_294_800, 0])
    await settle('kalshi', '0')
    expect((await worth()).slice(0, 3)).toEqual(['locked', 'realised', 1_294_800])
    expect(await ledger().balances()).toMatchObject({ 'cash:kalshi': 956.2948, 'cash:forecastex': 1045 })
    await expectSound()
  })

  it('Kalshi filled sixty, forty are netted: paid from the reserve, a dollar a pair at once', async () => {
    await open(ledger(), plan, [first, { at: '0.54', fee: '1' }], [second, { contracts: '60', fee: '1.0232' }])
    await book(ledger(), net('40'), { fee: '0.40' })
    // 155.00 less the two purchases: the netting's dollars are cash, not reserve
    expect(await ledger().balances()).toMatchObject({ 'reserved:forecastex': 155 - 55 - 19.6, 'cash:forecastex': 845 + 40 })
    await close(ledger(), resultOf(plan, 'partly-locked', { locked: '60', flat: '40' }))
    // 60.00 + 40.00 − 55.00 − 26.2232 − 19.60
    expect(await worth()).toEqual(['partly-locked', 'guaranteed', -823_200, 0])
    await expectSound()
  })

  it('E21 unwound by netting all of it: flat, realised, no claim left', async () => {
    await open(ledger(), plan, [first, { at: '0.54', fee: '1' }])
    await book(ledger(), net('100'), { fee: '1' })
    await close(ledger(), resultOf(plan, 'unwound', { flat: '100' }))
    expect(await worth()).toEqual(['unwound', 'realised', -4_000_000, 0])
    expect((await ledger().database.query('select 1 from claim')).rowCount).toBe(0)
    await expectSound()
  })

  it('E15 hundredths that Kalshi left open are dust of a ForecastEx contract until it settles', async () => {
    await open(ledger(), plan, [first, { at: '0.54', fee: '1' }], [second, { contracts: '99.37', fee: '1.6945' }])
    await close(ledger(), resultOf(plan, 'locked', { locked: '99.37', dust: '0.63' }))
    // fees are gone for certain; of the lots 54.00 and 41.7354 all but 99.37 may be lost
    expect(await worth()).toEqual(['locked', 'open', -2_694_500, 0])
    await expectSound()
    await settle('kalshi', '1')
    await settle('forecastex', '1')
    expect((await worth()).slice(0, 3)).toEqual(['locked', 'realised', 99_370_000 - 55_000_000 - 41_735_400 - 1_694_500])
    await expectSound()
  })
})
