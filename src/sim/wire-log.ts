/** One message as it crossed a simulated wire. */
export interface WireLine {
  readonly at_ms: number
  readonly venue: 'kalshi' | 'ibkr'
  readonly dir: 'in' | 'out'
  readonly conn: number
  readonly text: string
}

/** Enough for the last seconds of a busy session; older lines are forgotten. */
const LINES_MAX = 2_000

/** The last messages of all connections, for debugging: no request headers, so no signatures. */
export class WireLog {
  readonly #lines: WireLine[] = []

  add(line: WireLine): void {
    this.#lines.push(line)
    if (this.#lines.length > LINES_MAX) this.#lines.shift()
  }

  lines(): readonly WireLine[] {
    return this.#lines
  }
}
