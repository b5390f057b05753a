import { millis } from '../../../src/core/units'
import type { Mapping } from '../../../src/ports/cache'
import { readMapping, removeMapping, tickersOfEvent, tickersOfSport, writeMappings } from '../../../src/stores/redis/mapping'
import { AT_MS, emptyDatabase, NEVER } from './support'

const redis = emptyDatabase(11)
const mapping = (ticker: string, eventId: string, sport = 'nfl'): Mapping => ({
  ...{ ticker, eventId, sport, yesTeam: 'Buffalo Bills', status: 'confirmed', evidence: 'code BUF, day of the ticker' },
  resolvedMs: millis(AT_MS),
})
const [BUF, LAR] = [mapping('KXNFLGAME-26AUG07BUFLAR-BUF', 'e1'), mapping('KXNFLGAME-26AUG07BUFLAR-LAR', 'e1')]

describe('the mappings in the cache', () => {
  it('B3 stand under the names of the first systems, without a price', async () => {
    await writeMappings(redis(), [BUF], NEVER)
    expect(await redis().hgetall(`mapping:${BUF.ticker}`)).toEqual({
      ...{ ticker: BUF.ticker, sport: 'nfl', event_id: 'e1', yes_team: 'Buffalo Bills', status: 'confirmed' },
      ...{ evidence: 'code BUF, day of the ticker', resolved_at: '2026-08-07T06:46:28.416Z', ts: '1786085188416' },
    })
    expect(await redis().ttl(`mapping:${BUF.ticker}`)).toBeGreaterThan(3_500)
    expect(await redis().smembers('mapping:sport:nfl')).toEqual([BUF.ticker])
    expect(await redis().smembers('mapping:reverse:e1')).toEqual([BUF.ticker])
    expect(await readMapping(redis(), BUF.ticker, NEVER)).toEqual(BUF)
    expect(await readMapping(redis(), 'KXNO-1', NEVER)).toBeNull()
  })

  it('are found under one event only, also when a market moves to another', async () => {
    await writeMappings(redis(), [BUF, LAR], NEVER)
    await writeMappings(redis(), [mapping(BUF.ticker, 'e2', 'preseason')], NEVER)
    expect(await tickersOfEvent(redis(), 'e1', NEVER)).toEqual([LAR.ticker])
    expect(await tickersOfEvent(redis(), 'e2', NEVER)).toEqual([BUF.ticker])
    expect([await tickersOfSport(redis(), 'nfl', NEVER), await tickersOfSport(redis(), 'preseason', NEVER)]).toEqual([
      [LAR.ticker],
      [BUF.ticker],
    ])
  })

  it('are gone from everywhere when they are removed', async () => {
    await writeMappings(redis(), [BUF], NEVER)
    expect([await removeMapping(redis(), BUF.ticker, NEVER), await removeMapping(redis(), BUF.ticker, NEVER)]).toEqual([true, false])
    expect(await redis().keys('mapping:*')).toEqual(['mapping:last_update'])
  })

  it('are not found under their event after they have expired', async () => {
    await writeMappings(redis(), [BUF, LAR], NEVER)
    await redis().del(`mapping:${LAR.ticker}`) // as its TTL does
    expect(await tickersOfEvent(redis(), 'e1', NEVER)).toEqual([BUF.ticker])
    expect(await redis().smembers('mapping:reverse:e1')).toEqual([BUF.ticker])
  })

  it('come back with the next run of their writer after the server was wiped in the middle of a session', async () => {
    await writeMappings(redis(), [BUF, LAR], NEVER)
    await redis().flushdb()
    await redis().script('FLUSH')
    expect([await readMapping(redis(), BUF.ticker, NEVER), await removeMapping(redis(), BUF.ticker, NEVER)]).toEqual([null, false])
    await writeMappings(redis(), [BUF, LAR], NEVER)
    expect(await tickersOfEvent(redis(), 'e1', NEVER)).toEqual([BUF.ticker, LAR.ticker])
    expect(await redis().get('crossbook:schema')).toBe('1')
  })

  it.each([
    ['sport', 'a market cannot be named "sport"'],
    ['KX:1', 'the ticker "KX:1" cannot be part of a key'],
    ['', 'the ticker "" cannot be part of a key'],
  ])('refuse the market "%s" with one sentence', async (ticker, sentence) => {
    await expect(writeMappings(redis(), [BUF, mapping(ticker, 'e1')], NEVER)).rejects.toThrow(sentence)
    expect(await redis().dbsize()).toBe(0)
  })

  it('name a hash that somebody else has written', async () => {
    await redis().hset(`mapping:${BUF.ticker}`, 'sport', 'nfl', 'yes_ask', '42')
    await expect(readMapping(redis(), BUF.ticker, NEVER)).rejects.toThrow('has fields missing')
  })
})
