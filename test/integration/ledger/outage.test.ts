import type { BoxPlan } from '../../../src/core/trade/plan'
import { NO_SESSIONS } from '../../../src/core/risk/state'
import { readLimits } from '../../../src/stores/postgres/limits'
import { createLedger } from '../../../src/stores/postgres/ledger'
import { LedgerUnreachable, openDatabase, transact, type Transaction } from '../../../src/stores/postgres/pool'
import { LogBook, until } from '../../stores/doubles'
import { Proxy } from '../../stores/proxy'
import { freshLedger, NEVER } from './support/ledger'
import { book, boxPlan, close, patiently, resultOf } from './support/trades'

const ledger = freshLedger()
const plan: BoxPlan = boxPlan()
/** Cuts the connections that are in use for what is said: the pool would only notice an idle one when it next takes it. */
const cutThose = (which: string): Promise<unknown> =>
  ledger().column(`select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid() and state <> 'idle' and ${which}`)
const pidOf = async (transaction: Transaction): Promise<number> =>
  (await transaction.query<{ pid: number }>('select pg_backend_pid() as pid')).rows[0]?.pid ?? 0

describe('a ledger that cannot be reached', () => {
  it('is called by its name in everything that is asked of it', async () => {
    const proxy = await Proxy.to(ledger().url)
    proxy.set('down')
    const database = openDatabase(`postgres://postgres@${proxy.address}/none`, new LogBook())
    const away = createLedger(database, () => NO_SESSIONS, ledger().clock)
    const questions = [
      () => away.reserve(plan, 'run', NEVER),
      () => away.book(plan.tradeId, plan.legs[0].order, [], null, NEVER),
      () => away.close(resultOf(plan, 'missed'), 'run', NEVER),
      () => readLimits(database),
    ]
    for (const ask of questions) await expect(ask()).rejects.toThrow(LedgerUnreachable)
    await database.end()
    await proxy.close()
  })

  it('is a wrong port as well', async () => {
    const database = openDatabase('postgres://postgres@127.0.0.1:1/none', new LogBook())
    await expect(transact(database, NEVER, async () => undefined)).rejects.toThrow(LedgerUnreachable)
    await database.end()
  })
})

describe('a connection that is cut', () => {
  it('between two statements of a transaction undoes all of it, and the process lives', async () => {
    const cut = transact(ledger().database, NEVER, async (transaction) => {
      await transaction.query(`insert into tombstone values ('t1', 1)`)
      const pid = await pidOf(transaction)
      await cutThose(`pid = ${pid}`)
      await until(
        'the backend is gone',
        async () => (await ledger().column('select 1 from pg_stat_activity where pid = $1', [pid])).length === 0,
      )
      await new Promise((resolve) => setImmediate(resolve)) // lets the socket tell its end while no statement is under way
      await transaction.query('select 1')
    })
    await expect(cut).rejects.toThrow(LedgerUnreachable)
    expect(await ledger().column('select count(*) from tombstone')).toEqual([0])
  })

  it('during a statement is an outage, and the next question is answered', async () => {
    const cut = transact(ledger().database, NEVER, (transaction) => transaction.query('select pg_sleep(4)'))
    const expected = expect(cut).rejects.toThrow(LedgerUnreachable)
    await until(
      'it sleeps',
      async () => (await ledger().column(`select 1 from pg_stat_activity where query like 'select pg_sleep%'`)).length === 1,
    )
    await cutThose(`query like 'select pg_sleep%'`)
    await expected
    expect((await patiently(() => ledger().ledger.reserve(plan, 'run', NEVER))).kind).toBe('granted')
  })

  it('loses no money when the same is asked again: every write is idempotent', async () => {
    const [{ order: first }] = plan.legs
    const steps: readonly (() => Promise<unknown>)[] = [
      () => ledger().ledger.reserve(plan, 'run', NEVER),
      () => book(ledger(), first, { fee: '1.7052' }),
      () => close(ledger(), resultOf(plan, 'held', { held: '100' })),
    ]
    for (const step of steps) {
      const cut = step().catch((error: unknown) => error)
      await cutThose('true')
      const answer = await cut
      if (answer instanceof Error) expect(answer).toBeInstanceOf(LedgerUnreachable)
      await patiently(step)
    }
    expect(await ledger().balances()).toMatchObject({ 'cash:kalshi': 956.2948, 'cash:forecastex': 1000 })
  })
})

describe('a transaction', () => {
  it('is not begun for somebody who no longer waits', async () => {
    const work = jest.fn()
    await expect(transact(ledger().database, AbortSignal.abort(new Error('gave up')), work)).rejects.toThrow('gave up')
    expect(work).not.toHaveBeenCalled()
  })

  it('that says it did nothing runs again, at most five times', async () => {
    const failing = (attempts: number): jest.Mock => {
      const serialization = Object.assign(new Error('could not serialize access'), { code: '40001' })
      return jest.fn(async () => (failing.calls++ < attempts ? Promise.reject(serialization) : 'done'))
    }
    failing.calls = 0
    const twice = failing(2)
    expect(await transact(ledger().database, NEVER, twice)).toBe('done')
    expect(twice).toHaveBeenCalledTimes(3)
    failing.calls = 0
    const always = failing(9)
    await expect(transact(ledger().database, NEVER, always)).rejects.toThrow('could not serialize access')
    expect(always).toHaveBeenCalledTimes(5)
  })

  it('that two others block for ever is broken up by Postgres and repeated', async () => {
    const { database } = ledger()
    await database.query(`insert into balance values ('transit', 0), ('suspense:kalshi', 0)`)
    const take = (...accounts: readonly [string, string]): Promise<void> =>
      transact(database, NEVER, async (transaction) => {
        for (const account of accounts) {
          await transaction.query('select 1 from balance where account = $1 for update', [account])
          await until('both hold one', async () => ++held >= 0)
        }
      })
    let held = 0
    await Promise.all([take('transit', 'suspense:kalshi'), take('suspense:kalshi', 'transit')])
    expect(held).toBeGreaterThanOrEqual(4)
  })

  it('throws what is wrong with the work itself, after a rollback', async () => {
    const work = transact(ledger().database, NEVER, async (transaction) => {
      await transaction.query(`insert into tombstone values ('t1', 1)`)
      throw new RangeError('a bug')
    })
    await expect(work).rejects.toThrow(new RangeError('a bug'))
    expect(await ledger().column('select count(*) from tombstone')).toEqual([0])
  })

  it('never loses a digit: a sum beyond the safe integers throws', async () => {
    await expect(ledger().database.query('select 9007199254740993::bigint')).rejects.toThrow('not a safe integer')
    await expect(ledger().column('select 9007199254740991::bigint')).resolves.toEqual([9_007_199_254_740_991])
  })
})
