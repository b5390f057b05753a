import type { GameMapping } from '../../../src/core/edge/games/game'
import type { OddsGame } from '../../../src/core/edge/odds'
import { marketId } from '../../../src/core/ids'
import { readMapping, tickersOfSport } from '../../../src/stores/redis/mapping'
import { writeOdds } from '../../../src/stores/redis/odds'
import type { MappedMarket } from '../../../src/streaming/edges/markets'
import { EdgeCache } from '../../../src/wiring/shard/edge-cache'
import { LogBook, until } from '../../stores/doubles'
import { Proxy } from '../../stores/proxy'
import { clock, emptyDatabase, event, GAME, NEVER, redisUrl } from '../redis/support'

const DATABASE = 6
const redis = emptyDatabase(DATABASE)
const BUF = marketId('KXNFLGAME-26NOV22LACBUF-BUF')
const mapped = (change: Partial<GameMapping> = {}): MappedMarket => ({
  ticker: BUF,
  mapping: {
    ...{ kalshiEvent: 'KXNFLGAME-26NOV22LACBUF', oddsEventId: 'e1', status: 'confirmed', sport: 'americanfootball_nfl', league: 'NFL' },
    ...{ startMs: null, yesTeams: { [BUF]: 'Buffalo Bills' }, tie: 'none', reasons: ['teams', 'day'], ...change },
  },
})

describe('the desk of edges at the cache', () => {
  let proxy: Proxy
  let ended: AbortController
  let log: LogBook
  let running: Promise<void>
  let heard: OddsGame[]
  let mappings: readonly MappedMarket[]
  let mayWrite: boolean
  beforeEach(async () => {
    proxy = await Proxy.to(redisUrl)
    ended = new AbortController()
    log = new LogBook()
    heard = []
    mappings = []
    mayWrite = true
  })
  afterEach(async () => {
    ended.abort()
    await running
    await proxy.close()
  })
  const run = (): void => {
    const options = { markets: { mapped: () => mappings }, mayWrite: () => mayWrite, clock: { ...clock, sleep: hurried }, log }
    const cache = new EdgeCache({ url: `redis://${proxy.address}/${DATABASE}`, hear: (game) => heard.push(game), ...options })
    running = cache.run(ended.signal)
  }
  /** Its pauses of seconds are tenths here. */
  const hurried = (ms: number, signal: AbortSignal): Promise<void> => clock.sleep(Math.min(ms, 100), signal)
  const ids = (): readonly string[] => heard.map(({ eventId }) => eventId)

  it('hears what there is when it begins, and then every push', async () => {
    await writeOdds(redis(), [GAME], NEVER)
    run()
    await until('what there is', () => heard.length === 1)
    await writeOdds(redis(), [event('e2', GAME.lines)], NEVER)
    await until('the push', () => ids().includes('e2'))
    expect(heard.map(({ lines }) => lines.length)).toEqual([2, 2])
  })

  it('hears what was told while the cache was away, and nobody else waits for it', async () => {
    run()
    await clock.sleep(200, NEVER)
    await writeOdds(redis(), [GAME], NEVER)
    await until('the first', () => heard.length > 0)
    proxy.set('down')
    await writeOdds(redis(), [event('e2', GAME.lines)], NEVER)
    proxy.set('up')
    await until('what was missed', () => ids().includes('e2'), 20_000)
  })

  it('says once that something was pushed which cannot be read, and hears the next', async () => {
    run()
    await writeOdds(redis(), [GAME], NEVER)
    await until('begun', () => heard.length > 0)
    const n = Number(await redis().get('push:odds:n'))
    await redis().set('push:odds:n', n + 2)
    for (const each of [n + 1, n + 2]) await redis().xadd('push:odds', '*', 'n', each, 'body', '{}')
    await writeOdds(redis(), [event('e3', GAME.lines)], NEVER)
    await until('the next', () => ids().includes('e3'))
    expect(log.messages('error')).toEqual(['odds were pushed that cannot be read'])
  })

  it('tells the ingest what each market asks about, and takes back what is asked no more', async () => {
    mappings = [mapped(), { ...mapped({ status: 'none' }), ticker: marketId('OTHER') }]
    run()
    await until('the mapping', async () => (await readMapping(redis(), BUF, NEVER)) !== null)
    expect(await readMapping(redis(), BUF, NEVER)).toMatchObject({
      eventId: 'e1',
      yesTeam: 'Buffalo Bills',
      status: 'confirmed',
      evidence: 'teams; day',
    })
    expect(await tickersOfSport(redis(), 'americanfootball_nfl', NEVER)).toEqual([BUF])
    mappings = [mapped({ status: 'review' })]
    await until('the other mapping', async () => (await readMapping(redis(), BUF, NEVER))?.status === 'review')
    mappings = []
    await until('no mapping', async () => (await readMapping(redis(), BUF, NEVER)) === null)
  })

  it('writes nothing while another process trades', async () => {
    mayWrite = false
    mappings = [mapped()]
    run()
    await writeOdds(redis(), [GAME], NEVER)
    await until('the odds', () => heard.length > 0)
    await clock.sleep(300, NEVER)
    expect(await redis().exists('mapping:tickers')).toBe(0)
  })
})
