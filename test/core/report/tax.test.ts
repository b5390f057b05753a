import { marketId, tradeId } from '../../../src/core/ids'
import { gainOf, lotsOf, type LotEvent } from '../../../src/core/report/lots'
import { groupBy, sumOf } from '../../../src/core/report/quantiles'
import { taxFindings, tieOut, type LedgerResults } from '../../../src/core/report/tax'
import { millis, money, quantity } from '../../../src/core/units'
import { onAccounts, randomReported } from './random'

const SEEDS = Number(process.env['CROSSBOOK_SEEDS'] ?? 300)
const MADE = Array.from({ length: SEEDS }, (_, at) => randomReported(at + 1))
const EVENTS = MADE.flatMap(({ events }) => events)
const NOON = Date.UTC(2026, 10, 20, 17)
const on = (form: RegExp): number => sumOf(MADE, ({ transfers }) => onAccounts(transfers, form))
const LEDGER: LedgerResults = {
  income: money(0 - on(/^income:(trading|settlement)/)),
  fees: money(on(/^expense/)),
  suspended: money(on(/^suspense/)),
  held: money(on(/^position/)),
  couponIncome: money(0),
  coupons: [],
  interestIncome: money(0),
  interest: [],
}

type Terms = Partial<Record<'cost' | 'fees' | 'proceeds' | 'basis', string>>
const event = (
  kind: LotEvent['kind'],
  ms: number,
  contracts: string,
  { cost = '0', fees = '0', proceeds = '0', basis = '0' }: Terms,
): LotEvent => {
  const of = {
    tradeId: tradeId('t1'),
    venue: 'kalshi',
    market: marketId('KX'),
    outcome: 'yes',
    atMs: millis(NOON + ms),
    quantity: quantity(contracts),
    order: null,
  } as const
  if (kind === 'bought') return { ...of, kind, cost: money(cost), fees: money(fees) }
  return { ...of, kind, proceeds: money(proceeds), basis: money(basis), fees: money(fees) }
}
const COURSE = [
  event('bought', 1, '60', { cost: '25.20', fees: '0.10' }),
  event('bought', 2, '40', { cost: '17.60', fees: '0.20' }),
  event('sold', 3, '25', { proceeds: '10', basis: '10.70', fees: '0.05' }),
  event('settled', 9, '70', { proceeds: '70', basis: '29.96' }),
]

describe(`lots of ${SEEDS} random trades (seeds 1 to ${SEEDS})`, () => {
  const lots = lotsOf(EVENTS)

  it('tie out to the accounts, to the micro-dollar: gains, fees, what is held', () => {
    expect(tieOut(lots, LEDGER)).toEqual([])
  })

  it('make of each trade what the ledger says it has earned', () => {
    const own = groupBy(lots, (row) => row.tradeId)
    for (const { trade } of MADE) {
      const rows = own.get(trade.tradeId) ?? []
      const open = rows.filter(({ how }) => how === 'open')
      expect(sumOf(rows, (row) => gainOf(row) ?? 0) - sumOf(open, ({ feesIn }) => feesIn)).toBe(trade.ledger)
    }
  })

  it('are missed, whichever is left out', () => {
    const isWorthless = ({ how, basis, feesIn, feesOut, proceeds }: (typeof lots)[number]): boolean =>
      how !== 'open' && proceeds === basis && feesIn + feesOut === 0
    for (let at = 0; at < 40; at += 1) {
      const [left] = lots.slice(at, at + 1)
      if (left && !isWorthless(left)) expect(tieOut(lots.toSpliced(at, 1), LEDGER)).not.toEqual([])
    }
  })
})

describe('a lot', () => {
  it('closes by contracts, with its share of the fees of opening; the rest is open', () => {
    const rows = lotsOf(COURSE).map(({ how, quantity: of, basis, feesIn, feesOut }) => [how, of, basis, feesIn, feesOut])
    expect(rows).toEqual([
      ['sold', 2_500, 10_700_000, 75_000, 50_000],
      ['settled', 7_000, 29_960_000, 210_000, 0],
      ['open', 500, 2_140_000, 15_000, 0],
    ])
    expect(lotsOf(COURSE).map(gainOf)).toEqual([-825_000, 39_830_000, null])
  })

  it('is never sold short', () => {
    expect(() => lotsOf([...COURSE, event('sold', 10, '6', {})])).toThrow('6.00 leave lot t1|kalshi|KX|yes, which holds 5.00')
  })
})

describe('the tax report', () => {
  const span = { fromMs: millis(NOON), toMs: millis(NOON + 5) }
  const ledger = {
    ...LEDGER,
    coupons: [{ venue: 'forecastex', atMs: millis(NOON + 4), amount: money('0.15') }],
    couponIncome: money('0.15'),
    suspended: money(0),
    interest: [
      { venue: 'kalshi', atMs: millis(NOON + 3), amount: money('2.50') },
      { venue: 'kalshi', atMs: millis(NOON + 6), amount: money('0.10') },
    ],
    interestIncome: money('2.60'),
  }
  const rowsOf = (toMs: number, nowMs: number): readonly unknown[] => {
    const { tables } = taxFindings({ span: { ...span, toMs: millis(toMs) }, nowMs: millis(nowMs), events: COURSE, ledger })
    return (tables[0]?.rows ?? []).map(([how, , , , , contracts]) => [how, contracts])
  }

  it('has what closed in the span, and coupons and interest of the span apart, once', () => {
    expect(rowsOf(NOON + 5, NOON + 20)).toEqual([
      ['sold', 2_500],
      ['coupon', null],
      ['interest', null],
    ])
    const { tables, figures, violations } = taxFindings({ span, nowMs: span.toMs, events: COURSE, ledger })
    const last = ['interest', null, 'kalshi', null, null, null, null, NOON + 3, 2_500_000, 0, 0, 0, 2_500_000]
    expect(tables[0]?.rows.at(-1)).toEqual(last)
    expect(figures.filter(({ key }) => ['coupons', 'interest'].includes(key)).map(({ value }) => value)).toEqual([150_000, 2_500_000])
    expect(violations.filter((each) => /coupons|interest/.test(each))).toEqual([])
  })

  it('has what is held where it reaches until now', () => {
    expect(rowsOf(NOON + 20, NOON + 20)).toEqual([
      ['sold', 2_500],
      ['settled', 7_000],
      ['open', 500],
      ['coupon', null],
      ['interest', null],
      ['interest', null],
    ])
  })

  it('says by what it does not tie out', () => {
    const { violations } = taxFindings({ span, nowMs: span.toMs, events: COURSE, ledger: { ...ledger, couponIncome: money('0.16') } })
    expect(violations.at(-1)).toBe('coupons: the rows make $0.15, the accounts $0.16')
    const twice = { ...ledger, interest: [...ledger.interest, ...ledger.interest] }
    expect(taxFindings({ span, nowMs: span.toMs, events: COURSE, ledger: twice }).violations.at(-1)).toBe(
      'interest: the rows make $5.20, the accounts $2.60',
    )
  })
})
