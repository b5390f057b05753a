import { NEVER, freshLedger, type TestLedger } from './support/ledger'
import { transact } from '../../../src/stores/postgres/pool'

const ledger = freshLedger()

/** ledger_post as SQL sees it: legs as account and micro-dollars. */
const post = (world: TestLedger, id: string, legs: Readonly<Record<string, number>>): Promise<unknown> =>
  transact(world.database, NEVER, async (transaction) => {
    const posted = await transaction.query<{ posted: boolean }>('select ledger_post($1, $2, null, 1, $3, $4, $5) as posted', [
      id,
      'test',
      '{}',
      Object.keys(legs),
      Object.values(legs),
    ])
    return posted.rows[0]?.posted
  })

describe('ledger_post', () => {
  it('posts what sums to zero, and keeps the balances', async () => {
    expect(await post(ledger(), 'a', { 'suspense:kalshi': 10_000_000, 'cash:kalshi': -10_000_000 })).toBe(true)
    expect(await ledger().balances()).toEqual({
      'cash:forecastex': 1000,
      'cash:kalshi': 990,
      'equity:capital': -2000,
      'suspense:kalshi': 10,
    })
  })

  it.each([[{ 'cash:kalshi': 1 }], [{ 'cash:kalshi': 5, 'suspense:kalshi': -4 }], [{}]])('refuses %j, which does not', async (legs) => {
    await expect(post(ledger(), 'a', legs)).rejects.toThrow('does not sum to zero')
    expect(await ledger().column('select count(*) from transfer')).toEqual([2])
  })

  it('posts an id once, whatever it says the second time', async () => {
    await post(ledger(), 'a', { 'suspense:kalshi': 1, 'cash:kalshi': -1 })
    expect(await post(ledger(), 'a', { 'suspense:kalshi': 2, 'cash:kalshi': -2 })).toBe(false)
    expect(await ledger().balances()).toMatchObject({ 'suspense:kalshi': 0.000001 })
  })

  it('adds up several legs of one account', async () => {
    const legs = [
      ['cash:kalshi', 'cash:kalshi', 'suspense:kalshi'],
      [-3, 1, 2],
    ]
    await ledger().database.query(`select ledger_post('a', 'test', null, 1, '{}', $1, $2)`, legs)
    expect(await ledger().balances()).toMatchObject({ 'cash:kalshi': 999.999998, 'suspense:kalshi': 0.000002 })
  })

  it.each(['cash:kalshi', 'reserved:kalshi', 'position:kalshi:M:yes', 'receivable:coupon:kalshi'])(
    'never overdraws %s',
    async (account) => {
      await expect(post(ledger(), 'a', { [account]: -1_000_000_001, transit: 1_000_000_001 })).rejects.toThrow('balance_not_negative')
      expect(await ledger().column(`select id from transfer where id = 'a'`)).toEqual([])
    },
  )

  it('lets income, suspense and transit be owed', async () => {
    await post(ledger(), 'a', { 'cash:kalshi': 3, transit: -1, 'suspense:kalshi': -1, 'income:trading:kalshi': -1 })
  })
})

describe('history', () => {
  it.each(['transfer', 'posting', 'audit'])('%s is append-only', async (table) => {
    const { database } = ledger()
    await database.query(`insert into audit (at_ms, by_name, role, action, detail) values (1, 'me', 'operator', 'halt', '{}')`)
    const column = table === 'posting' ? 'seq' : 'at_ms'
    await expect(database.query(`update ${table} set ${column} = 7`)).rejects.toThrow('append-only')
    await expect(database.query(`delete from ${table}`)).rejects.toThrow('append-only')
    await expect(database.query(`truncate ${table} cascade`)).rejects.toThrow('append-only')
  })
})

describe('posters at the same time', () => {
  it('take accounts in opposite order and never wait for each other for ever', async () => {
    const pairs = Array.from({ length: 40 }, (_, i) => {
      const legs: [string, number][] = [
        ['cash:kalshi', -1],
        ['suspense:kalshi', 1],
        ['equity:capital', -1],
        ['transit', 1],
      ]
      return post(ledger(), `t${i}`, Object.fromEntries(i % 2 ? legs : legs.reverse()))
    })
    expect(await Promise.all(pairs)).toEqual(Array(40).fill(true))
    expect(await ledger().balances()).toMatchObject({ 'suspense:kalshi': 0.00004, transit: 0.00004 })
    expect(await ledger().deadlocks()).toBe(0)
  })

  it('of one id post it once', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => post(ledger(), 'a', { 'cash:kalshi': -1, 'suspense:kalshi': 1 })))
    expect(answers.filter(Boolean)).toHaveLength(1)
  })
})
