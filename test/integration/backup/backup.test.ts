import { randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { Client } from 'pg'
import { marketId } from '../../../src/core/ids'
import { millis, money } from '../../../src/core/units'
import { verifyAudit } from '../../../src/operator/audit'
import { backUp, restore, type Restored } from '../../../src/operator/backup/backup'
import { changeHalt } from '../../../src/stores/postgres/halts'
import { recordProofs } from '../../../src/stores/postgres/facts/proofs'
import { settleMarket } from '../../../src/stores/postgres/settlement'
import { SERVER, NEVER, NOW, onServer, TestLedger, urlOf } from '../ledger/support/ledger'
import { boxPlan, lockedBox, open } from '../ledger/support/trades'
import { holding, losing } from '../ledger/risk/support'
import { migrateAt } from '../schema/support/migrating'

const BY = { name: 'o', role: 'operator' } as const
const source = `crossbook_${randomBytes(6).toString('hex')}`
const into = `${source}_copy`
let dir: string
let world: TestLedger
let file: string

const backUpNow = (atMs: number = NOW, keep = 14): ReturnType<typeof backUp> => backUp(urlOf(source), dir, keep, millis(atMs), NEVER)
const restoreFrom = (from: string, name = into): Promise<Restored> =>
  restore(from, { into: name, owner: SERVER, migrate: migrateAt, log: world.log }, NEVER)
const exists = async (name: string): Promise<boolean> =>
  (await world.column('select 1 from pg_database where datname = $1', [name])).length > 0

/** Trades that are paid, held, lost and running, a halt, an observation: something in most tables. */
async function use(): Promise<void> {
  for (const venue of ['kalshi', 'forecastex'] as const) await world.deposit(venue, '1000')
  await lockedBox(world)
  await settleMarket(world.database, 'kalshi', marketId('KXU3-T4'), money(1), world.nowMs, NEVER)
  await losing(world, { id: 't2', subject: 's2', kalshi: 'K2', forecastex: '802' })
  await holding(world, { id: 't3', subject: 's3', kalshi: 'K3', forecastex: '803' })
  await open(world, boxPlan({ id: 't4', subject: 's4', kalshi: 'K4', forecastex: '804' }))
  await changeHalt(world.database, 'all', true, BY, 'a "quoted"\nreason — µ$', world.nowMs, NEVER)
  const proof = {
    fact: 'kalshi.fees',
    value: '7',
    environment: 'demo',
    evidence: 'seen',
    sha256: null,
    atMs: NOW,
    expiresMs: millis(NOW + 1),
  }
  await recordProofs(world.database, [proof as never], BY, NEVER)
}

beforeAll(async () => {
  await onServer(`create database ${source}`)
  await migrateAt(urlOf(source))
  world = new TestLedger(urlOf(source))
  await use()
})
beforeEach(async () => {
  dir = mkdtempSync(path.join(tmpdir(), 'crossbook-backup-'))
  file = (await backUpNow()).file
})
afterEach(async () => {
  await onServer(`drop database if exists ${into} with (force)`)
  rmSync(dir, { recursive: true, force: true })
})
afterAll(async () => {
  await world.database.end()
  await onServer(`drop database ${source} with (force)`)
})

/** Every row of every table, as Postgres writes it. */
async function allRows(url: string): Promise<Readonly<Record<string, unknown>>> {
  const client = new Client({ connectionString: url })
  await client.connect()
  const tables = await client.query<{ name: string }>(
    `select tablename as name from pg_tables where schemaname = 'public' and tablename <> 'schema_migration' order by 1`,
  )
  const rows: Record<string, unknown> = {}
  for (const { name } of tables.rows) rows[name] = (await client.query(`select t::text as row from ${name} t order by 1`)).rows
  await client.end()
  return rows
}
/** The backup with its lines changed. */
function altered(change: (text: string) => string): string {
  const other = path.join(dir, 'altered.gz')
  writeFileSync(other, gzipSync(change(gunzipSync(readFileSync(file)).toString())))
  return other
}

describe('a backup of a used ledger', () => {
  it('is restored as it was: every table equal, ledger and chain proven', async () => {
    const done = await restoreFrom(file)
    expect(done).toMatchObject({ ledger: { sumMicros: 0, violations: [] }, chain: [] })
    expect(await allRows(urlOf(into))).toEqual(await allRows(urlOf(source)))
    expect(done.rows).toBeGreaterThan(80)
  })

  it('and the copy lives on: new trades, new links of the chain, new numbers', async () => {
    await restoreFrom(file)
    const copy = new TestLedger(urlOf(into))
    try {
      await changeHalt(copy.database, 'all', false, BY, 'restored', copy.nowMs, NEVER)
      await lockedBox(copy, { id: 't9', subject: 's9', kalshi: 'K9', forecastex: '809' })
      await copy.expectSound()
      expect(await verifyAudit(copy.database, null)).toMatchObject({ violations: [] })
      await expect(copy.database.query('delete from transfer')).rejects.toThrow('append-only')
    } finally {
      await copy.database.end()
    }
  })

  it('is of one moment, although trades go on', async () => {
    const trades = Array.from({ length: 6 }, (_, n) => ({ id: `w${n}`, subject: `w${n}`, kalshi: `KW${n}`, forecastex: `${900 + n}` }))
    await changeHalt(world.database, 'all', false, BY, 'go on', world.nowMs, NEVER)
    const trading = (async () => {
      for (const terms of trades) await lockedBox(world, { ...terms, contracts: '10', kalshiCost: '8', forecastexCost: '8' })
    })()
    const during = await backUpNow(NOW + 1)
    await trading
    expect(await restoreFrom(during.file)).toMatchObject({ ledger: { violations: [] }, chain: [] })
  })
})

describe('a restore', () => {
  it.each<[string, () => string, RegExp]>([
    ['a file that is cut off', () => altered((text) => text.slice(0, text.lastIndexOf('#'))), /is cut off/],
    [
      'a row that was changed',
      () => altered((text) => text.replace('"by_name": "o"', '"by_name": "p"')),
      /is not what it was.*nothing was restored/,
    ],
    [
      'a row that was removed',
      () => altered((text) => text.replace(/\{[^\n]*"fact": "kalshi.fees"[^\n]*\n/, '')),
      /is not what it was: \d+ rows, the backup says \d+/,
    ],
    ['another schema', () => altered((text) => text.replace('_running-sums', '_other')), /is of schema .* restore it with the version/],
    ['a newer format', () => altered((text) => text.replace('"format":1', '"format":2')), /no backup that this version can read/],
    ['lines after its end', () => altered((text) => `${text}{}\n`), /goes on after its end/],
    ['something else', () => altered(() => 'hello\n'), /is no backup of a ledger/],
  ])('refuses %s, and leaves no database behind', async (_what, from, sentence) => {
    await expect(restoreFrom(from())).rejects.toThrow(sentence)
    expect(await exists(into)).toBe(false)
  })

  it('refuses a file whose bytes are damaged', async () => {
    const bytes = readFileSync(file)
    writeFileSync(path.join(dir, 'half.gz'), bytes.subarray(0, bytes.length / 2))
    await expect(restoreFrom(path.join(dir, 'half.gz'))).rejects.toThrow(/cannot be read: unexpected end of file/)
  })

  it('touches nothing before the file is known to be whole: the same target takes a good one afterwards', async () => {
    await onServer(`create database ${into}`)
    const cut = altered((text) => text.slice(0, text.lastIndexOf('#')))
    await expect(restoreFrom(cut, urlOf(into))).rejects.toThrow('is cut off')
    await expect(restoreFrom(file, urlOf(into))).resolves.toMatchObject({ chain: [] })
  })

  it('compares moments, not how a server of another time zone writes them; and tells no password', async () => {
    await onServer(`create database ${into}`)
    await onServer(`alter database ${into} set timezone to 'Asia/Tokyo'`)
    const target = Object.assign(new URL(urlOf(into)), { password: 'hunter2' }).href
    const done = await restoreFrom(file, target)
    expect(done).toMatchObject({ chain: [] })
    expect(JSON.stringify(done)).not.toContain('hunter2')
  })

  it('never writes over a ledger', async () => {
    await expect(restoreFrom(file, urlOf(source))).rejects.toThrow('the database is not empty')
    await expect(restoreFrom(file, source)).rejects.toThrow('already exists')
    await expect(restoreFrom(file, 'Not a name')).rejects.toThrow('--into Not a name: give a new database a name')
    await world.expectSound()
  })
})

describe('what is kept', () => {
  it('is the newest, and files of others', async () => {
    writeFileSync(path.join(dir, 'notes.txt'), 'mine')
    for (const n of [1, 2, 3]) await backUpNow(NOW + n, 2)
    const names = readdirSync(dir).toSorted()
    expect(names).toEqual(['ledger-20261121T170000002Z.jsonl.gz', 'ledger-20261121T170000003Z.jsonl.gz', 'notes.txt'])
    await expect(backUpNow(NOW, 0)).rejects.toThrow('at least the backup that is made now is kept')
  })

  it('is the one just made, also when a clock that was set back has left later ones; what a killed run left goes', async () => {
    await backUpNow(NOW + 5, 1)
    const left = path.join(dir, 'ledger-20200101T000000000Z.jsonl.gz.making')
    writeFileSync(left, '')
    utimesSync(left, 0, 0)
    const { file: made } = await backUpNow(NOW + 1, 1)
    expect(readdirSync(dir).toSorted()).toEqual([path.basename(made), 'ledger-20261121T170000005Z.jsonl.gz'])
  })

  it('stays when a backup fails, and nothing of that is left', async () => {
    await expect(backUp(urlOf('postgres'), dir, 1, millis(NOW + 9), NEVER)).rejects.toThrow('there is no ledger in this database')
    expect(readdirSync(dir)).toEqual([path.basename(file)])
  })
})
