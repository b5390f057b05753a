import { orderId, tradeId } from '../../src/core/ids'
import { mulberry32 } from '../../src/core/random'
import type { OrderIntent } from '../../src/core/trade/order'
import { quantity, type Quantity } from '../../src/core/units'
import type { AnsweredGuard } from '../../src/ports/guard'
import { createGate } from '../../src/venues/gate'
import { boxPlan, cureOrder, DECIDED_MS } from '../saga/plan'
import { LogBook, SettableClock } from '../stores/doubles'
import { final, MemoryTradeJournal, refused, sending } from './memory-journal'

const WORLDS = 3_000
const STEPS = 25
const TRADE = tradeId('T1')
const PLAN = boxPlan('T1')
const { signal } = new AbortController()

interface Sent {
  readonly order: OrderIntent
  /** What the venue really did, which nobody here knows before it is told. */
  readonly filled: Quantity
  told: 'nothing' | 'answer' | 'final'
}

/** A caller that asks for anything in any order, venues that fill as they like and tell when they like, and processes that die. */
class World {
  readonly journal = new MemoryTradeJournal()
  readonly sent: Sent[] = []
  readonly clock = new SettableClock(DECIDED_MS)
  #gate: AnsweredGuard
  #n = 2

  constructor(readonly random: (below: number) => number) {
    this.#gate = this.#start()
    this.#gate.remember(PLAN)
  }

  #start(): AnsweredGuard {
    const { clock, journal } = this
    const lease = { valid: () => true, epoch: 1 }
    return createGate({
      clock,
      journal,
      log: new LogBook(),
      ordersPerMinute: 240,
      halts: { active: () => [], epoch: 0 },
      lease,
      grantOf: () => Promise.resolve(null),
    })
  }

  async step(): Promise<void> {
    const what = this.random(10)
    if (what === 0) this.#gate = this.#start()
    else if (what <= 4) await this.#send([this.#order()])
    else if (what === 5) await this.#send([this.#order(), this.#order()])
    else this.#tell()
  }

  /** All are admitted and marked before the first is written, as concurrent activities may be. */
  async #send(orders: readonly OrderIntent[]): Promise<void> {
    const granted: { order: OrderIntent; mayWrite: () => unknown }[] = []
    for (const order of orders) {
      const permit = await this.#gate.admit(order, signal).catch(() => null)
      if (permit?.kind === 'granted') granted.push({ order, mayWrite: permit.mayWrite })
    }
    for (const { order } of granted) await this.journal.append(sending(order, DECIDED_MS))
    for (const { order, mayWrite } of granted) {
      if (mayWrite() === null) this.sent.push({ order, filled: quantity(this.random(order.quantity + 1)), told: 'nothing' })
      else await this.journal.append(refused(order, DECIDED_MS))
    }
  }

  #order(): OrderIntent {
    const of = quantity(1 + this.random(1_200))
    switch (this.random(4)) {
      case 0:
        return { ...PLAN.legs[0].order, quantity: of }
      case 1:
        return { ...PLAN.legs[1].order, quantity: of }
      default: {
        const venue = this.random(2) === 0 ? 'kalshi' : 'forecastex'
        const cure = cureOrder({ tradeId: TRADE, quantity: of, n: 2 }, venue)
        return { ...cure, clientOrderId: orderId(TRADE, 'c', ++this.#n) }
      }
    }
  }

  /** An answer may be short or missing; a final is the truth. */
  #tell(): void {
    const sent = this.sent[this.random(Math.max(1, this.sent.length))]
    if (!sent) return
    if (this.random(2) === 0) {
      sent.told = 'final'
      void this.journal.append(final(sent.order, sent.filled, DECIDED_MS))
    } else if (sent.told === 'nothing') {
      sent.told = 'answer'
      const short = quantity(this.random(sent.filled + 1))
      const outcome =
        sent.filled === 0 ? ({ kind: 'rejected', reason: 'other', detail: '' } as const) : ({ kind: 'done', filled: short } as const)
      this.#gate.answered(sent.order, outcome)
    }
  }

  sum(purpose: OrderIntent['purpose'], of: (sent: Sent) => number): number {
    return this.sent.reduce((total, sent) => (sent.order.purpose === purpose ? total + of(sent) : total), 0)
  }
}

describe('I3 whatever the callers, the venues and the restarts do', () => {
  it(`${WORLDS} worlds: never more opened than granted, never more reduced than bought, no id twice`, async () => {
    const base = Date.now() >>> 0
    let reduced = 0
    for (let i = 0; i < WORLDS; i++) {
      const seed = (base + i) >>> 0
      const next = mulberry32(seed)
      const world = new World((below) => next() % below)
      for (let step = 0; step < STEPS; step++) await world.step()
      const ids = world.sent.map(({ order }) => order.clientOrderId)
      const found = {
        seed,
        overOpened: Math.max(0, world.sum('opening', ({ order }) => order.quantity) - PLAN.legs[0].order.quantity),
        overReduced: Math.max(0, world.sum('reducing', ({ filled }) => filled) - world.sum('opening', ({ filled }) => filled)),
        twice: ids.length - new Set(ids).size,
      }
      expect(found).toEqual({ seed, overOpened: 0, overReduced: 0, twice: 0 })
      reduced += world.sum('reducing', () => 1)
    }
    expect(reduced).toBeGreaterThan(WORLDS / 10) // the worlds do get that far
  })
})
