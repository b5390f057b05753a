import { marketId, tradeId } from '../../../src/core/ids'
import { millis } from '../../../src/core/units'
import { createQuestdbWriter, type RecordTap } from '../../../src/stores/questdb/writer'
import { systemClock } from '../../stores/clock'
import { LogBook, temporaryDirectory, until } from '../../stores/doubles'
import { fresh, LIMIT_MS, questdb, select } from './support/questdb'
import { SIGNAL } from './support/signal'

jest.setTimeout(2 * LIMIT_MS)
const spill = { dir: temporaryDirectory(), name: 'test', bytesMax: 1_000_000 }
let writer: RecordTap
beforeAll(async () => {
  const options = { httpUrl: questdb.httpUrl, clock: systemClock, log: new LogBook(), spill, keep: {} }
  writer = createQuestdbWriter({ ...options, capacity: 100, flushEveryMs: 20 })
  await until('the first contact', () => writer.ready(), LIMIT_MS)
})
afterAll(() => writer.close(2_000))

describe('signals', () => {
  it('has one row of a signal, the newest telling of it, and null where nothing is told', async () => {
    const ticker = marketId(fresh('s'))
    const atMs = millis(Date.UTC(2026, 10, 22))
    writer.offer({ ...SIGNAL, ticker, gate: 'cool-down', atMs })
    const told = (): Promise<readonly unknown[]> =>
      select(`SELECT id, side, gate, trade_id, tie_pays, ask, cost, probability, tier FROM signals WHERE ticker = '${ticker}'`)
    await until('it is told', async () => (await told()).length === 1, LIMIT_MS)
    expect(await told()).toEqual([['sig', 'no', 'cool-down', null, null, 4_700, 4_876_600, 551_000, 'HIGH']])
    writer.offer({ ...SIGNAL, ticker, tradeId: tradeId('t7'), tiePays: 500_000, atMs })
    const isTraded = async (): Promise<boolean> => JSON.stringify(await told()).includes('t7')
    await until('it is traded', isTraded, LIMIT_MS)
    expect(await told()).toEqual([['sig', 'no', null, 't7', 500_000, 4_700, 4_876_600, 551_000, 'HIGH']])
  })

  it('have an opinion a book, by which it can be scored', async () => {
    const ticker = marketId(fresh('s'))
    const atMs = millis(Date.UTC(2026, 10, 22))
    writer.offer({ ...SIGNAL, ticker, atMs })
    const opinion = { kind: 'signal-book', ticker, side: 'no', atMs } as const
    writer.offer({ ...opinion, book: 'pinnacle', family: 'pinnacle', probability: 560_000, weight: 2_500 })
    writer.offer({ ...opinion, book: 'unibet_se', family: 'kambi', probability: 540_000, weight: 500 })
    const read = (): Promise<readonly unknown[]> =>
      select(`SELECT b.book, b.family, b.probability, b.weight, s.probability FROM signal_books b
        JOIN signals s ON s.ts = b.ts AND s.ticker = b.ticker AND s.side = b.side WHERE b.ticker = '${ticker}' ORDER BY b.book`)
    await until('both are told', async () => (await read()).length === 2, LIMIT_MS)
    expect(await read()).toEqual([
      ['pinnacle', 'pinnacle', 560_000, 2_500, 551_000],
      ['unibet_se', 'kambi', 540_000, 500, 551_000],
    ])
  })
})
