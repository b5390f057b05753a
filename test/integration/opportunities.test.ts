import { randomUUID } from 'node:crypto'
import { subjectId, tradeId, type SubjectId } from '../../src/core/ids'
import { millis, money, quantity } from '../../src/core/units'
import type { DecisionRow, OpportunityRow } from '../../src/ports/record'
import { query } from '../../src/stores/questdb/query'
import { createQuestdbWriter, type RecordTap } from '../../src/stores/questdb/writer'
import { systemClock } from '../stores/clock'
import { LogBook, temporaryDirectory, until } from '../stores/doubles'

const { questdb } = JSON.parse(process.env['CROSSBOOK_TEST_SERVERS'] ?? '{}') as { questdb: { httpUrl: string } }
const LIMIT_MS = 30_000
jest.setTimeout(2 * LIMIT_MS)
const NOON = Date.UTC(2026, 10, 22, 12)

const select = async (sql: string): Promise<readonly (readonly unknown[])[]> =>
  (await query(questdb.httpUrl, sql, AbortSignal.timeout(LIMIT_MS))).rows

const dir = temporaryDirectory()
let writer: RecordTap
beforeAll(async () => {
  const spill = { dir, name: 'test', bytesMax: 1_000_000 }
  const options = { httpUrl: questdb.httpUrl, clock: systemClock, log: new LogBook(), spill, keep: {} }
  writer = createQuestdbWriter({ ...options, capacity: 100, flushEveryMs: 20 })
  await until('the first contact', () => writer.ready(), LIMIT_MS)
})
afterAll(() => writer.close(2_000))
const written = async (table: string, subject: SubjectId, rows: number): Promise<void> =>
  until(
    `${rows} of ${table}`,
    async () => Number((await select(`SELECT count() FROM ${table} WHERE subject = '${subject}'`))[0]?.[0]) === rows,
    LIMIT_MS,
  )

const seen = (subject: SubjectId, change: Partial<OpportunityRow> = {}): OpportunityRow => ({
  kind: 'opportunity',
  subject,
  direction: 'A',
  mode: 'sim',
  n: 7,
  outcome: 'taken',
  reason: 'pair not in flight',
  tradeId: tradeId('t1'),
  trades: 2,
  firstSeenMs: millis(NOON),
  lastSeenMs: millis(NOON + 1_400),
  endedMs: millis(NOON + 1_500),
  looks: 101,
  finds: 100,
  best: {
    quantity: quantity('80'),
    netEdge: money('5.60'),
    annualReturn: 2_520,
    unwindLoss: money('1.25'),
    maximumLoss: money('34'),
    capital: money('74.40'),
    lockedDays: 19,
  },
  last: { quantity: quantity('10'), netEdge: money('-0.01') },
  refusals: 'pair not in flight 97, cool-down 2',
  ...change,
})

describe('arb_opportunities', () => {
  const COLUMNS = 'direction, mode, outcome, reason, trade_id, refusals, last_seen, duration_ms, looks, finds, trades'
  const FIGURES = 'best_size, best_net_edge, last_size, last_net_edge, annual_return, unwind_loss, maximum_loss, capital, locked_days'

  it('keeps an opportunity from first sight to end, exactly', async () => {
    const subject = subjectId(randomUUID())
    writer.offer(seen(subject))
    await written('arb_opportunities', subject, 1)
    const [row] = await select(`SELECT ts, ${COLUMNS} FROM arb_opportunities WHERE subject = '${subject}'`)
    const times = ['2026-11-22T12:00:01.400000Z', 1_500, 101, 100, 2]
    const words = ['A', 'sim', 'taken', 'pair not in flight', 't1', 'pair not in flight 97, cool-down 2']
    expect(row).toEqual(['2026-11-22T12:00:00.000000Z', ...words, ...times])
    const [figures] = await select(`SELECT ${FIGURES} FROM arb_opportunities WHERE subject = '${subject}'`)
    expect(figures).toEqual([8_000, 5_600_000, 1_000, -10_000, 2_520, 1_250_000, 34_000_000, 74_400_000, 19])
  })

  it('leaves out what no look had, and tells a repeated row once and two of one millisecond apart', async () => {
    const subject = subjectId(randomUUID())
    const unsized = { best: null, last: null, tradeId: null, outcome: 'refused', direction: 'both', refusals: '' } as const
    for (const n of [1, 1, 2]) writer.offer(seen(subject, { ...unsized, n }))
    await written('arb_opportunities', subject, 2)
    const rows = await select(`SELECT trade_id, ${FIGURES} FROM arb_opportunities WHERE subject = '${subject}'`)
    expect(rows).toEqual([Array(10).fill(null), Array(10).fill(null)])
  })
})

it('a refusal is recorded with what it came to and what it wanted, and unknown figures are no zeros', async () => {
  const subject = subjectId(randomUUID())
  const opportunity = { strategy: 'box', subject, n: 1, seenAtMs: millis(NOON), netEdge: money('1.5') } as const
  const unknown = { expectedValue: null, unwindLoss: null, maximumLoss: null }
  const row: DecisionRow = {
    ...{ kind: 'decision', mode: 'sim', verdict: 'refused', reason: 'cool-down', tradeId: null },
    opportunity: { ...opportunity, ...unknown },
    figures: { actual: '900 ms', limit: '≥ 5000 ms' },
  }
  writer.offer(row)
  await written('decisions', subject, 1)
  const rows = await select(`SELECT reason, actual, wanted, net_edge, expected_value FROM decisions WHERE subject = '${subject}'`)
  expect(rows).toEqual([['cool-down', '900 ms', '≥ 5000 ms', 1_500_000, null]])
})
