import { haltCovers, type Scope } from '../../src/core/risk/scope'
import type { OrderIntent } from '../../src/core/trade/order'
import type { Done, LegOutcome, Rejected } from '../../src/core/trade/outcome'
import type { BoxPlan, CureChoice, CureOption, Reservation, Unpaired } from '../../src/core/trade/plan'
import type { CurePace, TradeSteps } from '../../src/core/trade/steps'
import { ceilDiv, money, moneyOf, ONE_CONTRACT, quantity, wholeContracts, type Money } from '../../src/core/units'
import { Audit, letterOf, type Placed } from './audit'
import { chance, type Chance } from './chance'
import { cureOrder } from './plan'

/** More steps than any trade of this world takes: past it the saga hangs. */
const STEPS_MAX = 2_000

interface Halt {
  readonly scope: Scope
  readonly fromStep: number
  readonly toStep: number
}

/**
 * A world of one seed, for one trade: an answer may be whole, partial, fractional, nothing, a rejection, too short by a contract, or lost;
 * cures come at any price or not at all; a halt may come and go at any step. What it sees goes to its audit.
 */
export function world(seed: number, plan: BoxPlan): { readonly steps: TradeSteps; readonly audit: Audit } {
  const scripted = new World(seed, plan)
  return { steps: scripted, audit: scripted.audit }
}

class World implements TradeSteps {
  readonly audit = new Audit()
  readonly #chance: Chance
  readonly #plan: BoxPlan
  readonly #halt: Halt | null
  #choice: CureOption | null = null
  #spent: Money = money(0)
  #step = 0

  constructor(seed: number, plan: BoxPlan) {
    this.#chance = chance(seed)
    this.#plan = plan
    this.#halt = this.#chance.of(0.25) ? this.#anyHalt() : null
  }

  #anyHalt(): Halt {
    const scope = this.#chance.one<Scope>(['all', 'venue:kalshi', 'venue:forecastex', `pair:${this.#plan.opportunity.subject}`])
    const fromStep = this.#chance.upTo(8)
    return { scope, fromStep, toStep: fromStep + 1 + this.#chance.upTo(30) }
  }

  #turn(): void {
    if (++this.#step > STEPS_MAX) throw new Error(`the saga has taken ${STEPS_MAX} steps and does not end`)
  }

  async checkRiskAndReserve(): Promise<Reservation> {
    this.#turn()
    if (this.#chance.of(0.1)) {
      this.audit.refused = true
      return { kind: 'refused', verdicts: [{ check: 'cool-down', passed: false, actual: '1 ms', limit: '≥ 5 ms' }] }
    }
    this.audit.reserved = true
    return { kind: 'granted', verdicts: [] }
  }

