import { randomInt } from 'node:crypto'
import { marketId } from '../../../src/core/ids'
import type { Report } from '../../../src/core/report/document'
import { ASSUMED_WAYS } from '../../../src/core/trade/fill-model'
import type { OrderIntent } from '../../../src/core/trade/order'
import { millis, money, quantity } from '../../../src/core/units'
import { csvOf } from '../../../src/operator/reports/render/csv'
import { htmlOf } from '../../../src/operator/reports/render/html'
import { jsonOf } from '../../../src/operator/reports/render/json'
import { createRecordReader } from '../../../src/operator/reports/record'
import { makeReport } from '../../../src/operator/reports/reports'
import type { ShadowRow } from '../../../src/ports/record'
import { createQuestdbWriter, type RecordTap } from '../../../src/stores/questdb/writer'
import { systemClock } from '../../stores/clock'
import { LogBook, temporaryDirectory, until } from '../../stores/doubles'
import { freshLedger, NOW } from '../ledger/support/ledger'
import { boxPlan, close, open, resultOf } from '../ledger/support/trades'
import { LIMIT_MS, questdb, select } from '../record/support/questdb'

jest.setTimeout(2 * LIMIT_MS)
/** Other tests and runs share the table: a second, trades and markets of our own. */
const OWN = randomInt(1_000_000)
const AT = millis(NOW + (OWN % 1_000) * 1_000)
const SPAN = { fromMs: AT, toMs: millis(AT + 1_000) }
const ledger = freshLedger('sound', '1000')
const dir = temporaryDirectory()

let writer: RecordTap
beforeAll(async () => {
  process.stdout.write(`paper and live: trades of ${OWN}\n`)
  const options = { httpUrl: questdb.httpUrl, clock: systemClock, log: new LogBook(), spill: { dir, name: 'test', bytesMax: 1_000_000 } }
  writer = createQuestdbWriter({ ...options, keep: {}, capacity: 100, flushEveryMs: 20 })
  await until('the first contact', () => writer.ready(), LIMIT_MS)
})
afterAll(() => writer.close(2_000))

const planOf = (name: string) =>
  boxPlan({ id: `${name}${OWN}`, subject: `s${name}`, kalshi: `KX${name}-${OWN}`, forecastex: `${name}${OWN}`, seenAtMs: AT })
const twinOf = (order: OrderIntent, changed: Partial<ShadowRow> = {}): ShadowRow => ({
  ...{
    kind: 'shadow',
    venue: order.venue,
    market: order.market,
    mode: 'sim',
    strategy: 'box',
    outcome: order.outcome,
    action: order.action,
  },
  ...{ purpose: order.purpose, timeInForce: 'ioc', preset: 'pessimistic', clientOrderId: order.clientOrderId, tradeId: order.tradeId },
  ...{ limit: order.limit, quantity: order.quantity, waitMicros: 42_000, metMicros: 42_300, bookAgeMicros: 900, displayed: order.quantity },
  ...{ filled: quantity('80'), cost: money('33.60'), fee: money('1.40'), why: 'depth', answeredMicros: 8_000, atMs: AT },
  ...changed,
})
const report = (httpUrl: string | null = questdb.httpUrl): Promise<Report> =>
  makeReport(
    {
      ...{ database: ledger().database, record: createRecordReader(httpUrl), claims: () => Promise.resolve({ unknown: 'not asked' }) },
      assumed: { preset: 'pessimistic', way: ASSUMED_WAYS },
    },
    { kind: 'paper-live', by: 'trade', calibratedBy: 'profile', comparedBy: 'strategy', span: SPAN },
    millis(SPAN.toMs + 60_000),
  )

describe('paper and live, from the record and the ledger', () => {
  it('are one order by its id; halves are named, and the ledger has the last word on what filled', async () => {
    const [filled, missed, running] = [planOf('f'), planOf('m'), planOf('r')]
    const [a, b] = filled.legs
    ledger().clock.advance(AT - NOW)
    await open(ledger(), filled, [a.order, { contracts: '100', fee: '1.70' }], [b.order, { at: '0.54', fee: '1' }])
    await close(ledger(), resultOf(filled, 'locked', { locked: '100' }))
    await open(ledger(), missed)
    await close(ledger(), resultOf(missed, 'missed'))
    await open(ledger(), running)
    const later = { atMs: SPAN.toMs }
    const rows: readonly ShadowRow[] = [
      twinOf(a.order),
      // sent, refused by the venue, and paper would have had some of it
      twinOf(missed.legs[0].order, {
        filled: quantity('0'),
        cost: money(0),
        fee: money(0),
        displayed: null,
        bookAgeMicros: null,
        why: 'no-book',
      }),
      twinOf(running.legs[0].order, { filled: null, cost: null, fee: null, why: 'own-fills', answeredMicros: null, strategy: null }),
      twinOf(planOf('x').legs[0].order),
      twinOf(planOf('y').legs[0].order, { ...later, market: marketId('later') }),
    ]
    for (const row of rows) writer.offer(row)
    const own = `SELECT filled, cost, fee, why, strategy, wait_micros, met_micros, book_age_micros, displayed FROM paper_shadow WHERE trade_id IN (${rows.map(({ tradeId }) => `'${tradeId}'`).join(', ')}) ORDER BY trade_id`
    await until('all of it', async () => (await select(own)).length === rows.length, LIMIT_MS)
    expect((await select(own)).slice(0, 3)).toEqual([
      [8_000, 33_600_000, 1_400_000, 'depth', 'box', 42_000, 42_300, 900, 10_000],
      [0, 0, 0, 'no-book', 'box', 42_000, 42_300, null, null],
      [null, null, null, 'own-fills', null, 42_000, 42_300, 900, 10_000],
    ])
    const made = await report()
    expect(jsonOf(made)).toMatchObject({
      kind: 'paper-live',
      figures: {
        ...{ orders: 2, undecided: 1, onlyReal: 1, onlyPaper: 1, sent: '200.00', real: '100.00', paper: '80.00' },
        // both at 0.42; fees of 0.017 against 0.0175
        ...{ realRatePpm: 500_000, paperRatePpm: 400_000, dearerMicros: 0, dearerFeesMicros: -500, kalshiAnswers: 2, wayMs: null },
      },
      groups: [{ strategy: 'box', orders: 2 }, { strategy: 'all' }],
      compared: [
        { order: a.order.clientOrderId, real: '100.00', paper: '80.00', why: 'depth', answeredMicros: 8_000 },
        { order: missed.legs[0].order.clientOrderId, real: '0.00', paper: '0.00', why: 'no-book' },
      ],
      halves: [
        { order: b.order.clientOrderId, half: 'order, no twin' },
        { order: `cb-x${OWN}-a1`, half: 'twin, no order' },
        { order: running.legs[0].order.clientOrderId, half: 'both, not decided' },
      ],
      violations: [],
    })
    expect(csvOf(made)).toMatch(/^strategy,orders,sent,real,paper,realRate/)
    expect(htmlOf(made)).toMatch(/<h1>Paper and live<\/h1>[^]*<svg/)
  })

  it('are not known without the record, and the report says so', async () => {
    expect((await report(null)).notes).toEqual(['What orders came to on paper is not known: this stack has no QuestDB.'])
  })
})
