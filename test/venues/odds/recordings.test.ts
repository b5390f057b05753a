import type { OddsRow, RecordRow } from '../../../src/ports/record'
import { millis } from '../../../src/core/units'
import { oddsForm } from '../../../src/operator/record/ingest/odds'
import { readOdds, WINNER } from '../../../src/venues/odds/wire'
import { readLines, recordings } from '../kalshi/fakes'

/** After all that was recorded. */
const AT = millis(Date.UTC(2026, 11, 31))
/** Every answer is read and counted; of so many one is read by both, which takes twice as long. */
const COMPARED_EVERY = 10
const DECIMAL = /decimal|repeat_poll/

/** The events of a line as the source sent them: the last field of each recorder's wrapping. */
function answerOf(line: string): string {
  const from = /"(?:events|payload)":/.exec(line)
  if (!from) throw new Error(`no events: ${line.slice(0, 80)}`)
  const rest = line.slice(from.index + from[0].length)
  return rest.endsWith(']}') ? rest.slice(0, -1) : JSON.stringify((JSON.parse(line) as { payload: unknown }).payload)
}

/** What the ingest of recordings, which shares no code with the reader of the wire, makes of the same line. */
function ingested(line: string): readonly OddsRow[] {
  const rows: RecordRow[] = []
  oddsForm((row) => void rows.push(row), null).take(line, 1)
  return rows as readonly OddsRow[]
}

recordings('recorded answers are read whole, as the ingest of recordings reads them', () => {
  it.each([
    // events, lines of the winner, other markets: counted in the files by another program
    ['kbo_2026-07-09_15.jsonl.gz', 'baseball_kbo', 216, 1_411, 2_886],
    ['mlb_2026-07-05_14.jsonl.gz', 'baseball_mlb', 12_335, 116_905, 230_581],
    ['mlb_2026-08-07_0600_0800.jsonl.gz', 'baseball_mlb', 336, 3_360, 6_648],
    ['mlb_20260807_us_eu_decimal.json.gz', 'baseball_mlb', 15, 425, 623],
    ['nfl_2025-09-10_10-15.jsonl.gz', 'americanfootball_nfl', 9_342, 69_418, 168_622],
    ['repeat_poll_20260811/poll1.json.gz', 'baseball_mlb', 15, 450, 704],
    ['repeat_poll_20260811/poll2.json.gz', 'baseball_mlb', 15, 450, 704],
    ['wnba_2026-07-14_19.jsonl.gz', 'basketball_wnba', 2_991, 21_575, 50_187],
    ['worldcup_2026-07-02_10.jsonl.gz', 'soccer_fifa_world_cup', 5_404, 48_175, 32_108],
  ])('%s', (name, sport, events, lines, others) => {
    const found = { events: 0, games: 0, lines: 0, others: 0, problems: [] as string[], untold: 0 }
    const asked = { sport, format: DECIMAL.test(name) ? 'decimal' : 'american', fetchedMs: AT, latestMs: AT } as const
    for (const [at, line] of readLines(`odds_api/${name}`).entries()) {
      const read = readOdds(answerOf(line), asked)
      if (at % COMPARED_EVERY === 0) {
        const rows = ingested(line).filter(({ marketType }) => marketType === WINNER)
        expect(textOf(read.rows)).toBe(textOf(rows))
      }
      const all = read.games.flatMap((game) => game.lines)
      found.events += read.events
      found.games += read.games.length
      found.lines += all.length
      found.others += Object.values(read.otherMarkets).reduce((sum, count) => sum + count, 0)
      found.problems.push(...read.problems)
      found.untold +=
        all.filter(({ updatedMs }) => updatedMs === null).length + read.games.filter(({ commenceMs }) => commenceMs === null).length
    }
    expect(found).toEqual({ events, games: events, lines, others, problems: [], untold: 0 })
  })
})

/** A text is compared faster than a tree. When an answer was asked for is the recorder's to tell, and not in it. */
const textOf = (rows: readonly OddsRow[]): string =>
  rows
    .map(({ eventId, book, marketType, outcome, point, oddsDecimal, impliedProbability, american, updatedMs }) =>
      [eventId, book, marketType, outcome, point, oddsDecimal, impliedProbability, american, updatedMs].join('|'),
    )
    .join('\n')
