import { Redis } from 'ioredis'
import { millis, price, quantity } from '../../../src/core/units'
import type { TopRow } from '../../../src/ports/cache'
import { createRedisCache, type RedisCache } from '../../../src/stores/redis/cache'
import { systemClock } from '../../stores/clock'
import { LogBook, until } from '../../stores/doubles'
import { Proxy } from '../../stores/proxy'

const { redisUrl } = JSON.parse(process.env['CROSSBOOK_TEST_SERVERS'] ?? '{}') as { redisUrl: string }
/** A database of this file's own: it is flushed. */
const DATABASE = 9

const kalshi = (market: string, bid: string | null, atMs = Date.now()): TopRow => ({
  venue: 'kalshi',
  market,
  outcome: 'yes',
  series: 'KXU3',
  bid: bid === null ? null : price(bid),
  bidSize: bid === null ? null : quantity('12.50'),
  ask: price('0.4300'),
  askSize: quantity('3'),
  atMs: millis(atMs),
})
const forecastex: TopRow = { ...kalshi('731', '0.4100'), venue: 'forecastex', outcome: 'no', series: 'UNR' }

let proxy: Proxy
let direct: Redis
let log: LogBook
let cache: RedisCache
const open = (capacity = 100): RedisCache =>
  createRedisCache({ url: `redis://${proxy.address}/${DATABASE}`, clock: systemClock, log, capacity, flushEveryMs: 10 })

beforeEach(async () => {
  proxy = await Proxy.to(redisUrl)
  direct = new Redis(redisUrl, { db: DATABASE })
  await direct.flushdb()
  log = new LogBook()
  cache = open()
})
afterEach(async () => {
  await cache.close(1000)
  await proxy.close()
  direct.disconnect()
})
const yesBid = (market: string): Promise<string | null> => direct.hget(`kalshi:m:${market}`, 'yes_bid')

describe('the quote cache', () => {
  it('writes tops under the names of the first systems, with a TTL', async () => {
    cache.offer(kalshi('KXU3-A', '0.4150', 1_786_085_188_416))
    cache.offer(forecastex)
    await until('both written', async () => (await direct.exists('kalshi:m:KXU3-A', 'forecastex:c:731:no')) === 2)
    expect(await direct.hgetall('kalshi:m:KXU3-A')).toEqual({
      ...{ ticker: 'KXU3-A', series: 'KXU3', yes_bid: '0.4150', yes_ask: '0.4300', no_bid: '0.5700', no_ask: '0.5850' },
      ...{ yes_bid_size: '12.50', yes_ask_size: '3.00', updated_at: '2026-08-07T06:46:28.416Z', ts: '1786085188416' },
    })
    expect(await direct.hmget('forecastex:c:731:no', 'con_id', 'outcome', 'bid', 'ask')).toEqual(['731', 'no', '0.4100', '0.4300'])
    expect(await direct.ttl('kalshi:m:KXU3-A')).toBeGreaterThan(3500)
    expect(await direct.smembers('kalshi:markets')).toEqual(['KXU3-A'])
    expect(await direct.smembers('forecastex:contracts')).toEqual(['731:no'])
    expect(await direct.get('kalshi:last_update')).toBe('2026-08-07T06:46:28.416Z')
  })

  it('keeps the last value of a book and shows a side without a quote as empty', async () => {
    for (let i = 1; i < 100; i += 1) cache.offer(kalshi('KXU3-A', `0.${String(i).padStart(2, '0')}`))
    cache.offer(kalshi('KXU3-A', null))
    expect(cache.queued).toBe(1)
    await until('written', async () => (await yesBid('KXU3-A')) !== null)
    expect(await direct.hmget('kalshi:m:KXU3-A', 'yes_bid', 'no_ask', 'yes_bid_size')).toEqual(['', '', ''])
    expect(cache.dropped).toBe(0)
  })

  it('removes members whose hash expired', async () => {
    await cache.close(1000)
    await direct.sadd('kalshi:markets', 'KXOLD-1', 'KXOLD-2')
    cache = open()
    cache.offer(kalshi('KXU3-A', '0.4'))
    await until('pruned', async () => (await direct.smembers('kalshi:markets')).join() === 'KXU3-A')
  })

  it('empties a cache of another version and writes what it knows again', async () => {
    cache.offer(kalshi('KXU3-A', '0.40'))
    await until('written', async () => (await yesBid('KXU3-A')) !== null)
    await direct.mset('crossbook:schema', 'ancient', 'kalshi:m:KXOLD-1', 'of another kind')
    await until('the new version', async () => (await direct.get('crossbook:schema')) === '1')
    await until('written again', async () => (await yesBid('KXU3-A')) === '0.4000')
    expect(await direct.exists('kalshi:m:KXOLD-1')).toBe(0)
  })

  it('goes on when the server forgets its scripts', async () => {
    cache.offer(kalshi('KXU3-A', '0.40'))
    await until('written', async () => (await yesBid('KXU3-A')) === '0.4000')
    await direct.script('FLUSH')
    for (const market of ['KXU3-A', 'KXU3-B', 'KXU3-C']) cache.offer(kalshi(market, '0.41'))
    await until('written', async () => (await yesBid('KXU3-C')) === '0.4100')
    expect(await yesBid('KXU3-A')).toBe('0.4100')
    expect([cache.dropped, log.messages('error')]).toEqual([0, []])
  })
})

