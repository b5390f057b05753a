import type { TradeId } from '../core/ids'
import type { OrderIntent } from '../core/trade/order'
import type { LegOutcome } from '../core/trade/outcome'
import type { Plan } from '../core/trade/plan'
import type { Millis } from '../core/units'
import type { Clock } from '../ports/clock'

const NS_PER_MS = 1_000_000
/** Last samples kept: enough for a p99 over the default scenario and for hours of quiet trading. */
const WINDOW = 1_000

export interface Quantiles {
  readonly p50: number | null
  readonly p90: number | null
  readonly p99: number | null
  readonly count: number
}

/** A bounded window of milliseconds and its quantiles (nearest rank). */
export class LatencyWindow {
  readonly #samples: number[] = []
  #count = 0

  add(ms: number): void {
    this.#samples[this.#count % WINDOW] = ms
    this.#count++
  }

  quantiles(): Quantiles {
    const sorted = [...this.#samples].sort((a, b) => a - b)
    const at = (q: number): number | null => sorted[Math.min(sorted.length - 1, Math.ceil(q * sorted.length) - 1)] ?? null
    return { p50: at(0.5), p90: at(0.9), p99: at(0.99), count: this.#count }
  }
}

type Of = { readonly tradeId: TradeId }
type Tell = (measure: string, of: Of, ms: number, nowMs: Millis) => void

/** How long each stage of a trade takes, from the turn in which its find was seen: in windows for the health page, one by one for the record. */
export class Stopwatch {
  readonly windows = {
    reserveMs: new LatencyWindow(),
    detectionToReservedMs: new LatencyWindow(),
    detectionToWireMs: new LatencyWindow(),
    detectionToBothAnsweredMs: new LatencyWindow(),
    detectionToBookedMs: new LatencyWindow(),
  }
  readonly #clock: Clock
  readonly #tell: Tell
  /** When each running trade was seen, by our monotonic clock. */
  readonly #seenNs = new Map<TradeId, bigint>()
  #foundNs = 0n

  constructor(clock: Clock, tell: Tell) {
    this.#clock = clock
    this.#tell = tell
  }

  /** A find is seen: what is decided in this turn began now. */
  found(): void {
    this.#foundNs = this.#clock.monoNs()
  }
  decided({ tradeId }: Of): void {
    this.#seenNs.set(tradeId, this.#foundNs)
  }
  /** Its trade is over, however it ended. */
  over({ tradeId }: Of): void {
    this.#seenNs.delete(tradeId)
  }

  /** The ledger has granted. @param ms it took. */
  reserved(plan: Plan, ms: number): void {
    this.#note('reserve', this.windows.reserveMs, plan, ms)
    this.#measure('detection to reserved', this.windows.detectionToReservedMs, plan)
  }
  /** In the turn in which an order's bytes leave. */
  bytes(order: OrderIntent): void {
    if (order.clientOrderId.endsWith('-a1')) this.#measure('detection to wire', this.windows.detectionToWireMs, order)
  }
  answered(order: OrderIntent, outcome: LegOutcome): void {
    if (order.clientOrderId.endsWith('-b2') && outcome.kind === 'done')
      this.#measure('detection to both answered', this.windows.detectionToBothAnsweredMs, order)
  }
  booked(plan: Plan): void {
    this.#measure('detection to booked', this.windows.detectionToBookedMs, plan)
  }

  #measure(name: string, window: LatencyWindow, of: Of): void {
    const seenNs = this.#seenNs.get(of.tradeId)
    if (seenNs !== undefined) this.#note(name, window, of, Number(this.#clock.monoNs() - seenNs) / NS_PER_MS)
  }
  #note(name: string, window: LatencyWindow, of: Of, ms: number): void {
    window.add(ms)
    this.#tell(name, of, ms, this.#clock.nowMs())
  }
}
