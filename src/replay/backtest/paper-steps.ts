import { invariant } from '../../core/assert'
import { DOLLAR } from '../../core/box/payoff'
import { parseOrderId, type ClientOrderId, type Venue } from '../../core/ids'
import type { Worth } from '../../core/ledger/pnl'
import type { VenueFees } from '../../core/market/fees'
import { venueOf } from '../../core/purse'
import type { PaperOrder } from '../../core/report/backtest/result'
import {
  chooseCure,
  cureWays,
  EXIT_LIMITS,
  heldCostOf,
  missingLegOf,
  type Access,
  type CureRoute,
  type CureWay,
} from '../../core/trade/cure'
import { waitFor, type FillAssumptions } from '../../core/trade/fill-model'
import type { Fill, OrderIntent } from '../../core/trade/order'
import type { Done, LegOutcome, Rejected, RejectReason } from '../../core/trade/outcome'
import type { CureChoice, Estate, EstateOrder, Plan, Reservation, SaleChoice, TradeResult, Unpaired } from '../../core/trade/plan'
import type { CurePace, SuccessorSteps, TradeSteps, Unfinished } from '../../core/trade/steps'
import { money, NO_MONEY, NO_QUANTITY, quantity, type Money, type Price, type Quantity } from '../../core/units'
import { FINAL_MS } from '../leg-steps'
import type { PaperLedger } from './paper-ledger'
import { fillsOf } from '../../venues/paper/fills'
import type { PaperMarket } from '../../venues/paper/market'
import type { PaperRisk } from './paper-risk'
import type { VirtualClock } from './virtual-clock'

/** E22, as the saga's activity has it. */
const REQUOTE_MS = 1_000
const LOOK_EVERY_MS = 50

/** Tables of waits: see {@link waitFor}. */
export interface Waits {
  /** From the decision to the first order's bytes: workflow, risk checks, reserve. */
  readonly decision: readonly number[]
  /** From one step of the saga to the next order's bytes. */
  readonly step: readonly number[]
  /** From bytes to the book, and from there to the answer: one way. */
  readonly way: Readonly<Record<Venue, readonly number[]>>
}
export interface PaperDesk {
  readonly clock: VirtualClock
  readonly market: PaperMarket
  readonly ledger: PaperLedger
  readonly risk: PaperRisk
  readonly seed: string
  readonly assumptions: FillAssumptions
  readonly waits: Waits
  /** Of a market now; null: not known. */
  readonly feesOf: (venue: Venue, market: string) => VenueFees | null
  readonly accessTo: (venue: Venue, market: string) => Access
  readonly onOrder: (order: OrderIntent, paper: PaperOrder, fills: readonly Fill[]) => void
  /** What is done now about what an edge holds. */
  readonly chooseSale: (held: Unpaired) => SaleChoice
  readonly onReserved: (plan: Plan, reservation: Reservation) => void
  /** An ended trade has sold something: its end says so later. */
  readonly onAmended: (plan: Plan, worth: Worth) => void
  /** A trade has ended, or its successor has ended it anew. */
  readonly onClosed: (plan: Plan, result: TradeResult, worth: Worth, steps: PaperSteps) => void
}

/** A saga's steps in virtual time, its successor's too: the real checks, the recorded books, the real fees, a ledger in memory. */
export class PaperSteps implements SuccessorSteps {
  readonly #desk: PaperDesk
  readonly #plan: Plan
  /** As the ledger has them: what was to be sent, and what became of it. */
  readonly #orders = new Map<ClientOrderId, EstateOrder>()
  #successors = 0
  #isGranted = false
  #hasEnded = false

  constructor(desk: PaperDesk, plan: Plan) {
    this.#desk = desk
    this.#plan = plan
  }

  async checkRiskAndReserve(plan: Plan): Promise<Reservation> {
    await this.#wait(this.#desk.waits.decision, plan.tradeId, 'decision')
    const reservation = this.#desk.risk.reserve(plan, this.#desk.clock.nowMs())
    this.#isGranted = reservation.kind === 'granted'
    this.#desk.onReserved(plan, reservation)
    return reservation
  }

  async place(order: OrderIntent): Promise<LegOutcome> {
    const known = await this.#place(order)
    this.#orders.set(order.clientOrderId, { order, known })
    return known
  }

  async #place(order: OrderIntent): Promise<Done | Rejected> {
    const { clock, waits, accessTo, market, onOrder } = this.#desk
    const { venue, clientOrderId } = order
    if (parseOrderId(clientOrderId).n > 1) await this.#wait(waits.step, clientOrderId, 'step')
    const sentMs = clock.nowMs()
    if (sentMs > order.notAfterMs) return rejected('too-late')
    await this.#wait(waits.way[venue], clientOrderId, 'there')
    if (!this.#has(order)) return rejected('lots')
    const arrivedMs = clock.nowMs()
    const isOpen = accessTo(venue, order.market) === 'open'
    const { displayed, levels } = isOpen ? market.meet(order) : { displayed: quantity(0), levels: [] }
    const fills = fillsOf(order, levels, arrivedMs)
    const filled = quantity(fills.reduce((sum, fill) => sum + fill.quantity, 0))
    this.#book(order, fills)
    onOrder(
      order,
      { venue, market: order.market, leg: parseOrderId(clientOrderId).leg, sentMs, arrivedMs, wanted: order.quantity, displayed, filled },
      fills,
    )
    await this.#wait(waits.way[venue], clientOrderId, 'back')
    return isOpen ? { kind: 'done', filled } : rejected('closed')
  }

