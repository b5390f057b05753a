import type { Reservation } from '../../../../src/core/trade/plan'
import { money, quantity } from '../../../../src/core/units'
import { freshLedger, NEVER, NOW, WIDE } from '../support/ledger'
import { boxPlan, close, cureOf, lockedBox, open, resultOf, type PlanTerms } from '../support/trades'

const ledger = freshLedger()
const reserve = (terms: PlanTerms = {}, runId = 'run'): Promise<Reservation> => ledger().ledger.reserve(boxPlan(terms), runId, NEVER)
const failed = ({ verdicts }: Reservation): string[] => verdicts.filter(({ passed }) => !passed).map(({ check }) => check)
const other = { id: 't2', subject: 'u4', kalshi: 'KXU4', forecastex: '761' }

describe('a grant', () => {
  it('E3 E7 E8 writes intents, claims and reserved cash together', async () => {
    expect((await reserve({ cure: '10' })).kind).toBe('granted')
    const rows = await ledger().database.query('select client_order_id, state, quantity, filled from order_intent order by 1')
    expect(rows.rows).toEqual([
      { client_order_id: 'cb-t1-a1', state: 'intended', quantity: 10_000, filled: 0 },
      { client_order_id: 'cb-t1-b2', state: 'intended', quantity: 10_000, filled: 0 },
      { client_order_id: 'cb-t1-c3', state: 'intended', quantity: 10_000, filled: 0 },
    ])
    const claims = await ledger().database.query('select * from claim order by venue')
    expect(claims.rows).toEqual([
      { venue: 'forecastex', market: '751', subject: 'u3', outcome: 'no', state: 'exclusive', holder: 't1' },
      { venue: 'kalshi', market: 'KXU3-T4', subject: 'u3', outcome: 'yes', state: 'exclusive', holder: 't1' },
    ])
    expect(await ledger().balances()).toMatchObject({ 'reserved:kalshi': 43.72, 'reserved:forecastex': 65, 'cash:forecastex': 935 })
  })

  it('leaves nothing behind when one of its parts fails', async () => {
    const missed = boxPlan({ id: 't0' })
    await open(ledger(), missed)
    await close(ledger(), resultOf(missed, 'missed'))
    await ledger().database.query(`update order_intent set client_order_id = 'cb-t1-b2', quantity = 1 where client_order_id = 'cb-t0-b2'`)
    await expect(reserve()).rejects.toThrow('order_intent_pkey')
    for (const table of ['trade', 'order_intent', 'transfer'])
      expect(await ledger().column(`select count(*) from ${table} where trade_id = 't1'`)).toEqual([0])
    expect(await ledger().column('select count(*) from claim')).toEqual([0])
  })
})

describe('E6: the same question', () => {
  it('gets the stored answer when the same run asks again, and reserves once', async () => {
    const first = await reserve()
    ledger().limits = { ...WIDE, maxOpenTrades: 0 }
    expect(await reserve()).toEqual(first)
    expect(await ledger().balances()).toMatchObject({ 'reserved:kalshi': 43.72 })
  })

  it('gets the stored refusal too', async () => {
    ledger().limits = { ...WIDE, maxOpenTrades: 0 }
    const first = await reserve()
    ledger().limits = WIDE
    expect(await reserve()).toEqual(first)
    expect(first.kind).toBe('refused')
  })

  it('is refused to another run of the same trade', async () => {
    await reserve()
    const second = await reserve({}, 'another run')
    expect([second.kind, failed(second)]).toEqual(['refused', ['one run per trade']])
  })

  it('is refused once the trade was released', async () => {
    await reserve()
    await close(ledger(), resultOf(boxPlan(), 'missed'))
    for (const run of ['run', 'another run']) expect(failed(await reserve({}, run))).toEqual(['not released before'])
  })

  it('is refused when the release came first: a reserve that commits late cannot leak', async () => {
    await close(ledger(), resultOf(boxPlan(), 'refused'))
    expect(failed(await reserve())).toEqual(['not released before'])
    expect(await ledger().balances()).not.toHaveProperty('reserved:kalshi')
  })

  it('is answered alike when it is asked many times at once', async () => {
    const answers = await Promise.all(Array.from({ length: 12 }, () => reserve()))
    for (const answer of answers) expect(answer).toEqual(answers[0])
    expect(await ledger().column('select count(*) from order_intent')).toEqual([3])
    expect(await ledger().balances()).toMatchObject({ 'reserved:kalshi': 43.72 })
  })
})

describe('E5: a refusal', () => {
  it('is stored with every verdict, and takes nothing', async () => {
    ledger().limits = { ...WIDE, maxContractsPerTrade: quantity('99'), maxOpenTrades: 0 }
    const refused = await reserve()
    expect(failed(refused)).toEqual(['contracts per trade', 'open trades'])
    const [row] = (await ledger().database.query('select reservation, outcome, state, verdicts, ended_ms from trade')).rows
    expect(row).toEqual({ reservation: 'refused', outcome: 'refused', state: 'ended', verdicts: refused.verdicts, ended_ms: NOW })
    expect(refused.verdicts.length).toBeGreaterThan(15)
    for (const table of ['claim', 'order_intent']) expect(await ledger().column(`select count(*) from ${table}`)).toEqual([0])
    expect(await ledger().balances()).not.toHaveProperty('reserved:kalshi')
  })

  const tight: readonly (readonly [string, Partial<typeof WIDE>, string[]])[] = [
    ['premium', { maxPremiumPerTrade: money('98.71') }, ['premium per trade']],
    ['its market', { maxContractsPerMarket: quantity('99') }, ['contracts in kalshi KXU3-T4', 'contracts in forecastex 751']],
    ['its day', { maxContractsPerDay: quantity('99') }, ['contracts today']],
    ['its pace', { maxOpeningsPerMinute: 0, maxOpeningsPerDay: 0 }, ['openings today', 'openings in a minute']],
    ['unpaired premium', { maxUnpairedPremium: money('43.71') }, ['maximum loss']],
    ['its value', { minExpectedValue: money('0.51') }, ['expected value']],
    ['cash that must stay', { minCashPerVenue: money('945.01') }, ['cash at forecastex']],
  ]
  it.each(tight)('names %s', async (_what, limit, checks) => {
    ledger().limits = { ...WIDE, ...limit }
    expect(failed(await reserve())).toEqual(checks)
  })

  it('comes too late for a plan whose first leg has expired', async () => {
    expect(failed(await reserve({ notAfterMs: NOW - 1 }))).toEqual(['still in time'])
  })

  it('counts nothing against the pace: only openings count', async () => {
    ledger().limits = { ...WIDE, maxOpeningsPerDay: 1, maxContractsPerTrade: quantity('1') }
    await reserve()
    ledger().limits = { ...WIDE, maxOpeningsPerDay: 1 }
    expect((await reserve({ id: 't2' })).kind).toBe('granted')
  })
})

