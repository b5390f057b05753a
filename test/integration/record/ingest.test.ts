import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { ingest } from '../../../src/cli/verbs/record/ingest'
import { migrateQuestdb } from '../../../src/stores/questdb/migrate'
import { temporaryDirectory, until } from '../../stores/doubles'
import { countOf, fresh, LIMIT_MS, questdb, select } from './support/questdb'
import { Shell } from './support/shell'

jest.setTimeout(3 * LIMIT_MS)
const dir = temporaryDirectory()
const shell = new Shell(dir)
beforeAll(() => migrateQuestdb(questdb.httpUrl, AbortSignal.timeout(LIMIT_MS)))
afterEach(() => shell.end())

const HEADING = 'trade_id,ticker,count,created_time,yes_price,no_price,taker_side\n'
const FIRST_MS = Date.UTC(2026, 10, 21)
const trade = (ticker: string, i: number): string =>
  `id${i},${ticker},${1 + (i % 50)},${new Date(FIRST_MS + (i % 1_000)).toISOString()},57,43,yes\n`
const fileOf = (name: string, content: string): string => {
  const file = path.join(dir, name)
  writeFileSync(file, content)
  return file
}
const load = async (file: string, dryRun = false): Promise<number> => {
  shell.runningOn()
  return ingest(file, dryRun, true)
}

it('counts, loads every row once, and again changes nothing', async () => {
  const ticker = fresh('T')
  const rows = 25_000 // more than are let wait, many in one millisecond
  const file = fileOf('trades.csv', HEADING + Array.from({ length: rows }, (_, i) => trade(ticker, i)).join(''))
  expect(await load(file, true)).toBe(0)
  expect(shell.json).toMatchObject({ dryRun: true, lines: rows + 1, bad: 0, tables: { kalshi_trades: { rows } } })
  expect(await countOf('kalshi_trades', `ticker = '${ticker}'`)).toBe(0)
  for (const again of [1, 2]) {
    expect([again, await load(file)]).toEqual([again, 0])
    expect(shell.json).toMatchObject({ dryRun: false, form: 'trades', bad: 0, refused: 0, tables: { kalshi_trades: { rows } } })
    await until('every row', async () => (await countOf('kalshi_trades', `ticker = '${ticker}'`)) === rows, LIMIT_MS)
  }
  const sum = Array.from({ length: rows }, (_, i) => (1 + (i % 50)) * 100).reduce((a, b) => a + b)
  expect(await select(`SELECT sum(count), count_distinct(trade_id) FROM kalshi_trades WHERE ticker = '${ticker}'`)).toEqual([[sum, rows]])
})

it('keeps what it cannot read aside, with its line, and ends with 1', async () => {
  const ticker = fresh('T')
  const file = fileOf('broken.csv', `${HEADING}${trade(ticker, 1)}what?\n${trade(ticker, 2)}`)
  expect(await load(file)).toBe(1)
  expect(shell.json).toMatchObject({ lines: 4, bad: 1, tables: { kalshi_trades: { rows: 2 } } })
  expect(shell.err.join('')).toContain(`${file}:3 has 1 fields`)
  const kept = readFileSync(path.join(dir, 'record', 'refused', 'broken.csv.ndjson'), 'utf8')
  expect(JSON.parse(kept)).toEqual({ number: 3, text: 'what?', reason: expect.stringContaining('has 1 fields') as string })
})

it('refuses what would be deleted at once, before it writes anything', async () => {
  const ticker = fresh('T')
  const file = fileOf('old.csv', `${HEADING}id1,${ticker},28,2022-12-25T13:00:11.989941Z,57,43,yes\n${trade(ticker, 2)}`)
  await expect(load(file)).rejects.toThrow('the oldest row of kalshi_trades is of 2022-12-25, more than the 365 days')
  expect(await countOf('kalshi_trades', `ticker = '${ticker}'`)).toBe(0)
})

it('counts without a stack, and says what it did not look at; loads nothing without one', async () => {
  const file = fileOf('old-alone.csv', `${HEADING}id1,T,28,2022-12-25T13:00:11.989941Z,57,43,yes\n`)
  shell.runningOn(null)
  expect(await ingest(file, true, true)).toBe(0)
  expect(shell.json).toMatchObject({ dryRun: true, lines: 2, tables: { kalshi_trades: { rows: 1 } } })
  await expect(ingest(file, false, true)).rejects.toThrow('this stack keeps no record')
  shell.runningOn(null)
  rmSync(path.join(dir, 'run', 'endpoints.json'))
  expect(await ingest(file, true, true)).toBe(0)
  expect(shell.err.join('')).toBe('no record runs here: whether rows are older than their table is kept was not looked at\n')
  await expect(ingest(file, false, true)).rejects.toThrow('nothing is running here')
})
