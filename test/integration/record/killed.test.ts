import { readdirSync } from 'node:fs'
import path from 'node:path'
import { millis, price, quantity } from '../../../src/core/units'
import type { RecordRow, TickRow } from '../../../src/ports/record'
import { createQuestdbWriter, type RecordTap } from '../../../src/stores/questdb/writer'
import { rememberPorts } from '../../../src/stack/free-ports'
import { startQuestdb } from '../../../src/stack/servers/questdb'
import { findQuestdb, PROJECT_ROOT } from '../../../src/stack/sources'
import type { RunningServer } from '../../../src/stack/child'
import { systemClock } from '../../stores/clock'
import { LogBook, temporaryDirectory, until } from '../../stores/doubles'
import { countOf, select } from './support/questdb'
import { execution } from './support/rows'

/** A Java server starts three times; twice after its process was killed. */
const LIMIT_MS = 120_000
jest.setTimeout(3 * LIMIT_MS)
const ROWS = 20_000
const MIDNIGHT = Date.UTC(2026, 10, 22)

const dir = temporaryDirectory()
const log = new LogBook()
let port: number
let server: RunningServer
let writer: RecordTap

async function start(): Promise<RunningServer> {
  const program = await findQuestdb({ root: PROJECT_ROOT })
  if (program === null) throw new Error('QuestDB is not installed: npm run setup')
  const where = { dataDir: path.join(dir, 'questdb'), logDir: path.join(dir, 'logs'), runDir: path.join(dir, 'run') }
  return startQuestdb({ ...where, program, port, signal: AbortSignal.timeout(LIMIT_MS) })
}
/** Our own child, by its number, and no other. */
async function kill(): Promise<void> {
  process.kill(server.pid, 'SIGKILL')
  await server.exited
}
const open = (capacity: number): RecordTap => {
  const spill = { dir: path.join(dir, 'spill'), name: 'test', bytesMax: 100_000_000 }
  return createQuestdbWriter({ httpUrl: `http://127.0.0.1:${port}`, clock: systemClock, log, capacity, spill, keep: {}, flushEveryMs: 20 })
}
const tick = (ticker: string, i: number): TickRow => ({
  ...{ kind: 'tick', venue: 'kalshi', market: ticker, outcome: 'yes', series: 'S', ask: null, askSize: null },
  ...{ bid: price(1 + (i % 9_999)), bidSize: quantity(100), atMs: millis(MIDNIGHT + i) },
})
const stored = (ticker: string): Promise<number> => countOf('kalshi_ticks', `ticker = '${ticker}'`, server.address)

beforeAll(async () => {
  port = (await rememberPorts(path.join(dir, 'ports.json'), ['questdb'])).ports.questdb
  server = await start()
})
afterAll(() => server.stop())
afterEach(() => writer.close(5_000))

/** Offers as a feed does, some rows in each turn, so that the writer works in between. */
async function feed(ticker: string, from: number, to: number, look: (i: number) => Promise<void> = () => Promise.resolve()): Promise<void> {
  for (let i = from; i < to; i += 500) {
    for (let k = i; k < Math.min(i + 500, to); k += 1) writer.offer(tick(ticker, k) satisfies RecordRow)
    await look(i)
    await new Promise((resolve) => setImmediate(resolve))
  }
}

it('a server that is killed in the middle and comes back has every row once', async () => {
  writer = open(10_000)
  await until('the first contact', () => writer.ready(), LIMIT_MS)
  await feed('killed', 0, ROWS / 2, async () => until('room', () => writer.queued < 5_000, LIMIT_MS))
  const killing = kill() // with rows under way
  await feed('killed', ROWS / 2, ROWS, () => until('room in memory', () => writer.queued - writer.spilled < 5_000, LIMIT_MS))
  await killing
  await until('noticed', () => !writer.ready(), LIMIT_MS)
  expect(readdirSync(path.join(dir, 'spill')).length).toBeGreaterThan(0)
  server = await start()
  await until('nothing waits', () => writer.queued === 0, LIMIT_MS)
  await until('all rows', async () => (await stored('killed')) === ROWS, LIMIT_MS)
  expect(await select(`SELECT count_distinct(ts), sum(yes_bid) FROM kalshi_ticks WHERE ticker = 'killed'`, server.address)).toEqual([
    [ROWS, Array.from({ length: ROWS }, (_, i) => 1 + (i % 9_999)).reduce((a, b) => a + b)],
  ])
  expect([writer.dropped, readdirSync(path.join(dir, 'spill'))]).toEqual([0, []])
})

it('a writer that ends while the server is away leaves its rows to the next one', async () => {
  writer = open(10_000)
  await until('the first contact', () => writer.ready(), LIMIT_MS)
  await kill()
  await feed('left', 0, 5_000)
  await writer.close(200)
  expect(log.messages('warn')).toContain('rows of the record wait on disk for the next start')
  server = await start()
  writer = open(10_000)
  await until('all rows', async () => writer.ready() && (await stored('left')) === 5_000, LIMIT_MS)
  expect(writer.dropped).toBe(0)
})

it('a table that is dropped while rows are written is made again as it was, with every row that came after', async () => {
  const ask = (sql: string): Promise<readonly (readonly unknown[])[]> => select(sql, server.address)
  const made = async (): Promise<unknown> => [
    await ask(`SELECT designatedTimestamp, dedup, partitionBy, ttlValue, ttlUnit FROM tables() WHERE table_name = 'executions'`),
    await ask(`SELECT "column", type FROM table_columns('executions') ORDER BY 1`),
  ]
  writer = open(10_000)
  await until('the first contact', () => writer.ready(), LIMIT_MS)
  const asItWas = await made()
  await ask('DROP TABLE executions')
  await ask('DROP TABLE kalshi_ticks')
  for (let i = 0; i < 3; i += 1) writer.offer(execution(`e${i}`))
  await feed('dropped', 0, 5_000)
  await until('all rows', async () => writer.queued === 0 && (await stored('dropped')) === 5_000, LIMIT_MS)
  await until('the fills', async () => (await countOf('executions', `execution_id IN ('e0', 'e1', 'e2')`, server.address)) === 3, LIMIT_MS)
  expect([writer.dropped, log.messages('error')]).toEqual([0, []])
  expect(await made()).toEqual(asItWas)
  expect(JSON.stringify(log.lines)).toContain('tables of the record were dropped: ')
  const [stopped] = log.lines.filter(({ message }) => message.startsWith('views of the record stand still'))
  expect(stopped?.fields).toEqual({ views: ['kalshi_bars_1h', 'kalshi_bars_1m', 'kalshi_bars_1s'] })
})

it('a column that is dropped loses no row: the next one brings it', async () => {
  writer = open(10_000)
  await until('the first contact', () => writer.ready(), LIMIT_MS)
  await select('ALTER TABLE kalshi_ticks DROP COLUMN yes_bid_size', server.address)
  await feed('column', 0, 10)
  await until('all rows', async () => (await stored('column')) === 10, LIMIT_MS)
  expect(await select(`SELECT sum(yes_bid_size) FROM kalshi_ticks WHERE ticker = 'column'`, server.address)).toEqual([[1_000]])
  expect(writer.dropped).toBe(0)
})
