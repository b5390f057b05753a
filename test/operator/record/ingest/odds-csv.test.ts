import { readFileSync } from 'node:fs'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import { GAME_LINES_HEADING } from '../../../../src/operator/record/ingest/odds-csv'
import { temporaryDirectory } from '../../../stores/doubles'
import { recordings, SHARED } from '../../../venues/kalshi/fakes'
import { counted, loadLines } from './loading'

const dir = temporaryDirectory()
const GAME = '2023-10-10,NHL,g1,2023-10-10T21:30:00Z,Tampa Bay Lightning,Nashville Predators,caesars'
const LINE = `${GAME},-160,135,-1.5,150,1.5,-178,6.5,-105,-115`
/** The last millisecond of the day: the hour is not told, and no row is dated before it was known. */
const DAY_END_MS = Date.UTC(2023, 9, 11) - 1

describe("sportsbooks' lines by day and game", () => {
  it('are a row for each price, known by the end of the day that the file tells, and of no age', async () => {
    const { rows, bad, told } = await loadLines(dir, [GAME_LINES_HEADING, LINE])
    const common = { kind: 'odds', eventId: 'g1', book: 'caesars', updatedMs: null, atMs: DAY_END_MS }
    const [home, away] = ['Tampa Bay Lightning', 'Nashville Predators']
    const row = (
      marketType: string,
      outcome: string,
      point: number | null,
      american: number,
      oddsDecimal: number,
      impliedProbability: number,
    ) => ({
      ...{ ...common, marketType, outcome, point, american, oddsDecimal, impliedProbability },
    })
    expect(bad).toEqual([])
    expect(rows).toEqual([
      row('h2h', home, null, -160, 16_250, 615_385),
      row('h2h', away, null, 135, 23_500, 425_532),
      row('spreads', home, -150, 150, 25_000, 400_000),
      row('spreads', away, 150, -178, 15_618, 640_288),
      row('totals', 'Over', 650, -105, 19_524, 512_195),
      row('totals', 'Under', 650, -115, 18_696, 534_884),
    ])
    expect(told).toMatchObject({
      form: 'odds',
      lines: 2,
      tables: { sportsbook_odds: { rows: 6, firstMs: DAY_END_MS, lastMs: DAY_END_MS } },
    })
  })

  it.each([
    [`${GAME},180,-225,,,,,,,`, ['h2h', 'h2h']],
    [`${GAME},,,-1.5,-105,1.5,-115,6.5,-120,100`, ['spreads', 'spreads', 'totals', 'totals']],
    [`${GAME},110,-110,0,-105,0,-115,,,`, ['h2h', 'h2h', 'spreads', 'spreads']],
  ])('have no row of what a book did not offer: %s', async (line, markets) => {
    const { rows, bad } = await loadLines(dir, [GAME_LINES_HEADING, line])
    expect([bad, rows.map((row) => 'marketType' in row && row.marketType)]).toEqual([[], markets])
  })

  it.each([
    [`${GAME},,,,,,,,,`, 'has no price at all'],
    [`${GAME},-160,,-1.5,150,1.5,-178,6.5,-105,-115`, 'has h2h in part: -160,'],
    [`${GAME},-160,135,,150,1.5,-178,6.5,-105,-115`, 'has spreads in part: ,150,1.5,-178'],
    [`${GAME},-160,135,-1.5,150,1.5,-178,,-105,-115`, 'has totals in part: ,-105,,-115'],
    [`${GAME},-160,135,-1.5,150,-1.5,-178,6.5,-105,-115`, 'has spreads that are not opposite: -1.5,150,-1.5,-178'],
    [`${GAME},-99,135,-1.5,150,1.5,-178,6.5,-105,-115`, 'has a price -99, which is no American one'],
    [`${GAME},-160.5,135,-1.5,150,1.5,-178,6.5,-105,-115`, 'has a figure that cannot be: more than 0 decimals'],
    [`${GAME},-160,135,-1.505,150,1.505,-178,6.5,-105,-115`, 'has a figure that cannot be: more than 2 decimals'],
    [`${GAME},1e3,135,-1.5,150,1.5,-178,6.5,-105,-115`, 'has a figure that cannot be: not a plain decimal'],
    [`${LINE},x`, 'has 17 fields, not 16'],
    [LINE.replace(',g1,', ',,'), 'does not name a sport, a game, two teams and a book'],
    [LINE.replace('Nashville Predators', 'Tampa Bay Lightning'), 'does not name a sport, a game, two teams and a book'],
    [LINE.replace('2023-10-10,', '10/10/2023,'), 'not an RFC 3339 time'],
    [LINE.replace('2023-10-10,', '2023-02-30,'), 'no such day'],
    [LINE.replace('T21:30:00Z', ''), 'not an RFC 3339 time'],
  ])('%s is told with its line, and nothing of it is a row', async (line, reason) => {
    const { rows, bad } = await loadLines(dir, [GAME_LINES_HEADING, line, LINE])
    expect(bad).toEqual([{ number: 2, text: line, reason: expect.stringContaining(reason) as string }])
    expect(rows).toHaveLength(6)
  })
})

recordings('two seasons of hockey are read whole', () => {
  it.each([
    ['nhl_2023-24.csv.gz', 3_309, 19_838],
    ['nhl_2024-25.csv.gz', 3_415, 20_444],
  ])('%s', async (name, lines, rows) => {
    const text = gunzipSync(readFileSync(path.join(SHARED, 'odds_api', name))).toString('utf8')
    const [, ...all] = text.trim().split('\n')
    // columns of prices, counted without the reader: 8 and 9, 11, 13, 15 and 16
    const prices = all
      .flatMap((line) => [7, 8, 10, 12, 14, 15].map((column) => line.trim().split(',')[column]))
      .filter((price) => price !== '')
    expect([all.length, prices.length]).toEqual([lines, rows])
    expect(await counted(`odds_api/${name}`)).toEqual({ rows: { sportsbook_odds: rows }, bad: [] })
    // the keys of the table: as many, so that none of them takes the place of another
    const keys = (await loadLines(dir, [GAME_LINES_HEADING, ...all])).rows.map((row) =>
      row.kind === 'odds' ? [row.atMs, row.eventId, row.book, row.marketType, row.outcome, row.point].join('|') : '',
    )
    expect(new Set(keys).size).toBe(rows)
  })
})
