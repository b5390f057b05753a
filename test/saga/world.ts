import { parseOrderId, type Venue } from '../../src/core/ids'
import { haltCovers, type Scope } from '../../src/core/risk/scope'
import type { OrderIntent } from '../../src/core/trade/order'
import type { Done, LegOutcome, OrderVerdict, Rejected, Resolved } from '../../src/core/trade/outcome'
import type {
  BoxPlan,
  CureChoice,
  CureOption,
  Estate,
  EstateOrder,
  Reservation,
  SaleChoice,
  TradeResult,
  Unpaired,
} from '../../src/core/trade/plan'
import { inTurn, type CurePace, type SuccessorSteps, type Unfinished } from '../../src/core/trade/steps'
import { ceilDiv, money, moneyOf, ONE_CONTRACT, quantity, wholeContracts, type Money, type Quantity } from '../../src/core/units'
import { Audit, letterOf, type Placed } from './audit'
import { chance, type Chance } from './chance'
import { cureOrder, otherVenue } from './plan'

const numberOf = ({ clientOrderId }: OrderIntent): number => parseOrderId(clientOrderId).n

/** More steps than any trade of this world takes: past it the saga hangs. */
const STEPS_MAX = 2_000

interface Halt {
  readonly scope: Scope
  readonly fromStep: number
  readonly toStep: number
}

/**
 * A world of one seed, for one trade: an answer may be whole, partial, fractional, nothing, a rejection, too short by a contract, or lost;
 * a contract may still fill after its order was final, just before a cure is sent;
 * cures come at any price or not at all; a halt may come and go at any step; the operator may give a verdict on what is unknown. What it sees
 * goes to its audit. A successor finds it as its predecessor left it. `halts` false: no halt comes.
 */
export function world(seed: number, plan: BoxPlan, halts = true): { readonly steps: SuccessorSteps; readonly audit: Audit } {
  const scripted = new World(seed, plan, halts)
  return { steps: scripted, audit: scripted.audit }
}

class World implements SuccessorSteps {
  readonly audit = new Audit()
  readonly #chance: Chance
  readonly #plan: BoxPlan
  readonly #halt: Halt | null
  #choice: CureOption | null = null
  #cures: Placed[] = []
  #budget: Money
  #step = 0

