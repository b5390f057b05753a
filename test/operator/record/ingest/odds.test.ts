import { readFileSync } from 'node:fs'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import { millis } from '../../../../src/core/units'
import { fetchedAtOf } from '../../../../src/operator/record/ingest/ingest'
import { GAME_LINES_HEADING } from '../../../../src/operator/record/ingest/odds-csv'
import { temporaryDirectory } from '../../../stores/doubles'
import { recordings, SHARED } from '../../../venues/kalshi/fakes'
import { counted, loadLines } from './loading'

const dir = temporaryDirectory()
const GAME = '"sport_key":"baseball_mlb","commence_time":"2026-07-05T16:30:00Z"'
/** An event with one book's h2h at two prices, and a spread. */
const event = (prices: readonly [number, number], id = 'e1'): string =>
  `{"id":"${id}",${GAME},"bookmakers":[{"key":"draftkings","last_update":"2026-07-05T06:15:04Z","markets":[` +
  `{"key":"h2h","last_update":"2026-07-05T06:15:05Z","outcomes":[{"name":"Atlanta Braves","price":${prices[0]}},{"name":"New York Mets","price":${prices[1]}}]},` +
  `{"key":"spreads","outcomes":[{"name":"New York Mets","price":${prices[1]},"point":-1.5}]}]}]}`
const fetchOf = (events: string, count = 1): string =>
  `{"committed_at":"2026-07-05T06:15:27Z","fetched_at":"2026-07-05T06:15:27.045Z","sport_file":"mlb","n_events":${count},"events":[${events}]}`
const AMERICAN = fetchOf(event([-158, 138]))
const FETCHED_MS = Date.UTC(2026, 6, 5, 6, 15, 27, 45)
const UPDATED_MS = Date.UTC(2026, 6, 5, 6, 15, 5)