  /** I3: whether the trade has what an order sells. Its market may have paid meanwhile. */
  #has({ action, tradeId, venue, market, outcome, quantity: size }: OrderIntent): boolean {
    if (action === 'buy') return true
    const own = this.#desk.ledger
      .lotsOf(tradeId)
      .find((lot) => lot.market === market && lot.outcome === outcome && venueOf(lot.purse) === venue)
    return own !== undefined && own.quantity >= size
  }

  #book(order: OrderIntent, fills: readonly Fill[]): void {
    const { ledger, risk, feesOf, onAmended, clock } = this.#desk
    const { tradeId, venue, market } = order
    if (fills.length === 0) return
    const fees = feesOf(venue, market)
    if (fees === null) throw new RangeError(`the fees of ${market} at ${venue} are not told in the frames: nothing could be traded there`)
    ledger.book(order, fills, fees)
    risk.filled(venue, market, clock.nowMs())
    if (!this.#hasEnded) return
    const worth = ledger.worthOf(tradeId, NO_QUANTITY, DOLLAR, true)
    risk.revalued([{ tradeId, ...worth }], clock.nowMs())
    onAmended(this.#plan, worth)
  }

  async finish(order: OrderIntent): Promise<Quantity> {
    await this.#desk.clock.sleep(FINAL_MS[order.venue])
    if (order.clientOrderId === this.#plan.legs[0].order.clientOrderId) this.#desk.risk.firstIsFinal(order.tradeId)
    const known = this.#orders.get(order.clientOrderId)?.known
    return known?.kind === 'done' ? known.filled : NO_QUANTITY
  }

  finishAll(all: readonly Unfinished[]): Promise<readonly Quantity[]> {
    return Promise.all(all.map(({ order }) => this.finish(order)))
  }

  async chooseCure(unpaired: Unpaired, budgetLeft: Money, pace: CurePace): Promise<CureChoice> {
    const { clock } = this.#desk
    const plan = this.#plan
    invariant(plan.strategy === 'box', `${plan.tradeId} is an edge: nothing is to pair it`)
    const missing = missingLegOf(plan, unpaired)
    const [complete, exit] = cureWays(unpaired, missing)
    const choose = (...routes: readonly (CureRoute | null)[]): CureChoice =>
      chooseCure({
        ...{ unpaired, reserved: plan.cure, heldCost: heldCostOf(plan, unpaired), budgetLeft, nowMs: clock.nowMs() },
        routes: routes.filter((route) => route !== null),
        mayHold: !routes.includes(null),
      })
    if (pace === 'requote')
      for (const untilMs = clock.nowMs() + REQUOTE_MS; ; await clock.sleep(LOOK_EVERY_MS)) {
        const route = this.#route(complete, missing.limit)
        if (route !== null && route.access !== 'open') break
        const choice = choose(route)
        if (choice.chosen.way === 'complete') return choice
        if (clock.nowMs() >= untilMs) break
      }
    return choose(this.#route(complete, plan.cure.limit), this.#route(exit, EXIT_LIMITS.net))
  }

  /** What the recording does not tell is no depth: it stays silent for hours, and a trade that waits for it would stop all others. */
  #route(way: CureWay, ceiling: Price): CureRoute | null {
    const { feesOf, accessTo, market } = this.#desk
    const fees = feesOf(way.venue, way.market)
    if (fees === null) return null
    const isCompleting = way.way === 'complete'
    return {
      ...way,
      access: accessTo(way.venue, way.market),
      levels: market.levels(way) ?? [],
      fees,
      worst: way.way === 'complete' ? ceiling : EXIT_LIMITS[way.way],
      chargePerContract: isCompleting ? money(DOLLAR - (this.#plan.opportunity.leastPayoff ?? DOLLAR)) : NO_MONEY,
    }
  }

  /** E25: what a sale begins with, once its workflow runs. */
  async takeOver(): Promise<Estate> {
    const plan = this.#plan
    await this.#wait(this.#desk.waits.decision, plan.tradeId, `sale ${++this.#successors}`)
    return { plan, lossBudget: plan.lossBudget, orders: [...this.#orders.values()], verdicts: [] }
  }

  /** Its number is used up from here on, whatever becomes of it (E2). */
  chooseSale(held: Unpaired): Promise<SaleChoice> {
    const choice = this.#desk.chooseSale(held)
    if (choice.kind === 'sell') this.#orders.set(choice.order.clientOrderId, { order: choice.order, known: null })
    return Promise.resolve(choice)
  }

  close(result: TradeResult): ReturnType<TradeSteps['close']> {
    const { clock, ledger, risk, onClosed } = this.#desk
    const { tradeId, locked, held, dust } = result
    ledger.release(tradeId, clock.nowMs())
    const worth = ledger.worthOf(tradeId, locked, this.#plan.opportunity.leastPayoff ?? DOLLAR, held + dust > 0)
    const { realisedPnl, maxRemainingLoss } = worth
    const booked = { realisedPnl, maxRemainingLoss }
    this.#hasEnded = true
    if (this.#isGranted) risk.ended(this.#plan, { ...result, ...booked }, clock.nowMs())
    onClosed(this.#plan, { ...result, ...booked }, worth, this)
    return Promise.resolve(booked)
  }

  wait(durationMs: number): Promise<void> {
    return this.#desk.clock.sleep(durationMs)
  }
  resolve(): Promise<never> {
    return Promise.reject(new Error('a paper venue answers: nothing is unknown'))
  }
  stopped(): boolean {
    return false
  }
  shielded<T>(work: () => Promise<T>): Promise<T> {
    return work()
  }

  #wait(table: readonly number[], order: string, purpose: string): Promise<void> {
    const { clock, assumptions, seed } = this.#desk
    return clock.sleep(waitFor(table, assumptions, seed, order, purpose))
  }
}

const rejected = (reason: RejectReason): Rejected => ({ kind: 'rejected', reason, detail: '' })
