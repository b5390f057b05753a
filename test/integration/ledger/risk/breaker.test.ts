import type { Breaker } from '../../../../src/core/risk/breaker'
import { tradingDayStart } from '../../../../src/core/risk/trading-day'
import { millis, money, quantity } from '../../../../src/core/units'
import { boundBy, readBreakers, resetBreaker } from '../../../../src/stores/postgres/breaker'
import { changeHalt, readHalts } from '../../../../src/stores/postgres/halts'
import { createLedger } from '../../../../src/stores/postgres/ledger'
import { openDatabase } from '../../../../src/stores/postgres/pool'
import { LogBook } from '../../../stores/doubles'
import { freshLedger, NEVER, NOW, WIDE } from '../support/ledger'
import { book, boxPlan, close, cureOf, open, resultOf } from '../support/trades'
import { apart, edgePlan, failed, holding, losing, reserve, settle } from './support'

const ledger = freshLedger()
const COOL_DOWN_MS = 1_800_000
const OPERATOR = { name: 'me', role: 'operator' } as const
const TWO_LOSSES = { ...WIDE, maxConsecutiveLosses: 2, breakerCoolDownMs: COOL_DOWN_MS }
const breaker = async (): Promise<Breaker | undefined> => (await readBreakers(ledger().database, ledger().nowMs))[0]?.breaker
/** Two losses in a row, which is one too many. */
async function tripped(): Promise<void> {
  ledger().limits = TWO_LOSSES
  await losing(ledger(), apart(1))
  await losing(ledger(), apart(2))
}
const trial = { ...apart(9), contracts: '1', kalshiCost: '0.44', forecastexCost: '0.55' } as const

describe('E29 the breaker of the ledger', () => {
  it('opens in the transaction that closes the losing trade, and refuses what opens', async () => {
    await tripped()
    expect(await breaker()).toEqual({
      state: 'open',
      streak: 2,
      reason: '2 losses in a row, limit 2',
      coolDownMs: COOL_DOWN_MS,
      untilMs: NOW + COOL_DOWN_MS,
    })
    expect(failed(await reserve(ledger(), apart(3)))).toEqual(['breaker'])
  })

  it('E4 refuses no order that reduces: a trade that runs is hedged and closed', async () => {
    const running = boxPlan(apart(7))
    await open(ledger(), running, [running.legs[0].order, {}])
    await tripped()
    const sale = cureOf(running, { action: 'sell', venue: 'kalshi', outcome: 'yes', contracts: '100', limit: '0.41' })
    await book(ledger(), sale, {})
    await close(ledger(), resultOf(running, 'unwound', { flat: '100' }))
    expect(await breaker()).toMatchObject({ state: 'open', streak: 3 })
  })

  it('is another one for edges', async () => {
    await tripped()
    expect((await ledger().ledger.reserve(edgePlan(apart(3)), 'run', NEVER)).kind).toBe('granted')
  })

  it('opens by a settlement that loses, and by a day that lost too much', async () => {
    ledger().limits = { ...WIDE, maxDailyLoss: money('43.7'), maxConsecutiveLosses: 3 }
    await holding(ledger(), apart(1))
    expect(await breaker()).toEqual({ state: 'closed', streak: 1 })
    await settle(ledger(), 'K1', '0')
    expect(await breaker()).toMatchObject({ state: 'open', reason: '$43.7052 lost today, limit $43.70' })
  })

  it('is closed by an operator, audited, and what was lost stays lost', async () => {
    await tripped()
    const before = await resetBreaker(ledger().database, 'box', OPERATOR, 'the venue told wrong fees', ledger().nowMs, NEVER)
    expect(before).toMatchObject({ state: 'open', streak: 2 })
    expect(await breaker()).toEqual({ state: 'closed', streak: 0 })
    const [detail] = await ledger().column(`select detail from audit where action = 'breaker reset'`)
    expect(detail).toMatchObject({ strategy: 'box', reason: 'the venue told wrong fees', before: { state: 'open' } })
    const [box] = await readBreakers(ledger().database, ledger().nowMs)
    expect(box?.lostToday).toBe(10_770_400)
    expect((await reserve(ledger(), apart(3))).kind).toBe('granted')
  })
})