describe('a fetch of The Odds API', () => {
  it('is a row for each outcome: as the recording says it, in whole numbers, with the age of each line', async () => {
    const { rows, bad, told } = await loadLines(dir, [AMERICAN])
    const row = { kind: 'odds', eventId: 'e1', book: 'draftkings', marketType: 'h2h', point: null, updatedMs: UPDATED_MS, atMs: FETCHED_MS }
    const mets = { outcome: 'New York Mets', american: 138, oddsDecimal: 23_800, impliedProbability: 420_168 }
    expect(bad).toEqual([])
    expect(rows).toEqual([
      { ...row, outcome: 'Atlanta Braves', american: -158, oddsDecimal: 16_329, impliedProbability: 612_403 },
      { ...row, ...mets },
      { ...row, ...mets, marketType: 'spreads', point: -150, updatedMs: UPDATED_MS - 1_000 }, // the book's, where the market tells none
    ])
    expect(told).toMatchObject({
      form: 'odds',
      lines: 1,
      tables: { sportsbook_odds: { rows: 3, firstMs: FETCHED_MS, lastMs: FETCHED_MS } },
    })
  })

  it.each([
    [100, 20_000, 500_000],
    [-100, 20_000, 500_000],
    [-1_000_000, 10_001, 999_900],
    [100_000, 10_010_000, 999],
    [-300, 13_333, 750_000],
    [-150, 16_667, 600_000],
  ])('American %d is %d and %d', async (price, oddsDecimal, impliedProbability) => {
    const { rows } = await loadLines(dir, [fetchOf(event([price, 110]))])
    expect(rows[0]).toMatchObject({ american: price, oddsDecimal, impliedProbability })
  })

  it('may have decimal odds: exact', async () => {
    const { rows } = await loadLines(dir, [fetchOf(event([2.22, 1.7601]))])
    expect(rows[0]).toMatchObject({ american: null, oddsDecimal: 22_200, impliedProbability: 450_450 })
    expect(rows[1]).toMatchObject({ american: null, oddsDecimal: 17_601 })
  })

  it('may have decimal odds of a long shot that would pass for American: all of one answer are alike, or it says what they are', async () => {
    const { rows } = await loadLines(dir, [fetchOf(event([151, 1.01]))])
    expect(rows[0]).toMatchObject({ american: null, oddsDecimal: 1_510_000 })
    const said = `{"captured_ms":1786110562317,"params":{"oddsFormat":"decimal"},"events":[${event([151, 101])}]}`
    expect((await loadLines(dir, [said])).rows[0]).toMatchObject({ american: null, oddsDecimal: 1_510_000, atMs: 1_786_110_562_317 })
  })

  it.each([
    ['a poll', `{"cost_credits":6,"fetched_ms":1786471203376,"payload":[${event([2, 1.8])}]}`, 1_786_471_203_376],
    ['one that notes only when it was kept', AMERICAN.replace(/"fetched_at":"[^"]+"/, '"fetched_at":null'), FETCHED_MS - 45],
  ])('is read as %s', async (_name, line, atMs) => {
    expect((await loadLines(dir, [line])).rows[0]).toMatchObject({ kind: 'odds', atMs })
  })

  it('of players has them in its outcomes: "Over" alone is that of nobody', async () => {
    const line = AMERICAN.replaceAll('"name":"New York Mets"', '"name":"Over","description":"Clay Holmes"')
    expect((await loadLines(dir, [line])).rows.map((row) => 'outcome' in row && row.outcome)).toEqual([
      'Atlanta Braves',
      'Clay Holmes Over',
      'Clay Holmes Over',
    ])
  })

  it('of no events is no row', async () => {
    const { told } = await loadLines(dir, [fetchOf('', 0), AMERICAN])
    expect(told).toMatchObject({ form: 'odds', lines: 2, bad: 0, tables: { sportsbook_odds: { rows: 3 } } })
  })

  it.each([
    [fetchOf(event([-158, 2.5])), 'has a price -158, which is no decimal one'],
    [fetchOf(event([2.55555, 1.2])), 'has a price 2.55555, which is no decimal one'],
    [fetchOf(event([1, 2])), 'has a price 1, which is no decimal one'],
    [AMERICAN.replace('"point":-1.5', '"point":-1.505'), 'has a point of draftkings that cannot be: more than 2 decimals'],
    [AMERICAN.replace('"point":-1.5', '"point":"-1.5"'), 'has a point of draftkings that is no number'],
    [AMERICAN.replace('"n_events":1', '"n_events":2'), 'counts 2 events and has 1'],
    [AMERICAN.replace('06:15:05Z', '6:15'), 'not an RFC 3339 time'],
    [AMERICAN.replace('"key":"draftkings"', '"key":""'), "has a bookmaker's key of e1 that is no text"],
    [AMERICAN.slice(0, -2), 'is not JSON'],
    [`[${event([-158, 138])}]`, 'does not tell when it was fetched'],
  ])('%s is told with its line, and nothing of it is a row', async (line, reason) => {
    const { rows, bad } = await loadLines(dir, [AMERICAN, line, AMERICAN])
    expect(bad).toEqual([{ number: 2, text: line, reason: expect.stringContaining(reason) as string }])
    expect(rows).toHaveLength(6)
  })

  it('without its time is not dated by a guess: what to do is said', async () => {
    const { rows, bad } = await loadLines(dir, [event([2, 1.8])])
    expect([rows, bad[0]?.reason]).toEqual([
      [],
      expect.stringContaining('say it with --fetched-at TIME, or wrap it on one line as {"captured_ms"'),
    ])
  })

  it.each([
    ['one event', event([-158, 138])],
    ['a list of events', `[${event([-158, 138])}]`],
  ])('without its time is dated by the one that is said: %s', async (_name, line) => {
    const { rows, bad } = await loadLines(dir, [line], millis(FETCHED_MS))
    expect([rows.length, bad]).toEqual([3, []])
    expect(rows).toEqual((await loadLines(dir, [AMERICAN])).rows)
  })

  it.each([
    [
      'before one of its lines',
      event([-158, 138]),
      UPDATED_MS - 1,
      'has a line of draftkings of 2026-07-05T06:15:05.000Z, so it was not fetched at',
    ],
    ['beside its own', AMERICAN, FETCHED_MS, 'tells itself when it was fetched: leave --fetched-at out'],
  ])('and a time that is said %s is refused', async (_name, line, said, reason) => {
    const { rows, bad } = await loadLines(dir, [line], millis(said))
    expect([rows, bad[0]?.reason]).toEqual([[], expect.stringContaining(reason)])
  })

  it('of the newest line of an answer is the earliest that it can have been fetched', async () => {
    expect((await loadLines(dir, [event([-158, 138])], millis(UPDATED_MS))).rows).toHaveLength(3)
  })
})

it('a time that is said for a file that is no answer is refused', async () => {
  const trades = 'trade_id,ticker,count,created_time,yes_price,no_price,taker_side'
  for (const heading of [trades, GAME_LINES_HEADING])
    await expect(loadLines(dir, [heading], millis(FETCHED_MS))).rejects.toThrow('it tells its times itself: leave --fetched-at out')
})

describe('--fetched-at', () => {
  const now = millis(FETCHED_MS)
  it('is an RFC 3339 time that has been', () => {
    expect(fetchedAtOf('2026-07-05T06:15:27.045Z', now)).toBe(FETCHED_MS)
    expect(() => fetchedAtOf('2026-07-05T06:15:27.046Z', now)).toThrow('--fetched-at 2026-07-05T06:15:27.046Z is in the future')
    for (const text of ['yesterday', '2026-07-05', '2026-02-30T00:00:00Z', ''])
      expect(() => fetchedAtOf(text, now)).toThrow(/^--fetched-at: .+; write it as 2026-08-14T17:18:00Z$/)
  })
})

recordings('recorded odds are read whole', () => {
  it.each([
    ['kbo_2026-07-09_15.jsonl.gz', 8_594],
    ['mlb_2026-08-07_0600_0800.jsonl.gz', 20_016],
    ['mlb_20260807_us_eu_decimal.json.gz', 2_096],
    ['repeat_poll_20260811/poll1.json.gz', 2_308],
    ['repeat_poll_20260811/poll2.json.gz', 2_308],
  ])('%s', async (name, rows) => {
    expect(await counted(`odds_api/${name}`)).toEqual({ rows: { sportsbook_odds: rows }, bad: [] })
  })

  it('props of players, of one game and of no time: refused as they are, whole with the time at which they came', async () => {
    const name = 'odds_api/mlb_player_props.json.gz'
    const prices = gunzipSync(readFileSync(path.join(SHARED, name)))
      .toString('utf8')
      .match(/"price":/g)?.length
    expect(prices).toBe(136)
    expect(await counted(name)).toEqual({
      rows: {},
      bad: [expect.objectContaining({ reason: expect.stringContaining('--fetched-at') as string })],
    })
    expect(await counted(name, fetchedAtOf('2026-08-14T17:18:00Z', millis(Date.UTC(2026, 8, 1))))).toEqual({
      rows: { sportsbook_odds: prices },
      bad: [],
    })
  })
})
