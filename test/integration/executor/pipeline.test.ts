import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { marketId } from '../../../src/core/ids'
import { millis, money, price, quantity } from '../../../src/core/units'
import type { OddsEvent } from '../../../src/ports/cache'
import type { Listing } from '../../../src/ports/catalog'
import { readCache, withCacheAt, writeMapped } from '../../../src/operator/pipeline/cache'
import { readHeld, readMoney } from '../../../src/operator/pipeline/ledger'
import { readWorld, type WorldSources } from '../../../src/operator/pipeline/read'
import { saveReadings } from '../../../src/stores/postgres/pairs/readings'
import { saveListings } from '../../../src/stores/postgres/registry'
import { readMapping } from '../../../src/stores/redis/mapping'
import { writeOdds } from '../../../src/stores/redis/odds'
import { topCall } from '../../../src/stores/redis/quotes'
import { queueCalls } from '../../../src/stores/redis/script'
import { WRITE_TOP } from '../../../src/stores/redis/top'
import { BRAVES, EVENT, game, later, market, METS, NOW, pipeline } from '../../operator/pipeline/world'
import { apart, edgePlan } from '../ledger/risk/support'
import { freshLedger } from '../ledger/support/ledger'
import { boxPlan, open } from '../ledger/support/trades'
import { migrateQuestdb } from '../../../src/stores/questdb/migrate'
import { until } from '../../stores/doubles'
import { fresh, LIMIT_MS, questdb, run as inRecord } from '../record/support/questdb'
import { emptyDatabase, NEVER, redisUrl } from '../redis/support'

/** Of this file alone. */
const DATABASE = 5
jest.setTimeout(2 * LIMIT_MS)
const ledger = freshLedger()
const redis = emptyDatabase(DATABASE)
const cacheUrl = `${redisUrl}/${DATABASE}`

const listing = (ticker: string, change: Partial<Listing> = {}): Listing => ({
  ...{
    venue: 'kalshi',
    market: marketId(ticker),
    event: EVENT,
    series: 'KXMLBGAME',
    title: 'New York M vs Atlanta Winner?',
    status: 'open',
  },
  ...{ bands: market(ticker).bands, closeMs: market(ticker).closeMs, fees: { feeType: 'quadratic', multiplier: 10_000, fetchedAtMs: NOW } },
  ...{ shard: 0, contracts: null, yesPays: null },
  ...change,
})
const event = (): OddsEvent => {
  const { sport, eventId, homeTeam, awayTeam, commenceMs, fetchedMs } = game()
  return { sport, eventId, homeTeam, awayTeam, market: 'h2h', commenceMs: commenceMs ?? NOW, fetchedMs, lines: [], game: game() }
}

/** The health page of a streaming process. */
let page: Server
let said: object = {}
beforeAll(async () => {
  page = createServer((_request, response) => response.end(JSON.stringify(said)))
  await new Promise<void>((resolve) => void page.listen(0, '127.0.0.1', resolve))
})
afterAll(() => page.close())
beforeEach(async () => {
  said = { feeds: [{ venue: 'kalshi', confirmedAgeMs: 300 }] }
  await ledger().database.query(
    `insert into limits_version (version, body, by_name, at_ms, active, origin) values ('w', $1, 'test', 1, true, 'w') on conflict do nothing`,
    [JSON.stringify({ ...ledger().limits, version: 'w' })],
  )
})

const sources = (change: Partial<WorldSources> = {}): WorldSources => ({
  ...{ database: ledger().database, questdbUrl: null, healthPort: (page.address() as AddressInfo).port, balancePrecision: 'direct' },
  ...{ cache: () => withCacheAt(cacheUrl, readCache), nowMs: () => NOW },
  ...change,
})

async function fill(): Promise<void> {
  await saveListings(ledger().database, [listing(METS), listing(BRAVES), listing('KXU3-A', { event: 'KXU3', series: 'KXU3' })], NOW)
  const text = 'market: New York M vs Atlanta Winner?\nyes: Atlanta\nrules: If Atlanta wins.'
  const told = {
    venue: 'kalshi',
    market: marketId(BRAVES),
    title: '',
    closeMs: NOW,
    text,
    reading: { kind: 'not-read', because: 'sports' },
  } as const
  await saveReadings(ledger().database, [told], NOW, NEVER)
  await writeOdds(redis(), [event()], NEVER)
  const row = {
    venue: 'kalshi',
    market: BRAVES,
    outcome: 'yes',
    series: 'KXMLBGAME',
    bid: price('0.49'),
    bidSize: quantity('400'),
  } as const
  const writes = redis().pipeline()
  queueCalls(writes, WRITE_TOP, [topCall({ ...row, ask: price('0.51'), askSize: null, atMs: later(-60_000) })])
  await writes.exec()
}

