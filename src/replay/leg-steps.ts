import { completionCeiling } from '../core/box/plan'
import { marketId, orderId, otherVenue, parseOrderId, subjectId, tradeId, type MarketId, type Venue } from '../core/ids'
import type { Level } from '../core/market/event'
import { buyingCostBound, forecastexFees, kalshiFees, sellingProceedsBound, type VenueFees } from '../core/market/fees'
import { forecastexCost } from '../core/market/fees-forecastex'
import { DIRECT_GRID, kalshiOrderFees, NEWEST_ROUNDING } from '../core/market/fees-kalshi'
import { taken } from '../core/market/ladder'
import { chooseCure, cureWays, EXIT_LIMITS, heldCostOf, type CureRoute, type CureWay } from '../core/trade/cure'
import type { OrderIntent } from '../core/trade/order'
import type { LegOutcome } from '../core/trade/outcome'
import type { BoxPlan, CureChoice, Leg, TradeResult, Unpaired } from '../core/trade/plan'
import type { CurePace, TradeSteps, Unfinished } from '../core/trade/steps'
import { millis, money, NO_MONEY, NO_QUANTITY, notional, ONE_DOLLAR, quantity, type Money, type Price, type Quantity } from '../core/units'
import { tradeBox } from '../workflows/box'
import type { LegWorld } from './leg-worlds'

/** When every world is: after the newest change of any fee. */
const NOW = millis(Date.UTC(2026, 10, 21, 15))
const MARKETS: Readonly<Record<Venue, MarketId>> = { kalshi: marketId('K'), forecastex: marketId('F') }
const OUTCOMES = { kalshi: 'yes', forecastex: 'no' } as const
const FEES = feesOfBoth()
/** Per contract, as configured (box.completion_allowance). */
const COMPLETION_ALLOWANCE = money('0.03')
/** E23: of a trade. Larger than any loss of these worlds: nothing waits for a budget. */
const LOSS_BUDGET = money('25')
/** E22: the plan's price is looked for this often, for so long. */
const REQUOTE_MS = 1_000
const LOOK_EVERY_MS = 50
/** E14: until an order is final. Kalshi's lists lag by some hundred milliseconds; ForecastEx waits its configured grace for late executions. */
export const FINAL_MS: Readonly<Record<Venue, number>> = { kalshi: 150, forecastex: 250 }
/** A saga that takes more is a bug here: exits never dry up. */
const STEPS_MAX = 1_000

function feesOfBoth() {
  const kalshi = kalshiFees(
    { feeType: 'quadratic', multiplier: 10_000, fetchedAtMs: NOW },
    { balanceGrid: DIRECT_GRID, slackPerContract: money(100) },
  )
  if (kalshi.kind !== 'priced') throw new Error('the taker fee has a formula')
  return { kalshi, forecastex: forecastexFees(NOW) }
}

/** What a plan of a world can be judged by, before anything is sent: at the displayed prices, fees at their bound. */
export interface LegJudgement {
  readonly edge: Money
  readonly unwindLoss: Readonly<Record<Venue, Money>>
}
export function judged({ contracts, ask, exits }: LegWorld): LegJudgement {
  const cost = (venue: Venue): Money => buyingCostBound(FEES[venue], [{ price: ask[venue], quantity: contracts }])
  const payoff = notional(ONE_DOLLAR, contracts)
  const netting = buyingCostBound(FEES.forecastex, taken(exits.forecastex, contracts))
  return {
    edge: money(payoff - cost('kalshi') - cost('forecastex')),
    unwindLoss: {
      kalshi: money(cost('kalshi') - sellingProceedsBound(FEES.kalshi, taken(exits.kalshi, contracts))),
      forecastex: money(cost('forecastex') + netting - payoff),
    },
  }
}

/** The saga's input with the leg of this venue first. */
export function planOf(world: LegWorld, first: Venue): BoxPlan {
  const id = tradeId(`W${world.n}`)
  const second = otherVenue(first)
  const leg = (venue: Venue, letter: 'a' | 'b', n: number): Leg => ({
    order: {
      clientOrderId: orderId(id, letter, n),
      tradeId: id,
      venue,
      market: MARKETS[venue],
      action: 'buy',
      outcome: OUTCOMES[venue],
      limit: world.ask[venue],
      quantity: world.contracts,
      timeInForce: 'ioc',
      purpose: letter === 'a' ? 'opening' : 'reducing',
      notAfterMs: NOW,
    },
    costBound: buyingCostBound(FEES[venue], [{ price: world.ask[venue], quantity: world.contracts }]),
  })
  const [opening, answering] = [leg(first, 'a', 1), leg(second, 'b', 2)]
  const { edge, unwindLoss } = judged(world)
  return {
    strategy: 'box',
    tradeId: id,
    mode: 'sim',
    lossBudget: LOSS_BUDGET,
    dearestCure: NO_MONEY,
    rules: { certificate: null, limits: '', config: '' },
    legs: [opening, answering],
    cure: {
      ...answering.order,
      clientOrderId: orderId(id, 'c', 3),
      limit: completionCeiling(world.ask[second], COMPLETION_ALLOWANCE, answering.order),
    },
    opportunity: {
      strategy: 'box',
      subject: subjectId('world'),
      n: world.n,
      seenAtMs: NOW,
      netEdge: edge,
      expectedValue: NO_MONEY,
      unwindLoss: unwindLoss[first],
      maximumLoss: opening.costBound,
      verdicts: [],
    },
  }
}

