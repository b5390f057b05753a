import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { millis } from '../../../src/core/units'
import type { OddsEvent, OddsLine } from '../../../src/ports/cache'
import type { Clock } from '../../../src/ports/clock'

export const { redisUrl } = JSON.parse(process.env['CROSSBOOK_TEST_SERVERS'] ?? '{}') as { redisUrl: string }
export const NEVER = new AbortController().signal
/** The machine's time, and its sleep. */
export const clock: Clock = {
  nowMs: () => millis(Date.now()),
  monoNs: () => process.hrtime.bigint(),
  sleep: (durationMs, signal) => delay(durationMs, undefined, { signal }),
}

/** A client of a database that no other test file uses: empty before each test. */
export function emptyDatabase(database: number): () => Redis {
  let redis: Redis
  beforeEach(async () => {
    redis = new Redis(redisUrl, { db: database })
    await redis.flushdb()
  })
  afterEach(() => redis.disconnect())
  return () => redis
}

export const AT_MS = 1_786_085_188_416
export const line = (
  team: string,
  consensusMicros: number,
  books: OddsLine['books'] = [book('draftkings', consensusMicros)],
): OddsLine => ({
  ...{ team, consensusMicros, books },
})
export const book = (name: string, probabilityMicros: number, updatedMs = AT_MS - 20_000): OddsLine['books'][number] => ({
  ...{ book: name, probabilityMicros, updatedMs: millis(updatedMs) },
})
const [HOME, AWAY] = ['St. Louis Rams', 'Buffalo Bills']
/** What the books said of it: another telling of it than its lines, which a test writes as it needs them. */
const gameOf = (eventId: string, sport: string): OddsEvent['game'] => ({
  ...{ eventId, sport, homeTeam: HOME, awayTeam: AWAY, commenceMs: millis(AT_MS + 3_600_000), fetchedMs: millis(AT_MS) },
  lines: [
    {
      book: 'draftkings',
      outcomes: [HOME, AWAY].map((name) => ({ name, odds: 1.909_090_909_090_909 })),
      updatedMs: millis(AT_MS - 20_000),
    },
    { book: 'fanduel', outcomes: [{ name: HOME, odds: 2.05 }], updatedMs: null },
  ],
})
export const event = (eventId: string, lines: readonly OddsLine[], sport = 'americanfootball_nfl'): OddsEvent => ({
  ...{ sport, eventId, homeTeam: HOME, awayTeam: AWAY, market: 'h2h', lines, game: gameOf(eventId, sport) },
  ...{ commenceMs: millis(AT_MS + 3_600_000), fetchedMs: millis(AT_MS) },
})
export const GAME = event('e1', [line('St. Louis Rams', 523_810), line('Buffalo Bills', 476_190)])
