import fs from 'node:fs'
import path from 'node:path'
import { ConfigurationError } from '../../../src/config/environment'
import { creditMonth, oddsKeyFile, readOddsFile, readOddsKey } from '../../../src/config/odds'
import { oddsSportOf } from '../../../src/core/edge/games/series'
import { temporaryDirectory } from '../../stores/doubles'

const SHIPPED = path.join(__dirname, '../../../config')
const folder = temporaryDirectory()

/** The shipped file with one text replaced. */
function altered(from: string | RegExp, to: string): string {
  const text = fs.readFileSync(path.join(SHIPPED, 'odds.yaml'), 'utf8')
  const changed = text.replace(from, to)
  expect(changed).not.toBe(text)
  const dir = fs.mkdtempSync(path.join(folder, 'config-'))
  fs.writeFileSync(path.join(dir, 'odds.yaml'), changed)
  return dir
}
const keyFile = (content: string, mode = 0o600): string => {
  const file = path.join(fs.mkdtempSync(path.join(folder, 'key-')), 'odds.key')
  fs.writeFileSync(file, content, { mode })
  fs.chmodSync(file, mode)
  return file
}

describe('config/odds.yaml', () => {
  it('ships the sports that are asked for, one call of one credit each, and its key outside of the repository', () => {
    const file = readOddsFile(SHIPPED)
    const names = file?.sports.map(({ sport }) => sport) ?? []
    expect(names).toEqual(expect.arrayContaining(['nfl', 'nba', 'mlb', 'nhl', 'wnba', 'ncaaf', 'ncaab', 'mma', 'kbo', 'epl', 'mls']))
    expect(file).toMatchObject({
      markets: ['h2h'],
      regions: ['us'],
      timeout_ms: 10_000,
      budget: { near_interval_s: 30_000, near_hours: 21_600_000 },
    })
    expect(file?.sports.filter(({ source, outcomes }) => source.startsWith('soccer_') !== (outcomes === 3))).toEqual([])
    expect(oddsKeyFile(SHIPPED, file ?? { key_file: '' })).toBe(path.join(SHIPPED, '../.crossbook/keys/odds-api.key'))
    expect(fs.readFileSync(path.join(SHIPPED, 'odds.yaml'), 'utf8')).not.toMatch(/[0-9a-f]{32}/)
  })

  it('names every series as the resolver of games does', () => {
    const file = readOddsFile(SHIPPED)
    const listed = file?.sports.flatMap(({ source, series }) => series.map((ticker) => [ticker, source])) ?? []
    expect(listed.map(([ticker]) => [ticker, oddsSportOf(ticker ?? '')])).toEqual(listed)
  })

  it('may be absent: then there is no source', () => expect(readOddsFile(folder)).toBeNull())

  it.each<[string, string | RegExp, string, string]>([
    ['a misspelt key', 'pause_ms', 'pauze_ms', 'unknown key "pauze_ms"; did you mean "pause_ms"?'],
    ['a key where only its file may be', 'key_file: ', 'api_key: 0123\nkey_file: ', 'unknown key "api_key"'],
    ['an address of another kind', /https:.*/, 'ftp://x', 'base_url'],
    ['markets without the winner', 'markets: [h2h]', 'markets: [totals]', 'must name h2h'],
    ['nobody to ask', 'regions: [us]', 'regions: []', 'must name a region'],
    ['an unknown region', 'regions: [us]', 'regions: [mars]', 'regions.0'],
    ['intervals out of order', 'far_interval_s: 120', 'far_interval_s: 20', 'must not be shorter'],
    ['a horizon before what is near', 'horizon_hours: 72', 'horizon_hours: 5', 'must not be less than near_hours'],
    ['everything kept back', 'keep_credits: 100', 'keep_credits: 20000', 'leaves nothing'],
    ['a day that some months lack', 'resets_on_day: 1', 'resets_on_day: 31', 'budget.resets_on_day'],
    ['a sport twice', 'sport: nba', 'sport: nfl', 'sport nfl is listed twice'],
    ['a series twice', 'KXNBAGAME', 'KXNFLGAME', 'series KXNFLGAME is listed twice'],
    ['a source that would be another address', 'source: basketball_nba', "source: '../nba'", 'sports.1.source'],
    ['four outcomes', 'outcomes: 2', 'outcomes: 4', 'sports.0.outcomes'],
    ['a draw where nobody draws', 'outcomes: 2', 'outcomes: 3', 'has outcomes: 3, and a game of americanfootball_nfl has 2'],
    [
      'no draw in soccer',
      'series: [KXEPLGAME], outcomes: 3',
      'series: [KXEPLGAME], outcomes: 2',
      'epl has outcomes: 2, and a game of soccer_epl has 3',
    ],
  ])('refuses %s by its name', (_name, from, to, sentence) => {
    const dir = altered(from, to)
    expect(() => readOddsFile(dir)).toThrow(ConfigurationError)
    expect(() => readOddsFile(dir)).toThrow(sentence)
  })
})

describe('the key of the source', () => {
  const KEY = '0123456789abcdef0123456789abcdef'

  it('is the one line of its file', () => expect(readOddsKey(keyFile(`${KEY}\n`))).toBe(KEY))

  it.each([
    ['readable by others', keyFile(KEY, 0o644), 'can be read by others, and it holds a key: chmod 600'],
    ['absent', path.join(folder, 'none.key'), 'cannot be read: write the key'],
    ['empty', keyFile('\n'), 'does not hold a key'],
    ['something else', keyFile(`key: ${KEY}\nother: 1`), 'does not hold a key'],
  ])('is refused when it is %s, and never repeated', (_name, file, sentence) => {
    expect(() => readOddsKey(file)).toThrow(sentence)
    expect(() => readOddsKey(file)).not.toThrow(KEY)
  })
})

it.each([
  ['2026-11-23T05:00:00Z', 1, '2026-11-01T00:00:00Z', '2026-12-01T00:00:00Z'],
  ['2026-11-23T05:00:00Z', 28, '2026-10-28T00:00:00Z', '2026-11-28T00:00:00Z'],
  ['2026-12-28T00:00:00Z', 28, '2026-12-28T00:00:00Z', '2027-01-28T00:00:00Z'],
  ['2027-01-01T00:00:00Z', 2, '2026-12-02T00:00:00Z', '2027-01-02T00:00:00Z'],
])('the month of credits at %s that resets on day %d', (now, day, start, reset) =>
  expect(creditMonth(Date.parse(now), day)).toEqual({ startMs: Date.parse(start), resetMs: Date.parse(reset) }),
)
