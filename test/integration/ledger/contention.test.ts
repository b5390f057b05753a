import type { Reservation } from '../../../src/core/trade/plan'
import { money, quantity } from '../../../src/core/units'
import { changeHalt } from '../../../src/stores/postgres/halts'
import { transact } from '../../../src/stores/postgres/pool'
import { until } from '../../stores/doubles'
import { freshLedger, NEVER, NOW, WIDE } from './support/ledger'
import { book, boxPlan, close, cureOf, open, patiently, resultOf, type PlanTerms } from './support/trades'

const ledger = freshLedger()
const OPERATOR = { name: 'me', role: 'operator' } as const
/** Trades that share nothing but what the test takes away. */
const apart = (n: number): PlanTerms => ({ id: `t${n}`, subject: `s${n}`, kalshi: `K${n}`, forecastex: `${800 + n}` })
const all = (count: number, terms: (n: number) => PlanTerms): Promise<readonly Reservation[]> =>
  Promise.all(Array.from({ length: count }, (_, n) => patiently(() => ledger().ledger.reserve(boxPlan(terms(n)), 'run', NEVER))))
const granted = (answers: readonly Reservation[]): number => answers.filter(({ kind }) => kind === 'granted').length
const reasons = (answers: readonly Reservation[]): string[] => [
  ...new Set(answers.flatMap(({ verdicts }) => verdicts.filter(({ passed }) => !passed).map(({ check }) => check))),
]

describe('E5: fifty reserves at once', () => {
  it('for one slot end in one grant', async () => {
    ledger().limits = { ...WIDE, maxOpenTrades: 1 }
    const answers = await all(50, apart)
    expect([granted(answers), reasons(answers)]).toEqual([1, ['open trades']])
    expect(await ledger().column('select count(*) from trade')).toEqual([50])
  })

  it('for one claim end in one grant', async () => {
    const answers = await all(50, (n) => ({ ...apart(n), forecastex: '751' }))
    expect([granted(answers), reasons(answers)]).toEqual([1, ['claim on forecastex 751']])
  })

  it('for the last dollar end in one grant', async () => {
    ledger().limits = { ...WIDE, minCashPerVenue: money('945') }
    const answers = await all(50, (n) => ({ ...apart(n), kalshiCost: '1' }))
    expect([granted(answers), reasons(answers)]).toEqual([1, ['cash at forecastex']])
    expect(await ledger().balances()).toMatchObject({ 'reserved:forecastex': 55 })
  })

  it('for the last contracts of the day end in as many grants as there are', async () => {
    ledger().limits = { ...WIDE, maxContractsPerDay: quantity('1000') }
    for (const venue of ['kalshi', 'forecastex'] as const)
      await ledger().database.query(`select ledger_post($1, 'deposit', null, 1, '{}', $2, $3)`, [
        `more:${venue}`,
        [`cash:${venue}`, 'equity:capital'],
        [10_000_000_000, -10_000_000_000],
      ])
    const answers = await all(50, apart)
    expect([granted(answers), reasons(answers)]).toEqual([10, ['contracts today']])
  })

  afterEach(async () => {
    expect(await ledger().deadlocks()).toBe(0)
  })
})

describe('E26: a halt against a reserve', () => {
  const waiting = (): Promise<void> =>
    until('somebody waits for a lock', async () => {
      const [count] = await ledger().column(
        `select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      )
      return (count as number) > 0
    })

  it('that is committed while the reserve waits for its turn refuses it', async () => {
    let answer: Promise<Reservation> | undefined
    await transact(ledger().database, NEVER, async (transaction) => {
      await transaction.query('select 1 from risk_lock for update')
      answer = ledger().ledger.reserve(boxPlan(), 'run', NEVER)
      await waiting()
      await changeHalt(ledger().database, 'all', true, OPERATOR, 'test', NOW, NEVER)
    })
    expect(reasons([(await answer) as Reservation])).toEqual(['no halt in force'])
    expect(await ledger().column('select halt_epoch from trade')).toEqual([1])
  })

  it('that is being committed makes the reserve wait for it, then refuses', async () => {
    let answer: Promise<Reservation> | undefined
    await transact(ledger().database, NEVER, async (transaction) => {
      await transaction.query(`update epoch set value = value + 1 where name = 'halt'`)
      await transaction.query(`insert into halt values ('venue:kalshi', true, 1, 'me', 'operator', 'test', 1)`)
      answer = ledger().ledger.reserve(boxPlan(), 'run', NEVER)
      await waiting()
    })
    expect(reasons([(await answer) as Reservation])).toEqual(['no halt in force'])
  })

  it.each(['all', 'venue:forecastex', 'strategy:box', 'pair:u3', 'trade:t1'] as const)(
    'of %s refuses, until it is lifted',
    async (scope) => {
      await changeHalt(ledger().database, scope, true, OPERATOR, 'test', NOW, NEVER)
      expect(granted(await all(1, () => ({})))).toBe(0)
      await changeHalt(ledger().database, scope, false, OPERATOR, 'test', NOW, NEVER)
      expect(granted(await all(1, () => ({ id: 't2' })))).toBe(1)
    },
  )

  it('of something else refuses nothing', async () => {
    for (const scope of ['strategy:edge', 'pair:u4', 'trade:t2'] as const)
      await changeHalt(ledger().database, scope, true, OPERATOR, 'test', NOW, NEVER)
    expect(granted(await all(1, () => ({})))).toBe(1)
  })
})

describe('whole trades at once', () => {
  it('reserve, book and close without a deadlock, and the ledger stays sound', async () => {
    const trade = async (n: number): Promise<void> => {
      const plan = boxPlan({ ...apart(n), contracts: '10', kalshiCost: '10', forecastexCost: '10' })
      const [{ order: first }, { order: second }] = plan.legs
      const sale = cureOf(plan, { action: 'sell', venue: 'kalshi', outcome: 'yes', contracts: '4', limit: '0.41' })
      const net = cureOf(plan, { action: 'buy', venue: 'forecastex', outcome: 'yes', contracts: '4', limit: '0.45' })
      await patiently(() => open(ledger(), plan))
      await Promise.all([
        patiently(() => book(ledger(), first, { id: 'a', contracts: '5', fee: '0.01' }, { id: 'b', contracts: '5' })),
        patiently(() => book(ledger(), second, {})),
      ])
      await patiently(() => book(ledger(), n % 2 ? sale : net, { fee: '0.01' }))
      await patiently(() => close(ledger(), resultOf(plan, 'locked', { locked: '10' })))
    }
    await Promise.all(Array.from({ length: 30 }, (_, n) => trade(n)))
    expect(await ledger().deadlocks()).toBe(0)
    expect(await ledger().balances()).not.toHaveProperty('reserved:kalshi')
  })
})
