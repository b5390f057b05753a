import { lockedBox } from '../ledger/support/trades'
import { ledger } from '../operator/support/office'
import { worldOfTest } from './world'
import { Redis } from 'ioredis'
import { price, quantity, millis } from '../../../src/core/units'
import { createRedisCache } from '../../../src/stores/redis/cache'
import { systemClock } from '../../stores/clock'
import { LogBook, until } from '../../stores/doubles'
import { REDIS } from './world'

jest.setTimeout(60_000)
const world = worldOfTest()

interface Page {
  readonly items: readonly Readonly<Record<string, unknown>>[]
  readonly next: string | null
}
/** All pages of a list, each of so many. */
async function pagesOf(url: string, limit: number): Promise<readonly Page[]> {
  const pages: Page[] = []
  for (let next: string | null = ''; next !== null; next = pages.at(-1)?.next ?? null) {
    const answer = await world().ask(
      'vera',
      'GET',
      `${url}${url.includes('?') ? '&' : '?'}limit=${limit}${next === '' ? '' : `&cursor=${next}`}`,
    )
    expect([answer.statusCode, answer.statusCode === 200 ? '' : answer.body]).toEqual([200, ''])
    pages.push(answer.json())
  }
  return pages
}

describe('a list by pages', () => {
  it('of trades has each once, the newest first, also of those that began in the same millisecond', async () => {
    const times = [0, 1, 1, 1, 2, 3, 3]
    for (const n of times.keys()) await lockedBox(ledger(), { id: `t${n}`, seenAtMs: ledger().nowMs + n + 1 })
    for (const [n, later] of times.entries())
      await ledger().database.query('update trade set started_ms = started_ms + $2 where trade_id = $1', [`t${n}`, later])
    const pages = await pagesOf('/v1/trades', 2)
    expect(pages.map(({ items }) => items.map(({ tradeId }) => tradeId))).toEqual([['t6', 't5'], ['t4', 't3'], ['t2', 't1'], ['t0']])
  })

  it('of positions and of the books of the cache ends with null', async () => {
    await lockedBox(ledger())
    expect((await pagesOf('/v1/positions', 1)).map(({ items }) => items.map(({ venue }) => venue))).toEqual([['forecastex'], ['kalshi']])
    const cache = createRedisCache({ url: REDIS, clock: systemClock, log: new LogBook(), capacity: 100, flushEveryMs: 10 })
    const redis = new Redis(REDIS)
    for (const market of ['KX-A', 'KX-B', 'KX-C'])
      cache.offer({
        ...{ venue: 'kalshi', market, outcome: 'yes', series: 'KX', bid: null, bidSize: null, ask: price('0.43'), askSize: quantity('3') },
        atMs: millis(Date.now()),
      })
    await until('all are written', async () => (await redis.exists('kalshi:m:KX-A', 'kalshi:m:KX-B', 'kalshi:m:KX-C')) === 3)
    await cache.close(1_000)
    redis.disconnect()
    const pages = await pagesOf('/v1/books?venue=kalshi', 2)
    expect(pages.map(({ items }) => items.map(({ market, bid, ask }) => [market, bid, ask]))).toEqual([
      [
        ['KX-A', null, '0.4300'],
        ['KX-B', null, '0.4300'],
      ],
      [['KX-C', null, '0.4300']],
    ])
  })

  it.each(['nonsense', '', 'W10', Buffer.from('["positions",{"venue":"kalshi","market":"M","outcome":"yes"}]').toString('base64url')])(
    'refuses a cursor that is none of its own: %s',
    async (cursor) => {
      const answer = await world().ask('vera', 'GET', `/v1/trades?cursor=${cursor}`)
      expect([answer.statusCode, answer.json()]).toMatchObject([400, { detail: 'this cursor is none of trades: begin again without one' }])
    },
  )

  it.each(['0', '501', '-1', '1.5', 'all'])('refuses a limit of %s', async (limit) => {
    expect((await world().ask('vera', 'GET', `/v1/trades?limit=${limit}`)).statusCode).toBe(400)
  })
})
