import { invariant } from '../../core/assert'
import { DOLLAR } from '../../core/box/payoff'
import { parseOrderId, type ClientOrderId, type Venue } from '../../core/ids'
import type { Worth } from '../../core/ledger/pnl'
import type { VenueFees } from '../../core/market/fees'
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
import type { LegOutcome } from '../../core/trade/outcome'
import type { CureChoice, Plan, Reservation, TradeResult, Unpaired } from '../../core/trade/plan'
import type { CurePace, TradeSteps, Unfinished } from '../../core/trade/steps'
import { money, NO_MONEY, quantity, type Money, type Price, type Quantity } from '../../core/units'
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
  readonly onReserved: (plan: Plan, reservation: Reservation) => void
  readonly onClosed: (plan: Plan, result: TradeResult, worth: Worth) => void
}

/** A saga's steps in virtual time: the real checks, the recorded books, the real fees, a ledger in memory. */
export class PaperSteps implements TradeSteps {
  readonly #desk: PaperDesk
  readonly #plan: Plan
  readonly #filled = new Map<ClientOrderId, Quantity>()
  #isGranted = false

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
    const { clock, waits, accessTo, market, onOrder } = this.#desk
    const { venue, clientOrderId } = order
    if (parseOrderId(clientOrderId).n > 1) await this.#wait(waits.step, clientOrderId, 'step')
    const sentMs = clock.nowMs()
    if (sentMs > order.notAfterMs) return { kind: 'rejected', reason: 'too-late', detail: '' }
    await this.#wait(waits.way[venue], clientOrderId, 'there')
    const arrivedMs = clock.nowMs()
    const isOpen = accessTo(venue, order.market) === 'open'
    const { displayed, levels } = isOpen ? market.meet(order) : { displayed: quantity(0), levels: [] }
    const fills = fillsOf(order, levels, arrivedMs)
    const filled = quantity(fills.reduce((sum, fill) => sum + fill.quantity, 0))
    this.#filled.set(clientOrderId, filled)
    this.#book(order, fills)
    onOrder(
      order,
      { venue, market: order.market, leg: parseOrderId(clientOrderId).leg, sentMs, arrivedMs, wanted: order.quantity, displayed, filled },
      fills,
    )
    await this.#wait(waits.way[venue], clientOrderId, 'back')
    return isOpen ? { kind: 'done', filled } : { kind: 'rejected', reason: 'closed', detail: '' }
  }

  #book(order: OrderIntent, fills: readonly Fill[]): void {
    const { ledger, risk, feesOf } = this.#desk
    if (fills.length === 0) return
    const fees = feesOf(order.venue, order.market)
    if (fees === null)
      throw new RangeError(`the fees of ${order.market} at ${order.venue} are not told in the frames: nothing could be traded there`)
    ledger.book(order, fills, fees)
    risk.filled(order.venue, order.market, this.#desk.clock.nowMs())
  }

  async finish(order: OrderIntent): Promise<Quantity> {
    await this.#desk.clock.sleep(FINAL_MS[order.venue])
    if (order.clientOrderId === this.#plan.legs[0].order.clientOrderId) this.#desk.risk.firstIsFinal(order.tradeId)
    return this.#filled.get(order.clientOrderId) ?? quantity(0)
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

  close(result: TradeResult): ReturnType<TradeSteps['close']> {
    const { clock, ledger, risk, onClosed } = this.#desk
    const { tradeId, locked, held, dust } = result
    ledger.release(tradeId, clock.nowMs())
    const worth = ledger.worthOf(tradeId, locked, this.#plan.opportunity.leastPayoff ?? DOLLAR, held + dust > 0)
    const { realisedPnl, maxRemainingLoss } = worth
    const booked = { realisedPnl, maxRemainingLoss }
    if (this.#isGranted) risk.ended(this.#plan, { ...result, ...booked }, clock.nowMs())
    onClosed(this.#plan, { ...result, ...booked }, worth)
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