describe('what the stores have', () => {
  it('becomes the world of a cycle, with what is missing said in words', async () => {
    await fill()
    const world = await readWorld(sources())
    expect(world.markets).toHaveLength(3)
    expect(world.markets.find(({ ticker }) => ticker === BRAVES)).toMatchObject({
      ...{ eventTicker: EVENT, subtitle: 'Atlanta', rulesPrimary: 'If Atlanta wins.', rulesSecondary: '', volume: null },
      top: { bid: { price: price('0.49'), quantity: quantity('400') }, ask: null, atMs: later(-60_000) },
      fees: { kind: 'priced' },
    })
    expect(world.games).toEqual([game()])
    expect([world.confirmedAtMs, world.equity, world.cash]).toEqual([later(-300), money('1000'), money('1000')])
    expect(world.missing).toEqual([
      expect.stringContaining('1 of 2 open markets have no text of rules'),
      expect.stringContaining('1 of 2 open markets have no book in the cache'),
      expect.stringContaining('2 of 2 open markets have no volume: the record does not answer'),
      expect.stringContaining('best prices alone'),
    ])
  })

  it('has volumes from the record, the newest of each market', async () => {
    await migrateQuestdb(questdb.httpUrl, AbortSignal.timeout(LIMIT_MS))
    const ticker = fresh('KXMLBGAME')
    const insert = (atMs: number, volume: number): Promise<void> =>
      inRecord(`insert into kalshi_markets (ts, market_ticker, volume) values (${atMs}000, '${ticker}', ${volume})`)
    const lastMonth = later(-30 * 86_400_000) // other tests count the rows of this one
    await insert(lastMonth, 50_000)
    await insert(lastMonth + 1_000, 60_050)
    await saveListings(ledger().database, [listing(ticker)], NOW)
    const volumeOf = async (): Promise<number | null> =>
      (await readWorld(sources({ questdbUrl: questdb.httpUrl }))).markets.find((each) => each.ticker === ticker)?.volume ?? null
    await until('the volume', async () => (await volumeOf()) === 60_050, LIMIT_MS)
    expect(await volumeOf()).toBe(quantity('600.50'))
  })

  it('is empty, and says so, where nobody has written anything', async () => {
    said = {}
    const { markets, games, confirmedAtMs, missing } = await readWorld(sources())
    expect([markets, games, confirmedAtMs]).toEqual([[], [], null])
    expect(missing.join('\n')).toMatch(/no open market[^]*no odds[^]*every book counts as too old/)
    expect(pipeline().run(await readWorld(sources())).statistics).toMatchObject({ scanned: 0, lookedAt: 0 })
  })

  it('without limits or a cache there is no cycle', async () => {
    await expect(readWorld(sources({ cache: () => withCacheAt('redis://127.0.0.1:1', readCache) }))).rejects.toThrow(
      'the cache does not answer',
    )
    await ledger().database.query('delete from limits_version')
    await expect(readWorld(sources())).rejects.toThrow('no limits in force')
  })

  it('a quote that no writer of ours has written is refused by its name', async () => {
    await redis().hset('kalshi:m:KXBAD', { ts: '1', yes_bid: 'much', yes_bid_size: '1' })
    await redis().sadd('kalshi:markets', 'KXBAD')
    await expect(withCacheAt(cacheUrl, readCache)).rejects.toThrow('quote of KXBAD that cannot be read')
  })
})

describe('what a cycle writes', () => {
  it('mappings of open markets; those that closed are taken out', async () => {
    await fill()
    const cycles = pipeline()
    const write = async (): Promise<unknown> => {
      const world = await readWorld(sources())
      const open = new Set(world.markets.filter(({ status }) => status === 'open').map(({ ticker }) => ticker))
      return withCacheAt(cacheUrl, (client, limit) => writeMapped(client, cycles.run(world).mappings, open, NOW, limit))
    }
    expect(await write()).toEqual({ written: 2, removed: 0 })
    expect(await readMapping(redis(), BRAVES, NEVER)).toMatchObject({
      ...{ ticker: BRAVES, sport: 'baseball_mlb', eventId: 'abc', yesTeam: 'Atlanta Braves', status: 'confirmed', resolvedMs: NOW },
    })
    await saveListings(ledger().database, [listing(METS, { status: 'closed' })], NOW)
    expect(await write()).toEqual({ written: 1, removed: 1 })
    expect(await readMapping(redis(), METS, NEVER)).toBeNull()
  })
})

it('what the edge has at risk and has spent today counts each running trade at its bound', async () => {
  await saveListings(ledger().database, [listing('K1', { event: 'EV' })], NOW)
  const plan = edgePlan({ ...apart(1), subject: 'K1', seenAtMs: ledger().nowMs })
  expect((await ledger().ledger.reserve(plan, 'run', NEVER)).kind).toBe('granted')
  const bound = plan.legs[0].costBound
  const { equity, cash, spent } = await readMoney(ledger().database, ledger().nowMs)
  expect([equity, cash]).toEqual([money('1000'), money(money('1000') - bound)])
  expect([[...spent.byEvent], spent.day]).toEqual([[['EV', bound]], bound])
  const tomorrow = await readMoney(ledger().database, millis(ledger().nowMs + 86_400_000))
  expect([[...tomorrow.spent.byEvent], tomorrow.spent.day]).toEqual([[['EV', bound]], 0])
})

it('what the edge holds is told by market and side, that of a box is not', async () => {
  const plan = edgePlan({ ...apart(1), seenAtMs: ledger().nowMs })
  await open(ledger(), plan, [plan.legs[0].order, { fee: '1.7052' }])
  const box = boxPlan({ ...apart(2), seenAtMs: ledger().nowMs + 1 })
  await open(ledger(), box, [box.legs[0].order, { fee: '1.7052' }])
  expect(await readHeld(ledger().database)).toEqual([{ market: 'K1', outcome: 'yes', quantity: quantity('100') }])
})
