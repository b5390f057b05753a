import { totalOf } from '../../../src/core/ledger/attribution'
import { byVenue, GROUPINGS, OF_CASH, OF_THE_PAIR, pnlFindings, pnlTable, type Results } from '../../../src/core/report/pnl'
import { sumOf } from '../../../src/core/report/quantiles'
import { violationsOf, type ReportedTrade } from '../../../src/core/report/trade'
import { millis, money } from '../../../src/core/units'
import { randomReported } from './random'

const SEEDS = Number(process.env['CROSSBOOK_SEEDS'] ?? 300)
const TRADES = Array.from({ length: SEEDS }, (_, at) => randomReported(at + 1).trade)
const RESULTS: Results = { trades: TRADES, couponsOf: 'forecastex', carryOfNobody: money('0.07'), interest: [] }
const figureOf = (results: Results, key: string): unknown => pnlFindings(results, 'pair').figures.find((each) => each.key === key)?.value

describe(`results of ${SEEDS} random trades (seeds 1 to ${SEEDS})`, () => {
  it.each(GROUPINGS)('by %s sum to the ledger and its coupons, to the micro-dollar, part by part', (by) => {
    const { rows } = pnlTable(RESULTS, by)
    for (const [at, part] of (['price', 'fees', 'carry', 'slippage', 'cure', 'settlement'] as const).entries())
      expect(sumOf(rows, (row) => row[2 + at] as number)).toBe(sumOf(TRADES, ({ parts }) => parts[part]))
    expect(sumOf(rows, (row) => row.at(-1) as number)).toBe(sumOf(TRADES, ({ ledger, parts }) => ledger + parts.carry))
    expect(pnlFindings(RESULTS, by).violations).toEqual([])
  })

  it('are realised and unrealised in sum', () => {
    const carry = sumOf(TRADES, ({ parts }) => parts.carry)
    expect((figureOf(RESULTS, 'realised') as number) + (figureOf(RESULTS, 'unrealised') as number) + carry).toBe(figureOf(RESULTS, 'total'))
  })

  it('by venue have what each venue charged and filled, and the rest with the pair', () => {
    for (const trade of TRADES.slice(0, 50)) {
      const shares = byVenue(trade, 'forecastex')
      expect(shares.map(({ key }) => key)).toEqual(['kalshi', 'forecastex', OF_THE_PAIR])
      expect(sumOf(shares, ({ parts }) => totalOf(parts))).toBe(totalOf(trade.parts))
      const kalshi = trade.plan.legs.find(({ order }) => order.venue === 'kalshi')?.order.clientOrderId
      const charged = sumOf(
        trade.orders.filter(({ clientOrderId }) => clientOrderId === kalshi),
        ({ fees }) => fees,
      )
      expect(shares[0]?.parts.fees).toBe(0 - charged)
      expect(shares[2]?.parts).toMatchObject({ fees: 0, slippage: 0, carry: 0 })
    }
  })

  it('have nobody’s coupons in no row, and say so', () => {
    expect(pnlFindings(RESULTS, 'trade').notes[0]).toContain('$0.07')
  })
})

describe('interest on cash', () => {
  const paid = ['1.23', '0.000004'].map((amount, at) => ({ venue: 'kalshi', atMs: millis(at), amount: money(amount) }))
  const WITH: Results = { ...RESULTS, interest: paid }

  it.each(GROUPINGS)('by %s is one row without trades, and once in carry and total', (by) => {
    const [bare, made] = [pnlFindings(RESULTS, by), pnlFindings(WITH, by)]
    expect(made.tables[0]?.rows).toEqual([...(bare.tables[0]?.rows ?? []), [OF_CASH, 0, 0, 0, 1_230_004, 0, 0, 0, 1_230_004]])
    expect(made.violations).toEqual([])
    const apart = made.figures.map(({ key, value }) => [
      key,
      (value as number) - (bare.figures.find((each) => each.key === key)?.value as number),
    ])
    expect(apart.filter(([, difference]) => difference !== 0)).toEqual([
      ['carry', 1_230_004],
      ['interest', 1_230_004],
      ['total', 1_230_004],
    ])
    expect(sumOf(made.tables[0]?.rows ?? [], (row) => row.at(-1) as number)).toBe(figureOf(WITH, 'total'))
  })
})

describe('a result that does not tie out', () => {
  const [SOUND = randomReported(1).trade] = TRADES
  const broken = (change: Partial<ReportedTrade>): readonly string[] => violationsOf({ ...SOUND, ...change })

  it('is said, by whichever of the three computations differs', () => {
    expect(broken({})).toEqual([])
    expect(broken({ booked: money(SOUND.booked + 1) })[0]).toContain(`the accounts of trade ${SOUND.tradeId}`)
    expect(broken({ ledger: money(SOUND.ledger + 1) })[0]).toContain('the parts of trade')
    const row = broken({ kind: 'realised', beyondCost: money(1), booked: money(SOUND.booked - 1) })
    expect(row[0]).toContain('the row of trade')
    const orders = SOUND.orders.map((order) => ({ ...order, notional: money(order.notional + 1) }))
    expect(broken({ orders }).at(-1)).toContain('slipped')
  })
})
