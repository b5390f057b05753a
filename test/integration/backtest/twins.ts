import { marketId, type MarketId, type TradeId, type Venue } from '../../../src/core/ids'
import { balancesOf } from '../../../src/core/ledger/balances'
import { modelFees } from '../../../src/core/ledger/fee-model'
import { forecastexFees, kalshiFees, type VenueFees } from '../../../src/core/market/fees'
import { DIRECT_GRID } from '../../../src/core/market/fees-kalshi'
import type { Level } from '../../../src/core/market/event'
import { venueOf } from '../../../src/core/purse'
import type { Fill, OrderIntent } from '../../../src/core/trade/order'
import type { CureChoice, EdgePlan, Plan, Reservation, SaleChoice, TradeResult, Unpaired } from '../../../src/core/trade/plan'
import { tradingDayStart } from '../../../src/core/risk/trading-day'
import { formatQuantity, millis, money, type Millis, type Money, type Quantity } from '../../../src/core/units'
import type { BacktestOptions } from '../../../src/replay/backtest/backtest'
import type { Worth } from '../../../src/core/ledger/pnl'
import { PaperLedger } from '../../../src/replay/backtest/paper-ledger'
import type { PaperMarket } from '../../../src/venues/paper/market'
import { PaperRisk } from '../../../src/replay/backtest/paper-risk'
import { PaperSteps, type PaperDesk } from '../../../src/replay/backtest/paper-steps'
import { Tally } from '../../../src/replay/backtest/tally'
import { VirtualClock } from '../../../src/replay/backtest/virtual-clock'
import { readBreakers, STRATEGIES, tellBreaker } from '../../../src/stores/postgres/breaker'
import { readEdgeMoney } from '../../../src/stores/postgres/edges/money'
import { transact } from '../../../src/stores/postgres/pool'
import { openLots } from '../../../src/stores/postgres/proof/verify'
import { settleMarket } from '../../../src/stores/postgres/settlement'
import { readTrade } from '../../../src/stores/postgres/trades'
import { end } from '../../../src/workflows/box'
import { tradeCure } from '../../../src/workflows/cure'
import { endEdge } from '../../../src/workflows/edge'
import { finished, sentAs, type Sent } from '../../../src/workflows/trade'
import { NEVER, NOW, type TestLedger } from '../ledger/support/ledger'

export const FEES = ((): Readonly<Record<Venue, VenueFees>> => {
  const kalshi = kalshiFees(
    { feeType: 'quadratic', multiplier: 10_000, fetchedAtMs: NOW },
    { balanceGrid: DIRECT_GRID, slackPerContract: money(100) },
  )
  if (kalshi.kind !== 'priced') throw new Error('the taker fee has a formula')
  return { kalshi, forecastex: forecastexFees(NOW) }
})()
/** Events of the listed markets; what is not here is listed nowhere. */
export const EVENTS: readonly (readonly [Venue, string, string])[] = [
  ['kalshi', 'K0', 'E0'],
  ['kalshi', 'K1', 'E0'],
  ['forecastex', '800', 'F0'],
  ['forecastex', '801', 'F0'],
]
/** Those that edges are about; some of boxes too. */
export const EDGE_MARKETS = [marketId('G-A'), marketId('G-B'), marketId('K0')] as const
const AT_ONCE = { decision: [0, 0], step: [0, 0], way: { kalshi: [0, 0], forecastex: [0, 0] } } as const
const eventOf = (venue: Venue, market: string): string => EVENTS.find(([of, name]) => of === venue && name === market)?.[2] ?? market

/** What both sides say of themselves, in words that can be compared. */
export interface Said {
  readonly balances: Readonly<Record<string, number>>
  readonly lots: readonly string[]
  readonly claims: readonly string[]
  readonly worths: readonly string[]
  readonly breakers: readonly unknown[]
  /** What ended edges may sell, what edges of the day have paid, and how many of them were clean. */
  readonly held: readonly string[]
  readonly paidToday: number
  readonly cleanEdges: number
}

/** The ledger of Postgres and that of a backtest, told the same at the same times. */
export class Twins {
  readonly clock = new VirtualClock()
  readonly paper = new PaperLedger()
  readonly risk: PaperRisk
  readonly #desk: PaperDesk
  readonly #tally: Tally
  readonly #worths = new Map<TradeId, Worth>()
  readonly #steps = new Map<TradeId, PaperSteps>()
  #levels: readonly Level[] = []
  #fills: readonly Fill[] = []
  #result: TradeResult | null = null
  #choose: (held: Unpaired) => SaleChoice = () => ({ kind: 'hold', reason: 'nobody sells' })

