import { randomUUID } from 'node:crypto'
import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { readRecordFile } from '../../../src/config/record'
import { migratedText } from '../../../src/cli/verbs/record/migrate'
import { migrateAll, pendingOfLedger } from '../../../src/operator/record/migrate'
import { openDatabase, type Database } from '../../../src/stores/postgres/pool'
import { applyKeep } from '../../../src/stores/questdb/keep'
import { migrateQuestdb, pendingMigrations } from '../../../src/stores/questdb/migrate'
import { LogBook, temporaryDirectory, until } from '../../stores/doubles'
import { onServer, urlOf } from '../ledger/support/ledger'
import { LIMIT_MS, questdb, run, select } from './support/questdb'

jest.setTimeout(2 * LIMIT_MS)
const soon = (): AbortSignal => AbortSignal.timeout(LIMIT_MS)
const TABLES = [
  ...[
    'arb_opportunities',
    'decisions',
    'executions',
    'feed_states',
    'forecastex_ticks',
    'kalshi_markets',
    'kalshi_orderbook',
    'kalshi_ticks',
  ],
  ...['kalshi_trades', 'latency', 'paper_shadow', 'signal_books', 'signals', 'spreads', 'sportsbook_odds'],
]
const VIEWS = ['kalshi', 'forecastex']
  .flatMap((venue) => ['1s', '1m', '1h'].map((bar) => `${venue}_bars_${bar}`))
  .concat('opportunity_stats_1d')

describe('the tables', () => {
  it('are made once, by two at a time too: WAL, dedup keys, a partition a day', async () => {
    await Promise.all([migrateQuestdb(questdb.httpUrl, soon()), migrateQuestdb(questdb.httpUrl, soon())])
    expect(await migrateQuestdb(questdb.httpUrl, soon())).toEqual([])
    const tables = await select('SELECT table_name, walEnabled, dedup, partitionBy, matView FROM tables() WHERE walEnabled')
    const wanted = [...TABLES.map((name) => [name, true, true, 'DAY', false]), ...VIEWS.map((name) => [name, true, false, 'DAY', true])]
    expect(tables).toEqual(expect.arrayContaining(wanted))
  })

  it('are those of the configuration, each with the time it is kept', async () => {
    const keep = readRecordFile(temporaryFolder).keep_days
    expect(Object.keys(keep).toSorted()).toEqual([...TABLES, ...VIEWS].toSorted())
    expect(readRecordFile(path.join(__dirname, '..', '..', '..', 'config')).keep_days).toEqual(keep)
  })
})
const temporaryFolder = temporaryDirectory()

describe('how long a table is kept', () => {
  const table = `keep_${randomUUID().replaceAll('-', '')}`
  const ttl = async (): Promise<unknown> => (await select(`SELECT ttlValue, ttlUnit FROM tables() WHERE table_name = '${table}'`))[0]
  afterAll(() => run(`DROP TABLE IF EXISTS ${table}`))

  it('is set of a view too', async () => {
    const view = `${table}_view`
    const ofView = async (): Promise<unknown> =>
      (await select(`SELECT ttlValue, ttlUnit, matView FROM tables() WHERE table_name = '${view}'`))[0]
    await run(`CREATE TABLE ${table}_base (ts TIMESTAMP, a LONG) TIMESTAMP(ts) PARTITION BY DAY WAL`)
    await run(`CREATE MATERIALIZED VIEW ${view} AS (SELECT ts, sum(a) a FROM ${table}_base SAMPLE BY 1h) PARTITION BY DAY TTL 30 DAYS`)
    expect(await applyKeep(questdb.httpUrl, { [view]: 30 }, soon())).toEqual([])
    expect(await applyKeep(questdb.httpUrl, { [view]: 14 }, soon())).toEqual([{ table: view, days: 14 }])
    await until('it is set', async () => JSON.stringify(await ofView()) === '[2,"WEEK",true]')
    expect(await applyKeep(questdb.httpUrl, { [view]: 14 }, soon())).toEqual([])
    await run(`DROP MATERIALIZED VIEW ${view}`)
    await run(`DROP TABLE ${table}_base`)
  })

  it('is set where it is different, and for ever with 0', async () => {
    await run(`CREATE TABLE ${table} (ts TIMESTAMP) TIMESTAMP(ts) PARTITION BY DAY TTL 90 DAYS WAL`)
    expect(await applyKeep(questdb.httpUrl, { [table]: 90, no_such_table: 1 }, soon())).toEqual([])
    expect(await applyKeep(questdb.httpUrl, { [table]: 14 }, soon())).toEqual([{ table, days: 14 }])
    await until('it is set', async () => JSON.stringify(await ttl()) === '[2,"WEEK"]')
    expect(await applyKeep(questdb.httpUrl, { [table]: 14 }, soon())).toEqual([])
    expect(await applyKeep(questdb.httpUrl, { [table]: 0 }, soon())).toEqual([{ table, days: 0 }])
    await until('it is for ever', async () => JSON.stringify((await ttl()) as unknown[]).startsWith('[0,'))
    expect(await applyKeep(questdb.httpUrl, { [table]: 0 }, soon())).toEqual([])
  })
})

