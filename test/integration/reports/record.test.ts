import { randomInt } from 'node:crypto'
import type { Span } from '../../../src/core/report/span'
import { millis, type Millis } from '../../../src/core/units'
import { createRecordReader } from '../../../src/operator/reports/record'
import { migrateQuestdb } from '../../../src/stores/questdb/migrate'
import { query } from '../../../src/stores/questdb/query'
import { until } from '../../stores/doubles'

const { questdb } = JSON.parse(process.env['CROSSBOOK_TEST_SERVERS'] ?? '{}') as { questdb: { httpUrl: string } }
const LIMIT_MS = 30_000
jest.setTimeout(2 * LIMIT_MS)
const HOUR_MS = 3_600_000
/** Other tests share the tables: an hour of our own, before the time at which they write, and young enough to be kept. */
const HOUR = randomInt(700)
const START = Date.UTC(2026, 9, 1) + HOUR * HOUR_MS
const SPAN: Span = { fromMs: millis(START), toMs: millis(START + HOUR_MS) }

const ask = (sql: string) => query(questdb.httpUrl, sql, AbortSignal.timeout(LIMIT_MS))
beforeAll(async () => {
  process.stdout.write(`reports of the record: hour ${HOUR}\n`)
  await migrateQuestdb(questdb.httpUrl, AbortSignal.timeout(LIMIT_MS))
})
const reader = createRecordReader(questdb.httpUrl)

/** Inserts rows, each at so many ms of our hour, and waits until so many of them are read. */
async function written(
  into: string,
  rows: readonly (readonly [ms: number, values: string])[],
  read: () => Promise<object>,
  of: number,
): Promise<void> {
  for (const [ms, values] of rows) await ask(`INSERT INTO ${into} VALUES (${(START + ms) * 1_000}, ${values})`)
  await until(
    `${of} rows of ${into}`,
    async () => {
      const answer = (await read()) as { readonly known?: readonly unknown[] }
      return answer.known?.length === of
    },
    LIMIT_MS,
  )
}

describe('the record, as reports read it', () => {
  it('has margins in their order, with what is known of them', async () => {
    const into =
      'arb_opportunities (ts, subject, direction, mode, outcome, reason, refusals, duration_ms, n, best_size, best_net_edge, capital)'
    const of = `'u3''s', 'A', 'sim', 'refused', 'cool-down', 'cool-down 3, calendar 1', 9`
    const rows = [
      [20, `${of}, 2, 1000, 500000, 9000000`],
      [10, `${of}, 1, null, null, null`],
      [HOUR_MS, `${of}, 3, null, null, null`],
    ] as const
    await written(into, rows, () => reader.margins(SPAN), 2)
    const own = {
      pair: "u3's",
      direction: 'A',
      outcome: 'refused',
      reason: 'cool-down',
      refusals: 'cool-down 3, calendar 1',
      durationMs: 9,
    }
    expect(await reader.margins(SPAN)).toEqual({
      known: [
        { ...own, firstMs: START + 10, size: null, netEdge: null, capital: null },
        { ...own, firstMs: START + 20, size: 1_000, netEdge: 500_000, capital: 9_000_000 },
      ],
    })
  })

  it('has steps, with their trades', async () => {
    const rows = [
      [7, `'reserve', 't1', 7`],
      [9, `'reserve', null, 9`],
    ] as const
    await written('latency (ts, measure, trade_id, micros)', rows, () => reader.steps(SPAN), 2)
    expect(await reader.steps(SPAN)).toEqual({
      known: [
        { measure: 'reserve', tradeId: 't1', micros: 7 },
        { measure: 'reserve', tradeId: null, micros: 9 },
      ],
    })
  })

  it('has quotes of one market, and minutes with news of each venue', async () => {
    const market = `KX-${HOUR}`
    const of = `'${market}', 'KX', 4100`
    const rows = [
      [1, `${of}, null`],
      [60_001, `${of}, 4300`],
      [60_002, `${of}, null`],
      [180_000, `${of}, null`],
      [2, `'KX-other', 'KX', 1, 2`],
    ] as const
    await written('kalshi_ticks (ts, ticker, series, yes_bid, yes_ask)', rows, () => reader.quotes('kalshi', market, SPAN), 4)
    expect(await reader.quotes('kalshi', market, { ...SPAN, toMs: millis(START + 60_002) })).toEqual({
      known: [
        { atMs: START + 1, outcome: 'yes', bid: 4_100, ask: null },
        { atMs: START + 60_001, outcome: 'yes', bid: 4_100, ask: 4_300 },
      ],
    })
    expect(await reader.ticked(SPAN)).toEqual({
      known: [
        { venue: 'kalshi', minutes: 3, firstMs: START, lastMs: START + 180_000 },
        { venue: 'forecastex', minutes: 0, firstMs: null, lastMs: null },
      ],
    })
  })

  it('has states of feeds in their order, and what held when the span began', async () => {
    const shard = `s${HOUR}`
    const rows = [
      [-40_000, `'kalshi', '${shard}', 1, 'connected'`],
      [-10_000, `'kalshi', '${shard}', 0, 'connected'`],
      [5, `'kalshi', '${shard}', 4, 'unconfirmed'`],
      [5, `'kalshi', '${shard}', 3, 'disconnected'`],
      [9, `'kalshi', '${shard}', 0, 'connected'`],
      [HOUR_MS, `'kalshi', '${shard}', 0, 'ended'`],
    ] as const
    await written('feed_states (ts, venue, shard, conn, state)', rows, () => reader.feeds(SPAN), 4)
    const own = { venue: 'kalshi', shard }
    expect(await reader.feeds(SPAN)).toEqual({
      known: [
        { ...own, atMs: START - 10_000, state: 'connected' },
        { ...own, atMs: START + 5, state: 'disconnected' },
        { ...own, atMs: START + 5, state: 'unconfirmed' },
        { ...own, atMs: START + 9, state: 'connected' },
      ],
    })
  })

  it('is not known where nothing answers, and says why', async () => {
    expect(await createRecordReader(null).steps(SPAN)).toEqual({ unknown: 'this stack has no QuestDB' })
    const nobody = await createRecordReader('http://127.0.0.1:1').margins(SPAN)
    expect(nobody).toEqual({ unknown: expect.stringContaining('QuestDB does not answer') as string })
    const backwards = { fromMs: millis(START), toMs: Number.NaN as Millis }
    expect(await reader.margins(backwards)).toEqual({ unknown: expect.stringContaining('QuestDB refuses the question') as string })
  })
})
