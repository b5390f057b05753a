import { formatMoney, money, type Millis, type Money } from '../units'
import { column, figure, type Figure, type Findings, type Table, type Value } from './document'
import { gainOf, lotsOf, type LotEvent, type LotRow } from './lots'
import { groupBy, sumOf } from './quantiles'
import { isIn, type Span } from './span'

/** What the ledger's own accounts say, of all times. Profits are positive. */
export interface LedgerResults {
  /** Of sales, nettings and payouts, before fees. */
  readonly income: Money
  readonly fees: Money
  /** Of the fees of fills: what no model explains, and therefore stands in suspense. */
  readonly suspended: Money
  /** Positions at cost. */
  readonly held: Money
  readonly couponIncome: Money
  readonly coupons: readonly Payment[]
  readonly interestIncome: Money
  readonly interest: readonly Payment[]
}
/** What a venue paid into cash that is of no trade: a coupon, or interest on cash. */
export interface Payment {
  readonly venue: string
  readonly atMs: Millis
  readonly amount: Money
}
export interface TaxInput {
  readonly span: Span
  readonly nowMs: Millis
  /** Of all times: average cost needs what was before. */
  readonly events: readonly LotEvent[]
  readonly ledger: LedgerResults
}

/** docs/reports.md has what each column means; the list is stable. */
const COLUMNS = [
  column('how', 'how', 'text'),
  column('trade', 'trade', 'text'),
  column('venue', 'venue', 'text'),
  column('market', 'market', 'text'),
  column('outcome', 'outcome', 'text'),
  column('contracts', 'contracts', 'quantity'),
  column('opened', 'opened', 'time'),
  column('closed', 'closed', 'time'),
  column('proceeds', 'proceeds', 'money'),
  column('basis', 'basis', 'money'),
  column('feesIn', 'fees of opening', 'money'),
  column('feesOut', 'fees of closing', 'money'),
  column('gain', 'gain', 'money'),
]

const lotCells = (row: LotRow): readonly Value[] => [
  ...[row.how, row.tradeId, row.venue, row.market, row.outcome, row.quantity, row.openedMs, row.closedMs],
  ...[row.proceeds, row.basis, row.feesIn, row.feesOut, gainOf(row)],
]
const paymentCells = (how: 'coupon' | 'interest', { venue, atMs, amount }: Payment): readonly Value[] => [
  ...[how, null, venue, null, null, null, null, atMs],
  ...[amount, 0, 0, 0, amount],
]

/** Every lot that closed in the span, what is held now where the span reaches until now, and coupons and interest apart. */
export function taxFindings({ span, nowMs, events, ledger }: TaxInput): Findings {
  const lots = lotsOf(events)
  const closed = lots.filter(({ closedMs }) => closedMs !== null && isIn(span, closedMs))
  const open = span.toMs >= nowMs ? lots.filter(({ closedMs }) => closedMs === null) : []
  const coupons = ledger.coupons.filter(({ atMs }) => isIn(span, atMs))
  const interest = ledger.interest.filter(({ atMs }) => isIn(span, atMs))
  const table: Table = {
    name: 'lots',
    title: 'Lots, coupons and interest',
    columns: COLUMNS,
    rows: [
      ...closed.toSorted((a, b) => (a.closedMs ?? 0) - (b.closedMs ?? 0)).map(lotCells),
      ...open.map(lotCells),
      ...coupons.map((each) => paymentCells('coupon', each)),
      ...interest.map((each) => paymentCells('interest', each)),
    ],
  }
  return {
    figures: figuresOf(closed, open, coupons, interest),
    tables: [table, howTable(closed)],
    charts: [
      {
        kind: 'bars',
        title: 'Gain by how lots closed',
        unit: 'money',
        bars: [...groupBy(closed, ({ how }) => how)].map(([label, own]) => ({ label, value: sumOf(own, (row) => gainOf(row) ?? 0) })),
      },
    ],
    notes: [
      'Average cost in each trade; no form of any tax office, and no advice.',
      ...(span.toMs >= nowMs ? [] : ['Lots that are held are listed where the report reaches until now.']),
      ...(ledger.suspended === 0
        ? []
        : [
            `Of the fees, $${formatMoney(ledger.suspended)} of all times are explained by no model and stand in suspense: they are in the rows as charged.`,
          ]),
    ],
    violations: tieOut(lots, ledger),
  }
}

const figuresOf = (
  closed: readonly LotRow[],
  open: readonly LotRow[],
  coupons: readonly Payment[],
  interest: readonly Payment[],
): readonly Figure[] => [
  figure('closed', 'lots closed', 'count', closed.length),
  figure(
    'proceeds',
    'proceeds',
    'money',
    sumOf(closed, ({ proceeds }) => proceeds ?? 0),
  ),
  figure(
    'basis',
    'basis',
    'money',
    sumOf(closed, ({ basis }) => basis),
  ),
  figure(
    'fees',
    'fees of opening and closing',
    'money',
    sumOf(closed, ({ feesIn, feesOut }) => feesIn + feesOut),
  ),
  figure(
    'gain',
    'gain',
    'money',
    sumOf(closed, (row) => gainOf(row) ?? 0),
  ),
  figure(
    'coupons',
    'coupons',
    'money',
    sumOf(coupons, ({ amount }) => amount),
  ),
  figure(
    'interest',
    'interest on cash',
    'money',
    sumOf(interest, ({ amount }) => amount),
  ),
  figure('open', 'lots held', 'count', open.length),
  figure(
    'openBasis',
    'their basis',
    'money',
    sumOf(open, ({ basis }) => basis),
  ),
]

function howTable(closed: readonly LotRow[]): Table {
  return {
    name: 'how',
    title: 'By how lots closed',
    columns: [
      column('how', 'how', 'text'),
      column('lots', 'lots', 'count'),
      column('proceeds', 'proceeds', 'money'),
      column('basis', 'basis', 'money'),
      column('gain', 'gain', 'money'),
    ],
    rows: [...groupBy(closed, ({ how }) => how)].map(([how, own]) => [
      how,
      own.length,
      sumOf(own, ({ proceeds }) => proceeds ?? 0),
      sumOf(own, ({ basis }) => basis),
      sumOf(own, (row) => gainOf(row) ?? 0),
    ]),
  }
}

/** All lots there ever were, against the accounts: whatever span is shown, none of them may be missing. */
export function tieOut(lots: readonly LotRow[], ledger: LedgerResults): readonly string[] {
  const closed = lots.filter(({ closedMs }) => closedMs !== null)
  const open = lots.filter(({ closedMs }) => closedMs === null)
  const sums: readonly (readonly [what: string, rows: number, accounts: number])[] = [
    ['what lots brought beyond their basis', sumOf(closed, ({ proceeds, basis }) => (proceeds ?? 0) - basis), ledger.income],
    ['fees of lots', sumOf(lots, ({ feesIn, feesOut }) => feesIn + feesOut), ledger.fees + ledger.suspended],
    ['the basis of held lots', sumOf(open, ({ basis }) => basis), ledger.held],
    ['coupons', sumOf(ledger.coupons, ({ amount }) => amount), ledger.couponIncome],
    ['interest', sumOf(ledger.interest, ({ amount }) => amount), ledger.interestIncome],
  ]
  return sums.flatMap(([what, rows, accounts]) =>
    rows === accounts ? [] : [`${what}: the rows make $${formatMoney(money(rows))}, the accounts $${formatMoney(money(accounts))}`],
  )
}
