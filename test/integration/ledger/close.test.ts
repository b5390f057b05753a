import { marketId } from '../../../src/core/ids'
import type { OutcomeLabel } from '../../../src/core/trade/plan'
import { millis, money } from '../../../src/core/units'
import { settleMarket } from '../../../src/stores/postgres/settlement'
import { readTrade } from '../../../src/stores/postgres/trades'
import { freshLedger, NEVER, NOW } from './support/ledger'
import { book, boxPlan, close, cureOf, lockedBox, open, resultOf } from './support/trades'

const ledger = freshLedger()
const plan = boxPlan()
const [{ order: first }, { order: second }] = plan.legs
const sale = (contracts: string, n = 4): typeof first =>
  cureOf(plan, { action: 'sell', venue: 'kalshi', outcome: 'yes', contracts, limit: '0.40', n })
const worth = async (): Promise<unknown[]> => {
  const row = await readTrade(ledger().database, plan.tradeId)
  return [row?.outcome, row?.pnlKind, row?.pnlMicros, row?.result?.maxRemainingLoss]
}
const settle = (venue: 'kalshi' | 'forecastex', yesPays: string): ReturnType<typeof settleMarket> =>
  settleMarket(ledger().database, venue, marketId(venue === 'kalshi' ? 'KXU3-T4' : '751'), money(yesPays), millis(NOW), NEVER)

describe('the worked examples of market-math §9', () => {
  it('full success: +1.2948, guaranteed, and the same whatever the outcome', async () => {
    await open(ledger(), plan, [first, { fee: '1.7052' }], [second, { at: '0.54', fee: '1' }])
    expect(await close(ledger(), resultOf(plan, 'locked', { locked: '100' }))).toEqual({ realisedPnl: 1_294_800, maxRemainingLoss: 0 })
    expect(await worth()).toEqual(['locked', 'guaranteed', 1_294_800, 0])
    expect(await ledger().balances()).toMatchObject({ 'cash:kalshi': 956.2948, 'cash:forecastex': 945 })
    expect(await ledger().balances()).not.toHaveProperty('reserved:kalshi')
  })

  it('partial at Kalshi: 60 filled, the rest of both reserves is released', async () => {
    await open(ledger(), plan, [first, { contracts: '60', fee: '1.0232' }], [second, { contracts: '60', at: '0.54', fee: '0.60' }])
    await close(ledger(), resultOf(plan, 'locked', { locked: '60' }))
    // 60.00 − 25.20 − 1.0232 − 32.40 − 0.60
    expect(await worth()).toEqual(['locked', 'guaranteed', 776_800, 0])
    expect(await ledger().balances()).toMatchObject({ 'cash:kalshi': 1000 - 26.2232, 'cash:forecastex': 1000 - 33 })
  })

  it('rejected by IBKR, and hedged by a sale at 0.40: −5.3852, realised', async () => {
    await open(ledger(), plan, [first, { fee: '1.7052' }], [sale('100'), { fee: '1.68' }])
    await close(ledger(), resultOf(plan, 'unwound', { flat: '100' }))
    expect(await worth()).toEqual(['unwound', 'realised', -5_385_200, 0])
    expect(await ledger().balances()).toEqual({
      'cash:kalshi': 994.6148,
      'cash:forecastex': 1000,
      'equity:capital': -2000,
      'expense:fee:kalshi': 3.3852,
      'income:trading:kalshi': 2,
    })
  })

  it.each([
    ['YES', '1', 13_118_800],
    ['NO', '0', -16_881_200],
  ])('the hedge filled for 70 only: open, and %s decides', async (_outcome, yesPays, total) => {
    await open(ledger(), plan, [first, { fee: '1.7052' }], [sale('70'), { fee: '1.176' }])
    await close(ledger(), resultOf(plan, 'held', { flat: '70', held: '30' }))
    // fees 2.8812 and 1.40 lost on the sale are gone; what the 30 cost may still be lost
    expect(await worth()).toEqual(['held', 'open', -4_281_200, 12_600_000])
    await settle('kalshi', yesPays)
    expect((await worth()).slice(0, 3)).toEqual(['held', 'realised', total])
  })

  it('completed dearer than a dollar: the loss is certain', async () => {
    const cure = cureOf(plan, { action: 'buy', venue: 'forecastex', outcome: 'no', contracts: '100', limit: '0.60' })
    const costly = boxPlan({ cure: '10' })
    await open(ledger(), costly, [first, { fee: '1.7052' }], [cure, { fee: '1' }])
    await close(ledger(), resultOf(plan, 'locked', { locked: '100' }))
    expect(await worth()).toEqual(['locked', 'guaranteed', -4_705_200, 0])
  })

  it('part locked, part held: only the held part is at stake beyond what the locked part pays', async () => {
    await open(ledger(), plan, [first, { fee: '1.7052' }], [second, { contracts: '60', at: '0.54', fee: '0.60' }])
    await close(ledger(), resultOf(plan, 'held', { locked: '60', held: '40' }))
    // lots 42.00 + 32.40; the locked 60 pay 60.00 for certain
    expect(await worth()).toEqual(['held', 'open', -2_305_200, 14_400_000])
  })
})