  constructor(seed: number, plan: BoxPlan, halts: boolean) {
    this.#chance = chance(seed)
    this.#plan = plan
    this.#budget = plan.lossBudget
    this.#halt = halts && this.#chance.of(0.25) ? this.#anyHalt() : null
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

  /** A box has nothing to sell. */
  chooseSale(): Promise<SaleChoice> {
    return Promise.resolve({ kind: 'hold', reason: 'a box' })
  }

  async place(order: OrderIntent): Promise<LegOutcome> {
    this.#expectPlaceable(order)
    this.#turn()
    const { audit } = this
    if (letterOf(order) === 'c' && this.#chance.of(0.1)) this.#fillLate()
    const isOverLots = letterOf(order) === 'c' && order.quantity > audit.unpaired()
    const refusedByGate = isOverLots || this.#chance.of(0.05)
    const truth = refusedByGate ? 0 : this.#fill(order)
    const way = letterOf(order) === 'c' ? (this.#choice?.way ?? null) : null
    const loss = this.#choice?.loss ?? 0
    const placed: Placed = {
      order,
      onTheWire: !refusedByGate,
      actual: truth,
      truth,
      way,
      loss,
      told: null,
      rejected: refusedByGate,
      finals: 0,
      final: 0,
      verdict: null,
    }
    audit.placed.set(order.clientOrderId, placed)
    if (letterOf(order) === 'c') {
      this.#cures.push(placed)
      audit.lastCure = placed
    }
    if (isOverLots) {
      audit.overLots++
      return { kind: 'rejected', reason: 'lots', detail: '' }
    }
    if (refusedByGate) return { kind: 'rejected', reason: this.#chance.one(['too-late', 'lease', 'guard']), detail: '' }
    if (!this.#chance.of(0.25)) return this.#tell(placed)
    audit.unresolved.add(order.clientOrderId)
    return { kind: 'unknown', cause: this.#chance.one(['timeout', 'disconnected', 'server-error']) }
  }

  /** E14: one contract more of an order that takes from the first leg, after the trade was told its final. */
  #fillLate(): void {
    const { audit } = this
    const [one, ...others] = [...audit.placed.values()].filter(
      ({ order, truth, finals, verdict }) =>
        letterOf(order) !== 'a' && finals > 0 && verdict === null && truth + ONE_CONTRACT <= order.quantity,
    )
    if (one && audit.unpaired() >= ONE_CONTRACT) this.#chance.one([one, ...others]).truth += ONE_CONTRACT
  }

  /** A cure's share of the budget is what filled of it. */
  #spent(): number {
    const shares = this.#cures.map(({ order, truth, loss }) => Number(ceilDiv(BigInt(loss) * BigInt(truth), BigInt(order.quantity))))
    return shares.reduce((sum, share) => sum + share, 0)
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
    const known = audit.unpaired() + audit.unheard()
    audit.expect(order.quantity <= known, `I3 ${id} cures ${order.quantity} of ${known} unpaired`)
    audit.expect(audit.lastCure?.truth !== 0, `E22 ${id} follows a cure that filled nothing, without a pause`)
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
    if (placed.told !== null) return { kind: 'done', filled: quantity(placed.told) }
    if (placed.rejected || (placed.truth === 0 && this.#chance.of(0.5))) {
      placed.rejected = true
      return { kind: 'rejected', reason: this.#chance.one(['price', 'funds', 'paused']), detail: '' }
    }
    const late = this.#chance.of(0.05) ? ONE_CONTRACT : 0
    placed.told = Math.max(0, placed.truth - late)
    return { kind: 'done', filled: quantity(placed.told) }
  }

  async resolve(order: OrderIntent): Promise<Resolved> {
    this.#turn()
    const { audit } = this
    audit.expect(audit.unresolved.delete(order.clientOrderId), `E12 ${order.clientOrderId} is asked for and known`)
    const placed = audit.placed.get(order.clientOrderId)
    if (!placed) return { kind: 'rejected', reason: 'never-accepted', detail: '' }
    return placed.told === null && this.#chance.of(0.1) ? { kind: 'verdict', verdict: this.#judge(placed) } : this.#tell(placed)
  }

  /** The operator may be wrong: what he says counts, and is not asked again. */
  #judge(placed: Placed): OrderVerdict {
    const { order } = placed
    const claimed = Math.floor(this.#chance.upTo(order.quantity + 1) / ONE_CONTRACT) * ONE_CONTRACT
    const outcome: Done | Rejected = this.#chance.of(0.3)
      ? { kind: 'rejected', reason: 'never-accepted', detail: 'by verdict' }
      : { kind: 'done', filled: quantity(claimed) }
    placed.truth = outcome.kind === 'done' ? outcome.filled : 0
    placed.told = placed.truth
    placed.verdict = { order: order.clientOrderId, outcome, by: 'ana', role: 'operator', evidence: 'statement of the day', secondBy: null }
    return placed.verdict
  }

  async finish(order: OrderIntent, verdict: OrderVerdict | null): Promise<Quantity> {
    this.#turn()
    const placed = this.audit.placed.get(order.clientOrderId)
    if (!placed) throw new Error(`${order.clientOrderId} was never placed`)
    this.audit.expect(placed.verdict === verdict, `E12 ${order.clientOrderId} is made final ${verdict ? 'by' : 'without'} a verdict`)
    placed.finals++
    placed.final = placed.truth
    return quantity(placed.truth)
  }

  finishAll(all: readonly Unfinished[]): Promise<readonly Quantity[]> {
    return inTurn((order, verdict) => this.finish(order, verdict))(all)
  }

  /** The predecessor is gone: what nobody has proven may have been sent, the reserve's own intents among it. */
  async takeOver(): Promise<Estate> {
    this.#turn()
    const { audit } = this
    const hasEnded = audit.closed.length > 0
    audit.takenOver = true
    audit.held = false
    audit.unresolved.clear()
    this.#cures = []
    this.#budget = money('3')
    const [first, second] = [this.#plan.legs[0].order, this.#plan.legs[1].order]
    const intents = audit.reserved ? [first, second, this.#plan.cure] : []
    const sent = [...audit.placed.values()].map(({ order }) => order)
    const all = [...new Map([...intents, ...sent].map((order) => [order.clientOrderId, order])).values()]
    const orders = all.map((order) => this.#inherited(order, hasEnded)).sort((a, b) => numberOf(a.order) - numberOf(b.order))
    for (const placed of audit.placed.values())
      if (placed.verdict && placed.finals === 0) Object.assign(placed, { truth: placed.actual, told: null, verdict: null }) // lost with its history
    for (const placed of audit.placed.values()) placed.final = placed.truth
    for (const { order, known } of orders) if (known === null) audit.unresolved.add(order.clientOrderId)
    const verdicts = [...audit.placed.values()].flatMap(({ verdict, finals }) => (finals > 0 ? (verdict ?? []) : []))
    return { plan: this.#plan, lossBudget: this.#budget, orders, verdicts }
  }
  #inherited(order: OrderIntent, hasEnded: boolean): EstateOrder {
    const placed = this.audit.placed.get(order.clientOrderId)
    if (placed && placed.finals > 0) return { order, known: { kind: 'done', filled: quantity(placed.truth) } }
    if (placed?.rejected) return { order, known: { kind: 'rejected', reason: placed.onTheWire ? 'price' : 'too-late', detail: '' } }
    return { order, known: hasEnded ? { kind: 'rejected', reason: 'never-accepted', detail: '' } : null }
  }

  async chooseCure(unpaired: Unpaired, budgetLeft: Money, pace: CurePace): Promise<CureChoice> {
    this.#turn()
    const { audit } = this
    const isFirst = audit.choices++ === 0 && !audit.takenOver
    audit.expect((pace === 'requote') === isFirst, `E22 the plan is re-quoted once: choice ${audit.choices} asks ${pace}`)
    const open = [...audit.placed.values()].filter(({ told, finals }) => told !== null && finals === 0)
    audit.expect(open.length === 0, `E14 a cure while ${open.map(({ order }) => order.clientOrderId).join()} is not final`)
    audit.expect(unpaired.quantity === audit.unpaired(), `E15 cures ${unpaired.quantity}, unpaired are ${audit.unpaired()}`)
    audit.expect(budgetLeft === this.#budget - this.#spent(), `E23 budget of ${budgetLeft} after ${this.#spent()} was spent`)
    const numbers = [...this.#plan.legs, ...audit.placed.values()].map(({ order }) => numberOf(order))
    const reserved = audit.takenOver ? [numberOf(this.#plan.cure)] : [] // may have been sent, as far as a successor knows
    audit.expect(unpaired.n === Math.max(...numbers, ...reserved), `E2 the highest number used is not ${unpaired.n}`)
    const choice = this.#choose(unpaired, budgetLeft)
    this.#choice = choice.chosen
    if (choice.chosen.way === 'hold') audit.held = true
    return choice
  }

  #choose(unpaired: Unpaired, budgetLeft: Money): CureChoice {
    const wait: CureOption = { way: 'wait', state: this.#chance.one(['waiting-for-venue', 'over-budget']), loss: money(0) }
    if (this.#chance.of(0.2)) return { chosen: wait, over: [], budgetLeft }
    const missing = otherVenue(unpaired.venue)
    const cureAt = (venue: Venue): OrderIntent =>
      cureOrder(venue === 'kalshi' ? unpaired : { ...unpaired, quantity: wholeContracts(unpaired.quantity) }, venue)
    // a gain counts as no loss: what ends a trade whose budget is used up
    const loss = (): Money => money(this.#chance.of(0.2) ? 0 : this.#chance.upTo(3_000_000))
    const options: readonly CureOption[] = [
      { way: 'complete', order: cureAt(missing), loss: loss() },
      { way: unpaired.venue === 'kalshi' ? 'sell' : 'net', order: cureAt(unpaired.venue), loss: loss() },
      { way: 'hold', loss: moneyOf(BigInt(loss()) * 4n) },
    ]
    const [cheapest = wait, ...over] = options.filter((each) => each.loss <= budgetLeft).sort((a, b) => a.loss - b.loss)
    return { chosen: cheapest, over, budgetLeft }
  }

  async close(result: TradeResult): ReturnType<SuccessorSteps['close']> {
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
    this.audit.lastCure = null
  }
  shielded<T>(work: () => Promise<T>): Promise<T> {
    return work()
  }
}