describe('the quote cache without its server', () => {
  it('keeps the newest of each book while the server is away and writes it when it is back', async () => {
    cache.offer(kalshi('KXU3-A', '0.40'))
    await until('ready', () => cache.ready() && cache.queued === 0)
    proxy.set('down')
    await until('noticed', () => !cache.ready())
    for (const bid of ['0.41', '0.42']) cache.offer(kalshi('KXU3-A', bid))
    cache.offer(kalshi('KXU3-B', '0.10'))
    expect(await yesBid('KXU3-A')).toBe('0.4000')
    proxy.set('up')
    await until('written', async () => (await yesBid('KXU3-A')) === '0.4200' && (await yesBid('KXU3-B')) === '0.1000')
    expect(log.messages('warn')).toEqual(['the quote cache does not answer; trading goes on without it'])
    expect(cache.dropped).toBe(0)
  })

  it('writes every book again after the server was wiped', async () => {
    for (const market of ['A', 'B', 'C']) cache.offer(kalshi(market, '0.40'))
    await until('written', async () => (await direct.scard('kalshi:markets')) === 3)
    await direct.flushdb()
    await until('written again', async () => (await direct.scard('kalshi:markets')) === 3)
    expect(await yesBid('B')).toBe('0.4000')
  })

  it('notices that the server was wiped also when another writer was there first', async () => {
    cache.offer(kalshi('KXU3-A', '0.40'))
    await until('written', async () => (await yesBid('KXU3-A')) !== null)
    await direct.multi().flushdb().set('crossbook:schema', '1').exec()
    await until('written again', async () => (await yesBid('KXU3-A')) === '0.4000')
  })

  it('recovers from a server that accepts and says nothing, and writes again what it does not know to be written', async () => {
    for (const bid of ['0.40', '0.41']) {
      cache.offer(kalshi('KXU3-A', bid))
      await until('written', async () => (await yesBid('KXU3-A')) === `${bid}00`)
    }
    proxy.set('mute')
    cache.offer(kalshi('KXU3-A', '0.42'))
    await until('noticed', () => !cache.ready())
    await direct.del('kalshi:m:KXU3-A')
    proxy.set('up')
    proxy.cut()
    await until('written', async () => (await yesBid('KXU3-A')) === '0.4200')
  })

  it('drops the book that changed longest ago when there are too many, and ends in time', async () => {
    proxy.set('down')
    await until('noticed', () => log.messages('warn').length > 0)
    const small = open(2)
    for (const market of ['A', 'B', 'C']) small.offer(kalshi(market, '0.40'))
    expect([small.queued, small.dropped]).toEqual([2, 1])
    const startedAt = Date.now()
    await small.close(200)
    expect(Date.now() - startedAt).toBeLessThan(3000)
  })
})