describe('E29 half-open', () => {
  beforeEach(async () => {
    await tripped()
    ledger().clock.advance(COOL_DOWN_MS)
  })

  it('admits one trade of the smallest size, and nothing beside it', async () => {
    const refused = await reserve(ledger(), apart(3))
    expect(failed(refused)).toEqual(['contracts per trade'])
    expect(refused.verdicts.find(({ check }) => check === 'contracts per trade')?.limit).toBe("≤ 1.00 (the breaker's trial)")
    expect(await boundBy(ledger().database, WIDE, 'box', 'sim', ledger().nowMs)).toMatchObject({ maxContractsPerTrade: quantity('1') })
    expect((await reserve(ledger(), trial)).kind).toBe('granted')
    expect(await breaker()).toMatchObject({ state: 'half-open', trial: 't9' })
    expect(failed(await reserve(ledger(), { ...trial, ...apart(8) }))).toEqual(['breaker'])
  })

  it('B9 admits one of many that ask at once', async () => {
    const asked = Array.from({ length: 20 }, (_, n) => reserve(ledger(), { ...trial, ...apart(20 + n) }))
    expect((await Promise.all(asked)).filter(({ kind }) => kind === 'granted')).toHaveLength(1)
  })

  it('closes on a clean, reconciled execution', async () => {
    const plan = boxPlan({ ...trial, seenAtMs: ledger().nowMs })
    const [a, b] = plan.legs
    await open(ledger(), plan, [a.order, {}], [b.order, { at: '0.54' }])
    await close(ledger(), resultOf(plan, 'locked', { locked: '1' }))
    expect(await breaker()).toEqual({ state: 'closed', streak: 0 })
    expect((await reserve(ledger(), apart(3))).kind).toBe('granted')
  })

  it('opens for twice as long when the trial loses', async () => {
    const plan = boxPlan({ ...trial, seenAtMs: ledger().nowMs })
    const sale = cureOf(plan, { action: 'sell', venue: 'kalshi', outcome: 'yes', contracts: '1', limit: '0.40' })
    await open(ledger(), plan, [plan.legs[0].order, {}], [sale, {}])
    await close(ledger(), resultOf(plan, 'unwound', { flat: '1' }))
    expect(await breaker()).toMatchObject({ state: 'open', reason: 'its trial lost', untilMs: ledger().nowMs + 2 * COOL_DOWN_MS })
  })

  it('tries again at once when the trial filled nothing', async () => {
    await reserve(ledger(), trial)
    await close(ledger(), resultOf(boxPlan(trial), 'missed'))
    expect((await reserve(ledger(), { ...trial, ...apart(8) })).kind).toBe('granted')
  })
})

describe('B10 midnight', () => {
  it('resets the counters of the day, and neither positions, exposure, halts nor breakers', async () => {
    await tripped()
    await changeHalt(ledger().database, 'pair:s9', true, OPERATOR, 'test', NOW, NEVER)
    ledger().limits = { ...TWO_LOSSES, maxOpeningsPerDay: 2, maxDailyLoss: money('1') }
    expect(failed(await reserve(ledger(), apart(9)))).toEqual(['no halt in force', 'breaker', 'loss today', 'openings today'])
    const nextDay = tradingDayStart(millis(NOW + 24 * 3_600_000))
    ledger().clock.advance(nextDay - NOW - 1)
    expect(failed(await reserve(ledger(), { ...apart(9), id: 'n1' }))).toContain('openings today')
    ledger().clock.advance(1)
    expect(failed(await reserve(ledger(), { ...apart(9), id: 'n2' }))).toEqual(['no halt in force', 'contracts per trade'])
    expect((await readHalts(ledger().database)).active).toHaveLength(1)
  })

  it('forgives nothing of what is held: its worst case is in every day until it is settled', async () => {
    await holding(ledger(), apart(1))
    ledger().clock.advance(8 * 24 * 3_600_000)
    ledger().limits = { ...WIDE, maxDailyLoss: money('41.99') }
    expect(failed(await reserve(ledger(), apart(2)))).toEqual(['loss today'])
    await settle(ledger(), 'K1', '1')
    expect((await reserve(ledger(), { ...apart(2), id: 'n1' })).kind).toBe('granted')
  })

  it('counts what a settlement loses in the day of the settlement', async () => {
    await holding(ledger(), apart(1))
    ledger().clock.advance(8 * 24 * 3_600_000)
    await settle(ledger(), 'K1', '0')
    ledger().limits = { ...WIDE, maxDailyLoss: money('41.99') }
    expect(failed(await reserve(ledger(), apart(2)))).toEqual(['breaker', 'loss today'])
  })
})

describe('B19 a restart', () => {
  it('keeps counters, losses, exposure and breakers: they are sums over rows', async () => {
    await tripped()
    const database = openDatabase(ledger().url, new LogBook())
    const restarted = createLedger(database, () => ({ kalshi: NOW, forecastex: NOW }), ledger().clock)
    const ask = (id: string): ReturnType<typeof restarted.reserve> => restarted.reserve(boxPlan({ ...apart(3), id }), 'run', NEVER)
    const before = await reserve(ledger(), { ...apart(3), id: 'before' })
    const after = await ask('after')
    await database.end()
    expect(after).toEqual(before)
    expect(after.verdicts.find(({ check }) => check === 'openings today')?.actual).toBe('3')
    expect(after.verdicts.find(({ check }) => check === 'loss today')?.actual).toBe('$10.7704')
  })
})
