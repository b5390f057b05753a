import { acquireLease, openLeaseStore, releaseLease } from '../../../src/stores/postgres/lease'
import { LogBook, until } from '../../stores/doubles'
import { freshLedger, NEVER } from './support/ledger'

const ledger = freshLedger()
const NAME = 'trading-0'
const LONG_MS = 60_000
const take = (holder: string, ttlMs = LONG_MS, name = NAME): ReturnType<typeof acquireLease> =>
  acquireLease(ledger().database, name, holder, ttlMs)

describe('E19: a lease', () => {
  it('keeps its epoch while it is renewed', async () => {
    for (let i = 0; i < 3; i += 1) expect(await take('one')).toEqual({ epoch: 1 })
  })

  it('is refused to anybody else until it has expired by the clock of the database', async () => {
    await take('one', 300)
    expect(await take('two')).toBeNull()
    let successor: Awaited<ReturnType<typeof take>> = null
    await until('it expires', async () => (successor = await take('two')) !== null)
    expect(successor).toEqual({ epoch: 2 })
    expect(await take('one')).toBeNull()
  })

  it('lives as long as it was renewed for', async () => {
    await take('one', 100)
    await take('one', LONG_MS)
    const [left] = await ledger().column('select extract(epoch from expires_at - clock_timestamp())::int from lease')
    expect(left).toBeGreaterThan(50)
  })

  it('raises its epoch with every change of holder', async () => {
    for (const [i, holder] of ['one', 'two', 'one', 'two'].entries()) {
      expect(await take(holder)).toEqual({ epoch: i + 1 })
      await releaseLease(ledger().database, NAME, holder)
    }
  })

  it('is taken at once when it is released, and only its holder can release it', async () => {
    await take('one')
    await releaseLease(ledger().database, NAME, 'two')
    expect(await take('two')).toBeNull()
    await releaseLease(ledger().database, NAME, 'one')
    expect(await take('two')).toEqual({ epoch: 2 })
  })

  it('of another shard is another lease', async () => {
    await take('one')
    expect(await take('two', LONG_MS, 'trading-1')).toEqual({ epoch: 1 })
  })

  it('is given to one of many who ask at once', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => take(`holder ${i}`)))
    expect(answers.filter((lease) => lease !== null)).toEqual([{ epoch: 1 }])
  })
})

describe('E19: the lease on a connection of its own', () => {
  const withStore = async (work: (store: ReturnType<typeof openLeaseStore>) => Promise<void>): Promise<void> => {
    const store = openLeaseStore({ url: ledger().url, name: NAME, holder: 'one', log: new LogBook() })
    await work(store).finally(() => store.close())
  }

  it('is renewed while trades hold every other connection', () =>
    withStore(async (store) => {
      const { database } = ledger()
      const clients = await Promise.all(Array.from({ length: 10 }, () => database.connect()))
      expect(await store.acquire(LONG_MS, NEVER)).toEqual({ epoch: 1 })
      for (const client of clients) client.release()
    }))

  it('a question that hangs costs its connection, not the next question', () =>
    withStore(async (store) => {
      await store.acquire(LONG_MS, NEVER)
      const blocker = await ledger().database.connect()
      await blocker.query('begin; select * from lease for update')
      await expect(store.acquire(LONG_MS, NEVER)).rejects.toThrow(/timeout/)
      await blocker.query('rollback')
      blocker.release()
      expect(await store.acquire(LONG_MS, NEVER)).toEqual({ epoch: 1 })
      await store.release(NEVER)
      expect(await take('two')).toEqual({ epoch: 2 })
    }))
})
