import { randomBytes } from 'node:crypto'
import { Client } from 'pg'
import { marketId } from '../../../src/core/ids'
import { money } from '../../../src/core/units'
import { APP, asRole, handOver, MIGRATOR } from '../../../src/stack/servers/roles'
import { keepFindings, liftThrottle } from '../../../src/stores/postgres/calibration/standings'
import { changeHalt } from '../../../src/stores/postgres/halts'
import { openDrill } from '../../../src/stores/postgres/drills/drills'
import { settleMarket } from '../../../src/stores/postgres/settlement'
import { repairOwners } from '../../../src/stores/postgres/owners'
import { freshLedger, NEVER, onServer, TestLedger, urlOf } from '../ledger/support/ledger'
import { lockedBox } from '../ledger/support/trades'
import { migrateAt } from './support/migrating'

const ledger = freshLedger()
const READER = 'crossbook_reader'
const BY = { name: 'o', role: 'operator' } as const

async function as(role: string, statement: string, url = ledger().url): Promise<readonly unknown[]> {
  const client = new Client({ connectionString: asRole(url, role) })
  await client.connect()
  const read = await client.query<unknown[]>({ text: statement, rowMode: 'array' }).finally(() => client.end())
  return read.rows.map(([first]) => first)
}

/** What the product does in a day, by a connection of its own role. */
async function liveAs(role: string, url: string): Promise<void> {
  const world = new TestLedger(asRole(url, role))
  try {
    await lockedBox(world, { id: 'app1', subject: 'u7', kalshi: 'KXU7', forecastex: '757' })
    await settleMarket(world.database, 'kalshi', marketId('KXU7'), money(1), world.nowMs, NEVER)
    await settleMarket(world.database, 'forecastex', marketId('757'), money(1), world.nowMs, NEVER)
    await changeHalt(world.database, 'all', true, BY, 'why', world.nowMs, NEVER)
    await openDrill(world.database, 'r', { drillId: 'd1', mode: 'sim', by: BY, shards: ['a'], startedMs: world.nowMs } as never, NEVER)
    const rule = { days: 180, minGames: 50, confidence: 95, maxGap: 0.03, share: 0.25 } as const
    const finding = { profile: 'P', fromMs: world.nowMs, judged: { kind: 'fails', reasons: ['it lost'] }, figures: {} } as const
    await keepFindings(world.database, { run: 'r', mode: 'sim', atMs: world.nowMs, rule, by: BY }, [finding], NEVER)
    await liftThrottle(world.database, { mode: 'sim', profile: 'P', reason: 'why', by: BY, atMs: world.nowMs }, NEVER)
    await repairOwners(world.database, NEVER)
    await world.expectSound()
  } finally {
    await world.database.end()
  }
}

describe('crossbook_app', () => {
  it('does all that the product does', () => liveAs(APP, ledger().url))

  it.each([
    ['drop a table', 'drop table claim'],
    ['make one', 'create table mine (n integer)'],
    ['change the shape of one', 'alter table trade add column mine text'],
    ['switch a trigger off', 'alter table transfer disable trigger all'],
    ['switch every trigger off', 'set session_replication_role = replica'],
    ['change a transfer', `update transfer set kind = 'x'`],
    ['delete a transfer', 'delete from transfer'],
    ['change a posting', 'update posting set amount_micros = 1'],
    ['delete a posting', 'delete from posting'],
    ['delete a trade', 'delete from trade'],
    ['delete a fill', 'delete from fill'],
    ['delete an order', 'delete from order_intent'],
    ['change the audit', `update audit set by_name = 'x'`],
    ['delete from the audit', 'delete from audit'],
    ['empty the audit', 'truncate audit'],
    ['change the chain', 'update audit_chain set seq = 1'],
    ['be somebody else', 'set role postgres'],
    ['grant anything', 'select grant_to_roles()'],
  ])('may not %s', async (_what, statement) => {
    await expect(as(APP, statement)).rejects.toThrow(/permission denied|must be owner|no privileges/)
  })
})

