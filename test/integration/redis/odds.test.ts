import { millis } from '../../../src/core/units'
import { readConsensus, readOdds, teamKey, writeOdds } from '../../../src/stores/redis/odds'
import { AT_MS, book, emptyDatabase, event, GAME, line, NEVER } from './support'

const redis = emptyDatabase(10)
const keys = async (): Promise<readonly string[]> => (await redis().keys('odds:*')).toSorted()

describe('the odds in the cache', () => {
  it('stand under the names of the first systems, with a TTL', async () => {
    await writeOdds(redis(), [GAME], NEVER)
    expect(await keys()).toEqual([
      ...['odds:americanfootball_nfl:e1:buffalo_bills', 'odds:americanfootball_nfl:e1:st_louis_rams'],
      ...['odds:consensus:e1:buffalo_bills', 'odds:consensus:e1:st_louis_rams', 'odds:event:e1'],
      ...['odds:events:all', 'odds:events:americanfootball_nfl', 'odds:last_update'],
    ])
    expect(await redis().hgetall('odds:americanfootball_nfl:e1:st_louis_rams')).toEqual({
      ...{ event_id: 'e1', sport: 'americanfootball_nfl', home_team: 'St. Louis Rams', away_team: 'Buffalo Bills', team: 'St. Louis Rams' },
      ...{ market: 'h2h', commence_time: '2026-08-07T07:46:28.416Z', consensus_prob: '0.523810', consensus_cents: '52.3810' },
      ...{ draftkings_prob: '0.523810', draftkings_updated_at: '2026-08-07T06:46:08.416Z', book_count: '1' },
      ...{ updated_at: '2026-08-07T06:46:08.416Z', fetched_at: '2026-08-07T06:46:28.416Z', ts: '1786085188416' },
    })
    expect(await redis().get('odds:consensus:e1:st_louis_rams')).toBe('52.3810')
    for (const key of await keys()) if (key !== 'odds:last_update') expect(await redis().ttl(key)).toBeGreaterThan(7_100)
    expect(await redis().get('odds:last_update')).toBe('2026-08-07T06:46:28.416Z')
  })

  it("B6 keep each book's own time, and of a line the oldest", async () => {
    const books = [book('fanduel', 500_000, 1_786_085_000_000), book('betmgm', 510_000, 1_786_085_100_000)]
    await writeOdds(redis(), [event('e1', [line('Home', 505_000, books)])], NEVER)
    const fields = ['fanduel_updated_at', 'betmgm_updated_at', 'updated_at', 'book_count']
    const [fanduel, betmgm] = ['2026-08-07T06:43:20.000Z', '2026-08-07T06:45:00.000Z']
    expect(await redis().hmget('odds:americanfootball_nfl:e1:home', ...fields)).toEqual([fanduel, betmgm, fanduel, '2'])
  })

  it('lose the line of an outcome that has no consensus any more', async () => {
    await writeOdds(redis(), [event('e1', [line('Home', 400_000), line('Away', 300_000), line('Draw', 300_000)])], NEVER)
    await writeOdds(redis(), [event('e1', [line('Home', 600_000)])], NEVER)
    expect([await readConsensus(redis(), 'e1', 'Home', NEVER), await readConsensus(redis(), 'e1', 'Draw', NEVER)]).toEqual([600_000, null])
    expect(await redis().exists('odds:americanfootball_nfl:e1:draw', 'odds:americanfootball_nfl:e1:away')).toBe(0)
    await writeOdds(redis(), [event('e1', [])], NEVER)
    expect(await redis().exists('odds:americanfootball_nfl:e1:home', 'odds:consensus:e1:home')).toBe(0)
    expect((await readOdds(redis(), NEVER)).map(({ lines }) => lines)).toEqual([[]])
  })

  it('are read back as they were written', async () => {
    const other = event('e2', [line('A', 1), line('B', 999_999)], 'soccer_epl')
    await writeOdds(redis(), [GAME, other], NEVER)
    expect(await readOdds(redis(), NEVER)).toEqual([GAME, other])
    expect(await readConsensus(redis(), 'e2', 'A', NEVER)).toBe(1)
  })

  it('are never seen half written', async () => {
    await writeOdds(redis(), [GAME], NEVER)
    const reader = redis().duplicate()
    const seen = new Set<string>()
    const writing = (async () => {
      for (let i = 1; i <= 200; i += 1) await writeOdds(redis(), [event('e1', [line('Home', i * 1_000), line('Away', i * 1_000)])], NEVER)
    })()
    for (let i = 0; i < 400; i += 1) {
      const [home, away] = await reader.mget('odds:consensus:e1:home', 'odds:consensus:e1:away')
      seen.add(home === away ? 'whole' : `${home} and ${away}`)
    }
    await writing
    reader.disconnect()
    expect([...seen]).toEqual(['whole'])
  })
})

