import { readFileSync } from 'node:fs'
import path from 'node:path'
import { askRecord, ROWS_MAX } from '../../../src/operator/record/query'
import { migrateQuestdb } from '../../../src/stores/questdb/migrate'
import { until } from '../../stores/doubles'
import { LIMIT_MS, questdb, run, select } from './support/questdb'
import { TRADES_OF_A_DAY } from './support/trades-of-a-day'

jest.setTimeout(2 * LIMIT_MS)
const text = readFileSync(path.join(__dirname, '..', '..', '..', 'docs', 'queries.md'), 'utf8')
const RECIPES = new Map([...text.matchAll(/^### (.+)\n[^#]*?```sql\n([^`]+)```/gm)].map(([, title = '', sql = '']) => [title, sql.trim()]))
const time = (clock: string): string => `2026-11-20T${clock}000Z`
const [DAY, A, B, PAIR] = [time('00:00:00.000'), 'KXU3-26NOV-T4.0', 'KXU3-26NOV-T4.1', 'u3-nov']

/** What each recipe answers about the day that the tests have made, row by row. */
const ANSWERS: Readonly<Record<string, readonly (readonly unknown[])[]>> = {
  'The newest quote of every market': [
    [time('14:01:10.000'), A, 4000, 100, null, null],
    [time('14:00:05.000'), B, 1000, 100, 1200, 100],
  ],
  'What was quoted at a moment': [
    [time('14:00:10.000'), '731', 'no', 5300, 5500],
    [time('13:59:59.000'), '731', 'yes', 4500, 4700],
  ],
  'The spread history of a pair': [
    [time('14:00:00.000'), 300, -600],
    [time('14:00:20.000'), 250, -500],
    [time('14:01:10.000'), null, 100],
  ],
  'The widest margin of each minute': [
    [time('14:00:00.000'), 300, 2],
    [time('14:01:00.000'), null, 1],
  ],
  'Bars of a market': [
    [time('14:00:00.000'), 4100, 4200, 4100, 4200, 4250, 2],
    [time('14:01:00.000'), 4000, 4000, 4000, 4000, null, 1],
  ],
  'The hours of a market': [[time('14:00:00.000'), 4100, 4200, 4000, 4000, 4300, null, 3]],
  'The seconds of a question': [
    [time('13:59:59.000'), 4500, 4500, 4700, 4700, 1],
    [time('14:01:00.000'), 3700, 3700, 3900, 3900, 1],
  ],
  'When connections to the venues came and went': [
    [time('13:59:20.000'), 'kalshi', 'a', 3, 'disconnected'],
    [time('13:59:21.000'), 'kalshi', 'a', 4, 'unconfirmed'],
  ],
  'Markets that have gone quiet': [[B, time('14:00:05.000')]],
  'The book of a market at a moment': [
    ['ask', 4250, 500],
    ['bid', 4100, 1000],
  ],
  'What Kalshi numbered and the record lacks': [[time('14:00:20.000'), 1, 3, 3, 6, 2]],
  'Volume and mean price by five minutes': [
    [time('14:00:00.000'), 4000, 4200, 3],
    [time('14:05:00.000'), 100, 4000, 1],
  ],
  'What the markets were when they were last read': [
    [A, 'paused', null, null, 900, '2026-12-04T13:25:00.000000Z'],
    [B, 'open', 1000, 1200, 500, '2026-12-04T13:25:00.000000Z'],
  ],
  'The best opportunities of the day': [
    [time('14:00:00.000'), PAIR, 'A', 'taken', 'none', 1500, 8000, 5_600_000, 2520],
    [time('14:20:00.000'), PAIR, 'B', 'refused', 'calendar', 9000, 2000, 1_200_000, 1000],
    [time('14:10:00.000'), PAIR, 'A', 'refused', 'cool-down', 500, 1000, 700_000, 900],
  ],
  'How long they lived, by what became of them': [
    ['refused', 2, 500, 500, 9000],
    ['taken', 1, 1500, 1500, 1500],
    ['vanished', 1, 20, 20, 20],
  ],
  'Statistics of a day by pair': [[DAY, PAIR, 4, 1, 1, 5_600_000, 7_500_000]],
  'Value that each gate refused': [
    ['calendar', 1, 1_200_000],
    ['cool-down', 1, 700_000],
  ],
  'Refusals by reason and hour': [
    [time('14:00:00.000'), 'cool-down', 2],
    [time('15:00:00.000'), 'calendar', 1],
  ],
  'Why one pair was refused, with the figures': [
    [time('15:20:00.000'), 'calendar', 'closed', 'open', 1_200_000],
    [time('14:10:02.000'), 'cool-down', '2900 ms', '≥ 5000 ms', 700_000],
    [time('14:10:00.000'), 'cool-down', '900 ms', '≥ 5000 ms', 700_000],
  ],
  'Signals by profile and gate': [
    ['SCALP', 'sim', 'strategy armed', 1, 25_000],
    ['STANDARD', 'sim', 'cool-down', 1, 60_000],
    ['STANDARD', 'sim', 'traded', 1, 200_000],
  ],
  // the Bills closed at 50/105 and at a half
  'Claimed edge against the closing line': [
    ['s1', 'STANDARD', 'no', 2, 20_000, 24_245],
    ['s2', 'STANDARD', 'yes', 2, 30_000, -11_905],
  ],
  'The Brier score of each book': [
    ['pinnacle', 1, 1, 0.16],
    ['draftkings', 1, 1, 0.25],
  ],
  'Fills with the latency of their trade': [
    [time('14:00:00.900'), 't1', 'kalshi', 'yes', 4290, 1000, 17_500, 5200],
    [time('14:00:01.000'), 't1', 'forecastex', 'no', 5400, 900, 90_000, 5200],
    [time('14:00:01.500'), 't1', 'forecastex', 'no', 5400, 1000, 100_000, 5200],
    [time('14:00:21.000'), 't1', 'kalshi', 'no', 5850, 100, 2_000, 5200],
  ],
  'Fills against the quote they met': [
    [time('14:00:00.900'), 't1', 'yes', 4290, -10],
    [time('14:00:21.000'), 't1', 'no', 5850, 50],
  ],
  'Contracts and fees by venue and day': [
    [DAY, 'forecastex', 1000, 5_400_000, 100_000],
    [DAY, 'kalshi', 1100, 4_875_000, 19_500],
  ],
  'Latency by measure': [
    ['detection to wire', 1, 5203, 5203, 5200], // quantiles to three digits
    ['reserve', 1, 3101, 3101, 3100],
  ],
}
/** What they answer is the server's own state. */
const OF_THE_SERVER = ['Whether a table or a view has stopped', 'Whether the bars are up to date']

beforeAll(async () => {
  await migrateQuestdb(questdb.httpUrl, AbortSignal.timeout(LIMIT_MS))
  for (const statement of TRADES_OF_A_DAY) await run(statement)
  await until(
    'the trades are there',
    async () => Number((await select(`SELECT count() FROM kalshi_trades WHERE ts IN '2026-11-20'`))[0]?.[0]) === 4,
  )
  for (const view of ['kalshi_bars_1s', 'kalshi_bars_1m', 'kalshi_bars_1h', 'forecastex_bars_1s', 'opportunity_stats_1d']) {
    await run(`REFRESH MATERIALIZED VIEW ${view} INCREMENTAL`)
    await until(view, async () => Number((await select(`SELECT count() FROM ${view} WHERE ts IN '2026-11-20'`))[0]?.[0]) > 0, LIMIT_MS)
  }
})
const answer = async (title: string): Promise<readonly (readonly unknown[])[]> =>
  (await askRecord(questdb.httpUrl, RECIPES.get(title) ?? '', { rows: ROWS_MAX, seconds: 20 })).rows

describe('a recipe of docs/queries.md', () => {
  it('has its answer here', () => expect([...RECIPES.keys()].toSorted()).toEqual([...Object.keys(ANSWERS), ...OF_THE_SERVER].toSorted()))
  it.each(Object.keys(ANSWERS))('%s', async (title) => expect(await answer(title)).toEqual(ANSWERS[title]))

  it('tells of tables and bars', async () => {
    const tables = await answer('Whether a table or a view has stopped')
    expect(tables.map(([name]) => name)).toEqual(expect.arrayContaining(['executions', 'kalshi_ticks', 'kalshi_bars_1h']))
    expect((await answer('Whether the bars are up to date')).length).toBeGreaterThanOrEqual(7)
  })
})