describe('crossbook_reader', () => {
  it('reads every table, and writes none', async () => {
    const tables = (await ledger().column(
      `select relname from pg_class where relkind in ('r', 'v') and relnamespace = 'public'::regnamespace`,
    )) as string[]
    expect(tables.length).toBeGreaterThan(40)
    for (const table of tables) await as(READER, `select count(*) from ${table}`)
    const mayWrite = `select relname from pg_class where relkind in ('r', 'v') and relnamespace = 'public'::regnamespace
      and (has_table_privilege('${READER}', oid, 'insert') or has_table_privilege('${READER}', oid, 'update') or has_table_privilege('${READER}', oid, 'delete') or has_table_privilege('${READER}', oid, 'truncate'))`
    expect(await ledger().column(mayWrite)).toEqual([])
    const posting = `select ledger_post('x', 'test', null, 1, '{}', array['cash:kalshi', 'suspense:kalshi'], array[1::bigint, -1])`
    await expect(as(READER, posting)).rejects.toThrow('permission denied')
  })
})

it('the app deletes claims and old answers of the API, and nothing else', async () => {
  const deletes = `select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace and has_table_privilege('${APP}', oid, 'delete')`
  expect(await ledger().column(`${deletes} order by 1`)).toEqual(['api_write', 'claim'])
})

it('append-only tables, and no others, are closed to changes by the app', async () => {
  const closed = `select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace and not has_table_privilege('${APP}', oid, 'update') order by 1`
  expect(await ledger().column(closed)).toEqual([
    ...[
      'audit',
      'audit_chain',
      'calibration',
      'calibration_lift',
      'certificate',
      'fact_proof',
      'fact_withdrawal',
      'market_answer',
      ...['paper_fill', 'paper_move', 'paper_payout'],
      'posting',
      'rule_text',
      'tie_out',
      'trade_result',
      'transfer',
    ],
  ])
})

describe('a server of ours', () => {
  let url: string
  beforeEach(async () => {
    const name = `crossbook_${randomBytes(6).toString('hex')}`
    await onServer(`create database ${name}`)
    url = urlOf(name)
  })
  afterEach(() => onServer(`drop database ${new URL(url).pathname.slice(1)} with (force)`))

  const migrateBy = (role: string): Promise<number> => migrateAt(asRole(url, role))
  async function handOverAll(): Promise<void> {
    const client = new Client({ connectionString: url })
    await client.connect()
    await handOver(client).finally(() => client.end())
  }
  const OWNERS = `select distinct o::regrole::text from (select relowner as o from pg_class where relnamespace = 'public'::regnamespace
    union select proowner from pg_proc where pronamespace = 'public'::regnamespace) x`

  it('is migrated by its migrator, and lived in by the app, from its first start', async () => {
    await handOverAll()
    expect(await migrateBy(APP)).toBeGreaterThan(15)
    expect(await as(READER, OWNERS, url)).toEqual([MIGRATOR])
    const world = new TestLedger(url)
    for (const venue of ['kalshi', 'forecastex'] as const) await world.deposit(venue, '1000')
    await world.database.end()
    await liveAs(APP, url)
  })

  it('that an earlier start has left to the superuser goes on, twice', async () => {
    await migrateBy('postgres')
    await handOverAll()
    await handOverAll()
    expect(await as(READER, OWNERS, url)).toEqual([MIGRATOR])
    expect(await migrateBy(APP)).toBe(0)
    // a server of one's own, with passwords: nothing to do needs no right to do it
    expect(await migrateAt(Object.assign(new URL(asRole(url, APP)), { password: 'any' }).href)).toBe(0)
    await as(MIGRATOR, 'alter table trade add column later text', url)
    await expect(as(APP, 'alter table trade drop column later', url)).rejects.toThrow('must be owner')
  })
})