/** How a trade of a world ended. */
export interface LegRun {
  readonly result: TradeResult
  /** All that was paid and received, a dollar for each matched pair; what is left unmatched counts its fair price. */
  readonly pnl: Money
  /** ∫ premium that nothing answers, in µ$·ms: execution.md's headline figure. */
  readonly nakedMicrosMs: number
}

/** Runs the saga in a world, one leg first, in time of its own. */
export async function runLegs(world: LegWorld, first: Venue): Promise<LegRun> {
  const plan = planOf(world, first)
  const steps = new WorldSteps(world, plan)
  const result = await tradeBox(plan, steps)
  return { result, pnl: steps.pnl(), nakedMicrosMs: steps.nakedMicrosMs }
}

/** The world's answers to a saga, and its account. */
class WorldSteps implements TradeSteps {
  readonly #world: LegWorld
  readonly #plan: BoxPlan
  readonly #filled = new Map<string, Quantity>()
  /** Since when a venue's displayed quote is gone. */
  readonly #goneMs: Record<Venue, number | null> = { kalshi: null, forecastex: null }
  /** Bought less sold: Kalshi YES, ForecastEx NO less YES. */
  readonly #held: Record<Venue, number> = { kalshi: 0, forecastex: 0 }
  #cash = 0
  #netted = 0
  #paidFirst = 0
  #nowMs = 0
  #steps = 0
  nakedMicrosMs = 0

  constructor(world: LegWorld, plan: BoxPlan) {
    this.#world = world
    this.#plan = plan
  }

  checkRiskAndReserve(): ReturnType<TradeSteps['checkRiskAndReserve']> {
    return Promise.resolve({ kind: 'granted', verdicts: [] })
  }

