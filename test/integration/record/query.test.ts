import { query as queryVerb } from '../../../src/cli/verbs/record/query'
import { stats as statsVerb } from '../../../src/cli/verbs/record/stats'
import { ConfigurationError } from '../../../src/config/environment'
import { millis } from '../../../src/core/units'
import { askRecord } from '../../../src/operator/record/query'
import { readStats } from '../../../src/operator/record/stats'
import { migrateQuestdb } from '../../../src/stores/questdb/migrate'
import { temporaryDirectory } from '../../stores/doubles'
import { LIMIT_MS, questdb, run } from './support/questdb'
import { Shell } from './support/shell'

jest.setTimeout(2 * LIMIT_MS)
const BOUNDS = { rows: 10, seconds: 20 }
const ask = (sql: string, bounds = BOUNDS): ReturnType<typeof askRecord> => askRecord(questdb.httpUrl, sql, bounds)
beforeAll(() => migrateQuestdb(questdb.httpUrl, AbortSignal.timeout(LIMIT_MS)))

describe('a question to the record', () => {
  it('is answered with the types of its columns, and no more rows than asked for', async () => {
    expect(await ask("SELECT x, 'a' || x s FROM long_sequence(3)")).toEqual({
      columns: [
        { name: 'x', type: 'LONG' },
        { name: 's', type: 'STRING' },
      ],
      rows: [
        [1, 'a1'],
        [2, 'a2'],
        [3, 'a3'],
      ],
      truncated: false,
    })
    const { rows, truncated } = await ask('SELECT x FROM long_sequence(11)')
    expect([rows.length, truncated]).toEqual([10, true])
    expect(await ask('SELECT x FROM long_sequence(10)')).toMatchObject({ truncated: false })
  })

  it('that is wrong is refused with the place', async () => {
    await expect(ask('SELECT x\nFROM no_such_table')).rejects.toThrow(
      'QuestDB refuses the statement at line 2, column 6: table does not exist [table=no_such_table]\n  FROM no_such_table\n       ^',
    )
    await expect(ask('SELECT x FROM no_such_table')).rejects.toThrow(RangeError)
  })

  it('that asks for whole numbers JSON does not carry exactly is refused', async () => {
    await expect(ask('SELECT 9007199254740993 + x big FROM long_sequence(1)')).rejects.toThrow('select big::varchar')
    expect((await ask('SELECT (9007199254740993 + x)::varchar big FROM long_sequence(1)')).rows).toEqual([['9007199254740994']])
  })

  it('that takes too long is given up', async () => {
    const heavy = 'SELECT count() FROM long_sequence(2000000000) WHERE sqrt(x) * sin(x) > 2'
    await expect(ask(heavy, { rows: 10, seconds: 1 })).rejects.toThrow('no answer within 1 s: narrow the time')
  })

  it('to a server that is away says so', async () => {
    await expect(askRecord('http://127.0.0.1:1', 'SELECT 1', BOUNDS)).rejects.toThrow(/QuestDB does not answer at http:\/\/127.0.0.1:1 \(/)
  })
})

it('the figures of the record name every table, how long it is kept, and a writer that is silent', async () => {
  const ticker = `stats-${process.pid}`
  const now = Date.now()
  for (const ms of [now - 2 * 3_600_000, now - 1_000])
    await run(`INSERT INTO kalshi_ticks (ts, ticker, yes_bid) VALUES (${ms * 1_000}, '${ticker}', 1)`)
  const before = await readStats(questdb.httpUrl, [{ process: 'streaming', port: 1 }], millis(now))
  expect(before.writers).toEqual([{ process: 'streaming', counters: null }])
  const found = before.tables.find(({ table }) => table === 'kalshi_ticks')
  expect(found).toMatchObject({ kind: 'table', keeps: '90 DAYS', suspended: null })
  expect(found?.diskBytes).toBeGreaterThan(0)
  expect(found && [found.rows > found.rowsLastHour, found.rowsLastHour > 0]).toEqual([true, true])
})

describe('from the shell', () => {
  const shell = new Shell(temporaryDirectory())
  const ask = (sql: string, options: object = {}): Promise<void> => {
    shell.runningOn()
    return queryVerb(sql, { limit: '1000', timeout: '30', ...options })
  }
  afterEach(() => shell.end())

  it('query prints a table, JSON or CSV, and says on standard error that there is more', async () => {
    const sql = 'SELECT x FROM long_sequence(3)'
    await ask(sql)
    expect(shell.out.join('')).toBe('x\n─\n1\n2\n3\n3 rows\n')
    await ask(sql, { csv: true, limit: '2' })
    expect([shell.out.join(''), shell.err.join('')]).toEqual(['x\r\n1\r\n2\n', expect.stringContaining('--limit 20 shows more')])
    await ask(sql, { json: true })
    expect(shell.json).toMatchObject({ rows: [[1], [2], [3]], truncated: false })
  })

  it('what is wrong is wrong usage, with a sentence', async () => {
    await expect(ask('DROP TABLE spreads')).rejects.toThrow('only reads')
    await expect(ask('SELECT 1', { limit: '0' })).rejects.toThrow('--limit takes')
    await expect(ask('SELECT 1', { json: true, csv: true })).rejects.toThrow('two forms')
    await expect(ask('SELECT 1', { timeout: '601' })).rejects.toThrow(RangeError)
    shell.runningOn(null)
    await expect(statsVerb(true)).rejects.toThrow(ConfigurationError)
  })

  it('stats prints every table', async () => {
    shell.runningOn()
    expect(await statsVerb(true)).toBe(0)
    expect(shell.json).toMatchObject({ writers: [{ process: 'streaming', counters: null }] })
    shell.runningOn()
    expect(await statsVerb(false)).toBe(0)
    expect(shell.out.join('')).toMatch(/^kalshi_ticks /m)
  })
})
