import { executionFindings, shortfallOf, type Execution } from '../../../src/core/report/execution'
import { sumOf } from '../../../src/core/report/quantiles'
import { legsOf, type ReportedTrade } from '../../../src/core/report/trade'
import { money, price, type Price } from '../../../src/core/units'
import { randomReported } from './random'

const SEEDS = Number(process.env['CROSSBOOK_SEEDS'] ?? 300)
const TRADES = Array.from({ length: SEEDS }, (_, at) => randomReported(at + 1).trade)
const EXECUTION: Execution = { trades: TRADES, arrivals: new Map(), steps: { known: [] }, unknown: [] }
/** One trade's orders, each arriving at so much above its limit. */
const arriving = ({ plan }: ReportedTrade, above: number): ReadonlyMap<string, Price> =>
  new Map(plan.legs.map(({ order }) => [order.clientOrderId, price(order.limit + above)]))
const figuresOf = (execution: Execution): Record<string, unknown> =>
  Object.fromEntries(executionFindings(execution).figures.map(({ key, value }) => [key, value]))

describe(`the cost of executing ${SEEDS} random trades (seeds 1 to ${SEEDS})`, () => {
  it('leads from paper to the result, to the micro-dollar, trade by trade', () => {
    for (const trade of TRADES) {
      const { paper, opportunity, fees, prices, cure, settlement, result } = shortfallOf(trade, [])
      expect(paper - opportunity - fees - prices - cure - settlement).toBe(result)
      expect(result).toBe(trade.ledger)
    }
    expect(executionFindings(EXECUTION).violations).toEqual([])
  })

  it('does not split what prices cost where no arrival is known: unknown is not $0.00', () => {
    expect(figuresOf({ ...EXECUTION, trades: TRADES.filter(({ orders }) => orders.length > 0).slice(0, 5) })).toMatchObject({
      delay: null,
      impact: null,
    })
  })

  it('has what prices cost by order, split by the price at arrival', () => {
    for (const trade of TRADES.slice(0, 60)) {
      const { delay, impact, prices } = figuresOf({ ...EXECUTION, trades: [trade], arrivals: arriving(trade, 100) })
      const filled = sumOf(legsOf(trade), (leg) => leg.filled?.filled ?? 0)
      expect(delay).toBe(100 * filled)
      expect((delay as number) + (impact as number)).toBe(prices)
    }
  })

  it('is not split where an arrival is not known, and says of how many', () => {
    const made = executionFindings(EXECUTION)
    const filled = TRADES.filter((trade) => legsOf(trade).some((leg) => leg.filled !== null)).length
    expect(made.notes.at(-1)).toContain(`Of ${filled} trades the price at arrival is not known`)
    const [trades] = made.tables
    const delay = trades?.columns.findIndex(({ key }) => key === 'delay') ?? -1
    expect(trades?.rows.filter((row) => row[delay] === null)).toHaveLength(filled)
  })
})

describe('the cost of one trade', () => {
  it('of which nothing filled is all of its edge', () => {
    const { trade } = randomReported(1)
    const nothing = {
      ...trade,
      orders: [],
      ledger: money(0),
      booked: money(0),
      suspended: money(0),
      parts: { ...trade.parts, price: money(0), fees: money(0), carry: money(0), slippage: money(0), cure: money(0), settlement: money(0) },
    }
    const figures = figuresOf({ ...EXECUTION, trades: [nothing] })
    expect(figures['opportunity']).toBe(figures['paper'])
    expect(figures['result']).toBe(0)
  })

  it('by venue and leg has fill, slippage and fees of a contract', () => {
    const { trade } = randomReported(2)
    const made = executionFindings({ ...EXECUTION, trades: [trade] })
    const places = made.tables.find(({ name }) => name === 'places')
    const [leg] = legsOf(trade)
    if (!leg?.filled) throw new Error('seed 2 fills its first leg')
    const row = places?.rows[0]
    expect(row?.slice(0, 4)).toEqual([leg.order.venue, 'a', 1, Math.floor((leg.filled.filled * 1_000_000) / leg.order.quantity)])
    expect(row?.[5]).toBe(Math.floor((leg.slippage * 100) / leg.filled.filled))
    expect(row?.[8]).toBe(Math.floor((leg.filled.fees * 100) / leg.filled.filled))
  })

  it('that does not lead to its result is a violation', () => {
    const { trade } = randomReported(3)
    const broken = { ...trade, parts: { ...trade.parts, price: money(trade.parts.price + 1), fees: money(trade.parts.fees - 2) } }
    expect(executionFindings({ ...EXECUTION, trades: [broken] }).violations.join()).toContain('do not lead from paper to its result')
  })
})