  place(order: OrderIntent): Promise<LegOutcome> {
    const { venue, clientOrderId, quantity: wanted } = order
    const { leg, n } = parseOrderId(clientOrderId)
    const halfway = this.#world.latencyMs[venue] / 2
    this.#pass(halfway)
    const filled = leg === 'c' ? this.#curing(`${leg}${n}`, wanted) : this.#leg(venue, leg, wanted)
    this.#filled.set(clientOrderId, filled)
    if (filled > 0) this.#book(order, taken(this.#levels(order), filled))
    if (leg !== 'c') this.#goneMs[venue] = this.#nowMs
    this.#pass(halfway)
    return Promise.resolve(filled === 0 ? { kind: 'rejected', reason: 'price', detail: '' } : { kind: 'done', filled })
  }
  #leg(venue: Venue, slot: 'a' | 'b', wanted: Quantity): Quantity {
    const { isThere, survives, filled } = this.#world
    return isThere[venue] && (slot === 'a' || survives[venue]) ? filled(venue, slot, wanted) : NO_QUANTITY
  }
  #curing(slot: string, wanted: Quantity): Quantity {
    return this.#world.cureFills(slot) ? wanted : NO_QUANTITY
  }

  /** What an order meets, best first: the displayed quote, what came after it, or the way back. */
  #levels({ venue, action, outcome }: Pick<CureWay, 'venue' | 'action' | 'outcome'>): readonly Level[] {
    if (action === 'sell' || outcome !== OUTCOMES[venue]) return this.#world.exits[venue]
    const { ask, askAfter, returnMs, contracts } = this.#world
    const goneMs = this.#goneMs[venue]
    const back = returnMs[venue]
    const isDisplayed = goneMs === null || (back !== null && this.#nowMs >= goneMs + back)
    return [{ price: isDisplayed ? ask[venue] : askAfter[venue], quantity: contracts }]
  }

  #book({ venue, action, outcome, clientOrderId }: OrderIntent, levels: readonly Level[]): void {
    const size = levels.reduce((sum, level) => sum + level.quantity, 0)
    const change = venue === 'kalshi' ? kalshiChange(action, levels) : -forecastexCost(levels, FEES.forecastex.feePerContract)
    this.#cash += change
    if (clientOrderId === this.#plan.legs[0].order.clientOrderId) this.#paidFirst = -change
    const isHeld = action === 'buy' && outcome === OUTCOMES[venue]
    this.#held[venue] += isHeld ? size : -size
    if (venue === 'forecastex' && !isHeld) this.#netted += size
  }

  #pass(ms: number): void {
    this.#nowMs += ms
    const first = this.#plan.legs[0].order
    const bought = this.#filled.get(first.clientOrderId) ?? 0
    if (bought === 0) return
    const naked = Math.max(0, this.#held[first.venue] - this.#held[otherVenue(first.venue)])
    this.nakedMicrosMs += (this.#paidFirst * naked * ms) / bought
  }

  finish(order: OrderIntent): Promise<Quantity> {
    this.#pass(FINAL_MS[order.venue])
    return Promise.resolve(this.#filled.get(order.clientOrderId) ?? NO_QUANTITY)
  }

  /** Both at once: what is slower is waited for. */
  finishAll(all: readonly Unfinished[]): Promise<readonly Quantity[]> {
    this.#pass(Math.max(...all.map(({ order }) => FINAL_MS[order.venue])))
    return Promise.resolve(all.map(({ order }) => this.#filled.get(order.clientOrderId) ?? NO_QUANTITY))
  }

  chooseCure(unpaired: Unpaired, budgetLeft: Money, pace: CurePace): Promise<CureChoice> {
    if (++this.#steps > STEPS_MAX) throw new Error(`world ${this.#world.n} does not end`)
    const { legs, cure } = this.#plan
    const missing = legs[1].order
    const [complete, exit] = cureWays(unpaired, missing)
    if (pace === 'requote') {
      const untilMs = this.#nowMs + REQUOTE_MS
      for (; this.#nowMs < untilMs; this.#pass(LOOK_EVERY_MS)) {
        const choice = this.#choose(unpaired, budgetLeft, [this.#route(complete, missing.limit)])
        if (choice.chosen.way === 'complete') return Promise.resolve(choice)
      }
    }
    return Promise.resolve(
      this.#choose(
        unpaired,
        budgetLeft,
        [complete, exit].map((way) => this.#route(way, cure.limit)),
      ),
    )
  }
  #choose(unpaired: Unpaired, budgetLeft: Money, routes: readonly CureRoute[]): CureChoice {
    const heldCost = heldCostOf(this.#plan, unpaired)
    return chooseCure({ unpaired, reserved: this.#plan.cure, heldCost, routes, mayHold: true, budgetLeft, nowMs: NOW })
  }
  #route(way: CureWay, ceiling: Price): CureRoute {
    const fees: VenueFees = FEES[way.venue]
    const worst = way.way === 'complete' ? ceiling : EXIT_LIMITS[way.way]
    return { ...way, access: 'open', levels: this.#levels(way), fees, worst, chargePerContract: NO_MONEY }
  }

  pnl(): Money {
    const { kalshi, forecastex } = this.#held
    const matched = quantity(Math.min(kalshi, forecastex) + this.#netted)
    // what is left is worth the middle of Kalshi's market, ForecastEx's outcome the rest of the dollar
    const fair = (this.#world.ask.kalshi + (this.#world.exits.kalshi[0]?.price ?? 0)) / 2
    const left = kalshi > forecastex ? (kalshi - forecastex) * fair : (forecastex - kalshi) * (ONE_DOLLAR - fair)
    return money(Math.floor(this.#cash + notional(ONE_DOLLAR, matched) + left))
  }

  wait(durationMs: number): Promise<void> {
    this.#pass(durationMs)
    return Promise.resolve()
  }
  resolve(): Promise<never> {
    return Promise.reject(new Error('nothing is unknown in these worlds'))
  }
  close(): ReturnType<TradeSteps['close']> {
    return Promise.resolve({ realisedPnl: NO_MONEY, maxRemainingLoss: NO_MONEY })
  }
  stopped(): boolean {
    return false
  }
  shielded<T>(work: () => Promise<T>): Promise<T> {
    return work()
  }
}

/** Of one order, a fill per level, fees as charged. */
function kalshiChange(action: OrderIntent['action'], levels: readonly Level[]): number {
  const { rates, balanceGrid } = FEES.kalshi
  const fills = levels.map((level) => ({ ...level, role: 'taker' as const }))
  return kalshiOrderFees({ action, rates, balanceGrid, rounding: NEWEST_ROUNDING }, fills).reduce(
    (sum, { balanceChange }) => sum + balanceChange,
    0,
  )
}
