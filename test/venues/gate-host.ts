import { orderId, type Venue } from '../../src/core/ids'
import type { PriceBand } from '../../src/core/market/grid'
import type { Scope } from '../../src/core/risk/scope'
import type { OrderIntent } from '../../src/core/trade/order'
import type { Plan } from '../../src/core/trade/plan'
import { quantity } from '../../src/core/units'
import type { LedgerGrant, Permit } from '../../src/ports/guard'
import { createGate } from '../../src/venues/gate'
import { boxPlan, cureOrder, DECIDED_MS } from '../saga/plan'
import { LogBook, SettableClock } from '../stores/doubles'
import { final, MemoryTradeJournal, sending } from './memory-journal'

export const { signal } = new AbortController()
export const plan = boxPlan('T1')
export const [{ order: first }, { order: second }] = plan.legs
/** A cure under the number after `n`. */
export const cureAt = (venue: Venue, of = '10', n = 2): OrderIntent => ({
  ...cureOrder({ tradeId: plan.tradeId, quantity: quantity(of), n }, venue),
  clientOrderId: orderId(plan.tradeId, 'c', n + 1),
})

/** What outlives the process. */
export class Host {
  readonly clock = new SettableClock(DECIDED_MS)
  readonly journal = new MemoryTradeJournal()
  readonly log = new LogBook()
  readonly halts: Scope[] = []
  readonly active = (): readonly Scope[] => this.halts
  readonly lease: { held: boolean; epoch: number } = { held: true, epoch: 1 }
  readonly asked: string[] = []
  epoch = 0
  bands: readonly PriceBand[] | null = null
  /** The markets ask what was judged. */
  asJudged = true
  granted: LedgerGrant | null = null

  /** A process: its gate, and the two questions that orders put to it. */
  start() {
    const { clock, journal, log, lease } = this
    const guard = createGate({
      clock,
      journal,
      log,
      ordersPerMinute: 240,
      halts: this,
      lease: {
        valid: () => lease.held,
        get epoch() {
          return lease.epoch
        },
      },
      grantOf: (trade) => {
        this.asked.push(trade)
        return Promise.resolve(this.granted?.plan.tradeId === trade ? this.granted : null)
      },
      bandsOf: () => this.bands,
      mayOpen: () => this.asJudged,
    })
    const admit = (order: OrderIntent): Promise<Permit> => guard.admit(order, signal)
    const mayWrite = async (order: OrderIntent) => {
      const permit = await admit(order)
      if (permit.kind !== 'granted') throw new Error(permit.detail)
      return permit.mayWrite
    }
    return { guard, admit, mayWrite }
  }

  /** The order was sent and came to this in the end. */
  was(order: OrderIntent, filled = order.quantity): void {
    this.journal.all.push(sending(order, this.clock.nowMs()), final(order, filled, this.clock.nowMs()))
  }
}

/** A process that granted a plan; the first leg has bought what it was to buy, unless it is still to come. */
export function gate({ granted = plan, bought = true }: { readonly granted?: Plan; readonly bought?: boolean } = {}) {
  const host = new Host()
  const process = host.start()
  process.guard.remember(granted)
  if (bought) host.was(first)
  return { host, ...process }
}
