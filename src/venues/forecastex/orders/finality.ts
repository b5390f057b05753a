import { FAILURES } from '../../../core/failures'
import type { ClientOrderId } from '../../../core/ids'
import type { OrderIntent } from '../../../core/trade/order'
import type { Final } from '../../../core/trade/outcome'
import type { Clock } from '../../../ports/clock'
import type { Log } from '../../../ports/log'
import { areFillsDecided, finalOf, isOvercounted, type OrderState } from '../wire/order-state'
import type { Cancels } from './cancels'
import { forgetOldest, REMEMBERED_MAX } from './forget'
import { PATIENCE_MS, type Holdings } from './holdings'
import type { Glance } from './looks'
import type { TrackedOrders } from './tracked'

export interface FinalityOptions {
  readonly orders: TrackedOrders
  readonly holdings: Holdings
  readonly cancels: Cancels
  readonly clock: Clock
  readonly log: Log
}

/** E14: whether anything about an ended order can still change, judged by a glance after its grace. */
export class Finality {
  readonly #options: FinalityOptions
  /** What was told once of an order. */
  readonly #told = new Set<string>()
  readonly #doubtedMs = new Map<ClientOrderId, number>()

  constructor(options: FinalityOptions) {
    this.#options = options
  }

  /** null: not yet. */
  async judge(order: OrderIntent, look: Glance, signal: AbortSignal): Promise<Final | null> {
    const { orders, cancels, clock } = this.#options
    const tracked = orders.find(order.clientOrderId)
    // a cancel's confirmation alone proves no end
    if (!tracked || (await cancels.ifResting(order.clientOrderId, look, signal))) return null
    // a fee comes within seconds of its execution; the ledger books an estimate for one that does not, until it is told
    const lacksFees = tracked.endedMs !== null && clock.nowMs() - tracked.endedMs > PATIENCE_MS
    const final = finalOf(tracked.state, orders.fees, lacksFees)
    if (final) return this.#isHeld(tracked.state, final, look) ? final : null
    if (!areFillsDecided(tracked.state, orders.fees)) this.#doubt(order.clientOrderId)
    return null
  }

  /** A fee that tells a fill from a netting report may be late; for longer than a minute it is not. */
  #doubt(clientOrderId: ClientOrderId): void {
    const nowMs = this.#options.clock.nowMs()
    const sinceMs = this.#doubtedMs.get(clientOrderId) ?? nowMs
    this.#doubtedMs.set(clientOrderId, sinceMs)
    forgetOldest(this.#doubtedMs, REMEMBERED_MAX)
    if (nowMs - sinceMs < PATIENCE_MS) return
    const fields = { failure: FAILURES.unexplainedFill }
    this.#tell(clientOrderId, 'error', fields, 'A netting report cannot be told from a fill; the order is not final')
  }

  /** The positions agree. Apart for too long, the executions stand and somebody is told; not if the venue itself counts less than they say. */
  #isHeld(state: OrderState, { quantity: filled }: Final, { positions }: Glance): boolean {
    const { holdings, clock } = this.#options
    const { clientOrderId } = state.terms
    const fields = { filled, counted: state.counted }
    const overcounted = isOvercounted(state)
    const agreement = holdings.judge(state.terms, filled, positions, clock.nowMs(), !overcounted)
    if (agreement === 'agree') return true
    if (agreement === 'late')
      this.#tell(
        clientOrderId,
        'error',
        { ...fields, failure: FAILURES.positionsDiffer },
        'The positions never agreed; the executions stand',
      )
    else if (overcounted)
      this.#tell(
        clientOrderId,
        'error',
        { ...fields, failure: FAILURES.unexplainedFill },
        'The venue counts less than its executions say; the order is not final',
      )
    else this.#tell(clientOrderId, 'warn', fields, 'The positions do not show what the executions say; both are read again')
    return agreement === 'late'
  }

  #tell(clientOrderId: ClientOrderId, level: 'warn' | 'error', fields: object, message: string): void {
    const key = `${clientOrderId} ${message}`
    if (this.#told.has(key)) return
    this.#told.add(key)
    forgetOldest(this.#told, REMEMBERED_MAX)
    this.#options.log[level]({ venue: 'forecastex', clientOrderId, ...fields }, message)
  }
}
