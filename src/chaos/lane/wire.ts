import type { WireLine } from '../where'
import type { Venues } from './venues'

const ORDER_ID = /cb-[0-9A-Za-z]{1,20}-[abc]\d+/
/** placeOrder, cancelOrder and reqGlobalCancel of the gateway. */
const GATEWAY_WRITE = /^\W*(3|4|58)\W/
const KALSHI_WRITE = /^(POST|PUT|DELETE) /

/** Whether a line tells of an order: a write at either venue, or what a venue says about an order of ours. */
const isOfOrders = ({ dir, venue, text }: Omit<WireLine, 'life'>): boolean =>
  ORDER_ID.test(text) || (dir === 'in' && (venue === 'kalshi' ? KALSHI_WRITE : GATEWAY_WRITE).test(text))

/** Whether a line is an order as it arrived: Kalshi's create call, or the gateway's message 3. */
export const isOrder = ({ dir, venue, text }: WireLine): boolean =>
  dir === 'in' && ORDER_ID.test(text) && (venue === 'kalshi' ? text.includes('client_order_id') : /^\W*3\W/.test(text))

/** The order a line tells of, or null. */
export const orderIdIn = ({ text }: WireLine): string | null => ORDER_ID.exec(text)?.[0] ?? null

/**
 * Keeps every line that tells of orders. The simulator forgets its older ones, so it must be looked at often: one that was forgotten unread is told in
 * `lost`, and nothing is proven without it.
 */
export class WireFollower {
  readonly lines: WireLine[] = []
  /** Lines of the running simulator that it forgot before they were read. */
  lost = 0
  #last = 0
  #pid: number | null = null
  #life = 0
  #looking: Promise<void> | null = null

  constructor(
    private readonly venues: Venues,
    private readonly simPid: () => number | null,
  ) {}

  /** Reads what is new; one look at a time. @throws Error when the simulator does not answer. */
  look(signal: AbortSignal): Promise<void> {
    return (this.#looking ??= this.#read(signal).finally(() => (this.#looking = null)))
  }

  async #read(signal: AbortSignal): Promise<void> {
    const pid = this.simPid()
    if (pid === null) return
    if (pid !== this.#pid) {
      this.#pid = pid
      this.#life += 1
      this.#last = 0 // a simulator counts from its start
    }
    for (const line of await this.venues.ask<readonly Omit<WireLine, 'life'>[]>(`/wire?after=${this.#last}`, signal)) {
      if (line.n <= this.#last) continue
      if (this.#last > 0 || this.#life > 1) this.lost += line.n - this.#last - 1 // before the first look nothing was offered
      this.#last = line.n
      if (isOfOrders(line)) this.lines.push({ ...line, life: this.#life })
    }
  }
}
