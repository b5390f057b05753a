import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { match } from '../../../src/cli/verbs/matching/match'
import { countByLeague, matchFiles } from '../../../src/operator/matching/matching'
import { readGames, readMarkets } from '../../../src/operator/matching/reading'
import { temporaryDirectory } from '../../stores/doubles'

const dir = temporaryDirectory()
let files = 0
function written(lines: readonly unknown[], zipped = false): string {
  const file = path.join(dir, `${(files += 1)}.jsonl`)
  const text = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n')
  writeFileSync(file, zipped ? gzipSync(text) : text)
  return file
}

const EVENT = 'KXMLBGAME-26JUL051230NYMATL'
const mets = {
  ticker: `${EVENT}-NYM`,
  event_ticker: EVENT,
  title: 'New York M vs Atlanta Winner?',
  yes_sub_title: 'New York M',
  yes_ask_dollars: '0.42',
}
const braves = { ...mets, ticker: `${EVENT}-ATL`, yes_sub_title: 'Atlanta' }
const game = {
  ...{ id: 'abc', sport_key: 'baseball_mlb', home_team: 'Atlanta Braves', away_team: 'New York Mets' },
  ...{ commence_time: '2026-07-05T16:30:00Z', bookmakers: [] },
}
const later = { ...game, commence_time: '2026-07-05T19:35:00Z' }
const MARKETS = [mets, braves]

describe('two files', () => {
  it.each([
    ['bare', [mets, braves], [game]],
    ['wrapped', [{ captured_at: 'x', market: mets }, { market: braves }], [{ fetched_at: '2026-07-05T06:00:00Z', events: [game] }]],
    ['as they came', [{ markets: MARKETS, cursor: '' }], [[game]]],
  ])('%s are matched', async (_what, markets, events) => {
    expect(await matchFiles(written(markets), written(events, true))).toMatchObject([
      {
        kalshiEvent: EVENT,
        oddsEventId: 'abc',
        status: 'confirmed',
        yesTeams: { [mets.ticker]: 'New York Mets', [braves.ticker]: 'Atlanta Braves' },
      },
    ])
  })

  it('the schedule is what the oldest fetch told, by its time and not by its place', async () => {
    const fetches = [
      { committed_at: '2026-07-05T18:00:00Z', events: [later] },
      { fetched_at: '2026-07-05T06:00:00Z', events: [game] },
    ]
    expect(await matchFiles(written(MARKETS), written(fetches))).toMatchObject([{ status: 'confirmed' }])
    expect(await matchFiles(written(MARKETS), written(fetches.slice(0, 1)))).toMatchObject([{ status: 'review' }])
  })

  it('of events without the time of a fetch the first is the oldest, and what is told again is one telling', async () => {
    expect(await readGames(written([game, game, later, later, game]))).toHaveLength(3)
    expect(await matchFiles(written(MARKETS), written([game, later]))).toMatchObject([{ status: 'confirmed' }])
  })

  it.each([
    ['no JSON', [mets, '{"ticker":'], /:2 is not JSON/],
    ['a market without event', [{ ticker: 'A' }], /:1 has "event_ticker" that is no text: nothing/],
    ['a title that is a number', [mets, { ...mets, title: 7 }], /:2 has "title" that is no text: 7/],
    ['no object', [7], /:1 has a line that is no object/],
    ['nothing', [''], /holds nothing/],
  ])('a list of markets with %s is refused by file and line', async (_what, lines, message) => {
    await expect(readMarkets(written(lines))).rejects.toThrow(message)
    await expect(readMarkets(written(lines))).rejects.toThrow(RangeError)
  })

  it.each([
    ['no id', [{ ...game, id: '' }], /:1 has an event's "id" that is no text/],
    ['a start that is none', [game, { ...game, commence_time: '2026-02-30T00:00:00Z' }], /:2 no such day/],
    ['a list that is none', [{ events: 'x' }], /:1 has "events" that is no list/],
  ])('a list of games with %s is refused by file and line', async (_what, lines, message) => {
    await expect(readGames(written(lines))).rejects.toThrow(message)
  })

  it('a gzip file without its end is refused', async () => {
    const file = path.join(dir, 'cut.jsonl.gz')
    const whole = gzipSync(Array.from({ length: 5_000 }, (_, n) => JSON.stringify({ ...game, id: `${n}` })).join('\n'))
    writeFileSync(file, whole.subarray(0, whole.length - 2_000))
    await expect(readGames(file)).rejects.toThrow(/cannot be read whole/)
  })
})

describe('crossbook match', () => {
  let printed: string[] = []
  beforeEach(() => {
    printed = []
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => printed.push(String(text)) > 0)
  })
  afterEach(() => jest.restoreAllMocks())

  const spread = { ...mets, ticker: 'KXMLBSPREAD-26JUL051230NYMATL-NYM2', event_ticker: 'KXMLBSPREAD-26JUL051230NYMATL' }

  it('prints the list that design.md §6 fixes', async () => {
    await match(written([...MARKETS, spread]), written([game]), true)
    const mappings = JSON.parse(printed.join('')) as readonly Record<string, unknown>[]
    expect(mappings).toHaveLength(2)
    expect(Object.keys(mappings[0] ?? {})).toEqual(expect.arrayContaining(['kalshiEvent', 'oddsEventId', 'status', 'yesTeams', 'reasons']))
    expect(mappings[1]).toMatchObject({
      oddsEventId: null,
      status: 'none',
      yesTeams: {},
      reasons: [expect.stringContaining('by how much')],
    })
  })

  it('prints counts by league and what waits for a person', async () => {
    await match(written([...MARKETS, spread]), written([later]), false)
    const lines = printed.join('').split('\n')
    expect(lines.slice(0, 5).map((line) => line.split(/ {2,}/))).toEqual([
      ['league', 'confirmed', 'review', 'none'],
      [expect.stringContaining('─'), expect.anything(), expect.anything(), expect.anything()],
      ['MLB', '0', '1', '0'],
      ['no game winner', '0', '0', '1'],
      ['all', '0', '1', '1'],
    ])
    expect(printed.join('')).toContain(
      `${EVENT}: the only game of these teams that day begins at 2026-07-05 15:35, not at 2026-07-05 12:30`,
    )
  })

  it('counts the best known league first', () => expect(countByLeague([])).toEqual([]))
})
