import { mulberry32 } from '../../../../src/core/random'
import type { OrderTicket } from '../../../../src/sim/ibkr/exchange/orders'
import { NO, stopAll, YES } from '../rig'
import { accountOf, Floor, held, type Line } from './history'

afterEach(stopAll)

/** A second here; CROSSBOOK_SEEDS=2000 for a long run. */
const HISTORIES = Number.parseInt(process.env['CROSSBOOK_SEEDS'] ?? '', 10) || 60
const STEPS = 25

/** Faults with what they are armed with: all those that bear on money. */
const FAULTS: readonly (readonly [name: string, fields?: object])[] = [
  ['partial:3'],
  ['partial', { chunks: [1, 2] }],
  ['late_fill_after_cancel', { delay_ms: 900_000 }],
  ['late_fill_after_cancel', { size: 2, after_read: true }],
  ['cancel_filled'],
  ['cancel_filled', { size: 1, code: 10148 }],
  ['cancel_rejected:161'],
  ['cancel_silent', { cancelled: true }],
  ['cancel_late', { delay_ms: 900_000 }],
  ['reject:201', { after_open: true, inactive: 'after' }],
  ['tif_rewritten'],
  ['duplicate_exec', { count: 2 }],
  ['correction', { price: '0.42' }],
  ['correction', { size: 1 }],
  ['correction', { steps: [{ price: '0.61' }, { size: 1, delay_ms: 900_000 }, { price: '0.40', delay_ms: 900_000 }] }],
  ['status_out_of_order'],
  ['commission_first'],
  ['commission_late', { delay_ms: 900_000 }],
]

class History {
  readonly floor: Floor
  readonly #random: () => number
  #orders = 0
  #isSettled = false

  constructor(seed: number) {
    this.floor = new Floor(seed)
    this.#random = mulberry32(seed)
  }

  /** One random thing happens; one in ten kills the process while it does. */
  step(): void {
    const act = this.#pick([this.#place, this.#place, this.#place, this.#cancel, this.#outside, this.#outside, this.#wait, this.#rare])
    if (this.#below(10) === 0) this.floor.kill(() => act.call(this))
    else act.call(this)
  }

  #below(n: number): number {
    return Math.floor((this.#random() / 2 ** 32) * n)
  }

  #pick<T>(all: readonly T[]): T {
    const one = all[this.#below(all.length)]
    if (one === undefined) throw new Error('nothing to pick from')
    return one
  }

  #cents(from: number, to: number): string {
    return `0.${from + this.#below(to - from)}`
  }

  #place(): void {
    const { exchange, faults } = this.floor
    const isChange = this.#orders > 0 && this.#below(6) === 0
    const n = isChange ? 1 + this.#below(this.#orders) : ++this.#orders
    const ticket: OrderTicket = {
      ...{ clientId: 7, orderId: n, orderRef: `cb-${n}`, action: 'BUY', orderType: 'LMT', account: '' },
      ...{ quantity: String(1 + this.#below(30)), limit: this.#cents(40, 66), tif: this.#pick(['IOC', 'IOC', 'DAY', 'GTC']) },
      ...{ buysByCash: false, transmit: true, whatIf: false },
    }
    if (this.#below(2) === 0) {
      const [name, fields] = this.#pick(FAULTS)
      faults.arm({ name, ...fields, order_ref: ticket.orderRef })
    }
    const contract = exchange.listings.contract(this.#pick([YES, NO]))
    this.floor.commit(() => exchange.orders.place(ticket, contract?.listing.isTradable(this.floor.clock.nowMs()) ? contract : null))
  }

  #cancel(): void {
    const orderId = 1 + this.#below(this.#orders + 1)
    this.floor.commit(() => this.floor.exchange.orders.cancel(7, orderId))
  }

  #outside(): void {
    this.#try({ type: 'external_order', con_id: this.#pick([YES, NO]), price: this.#cents(35, 60), size: 1 + this.#below(20) })
  }

  #wait(): void {
    this.floor.clock.advance(this.#pick([1_000, 600_000, 900_000, 43_200_000]))
  }

  #rare(): void {
    const { exchange } = this.floor
    const result = this.#pick(['yes', 'no'] as const)
    switch (this.#below(6)) {
      case 0:
        return void this.#try({ type: 'hand_trade', con_id: this.#pick([YES, NO]), price: this.#cents(35, 60), size: 1 + this.#below(9) })
      case 1:
        if (this.#try({ type: 'coupon', amount: '0.07' })) this.floor.know({ kind: 'coupon', micros: 70_000 })
        return
      case 2:
        return exchange.completedOrdersRead()
      case 3:
        return void this.#try({ type: 'trading_hours', con_id: YES, hours: this.#pick(['closed', 'always', 'always']) })
      default:
        if (this.#isSettled || this.#orders > 5) this.#settle(result)
    }
  }

  #settle(result: 'yes' | 'no'): void {
    if (!this.#try({ type: this.#isSettled ? 'amend_settlement' : 'settle', con_id: YES, result })) return
    this.#isSettled = true
    this.floor.know({ kind: 'settle', result })
  }

  /** @returns whether the event could be applied. */
  #try(event: Record<string, unknown>): boolean {
    try {
      return this.floor.events.apply(event)
    } catch {
      return false
    }
  }
}

describe('random histories', () => {
  it(`keep cash, positions and fills as the wire log alone has them (${HISTORIES} seeds from 1)`, () => {
    const refusedCorrections = jest.spyOn(process.stderr, 'write').mockReturnValue(true)
    const met = { purchases: 0, nettings: 0, corrections: 0, settlements: 0 }
    const count = (lines: readonly Line[]): void => {
      const reports = lines.flatMap((line) => ('frame' in line && line.frame[0] === '11' ? [line.frame] : []))
      met.purchases += reports.filter((frame) => frame[18] === 'BOT').length
      met.nettings += reports.filter((frame) => frame[18] === 'N').length
      met.corrections += reports.filter((frame) => !frame[14]?.endsWith('.01')).length
      met.settlements += lines.filter((line) => 'known' in line && line.known.kind === 'settle').length
    }
    for (let seed = 1; seed <= HISTORIES; seed++) {
      const history = new History(seed)
      for (let step = 0; step < STEPS; step++) {
        history.step()
        const { floor } = history
        const seen = { seed, step, violations: floor.exchange.violations(), ...accountOf(floor.lines) }
        expect(seen).toEqual({ seed, step, violations: [], ...held(floor) })
        expect(floor.exchange.account.cash).toBeGreaterThanOrEqual(0)
        expect(Math.min(held(floor).yes, held(floor).no)).toBe(0)
      }
      count(history.floor.lines)
    }
    refusedCorrections.mockRestore()
    // Every kind of movement must have been met, or the histories prove nothing.
    for (const times of Object.values(met)) expect(times).toBeGreaterThan(HISTORIES / 10)
  })
})
