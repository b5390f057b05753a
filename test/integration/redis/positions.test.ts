import { marketId } from '../../../src/core/ids'
import { millis, money, quantity } from '../../../src/core/units'
import type { HeldPosition } from '../../../src/ports/cache'
import { copyPositions, replacePositions } from '../../../src/stores/redis/positions'
import type { OpenLot } from '../../../src/stores/postgres/proof/verify'
import { heldOf } from '../../../src/wiring/cache/positions'
import { LogBook, until } from '../../stores/doubles'
import { Proxy } from '../../stores/proxy'
import { AT_MS, clock, emptyDatabase, NEVER, redisUrl } from './support'

const DATABASE = 12
const redis = emptyDatabase(DATABASE)
const lot = (trade: string, market: string, outcome: 'yes' | 'no', contracts: string, cost: string): OpenLot => ({
  ...{ tradeId: trade, venue: 'kalshi', market: marketId(market), outcome, quantity: quantity(contracts), costMicros: money(cost) },
})
const LOTS = [
  lot('t1', 'KX-A', 'yes', '10', '4.2'),
  lot('t2', 'KX-A', 'yes', '2.5', '1.1'),
  lot('t3', 'KX-A', 'no', '1', '0.5'),
  lot('t4', 'KX-B', 'no', '3', '1'),
]
const held = (lots: readonly OpenLot[] = LOTS): readonly HeldPosition[] => heldOf(lots)
const replace = (positions: readonly HeldPosition[]): Promise<number> => replacePositions(redis(), positions, millis(AT_MS), NEVER)
const tickers = async (): Promise<readonly string[]> => (await redis().smembers('positions:tickers')).toSorted()

describe('the positions in the cache', () => {
  it('B14 are all lots of a market together, whoever opened them, and do not expire', async () => {
    await replace(held())
    expect(await redis().hgetall('positions:active:KX-A')).toEqual({
      ...{ ticker: 'KX-A', venue: 'kalshi', yes_contracts: '12.50', yes_cost: '5.30', no_contracts: '1.00', no_cost: '0.50', trades: '3' },
      ...{ updated_at: '2026-08-07T06:46:28.416Z', ts: '1786085188416' },
    })
    expect(await tickers()).toEqual(['KX-A', 'KX-B'])
    for (const key of await redis().keys('positions:*')) expect(await redis().ttl(key)).toBe(-1)
  })

  it('B14 stay until the ledger has no lot of theirs', async () => {
    await replace(held())
    expect(await replace(held(LOTS.slice(1)))).toBe(0)
    expect(await redis().hmget('positions:active:KX-A', 'yes_contracts', 'trades')).toEqual(['2.50', '2'])
    expect(await replace(held(LOTS.slice(0, 1)))).toBe(1)
    expect([await tickers(), await redis().exists('positions:active:KX-B')]).toEqual([['KX-A'], 0])
    expect(await replace([])).toBe(1)
    expect(await redis().keys('positions:*')).toEqual(['positions:last_update'])
  })

  it('are of one reading of the ledger, whoever looks when', async () => {
    const reader = redis().duplicate()
    const both = [held([LOTS[0]!]), held([LOTS[3]!])]
    await replace(both[0]!)
    const writing = (async () => {
      for (let i = 1; i <= 200; i += 1) await replace(both[i % 2]!)
    })()
    const counts = new Set<number>()
    for (let i = 0; i < 400; i += 1) counts.add(await reader.exists('positions:active:KX-A', 'positions:active:KX-B'))
    await writing
    reader.disconnect()
    expect([...counts]).toEqual([1])
  })
})

describe('the copy of the positions', () => {
  let proxy: Proxy
  let ended: AbortController
  let log: LogBook
  let copying: Promise<void>
  let read: () => Promise<readonly HeldPosition[]>
  beforeEach(async () => {
    proxy = await Proxy.to(redisUrl)
    ended = new AbortController()
    log = new LogBook()
    read = () => Promise.resolve(held())
    const options = { url: `redis://${proxy.address}/${DATABASE}`, read: () => read(), clock, log, everyMs: 10 }
    copying = copyPositions(options, ended.signal)
  })
  afterEach(async () => {
    ended.abort()
    await copying
    await proxy.close()
  })
  const written = (): Promise<void> => until('written', async () => (await tickers()).join() === 'KX-A,KX-B')

  it('writes them again after the server was wiped in the middle of a session', async () => {
    await written()
    await redis().flushdb()
    await redis().script('FLUSH')
    await written()
    expect(log.lines).toEqual([])
  })

  it('says once that the server is away, and goes on when it is back', async () => {
    await written()
    proxy.set('down')
    let tries = 0
    read = () => Promise.resolve((tries += 1) > 0 ? [] : held())
    await until('tried again and again', () => tries > 3)
    proxy.set('up')
    await until('emptied', async () => (await tickers()).length === 0)
    expect(log.messages('warn')).toEqual(['the positions in the cache are not copied; the ledger has them'])
  })

  it('leaves what stands there while the ledger cannot be read', async () => {
    await written()
    read = () => Promise.reject(new Error('the ledger is away'))
    await until('noticed', () => log.messages('warn').length > 0)
    expect(await tickers()).toEqual(['KX-A', 'KX-B'])
  })

  it('ends at once, also with a server that says nothing', async () => {
    await written()
    proxy.set('mute')
    ended.abort()
    await copying
  })
})
