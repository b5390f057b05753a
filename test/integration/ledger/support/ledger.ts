import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { Client } from 'pg'
import type { Venue } from '../../../../src/core/ids'
import type { Limits } from '../../../../src/core/risk/limits'
import type { SessionProof } from '../../../../src/core/risk/state'
import { millis, money, quantity, type Millis } from '../../../../src/core/units'
import type { Ledger } from '../../../../src/ports/ledger'
import { createLedger, openAccount } from '../../../../src/stores/postgres/ledger'
import { openDatabase, transact, type Database } from '../../../../src/stores/postgres/pool'
import { verifyLedger } from '../../../../src/stores/postgres/proof/verify'
import { LogBook, SettableClock } from '../../../stores/doubles'

export const { databaseUrl: SERVER } = JSON.parse(process.env['CROSSBOOK_TEST_SERVERS'] ?? '{}') as { databaseUrl: string }
const MIGRATIONS = path.join(__dirname, '..', '..', '..', '..', 'migrations', 'postgres')
/** Saturday noon in New York: far from the edges of a trading day. */
export const NOW = millis(Date.UTC(2026, 10, 21, 17))
export const NEVER = new AbortController().signal

/** Wide enough that a test meets only the limit it sets. */
export const WIDE: Limits = {
  version: 'wide',
  maxContractsPerTrade: quantity('1000'),
  firstContracts: quantity('1000'),
  firstCleanTrades: 0,
  nextContracts: quantity('1000'),
  nextCleanTrades: 0,
  maxPremiumPerTrade: money('10000'),
  maxContractsPerMarket: quantity('100000'),
  maxContractsPerEvent: quantity('100000'),
  maxContractsPerDay: quantity('1000000'),
  maxOpeningsPerMinute: 10_000,
  minOpeningGapMs: 0,
  maxOpeningsPerDay: 10_000,
  maxOpenTrades: 10_000,
  maxDailyLoss: money('10000'),
  maxWeeklyLoss: money('10000'),
  maxConsecutiveLosses: 1_000,
  breakerCoolDownMs: 1_800_000,
  lossBudgetPerTrade: money('1000'),
  maxUnpairedPremium: money('10000'),
  maxUnpairedPremiumTotal: money('100000'),
  maxUnpairedAgeMs: 3_600_000,
  maxUnpairedFirstLegs: 10_000,
  moreFirstLegsCleanTrades: 0,
  maxDustPerMarket: quantity('1000'),
  minCashPerVenue: money(0),
  coolDownMs: 0,
  minNetEdgePerContract: money(0),
  minExpectedValue: money(0),
  edgeMinPrice: money('0.01'),
  edgeMaxPrice: money('0.99'),
  maxSportShareBps: 10_000,
  entryLifeMs: 1_000,
  closeMarginMs: 0,
}

export const urlOf = (name: string): string => Object.assign(new URL(SERVER), { pathname: `/${name}` }).href

/** One statement on the server itself: databases are made and dropped from outside. */
export async function onServer(statement: string): Promise<void> {
  const client = new Client({ connectionString: SERVER })
  await client.connect()
  await client.query(statement).finally(() => client.end())
}

async function migrateUp(url: string): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  for (const file of readdirSync(MIGRATIONS).sort()) {
    const [up = ''] = readFileSync(path.join(MIGRATIONS, file), 'utf8').split('-- Down Migration')
    await client.query(up)
  }
  await client.end()
}

/** A ledger in a database of its own. */
export class TestLedger {
  readonly log = new LogBook()
  readonly clock = new SettableClock(NOW)
  readonly database: Database
  readonly ledger: Ledger
  /** What the next reserve is judged by. */
  limits: Limits = WIDE
  /** null: both venues have answered this moment. */
  sessions: SessionProof | null = null
  #inForce: { readonly limits: Limits; readonly written: Promise<void> } | null = null