describe('what is counted', () => {
  it('openings of the last minute, and of the trading day', async () => {
    await reserve()
    ledger().limits = { ...WIDE, maxOpeningsPerMinute: 1, maxOpeningsPerDay: 2 }
    expect(failed(await reserve(other))).toEqual(['openings in a minute'])
    ledger().clock.advance(60_001)
    expect((await reserve({ ...other, id: 't3', seenAtMs: ledger().nowMs })).kind).toBe('granted')
    ledger().clock.advance(60_001)
    expect(failed(await reserve({ ...other, id: 't4', seenAtMs: ledger().nowMs }))).toContain('openings today')
    ledger().clock.advance(24 * 3_600_000)
    expect(failed(await reserve({ ...other, id: 't5', seenAtMs: ledger().nowMs }))).not.toContain('openings today')
  })

  it('contracts held and intended, in each market and its event', async () => {
    await ledger().database.query(
      `insert into listing (venue, market, event, series, status, body, fetched_ms) values
        ('kalshi', 'KXU3-T4', 'KXU3', 'KXU3', 'open', '{}', 1), ('kalshi', 'KXU3-T5', 'KXU3', 'KXU3', 'open', '{}', 1)`,
    )
    await lockedBox(ledger())
    await open(ledger(), boxPlan({ id: 't2', subject: 'u5', kalshi: 'KXU3-T5', forecastex: '771' }))
    ledger().limits = { ...WIDE, maxContractsPerMarket: quantity('199.99'), maxContractsPerEvent: quantity('299.99') }
    const refused = await reserve({ id: 't3', seenAtMs: NOW + 1 })
    expect(failed(refused)).toEqual(['contracts in kalshi KXU3-T4', 'contracts in kalshi event KXU3', 'contracts in forecastex 751'])
  })

  it('a running trade blocks its slot until it ends', async () => {
    ledger().limits = { ...WIDE, maxOpenTrades: 1 }
    await reserve()
    expect(failed(await reserve(other))).toEqual(['open trades'])
    await close(ledger(), resultOf(boxPlan(), 'missed'))
    expect((await reserve({ ...other, id: 't3' })).kind).toBe('granted')
  })

  it('the cool-down of the subject, and books that must be newer than its last fill', async () => {
    await lockedBox(ledger())
    ledger().limits = { ...WIDE, coolDownMs: 5_000 }
    expect(failed(await reserve({ id: 't2' }))).toEqual(['cool-down', 'seen after the last fill'])
    expect((await reserve({ ...other, id: 't3' })).kind).toBe('granted')
    ledger().clock.advance(5_000)
    expect((await reserve({ id: 't4', seenAtMs: ledger().nowMs })).kind).toBe('granted')
  })

  it('E9 unknown orders of any trade', async () => {
    await reserve()
    await ledger().database.query(`update order_intent set state = 'unknown' where client_order_id = 'cb-t1-a1'`)
    expect(failed(await reserve(other))).toEqual(['no unknown order'])
  })
})

describe('E29: the loss of the day', () => {
  const lossOf = async (): Promise<string | undefined> =>
    (await reserve({ ...other, id: 'probe' })).verdicts.find(({ check }) => check === 'loss today')?.actual

  it('is nothing at first, and a gain is no loss', async () => {
    await lockedBox(ledger())
    expect(await lossOf()).toBe('$0.00')
  })

  it('counts what was realised: the box whose second leg was rejected', async () => {
    const plan = boxPlan()
    const sale = cureOf(plan, { action: 'sell', venue: 'kalshi', outcome: 'yes', contracts: '100', limit: '0.40' })
    await open(ledger(), plan, [plan.legs[0].order, { fee: '1.7052' }], [sale, { fee: '1.68' }])
    await close(ledger(), resultOf(plan, 'unwound', { flat: '100' }))
    expect(await lossOf()).toBe('$5.3852')
  })

  it('counts what a locked box is certain to lose', async () => {
    const plan = boxPlan({ forecastexCost: '70' })
    const [a, b] = plan.legs
    await open(ledger(), plan, [a.order, { fee: '1.7052' }], [b.order, { at: '0.60', fee: '1' }])
    await close(ledger(), resultOf(plan, 'locked', { locked: '100' }))
    expect(await lossOf()).toBe('$4.7052')
  })

  it('counts what is held as lost: the worst case of an open position', async () => {
    const plan = boxPlan()
    await open(ledger(), plan, [plan.legs[0].order, { fee: '1.7052' }])
    await close(ledger(), resultOf(plan, 'held', { held: '100' }))
    expect(await lossOf()).toBe('$43.7052')
  })
})
