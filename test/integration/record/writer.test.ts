import { readdirSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { marketId, subjectId, tradeId } from '../../../src/core/ids'
import { millis, money, price, quantity } from '../../../src/core/units'
import type { MarketRow, RecordRow, TickRow } from '../../../src/ports/record'
import { migrateQuestdb } from '../../../src/stores/questdb/migrate'
import { createQuestdbWriter, type RecordTap } from '../../../src/stores/questdb/writer'
import { systemClock } from '../../stores/clock'
import { LogBook, temporaryDirectory, until } from '../../stores/doubles'
import { Proxy } from '../../stores/proxy'
import { countOf, fresh, LIMIT_MS, questdb, select } from './support/questdb'
import { execution, tick } from './support/rows'

jest.setTimeout(2 * LIMIT_MS)

const dir = temporaryDirectory()
let proxy: Proxy
let log: LogBook
let writer: RecordTap
let spilled = 0
const open = (capacity = 10_000, spill: { dir?: string; bytesMax?: number } = {}): RecordTap => {
  const where = { dir: path.join(dir, String((spilled += 1))), name: 'test', bytesMax: 10_000_000, ...spill }
  return createQuestdbWriter({
    httpUrl: `http://${proxy.address}`,
    clock: systemClock,
    log,
    capacity,
    flushEveryMs: 20,
    spill: where,
    keep: {},
  })
}
beforeAll(() => migrateQuestdb(questdb.httpUrl, AbortSignal.timeout(LIMIT_MS)))
beforeEach(async () => {
  proxy = await Proxy.to(questdb.httpUrl)
  log = new LogBook()
  writer = open()
})
afterEach(async () => {
  await writer.close(2000)
  await proxy.close()
})

describe('the record', () => {
  it('keeps prices, quantities and missing sides exactly', async () => {
    const ticker = fresh('tick')
    writer.offer(tick(ticker, 0))
    await until('the row', async () => (await countOf('kalshi_ticks', `ticker = '${ticker}'`)) === 1, LIMIT_MS)
    const rows = await select(
      `SELECT ts, series, yes_bid, yes_bid_size, yes_ask, yes_ask_size FROM kalshi_ticks WHERE ticker = '${ticker}'`,
    )
    expect(rows).toEqual([['2026-11-22T00:00:00.000000Z', 'KXU3', 4150, 1250, null, null]])
  })

  it('keeps two fills of one millisecond and collapses a repeated one', async () => {
    const [one, two] = [fresh('x'), fresh('x')]
    for (const id of [one, two, one]) writer.offer(execution(id))
    await until('both fills', async () => (await countOf('executions', `execution_id IN ('${one}', '${two}')`)) === 2, LIMIT_MS)
    const rows = await select(`SELECT subject, price, quantity, fee, latency_micros FROM executions WHERE execution_id = '${one}'`)
    expect(rows).toEqual([['u3 with spaces, and=signs', 5200, 1000, -100_000, null]])
  })

  it('takes every kind of row', async () => {
    const subject = subjectId(fresh('s'))
    const atMs = millis(Date.UTC(2026, 10, 22))
    const figures = { netEdge: money(1), expectedValue: money(2), unwindLoss: money(3), maximumLoss: money(4) }
    const rows: RecordRow[] = [
      { ...tick(subject, 0), venue: 'forecastex', outcome: 'no' },
      {
        kind: 'spread',
        subject,
        direction: 'kalshi-yes',
        firstPrice: price(1),
        secondPrice: price(2),
        size: quantity(3),
        netEdge: money(-4),
        atMs,
      },
      {
        ...{ kind: 'decision', mode: 'sim', verdict: 'refused', reason: 'cool-down', figures: null, tradeId: null },
        opportunity: { strategy: 'box', subject, n: 5, seenAtMs: atMs, ...figures },
      },
      { kind: 'latency', measure: subject, tradeId: tradeId('t1'), micros: 1234, atMs },
      { kind: 'feed', venue: 'kalshi', shard: subject, conn: 3, state: 'disconnected', atMs },
    ]
    for (const row of rows) writer.offer(row)
    const places = [
      `forecastex_ticks WHERE con_id`,
      `spreads WHERE subject`,
      `decisions WHERE subject`,
      `latency WHERE measure`,
      `feed_states WHERE shard`,
    ]
    for (const place of places) {
      await until(place, async () => (await select(`SELECT count() FROM ${place} = '${subject}'`))[0]?.[0] === 1, LIMIT_MS)
    }
  })

  it('takes trades, told apart by their number, changes of books and markets', async () => {
    const ticker = marketId(fresh('k'))
    const atMs = millis(Date.UTC(2026, 10, 22))
    const print = {
      kind: 'print',
      ticker,
      series: 'KXU3',
      tradeId: 'a',
      takerSide: 'no',
      price: price(3100),
      quantity: quantity(2500),
      atMs,
    } as const
    const change = {
      kind: 'change',
      ticker,
      side: 'ask',
      price: price(5200),
      delta: quantity(-40),
      snapshot: false,
      subscription: 1,
      venueSid: 3,
      atMs,
    } as const
    const figures = { yesBid: price(4100), yesAsk: null, lastPrice: null, volume: quantity(7), volume24h: null, openInterest: null }
    const market: MarketRow = {
      ...{ kind: 'market', ticker, series: 'KXU3', event: 'E', title: 'Will it, "really"?', subtitle: '', status: 'open', ...figures },
      ...{ openMs: null, closeMs: millis(atMs + 1), expirationMs: null, atMs },
    }
    const rows: RecordRow[] = [
      print,
      { ...print, tradeId: 'b' },
      print,
      { ...change, seq: 7, venueSeq: 11 },
      { ...change, seq: 8, venueSeq: null },
      { ...change, seq: 8, venueSeq: null },
    ]
    for (const row of [...rows, market]) writer.offer(row)
    await until('the market', async () => (await countOf('kalshi_markets', `market_ticker = '${ticker}'`)) === 1, LIMIT_MS)
    await until('both trades', async () => (await countOf('kalshi_trades', `ticker = '${ticker}'`)) === 2, LIMIT_MS)
    await until('both changes', async () => (await countOf('kalshi_orderbook', `ticker = '${ticker}'`)) === 2, LIMIT_MS)
    expect(await select(`SELECT seq, venue_sid, venue_seq FROM kalshi_orderbook WHERE ticker = '${ticker}' ORDER BY seq`)).toEqual([
      [7, 3, 11],
      [8, 3, null],
    ])
    const where = `FROM kalshi_markets WHERE market_ticker = '${ticker}'`
    expect(await select(`SELECT title, yes_bid, yes_ask, no_bid, no_ask, volume, open_time, close_time ${where}`)).toEqual([
      ['Will it, "really"?', 4100, null, null, 5900, 7, null, '2026-11-22T00:00:00.001000Z'],
    ])
    expect(
      await select(`SELECT trade_id, taker_side, price, count FROM kalshi_trades WHERE ticker = '${ticker}' ORDER BY trade_id`),
    ).toEqual([
      ['a', 'no', 3100, 2500],
      ['b', 'no', 3100, 2500],
    ])
  })

  it('drops a row the server refuses, alone, and says which', async () => {
    const ticker = fresh('bad')
    const broken = { ...tick(ticker, 5), bid: 0.5 } as TickRow
    const tooEarly = { ...tick(ticker, 6), atMs: -1 } as TickRow
    for (const row of [tick(ticker, 1), broken, tick(ticker, 2), tooEarly, tick(ticker, 3)]) writer.offer(row)
    await until('the good rows', async () => (await countOf('kalshi_ticks', `ticker = '${ticker}'`)) >= 3, LIMIT_MS)
    await until('an empty queue', () => writer.queued === 0)
    expect(writer.dropped).toBeGreaterThan(0)
    expect(log.messages('error')).toContain('the record refused a row')
  })
})

describe('a batch of which every row is refused', () => {
  const ROWS = 32
  /** What no LONG holds: the client takes it, and the server does not. */
  const beyond = (ticker: string, n: number): TickRow => ({ ...tick(ticker, n), bid: 1e300 as TickRow['bid'] })
  const broken = (ticker: string, n: number): TickRow => ({ ...tick(ticker, n), bid: 0.5 as TickRow['bid'] })

  it.each([
    ['by the server: its tables are asked for once', beyond, 1],
    ['by the client: they have nothing to do with it', broken, 0],
  ])('%s', async (_by, row, times) => {
    const ticker = fresh('refused')
    await until('the first contact', () => writer.ready(), LIMIT_MS)
    let asked = 0
    proxy.onSent = (chunk) => void (asked += chunk.includes('designatedTimestamp') ? 1 : 0)
    for (let n = 0; n < ROWS; n++) writer.offer(row(ticker, n))
    await until('an empty queue', () => writer.queued === 0, LIMIT_MS)
    expect([asked, writer.dropped, log.messages('error').length]).toEqual([times, ROWS, ROWS])
    writer.offer(tick(ticker, ROWS))
    await until('the next row', async () => (await countOf('kalshi_ticks', `ticker = '${ticker}'`)) === 1, LIMIT_MS)
  })
})

describe('the record without its server', () => {
  it('sends what a slower server cannot take by way of the disk, and loses nothing', async () => {
    await writer.close(2000)
    writer = open(10_000)
    const ticker = fresh('slow')
    await until('the first contact', () => writer.ready(), LIMIT_MS)
    proxy.set('slow')
    let most = 0
    for (let i = 0; i < 20_000; i += 200) {
      for (let n = i; n < i + 200; n += 1) writer.offer(tick(ticker, n))
      await pause(10) // the pace of the feed: 20,000 rows a second at the most
      // and no faster than this machine's disk takes them: a feed that outruns both is not what is tested
      await until('room', () => writer.queued - writer.spilled < 8_000, LIMIT_MS)
      most = Math.max(most, writer.spilled)
    }
    expect([most > 0, writer.dropped]).toEqual([true, 0])
    proxy.set('up')
    await until('all rows', async () => (await countOf('kalshi_ticks', `ticker = '${ticker}'`)) === 20_000, LIMIT_MS)
    expect(writer.dropped).toBe(0)
  })

  it('keeps rows while the server is away and sends each of them when it is back', async () => {
    const ticker = fresh('down')
    await until('the first contact', () => writer.ready(), LIMIT_MS)
    proxy.set('down')
    for (let i = 0; i < 2500; i += 1) writer.offer(tick(ticker, i))
    await until('noticed', () => !writer.ready())
    expect([writer.queued, writer.dropped]).toEqual([2500, 0])
    proxy.set('up')
    await until('all rows', async () => (await countOf('kalshi_ticks', `ticker = '${ticker}'`)) === 2500, LIMIT_MS)
    await until('all acknowledged', () => writer.queued === 0)
    expect(log.messages('warn')).toHaveLength(1)
  })

  it('sends again what was stored but not acknowledged, without duplicates', async () => {
    const ticker = fresh('mute')
    await until('the first contact', () => writer.ready(), LIMIT_MS)
    proxy.set('mute')
    for (let i = 0; i < 100; i += 1) writer.offer(tick(ticker, i))
    await until('stored', async () => (await countOf('kalshi_ticks', `ticker = '${ticker}'`)) > 0, LIMIT_MS)
    expect(writer.queued).toBe(100)
    proxy.set('up')
    proxy.cut()
    await until('acknowledged', () => writer.queued === 0, LIMIT_MS)
    expect(await countOf('kalshi_ticks', `ticker = '${ticker}'`)).toBe(100)
  })

  it('gives up on a silent server after its own limit and connects anew', async () => {
    const ticker = fresh('silent')
    await until('the first contact', () => writer.ready(), LIMIT_MS)
    proxy.set('mute')
    writer.offer(tick(ticker, 1))
    await until('given up', () => !writer.ready(), LIMIT_MS)
    proxy.set('up')
    await until('acknowledged', () => writer.queued === 0, LIMIT_MS)
    expect(await countOf('kalshi_ticks', `ticker = '${ticker}'`)).toBe(1)
  })

  it('ends in time while the server is silent', async () => {
    await until('the first contact', () => writer.ready(), LIMIT_MS)
    proxy.set('mute')
    const second = open()
    for (const tap of [writer, second]) tap.offer(tick('never', 1))
    const startedAt = Date.now()
    await Promise.all([writer.close(200), second.close(200)])
    expect(Date.now() - startedAt).toBeLessThan(3000)
  })

  it('drops the oldest when memory and disk are full, counts it, says so, and ends in time', async () => {
    proxy.set('down')
    const small = open(10, { bytesMax: 1 })
    for (let i = 0; i < 25; i += 1) small.offer(tick('never', i))
    expect([small.queued, small.dropped]).toEqual([10, 15])
    await until('said', () => log.messages('error').includes('rows of the record are lost'))
    expect(log.messages('error')).toContain('rows of the record cannot wait on disk: make room there')
    const startedAt = Date.now()
    await small.close(200)
    expect(Date.now() - startedAt).toBeLessThan(3000)
    expect(log.messages('error')).toContain('rows of the record are lost: they were not written before the end')
  })

  it('leaves on disk what it cannot send before its end, and the next one sends it', async () => {
    const ticker = fresh('left')
    const own = { dir: path.join(dir, 'left') }
    proxy.set('down')
    const first = open(100, own)
    for (let i = 0; i < 80; i += 1) first.offer(tick(ticker, i))
    await first.close(100)
    expect(log.messages('warn')).toContain('rows of the record wait on disk for the next start')
    proxy.set('up')
    const second = open(100, own)
    await until('all rows', async () => (await countOf('kalshi_ticks', `ticker = '${ticker}'`)) === 80, LIMIT_MS)
    await until('the folder is empty', () => readdirSync(own.dir).length === 0)
    await second.close(2_000)
    expect(second.dropped).toBe(0)
  })
})
