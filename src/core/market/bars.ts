import type { MarketId, Venue } from '../ids'

/** Why nothing opens in a market, or, with market null, at a whole venue. */
export interface OpeningBar {
  readonly venue: Venue
  readonly market: MarketId | null
  /** Who found it, and lifts it: 'audit' (books), 'inspection' (answers, account), 'messages' (streams), 'exchange' (it does not trade). */
  readonly by: string
  readonly reason: string
}

/** A bar set, or, with reason null, lifted. */
export type BarChange = Omit<OpeningBar, 'reason'> & { readonly reason: string | null }

/** What forbids openings by itself, without anybody's halt. Reducing orders never ask (E4). */
export class OpeningBars {
  readonly #bars = new Map<string, OpeningBar>()

  /** @returns whether this changes anything. */
  apply({ reason, ...where }: BarChange): boolean {
    const key = `${where.by}|${where.venue}|${where.market ?? ''}`
    if (reason === null) return this.#bars.delete(key)
    const changes = this.#bars.get(key)?.reason !== reason
    this.#bars.set(key, { ...where, reason })
    return changes
  }

  /** What forbids openings in a market, the first of them; null: nothing. */
  at(venue: Venue, market: string): OpeningBar | null {
    for (const bar of this.#bars.values()) if (bar.venue === venue && (bar.market === null || bar.market === market)) return bar
    return null
  }

  /** Another process begins: whatever it finds it tells itself. */
  clear(): void {
    this.#bars.clear()
  }

  all(): readonly OpeningBar[] {
    return [...this.#bars.values()]
  }
}