  constructor(readonly world: TestLedger) {
    const { clock, paper: ledger } = this
    const prior = { policy: { fillPrior: { kalshi: 1, forecastex: 1 } } }
    this.#tally = new Tally(prior as unknown as BacktestOptions, ledger)
    this.risk = new PaperRisk({
      ...{ ledger, limits: () => world.limits, eventOf },
      sessions: () => ({ kalshi: clock.nowMs(), forecastex: clock.nowMs() }),
    })
    const market: Pick<PaperMarket, 'meet'> = {
      meet: () => ({ displayed: this.#levels.reduce((sum, { quantity }) => sum + quantity, 0) as Quantity, levels: this.#levels }),
    }
    this.#desk = {
      ...{ clock, ledger, risk: this.risk, seed: 'twins', waits: AT_ONCE, market: market as PaperMarket },
      assumptions: { depthFactor: 10_000, phantom: 0, waits: 'ninth-decile' },
      feesOf: (venue) => FEES[venue],
      accessTo: () => 'open',
      onOrder: (_order, _paper, fills) => (this.#fills = fills),
      chooseSale: (held) => this.#choose(held),
      onReserved: () => undefined,
      onAmended: ({ tradeId }, worth) => {
        this.#tally.amended(tradeId, worth, clock.nowMs())
        this.#worths.set(tradeId, worth)
      },
      onClosed: (plan, result, worth) => {
        this.#tally.closed(plan, result, worth, clock.nowMs())
        this.#result = result
        this.#worths.set(plan.tradeId, worth)
      },
    }
  }

  /** The same cash, the same listings, the same time. */
  async start(dollars: string): Promise<void> {
    await this.wait(NOW)
    const purses = (['kalshi', 'forecastex'] as const).map((purse) => ({ purse, cash: money(dollars) }))
    this.paper.open(purses, this.clock.nowMs())
    for (const [venue, market, event] of EVENTS)
      await this.world.database.query(
        `insert into listing (venue, market, event, series, status, body, fetched_ms) values ($1, $2, $3, 's', 'open', '{}', 1)`,
        [venue, market, event],
      )
  }

  async wait(ms: number): Promise<void> {
    await this.clock.runUntil(this.clock.nowMs() + ms)
    this.world.clock.advance(this.clock.nowMs() - this.world.nowMs)
  }

  async reserve(plan: Plan): Promise<{ readonly paper: Reservation; readonly real: Reservation }> {
    const steps = new PaperSteps(this.#desk, plan)
    this.#tally.decided(plan, this.clock.nowMs())
    const paper = await this.#run(steps.checkRiskAndReserve(plan))
    if (paper.kind === 'granted') this.#steps.set(plan.tradeId, steps)
    return { paper, real: await this.world.ledger.reserve(plan, 'run', NEVER) }
  }

  /** An order that meets these levels, until it is final and booked. */
  async send(order: OrderIntent, levels: readonly Level[]): Promise<Sent> {
    const steps = this.#stepsOf(order.tradeId)
    this.#levels = levels
    this.#fills = []
    const outcome = await this.#run(steps.place(order))
    if (outcome.kind === 'unknown') throw new Error('a paper venue answers')
    const sent = await this.#run(finished(sentAs(order, outcome), steps))
    if (outcome.kind === 'rejected') return sent // nobody asks about it again
    await this.world.ledger.book(order.tradeId, order, this.#fills, modelFees(FEES[order.venue], this.#fills), NEVER)
    return sent
  }

  async close(plan: Plan, sent: readonly Sent[], cures: readonly CureChoice[]): Promise<void> {
    const steps = this.#stepsOf(plan.tradeId)
    await this.#run(plan.strategy === 'box' ? end(plan, { sent, cures, reason: '' }, steps) : endEdge(plan, { sent, reason: '' }, steps))
    await this.world.ledger.close(this.#ended(), 'run', NEVER)
  }

  /** A sale of what an ended edge holds, from its taking over to its end, by the saga of the successor. */
  async sell(
    { tradeId }: EdgePlan,
    choose: (held: Unpaired) => OrderIntent,
    levels: (order: OrderIntent) => readonly Level[],
  ): Promise<void> {
    const { ledger } = this.world
    let asked: OrderIntent | null = null
    this.#choose = (held) => {
      asked = choose(held)
      this.#levels = levels(asked)
      return { kind: 'sell', order: asked, netBid: money(0) }
    }
    this.#fills = []
    await this.#run(tradeCure(tradeId, 'sale', this.#stepsOf(tradeId), { way: 'sell' }))
    const order = asked as OrderIntent | null
    if (order === null) throw new Error(`${tradeId} has nothing to sell`)
    const fills = this.#fills
    if (!(await ledger.intend(order, NEVER))) throw new Error(`${order.clientOrderId} was not to be sent: another one is under way`)
    await ledger.book(tradeId, order, fills, modelFees(FEES[order.venue], fills), NEVER)
    // a backtest tells its breaker with the fills
    await this.#tellBreakers(fills[0]?.atMs ?? this.clock.nowMs())
    await ledger.close(this.#ended(), 'cure', NEVER)
  }

  #ended(): TradeResult {
    if (this.#result === null) throw new Error('nothing was closed')
    return this.#result
  }
  #tellBreakers(atMs: Millis): Promise<void> {
    return transact(this.world.database, NEVER, async (transaction) => {
      await transaction.query('select 1 from risk_lock for update')
      for (const strategy of STRATEGIES) await tellBreaker(transaction, strategy, atMs)
    })
  }

  /** As a backtest does it; the breaker of Postgres is told at once, not with the next reserve. */
  async settle(venue: Venue, market: MarketId, yesPays: Money): Promise<void> {
    const { clock, paper, risk, world } = this
    const atMs = clock.nowMs()
    const paid = paper.settle({ venue, market, yesPays, atMs }).flatMap((tradeId) => {
      const worth = this.#tally.settled(tradeId, atMs)
      if (worth) this.#worths.set(tradeId, worth)
      return worth ? [{ tradeId, ...worth }] : []
    })
    risk.revalued(paid, atMs)
    await settleMarket(world.database, venue, market, yesPays, atMs, NEVER)
    await this.#tellBreakers(atMs)
  }

  saidByPaper(): Said {
    const { paper, risk } = this
    return {
      balances: Object.fromEntries(balancesOf(paper.transfers)),
      lots: [...paper.lots.all()]
        .map(({ tradeId, purse, market, outcome, quantity, cost }) => [tradeId, venueOf(purse), market, outcome, quantity, cost].join(' '))
        .sort(),
      claims: risk.claims.map((claim) => claimText(claim)).sort(),
      worths: [...this.#worths]
        .map(([id, { kind, realisedPnl, maxRemainingLoss }]) => [id, kind, realisedPnl, maxRemainingLoss].join(' '))
        .sort(),
      breakers: STRATEGIES.map((strategy) => risk.standing(strategy).breaker),
      held: EDGE_MARKETS.flatMap((market) => risk.heldOf(market))
        .map(heldText)
        .sort(),
      paidToday: risk.edgesSpent(EDGE_MARKETS[0], this.clock.nowMs()).day,
      cleanEdges: risk.standing('edge').cleanTrades,
    }
  }

  async saidByPostgres(): Promise<Said> {
    const { database } = this.world
    const balances = await database.query<{ account: string; amount: number }>(
      'select account, amount_micros as amount from balance where amount_micros <> 0',
    )
    const claims = await database.query<Parameters<typeof claimText>[0]>('select * from claim')
    const trades = await Promise.all([...this.#worths.keys()].map((tradeId) => readTrade(database, tradeId)))
    const breakers = await readBreakers(database, this.clock.nowMs())
    const dayMs = tradingDayStart(this.clock.nowMs())
    const { atRisk, settledToday } = await readEdgeMoney(database, dayMs)
    const clean = await database.query<{ n: number }>("select clean_trades('edge', 'sim', 1000) as n")
    return {
      balances: Object.fromEntries(balances.rows.map(({ account, amount }) => [account, amount])),
      lots: (await openLots(database))
        .map(({ tradeId, venue, market, outcome, quantity, costMicros }) =>
          [tradeId, venue, market, outcome, quantity, costMicros].join(' '),
        )
        .sort(),
      claims: claims.rows.map((claim) => claimText(claim)).sort(),
      worths: trades.map((trade) => [trade?.tradeId, trade?.pnlKind, trade?.pnlMicros, trade?.result?.maxRemainingLoss].join(' ')).sort(),
      breakers: breakers.map(({ breaker }) => breaker),
      held: atRisk.flatMap((each) => (each.contracts ? [heldText({ ...each, quantity: each.contracts })] : [])).sort(),
      paidToday: atRisk.reduce((sum, { startedMs, paid }) => (startedMs >= dayMs ? sum + paid : sum), settledToday as number),
      cleanEdges: clean.rows[0]?.n ?? 0,
    }
  }

  #stepsOf(tradeId: TradeId): PaperSteps {
    const steps = this.#steps.get(tradeId)
    if (!steps) throw new Error(`${tradeId} was not granted`)
    return steps
  }

  /** Time passes as far as the work needs it, on both sides. */
  async #run<T>(work: Promise<T>): Promise<T> {
    let isDone = false
    const over = work.finally(() => (isDone = true))
    over.catch(() => undefined)
    for (;;) {
      await this.clock.runUntil(this.clock.nowMs())
      if (isDone) break
      const nextMs = this.clock.nextMs
      if (nextMs === null) throw new Error('the work waits for nothing')
      await this.clock.runUntil(millis(nextMs))
    }
    await this.wait(0)
    return over
  }
}

const claimText = (claim: { venue: string; market: string; subject: string; outcome: string; state: string; holder: string }): string =>
  [claim.venue, claim.market, claim.subject, claim.outcome, claim.state, claim.holder].join(' ')
const heldText = (held: {
  readonly tradeId: TradeId
  readonly market: MarketId
  readonly outcome: string
  readonly quantity: Quantity
}): string => [held.tradeId, held.market, held.outcome, formatQuantity(held.quantity)].join(' ')
