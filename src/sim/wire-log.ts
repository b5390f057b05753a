/** One message as it crossed a simulated wire. */
export interface WireLine {
  /** Counts from 1 since the start. */
  readonly n: number
  readonly at_ms: number
  readonly venue: 'kalshi' | 'ibkr' | 'odds'
  readonly dir: 'in' | 'out'
  readonly conn: number
  readonly text: string
}

/** Enough for the last half minute of a busy session: who reads it may be slow on a loaded machine. Older lines are forgotten. */
const LINES_MAX = 10_000
/** A command may name thousands of markets, and a message of the other side answer in kind: lines alone would bound nothing. */
const CHARS_MAX = 16_000_000

/** The last messages of all connections, for debugging: no request headers, so no signatures. */
export class WireLog {
  readonly #lines: WireLine[] = []
  #last = 0
  #chars = 0

  add(line: Omit<WireLine, 'n'>): void {
    this.#lines.push({ n: ++this.#last, ...line })
    this.#chars += line.text.length
    while (this.#lines.length > LINES_MAX || (this.#chars > CHARS_MAX && this.#lines.length > 1))
      this.#chars -= this.#lines.shift()?.text.length ?? 0
  }

  /** The lines after number `after` that are still known. */
  lines(after = 0): readonly WireLine[] {
    return this.#lines.filter(({ n }) => n > after)
  }
}
