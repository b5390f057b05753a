import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { MockActivityEnvironment } from '@temporalio/testing'
import { millis } from '../../../src/core/units'
import type { OddsRow } from '../../../src/ports/record'
import { writeMappings } from '../../../src/stores/redis/mapping'
import { readConsensus, readOdds, writeOdds } from '../../../src/stores/redis/odds'
import { openOddsIngest, type OddsIngest } from '../../../src/wiring/odds/ingest'
import { readWatched } from '../../../src/wiring/odds/watched'
import type { IngestedOdds } from '../../../src/workflows/messages/odds'
import { API_KEY, game, SPORT, startOdds } from '../../sim/odds/rig'
import { LogBook } from '../../stores/doubles'
import { AT_MS, emptyDatabase, event, line, NEVER, redisUrl } from '../redis/support'

const DATABASE = 7
const redis = emptyDatabase(DATABASE)
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'crossbook-odds-'))
const opened: OddsIngest[] = []
afterAll(async () => {
  await Promise.all(opened.map((ingest) => ingest.close()))
  fs.rmSync(folder, { recursive: true, force: true })
})

const SHIPPED = path.join(__dirname, '../../../config')
/** The shipped configuration, pointed at a simulated source. */
function configured(url: string): string {
  const dir = fs.mkdtempSync(path.join(folder, 'config-'))
  fs.copyFileSync(path.join(SHIPPED, 'profiles.yaml'), path.join(dir, 'profiles.yaml'))
  const file = fs.readFileSync(path.join(SHIPPED, 'odds.yaml'), 'utf8')
  fs.writeFileSync(
    path.join(dir, 'odds.yaml'),
    file.replace(/^base_url: .*/m, `base_url: ${url}`).replace(/^key_file: .*/m, 'key_file: odds.key'),
  )
  fs.writeFileSync(path.join(dir, 'odds.key'), `${API_KEY}\n`, { mode: 0o600 })
  return dir
}
const quoted = (id: string, more: Record<string, unknown> = {}): Record<string, unknown> => {
  const [first] = game(id)['bookmakers'] as Record<string, unknown>[]
  return game(id, { bookmakers: ['pinnacle', 'draftkings', 'fanduel'].map((key) => ({ ...first, key })), ...more })
}
const mapping = (ticker: string, eventId: string, status: 'confirmed' | 'review' = 'confirmed') =>
  ({ ticker, sport: SPORT, eventId, yesTeam: 'New York Mets', status, evidence: 'codes', resolvedMs: millis(Date.now()) }) as const