describe('closing', () => {
  it('a trade that sent nothing gives everything back', async () => {
    await open(ledger(), plan)
    expect(await close(ledger(), resultOf(plan, 'missed'))).toEqual({ realisedPnl: 0, maxRemainingLoss: 0 })
    expect(await ledger().balances()).toEqual({ 'cash:kalshi': 1000, 'cash:forecastex': 1000, 'equity:capital': -2000 })
    expect(await ledger().column('select distinct state from order_intent')).toEqual(['rejected'])
  })

  it('releases exactly the rest, beside another trade that runs', async () => {
    await open(ledger(), boxPlan({ id: 't2', subject: 'u4', kalshi: 'KXU4', forecastex: '761' }))
    await open(ledger(), plan, [first, { contracts: '60', fee: '1.0232' }])
    await close(ledger(), resultOf(plan, 'held', { held: '60' }))
    expect(await ledger().balances()).toMatchObject({ 'reserved:kalshi': 43.72, 'reserved:forecastex': 55 })
  })

  it('again changes nothing and answers the same', async () => {
    const earlier = await lockedBox(ledger())
    const before = await ledger().balances()
    ledger().clock.advance(1_000)
    for (const label of ['locked', 'missed'] satisfies OutcomeLabel[]) {
      expect(await close(ledger(), resultOf(earlier, label, { locked: '100' }))).toEqual({ realisedPnl: 1_294_800, maxRemainingLoss: 0 })
    }
    expect(await ledger().balances()).toEqual(before)
    expect(await worth()).toEqual(['locked', 'guaranteed', 1_294_800, 0])
    expect(await ledger().column('select ended_ms from trade')).toEqual([NOW])
  })

  it('many times at once is one close', async () => {
    await open(ledger(), plan, [first, { fee: '1.7052' }], [second, { at: '0.54', fee: '1' }])
    const answers = await Promise.all(Array.from({ length: 8 }, () => close(ledger(), resultOf(plan, 'locked', { locked: '100' }))))
    for (const answer of answers) expect(answer).toEqual({ realisedPnl: 1_294_800, maxRemainingLoss: 0 })
    expect(await ledger().column(`select count(*) from transfer where kind = 'release'`)).toEqual([1])
  })

  it('E6 of a trade that nobody knows leaves a tombstone', async () => {
    expect(await close(ledger(), resultOf(plan, 'refused'))).toEqual({ realisedPnl: 0, maxRemainingLoss: 0 })
    expect(await ledger().column('select trade_id from tombstone')).toEqual(['t1'])
    expect(await readTrade(ledger().database, plan.tradeId)).toBeNull()
  })

  it('of a refused trade keeps its verdicts and its label', async () => {
    ledger().limits = { ...ledger().limits, maxOpenTrades: 0 }
    const { verdicts } = await ledger().ledger.reserve(plan, 'run', NEVER)
    await close(ledger(), resultOf(plan, 'refused'))
    expect(await readTrade(ledger().database, plan.tradeId)).toMatchObject({ outcome: 'refused', state: 'ended', verdicts, pnlMicros: 0 })
  })
})

describe('a trade that closes after its market has settled', () => {
  beforeEach(() => open(ledger(), plan, [first, { fee: '1.7052' }], [second, { at: '0.54', fee: '1' }]))
  const locked = (): ReturnType<typeof close> => close(ledger(), resultOf(plan, 'locked', { locked: '100' }))

  it('has realised what its cash says, when both legs are paid', async () => {
    await settle('kalshi', '1')
    await settle('forecastex', '1')
    await locked()
    expect((await worth()).slice(1)).toEqual(['realised', 1_294_800, 0])
  })

  it.each(['1', '0'])('has a guaranteed result while one leg waits (YES pays %s)', async (yesPays) => {
    await settle('kalshi', yesPays)
    await locked()
    expect((await worth()).slice(1)).toEqual(['guaranteed', 1_294_800, 0])
    await settle('forecastex', yesPays)
    expect((await worth()).slice(1, 3)).toEqual(['realised', 1_294_800])
  })
})

describe('a repeat of booking after the end', () => {
  it('changes neither money nor result', async () => {
    const earlier = await lockedBox(ledger())
    const before = await ledger().balances()
    await book(ledger(), earlier.legs[0].order, { fee: '1.7052' })
    expect(await ledger().balances()).toEqual(before)
    expect(await worth()).toEqual(['locked', 'guaranteed', 1_294_800, 0])
  })
})
