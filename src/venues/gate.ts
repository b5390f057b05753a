import { parseOrderId, type ClientOrderId, type TradeId, type Venue } from '../core/ids'
import { isPriceOf, type PriceBand } from '../core/market/grid'
import { haltCovers, haltsOpening } from '../core/risk/scope'
import { cureWays } from '../core/trade/cure'
import type { OrderIntent } from '../core/trade/order'
import { neverSent, type Rejected, type RejectReason } from '../core/trade/outcome'
import type { Leg, Plan } from '../core/trade/plan'
import { formatMoney, formatPrice, formatQuantity, money, notional, price, quantity, type Price } from '../core/units'
import type { Clock } from '../ports/clock'
import type { AnsweredGuard, BookedOrder, HaltFence, LeaseView, LedgerGrant, Permit } from '../ports/guard'
import type { TradeJournal } from '../ports/journal'
import type { Log } from '../ports/log'
import { exceedsLots } from './lots'

/** No order of ours is priced outside this collar, whatever asked for it: at 1c or 99c a contract can hardly be worth trading. */
const COLLAR: { readonly lowest: Price; readonly highest: Price } = { lowest: price(100), highest: price(9_900) }
/** No single order is larger than this, whatever the limits say: a hundred times the first scenario's. A wrong factor of ten ends here. */
const MAX_QUANTITY = quantity('10000')
const MAX_NOTIONAL = money('10000')
/** A trade sends two legs and cures what is left; a cure that misses waits ever longer. More in a minute than this is a loop. */
const MAX_ORDERS_PER_TRADE_AND_MINUTE = 30
const MINUTE_MS = 60_000

export interface GateOptions {
  readonly clock: Clock
  readonly halts: HaltFence
  readonly lease: LeaseView
  readonly journal: TradeJournal
  readonly log: Log
  /** More orders of this process in a minute than this is a runaway loop, not trading. */
  readonly ordersPerMinute: number
  /** Asked for a trade that this host's journal does not hold open; null: there is no such grant. */
  readonly grantOf: (tradeId: TradeId, signal: AbortSignal) => Promise<LedgerGrant | null>
  /** The valid prices of a market; null or absent: not known here, the venue decides. */
  readonly bandsOf?: (venue: Venue, market: string) => readonly PriceBand[] | null
  /** Whether the markets of a plan still ask what was judged, as this process knows it. Absent: nobody here reads their texts. */
  readonly mayOpen?: (plan: Plan) => boolean
}

/** `haltEpoch` null: granted elsewhere, so nobody here can say which halts it was judged by. */
interface Granted {
  readonly plan: Plan
  readonly haltEpoch: number | null
  readonly booked: readonly BookedOrder[]
}

const guard = (detail: string): Rejected => ({ kind: 'rejected', reason: 'guard', detail })

/**
 * E11, E20: the order port's own last line. `admit` compares an order with its trade's grant and with what the journal says of the trade's other
 * orders; the `mayWrite` it returns is asked in the turn of the socket write, once, and refuses what has become too late, halted, fenced or too
 * much meanwhile. Grants, orders and fills come from the journal: with Postgres and Temporal down, and after a restart on the same host, the
 * answers are the same.
 */
export function createGate(options: GateOptions): AnsweredGuard {
  return new Gate(options)
}

class Gate implements AnsweredGuard {
  readonly #options: GateOptions
  readonly #grants = new Map<TradeId, Granted>()
  readonly #admitted = new Map<TradeId, Set<ClientOrderId>>()
  /** Orders of the last minute, oldest first. */
  readonly #written: { readonly atMs: number; readonly tradeId: TradeId }[] = []

  constructor(options: GateOptions) {
    const { clock, journal } = options
    this.#options = options
    for (const { tradeId, plan, haltEpoch } of journal.open()) this.#grants.set(tradeId, { plan, haltEpoch, booked: [] })
    for (const { atMs, clientOrderId } of journal.sentSince(clock.nowMs() - MINUTE_MS))
      this.#written.push({ atMs, tradeId: parseOrderId(clientOrderId).tradeId })
  }

  remember(plan: Plan): void {
    const { tradeId } = plan
    const { clock, halts, journal } = this.#options
    const { epoch: haltEpoch } = halts
    this.#grants.set(tradeId, { plan, haltEpoch, booked: [] })
    this.#note(journal.append({ mark: 'granted', tradeId, atMs: clock.nowMs(), plan, haltEpoch }), { tradeId })
  }

