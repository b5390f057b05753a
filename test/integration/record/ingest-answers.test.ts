import { existsSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { ingest } from '../../../src/cli/verbs/record/ingest'
import { migrateQuestdb } from '../../../src/stores/questdb/migrate'
import { temporaryDirectory, until } from '../../stores/doubles'
import { SHARED } from '../../venues/kalshi/fakes'
import { countOf, fresh, LIMIT_MS, questdb, select } from './support/questdb'
import { Shell } from './support/shell'

jest.setTimeout(3 * LIMIT_MS)
const dir = temporaryDirectory()
const shell = new Shell(dir)
beforeAll(() => migrateQuestdb(questdb.httpUrl, AbortSignal.timeout(LIMIT_MS)))
afterEach(() => shell.end())

const load = async (file: string, dryRun = false, fetchedAt?: string): Promise<number> => {
  shell.runningOn()
  return ingest(file, dryRun, true, fetchedAt)
}
const fileOf = (name: string, lines: readonly string[]): string => {
  const file = path.join(dir, name)
  writeFileSync(file, lines.map((line) => `${line}\n`).join(''))
  return file
}
const rowsOf = async (table: string, condition: string, wanted: number): Promise<void> =>
  until(`${wanted} rows of ${table}`, async () => (await countOf(table, condition)) === wanted, LIMIT_MS)

const recorded = existsSync(SHARED) ? it : it.skip
recorded('a whole recording of markets is loaded once, and again changes nothing', async () => {
  const file = path.join(SHARED, 'kalshi_rest', 'sports_markets_20260709_10.jsonl.gz')
  const ofThese = "ts IN '2026-07' AND series_ticker LIKE 'KX%GAME'"
  const before = await countOf('kalshi_markets', "ts IN '2026-07'")
  expect([before, await load(file, true)]).toEqual([0, 0])
  expect(shell.json).toMatchObject({ dryRun: true, form: 'markets', bad: 0, tables: { kalshi_markets: { rows: 1_230 } } })
  expect(await countOf('kalshi_markets', "ts IN '2026-07'")).toBe(0)
  const counts: number[] = []
  for (const again of [1, 2]) {
    expect([again, await load(file)]).toEqual([again, 0])
    await rowsOf('kalshi_markets', "ts IN '2026-07'", 1_230)
    counts.push(await countOf('kalshi_markets', ofThese))
  }
  expect(counts[0]).toBeGreaterThan(0)
  expect(counts[1]).toBe(counts[0])
  const told = await select(
    "SELECT series_ticker, event_ticker, status, yes_bid, yes_ask, no_bid, volume FROM kalshi_markets WHERE market_ticker = 'KXAFLGAME-26JUL100540NMKCOL-COL'",
  )
  expect(told).toEqual([['KXAFLGAME', 'KXAFLGAME-26JUL100540NMKCOL', 'open', 3_600, 4_800, 5_200, 567_754]])
})

recorded('a whole recording of odds is loaded once, and again changes nothing: a line without a point too', async () => {
  const file = path.join(SHARED, 'odds_api', 'mlb_20260807_us_eu_decimal.json.gz')
  for (const again of [1, 2]) {
    expect([again, await load(file)]).toEqual([again, 0])
    await rowsOf('sportsbook_odds', "ts IN '2026-08-07'", 2_096)
  }
  const sums = await select("SELECT count(point), count(last_update), sum(odds_american) FROM sportsbook_odds WHERE ts IN '2026-08-07'")
  expect(sums).toEqual([[1_186, 2_096, null]])
})

recorded('props of players of no time are loaded once, with the time that is said', async () => {
  const file = path.join(SHARED, 'odds_api', 'mlb_player_props.json.gz')
  expect(await load(file)).toBe(1)
  expect(shell.err.join('')).toContain(`${file}:1 does not tell when it was fetched`)
  for (const again of [1, 2]) {
    expect([again, await load(file, false, '2026-08-14T17:18:00Z')]).toEqual([again, 0])
    await rowsOf('sportsbook_odds', "ts IN '2026-08-14'", 136)
  }
})

/** The hour of a line is not told: `2023-24` alone has 19,838 prices, and beside odds of 2026 they are older than the table is kept. */
recorded('lines of hockey by day are loaded whole, or refused with what to change where newer odds would end them', async () => {
  const file = path.join(SHARED, 'odds_api', 'nhl_2023-24.csv.gz')
  await rowsOf('sportsbook_odds', "ts IN '2026-08-07'", 2_096)
  await expect(load(file)).rejects.toThrow('Set keep_days.sportsbook_odds in config/record.yaml to more, or to 0')
})

it('American odds are kept as they were said', async () => {
  const id = fresh('e')
  const outcomes = [-1_000_000, 100_000].map((price, i) => ({ name: `team ${i}`, price }))
  const bookmakers = [{ key: 'b', markets: [{ key: 'h2h', last_update: '2026-11-21T09:59:00Z', outcomes }] }]
  const event = { id, sport_key: 's', commence_time: '2026-11-21T12:00:00Z', bookmakers }
  const line = JSON.stringify({ committed_at: '2026-11-21T10:00:00Z', fetched_at: null, sport_file: 's', n_events: 1, events: [event] })
  const file = fileOf('odds.jsonl', [line])
  for (const again of [1, 2]) {
    expect([again, await load(file)]).toEqual([again, 0])
    await rowsOf('sportsbook_odds', `event_id = '${id}'`, 2)
  }
  const columns = "outcome, point, odds_american, odds_decimal, implied_prob, devigged_prob, dateadd('m', 1, last_update) = ts"
  expect(await select(`SELECT ${columns} FROM sportsbook_odds WHERE event_id = '${id}' ORDER BY outcome`)).toEqual([
    ['team 0', null, -1_000_000, 10_001, 999_900, null, true],
    ['team 1', null, 100_000, 10_010_000, 999, null, true],
  ])
})

it('quotes are tops of books, each once', async () => {
  const ticker = fresh('T')
  const heading =
    'captured_at,ticker,yes_bid_dollars,yes_ask_dollars,no_bid_dollars,no_ask_dollars,yes_bid_size_fp,yes_ask_size_fp,last_price_dollars,volume_fp,open_interest_fp,status,result'
  const quote = (time: string): string => `20261121T${time}Z,${ticker},0.6800,1.0000,0.0000,0.3200,2500.00,0.00,0.6900,1.00,1.00,active,`
  const file = fileOf('quotes.csv', [heading, quote('100000'), quote('100500')])
  for (const again of [1, 2]) {
    expect([again, await load(file)]).toEqual([again, 0])
    await rowsOf('kalshi_ticks', `ticker = '${ticker}'`, 2)
  }
  const wanted = [6_800, 250_000, null, null]
  expect(await select(`SELECT yes_bid, yes_bid_size, yes_ask, yes_ask_size FROM kalshi_ticks WHERE ticker = '${ticker}'`)).toEqual([
    wanted,
    wanted,
  ])
})

it('whole books are snapshots, each level once; a line that is damaged is told and kept aside', async () => {
  const ticker = fresh('T')
  const book = {
    captured_at: '2026-11-21T10:00:00.299698+00:00',
    ticker,
    venue: 'kalshi',
    yes_bids: [[0.4, 10.0]],
    no_bids: [[0.55, 1.25]],
  }
  const file = fileOf('books.jsonl', [JSON.stringify(book), '{"captured_at":'])
  for (const again of [1, 2]) {
    expect([again, await load(file)]).toEqual([again, 1])
    expect(shell.json).toMatchObject({
      form: 'books',
      lines: 2,
      bad: 1,
      tables: { kalshi_orderbook: { rows: 2 }, kalshi_ticks: { rows: 1 } },
    })
    expect(shell.err.join('')).toContain(`${file}:2 is not JSON`)
    await rowsOf('kalshi_orderbook', `ticker = '${ticker}'`, 2)
  }
  const columns = 'side, price, delta, snapshot, subscription, seq'
  expect(await select(`SELECT ${columns} FROM kalshi_orderbook WHERE ticker = '${ticker}' ORDER BY price`)).toEqual([
    ['bid', 4_000, 1_000, true, 0, 1],
    ['ask', 4_500, 125, true, 0, 1],
  ])
})