  constructor(readonly url: string) {
    this.database = openDatabase(url, this.log)
    const ledger = createLedger(this.database, () => this.sessions ?? { kalshi: this.nowMs, forecastex: this.nowMs }, this.clock)
    this.ledger = {
      ...ledger,
      reserve: async (plan, runId, signal) => {
        await this.#putInForce()
        return ledger.reserve(plan, runId, signal)
      },
    }
  }

  #putInForce(): Promise<void> {
    if (this.#inForce?.limits === this.limits) return this.#inForce.written
    const { limits, database } = this
    const written = transact(database, NEVER, async (transaction) => {
      await transaction.query('update limits_version set active = false where active')
      await transaction.query(
        `insert into limits_version (version, body, by_name, at_ms, active, origin) values ($1, $2, 'test', 1, true, $1)
         on conflict (version) do update set body = excluded.body, active = true`,
        [limits.version, JSON.stringify(limits)],
      )
    })
    this.#inForce = { limits, written }
    written.catch(() => (this.#inForce = null))
    return written
  }

  get nowMs(): Millis {
    return this.clock.nowMs()
  }

  async deposit(venue: Venue, dollars: string): Promise<void> {
    await openAccount(this.database, venue, `account-${venue}`, [{ purse: venue, cash: money(dollars) }], this.nowMs, NEVER)
  }

  /** Every account that is not at zero, in dollars. */
  async balances(): Promise<Readonly<Record<string, number>>> {
    const read = await this.database.query<{ account: string; amount: number }>(
      'select account, amount_micros as amount from balance where amount_micros <> 0 order by account',
    )
    return Object.fromEntries(read.rows.map(({ account, amount }) => [account, amount / 1_000_000]))
  }

  /** The first column of a query's rows. */
  async column(query: string, values: readonly unknown[] = []): Promise<unknown[]> {
    const read = await this.database.query<unknown[]>({ text: query, values: [...values], rowMode: 'array' })
    return read.rows.map(([first]) => first)
  }

  async expectSound(): Promise<void> {
    expect(await verifyLedger(this.database)).toMatchObject({ sumMicros: 0, violations: [] })
  }

  /** Deadlocks that this database's server has broken so far. */
  async deadlocks(): Promise<number> {
    await this.database.query('select pg_stat_force_next_flush()')
    const [count] = await this.column('select deadlocks from pg_stat_database where datname = current_database()')
    return count as number
  }
}

/** Empties the ledger as nobody else can: the triggers that keep history do not fire for a replica. */
async function empty(url: string): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  const tables = await client.query<{ name: string }>(
    `select tablename as name from pg_tables where schemaname = 'public' and tablename not in ('risk_lock', 'epoch', 'audit_head')`,
  )
  const deletes = tables.rows.map(({ name }) => `delete from ${name};`).join(' ')
  await client.query(
    `begin; set local session_replication_role = replica; ${deletes} update epoch set value = 0; update audit_head set seq = 0, hash = decode(repeat('00', 32), 'hex'); commit`,
  )
  await client.end()
}

/** An empty ledger for each test of the file, with $1,000 at each venue, or as much as a test needs. Every test must leave it sound, unless it is about damage. */
export function freshLedger(ends: 'sound' | 'damaged' = 'sound', dollars = '1000'): () => TestLedger {
  const name = `crossbook_${randomBytes(6).toString('hex')}`
  let current: TestLedger
  beforeAll(async () => {
    await onServer(`create database ${name}`)
    await migrateUp(urlOf(name))
  })
  beforeEach(async () => {
    await empty(urlOf(name))
    current = new TestLedger(urlOf(name))
    for (const venue of ['kalshi', 'forecastex'] as const) await current.deposit(venue, dollars)
  })
  afterEach(async () => {
    try {
      if (ends === 'sound') await current.expectSound()
    } finally {
      await current.database.end()
    }
  })
  afterAll(() => onServer(`drop database ${name} with (force)`))
  return () => current
}
