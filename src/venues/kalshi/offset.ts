const SECOND_MS = 1_000

/** One reading of the venue's clock: it showed `venueMs` … `venueMs + resolutionMs` at some moment between our `sentMs` and `receivedMs`. */
export interface ClockReading {
  readonly venueMs: number
  /** 1000 for a Date header, 1 for a `ts_ms`. */
  readonly resolutionMs: number
  readonly sentMs: number
  readonly receivedMs: number
}

/**
 * E17: how far the venue's clock is ahead of our monotonic one. Every reading bounds the offset from both sides; bounds of successive
 * readings are intersected, so that a Date header of whole seconds ends up exact to the round trip. A reading that contradicts the bounds
 * (a clock was set, or drifted) replaces them.
 */
export class ClockOffset {
  #low = -Infinity
  #high = Infinity

  /** Venue minus local, ms. 0 until there is a reading. */
  get ms(): number {
    return this.#high === Infinity ? 0 : Math.round((this.#low + this.#high) / 2)
  }
  /** Half the width of what is known; Infinity until there is a reading. */
  get uncertaintyMs(): number {
    return (this.#high - this.#low) / 2
  }

  observe({ venueMs, resolutionMs, sentMs, receivedMs }: ClockReading): void {
    const low = venueMs - receivedMs
    const high = venueMs + resolutionMs - sentMs
    const agrees = low <= this.#high && high >= this.#low
    this.#low = agrees ? Math.max(low, this.#low) : low
    this.#high = agrees ? Math.min(high, this.#high) : high
  }

  /**
   * The Date header of any answer: whole seconds. A shared cache passes on an old Date and says in Age how old: its whole second of
   * rounding widens the reading.
   */
  observeDate(headers: Readonly<Record<string, unknown>>, sentMs: number, receivedMs: number): void {
    const dateMs = typeof headers.date === 'string' ? Date.parse(headers.date) : Number.NaN
    if (Number.isNaN(dateMs)) return
    const ageMs = typeof headers.age === 'string' ? Number.parseInt(headers.age, 10) * SECOND_MS : 0
    if (Number.isNaN(ageMs)) return
    this.observe({ venueMs: dateMs + ageMs, resolutionMs: ageMs > 0 ? 2 * SECOND_MS : SECOND_MS, sentMs, receivedMs })
  }

  /** After the venue called our time wrong: the next reading counts alone. */
  forget(): void {
    this.#low = -Infinity
    this.#high = Infinity
  }
}
