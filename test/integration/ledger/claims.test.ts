import type { Reservation } from '../../../src/core/trade/plan'
import { millis, money } from '../../../src/core/units'
import { marketId } from '../../../src/core/ids'
import { settleMarket } from '../../../src/stores/postgres/settlement'
import { freshLedger, NEVER, NOW } from './support/ledger'
import { boxPlan, close, lockedBox, open, resultOf, type PlanTerms } from './support/trades'

const ledger = freshLedger()
/** Reserves with books newer than any fill, so that only the claims decide. */
const refusals = async (terms: PlanTerms): Promise<string[]> => {
  const plan = boxPlan({ seenAtMs: NOW + 1, ...terms })
  const { kind, verdicts }: Reservation = await ledger().ledger.reserve(plan, 'run', NEVER)
  expect(kind).toBe(verdicts.every(({ passed }) => passed) ? 'granted' : 'refused')
  return verdicts.filter(({ passed }) => !passed).map(({ check, actual }) => `${check}: ${actual}`)
}
const claims = (): Promise<unknown[]> =>
  ledger().column(
    `select venue || ' ' || market || ' ' || subject || ' ' || outcome || ' ' || state || ' ' || holder from claim order by 1`,
  )
const settle = (venue: 'kalshi' | 'forecastex', market: string): ReturnType<typeof settleMarket> =>
  settleMarket(ledger().database, venue, marketId(market), money('1'), millis(NOW), NEVER)

describe('E7: a claim', () => {
  it('is exclusive while its trade runs, also to the same subject', async () => {
    await open(ledger(), boxPlan())
    expect(await refusals({ id: 't2' })).toEqual([
      'claim on kalshi KXU3-T4: trade t1 is running',
      'claim on forecastex 751: trade t1 is running',
    ])
  })

  it('covers a market that two pairs share', async () => {
    await open(ledger(), boxPlan())
    expect(await refusals({ id: 't2', subject: 'u4', forecastex: '761' })).toEqual(['claim on kalshi KXU3-T4: held by u3'])
  })

  it('is free again when the trade ends without lots', async () => {
    await open(ledger(), boxPlan())
    await close(ledger(), resultOf(boxPlan(), 'missed'))
    expect(await claims()).toEqual([])
    expect(await refusals({ id: 't2', subject: 'u4', outcome: 'no' })).toEqual([])
  })

  it('passes to settlement with the lots, and the same subject in the same direction shares it', async () => {
    await lockedBox(ledger())
    expect(await claims()).toEqual(['forecastex 751 u3 no settling t1', 'kalshi KXU3-T4 u3 yes settling t1'])
    expect(await refusals({ id: 't2', subject: 'u4' })).toEqual([
      'claim on kalshi KXU3-T4: held by u3',
      'claim on forecastex 751: held by u3',
    ])
    expect(await refusals({ id: 't3', outcome: 'no' })).toEqual([
      'claim on kalshi KXU3-T4: held in the opposite direction (yes)',
      'claim on forecastex 751: held in the opposite direction (no)',
    ])
    expect(await refusals({ id: 't4' })).toEqual([])
  })

  it('stays with the lots of an earlier trade when a later one of the same subject ends without any', async () => {
    await lockedBox(ledger())
    await open(ledger(), boxPlan({ id: 't2', seenAtMs: NOW + 1 }))
    await close(ledger(), resultOf(boxPlan({ id: 't2' }), 'missed'))
    expect(await claims()).toEqual(['forecastex 751 u3 no settling t2', 'kalshi KXU3-T4 u3 yes settling t2'])
  })

  it('passes on only where lots remain', async () => {
    const plan = boxPlan()
    await open(ledger(), plan, [plan.legs[0].order, {}])
    await close(ledger(), resultOf(plan, 'held', { held: '100' }))
    expect(await claims()).toEqual(['kalshi KXU3-T4 u3 yes settling t1'])
  })

  it('is dropped with the settlement of its market, and of no other', async () => {
    await lockedBox(ledger())
    await settle('kalshi', 'KXU3-T4')
    expect(await claims()).toEqual(['forecastex 751 u3 no settling t1'])
    expect(await refusals({ id: 't2', subject: 'u4', forecastex: '761' })).toEqual([])
  })

  it('of a running trade survives the settlement of its market, until the trade ends', async () => {
    const plan = boxPlan()
    await open(ledger(), plan, [plan.legs[0].order, {}])
    await settle('kalshi', 'KXU3-T4')
    expect(await claims()).toHaveLength(2)
    await close(ledger(), resultOf(plan, 'held', { held: '100' }))
    expect(await claims()).toEqual([])
  })
})