describe('a migration', () => {
  const dir = temporaryDirectory()
  const table = `test_${randomUUID().replaceAll('-', '')}`
  const series = { dir, table: `${table}_migrations` }
  const migrate = (): Promise<readonly string[]> => migrateQuestdb(questdb.httpUrl, soon(), series)
  afterAll(() => Promise.all([run(`DROP TABLE IF EXISTS ${table}`), run(`DROP TABLE IF EXISTS ${series.table}`)]))

  it('is told before it is applied', async () => {
    writeFileSync(
      path.join(dir, '001_a.sql'),
      `-- a comment; with a semicolon\nCREATE TABLE IF NOT EXISTS ${table} (\n  a LONG -- of what\n);\n`,
    )
    expect((await pendingMigrations(questdb.httpUrl, soon(), series)).map(({ name }) => name)).toEqual(['001_a.sql'])
    expect(await select(`SELECT count() FROM tables() WHERE table_name LIKE '${table}%'`)).toEqual([[0]])
  })

  it('is applied once and may not change afterwards', async () => {
    expect([await migrate(), await migrate()]).toEqual([['001_a.sql'], []])
    appendFileSync(path.join(dir, '001_a.sql'), '-- more')
    await expect(migrate()).rejects.toThrow('001_a.sql was changed after it was applied')
  })

  it('is applied again where its table was dropped, and noted once', async () => {
    const [fresh, kept] = [path.join(dir, 'dropped'), `${series.table}_dropped`]
    mkdirSync(fresh)
    const own = { dir: fresh, table: kept }
    const name = `${table}_dropped`
    writeFileSync(
      path.join(fresh, '001_a.sql'),
      `CREATE TABLE IF NOT EXISTS ${name} (ts TIMESTAMP) TIMESTAMP(ts) PARTITION BY DAY TTL 9 DAYS WAL;`,
    )
    writeFileSync(path.join(fresh, '002_b.sql'), `-- more\nALTER TABLE ${name} ADD COLUMN IF NOT EXISTS b LONG;`)
    const files = ['001_a.sql', '002_b.sql']
    expect(await migrateQuestdb(questdb.httpUrl, soon(), own)).toEqual(files)
    await run(`DROP TABLE ${name}`)
    expect(await migrateQuestdb(questdb.httpUrl, soon(), own)).toEqual(files)
    expect(await migrateQuestdb(questdb.httpUrl, soon(), own)).toEqual([])
    expect(await select(`SELECT "column" FROM table_columns('${name}')`)).toEqual([['ts'], ['b']])
    expect(await select(`SELECT count() FROM ${kept}`)).toEqual([[2]])
    await run(`DROP TABLE ${name}`)
    await run(`CREATE TABLE ${name} (b LONG, timestamp TIMESTAMP) TIMESTAMP(timestamp) PARTITION BY DAY WAL`) // as a server does for a row
    await expect(migrateQuestdb(questdb.httpUrl, soon(), own)).rejects.toThrow(
      `${name} was dropped, and made by a row that came after, without its keys`,
    )
    await Promise.all([run(`DROP TABLE ${name}`), run(`DROP TABLE ${kept}`)])
  })

  it('of a newer version is a sentence that names it', async () => {
    rmSync(path.join(dir, '001_a.sql'))
    await expect(migrate()).rejects.toThrow('made by a newer version of Crossbook, which has applied 001_a.sql: install that version')
  })

  it('is refused under another name or when it is wrong', async () => {
    const other = { dir: path.join(dir, 'other'), table: series.table.replace('test', 'other') }
    mkdirSync(other.dir)
    writeFileSync(path.join(other.dir, '901_wrong.sql'), 'CREATE TABEL x (a LONG);')
    await expect(migrateQuestdb(questdb.httpUrl, soon(), other)).rejects.toThrow(/in: CREATE TABEL x/)
    writeFileSync(path.join(other.dir, 'notes.txt'), '')
    await expect(migrateQuestdb(questdb.httpUrl, soon(), other)).rejects.toThrow('notes.txt is not named NNN_name.sql')
    await run(`DROP TABLE ${other.table}`)
  })
})

describe('both schemas', () => {
  const name = `crossbook_${randomUUID().replaceAll('-', '')}`
  const keep = readRecordFile(temporaryFolder).keep_days
  let database: Database
  beforeAll(async () => {
    await onServer(`create database ${name}`)
    database = openDatabase(urlOf(name), new LogBook())
  })
  afterAll(async () => {
    await database.end()
    await onServer(`drop database ${name} with (force)`)
  })
  /** The tool is an ES module, which jest does not load: here it only notes what it would have applied (test/integration/ledger/migrate). */
  const tool = async (): Promise<readonly string[]> => {
    const pending = await pendingOfLedger(database)
    await database.query('create table if not exists schema_migration (id serial, name text, run_on timestamp default now())')
    for (const each of pending) await database.query('insert into schema_migration (name) values ($1)', [each])
    return pending
  }
  const all = (dryRun: boolean): ReturnType<typeof migrateAll> =>
    migrateAll({ database, migrateLedger: tool, questdbUrl: questdb.httpUrl, keep }, dryRun)

  it('are told and then applied', async () => {
    const told = await all(true)
    expect(told.ledger.length).toBeGreaterThan(15)
    expect(await all(true)).toEqual(told)
    expect(migratedText(told, true)).toMatch(/^ledger: would apply 20261122000000000_ledger, /)
    expect((await all(false)).ledger).toEqual(told.ledger)
    expect(await all(false)).toEqual({ ledger: [], record: { applied: [], kept: [] } })
    expect(migratedText(await all(false), false)).toBe('ledger: up to date\nrecord: up to date')
  })

  it('of a newer ledger are left alone, with a sentence', async () => {
    await database.query(`insert into schema_migration (name) values ('29990101000000000_later')`)
    await expect(all(false)).rejects.toThrow(
      'the ledger was made by a newer version of Crossbook, which has applied 29990101000000000_later',
    )
    await expect(all(true)).rejects.toThrow('install that version')
  })

  it('without a record are the ledger alone', async () => {
    await database.query(`delete from schema_migration where name like '2999%'`)
    const done = await migrateAll({ database, migrateLedger: tool, questdbUrl: null, keep }, false)
    expect(migratedText(done, false)).toBe('ledger: up to date\nrecord: this stack keeps none')
  })
})
