import { parse } from 'yaml'
import { paper } from '../../../../src/config/schema/paper'
import { marketId, orderId, tradeId } from '../../../../src/core/ids'
import type { Findings } from '../../../../src/core/report/document'
import { compare, wayOf, type SentOrder, type Shadow } from '../../../../src/core/report/shadows/compare'
import { shadowFindings } from '../../../../src/core/report/shadows/findings'
import { ASSUMED_WAYS } from '../../../../src/core/trade/fill-model'
import { millis, money, price, quantity } from '../../../../src/core/units'

const AT = millis(Date.UTC(2026, 10, 21))
const SPAN = { fromMs: AT, toMs: millis(AT + 1_000) }
const assumed = { preset: 'pessimistic', way: ASSUMED_WAYS }
const idOf = (n: number) => orderId(tradeId(`t${n}`), 'a', 1)

/** Bought 20 of 20 at 0.41 for fees of 0.30, and on paper 10 at 0.40 for fees of 0.10. */
const order = (n: number, changed: Partial<SentOrder> = {}): SentOrder => ({
  ...{
    clientOrderId: idOf(n),
    tradeId: tradeId(`t${n}`),
    strategy: 'edge',
    venue: 'kalshi',
    market: marketId('M'),
    outcome: 'yes',
    action: 'buy',
  },
  ...{ isFinal: true, startedMs: AT, filled: quantity('20'), notional: money('8.20'), fees: money('0.30') },
  ...changed,
})
const twin = (n: number, changed: Partial<Shadow> = {}): Shadow => ({
  ...{ clientOrderId: idOf(n), venue: 'kalshi', preset: 'pessimistic', limit: price('0.42'), quantity: quantity('20'), sentMs: AT },
  ...{ filled: quantity('10'), cost: money('4.00'), fee: money('0.10'), why: 'depth', waitMicros: 42_000, answeredMicros: 30_000 },
  ...changed,
})
const made = (orders: readonly SentOrder[], twins: readonly Shadow[]): Findings =>
  shadowFindings({ ...compare(orders, twins, SPAN), by: 'venue', assumed })
const figuresOf = ({ figures }: Findings): Readonly<Record<string, unknown>> =>
  Object.fromEntries(figures.map(({ key, value }) => [key, value]))
const rowsOf = ({ tables }: Findings, name: string): readonly (readonly unknown[])[] =>
  tables.find((table) => table.name === name)?.rows ?? []

