import path from 'node:path'
import { marketId, subjectId } from '../../../src/core/ids'
import { millis, type Millis } from '../../../src/core/units'
import { migrateQuestdb } from '../../../src/stores/questdb/migrate'
import { createQuestdbWriter, type RecordTap } from '../../../src/stores/questdb/writer'
import { systemClock } from '../../stores/clock'
import { LogBook, temporaryDirectory, until } from '../../stores/doubles'
import { Proxy } from '../../stores/proxy'
import { countOf, fresh, LIMIT_MS, questdb, select } from './support/questdb'
import { execution, tick } from './support/rows'

jest.setTimeout(2 * LIMIT_MS)
const spill = { dir: path.join(temporaryDirectory(), 'spill'), name: 'test', bytesMax: 1_000_000 }
let proxy: Proxy
let log: LogBook
let writer: RecordTap
beforeAll(() => migrateQuestdb(questdb.httpUrl, AbortSignal.timeout(LIMIT_MS)))
beforeEach(async () => {
  proxy = await Proxy.to(questdb.httpUrl)
  log = new LogBook()
  const where = { httpUrl: `http://${proxy.address}`, capacity: 1_000, flushEveryMs: 20, spill, keep: {} }
  writer = createQuestdbWriter({ ...where, clock: systemClock, log })
})
afterEach(async () => {
  await writer.close(2000)
  await proxy.close()
})

describe('B16 what is written by lines of text', () => {
  const NAMES = [
    'spaces and\ttabs',
    'a,b=c d\\,e\\=f',
    '"double" and \'single\' quotes',
    'back\\slash \\n \\\\ at the end\\',
    'two\nlines\r\nof text',
    'é ß 日本 🙂 \u2028',
    'a,injected=1i 1\nkalshi_ticks,ticker=evil yes_bid=1i 1',
  ]

  it.each(NAMES)('B16 %j comes back as it was, as a SYMBOL and as a VARCHAR, and makes no other row', async (name) => {
    const own = fresh('b16')
    const id = `${own} ${name}`
    writer.offer({ ...execution(id), subject: subjectId(name), strategy: 'box', market: marketId(own) })
    await until('the fill', async () => (await countOf('executions', `market = '${own}'`)) === 1, LIMIT_MS)
    expect(await select(`SELECT subject, execution_id FROM executions WHERE market = '${own}'`)).toEqual([[name, id]])
    expect([writer.dropped, await countOf('kalshi_ticks', `ticker = 'evil'`)]).toEqual([0, 0])
  })

  it('B16 a time in milliseconds is stored as that time, in every column of a row, to its last digit', async () => {
    const ticker = marketId(fresh('time'))
    const [atMs, openMs, closeMs] = [691, 7, 999].map((ms) => millis(Date.UTC(2026, 10, 22, 12, 34, 56, ms)))
    writer.offer({
      ...{ kind: 'market', ticker, series: 'S', event: 'E', title: '', subtitle: '', status: 'open', yesBid: null, yesAsk: null },
      ...{ lastPrice: null, volume: null, volume24h: null, openInterest: null, expirationMs: null },
      ...{ atMs: atMs as Millis, openMs: openMs as Millis, closeMs: closeMs as Millis },
    })
    await until('the market', async () => (await countOf('kalshi_markets', `market_ticker = '${ticker}'`)) === 1, LIMIT_MS)
    expect(await select(`SELECT ts, open_time, close_time FROM kalshi_markets WHERE market_ticker = '${ticker}'`)).toEqual([
      ['2026-11-22T12:34:56.691000Z', '2026-11-22T12:34:56.007000Z', '2026-11-22T12:34:56.999000Z'],
    ])
  })

  it('B16 a time in another unit is refused, never stored as another year', async () => {
    const ticker = fresh('unit')
    const midnightMs = Date.UTC(2026, 10, 22)
    for (const atMs of [midnightMs / 1_000, midnightMs * 1_000, midnightMs * 1_000_000])
      writer.offer({ ...tick(ticker, 0), atMs: atMs as Millis })
    writer.offer(tick(ticker, 1))
    await until('all are judged', async () => writer.queued === 0 && (await countOf('kalshi_ticks', `ticker = '${ticker}'`)) > 0, LIMIT_MS)
    expect(await select(`SELECT ts FROM kalshi_ticks WHERE ticker = '${ticker}'`)).toEqual([['2026-11-22T00:00:00.001000Z']])
    expect([writer.dropped, log.messages('error')]).toEqual([3, Array.from({ length: 3 }, () => 'the record refused a row')])
  })

  it('B16 all rows go through one connection', async () => {
    const ticker = fresh('socket')
    await until('the first contact', () => writer.ready(), LIMIT_MS)
    const before = proxy.accepted // of the migrations
    for (let i = 0; i < 20; i += 1) {
      writer.offer(tick(ticker, i))
      await until('it is sent', () => writer.queued === 0, LIMIT_MS)
    }
    await until('all rows', async () => (await countOf('kalshi_ticks', `ticker = '${ticker}'`)) === 20, LIMIT_MS)
    expect(proxy.accepted - before).toBe(1)
  })
})