describe('the ingest of odds', () => {
  it('goes from a source on a socket into the cache, by what is open and what may be spent', async () => {
    const sim = await startOdds({ settings: { monthly_credits: 20_000 }, events: [quoted('e1'), quoted('e2', { commence_time: '+20h' })] })
    const rows: OddsRow[] = []
    const log = new LogBook()
    const open = new Set<string>()
    const endpoints = { redisUrl: `${redisUrl}/${DATABASE}` }
    const ingest = openOddsIngest(
      { configDir: configured(sim.url), mode: 'demo', endpoints },
      { openSeries: () => Promise.resolve(open), onRow: (row) => rows.push(row), log },
    )
    opened.push(ingest)
    const round = (): Promise<IngestedOdds> => new MockActivityEnvironment().run(ingest.activities.ingestOddsRound)
    await redis().ping()

    expect(await round()).toMatchObject({ sports: [], remaining: 20_000, nextMs: null })
    open.add('KXMLBGAME')
    expect(await round()).toMatchObject({ sports: [{ sport: SPORT, games: 2, priced: 2, failure: null }], remaining: 19_999 })
    expect((await readOdds(redis(), NEVER)).map(({ eventId, lines }) => [eventId, lines.length])).toEqual([
      ['e1', 2],
      ['e2', 2],
    ])
    const [home, away] = await Promise.all(['Atlanta Braves', 'New York Mets'].map((team) => readConsensus(redis(), 'e1', team, NEVER)))
    expect((home ?? 0) + (away ?? 0)).toBe(1_000_000)
    expect(await redis().xlen('push:odds')).toBe(2)
    expect(rows).toHaveLength(12)
    expect(log.lines).toEqual([])
    await sim.stop()
  })

  it('without its key asks for nothing and says what to do; a key that others can read is refused', async () => {
    const dir = configured('http://127.0.0.1:1')
    const options = { openSeries: () => Promise.resolve(new Set(['KXMLBGAME'])), onRow: () => undefined, log: new LogBook() }
    const open = (): OddsIngest => openOddsIngest({ configDir: dir, mode: 'demo', endpoints: { redisUrl } }, options)
    fs.chmodSync(path.join(dir, 'odds.key'), 0o644)
    expect(open).toThrow('chmod 600')
    fs.rmSync(path.join(dir, 'odds.key'))
    const told = await open().activities.ingestOddsRound()
    expect(told).toMatchObject({
      sports: [],
      remaining: null,
      failure: expect.stringContaining('odds.key cannot be read: write the key') as string,
    })
  })

  it('asks for nothing without its file, without a cache, or in a simulation without a source, and says so', async () => {
    const log = new LogBook()
    const options = { openSeries: () => Promise.resolve(new Set(['KXMLBGAME'])), onRow: () => undefined, log }
    const told = (...settings: Parameters<typeof openOddsIngest>[0][]): Promise<unknown> =>
      Promise.all(
        settings.map((each) =>
          openOddsIngest(each, options)
            .activities.ingestOddsRound()
            .then(({ failure }) => failure),
        ),
      )
    const configDir = configured('http://127.0.0.1:1')
    expect(
      await told(
        { configDir: folder, mode: 'demo', endpoints: { redisUrl } },
        { configDir, mode: 'demo', endpoints: { redisUrl: null } },
        { configDir, mode: 'sim', endpoints: { redisUrl } },
      ),
    ).toEqual([
      `there is no source of odds: ${folder}/odds.yaml is missing`,
      'there is no cache to keep odds in: Redis is off',
      'there is no source of odds: the scenario has no section odds',
    ])
    expect(log.lines).toEqual([])
  })

  it('in a simulation asks the simulated source with its own key, and elsewhere never', async () => {
    const sim = await startOdds({ events: [quoted('e1')] })
    const away = 'http://127.0.0.1:1'
    const odds = { url: sim.url, apiKey: API_KEY }
    const round = async (mode: 'sim' | 'demo'): Promise<IngestedOdds> => {
      const endpoints = { redisUrl: `${redisUrl}/${DATABASE}`, odds }
      const options = { openSeries: () => Promise.resolve(new Set(['KXMLBGAME'])), onRow: () => undefined, log: new LogBook() }
      const ingest = openOddsIngest({ configDir: configured(away), mode, endpoints }, options)
      opened.push(ingest)
      return new MockActivityEnvironment().run(ingest.activities.ingestOddsRound)
    }
    expect(await round('sim')).toMatchObject({ sports: [{ sport: SPORT, games: 1, failure: null }], failure: null })
    expect(await round('demo')).toMatchObject({ sports: [], failure: expect.stringContaining('source down') as string })
    await sim.stop()
  })
})

it('a sport is watched by its open series, and near by the nearest game to come of a confirmed mapping', async () => {
  const now = Date.now()
  const at = (id: string, inMs: number) => ({ ...event(id, [line('A', 5)], SPORT), commenceMs: millis(now + inMs) })
  await writeOdds(redis(), [at('past', -5), at('near', 10_000), at('nearer', 5_000), at('far', 90_000)], NEVER)
  const sports = [
    { source: SPORT, series: ['KXMLBGAME'] },
    { source: 'basketball_nba', series: ['KXNBAGAME'] },
    { source: 'icehockey_nhl', series: ['KXNHLGAME'] },
  ]
  const watched = async (): Promise<unknown> => [...(await readWatched(redis(), sports, new Set(['KXNBAGAME']), millis(now), NEVER))]
  expect(await watched()).toEqual([['basketball_nba', { startMs: null, fetchedMs: null }]])
  await writeMappings(
    redis(),
    [mapping('T1', 'past'), mapping('T2', 'far'), mapping('T3', 'near'), mapping('T4', 'nearer', 'review')],
    NEVER,
  )
  expect(await watched()).toEqual([
    [SPORT, { startMs: now + 10_000, fetchedMs: AT_MS }],
    ['basketball_nba', { startMs: null, fetchedMs: null }],
  ])
})
