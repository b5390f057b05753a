import { randomUUID } from 'node:crypto'
import { appendFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { orderId, marketId, subjectId, tradeId } from '../../src/core/ids'
import { millis, money, price, quantity } from '../../src/core/units'
import { migrateQuestdb } from '../../src/stores/questdb/migrate'
import { query } from '../../src/stores/questdb/query'
import type { ExecutionRow, RecordRow, TickRow } from '../../src/ports/record'
import { createQuestdbWriter, type RecordTap } from '../../src/stores/questdb/writer'
import { systemClock } from '../stores/clock'
import { LogBook, temporaryDirectory, until } from '../stores/doubles'
import { Proxy } from '../stores/proxy'

const { questdb } = JSON.parse(process.env['CROSSBOOK_TEST_SERVERS'] ?? '{}') as { questdb: { httpUrl: string } }
const LIMIT_MS = 30_000
jest.setTimeout(2 * LIMIT_MS)

/** Other tests share the tables: each test writes under names of its own. */
const fresh = (what: string): string => `${what}-${randomUUID()}`
const select = async (sql: string): Promise<readonly (readonly unknown[])[]> =>
  (await query(questdb.httpUrl, sql, AbortSignal.timeout(LIMIT_MS))).rows
const countOf = async (table: string, condition: string): Promise<number> =>
  Number((await select(`SELECT count() FROM ${table} WHERE ${condition}`))[0]?.[0])

const tick = (ticker: string, i: number): TickRow => ({
  kind: 'tick',
  venue: 'kalshi',
  market: ticker,
  outcome: 'yes',
  series: 'KXU3',
  bid: price(4150),
  bidSize: quantity(1250),
  ask: null,
  askSize: null,
  atMs: millis(Date.UTC(2026, 10, 22) + i),
})
const execution = (executionId: string): ExecutionRow => ({
  kind: 'execution',
  venue: 'forecastex',
  market: marketId('731'),
  mode: 'sim',
  strategy: 'box',
  subject: subjectId('u3 with spaces, and=signs'),
  outcome: 'no',
  action: 'buy',
  purpose: 'reducing',
  executionId,
  tradeId: tradeId('t1'),
  clientOrderId: orderId(tradeId('t1'), 'b', 2),
  price: price(5200),
  quantity: quantity(1000),
  fee: money(-100_000),
  latencyMicros: null,
  atMs: millis(Date.UTC(2026, 10, 22)),
})

let proxy: Proxy
let log: LogBook
let writer: RecordTap
const open = (capacity = 10_000): RecordTap =>
  createQuestdbWriter({ httpUrl: `http://${proxy.address}`, clock: systemClock, log, capacity, flushEveryMs: 20 })
beforeEach(async () => {
  proxy = await Proxy.to(questdb.httpUrl)
  log = new LogBook()
  writer = open()
})
afterEach(async () => {
  await writer.close(2000)
  await proxy.close()
})

describe('the tables', () => {
  it('are made once, by two at a time too', async () => {
    const signal = AbortSignal.timeout(LIMIT_MS)
    await migrateQuestdb(questdb.httpUrl, signal)
    expect(await migrateQuestdb(questdb.httpUrl, signal)).toEqual([])
    const tables = await select('SELECT table_name, walEnabled, dedup, partitionBy FROM tables() WHERE walEnabled ORDER BY table_name')
    const names = ['arb_opportunities', 'decisions', 'executions', 'forecastex_ticks', 'kalshi_ticks', 'latency', 'spreads']
    expect(tables).toEqual(expect.arrayContaining(names.map((name) => [name, true, true, 'DAY'])))
  })
})

describe('a migration', () => {
  const dir = temporaryDirectory()
  const name = `900_test_${randomUUID().replaceAll(/[^a-f]/g, '')}.sql`
  const table = `test_${randomUUID().replaceAll('-', '')}`
  const migrate = (): Promise<readonly string[]> => migrateQuestdb(questdb.httpUrl, AbortSignal.timeout(LIMIT_MS), dir)
  afterAll(() => query(questdb.httpUrl, `DROP TABLE IF EXISTS ${table}`, AbortSignal.timeout(LIMIT_MS)))

  it('is applied once and may not change afterwards', async () => {
    const file = path.join(dir, name)
    writeFileSync(file, `-- a comment; with a semicolon\nCREATE TABLE IF NOT EXISTS ${table} (\n  a LONG -- of what\n);\n`)
    expect([await migrate(), await migrate()]).toEqual([[name], []])
    appendFileSync(file, '-- more')
    await expect(migrate()).rejects.toThrow(`${name} was changed after it was applied`)
  })

  it('is refused under another name or when it is wrong', async () => {
    rmSync(path.join(dir, name))
    writeFileSync(path.join(dir, '901_wrong.sql'), 'CREATE TABEL x (a LONG);')
    await expect(migrate()).rejects.toThrow(/in: CREATE TABEL x/)
    rmSync(path.join(dir, '901_wrong.sql'))
    writeFileSync(path.join(dir, 'notes.txt'), '')
    await expect(migrate()).rejects.toThrow('notes.txt is not named NNN_name.sql')
  })
})

describe('the record', () => {
  it('keeps prices, quantities and missing sides exactly', async () => {
    const ticker = fresh('tick')
    writer.offer(tick(ticker, 0))
    await until('the row', async () => (await countOf('kalshi_ticks', `ticker = '${ticker}'`)) === 1, LIMIT_MS)
    const rows = await select(
      `SELECT ts, series, yes_bid, yes_bid_size, yes_ask, yes_ask_size FROM kalshi_ticks WHERE ticker = '${ticker}'`,
    )
    expect(rows).toEqual([['2026-11-22T00:00:00.000000Z', 'KXU3', 4150, 1250, null, null]])
  })

  it('keeps two fills of one millisecond and collapses a repeated one', async () => {
    const [one, two] = [fresh('x'), fresh('x')]
    for (const id of [one, two, one]) writer.offer(execution(id))
    await until('both fills', async () => (await countOf('executions', `execution_id IN ('${one}', '${two}')`)) === 2, LIMIT_MS)
    const rows = await select(`SELECT subject, price, quantity, fee, latency_micros FROM executions WHERE execution_id = '${one}'`)
    expect(rows).toEqual([['u3 with spaces, and=signs', 5200, 1000, -100_000, null]])
  })

  it('takes every kind of row', async () => {
    const subject = subjectId(fresh('s'))
    const atMs = millis(Date.UTC(2026, 10, 22))
    const figures = { netEdge: money(1), expectedValue: money(2), unwindLoss: money(3), maximumLoss: money(4) }
    const rows: RecordRow[] = [
      { ...tick(subject, 0), venue: 'forecastex', outcome: 'no' },
      {
        kind: 'spread',
        subject,
        direction: 'kalshi-yes',
        firstPrice: price(1),
        secondPrice: price(2),
        size: quantity(3),
        netEdge: money(-4),
        atMs,
      },
      {
        ...{ kind: 'decision', mode: 'sim', verdict: 'refused', reason: 'cool-down', figures: null, tradeId: null },
        opportunity: { strategy: 'box', subject, n: 5, seenAtMs: atMs, ...figures },
      },
      { kind: 'latency', measure: subject, tradeId: tradeId('t1'), micros: 1234, atMs },
    ]
    for (const row of rows) writer.offer(row)
    const places = [`forecastex_ticks WHERE con_id`, `spreads WHERE subject`, `decisions WHERE subject`, `latency WHERE measure`]
    for (const place of places) {
      await until(place, async () => (await select(`SELECT count() FROM ${place} = '${subject}'`))[0]?.[0] === 1, LIMIT_MS)
    }
  })

  it('drops a row the server refuses, alone, and says which', async () => {
    const ticker = fresh('bad')
    const broken = { ...tick(ticker, 5), bid: 0.5 } as TickRow
    const tooEarly = { ...tick(ticker, 6), atMs: -1 } as TickRow
    for (const row of [tick(ticker, 1), broken, tick(ticker, 2), tooEarly, tick(ticker, 3)]) writer.offer(row)
    await until('the good rows', async () => (await countOf('kalshi_ticks', `ticker = '${ticker}'`)) >= 3, LIMIT_MS)
    await until('an empty queue', () => writer.queued === 0)
    expect(writer.dropped).toBeGreaterThan(0)
    expect(log.messages('error')).toContain('the record refused a row')
  })
})

describe('the record without its server', () => {
  it('keeps rows while the server is away and sends each of them when it is back', async () => {
    const ticker = fresh('down')
    await until('the first contact', () => writer.ready(), LIMIT_MS)
    proxy.set('down')
    for (let i = 0; i < 2500; i += 1) writer.offer(tick(ticker, i))
    await until('noticed', () => !writer.ready())
    expect([writer.queued, writer.dropped]).toEqual([2500, 0])
    proxy.set('up')
    await until('all rows', async () => (await countOf('kalshi_ticks', `ticker = '${ticker}'`)) === 2500, LIMIT_MS)
    await until('all acknowledged', () => writer.queued === 0)
    expect(log.messages('warn')).toHaveLength(1)
  })

  it('sends again what was stored but not acknowledged, without duplicates', async () => {
    const ticker = fresh('mute')
    await until('the first contact', () => writer.ready(), LIMIT_MS)
    proxy.set('mute')
    for (let i = 0; i < 100; i += 1) writer.offer(tick(ticker, i))
    await until('stored', async () => (await countOf('kalshi_ticks', `ticker = '${ticker}'`)) > 0, LIMIT_MS)
    expect(writer.queued).toBe(100)
    proxy.set('up')
    proxy.cut()
    await until('acknowledged', () => writer.queued === 0, LIMIT_MS)
    expect(await countOf('kalshi_ticks', `ticker = '${ticker}'`)).toBe(100)
  })

  it('gives up on a silent server after its own limit and connects anew', async () => {
    const ticker = fresh('silent')
    await until('the first contact', () => writer.ready(), LIMIT_MS)
    proxy.set('mute')
    writer.offer(tick(ticker, 1))
    await until('given up', () => !writer.ready(), LIMIT_MS)
    proxy.set('up')
    await until('acknowledged', () => writer.queued === 0, LIMIT_MS)
    expect(await countOf('kalshi_ticks', `ticker = '${ticker}'`)).toBe(1)
  })

  it('ends in time while the server is silent', async () => {
    await until('the first contact', () => writer.ready(), LIMIT_MS)
    proxy.set('mute')
    const second = open()
    for (const tap of [writer, second]) tap.offer(tick('never', 1))
    const startedAt = Date.now()
    await Promise.all([writer.close(200), second.close(200)])
    expect(Date.now() - startedAt).toBeLessThan(3000)
  })

  it('drops the oldest when the queue is full, counts it, and ends in time', async () => {
    proxy.set('down')
    const small = open(10)
    for (let i = 0; i < 25; i += 1) small.offer(tick('never', i))
    expect([small.queued, small.dropped]).toEqual([10, 15])
    const startedAt = Date.now()
    await small.close(200)
    expect(Date.now() - startedAt).toBeLessThan(3000)
    expect(log.messages('warn')).toContain('rows of the record were not written before the end')
  })
})
