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