  async place(order: OrderIntent): Promise<LegOutcome> {
    this.#expectPlaceable(order)
    this.#turn()
    const { audit } = this
    const refusedByGate = this.#chance.of(0.05)
    const truth = refusedByGate ? 0 : this.#fill(order)
    const way = letterOf(order) === 'c' ? (this.#choice?.way ?? null) : null
    const placed: Placed = { order, onTheWire: !refusedByGate, truth, way, told: null, finals: 0 }
    audit.placed.set(order.clientOrderId, placed)
    if (letterOf(order) === 'c') this.#curing(placed)
    if (refusedByGate) return { kind: 'rejected', reason: this.#chance.one(['too-late', 'lease', 'guard']), detail: '' }
    if (!this.#chance.of(0.25)) return this.#tell(placed)
    audit.unresolved.add(order.clientOrderId)
    return { kind: 'unknown', cause: this.#chance.one(['timeout', 'disconnected', 'server-error']) }
  }

  /** A cure's share of the budget is what really filled of it. */
  #curing({ order, truth }: Placed): void {
    this.audit.idleCures = truth === 0 ? this.audit.idleCures + 1 : 0
    const loss = this.#choice?.loss ?? 0
    this.#spent = money(this.#spent + Number(ceilDiv(BigInt(loss) * BigInt(truth), BigInt(order.quantity))))
  }

  #expectPlaceable(order: OrderIntent): void {
    const { audit } = this
    const { clientOrderId: id } = order
    audit.expect(!audit.placed.has(id), `I1 ${id} sent twice`)
    audit.expect(audit.unresolved.size === 0, `I2 ${id} sent while ${[...audit.unresolved].join()} is unknown`)
    audit.expect(audit.reserved, `E5 ${id} sent without a reservation`)
    audit.expect(!this.#covered(order), `E26 ${id} sent although stopped`)
    audit.expect(order.venue === 'kalshi' || order.quantity % ONE_CONTRACT === 0, `E15 ${id} sends a fraction to ForecastEx`)
    if (letterOf(order) !== 'c') return
    audit.expect(order.quantity <= audit.unpaired(), `I3 ${id} cures ${order.quantity} of ${audit.unpaired()} unpaired`)
    audit.expect(audit.idleCures === 0, `E22 ${id} follows a cure that filled nothing, without a pause`)
  }

  /** What really becomes of an order: half of them whole, a quarter in part (Kalshi in hundredths, sometimes), a quarter nothing. */
  #fill(order: OrderIntent): number {
    const luck = this.#chance.upTo(4)
    if (luck < 2) return order.quantity
    if (luck === 3) return 0
    const unit = order.venue === 'kalshi' && this.#chance.of(0.3) ? 1 : ONE_CONTRACT
    return this.#chance.upTo(Math.floor(order.quantity / unit)) * unit
  }

  #tell(placed: Placed): Done | Rejected {
    if (placed.truth === 0 && this.#chance.of(0.5))
      return { kind: 'rejected', reason: this.#chance.one(['price', 'funds', 'paused']), detail: '' }
    const late = this.#chance.of(0.05) ? ONE_CONTRACT : 0
    placed.told = Math.max(0, placed.truth - late)
    return { kind: 'done', filled: quantity(placed.told) }
  }

  async resolve(order: OrderIntent): Promise<Done | Rejected> {
    this.#turn()
    this.audit.unresolved.delete(order.clientOrderId)
    const placed = this.audit.placed.get(order.clientOrderId)
    if (!placed) throw new Error(`${order.clientOrderId} was never placed`)
    return this.#tell(placed)
  }

  async finish(order: OrderIntent): ReturnType<TradeSteps['finish']> {
    this.#turn()
    const placed = this.audit.placed.get(order.clientOrderId)
    if (!placed) throw new Error(`${order.clientOrderId} was never placed`)
    placed.finals++
    return quantity(placed.truth)
  }

  async chooseCure(unpaired: Unpaired, budgetLeft: Money, pace: CurePace): Promise<CureChoice> {
    this.#turn()
    const { audit } = this
    audit.expect((pace === 'requote') === (audit.choices++ === 0), `E22 the plan is re-quoted once: choice ${audit.choices} asks ${pace}`)
    const open = [...audit.placed.values()].filter(({ told, finals }) => told !== null && finals === 0)
    audit.expect(open.length === 0, `E14 a cure while ${open.map(({ order }) => order.clientOrderId).join()} is not final`)
    audit.expect(unpaired.quantity === audit.unpaired(), `E15 cures ${unpaired.quantity}, unpaired are ${audit.unpaired()}`)
    audit.expect(budgetLeft === this.#plan.lossBudget - this.#spent, `E23 budget of ${budgetLeft} after ${this.#spent} was spent`)
    const choice = this.#choose(unpaired, budgetLeft)
    this.#choice = choice.chosen
    if (choice.chosen.way === 'hold') audit.held = true
    return choice
  }

  #choose(unpaired: Unpaired, budgetLeft: Money): CureChoice {
    const wait: CureOption = { way: 'wait', state: this.#chance.one(['waiting-for-venue', 'over-budget']), loss: money(0) }
    if (this.#chance.of(0.2)) return { chosen: wait, over: [], budgetLeft }
    const whole = { ...unpaired, quantity: wholeContracts(unpaired.quantity) }
    // a gain counts as no loss: what ends a trade whose budget is used up
    const loss = (): Money => money(this.#chance.of(0.2) ? 0 : this.#chance.upTo(3_000_000))
    const options: readonly CureOption[] = [
      { way: 'complete', order: cureOrder(whole, 'forecastex'), loss: loss() },
      { way: 'sell', order: cureOrder(unpaired, 'kalshi'), loss: loss() },
      { way: 'hold', loss: moneyOf(BigInt(loss()) * 4n) },
    ]
    const [cheapest = wait, ...over] = options.filter((each) => each.loss <= budgetLeft).sort((a, b) => a.loss - b.loss)
    return { chosen: cheapest, over, budgetLeft }
  }

  async close(result: Parameters<TradeSteps['close']>[0]): ReturnType<TradeSteps['close']> {
    this.#turn()
    this.audit.expect(this.audit.unresolved.size === 0, 'I9 closed while an order is unknown')
    this.audit.closed.push(result)
    return { realisedPnl: money(0), maxRemainingLoss: money(0) }
  }

  stopped(order: OrderIntent): boolean {
    const stops = this.#covered(order)
    if (stops) this.audit.stopped.add(order.clientOrderId)
    return stops
  }
  #covered(order: OrderIntent): boolean {
    return this.#halt !== null && this.#step >= this.#halt.fromStep && this.#step < this.#halt.toStep && haltCovers(this.#halt.scope, order)
  }

  async wait(): Promise<void> {
    this.#turn()
    this.audit.idleCures = 0
  }
  shielded<T>(work: () => Promise<T>): Promise<T> {
    return work()
  }
}