  forget(tradeId: TradeId): void {
    const { clock, journal } = this.#options
    this.#admitted.delete(tradeId)
    if (this.#grants.delete(tradeId)) this.#note(journal.append({ mark: 'closed', tradeId, atMs: clock.nowMs() }), { tradeId })
  }

  answered({ clientOrderId }: OrderIntent, outcome: Parameters<AnsweredGuard['answered']>[1]): void {
    const { clock, journal } = this.#options
    if (neverSent(outcome)) return // marked as refused, if it came so far
    this.#note(journal.append({ mark: 'answered', clientOrderId, atMs: clock.nowMs(), outcome }), { clientOrderId })
  }

  async planOf(tradeId: TradeId, signal: AbortSignal): Promise<Plan | null> {
    return (await this.#grantOf(tradeId, signal))?.plan ?? null
  }

  /** @throws Error when the id was admitted or sent before: that is a bug (I1), and its outcome is unknown, not "refused". */
  async admit(order: OrderIntent, signal: AbortSignal): Promise<Permit> {
    const granted = await this.#grantOf(order.tradeId, signal)
    if (!granted) return guard(`trade ${order.tradeId} has no grant`)
    const wrong = contradicts(order, granted.plan) ?? this.#offGrid(order)
    if (wrong !== null) return guard(wrong)
    const excess = exceedsLots(order, granted.plan, this.#options.journal, granted.booked)
    if (excess !== null) return { kind: 'rejected', reason: 'lots', detail: excess }
    if (order.purpose === 'opening' && granted.haltEpoch === null)
      return guard(`trade ${order.tradeId} was granted elsewhere: nothing opens here`)
    this.#admitOnce(order)
    const { epoch } = this.#options.lease
    let asked = false
    return {
      kind: 'granted',
      mayWrite: () => {
        if (asked) return 'guard'
        asked = true
        return this.#mayWrite(order, granted, epoch)
      },
    }
  }

  #admitOnce({ tradeId, clientOrderId }: OrderIntent): void {
    const admitted = this.#admitted.get(tradeId) ?? new Set()
    if (admitted.has(clientOrderId) || this.#options.journal.marks(clientOrderId).length > 0)
      throw new Error(`${clientOrderId} came to the gate before: an id stands for one order for ever`)
    this.#admitted.set(tradeId, admitted.add(clientOrderId))
  }

  #mayWrite(order: OrderIntent, granted: Granted, leaseEpoch: number | null): RejectReason | null {
    const { clock, lease, journal } = this.#options
    const nowMs = clock.nowMs()
    if (nowMs > order.notAfterMs) return 'too-late'
    if (!lease.valid() || lease.epoch !== leaseEpoch) return 'lease'
    if (this.#halted(order, granted)) return 'halted'
    if (exceedsLots(order, granted.plan, journal, granted.booked) !== null) return 'lots'
    if (this.#tooMany(order.tradeId, nowMs)) return 'guard'
    this.#written.push({ atMs: nowMs, tradeId: order.tradeId })
    return null
  }

  /**
   * E26. An opening is also stopped by a halt that came after its grant, whatever it covers and even if it is over: the trade was judged without it. And
   * by a rule text that is another than the one that was judged.
   */
  #halted(order: OrderIntent, { plan, haltEpoch }: Granted): boolean {
    const { halts, mayOpen } = this.#options
    if (order.purpose === 'reducing') return halts.active().some((scope) => coversReducing(scope, order, plan))
    if (haltsOpening(halts.active(), subjectOf(plan)).length > 0 || haltEpoch === null || halts.epoch > haltEpoch) return true
    return mayOpen ? !mayOpen(plan) : false
  }

  #tooMany(tradeId: TradeId, nowMs: number): boolean {
    while (this.#written[0] !== undefined && this.#written[0].atMs < nowMs - MINUTE_MS) this.#written.shift()
    const ofTrade = this.#written.filter((order) => order.tradeId === tradeId)
    return this.#written.length >= this.#options.ordersPerMinute || ofTrade.length >= MAX_ORDERS_PER_TRADE_AND_MINUTE
  }

  #offGrid({ venue, market, outcome, limit }: OrderIntent): string | null {
    const bands = this.#options.bandsOf?.(venue, market) ?? null
    return bands === null || isPriceOf(limit, { venue, outcome }, bands) ? null : `limit ${formatPrice(limit)} is no price of ${market}`
  }

  async #grantOf(tradeId: TradeId, signal: AbortSignal): Promise<Granted | null> {
    const known = this.#grants.get(tradeId)
    if (known) return known
    const asked = await this.#options.grantOf(tradeId, signal)
    if (!asked) return null
    const granted = { ...asked, haltEpoch: null }
    this.#grants.set(tradeId, granted)
    return granted
  }

  #note(written: Promise<void>, of: object): void {
    written.catch((error: Error) =>
      this.#options.log.error({ ...of, error: error.message }, 'the journal did not take a mark of the order port'),
    )
  }
}

