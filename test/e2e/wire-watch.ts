import type { Stack } from './stack'

const LOOK_EVERY_MS = 300
const ORDER_ID = /cb-[0-9A-Za-z]{1,20}-[abc]\d+/
/** From the write to the venue's clock: loopback and a busy machine. */
const TRAVEL_MS = 250

interface WireLine {
  readonly n: number
  readonly at_ms: number
  readonly venue: 'kalshi' | 'ibkr'
  readonly dir: 'in' | 'out'
  readonly conn: number
  readonly text: string
}
interface TradeDetail {
  readonly plan: { readonly legs: readonly { readonly order: OrderJson }[] }
  readonly result: { readonly cures: readonly { readonly chosen: { readonly order?: OrderJson } }[] } | null
}
interface OrderJson {
  readonly clientOrderId: string
  readonly notAfterMs: number
}

/** Whether a message that arrived at a venue is an order: Kalshi's create call, or the gateway's message 3. */
const isOrder = ({ dir, venue, text }: WireLine): boolean =>
  dir === 'in' && ORDER_ID.test(text) && (venue === 'kalshi' ? text.includes('client_order_id') : /^\W*3\W/.test(text))

/** Collects every order that arrived at the simulated venues, from the venues' own wire log: a checker apart from the system. */
export class WireWatch {
  #stack: Stack
  readonly #orders: WireLine[] = []
  /** Number of the last line seen. */
  #last = 0
  #timer: NodeJS.Timeout | null = null
  #looking: Promise<void> = Promise.resolve()

  constructor(stack: Stack) {
    this.#stack = stack
  }

  /** The same venues behind another stack: what was seen before stays. */
  follow(stack: Stack): void {
    this.#stack = stack
    this.#last = 0 // a simulator counts from its start
  }
  start(): void {
    this.#timer = setInterval(() => (this.#looking = this.look().catch(() => undefined)), LOOK_EVERY_MS)
  }
  async stop(): Promise<void> {
    if (this.#timer) clearInterval(this.#timer)
    await this.#looking
  }
  async look(): Promise<void> {
    for (const line of await this.#stack.sim<readonly WireLine[]>(`/wire?after=${this.#last}`)) {
      if (line.n <= this.#last) continue // somebody else looked meanwhile
      this.#last = line.n
      if (isOrder(line)) this.#orders.push(line)
    }
  }

  ids(): ReadonlySet<string> {
    return new Set(this.#orders.map(idOf))
  }
  /** Ids whose bytes arrived more than once (I1). */
  sentTwice(): readonly string[] {
    const all = this.#orders.map(idOf)
    return all.filter((id, i) => all.indexOf(id) !== i)
  }
  /** First legs that arrived in a span of time. */
  openingsBetween(fromMs: number, toMs: number): readonly string[] {
    return this.#orders
      .filter(({ at_ms: at }) => at > fromMs && at < toMs)
      .map(idOf)
      .filter((id) => id.endsWith('-a1'))
  }
  /** When first legs arrived, by the venues' clock. */
  openingTimes(): readonly number[] {
    return this.#orders.filter((line) => idOf(line).endsWith('-a1')).map(({ at_ms: at }) => at)
  }
  /** Orders that arrived after their not-after (I4). */
  async sentLate(): Promise<readonly string[]> {
    const late: string[] = []
    const limits = new Map<string, number>()
    for (const tradeId of new Set([...this.ids()].map((id) => id.split('-')[1] ?? ''))) {
      const { plan, result } = await this.#stack.ask<TradeDetail>('trade', tradeId)
      const intended = [...plan.legs.map(({ order }) => order), ...(result?.cures ?? []).flatMap(({ chosen }) => chosen.order ?? [])]
      for (const { clientOrderId, notAfterMs } of intended) limits.set(clientOrderId, notAfterMs)
    }
    for (const line of this.#orders) {
      const id = idOf(line)
      const notAfterMs = limits.get(id)
      if (notAfterMs === undefined || line.at_ms > notAfterMs + TRAVEL_MS) late.push(`${id} at ${line.at_ms}, not after ${notAfterMs}`)
    }
    return late
  }
}

const idOf = ({ text }: WireLine): string => ORDER_ID.exec(text)?.[0] ?? ''