describe('the report on paper and live', () => {
  it('holds an order against its twin: what filled, which was dearer, by contracts that both had', () => {
    const report = made([order(1)], [twin(1)])
    expect(figuresOf(report)).toEqual({
      ...{
        orders: 1,
        undecided: 0,
        onlyReal: 0,
        onlyPaper: 0,
        sent: 2_000,
        real: 2_000,
        paper: 1_000,
        realRate: 1_000_000,
        paperRate: 500_000,
      },
      // 0.41 against 0.40 a contract, and fees of 0.015 against 0.010
      ...{ dearer: 10_000, dearerFees: 5_000, kalshiAnswers: 1, forecastexAnswers: 0, wayMs: null },
    })
    // ten contracts at 0.42, ten times a cent, ten times half a cent
    expect(rowsOf(report, 'compared')[0]?.slice(-4)).toEqual([4_200_000 + 100_000 + 50_000, 30_000, 42_000, 'depth'])
    expect(rowsOf(report, 'why')).toEqual([['depth', 1, 2_000, 1_000, 2_000]])
    expect(report.violations).toEqual([])
  })

  it('of a sale dearer is what brought less', () => {
    const sale = order(1, { action: 'sell', notional: money('7.80') })
    expect(figuresOf(made([sale], [twin(1)]))).toMatchObject({ dearer: 10_000 })
    expect(figuresOf(made([{ ...sale, notional: money('8.20') }], [twin(1)]))).toMatchObject({ dearer: -10_000 })
  })

  it('has prices of nothing where one of them filled nothing', () => {
    const none = { filled: quantity(0), notional: money(0), fees: money(0) }
    const report = made([order(1, none)], [twin(1)])
    expect(figuresOf(report)).toMatchObject({ real: 0, realRate: 0, dearer: null, dearerFees: null })
    expect(report.notes).toContain('No order filled on both halves: their prices cannot be compared.')
  })

  it('names orders that are half there, and leaves alone what is of another time', () => {
    const orders = [
      order(1),
      order(2),
      order(3, { isFinal: false }),
      order(4),
      // sold now, bought before
      order(5, { startedMs: millis(AT - 1) }),
    ]
    const twins = [twin(1), twin(3), twin(4, { filled: null }), twin(5), twin(6), twin(7, { sentMs: SPAN.toMs })]
    const report = made(orders, twins)
    expect(figuresOf(report)).toMatchObject({ orders: 1, undecided: 2, onlyReal: 1, onlyPaper: 1, kalshiAnswers: 3 })
    expect(rowsOf(report, 'halves')).toEqual([
      ['cb-t2-a1', 'order, no twin'],
      ['cb-t6-a1', 'twin, no order'],
      ['cb-t3-a1', 'both, not decided'],
      ['cb-t4-a1', 'both, not decided'],
    ])
    expect(report.notes).toContain('Without a twin on record: cb-t2-a1.')
  })

  it('groups, adds up, and has those first that differ most', () => {
    const there = { venue: 'forecastex' } as const
    const alike = { filled: quantity('20'), cost: money('8.20'), fee: money('0.30'), why: null }
    const orders = [order(1), order(2, there), order(3)]
    const report = made(orders, [twin(1, alike), twin(2, { ...alike, ...there }), twin(3)])
    expect(rowsOf(report, 'groups').map((row) => row.slice(0, 5))).toEqual([
      ['forecastex', 1, 2_000, 2_000, 2_000],
      ['kalshi', 2, 4_000, 4_000, 3_000],
      ['all', 3, 6_000, 6_000, 5_000],
    ])
    expect(rowsOf(report, 'compared').map(([id]) => id)).toEqual(['cb-t3-a1', 'cb-t1-a1', 'cb-t2-a1'])
    for (const { columns, rows } of report.tables) for (const row of rows) expect(row).toHaveLength(columns.length)
  })

  it('says that an order cannot fill more than was sent', () => {
    expect(made([order(1, { filled: quantity('21') })], [twin(1)]).violations).toEqual([
      'order cb-t1-a1 or its twin filled more than was sent',
    ])
  })

  it('says that nothing can be compared', () => expect(made([], []).notes[0]).toContain('No order of this time has a twin'))
})

describe('measured ways', () => {
  const many = (of: number): readonly number[] => Array.from({ length: of }, (_, n) => (n + 1) * 1_000)

  it('become the table that paper waits by, once 200 orders were answered: half of there and back', () => {
    expect(wayOf(many(199))).toBeNull()
    expect(wayOf(many(200))).toEqual([1, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100])
    expect(wayOf(many(200).map((micros) => micros * 100))?.at(-1)).toBe(1_000) // as slow as the configuration takes
  })

  it('stand beside the assumed table, and as a line for venues.yaml', () => {
    const ids = many(200).map((answeredMicros, n) => twin(n, { answeredMicros }))
    const report = made(
      ids.map((_, n) => order(n)),
      ids,
    )
    expect(figuresOf(report)).toMatchObject({ wayMs: 'way_ms: { kalshi: [1, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100] }' })
    const line = report.figures.find(({ key }) => key === 'wayMs')?.value
    expect(paper.parse(parse(String(line))).model.way).toEqual({ ...ASSUMED_WAYS, kalshi: wayOf(many(200)) })
    const [kalshi, forecastex] = rowsOf(report, 'ways')
    // the assumed table: 5, 8, 10, 15, 25, 60
    expect(kalshi).toEqual(['kalshi', 200, 100_000, 180_000, 198_000, 200_000, 50_000, 90_000, 99_000, 12_000, 42_000, 58_000])
    expect(forecastex?.slice(0, 6)).toEqual(['forecastex', 0, null, null, null, null])
    expect(report.notes).toContain('0 of 200 answers at forecastex: its table of waits stays assumed (pessimistic).')
  })
})