const subjectOf = (plan: Plan): Parameters<typeof haltsOpening>[1] => ({
  strategy: plan.strategy,
  subject: plan.opportunity.subject,
  tradeId: plan.tradeId,
  venues: plan.legs.map(({ order }) => order.venue),
})

/** A reducing order is stopped only by a halt of its own venue, or of its own pair when it is the second leg (E26). */
const coversReducing = (scope: Parameters<typeof haltCovers>[0], order: OrderIntent, plan: Plan): boolean =>
  haltCovers(scope, order) && (!scope.startsWith('pair:') || scope === `pair:${plan.opportunity.subject}`)

/** What is wrong with an order in the light of its trade's grant, or null. */
function contradicts(order: OrderIntent, plan: Plan): string | null {
  const { clientOrderId, tradeId, limit } = order
  if (parseOrderId(clientOrderId).tradeId !== tradeId) return `${clientOrderId} is not an id of trade ${tradeId}`
  if (limit < COLLAR.lowest || limit > COLLAR.highest) return `limit ${formatPrice(limit)} is outside the collar`
  if (order.quantity <= 0 || order.quantity > MAX_QUANTITY)
    return `${formatQuantity(order.quantity)} contracts are no quantity of one order`
  const worth = notional(limit, order.quantity)
  if (worth > MAX_NOTIONAL) return `$${formatMoney(worth)} is more than one order may be worth`
  const granted = plan.legs.find((leg) => leg.order.clientOrderId === clientOrderId)
  if (granted) return exceeds(order, granted)
  if (order.purpose !== 'reducing') return `${clientOrderId} opens without a grant`
  return isWayOut(order, plan) ? exceedsCure(order, plan) : `${clientOrderId} is no way out of what trade ${tradeId} may hold`
}

/** E4: what calls itself reducing must reduce. It buys the missing outcome, or leaves what the first leg holds (E21). */
function isWayOut(order: OrderIntent, plan: Plan): boolean {
  const first = plan.legs[0].order
  const [complete, exit] = cureWays({ ...first, n: plan.legs.length }, plan.legs[plan.legs.length - 1]?.order ?? first)
  const ways = plan.strategy === 'box' ? [complete, exit] : [exit]
  return ways.some(
    ({ venue, market, outcome, action }) =>
      order.venue === venue && order.market === market && order.outcome === outcome && order.action === action,
  )
}

/** E3: a completion buys at most at the price that the reserve set cash aside for. How much an exit may give is the trade's loss budget to say. */
function exceedsCure(order: OrderIntent, plan: Plan): string | null {
  if (plan.strategy !== 'box' || order.venue !== plan.cure.venue || order.limit <= plan.cure.limit) return null
  return `limit ${formatPrice(order.limit)} is above the dearest permitted cure's ${formatPrice(plan.cure.limit)}`
}

/** What of a leg the grant fixes for ever (E2). */
const GRANTED = ['venue', 'market', 'outcome', 'action', 'purpose', 'timeInForce'] as const satisfies readonly (keyof OrderIntent)[]

function exceeds(order: OrderIntent, { order: granted }: Leg): string | null {
  if (GRANTED.some((field) => order[field] !== granted[field]) || order.notAfterMs > granted.notAfterMs)
    return `${order.clientOrderId} was granted for something else`
  if (order.quantity > granted.quantity) return `${order.quantity} is more than the granted ${granted.quantity}`
  return order.limit > granted.limit ? `limit ${order.limit} is above the granted ${granted.limit}` : null
}