describe('the indexes of odds', () => {
  it('forget events that have expired', async () => {
    await writeOdds(redis(), [GAME, event('e2', [line('A', 5)])], NEVER)
    await redis().del('odds:event:e1') // as its TTL does
    expect((await readOdds(redis(), NEVER)).map(({ eventId }) => eventId)).toEqual(['e2'])
    await writeOdds(redis(), [event('e3', [line('A', 5)])], NEVER)
    expect((await redis().smembers('odds:events:americanfootball_nfl')).toSorted()).toEqual(['e2', 'e3'])
    expect((await redis().smembers('odds:events:all')).toSorted()).toEqual(['e2', 'e3'])
  })

  it('come back with the next fetch after the server was wiped in the middle of a session', async () => {
    await writeOdds(redis(), [GAME], NEVER)
    const before = await keys()
    await redis().flushdb()
    await redis().script('FLUSH')
    expect([await readOdds(redis(), NEVER), await readConsensus(redis(), 'e1', 'Buffalo Bills', NEVER)]).toEqual([[], null])
    await writeOdds(redis(), [GAME], NEVER)
    expect([await keys(), await redis().get('crossbook:schema')]).toEqual([before, '1'])
    expect(await readOdds(redis(), NEVER)).toEqual([GAME])
  })
})

describe('odds that cannot be', () => {
  it.each([
    [
      'B5 a consensus that no book has made',
      event('e2', [line('Home', 500_000, [])]),
      'the consensus of Home names no book it was made of',
    ],
    ['a certainty', event('e2', [line('Home', 1_000_000)]), '1000000 is no probability in 1e-6'],
    ['a fraction', event('e2', [line('Home', 0.5)]), '0.5 is no probability in 1e-6'],
    ['an event with a separator', event('e:2', [line('Home', 5)]), 'the event "e:2" cannot be part of a key'],
    ['a team of dots', event('e2', [line('...', 5)]), 'the team "" cannot be part of a key'],
    [
      'two teams of one key',
      event('e2', [line('St. Louis', 5), line('st louis', 6)]),
      'event e2 has two lines of one team: St. Louis, st louis',
    ],
    [
      'what was made of another fetch',
      { ...event('e2', [line('Home', 5)]), fetchedMs: millis(AT_MS + 1) },
      'event e2 comes with the lines of another event or fetch',
    ],
    ['a sport that is a word of the keys', event('e2', [line('Home', 5)], 'consensus'), 'a sport cannot be named "consensus"'],
  ])('are refused with one sentence, and nothing of the fetch is written: %s', async (_, bad, sentence) => {
    await expect(writeOdds(redis(), [GAME, bad], NEVER)).rejects.toThrow(sentence)
    expect(await redis().dbsize()).toBe(0)
  })

  it('are told to their writer when the server refuses them', async () => {
    await redis().set('odds:events:all', 'no set')
    await expect(writeOdds(redis(), [GAME], NEVER)).rejects.toThrow('WRONGTYPE')
  })

  it('are named when somebody else has written them', async () => {
    await writeOdds(redis(), [GAME], NEVER)
    await redis().hset('odds:event:e1', 'body', '{"sport":"nfl"}')
    await expect(readOdds(redis(), NEVER)).rejects.toThrow('whoever wrote it is no Crossbook of this version')
    for (const game of [undefined, { ...GAME.game, eventId: 'e2' }, { ...GAME.game, lines: [{ book: 'a', outcomes: [] }] }]) {
      await redis().hset('odds:event:e1', 'body', JSON.stringify({ ...GAME, game }))
      await expect(readOdds(redis(), NEVER)).rejects.toThrow('whoever wrote it is no Crossbook of this version')
    }
  })
})

it.each([
  ['St. Louis  Rams', 'st_louis_rams'],
  ['L.A. Clippers', 'la_clippers'],
  ['1. FC Köln', '1_fc_köln'],
])('the key of team %s is %s', (team, key) => expect(teamKey(team)).toBe(key))
